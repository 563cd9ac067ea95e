"""A language model that says what it was told to say."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from rag.errors import ProviderError
from rag.records import Message, Usage


class ScriptedModel:
    """Replies from a list, word by word, and remembers what it was asked. For tests.

    An exception in the list is raised in its turn; with none left, every further
    question is a ProviderError. Usage counts words.
    """

    name = "scripted"
    context_tokens = 8_192
    max_tokens = 600

    def __init__(self, *replies: str | Exception) -> None:
        self._replies = list(replies)
        self.asked: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, Usage]:
        """The next reply, in words with the white space that follows them."""
        self.asked.append(messages)
        if not self._replies:
            msg = f"{self.name!r} has no reply to question {len(self.asked)}; give it one more"
            raise ProviderError(msg)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        yield from re.findall(r"\s*\S+\s*|\s+", reply)
        return Usage(sum(len(m.content.split()) for m in messages), len(reply.split()))
