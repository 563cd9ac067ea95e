"""Puts what a run measured into the tables of a README; measures nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.errors import ConfigError
from rag.evaluation.report import load_report, run_table
from rag.evaluation.tables import Table
from rag.store.files import write_atomically

_SAME_RUN = ("data", "system", "dates")
"""The columns by which the row of an earlier run of the same kind is known."""

_CELLS = re.compile(r"(?<!\\)\|")
_NOTHING = "–"


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
