"""A small archive with questions whose rankings can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.evaluation.runner import Evaluated, Suite, evaluate
from tests.builders import open_archive, row, write_jsonl

NOW = datetime(2025, 7, 1, tzinfo=UTC)

ARTICLES = [
    row(1, "The ferry Marigold ran aground. All passengers came ashore.", title="Ferry"),
    row(2, "The ferry company bought a ferry and another ferry.", title="", date="2025-06-20"),
    row(3, "The council passed a budget of 12 million crowns.", title="Budget"),
    row(4, "The lighthouse keeper retired after forty years.", title="Light"),
]

# By their words, the first three find their article first and q4 finds it second, after
# article 2, which is the only one of June.
QUESTIONS: list[dict[str, object]] = [
    {
        "qid": "q1",
        "question": "Which ferry ran aground?",
        "date": "2025/06/01",
        "type": "fact",
        "answers": ["Marigold"],
        "gold_ids": ["courier.example/1"],
        "small": True,
    },
    {
        "qid": "q2",
        "question": "What did the ferry company buy?",
        "date": "2025-06-30",
        "type": "fact",
        "answers": ["a ferry"],
        "gold_ids": [],
        "silver_ids": ["courier.example/2"],
    },
    {
        "qid": "q3",
        "question": "How large is the council budget in crowns?",
        "date": "2025-06-30",
        "type": "number",
        "answers": ["12 million"],
        "gold_ids": ["https://www.courier.example/3/index.html?utm_source=mail"],
    },
    {
        "qid": "q4",
        "question": "Which keeper retired from the ferry company?",
        "date": "2025-06-30",
        "type": "fact",
        "answers": ["lighthouse keeper"],
        "gold_ids": ["courier.example/4"],
    },
    {
        "qid": "q5",
        "question": "Which striker won the football cup?",
        "type": "unanswerable",
        "answers": [],
        "gold_ids": [],
    },
]


def write_questions(folder: Path, *rows: dict[str, object]) -> Path:
    """A data folder with these questions, the five above when none are given."""
    folder.mkdir(exist_ok=True)
    write_jsonl(folder / "questions.jsonl", rows or QUESTIONS)
    return folder


def small_archive(folder: Path, *, vectors: bool = True) -> Archive:
    """The four articles in an archive below `folder`."""
    archive = open_archive(folder / "archive")
    archive.ingest(write_jsonl(folder / "articles.jsonl", ARTICLES), vectors=vectors)
    return archive


def measured(suite: Suite[Any, Any], folder: Path, progress: Progress | None = None) -> Evaluated:
    """A suite measured, with few resamples: the intervals of statistics are rough, and quick."""
    return evaluate(suite, folder, NOW, progress or silent, resamples=20)


def silent(_step: str, _done: int, _total: int) -> None:
    """Shows no progress."""
