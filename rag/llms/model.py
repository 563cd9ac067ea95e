"""The seam to a language model."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.records import Message, Usage


class ChatModel(Protocol):
    """Streams the reply to `messages`; raises ProviderError when there is none."""

    @property
    def name(self) -> str:
        """The model's name, as an answer shows it."""

    @property
    def context_tokens(self) -> int:
        """How many tokens question and reply may have together."""

    @property
    def max_tokens(self) -> int:
        """How many of them a reply may have."""

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, Usage]:
        """The pieces of the reply, then (as the generator's return value) the usage.

        Closing the generator ends the request.
        """


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, whole, and what it used."""

    text: str
    usage: Usage


def passed_on(stream: Generator[str, None, Usage]) -> Generator[str, None, Reply]:
    """The pieces of a stream as they come, then the reply that they make."""
    pieces: list[str] = []
    while True:
        try:
            piece = next(stream)
        except StopIteration as end:
            return Reply("".join(pieces), end.value)
        pieces.append(piece)
        yield piece


def reply_to(messages: Sequence[Message], model: ChatModel) -> Reply:
    """The whole reply; raises ProviderError when there is none."""
    pieces = passed_on(model.stream(messages))
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
