"""The runner on a suite of four sums, whose report can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.evaluation.measures import roc_auc
from rag.evaluation.report import Row, write_report
from rag.evaluation.runner import Loaded, Overall, Suite, columns, sample_row
from tests.evaluation_data import measured


@dataclass(frozen=True)
class Sum:
    """Two numbers and what they make."""

    qid: str
    terms: tuple[int, int]
    total: int
    type: str


SUMS = [Sum("a", (1, 1), 2, "small"), Sum("b", (2, 2), 4, "small"), Sum("c", (9, 9), 18, "large")]
WRONG = Sum("d", (5, 5), 11, "large")


@dataclass(frozen=True)
class Sums(Suite[Sum, int]):
    """Adds, or always says two where it is the `guess`."""

    name = "sums"
    counted = "sums"

    data: Path
    guess: bool = False
    rival: str = ""
    asked: list[str] = field(default_factory=list, repr=False)

    @property
    def system(self) -> str:
        return "guess" if self.guess else "adder"

    def load(self) -> Loaded[Sum]:
        return Loaded([*SUMS, WRONG], {"as_of": False}, ("one total is wrong",))

    def ask(self, sample: Sum) -> int:
        self.asked.append(sample.qid)
        return 2 if self.guess else sum(sample.terms)

    def measure(self, sample: Sum, answer: int) -> Row:
        right = float(answer == sample.total)
        return sample_row(
            *(sample.qid, str(sample.terms)),
            measures={"right": right, "median_terms": 2.0} if right else {"right": right},
            score=right,
            type=sample.type,
            given=answer,
        )

    def overall(self, rows: Sequence[Row]) -> Iterator[Overall]:
        yield Overall("auc", columns([(row["given"], row["score"]) for row in rows]), roc_auc)

    def settings(self, rows: Sequence[Row]) -> Mapping[str, object]:
        return {"largest": max(row["given"] for row in rows)}

    def warnings(self, rows: Sequence[Row]) -> Iterator[str]:
        yield f"rows: {len(rows)}"

    def files(self, rows: Sequence[Row]) -> Mapping[str, str]:
        return {"totals.txt": " ".join(str(row["given"]) for row in rows)}

    def baseline(self) -> Suite[Sum, int] | None:
        if self.rival == "missing":
            msg = "no dice"
            raise ConfigError(msg)
        return Sums(self.data, guess=True) if self.rival else None


def test_a_report_holds_means_statistics_and_groups(tmp_path: Path) -> None:
    evaluated = measured(Sums(tmp_path / "numbers"), tmp_path / "out")
    report = evaluated.report
    assert (report.suite, report.data, report.system, report.n, report.counted) == (
        *("sums", "numbers", "adder", 4),
        "sums",
    )
    # Totals 2, 4 and 18 are right and 10 is not: of the three pairs one is in order.
    assert report.measures == {"right": 3 / 4, "median_terms": 2.0, "auc": pytest.approx(1 / 3)}
    assert set(report.intervals) == set(report.measures)
    assert report.roc[-1] == (1.0, 1.0)
    # All small ones are right, so that there is no curve among them.
    assert report.groups == {
        "type": {
            "large": {"n": 2, "measures": {"right": 1 / 2, "median_terms": 2.0, "auc": 1.0}},
            "small": {"n": 2, "measures": {"right": 1.0, "median_terms": 2.0}},
        }
    }
    assert report.settings == {"as_of": False, "largest": 18, "date": "2025-07-01"}
    assert set(report.timings) == {"p50_ms", "p95_ms"}
    assert evaluated.warnings == ("one total is wrong", "rows: 4")
    assert evaluated.files == {"totals.txt": "2 4 18 10"}


def test_a_baseline_answers_the_same_samples(tmp_path: Path) -> None:
    evaluated = measured(Sums(tmp_path, rival="guess"), tmp_path / "out")
    other = evaluated.report.baseline
    assert other is not None
    assert (other["system"], other["measures"]["right"]) == ("guess", 1 / 4)
    # Two of four differ; of the four ways to swap those two, two are as far apart.
    test = other["tests"]["right"]
    assert (test["n"], test["difference"], test["p"]) == (4, 1 / 2, 1 / 2)
    missing = measured(Sums(tmp_path, rival="missing"), tmp_path / "out")
    assert missing.report.baseline is None
    assert missing.warnings[1] == "no baseline: no dice"


def test_an_interrupted_run_goes_on_and_other_settings_begin_anew(tmp_path: Path) -> None:
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    suite, out = Sums(tmp_path), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        measured(suite, out, stop)
    assert suite.asked == ["a", "b"]
    report = measured(suite, out).report
    assert suite.asked == ["a", "b", "c", "d"]
    assert [row["qid"] for row in report.questions] == ["a", "b", "c", "d"]
    guess = Sums(tmp_path, guess=True)
    measured(guess, out)
    assert guess.asked == ["a", "b", "c", "d"]
    write_report(out, report)
    assert sorted(file.name for file in out.iterdir()) == [
        *("report.html", "report.json", "report.md"),
    ]
