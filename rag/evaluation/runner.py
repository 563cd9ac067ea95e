"""What the suites share: the facts every report states, and the files it is written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.html_report import html_page
from rag.evaluation.journal import Row
from rag.evaluation.report import JSON, Comparison, Report, markdown, write_json
from rag.evaluation.trec import trec_qrels, trec_run
from rag.files import write_atomically


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A report with what its reader should be told beside it."""

    report: Report
    warnings: tuple[str, ...] = ()


def write_report(folder: Path, report: Report, comparison: Comparison | None) -> None:
    """Writes report.json, report.md, report.html and what goes with them into a folder.

    A ranking is written as a TREC run with its qrels. The notes of unfinished work go.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / JSON, report.to_dict())
        write_atomically(folder / "report.md", markdown(report).encode())
        page = html_page(report, comparison)
        write_atomically(folder / "report.html", page.encode("utf-8", "replace"))
        if comparison is not None:
            write_json(folder / "comparison.json", comparison.to_dict())
        if report.suite == "retrieval":
            write_atomically(folder / "run.trec", trec_run(report).encode())
            write_atomically(folder / "qrels.trec", trec_qrels(report).encode())
        for unfinished in folder.glob("unfinished-*.jsonl"):
            unfinished.unlink()
    except OSError as error:
        msg = f"cannot write the report to {folder} ({error.strerror}); name another: --report"
        raise ConfigError(msg) from error


def data_name(path: Path) -> str:
    """What a data set is called: its folder, or the file where that has a name of its own."""
    resolved = path.resolve()
    return resolved.parent.name if resolved.name == "questions.jsonl" else resolved.stem


def question_row(question: EvalQuestion) -> Row:
    """What a report says of a question whatever is measured."""
    return {
        "qid": question.qid,
        "question": question.question,
        "type": question.type,
        "year": question.year,
        "date": question.date,
    }


def archive_facts(archive: Archive) -> dict[str, Any]:
    """What a report says of the archive: its size, how much is embedded and by what."""
    articles, passages, embedded = archive.counts()
    return {
        "archive": str(archive.folder),
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        "encoder": archive.encoder.fingerprint,
    }


def archive_state(archive: Archive) -> dict[str, Any]:
    """What must not differ between two halves of one run."""
    archive_id, change = archive.state()
    return archive_facts(archive) | {"archive_id": archive_id, "change": change}
