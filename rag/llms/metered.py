"""A language model that adds up what it was used for."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rag.llms.model import ChatModel
from rag.records import Message, Usage


class Metered:
    """The model given, with the `usage` of all replies that came to their end."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.usage = Usage()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def context_tokens(self) -> int:
        """How many tokens question and reply may have together."""
        return self._model.context_tokens

    @property
    def max_tokens(self) -> int:
        """How many of them a reply may have."""
        return self._model.max_tokens

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, Usage]:
        """The model's reply, counted when it has ended."""
        usage = yield from self._model.stream(messages)
        self.usage += usage
        return usage
