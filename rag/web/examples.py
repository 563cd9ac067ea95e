"""Chooses example questions for an archive of the sample corpus; none for any other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import RagError

KINDS = ("fact", "number", "who_said", "date")
"""The types of the example questions, one of each, in this order."""

MAX_CHARACTERS = 80


_LONGER_WORD = re.compile(r"\w{5,}")


def example_questions(path: Path, archive: Archive) -> list[str]:
    """One question of each kind whose articles are in the archive; none without the file.

    No two share a longer word, so they are about different stories.
    """
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    chosen: list[str] = []
    for kind in KINDS:
        fitting = (row for row in rows if row.get("type") == kind and _fits(row, chosen))
        chosen += [row["question"] for row in fitting if _is_stored(row, archive)][:1]
    return chosen


def _fits(row: dict[str, Any], chosen: list[str]) -> bool:
    question = row["question"]
    used = _LONGER_WORD.findall(" ".join(chosen))
    fresh = not set(_LONGER_WORD.findall(question)).intersection(used)
    return len(question) <= MAX_CHARACTERS and fresh


def _is_stored(row: dict[str, Any], archive: Archive) -> bool:
    try:
        return all(archive.article(id_) for id_ in row["gold_ids"])
    except RagError:
        return False
