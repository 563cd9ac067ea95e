"""Runs a suite: load its samples, ask, measure each answer, and make the report.

Each other suite is a class in a module of its own, named after it. An interrupted run goes on where
it stopped: each finished sample is a line of `unfinished-SUITE.jsonl` in the report's folder, which
counts as long as samples, settings and this program's code are the same.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np

import embeddings
import rag
from rag.archive import Progress
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion, Sample, data_name
from rag.evaluation.measures import (
    RESAMPLES,
    Floats,
    Statistic,
    interval,
    paired_interval,
    percentiles,
    roc_auc,
    roc_points,
)
from rag.evaluation.report import Report, Row, compare, mean_measures, measure_values
from rag.evaluation.tables import Table
from rag.records import Article
from rag.store.files import write_atomically

S = TypeVar("S", bound=Sample)
A = TypeVar("A")


class Loaded(NamedTuple, Generic[S]):
    """The samples of a suite, what the report says of them, and warnings for whoever runs it."""

    samples: Sequence[S]
    settings: Mapping[str, Any] = {}
    warnings: Sequence[str] = ()


class Overall(NamedTuple):
    """A measure that is no mean over the samples: a statistic of two columns of numbers."""

    name: str
    columns: Floats
    statistic: Statistic

    @property
    def value(self) -> float:
        """The measure; nan where it is undefined."""
        return self.statistic(*self.columns.T)


class Suite(ABC, Generic[S, A]):
    """One suite: what is loaded, how a sample is asked, and how the answer is measured."""

    name: ClassVar[str]
    counted: ClassVar[str] = "questions"
    groups: ClassVar[tuple[str, ...]] = ("type", "year")
    """The fields of a row by which measures are shown apart, too."""

    paired: ClassVar[bool] = True
    """Whether, as a baseline, it is compared sample by sample."""

    uses_dates: ClassVar[bool] = False
    """Whether, as a baseline, it asks as of the samples' dates where the suite does."""

    @property
    @abstractmethod
    def system(self) -> str:
        """What is measured, as a report calls it."""

    data: Path

    @property
    def data_set(self) -> str:
        """What the data are called in a report."""
        return data_name(self.data)

    @abstractmethod
    def load(self) -> Loaded[S]:
        """The samples; raises ConfigError or CorpusError for data that cannot be measured."""

    @abstractmethod
    def ask(self, sample: S) -> A:
        """The answer of the system to one sample; its time is taken."""

    @abstractmethod
    def measure(self, sample: S, answer: A) -> Row:
        """The row of one sample: made by `sample_row`, with its measures."""

    def overall(self, _rows: Sequence[Row]) -> Iterator[Overall]:
        """The measures that are no means over the rows."""
        return iter(())

    def settings(self, _rows: Sequence[Row]) -> Mapping[str, Any]:
        """What the report says and only the measured rows tell."""
        return {}

    def baseline(self) -> Suite[S, Any] | None:
        """Another system to measure on the same samples; ConfigError where it cannot be had."""
        return None

    def warnings(self, _rows: Sequence[Row]) -> Iterator[str]:
        """What whoever runs the evaluation should know, and only the measured rows tell."""
        return iter(())

    def tables(self, _rows: Sequence[Row]) -> Mapping[str, Table]:
        """Further tables of the report, by title."""
        return {}

    def compared(self, _rows: Sequence[Row], _others: Sequence[Row]) -> Mapping[str, Table]:
        """Further tables where a baseline was measured: its rows are of the same samples."""
        return {}

    def files(self, _rows: Sequence[Row]) -> Mapping[str, str]:
        """Further files of the report, by name."""
        return {}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A report with its further files, and warnings for whoever ran the evaluation."""

    report: Report
    warnings: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    suite: Suite[S, Any],
    folder: Path,
    now: datetime,
    progress: Progress,
    resamples: int = RESAMPLES,
) -> Evaluated:
    """Measures every sample of a suite, and its baseline beside it; `now` dates the report."""
    loaded = suite.load()
    warnings = list(loaded.warnings)
    other: Suite[S, Any] | None = None
    try:
        other = suite.baseline()
    except ConfigError as error:
        warnings.append(f"no baseline: {error}")
    rows = _rows(suite, loaded, folder / f"unfinished-{suite.name}.jsonl", progress)
    measures, intervals = _summary(suite, rows, resamples)
    others = _rows(other, loaded, folder / "unfinished-baseline.jsonl", progress) if other else []
    scored = (each.columns for each in suite.overall(rows) if each.statistic is roc_auc)
    curves = (roc_points(*columns.T) for columns in scored)
    report = Report(
        suite=suite.name,
        data=suite.data_set,
        system=suite.system,
        n=len(rows),
        measures=measures,
        intervals=intervals,
        settings={**loaded.settings, **suite.settings(rows), "date": f"{now:%Y-%m-%d}"},
        timings=percentiles([row["seconds"] for row in rows]),
        baseline=_baseline(other, loaded, others, rows) if other else None,
        groups={name: found for name in suite.groups if (found := _grouped(suite, rows, name))},
        roc=next(curves, []),
        counted=suite.counted,
        tables={**suite.tables(rows), **(suite.compared(rows, others) if other else {})},
        questions=rows,
    )
    return Evaluated(report, (*warnings, *suite.warnings(rows)), suite.files(rows))


def sample_row(
    qid: str, question: str, *, measures: Mapping[str, float], score: float, **more: Any
) -> Row:
    """What a report says of a sample: `measures`, a `score` from 0 to 1, and what is `more`.

    `expected` are texts, `found` is made by `shown`.
    """
    common: Row = {"type": "", "date": "", "expected": [], "found": []}
    date = str(more.get("date", ""))
    own = {"qid": qid, "question": question, "year": date[:4], "measures": measures, "score": score}
    return common | own | more


def shown(article: Article, text: str) -> dict[str, str]:
    """An article with words of it, as the page of a report lists what was found."""
    return {"id": article.id, "title": article.title, "text": text}


def question_row(
    question: EvalQuestion, *, measures: Mapping[str, float], score: float, **more: Any
) -> Row:
    """The row of a labelled question."""
    known = {"type": question.type, "date": question.date}
    return sample_row(
        question.qid, question.question, measures=measures, score=score, **(known | more)
    )


def _rows(suite: Suite[S, Any], loaded: Loaded[S], path: Path, progress: Progress) -> list[Row]:
    """A row for each sample, in their order; only those are asked that `path` does not hold."""
    known = [suite.name, suite.system, loaded.settings, list(loaded.samples)]
    digest = hashlib.sha256(json.dumps(known, sort_keys=True, default=str).encode())
    for package in (embeddings, rag):
        for code in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(code.read_bytes())
    key = digest.hexdigest()
    finished = {row["qid"]: row for row in _finished(path, key)}
    total = len(loaded.samples)
    waiting = [sample for sample in loaded.samples if sample.qid not in finished]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A killed process leaves half a line; writing the whole ones again drops it.
        write_atomically(path, "".join(_line(key, row) for row in finished.values()).encode())
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        msg = f"cannot write to {path.parent} ({error.strerror}); name another: --report"
        raise ConfigError(msg) from error
    with file:
        for number, sample in enumerate(waiting):
            progress(suite.system, total - len(waiting) + number, total)
            started = time.perf_counter()
            answer = suite.ask(sample)
            seconds = time.perf_counter() - started
            finished[sample.qid] = suite.measure(sample, answer) | {"seconds": seconds}
            file.write(_line(key, finished[sample.qid]))
            file.flush()
    progress(suite.system, total, total)
    return [finished[sample.qid] for sample in loaded.samples]


def _line(key: str, row: Row) -> str:
    return json.dumps({"key": key, "row": row}, ensure_ascii=False) + "\n"


def _finished(path: Path, key: str) -> Iterator[Row]:
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    for line in text.splitlines():
        try:
            finished = json.loads(line)
        except ValueError:
            continue
        if finished["key"] == key:
            yield finished["row"]


def _summary(
    suite: Suite[S, Any], rows: Sequence[Row], resamples: int
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """All measures of the rows with their 95 % intervals; undefined ones are left out."""
    measures = mean_measures(rows)
    intervals = {
        name: interval(values, median=name.startswith("median"))
        for name, values in measure_values(rows).items()
    }
    for each in suite.overall(rows):
        if not math.isnan(each.value):
            measures[each.name] = each.value
            intervals[each.name] = paired_interval(each.columns, each.statistic, resamples)
    return measures, intervals


def _grouped(suite: Suite[S, Any], rows: Sequence[Row], by: str) -> dict[str, Any]:
    """Number and measures of the rows of each value of a field; {} where all have one value."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row[by]) or "unknown", []).append(row)
    if len(groups) < 2:
        return {}
    found = {}
    for name, group in sorted(groups.items()):
        values = {each.name: each.value for each in suite.overall(group)}
        defined = {key: value for key, value in values.items() if not math.isnan(value)}
        found[name] = {"n": len(group), "measures": mean_measures(group) | defined}
    return found


def _baseline(
    suite: Suite[S, Any], loaded: Loaded[S], rows: Sequence[Row], measured: Sequence[Row]
) -> dict[str, Any]:
    """What the baseline reaches on the same samples, and the difference to what was measured."""
    measures, intervals = _summary(suite, rows, RESAMPLES)
    tests = compare(rows, measured) if suite.paired else {}
    return {
        "system": suite.system,
        "as_of": suite.uses_dates and bool(loaded.settings.get("as_of")),
        "measures": measures,
        "intervals": intervals,
        "timings": percentiles([row["seconds"] for row in rows]),
        "tests": {name: asdict(test) for name, test in tests.items()},
    }


def columns(pairs: Sequence[tuple[float, float]]) -> Floats:
    """Pairs of numbers as two columns, none of them too."""
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
