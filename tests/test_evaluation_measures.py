"""Measures and intervals: numbers worked out by hand, and independent references."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ConfigError
from rag.evaluation.measures import (
    calibration_error,
    capped,
    holds_answer,
    interval,
    kappa,
    kendall,
    normalize_answer,
    paired_interval,
    paired_test,
    percentiles,
    ranking_measures,
    roc_auc,
    roc_points,
    spearman,
    token_overlap,
)


def test_rankings_are_measured_as_by_hand() -> None:
    relevant = {"a": ["x"], "b": ["x"], "c": ["x"], "d": ["x", "y"], "e": ["x"]}
    rankings = {
        "a": ["x", "y", "z"],
        "b": ["y", "z", "x"],
        "c": ["y", "z"],
        "d": ["z", "x", "y"],
        "e": [],
    }
    found = {qid: ranking_measures(ids, rankings[qid]) for qid, ids in relevant.items()}
    ideal = 1 + 1 / math.log2(3)
    assert {qid: list(values.values()) for qid, values in found.items()} == {
        "a": pytest.approx([1, 1, 1, 1, 1]),
        "b": pytest.approx([0, 1, 1, 1 / 3, 1 / math.log2(4)]),
        "c": pytest.approx([0, 0, 0, 0, 0]),
        "d": pytest.approx([0, 1, 1, 1 / 2, (1 / math.log2(3) + 1 / 2) / ideal]),
        "e": pytest.approx([0, 0, 0, 0, 0]),
    }
    assert list(found["a"]) == ["Hit@1", "Hit@5", "Hit@10", "RR@10", "nDCG@10"]
    assert sum(found[qid]["RR@10"] for qid in "abcd") / 4 == pytest.approx(
        (1 + 1 / 3 + 0 + 1 / 2) / 4
    )


def test_the_cut_offs_are_where_they_are_said_to_be() -> None:
    for rank, expected in {5: [0, 1, 1, 1 / 5], 6: [0, 0, 1, 1 / 6], 10: [0, 0, 1, 0.1]}.items():
        ranking = [f"other{n}" for n in range(rank - 1)] + ["x"]
        found = ranking_measures(["x"], ranking)
        assert list(found.values())[:4] == pytest.approx(expected)
    beyond = ranking_measures(["x"], [f"other{n}" for n in range(10)] + ["x"])
    assert set(beyond.values()) == {0.0}


@settings(deadline=None)
@given(st.permutations("abcdefghijkl"), st.sets(st.sampled_from("abcdefghijklmn"), min_size=1))
def test_rankings_are_measured_as_by_plain_arithmetic(
    ranking: list[str], relevant: set[str]
) -> None:
    found = ranking_measures(relevant, ranking)
    ranks = [rank for rank, id_ in enumerate(ranking[:10], start=1) if id_ in relevant]
    gain = sum(1 / math.log2(rank + 1) for rank in ranks)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
    first = min(ranks, default=math.inf)
    assert [found[name] for name in ("Hit@1", "Hit@5", "Hit@10")] == [
        float(first <= k) for k in (1, 5, 10)
    ]
    assert found["RR@10"] == pytest.approx(1 / first if ranks else 0)
    assert found["nDCG@10"] == pytest.approx(gain / ideal)


def test_nothing_to_measure_needs_the_package_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert set(ranking_measures((), ()).values()) == {0.0}
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(
        ConfigError, match=r'ir-measures is not installed; pip .*"dateline\[eval\]"'
    ):
        ranking_measures((), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The “Marigold”— No. 7!", "the marigold no 7"),
        ("", ""),
        ("...", ""),
        ("snake_case\n\tÉté", "snake case été"),
    ],
)
def test_words_are_compared_without_case_and_punctuation(text: str, expected: str) -> None:
    assert normalize_answer(text) == expected


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalize_answer(normalize_answer(text)) == normalize_answer(text)


@pytest.mark.parametrize(
    ("text", "answers", "held"),
    [
        ("All 41 passengers.", ["41"], True),
        ("All 410 passengers.", ["41"], False),
        ("It was “Squid Tales”, said he.", ["squid tales"], True),
        ("It was Squid, tales.", ["no", "“Squid Tales”"], True),
        ("Anything at all.", [""], False),
        ("Anything at all.", ["?!"], False),
        ("Anything at all.", [], False),
        ("", ["41"], False),
    ],
)
def test_an_answer_is_held_as_whole_words(text: str, answers: list[str], held: bool) -> None:
    assert holds_answer(text, answers) is held


def test_quotes_are_capped_together() -> None:
    assert capped(["one two", "three four"], 3) == "one two three"
    assert len(capped(["word " * 50, "word " * 50]).split()) == 80
    assert capped([]) == ""


def test_token_f1_and_recall_count_each_word_as_often_as_it_stands() -> None:
    both = token_overlap("it was Ilse Brandt", ["Ilse Brandt", "Ilse Brandt won"])
    assert both == (pytest.approx(2 * 2 / (4 + 2)), 1.0)
    assert token_overlap("no no", ["no"]) == (pytest.approx(2 * 1 / (2 + 1)), 1.0)
    assert token_overlap("no", ["no no"]) == (pytest.approx(2 * 1 / (1 + 2)), 0.5)
    assert token_overlap("a b", ["x", "a c d e"]) == (pytest.approx(2 * 1 / (2 + 4)), 0.25)
    for text, answers in [("a", ["b", "..."]), ("", ["b"]), ("a", [])]:
        assert token_overlap(text, answers) == (0.0, 0.0)


def test_times_are_spread_by_nearest_rank() -> None:
    assert percentiles([0.2, 0.1]) == {"p50_ms": 100.0, "p95_ms": 200.0}
    hundred = [n / 1000 for n in range(100, 0, -1)]
    assert percentiles(hundred) == {"p50_ms": 50.0, "p95_ms": 95.0}
    assert percentiles([]) == {}


def test_an_interval_of_shares_is_wilsons() -> None:
    # A half of 100: the centre stays, the half width is 1.96 / 103.84 times the root of 25.96.
    assert interval([0.0, 1.0] * 50) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert interval([0.0] * 2_000) == pytest.approx((0.0, 0.0019), abs=1e-4)
    assert interval([1.0] * 100) == pytest.approx((0.9630, 1.0), abs=1e-4)


def test_an_interval_of_other_values_is_the_bootstraps_and_always_the_same() -> None:
    values = [0.0, 0.5] * 200
    # One standard error of their mean is 0.25 over the root of 400.
    assert interval(values) == pytest.approx((0.25 - 0.0245, 0.25 + 0.0245), abs=0.003)
    assert interval(values) == interval(values)
    assert interval([0.25] * 7) == (0.25, 0.25)
    assert interval([3.0, 3.0, 3.0], median=True) == (3.0, 3.0)
    assert (interval([]), interval([0.5])) == ((0.0, 0.0), (0.5, 0.5))
    assert interval([1.0, 1.0, 1.0, 9.0, 1.0], median=True)[0] == 1.0


def test_a_paired_test_of_equal_runs_finds_nothing() -> None:
    test = paired_test([1, 0, 1], [1, 0, 1])
    assert (test.n, test.difference, test.interval, test.p) == (3, 0.0, (0.0, 0.0), 1.0)
    assert paired_test([], []).p == 1.0


def test_a_paired_test_swaps_the_runs_sample_by_sample() -> None:
    test = paired_test([0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5])
    # Of the 16 ways to swap four pairs two are as far apart as this one.
    assert (test.difference, test.interval, test.p) == (0.5, (0.5, 0.5), 2 / 16)
    many = paired_test([0.0] * 40, [0.5] * 40)
    assert many.p == pytest.approx(2 / 2001)


def test_a_paired_test_sees_pairs_not_means() -> None:
    rng = np.random.default_rng(7)
    before = rng.random(100)
    steady = paired_test(before.tolist(), (before + 0.05).tolist())
    shuffled = paired_test(before.tolist(), rng.permutation(before + 0.05).tolist())
    assert steady.difference == pytest.approx(shuffled.difference) == pytest.approx(0.05)
    assert steady.p < 0.002 < 0.05 < shuffled.p
    assert paired_test([1, 1], [0, 0]).difference == -1


ROC = np.array([[0.9, 1.0], [0.4, 1.0], [0.4, 0.0], [0.1, 0.0]])


def test_roc_auc_counts_ties_half_and_the_curve_goes_from_strict_to_lax() -> None:
    # Of the four pairs (positive, negative) three are right and one is a tie.
    assert roc_auc(*ROC.T) == 3.5 / 4
    assert roc_auc(*(ROC * [-1, 1]).T) == 0.5 / 4
    assert roc_points(*ROC.T) == [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    for rows in (ROC[:2], ROC[2:]):
        assert math.isnan(roc_auc(*rows.T))
        assert roc_points(*rows.T) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=2, max_size=30))
def test_roc_auc_agrees_with_all_pairs(pairs: list[tuple[int, int]]) -> None:
    positives = [score for score, label in pairs if label]
    negatives = [score for score, label in pairs if not label]
    won = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    found = roc_auc(*np.array(pairs, dtype=np.float64).T)
    assert math.isnan(found) if not won else found == pytest.approx(sum(won) / len(won))


def test_calibration_is_the_distance_from_the_share_in_each_bin() -> None:
    rows = np.array([[0.95, 1.0], [0.95, 0.0], [0.15, 0.0], [1.0, 1.0]])
    # Bin 9: .95 + .95 + 1 against 2 right, .9 off; bin 1: .15 off; of four rows.
    assert calibration_error(*rows.T) == pytest.approx((0.9 + 0.15) / 4)
    assert calibration_error(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0.0


def test_correlations_by_hand() -> None:
    # Ranks 1.5, 1.5, 3 against 1, 2, 3: 1.5 over the root of 1.5 times 2.
    tied = np.array([[1.0, 1.0], [1.0, 2.0], [5.0, 9.0]])
    assert spearman(*tied.T) == pytest.approx(1.5 / 3**0.5)
    # Two pairs in order, none against, one tied on one side: 2 over the root of 2 times 3.
    assert kendall(*tied.T) == pytest.approx(2 / 6**0.5)
    assert kendall(tied[:, 0], -tied[:, 1]) == pytest.approx(-2 / 6**0.5)
    assert math.isnan(spearman(*tied[:2].T))
    assert math.isnan(kendall(*tied[:2].T))
    # Agreement 4/5; by chance 3/5 * 2/5 + 2/5 * 3/5 = 12/25.
    rows = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    assert kappa(*rows.T) == pytest.approx((4 / 5 - 12 / 25) / (1 - 12 / 25))
    assert math.isnan(kappa(*rows[:2].T))


def test_a_statistics_interval_leaves_out_resamples_without_it() -> None:
    low, high = paired_interval(ROC, roc_auc, 50)
    assert 0 <= low < 3.5 / 4 <= high <= 1
    assert paired_interval(ROC, roc_auc, 50) == (low, high)
