"""The seam to a language model."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from rag.records import Message, Usage

Finish = Literal["stop", "length", "filtered", "unknown"]
"""Why a reply ended: all is said, out of tokens, cut by a content filter, or not known."""

_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote, whole and without its thoughts, and what it used.

    `notes` are sentences for the reader on what went otherwise than asked.
    """

    text: str
    usage: Usage = field(default_factory=Usage)
    finish: Finish = "unknown"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplySchema:
    """The form of a reply as a JSON schema, for servers that can be bound to one.

    `request` asks for that form in words; a model gets it only together with the schema.
    """

    name: str
    request: str
    schema: Mapping[str, Any] = field(compare=False)


class ChatModel(Protocol):
    """Streams the reply to `messages`; raises ProviderError when there is none."""

    @property
    def name(self) -> str:
        """The model's name, as an answer shows it."""

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a question may have, so that thoughts and reply fit beside it."""

    @property
    def max_tokens(self) -> int:
        """How many tokens a reply may have, without the thoughts before it."""

    @property
    def deadline(self) -> float:
        """How many seconds an answer may take, with its checks."""

    @property
    def structured(self) -> bool:
        """Whether a reply can be asked for by a schema."""

    def stream(
        self, messages: Sequence[Message], schema: ReplySchema | None = None
    ) -> Generator[str, None, Reply]:
        """The pieces of the reply as they come, then (as the return value) the reply.

        An empty piece says that the model is thinking. The reply's text stands, also where it
        differs from the pieces. Closing the generator ends the request.
        """


def reply_to(
    messages: Sequence[Message], model: ChatModel, schema: ReplySchema | None = None
) -> Reply:
    """The whole reply, by the `schema` if there is one; raises ProviderError when there is none."""
    pieces = model.stream(messages, schema) if schema else model.stream(messages)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def reply_lines(reply: str) -> list[str]:
    r"""The lines of a reply that are not blank, without thoughts that a model left in it.

    >>> reply_lines("<think>Two?</think>\n Did it sink?\n\nWhen?")
    ['Did it sink?', 'When?']
    """
    return [line.strip() for line in _THOUGHTS.sub("", reply).splitlines() if line.strip()]
