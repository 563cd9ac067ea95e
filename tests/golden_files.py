"""Prompts, compared byte for byte with the files in tests/golden/.

To write the files anew after a prompt was changed on purpose, and read the difference:

    UPDATE_GOLDEN=1 python -m pytest tests/test_answers_prompts.py \
        tests/test_questions_rewriting.py tests/test_questions_splitting.py
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rag.records import Message

FOLDER = Path(__file__).parent / "golden"


def matches_golden(name: str, messages: Sequence[Message]) -> bool:
    """Whether the messages read as in the golden file of that name, which is made at need."""
    text = "".join(f"# {message.role}\n\n{message.content}\n\n" for message in messages)
    path = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(text.encode())
    return path.read_bytes() == text.encode()
