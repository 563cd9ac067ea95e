"""The result of an evaluation and its files: report.json, report.html and report.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from statistics import fmean, median
from typing import Any

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.errors import ConfigError
from rag.evaluation.measures import PairedTest, paired_test
from rag.evaluation.tables import Table, as_markdown, figure, signed, span
from rag.language.words import shortened
from rag.store.files import write_atomically

Row = dict[str, Any]
JSON = "report.json"
WORST = 20
_SAME_RUN = ("data", "system", "dates")
"""The columns by which the row of an earlier run of the same kind is known."""

_CELLS = re.compile(r"(?<!\\)\|")
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on what, with which settings; `questions` has a row for each sample.

    `counted` says what the `n` are. `groups` holds measures by type, year and the like, `tables`
    what else a suite shows, by title, and `roc` the points of the ROC curve where there is one.
    The setting `columns` names the measures that tables of several runs show; else all.
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
    groups: Mapping[str, Any] = field(default_factory=dict)
    roc: Sequence[Sequence[float]] = ()
    counted: str = "questions"
    tables: Mapping[str, Any] = field(default_factory=dict)
    questions: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against an earlier one, measure by measure, over the samples both have."""

    report: str
    system: str
    measures: Mapping[str, float]
    tests: Mapping[str, PairedTest]


def write_report(
    folder: Path,
    report: Report,
    comparison: Comparison | None = None,
    files: Mapping[str, str] | None = None,
) -> None:
    """Writes report.json, report.md, report.html and further `files` into a folder.

    What an interrupted run left there goes.
    """
    written = {
        JSON: _json({name: value for name, value in asdict(report).items() if value is not None}),
        "report.md": "\n".join([as_markdown(run_table(report)), *_sections(report)]),
        "report.html": html_page(report, comparison),
        **({"comparison.json": _json(asdict(comparison))} if comparison else {}),
        **(files or {}),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in written.items():
            write_atomically(folder / name, content.encode("utf-8", "replace"))
        for unfinished in folder.glob("unfinished-*.jsonl"):
            unfinished.unlink()
    except OSError as error:
        msg = f"cannot write the report to {folder} ({error.strerror}); name another: --report"
        raise ConfigError(msg) from error


def load_report(path: Path, option: str = "") -> Report:
    """The report of a folder, or of its `report.json`.

    Raises ConfigError, which begins with the option that named it, for what is no report.
    """
    named = f"{option} {str(path)!r}".strip()
    file = path / JSON if path.is_dir() else path
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        known = [each.name for each in fields(Report)]
        report = Report(**{name: value[name] for name in known if name in value})
        for row in report.questions:
            _ = row["qid"], row["measures"]
    except OSError as error:
        msg = f"{named} has no {JSON} to read ({error.strerror}); name a --report folder"
        raise ConfigError(msg) from error
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{named} is no report of an evaluation; name a --report folder"
        raise ConfigError(msg) from error
    return report


def against(path: Path, earlier: Report, report: Report) -> Comparison:
    """The report against an earlier one of the same suite, sample by sample.

    Raises ConfigError where the suites differ or no sample is in both.
    """
    named = f"--compare {str(path)!r}"
    if earlier.suite != report.suite:
        msg = f"{named} is a report on {earlier.suite!r}, not {report.suite!r}"
        raise ConfigError(msg)
    tests = compare(earlier.questions, report.questions)
    if not tests:
        msg = f"{named} shares no question with this run"
        raise ConfigError(msg)
    return Comparison(str(path), earlier.system, earlier.measures, tests)


def compare(before: Sequence[Row], after: Sequence[Row]) -> dict[str, PairedTest]:
    """A paired test of each measure over the samples that have it in both runs."""
    earlier = {row["qid"]: row["measures"] for row in before}
    pairs: dict[str, list[tuple[float, float]]] = {}
    for row in after:
        old = earlier.get(row["qid"], {})
        for name in row["measures"]:
            if name in old:
                pairs.setdefault(name, []).append((old[name], row["measures"][name]))
    return {name: paired_test(*zip(*found, strict=True)) for name, found in pairs.items()}


def measure_values(rows: Sequence[Row]) -> dict[str, list[float]]:
    """The values of each measure over the rows that have it."""
    values: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row["measures"].items():
            values.setdefault(name, []).append(float(value))
    return values


def mean_measures(rows: Sequence[Row]) -> dict[str, float]:
    """The mean of each measure over the rows that have it; the median where its name says so."""
    return {
        name: float(median(found) if name.startswith("median") else fmean(found))
        for name, found in measure_values(rows).items()
    }


def worst(rows: Sequence[Row], count: int = WORST) -> list[Row]:
    """The rows with the lowest score, those with a full one left out; ties by qid."""
    failed = [row for row in rows if row["score"] < 1]
    return sorted(failed, key=lambda row: (row["score"], row["qid"]))[:count]


def main_table(report: Report) -> Table:
    """Each measure with its interval and, where there is a baseline, the difference to it."""
    heading = ["measure", report.system, "95 %"]
    other = report.baseline
    if other:
        heading += [other["system"], "difference", "p"]
    rows = []
    for name, value in report.measures.items():
        cells = [name, figure(value), span(report.intervals[name])]
        if other:
            test = other["tests"].get(name)
            cells.append(_cell(other["measures"], name))
            cells += [signed(test["difference"]), _p(test["p"])] if test else ["", ""]
        rows.append(tuple(cells))
    return Table(tuple(heading), tuple(rows))


def comparison_table(comparison: Comparison) -> Table:
    """Each measure of the earlier run, and how far this one is from it."""
    rows = tuple(
        (
            name,
            _cell(comparison.measures, name),
            signed(test.difference),
            span(test.interval),
            _p(test.p),
            f"{test.n:,}",
        )
        for name, test in comparison.tests.items()
    )
    return Table(("measure", "earlier", "difference", "95 %", "p", "n"), rows)


def run_table(report: Report) -> Table:
    """What ran on what, when, and what came out: a row for each system, as in a README."""
    shown = report.settings.get("columns", report.measures)
    names = [name for name in report.measures if name in shown]
    runs = [(report.system, report.settings.get("as_of"), report.measures)]
    if other := report.baseline:
        runs.append((other["system"], other.get("as_of"), other["measures"]))
    rows = tuple(
        (
            *(report.data, system, "as of the question" if dated else "not used", f"{report.n:,}"),
            *(_cell(measures, name) for name in names),
            str(report.settings["date"]),
        )
        for system, dated, measures in runs
    )
    return Table(("data", "system", "dates", "n", *names, "run on"), rows)


def html_page(report: Report, comparison: Comparison | None = None) -> str:
    """The report as one HTML page: bars, tables, ROC curve, the worst samples and the settings.

    All text is escaped, and the page needs nothing else: no script, no font, no address.
    """
    tables = [("Measures", main_table(report))]
    if comparison:
        title = f"Against {comparison.report} ({comparison.system})"
        tables.append((title, comparison_table(comparison)))
    for by, groups in report.groups.items():
        cells = [
            (key, f"{group['n']:,}", *(_cell(group["measures"], name) for name in report.measures))
            for key, group in groups.items()
        ]
        tables.append((f"By {by}", Table((by, "n", *report.measures), tuple(cells))))
    tables += report.tables.items()
    values = {**report.settings, **report.timings}.items()
    settings = Table(("name", "value"), tuple((name, str(value)) for name, value in values))
    shares = [
        name
        for name, value in report.measures.items()
        if not name.startswith("median") and 0 <= value <= 1
    ]
    page = template("report.html.jinja").render(
        report=report,
        systems=[asdict(report), *([report.baseline] if report.baseline else [])],
        shares=shares,
        tables=tables,
        worst=worst(report.questions),
        settings=settings,
    )
    return str(page)


@cache
def template(name: str) -> Any:
    """A template of this folder, by jinja2; all that is put into it is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        # jinja2's own escaping lets characters through that no page can hold.
        finalize=lambda value: value if isinstance(value, Markup) else text(str(value)),
    )
    environment.filters |= {"figure": figure, "span": span, "shortened": shortened}
    source = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return environment.from_string(source)


def _sections(report: Report) -> list[str]:
    return [f"## {title}\n\n{as_markdown(table)}" for title, table in report.tables.items()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _cell(measures: Mapping[str, float], name: str) -> str:
    return figure(measures[name]) if name in measures else ""


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else figure(value)


def paste(reports: Sequence[Path], into: Path) -> None:
    """Writes each report's figures into the table of a Markdown file that has its columns.

    A row of the same data, system and dates is replaced, else one is added at the table's
    end. Raises ConfigError for what is no report, and where no table has its columns: then
    nothing is written.
    """
    tables = [run_table(load_report(path)) for path in reports]
    try:
        lines = into.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        msg = f"--into {str(into)!r} cannot be read ({error.strerror})"
        raise ConfigError(msg) from error
    for table in tables:
        _pasted(lines, table, into)
    write_atomically(into, "".join(f"{line}\n" for line in lines).encode())


def _pasted(lines: list[str], table: Table, into: Path) -> None:
    """Puts the rows into the narrowest table of `lines` that has their columns."""
    headings = {place: _cells(line) for place, line in enumerate(lines) if line.startswith("|")}
    fitting = [place for place, cells in headings.items() if set(table.heading) <= set(cells)]
    if not fitting:
        msg = f"{str(into)!r} has no table with the columns: | {' | '.join(table.heading)} |"
        raise ConfigError(msg)
    first = min(fitting, key=lambda place: len(headings[place]))
    heading = headings[first]
    for row in table.rows:
        values = dict(zip(table.heading, row, strict=True))
        line = f"| {' | '.join(values.get(name, _NOTHING) or _NOTHING for name in heading)} |"
        start, end = _place(lines, first + 2, heading, values)
        lines[start:end] = [line]


def _place(
    lines: Sequence[str], first: int, heading: Sequence[str], run: Mapping[str, str]
) -> tuple[int, int]:
    """The line of the same run among the rows from `first` on; an empty span at their end."""
    place = first
    while place < len(lines) and lines[place].startswith("|"):
        cells = dict(zip(heading, _cells(lines[place]), strict=False))
        if all(cells.get(name) == run[name] for name in _SAME_RUN):
            return place, place + 1
        place += 1
    return place, place


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line)[1:-1]]
