"""A language model that adds up what it was used for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from rag.errors import ProviderError
from rag.llms.model import ChatModel, Reply, ReplySchema
from rag.observing import ModelAsked, notify
from rag.records import Message, Usage


class Metered:
    """The model given, with the `usage` of all requests that came to their end."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.usage = Usage()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a question may have."""
        return self._model.prompt_tokens

    @property
    def max_tokens(self) -> int:
        """How many tokens a reply may have."""
        return self._model.max_tokens

    @property
    def deadline(self) -> float:
        """How many seconds an answer may take."""
        return self._model.deadline

    @property
    def structured(self) -> bool:
        """Whether a reply can be asked for by a schema."""
        return self._model.structured

    def stream(
        self, messages: Sequence[Message], schema: ReplySchema | None = None
    ) -> Generator[str, None, Reply]:
        """The model's reply, counted when it has ended."""
        asked = self._model.stream(messages, schema) if schema else self._model.stream(messages)
        try:
            reply = yield from asked
        except ProviderError:
            notify(ModelAsked(self.name, failed=True))
            raise
        used = reply.usage
        notify(ModelAsked(self.name, used.prompt_tokens, used.completion_tokens))
        self.usage += replace(reply.usage, requests=1)
        return reply
