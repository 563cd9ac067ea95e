"""Chat models behind any server that speaks OpenAI's protocol; knows nothing about prompts."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from rag.config import is_openai
from rag.errors import ConfigError, ProviderError
from rag.llms.cleaning import Cleaner
from rag.llms.clients import open_client, pause, without_system
from rag.llms.failures import (
    BROKEN,
    Names,
    Server,
    address,
    connection_problem,
    other_problem,
    said_by,
    status_problem,
)
from rag.llms.learned import (
    Learned,
    is_about_roles,
    learned,
    less_thinking,
    room,
    thinks,
    thinks_aloud,
)
from rag.llms.model import Reply, ReplySchema
from rag.llms.received import LateError, Patience, Received
from rag.llms.server_events import Event, events
from rag.llms.tokens import TokenCounter
from rag.records import Message, Usage

if TYPE_CHECKING:
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
_REJECTIONS = frozenset({400, 404, 405, 415, 422, 501})
_MOST_REJECTIONS = 8
_FORM_FAULT = re.compile(r"grammar|schema|response_?format", re.IGNORECASE)


@dataclass(frozen=True)
class OpenAIModel:
    """Streams replies from an OpenAI-compatible server: OpenAI, vLLM, Ollama, llama.cpp.

    A reply ends after `max_tokens` pieces at the latest, thoughts not counted. The first word
    may take `first_word_timeout` seconds, the server may then stay silent for `timeout`, and
    the whole reply may take `deadline`. Refused connections, 429 and 5xx are tried
    `max_retries` times more, ever later or when the server says, but never past the deadline.
    `extra` are fields of the request that overrule Dateline's own, `headers` go with each
    request, `ca_file` holds the certificate that signed the server's. Where `temperature` is
    None it is 0, but for models that think. With `forms` a reply may be asked for by a schema.
    `input_price` and `output_price` are those of a million tokens, in US dollars.
    What a server rejects is left out from then on.
    """

    name: str
    base_url: str = OPENAI_URL
    api_key: str = field(default="", repr=False)
    context_tokens: int = 8_192
    max_tokens: int = 800
    timeout: float = 60.0
    deadline: float = 300.0
    max_retries: int = 2
    first_word_timeout: float = 180.0
    temperature: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str = ""
    forms: bool = True
    input_price: float = 0.0
    output_price: float = 0.0
    names: Names = field(default=Names(key="DATELINE_LLM_API_KEY"), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.name:
            msg = f"no model is named for {address(self.base_url)}; set DATELINE_LLM_MODEL"
            raise ConfigError(msg)
        if not self.base_url.startswith(("http://", "https://")):
            msg = f"the model's base URL {self.base_url!r} must begin with http:// or https://"
            raise ConfigError(msg)
        if self.base_url == OPENAI_URL and not self.api_key:
            msg = f"{OPENAI_URL} needs a key: set OPENAI_API_KEY, or DATELINE_LLM_BASE_URL"
            raise ConfigError(msg)

    @property
    def thinks(self) -> bool:
        """Whether the model is known to think before it writes, by its name or by what it did."""
        return self._learned.thinks or thinks(self.name)

    @property
    def prompt_tokens(self) -> int:
        """How many tokens a question may have, so that thoughts and reply fit beside it."""
        return self.context_tokens - self.max_tokens - (self._room if self.thinks else 0)

    @property
    def structured(self) -> bool:
        """Whether a reply can be asked for by a schema, as far as is known."""
        return self.forms and self._learned.takes_forms

    def stream(
        self, messages: Sequence[Message], schema: ReplySchema | None = None
    ) -> Generator[str, None, Reply]:
        """The pieces of the reply as they arrive, "" while the model thinks; then the reply.

        A model that only thinks, or gives nothing in the form that was asked for, is asked once
        more: with more room, or without that form. The usage is the server's, else counted.
        """
        until = time.monotonic() + self.deadline
        formed = schema if schema and self.structured else None
        got = yield from self._received(messages, formed, until, more=False)
        before = Usage()
        if got.says_nothing and (got.thought or formed) and time.monotonic() < until:
            before = self._usage(messages, got)
            self._learned.thinks = self._learned.thinks or got.thought
            if not got.thought:
                self._learned.forget_form()
                formed = None
            got = yield from self._received(messages, formed, until, more=got.thought)
        if trouble := got.trouble(self.names):
            raise self._failure(trouble)
        notes = self._cut_prompt(messages, got)
        return Reply(got.text, before + self._usage(messages, got), got.finish, notes)

    @property
    def _learned(self) -> Learned:
        return learned(self.base_url, self.name)

    @property
    def _room(self) -> int:
        return room(self.context_tokens, self.max_tokens)

    @property
    def _server(self) -> Server:
        return Server(self.base_url, self.names, self.api_key, tuple(self.headers.values()))

    def _received(
        self, messages: Sequence[Message], schema: ReplySchema | None, until: float, *, more: bool
    ) -> Generator[str, None, Received]:
        """The cleaned pieces of one reply, then all that is known of it."""
        known = self._learned
        aloud = known.thinks_aloud or thinks_aloud(self.name)
        got = Received(Cleaner(holds=aloud), self.max_tokens, self._room)
        with closing(self._events(messages, schema, until, more=more)) as sent:
            for event in sent:
                piece = got.take(event)
                if piece or event.thought or got.cleaner.thinking:
                    yield piece
                if got.too_long:
                    break
        if rest := got.end():
            yield rest
        known.thinks = known.thinks or got.thought
        known.thinks_aloud = known.thinks_aloud or got.cleaner.closed_alone
        return got

    def _events(
        self, messages: Sequence[Message], schema: ReplySchema | None, until: float, *, more: bool
    ) -> Generator[Event, None, None]:
        """What the server sends, as long as it is in time; every failure is a ProviderError."""
        started = False
        first = min(until, time.monotonic() + self.first_word_timeout)
        try:
            with (
                self._client(until) as client,
                closing(self._opened(client, messages, schema, until, more=more)) as response,
            ):
                patience = Patience(first, self.timeout, until)
                for event in events(patience.chunks(response)):
                    started = True
                    patience.spoken = patience.spoken or bool(event.text or event.thought)
                    yield event
        # The client lets errors of its HTTP, JSON and data libraries through.
        except Exception as error:
            raise self._failure(self._what_failed(error, started, until)) from error

    def _client(self, until: float) -> OpenAI:
        left = max(0.001, until - time.monotonic())
        seconds = min(self.first_word_timeout, left)
        return open_client(self._server, seconds, self.headers, self.ca_file)

    def _opened(
        self,
        client: OpenAI,
        messages: Sequence[Message],
        schema: ReplySchema | None,
        until: float,
        *,
        more: bool,
    ) -> Any:
        """The open response; a server that takes no question now is asked again in time."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        for attempt in range(self.max_retries):
            try:
                return self._asked(client, messages, schema, more=more)
            except APITimeoutError:
                raise
            except (APIConnectionError, APIStatusError) as error:
                seconds = pause(error, attempt)
                if seconds is None or time.monotonic() + seconds >= until:
                    raise
                time.sleep(seconds)
        return self._asked(client, messages, schema, more=more)

    def _asked(
        self, client: OpenAI, messages: Sequence[Message], schema: ReplySchema | None, *, more: bool
    ) -> Any:
        """The open response; asked for with fewer fields by a server that rejects some."""
        from openai import APIStatusError

        known = self._learned
        for _ in range(_MOST_REJECTIONS):
            options = self._options(messages, schema, more=more)
            try:
                return self._posted(client, messages, schema, options)
            except APIStatusError as error:
                complaint = f"{said_by(error)} {error.param or ''} {error.code or ''}"
                formed = "response_format" in options and _FORM_FAULT.search(complaint)
                # Servers that lay turns out by a template fail with 500 where it takes no system.
                rejects = error.status_code in _REJECTIONS or formed or is_about_roles(complaint)
                own = [name for name in options if name not in self.extra]
                if not (rejects and known.learn(complaint, own)):
                    raise
        return self._posted(client, messages, schema, self._options(messages, schema, more=more))

    def _posted(
        self,
        client: OpenAI,
        messages: Sequence[Message],
        schema: ReplySchema | None,
        options: Mapping[str, Any],
    ) -> Any:
        asked = [{"role": one.role, "content": one.content} for one in messages]
        if schema and "response_format" in options:
            asked[-1]["content"] += f"\n\n{schema.request}"
        if self._learned.no_system:
            asked = without_system(asked)
        stream = client.chat.completions.create(
            model=self.name, messages=cast("Any", asked), stream=True, extra_body=dict(options)
        )
        # Its own reader of events ends with an error where a server sends `null`.
        return stream.response

    def _options(
        self, messages: Sequence[Message], schema: ReplySchema | None, *, more: bool
    ) -> dict[str, Any]:
        """The fields of the request beside model and messages, but for those it rejects."""
        options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        temperature = self.temperature
        if temperature is None and not self.thinks:
            temperature = 0
        if temperature is not None:
            options["temperature"] = temperature
        options["max_tokens"] = self.max_tokens + (self._room if self.thinks else 0)
        if more:
            free = self.context_tokens - _counted(messages)
            options["max_tokens"] = max(options["max_tokens"], min(free, 4 * options["max_tokens"]))
        if self.thinks:
            options |= less_thinking(self.base_url, self.name)
        if schema and self.structured:
            form = {"name": schema.name, "strict": True, "schema": dict(schema.schema)}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        if is_openai(self.base_url) and self.thinks:
            options["max_completion_tokens"] = options.pop("max_tokens")
        return self._learned.request(options) | dict(self.extra)

    def _usage(self, messages: Sequence[Message], got: Received) -> Usage:
        prompt, completion = got.used.get("prompt"), got.used.get("completion")
        read = _counted(messages) if prompt is None else prompt
        wrote = TokenCounter().count(got.text) if completion is None else completion
        cost = (read * self.input_price + wrote * self.output_price) / 1_000_000
        return Usage(read, wrote, cost=cost)

    def _cut_prompt(self, messages: Sequence[Message], got: Received) -> tuple[str, ...]:
        """What to say of a server that read only a part of the question and its passages."""
        asked = _counted(messages)
        read = got.used.get("prompt", asked) + got.used.get("cached", 0)
        if asked < _FEWEST_TO_JUDGE or not 0 < read < _READ_SHARE * asked:
            return ()
        setting = self.names.setting("context_tokens")
        return (
            f"The server of {self.name!r} read only {read:,} of about {asked:,} tokens of the "
            "question and its passages: its context is shorter than Dateline takes it to be. Give "
            f"it a longer one, or set {setting} to what it has.",
        )

    def _failure(self, what: str) -> ProviderError:
        return ProviderError(f"language model {self.name!r} at {address(self.base_url)} {what}")

    def _what_failed(self, error: Exception, started: bool, until: float) -> str:
        """What the server did and what mends it, to follow its name in a sentence."""
        import openai

        match error:
            case ProviderError():
                return str(error)
            case LateError() | openai.APITimeoutError():
                return self._too_late(error, started, until)
            case openai.APIStatusError():
                return status_problem(error, self._server)
            case openai.APIConnectionError():
                return BROKEN if started else connection_problem(error, self._server)
        if type(error).__module__.startswith(("httpx", "httpcore", "ssl", "socket")):
            return BROKEN
        return other_problem(error, self._server)

    def _too_late(self, error: Exception, started: bool, until: float) -> str:
        over = isinstance(error, LateError) and error.how == "unfinished"
        setting = self.names.setting
        if over or time.monotonic() >= until:
            seconds = f"{self.deadline:g} seconds"
            return f"did not finish within {seconds}; ask again, or raise {setting('deadline')}"
        if started and self.timeout < self.first_word_timeout:
            seconds = f"{self.timeout:g} seconds"
            return (
                f"was silent for {seconds}; see whether it is busy, or raise {setting('timeout')}"
            )
        seconds = f"{self.first_word_timeout:g} seconds"
        return (
            f"said nothing for {seconds}; see whether it is busy or still loads the model, or "
            f"raise {setting('first_word_timeout')}"
        )


_FEWEST_TO_JUDGE = 1_000
_READ_SHARE = 0.5


def _counted(messages: Sequence[Message]) -> int:
    counter = TokenCounter()
    return sum(counter.count(message.content) for message in messages)
