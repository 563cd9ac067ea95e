"""A language model that says what it was told to say."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from rag.errors import ProviderError
from rag.llms.model import Reply, ReplySchema
from rag.records import Message, Usage


class ScriptedModel:
    """Replies from a list, word by word, and remembers what it was asked. For tests.

    A `Reply` in the list is given with its ending and notes. An exception is raised in its
    turn; with none left, every further question is a ProviderError. Usage counts words.
    """

    name = "scripted"
    prompt_tokens = 7_592
    max_tokens = 600
    deadline = 300.0
    structured = False

    def __init__(self, *replies: str | Reply | Exception) -> None:
        self._replies = list(replies)
        self.asked: list[Sequence[Message]] = []

    def stream(
        self, messages: Sequence[Message], _schema: ReplySchema | None = None
    ) -> Generator[str, None, Reply]:
        """The next reply, in words with the white space that follows them."""
        self.asked.append(messages)
        if not self._replies:
            msg = f"{self.name!r} has no reply to question {len(self.asked)}; give it one more"
            raise ProviderError(msg)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        given = reply if isinstance(reply, Reply) else Reply(reply)
        yield from re.findall(r"\s*\S+\s*|\s+", given.text)
        used = Usage(sum(len(m.content.split()) for m in messages), len(given.text.split()))
        return Reply(given.text, used, given.finish, given.notes)
