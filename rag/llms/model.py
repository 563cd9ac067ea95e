"""The seam to a language model."""

from __future__ import annotations

from collections.abc import Generator, Sequence
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
