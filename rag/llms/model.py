"""The seam to a language model."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from rag.errors import ProviderError
from rag.observing import ModelAsked, notify
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
