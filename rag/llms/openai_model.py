"""Chat models behind any server that speaks OpenAI's protocol; knows nothing about prompts."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from rag.config import is_openai
from rag.errors import ConfigError, ProviderError
from rag.llms.tokens import TokenCounter
from rag.records import Message, Usage

if TYPE_CHECKING:
    import httpx
    from openai import APIError, OpenAI, Stream
    from openai.types.chat import ChatCompletionChunk

OPENAI_URL = "https://api.openai.com/v1"
_SHOWN = 200
_FIRST_PAUSE = 0.5
_ASK_AGAIN = frozenset({408, 409, 429})
_OWN_FAULT = 500
_BROKEN = "broke off its answer; ask again, or see its log"
_EMPTY = (
    "returned an empty answer; check the model's name, and that the base URL is "
    "that of an OpenAI-compatible API (it usually ends in /v1)"
)
_OPTIONAL = ("stream_options",)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REDIRECTS = range(300, 400)
_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)


@dataclass(frozen=True)
class OpenAIModel:
    """Streams replies from an OpenAI-compatible server: OpenAI, vLLM, Ollama, llama.cpp.

    A reply ends after `max_tokens` pieces at the latest. `timeout` is how many seconds
    the server may stay silent, `deadline` how many the whole reply may take. Refused
    connections, 429 and 5xx are tried `max_retries` times more, ever later or when the
    server says, but never past the deadline.
    """

    name: str
    base_url: str = OPENAI_URL
    api_key: str = field(default="", repr=False)
    context_tokens: int = 8_192
    max_tokens: int = 800
    timeout: float = 60.0
    deadline: float = 300.0
    max_retries: int = 2

    def __post_init__(self) -> None:
        if not self.name:
            msg = f"no model is named for {_address(self.base_url)}; set DATELINE_LLM_MODEL"
            raise ConfigError(msg)
        if not self.base_url.startswith(("http://", "https://")):
            msg = f"the model's base URL {self.base_url!r} must begin with http:// or https://"
            raise ConfigError(msg)
        if self.base_url == OPENAI_URL and not self.api_key:
            msg = f"{OPENAI_URL} needs a key: set OPENAI_API_KEY, or DATELINE_LLM_BASE_URL"
            raise ConfigError(msg)

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, Usage]:
        """The pieces of the reply as they arrive; the usage is the server's, else counted."""
        pieces: list[str] = []
        usage: Usage | None = None
        finished = False
        with closing(self._chunks(messages)) as chunks:
            for chunk in chunks:
                usage = _usage(chunk) or usage
                finished = finished or _is_last(chunk)
                if not (piece := _text(chunk)):
                    continue
                if len(pieces) == self.max_tokens:
                    finished = True
                    break
                pieces.append(piece)
                yield piece
        reply = "".join(pieces)
        if not reply.strip():
            raise self._failure(_EMPTY)
        if not finished:
            raise self._failure(_BROKEN)
        return usage or _counted(messages, reply)

    def _chunks(self, messages: Sequence[Message]) -> Generator[ChatCompletionChunk, None, None]:
        """What the server sends, as long as it is in time; every failure is a ProviderError."""
        started = False
        late = threading.Event()
        until = time.monotonic() + self.deadline
        try:
            with (
                self._client() as client,
                self._patiently(client, messages, until) as chunks,
                _closed_after(until - time.monotonic(), chunks, late),
            ):
                for chunk in chunks:
                    started = True
                    yield chunk
        # The client lets errors of its HTTP, JSON and data libraries through.
        except Exception as error:
            if not late.is_set():
                raise self._failure(self._what_failed(error, started)) from error
        if late.is_set():
            what = f"did not finish within {self.deadline:g} seconds; ask again, or raise that"
            raise self._failure(what)

    def _client(self) -> OpenAI:
        from openai import DefaultHttpxClient, OpenAI

        return OpenAI(
            base_url=self.base_url,
            api_key=self.api_key or "none",
            timeout=min(self.timeout, self.deadline),
            max_retries=0,
            http_client=DefaultHttpxClient(
                # A proxy named in the environment cannot reach a server on this machine.
                trust_env=not is_loopback(self.base_url),
                # The question and its passages go to nobody but the server that is named.
                follow_redirects=False,
                event_hooks={"request": [] if is_openai(self.base_url) else [self._own_headers]},
            ),
        )

    def _own_headers(self, request: Any) -> None:
        """Takes away what OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and the like add for OpenAI."""
        for name in set(request.headers) - _HEADERS:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {self.api_key or 'none'}"

    def _patiently(
        self, client: OpenAI, messages: Sequence[Message], until: float
    ) -> Stream[ChatCompletionChunk]:
        """The open stream; a server that takes no question now is asked again in time."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        for attempt in range(self.max_retries):
            try:
                return self._request(client, messages)
            except APITimeoutError:
                raise
            except (APIConnectionError, APIStatusError) as error:
                pause = _pause(error, attempt)
                if pause is None or time.monotonic() + pause >= until:
                    raise
                time.sleep(pause)
        return self._request(client, messages)

    def _request(self, client: OpenAI, messages: Sequence[Message]) -> Stream[ChatCompletionChunk]:
        """The open stream; asked for with fewer options by a server that rejects some."""
        from openai import BadRequestError, UnprocessableEntityError

        options: dict[str, Any] = {
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": self.max_tokens,
        }
        asked = [{"role": message.role, "content": message.content} for message in messages]
        while True:
            try:
                return cast(
                    "Stream[ChatCompletionChunk]",
                    client.chat.completions.create(
                        model=self.name, messages=cast("Any", asked), stream=True, **options
                    ),
                )
            except (BadRequestError, UnprocessableEntityError) as error:
                fewer = _without_rejected(options, str(error))
                if fewer == options:
                    raise
                options = fewer

    def _failure(self, what: str) -> ProviderError:
        return ProviderError(f"language model {self.name!r} at {_address(self.base_url)} {what}")

    def _what_failed(self, error: Exception, started: bool) -> str:
        """What the server did and what mends it, to follow its name in a sentence."""
        import openai

        match error:
            case openai.APITimeoutError():
                return (
                    f"was silent for {min(self.timeout, self.deadline):g} seconds; "
                    "see whether it is busy, or raise the timeout"
                )
            case openai.APIConnectionError() if started:
                return _BROKEN
            case openai.APIConnectionError():
                return "cannot be reached; see that it runs, and that the base URL is right"
            case openai.AuthenticationError() | openai.PermissionDeniedError() if not self.api_key:
                return (
                    "asks for an API key, and none is sent to it; name its variable in "
                    "api_key_variable, or the server in DATELINE_LLM_BASE_URL"
                )
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return "refuses the API key; check OPENAI_API_KEY"
            case openai.NotFoundError():
                return "knows no such model or page; check the model's name and the base URL"
            case openai.RateLimitError():
                return "takes no more questions now (429); wait, or check the account's quota"
            case openai.InternalServerError():
                return f"failed with status {error.status_code}; ask again, or see its log"
            case openai.APIStatusError() if error.status_code in _REDIRECTS:
                where = error.response.headers.get("location", "nowhere")[:_SHOWN]
                return (
                    f"leads to {where!r}, which is not asked; if you trust that server, "
                    "name it in the base URL"
                )
            case openai.APIError():
                said = error.message.replace(self.api_key or "\0", "***")
                return f"rejects the request: {' '.join(said.split())[:_SHOWN]}"
        kind = type(error).__name__
        return f"sent something that is no chat answer ({kind}); check the base URL"


def _without_rejected(options: Mapping[str, Any], complaint: str) -> dict[str, Any]:
    """The options without what the server complains of by name, else without stream_options."""
    named = [name for name in options if re.search(rf"\b{name}\b", complaint)]
    fewer = {name: value for name, value in options.items() if name not in (named or _OPTIONAL)}
    if "max_tokens" in named:
        # OpenAI's reasoning models know the limit by this name only.
        fewer["max_completion_tokens"] = options["max_tokens"]
    return fewer


def _pause(error: APIError, attempt: int) -> float | None:
    """How many seconds to wait before asking again; None where that does not help.

    That is what the server says in milliseconds or seconds, else .5 and twice as many each
    time.
    """
    response: httpx.Response | None = getattr(error, "response", None)
    if response is None:
        return _FIRST_PAUSE * (1 << attempt)
    if response.status_code not in _ASK_AGAIN and response.status_code < _OWN_FAULT:
        return None
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(KeyError, ValueError):
            return max(0.0, float(response.headers[header]) * unit)
    return _FIRST_PAUSE * (1 << attempt)


def _text(chunk: ChatCompletionChunk) -> str:
    return "".join(choice.delta.content or "" for choice in chunk.choices or () if choice.delta)


def _is_last(chunk: ChatCompletionChunk) -> bool:
    return any(choice.finish_reason for choice in chunk.choices or ())


def _usage(chunk: ChatCompletionChunk) -> Usage | None:
    used = chunk.usage
    return Usage(used.prompt_tokens, used.completion_tokens) if used else None


def _counted(messages: Sequence[Message], reply: str) -> Usage:
    counter = TokenCounter()
    return Usage(sum(counter.count(message.content) for message in messages), counter.count(reply))


def is_loopback(base_url: str) -> bool:
    """Whether the server is on this machine."""
    return urlsplit(base_url).hostname in _LOOPBACK


def host(base_url: str) -> str:
    """The server's host, with its port where the URL names one."""
    return urlsplit(base_url).netloc.rpartition("@")[2]


def _address(url: str) -> str:
    """The URL without user name, password and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def _closed_after(
    seconds: float, chunks: Stream[ChatCompletionChunk], late: threading.Event
) -> Iterator[None]:
    """Closes the stream after `seconds`, from outside: a server may send comments for ever."""

    def close() -> None:
        late.set()
        with suppress(Exception):
            chunks.close()

    timer = threading.Timer(seconds, close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
