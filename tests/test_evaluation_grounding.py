"""Labelled claims in both formats, and the checker's measures on them by hand."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings import HashingEncoder
from rag.cli import main
from rag.errors import CorpusError
from rag.evaluation.grounding import (
    Grounding,
    balanced_accuracy,
    load_claims,
    macro_f1,
    similarity_by,
)
from rag.verification.verify import SUPPORT_THRESHOLD
from tests.builders import write_jsonl
from tests.evaluation_data import measured

FIRE = "A mill in Brell burnt on Tuesday, killing 41 people."

CLAIMS: list[dict[str, object]] = [
    {"id": "a", "claim": "A mill in Brell burnt on Tuesday.", "references": [FIRE],
     "attribution_label": "attributable", "src_dataset": "one"},
    {"id": "b", "claim": "Schools stay shut until May [1].", "references": [FIRE],
     "attribution_label": "not attributable", "src_dataset": "one"},
    {"claim": "The mill burnt, killing 47.", "references": ["", FIRE],
     "attribution_label": "not attributable", "src_dataset": "two"},
]  # fmt: skip


def summary(*judged: tuple[str, str]) -> dict[str, object]:
    """An article with sentences about it, each with the first letters of its answers."""
    return {
        "article": FIRE,
        "summary_sentences": [
            {
                "sentence": sentence,
                "responses": [{"response": "yes" if one == "y" else "no"} for one in answers],
            }
            for sentence, answers in judged
        ],
    }


def test_claims_with_references_are_read_in_order(tmp_path: Path) -> None:
    first, second, third = load_claims(write_jsonl(tmp_path / "claims.jsonl", CLAIMS))
    assert (first.qid, first.claim, first.evidence, first.grounded, first.type) == (
        "a", "A mill in Brell burnt on Tuesday.", (FIRE,), True, "one",
    )  # fmt: skip
    assert (second.qid, second.grounded) == ("b", False)
    assert (third.qid, third.where) == ("claims.jsonl:3", "claims.jsonl:3")
    assert third.evidence == ("", FIRE)


def test_sentences_of_summaries_have_the_label_of_most_people(tmp_path: Path) -> None:
    rows = [summary(("It burnt.", "yyn"), ("It sank.", "nny")), summary(("Rain fell.", "yn"))]
    packed = tmp_path / "summaries.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    found = load_claims(packed)
    assert [(one.qid, one.claim, one.grounded) for one in found] == [
        ("summaries.jsonl.gz:1#1", "It burnt.", True),
        ("summaries.jsonl.gz:1#2", "It sank.", False),
        ("summaries.jsonl.gz:2#1", "Rain fell.", False),
    ]
    assert {one.evidence for one in found} == {(FIRE,)}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"references": [], "attribution_label": "attributable"}, r":1: 'claim' is missing"),
        ({"claim": "x", "references": [7], "attribution_label": "x"},
         r":1: 'references.0' is 7: Input should be a valid string"),
        ({"claim": "x", "references": []}, r":1: 'attribution_label' is missing"),
        ({"article": FIRE, "summary_sentences": [{"sentence": "x"}]},
         r":1: 'summary_sentences.0.responses' is missing"),
        ({"article": FIRE, "summary_sentences": 5}, r":1: 'summary_sentences' is 5"),
        ({"claim": "x", "references": ["y"], "attribution_label": "attributable"},
         "needs claims that are grounded and claims that are not"),
        ({"article": FIRE}, "needs claims that are grounded"),
    ],
)  # fmt: skip
def test_bad_data_are_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        load_claims(write_jsonl(tmp_path / "claims.jsonl", [row]))


def test_measures_at_the_threshold_by_hand() -> None:
    high, low = SUPPORT_THRESHOLD + 0.1, SUPPORT_THRESHOLD - 0.1
    # Of three grounded ones two are found; of two others one is.
    rows = np.array([[high, 1], [SUPPORT_THRESHOLD, 1], [low, 1], [high, 0], [low, 0]])
    assert balanced_accuracy(*rows.T) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert macro_f1(*rows.T) == pytest.approx((2 * 2 / 6 + 2 * 1 / 4) / 2)
    assert np.isnan(balanced_accuracy(*rows[:3].T))
    assert macro_f1(np.array([low]), np.array([1.0])) == 0.0


def test_a_report_has_every_claim_and_its_measures_by_type(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "claims.jsonl", CLAIMS)
    report = measured(Grounding(data), tmp_path / "out").report
    assert (report.suite, report.data, report.system, report.n) == (
        "grounding", "claims", "checker", 3,
    )  # fmt: skip
    assert report.measures == {
        "roc_auc": 1.0, "macro_f1": 1.0, "balanced_accuracy": 1.0, "accuracy": 1.0,
    }  # fmt: skip
    assert report.settings["threshold"] == SUPPORT_THRESHOLD
    assert report.settings["grounded"] == 1
    assert report.groups["type"]["two"] == {"n": 1, "measures": {"macro_f1": 0.5, "accuracy": 1.0}}
    assert [row["qid"] for row in report.questions] == ["a", "b", "claims.jsonl:3"]


def test_meanings_are_compared_by_the_encoder_and_each_text_is_encoded_once() -> None:
    encoded: list[str] = []

    class Counting(HashingEncoder):
        def encode_document(self, texts: Sequence[str]) -> np.ndarray:
            encoded.extend(texts)
            return super().encode_document(texts)

    similarity = similarity_by(Counting(1_024))
    assert similarity("one two", ["one two", "three", "three"]) == pytest.approx([1.0, 0.0, 0.0])
    assert similarity("three", ["three", "one two"]) == pytest.approx([1.0, 0.0])
    assert encoded == ["one two", "three"]


def test_an_encoder_is_named(tmp_path: Path) -> None:
    suite = Grounding(write_jsonl(tmp_path / "claims.jsonl", CLAIMS), HashingEncoder())
    report = measured(suite, tmp_path / "out").report
    assert report.system == "checker with encoder"
    assert report.settings["encoder"] == HashingEncoder().fingerprint


def test_the_command_prints_the_table_and_compares_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    data = write_jsonl(tmp_path / "claims.jsonl", CLAIMS)
    out = tmp_path / "out"
    line = ["dateline", "eval", "grounding", "--data", str(data), "--report", str(out)]

    def typed(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", [*line, *options])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in (0, None)
        return capsys.readouterr().out

    lines = typed("--no-encoder").splitlines()
    assert lines[0] == "grounding: checker on claims, 3 claims"
    assert ["roc_auc", "1.000"] in [line.split()[:2] for line in lines]
    assert "checker with encoder" in typed("--compare", str(out))
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["questions"][0]["grounding"] > SUPPORT_THRESHOLD
