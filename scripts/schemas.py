"""Writes the JSON schemas in docs: `python scripts/schemas.py`, after a change of the models."""

from __future__ import annotations

import json
from pathlib import Path

from rag.records.answer_json import SCHEMAS

DOCS = Path(__file__).parent.parent / "docs"


def written(name: str) -> str:
    """The text of a schema's file, by its name."""
    return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for file in SCHEMAS:
        (DOCS / file).write_text(written(file), encoding="utf-8")
