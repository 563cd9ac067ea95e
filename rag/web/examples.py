"""Example questions for an archive that holds the sample corpus; none for any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import RagError

KINDS = ("fact", "number", "who_said", "date")
"""The types of question that are shown, one of each, in this order."""

MAX_CHARACTERS = 80


def example_questions(path: Path, archive: Archive) -> list[str]:
    """One question of each kind whose articles the archive holds; none without the file."""
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [question for kind in KINDS for question in _first(rows, kind, archive)]


def _first(rows: list[dict[str, Any]], kind: str, archive: Archive) -> Iterator[str]:
    for row in rows:
        question = str(row["question"])
        if row["type"] == kind and len(question) <= MAX_CHARACTERS and _held(row, archive):
            yield question
            return


def _held(row: dict[str, Any], archive: Archive) -> bool:
    try:
        return all(archive.article(id_) for id_ in row["gold_ids"])
    except RagError:
        return False
