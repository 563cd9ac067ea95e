"""Measures and intervals: numbers worked out by hand, and independent references."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigError
from rag.evaluation.intervals import interval, mean, median, paired_test, roc_auc
from rag.evaluation.measures import (
    capped,
    holds_answer,
    normalised,
    retrieval_measures,
    spread,
    token_f1,
    token_recall,
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
    found = retrieval_measures(relevant, rankings)
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
        found = retrieval_measures({"q": ["x"]}, {"q": ranking})["q"]
        assert list(found.values())[:4] == pytest.approx(expected)
    beyond = retrieval_measures({"q": ["x"]}, {"q": [f"other{n}" for n in range(10)] + ["x"]})
    assert set(beyond["q"].values()) == {0.0}


@given(st.permutations("abcdefghijkl"), st.sets(st.sampled_from("abcdefghijklmn"), min_size=1))
def test_rankings_are_measured_as_by_plain_arithmetic(
    ranking: list[str], relevant: set[str]
) -> None:
    found = retrieval_measures({"q": relevant}, {"q": ranking})["q"]
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
    assert retrieval_measures({}, {}) == {}
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(
        ConfigError, match=r'ir-measures is not installed; pip .*"dateline\[eval\]"'
    ):
        retrieval_measures({}, {})


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
    assert normalised(text) == expected


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


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


def test_token_f1_counts_each_word_as_often_as_it_stands() -> None:
    assert token_f1("it was Ilse Brandt", ["Ilse Brandt"]) == pytest.approx(2 * 2 / (4 + 2))
    assert token_f1("no no", ["no"]) == pytest.approx(2 * 1 / (2 + 1))
    assert token_f1("a b", ["x", "b", "a c d e"]) == pytest.approx(2 * 1 / (2 + 1))
    assert token_f1("a", ["b"]) == token_f1("", ["b"]) == token_f1("a", []) == 0.0


def test_token_recall_is_the_share_of_an_answers_words() -> None:
    assert token_recall("it was Ilse Brandt", ["Ilse Brandt", "Ilse Brandt won"]) == 1.0
    assert token_recall("no", ["no no"]) == token_recall("a b c", ["a d"]) == 0.5
    assert token_recall("a", ["b", "..."]) == token_recall("", ["b"]) == token_recall("a", []) == 0


def test_times_are_spread_by_nearest_rank() -> None:
    assert spread([0.2, 0.1]) == {"p50_ms": 100.0, "p95_ms": 200.0}
    hundred = [n / 1000 for n in range(100, 0, -1)]
    assert spread(hundred) == {"p50_ms": 50.0, "p95_ms": 95.0}
    assert spread([]) == {}


def test_an_interval_of_shares_is_that_of_the_normal_distribution() -> None:
    values = np.array([0.0, 1.0] * 200)
    low, high = interval(values)
    # One standard error of a share of one half over 400 values is 0.025.
    assert [low, high] == pytest.approx([0.451, 0.549], abs=0.006)
    assert interval(values) == (low, high)


def test_an_interval_of_one_value_is_that_value() -> None:
    assert interval(np.array([0.25] * 7)) == (0.25, 0.25)
    assert interval(np.array([3.0, 3.0, 3.0]), median) == (3.0, 3.0)
    assert interval(np.array([])) == (0.0, 0.0)
    assert (mean(np.array([])), median(np.array([]))) == (0.0, 0.0)
    assert (mean(np.array([1, 2, 6])), median(np.array([1, 2, 6]))) == (3.0, 2.0)


def test_a_paired_test_of_equal_runs_finds_nothing() -> None:
    test = paired_test([1, 0, 1], [1, 0, 1])
    assert test.to_dict() == {"n": 3, "difference": 0.0, "interval": [0.0, 0.0], "p": 1.0}
    assert paired_test([], []).p == 1.0


def test_a_paired_test_of_runs_that_always_differ_finds_it() -> None:
    test = paired_test([0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5])
    assert (test.difference, test.interval, test.p) == (0.5, (0.5, 0.5), 1 / 2001)


def test_a_paired_test_sees_pairs_not_means() -> None:
    rng = np.random.default_rng(7)
    before = rng.random(100)
    steady = paired_test(before.tolist(), (before + 0.05).tolist())
    shuffled = paired_test(before.tolist(), rng.permutation(before + 0.05).tolist())
    assert steady.difference == pytest.approx(shuffled.difference) == pytest.approx(0.05)
    assert steady.p < 0.001 < 0.05 < shuffled.p
    assert paired_test([1, 1], [0, 0]).difference == -1


def test_runs_of_different_length_are_not_paired() -> None:
    with pytest.raises(ValueError, match="the runs have 1 and 2 questions; pair them first"):
        paired_test([1], [1, 0])


def test_roc_auc_counts_ties_half() -> None:
    # Of the four pairs (positive, negative) three are right and one is a tie.
    rows = np.array([[0.9, 1.0], [0.4, 1.0], [0.4, 0.0], [0.1, 0.0]])
    assert roc_auc(rows) == 3.5 / 4
    assert roc_auc(rows * [-1, 1]) == 0.5 / 4
    assert math.isnan(roc_auc(rows[:2]))
    assert math.isnan(roc_auc(rows[2:]))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=2, max_size=30))
def test_roc_auc_agrees_with_all_pairs(pairs: list[tuple[int, int]]) -> None:
    positives = [score for score, label in pairs if label]
    negatives = [score for score, label in pairs if not label]
    won = [(p > n) + (p == n) / 2 for p in positives for n in negatives]
    found = roc_auc(np.array(pairs, dtype=np.float64))
    assert math.isnan(found) if not won else found == pytest.approx(sum(won) / len(won))
