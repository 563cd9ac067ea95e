"""Writes what became of an ingest run to a file: as JSON, as a table, or as text to read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

from rag.conversations.escaping import without_controls
from rag.errors import ConfigError
from rag.ingest import IngestReport
from rag.store import OutcomeKind

_COLUMNS = ("input", "result", "article", "note")
_FORMULA = ("=", "+", "-", "@")


def check_report_file(path: Path) -> None:
    """Raises ConfigError if no report can be written to `path`, before any work is done."""
    if path.is_dir():
        msg = f"{str(path)!r} is a folder; name a file with --report"
        raise ConfigError(msg)
    if not path.parent.is_dir():
        msg = f"there is no folder {str(path.parent)!r} for the report; make it first"
        raise ConfigError(msg)


def write_report(report: IngestReport, path: Path) -> None:
    """Writes the report: `.json` and `.csv` for programs, any other name as text.

    It holds the counts, every failure and note, and every article that looked odd. Raises
    ConfigError if the file cannot be written.
    """
    kind = path.suffix.lower()
    written = {".json": _as_json, ".csv": _as_csv}.get(kind, _as_text)(report)
    try:
        path.write_text(written, encoding="utf-8", newline="")
    except OSError as error:
        msg = f"the report cannot be written to {str(path)!r}: {error.strerror or error}"
        raise ConfigError(msg) from error


def _rows(report: IngestReport) -> list[tuple[str, str, str, str]]:
    noted = [(each.path, str(each.kind), each.article_id, each.note) for each in report.notable]
    odd = [(each.path, "odd", each.article_id, str(each.kind)) for each in report.odd.articles()]
    return noted + odd


def _as_json(report: IngestReport) -> str:
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(report)]
    counts = {kind: report.counts[kind] for kind in get_args(OutcomeKind)}
    found = {"counts": counts, "odd": report.odd.summary(), "inputs": rows}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _as_csv(report: IngestReport) -> str:
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(_COLUMNS)
    # A spreadsheet would compute what begins like a formula.
    for row in _rows(report):
        table.writerow([f"'{each}" if each.startswith(_FORMULA) else each for each in row])
    return file.getvalue()


def _as_text(report: IngestReport) -> str:
    counts = ", ".join(f"{n:,} {kind}" for kind, n in sorted(report.counts.items()) if n)
    lines = [counts or "nothing new"]
    if summary := report.odd.summary():
        lines += ["", "Looked odd:", *(f"- {line}" for line in summary)]
    rows = [f"{result}  {where}: {note}" for where, result, _, note in _rows(report)]
    if rows:
        lines += ["", "Inputs:", *rows]
    return "".join(f"{without_controls(line)}\n" for line in lines)
