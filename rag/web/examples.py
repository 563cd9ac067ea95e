"""Chooses example questions for an archive of the sample corpus; none for any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import RagError


def example_questions(path: Path, archive: Archive) -> list[str]:
    """The questions of a file that are marked as examples, and whose articles are in the archive.

    None without the file.
    """
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [row["question"] for row in rows if row.get("example") and _is_stored(row, archive)]


def _is_stored(row: dict[str, Any], archive: Archive) -> bool:
    try:
        return all(archive.article(id_) for id_ in row["gold_ids"])
    except RagError:
        return False
