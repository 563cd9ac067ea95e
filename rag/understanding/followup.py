"""Makes a follow-up question stand alone, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.records import Message

_LEANING = re.compile(
    r"^(?:and|but|so|what about|how about|why|when|where|who|how many|how much)\b[^?]{0,25}\?*$"
    r"|^(?:and|but|what about|how about)\b"
    r"|\b(?:he|she|they|it|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then"
    r"|the same|both|the former|the latter)\b",
    re.IGNORECASE,
)


def standalone_question(question: str, history: Sequence[Message]) -> str:
    """The question with the last one before it, where it cannot be understood without.

    A question leans on the conversation when it opens with "and" or "what about", is a
    bare question word, or refers back with a pronoun. Without history it is returned
    unchanged.
    """
    earlier = [message.content for message in history if message.role == "user"]
    if not earlier or not _LEANING.search(question):
        return question
    return f"{earlier[-1].strip()} {question.strip()}"
