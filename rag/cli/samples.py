"""The sample corpus: where it is, and which of its questions an archive can answer."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.errors import RagError

CHECKOUT = Path(__file__).resolve().parents[2] / "seeds"
_INSTALLED = "share/dateline/seeds/SOURCES.md"


def sample_folder() -> Path | None:
    """The folder of the sample articles and their questions; None where it is missing."""
    if CHECKOUT.is_dir():
        return CHECKOUT
    try:
        installed = files("dateline") or []
    except PackageNotFoundError:
        return None
    found = (each for each in installed if each.as_posix().endswith(_INSTALLED))
    folders = (Path(str(each.locate())).resolve().parent for each in found)
    return next((folder for folder in folders if folder.is_dir()), None)


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
