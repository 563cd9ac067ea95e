"""The result of an evaluation, and its files: report.json, report.md and report.html."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import ConfigError
from rag.evaluation.intervals import PairedTest
from rag.evaluation.journal import Row
from rag.evaluation.summary import compare
from rag.evaluation.tables import Table, as_markdown, figure, signed, span
from rag.files import write_atomically

JSON = "report.json"


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on what, with which settings; `questions` has a row for each.

    `counted` says what the `n` are, where they are no questions.
    """

    suite: str
    data: str
    system: str
    n: int
    measures: Mapping[str, float]
    intervals: Mapping[str, Sequence[float]]
    settings: Mapping[str, Any]
    timings: Mapping[str, Any]
    baseline: Mapping[str, Any] | None = None
    by_type: Mapping[str, Any] = field(default_factory=dict)
    by_year: Mapping[str, Any] = field(default_factory=dict)
    by_turn: Mapping[str, Any] = field(default_factory=dict)
    counted: str = "questions"
    questions: Sequence[Row] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values; `baseline` only where one was measured."""
        values = asdict(self)
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report as it was read back; `rows` have a qid and measures each."""

    path: str
    suite: str
    system: str
    measures: Mapping[str, float]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against an earlier one, measure by measure, over the questions both have."""

    report: str
    system: str
    measures: Mapping[str, float]
    tests: Mapping[str, PairedTest]

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        tests = {name: test.to_dict() for name, test in self.tests.items()}
        return {
            "report": self.report,
            "system": self.system,
            "measures": dict(self.measures),
            "tests": tests,
        }


def write_json(path: Path, value: Any) -> None:
    """Replaces a file by the value as JSON."""
    write_atomically(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def load_earlier(earlier: Path) -> Earlier:
    """What an earlier run found, by its folder or its `report.json`.

    Raises ConfigError where that is no report of an evaluation.
    """
    file = earlier / JSON if earlier.is_dir() else earlier
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        rows = [{"qid": row["qid"], "measures": row["measures"]} for row in value["questions"]]
        return Earlier(str(earlier), value["suite"], value["system"], value["measures"], rows)
    except OSError as error:
        msg = f"--compare {str(earlier)!r} has no {JSON} to read ({error.strerror})"
        raise ConfigError(msg) from error
    except (ValueError, TypeError, KeyError) as error:
        msg = f"--compare {str(earlier)!r} is no report of an evaluation; name its --report folder"
        raise ConfigError(msg) from error


def against(earlier: Earlier, report: Report) -> Comparison:
    """The report against an earlier one of the same suite, question by question.

    Raises ConfigError where the suites differ or no question is in both.
    """
    if earlier.suite != report.suite:
        msg = f"--compare {earlier.path!r} is a report on {earlier.suite!r}, not {report.suite!r}"
        raise ConfigError(msg)
    tests = compare(earlier.rows, report.questions)
    if not tests:
        msg = f"--compare {earlier.path!r} shares no question with this run"
        raise ConfigError(msg)
    return Comparison(earlier.path, earlier.system, earlier.measures, tests)


def main_table(report: Report) -> Table:
    """Each measure with its interval and, where there is a baseline, the difference to it."""
    heading = ["measure", report.system, "95 %"]
    lines = [
        [name, figure(value), span(report.intervals[name])]
        for name, value in report.measures.items()
    ]
    if report.baseline:
        heading += [report.baseline["system"], "difference", "p"]
        for line in lines:
            line += _against(line[0], report.baseline["measures"], report.baseline["tests"])
    return Table(tuple(heading), tuple(map(tuple, lines)))


def comparison_table(comparison: Comparison) -> Table:
    """Each measure of the earlier run, and how far this one is from it."""
    heading = ("measure", "earlier", "difference", "95 %", "p", "n")
    rows = [
        (
            name,
            figure(comparison.measures[name]),
            signed(test.difference),
            span(test.interval),
            _p(test.p),
            f"{test.n:,}",
        )
        for name, test in comparison.tests.items()
    ]
    return Table(heading, tuple(rows))


def group_table(name: str, groups: Mapping[str, Any], measures: Sequence[str]) -> Table:
    """The measures of each group, "" where a group has none of a measure."""
    rows = [
        (key, f"{group['n']:,}", *(_cell(group["measures"], measure) for measure in measures))
        for key, group in groups.items()
    ]
    return Table((name, "n", *measures), tuple(rows))


def markdown(report: Report) -> str:
    """`run_table` as Markdown."""
    return as_markdown(run_table(report))


def run_table(report: Report) -> Table:
    """What ran on what, when, and what came out: a row for each system."""
    heading = ("data", "system", "dates", "n", *report.measures, "run on")
    dates = "as of the question" if report.settings["as_of"] else "not used"
    runs = [(report.system, dates, report.measures)]
    if report.baseline:
        runs.append((report.baseline["system"], "not used", report.baseline["measures"]))
    rows = [
        (
            report.data,
            system,
            used,
            f"{report.n:,}",
            *(_cell(measures, name) for name in report.measures),
            str(report.settings["date"]),
        )
        for system, used, measures in runs
    ]
    return Table(heading, tuple(rows))


def _against(
    name: str, measures: Mapping[str, float], tests: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    if name not in tests:
        return [_cell(measures, name), "", ""]
    return [figure(measures[name]), signed(tests[name]["difference"]), _p(tests[name]["p"])]


def _cell(measures: Mapping[str, float], name: str) -> str:
    return figure(measures[name]) if name in measures else ""


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else figure(value)
