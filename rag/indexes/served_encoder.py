"""An encoder behind any server that speaks OpenAI's `/embeddings`; knows no archive."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import finalize

import numpy as np

from embeddings import Vectors
from embeddings.model_files import BUNDLED, model_files
from embeddings.token_counts import TokenCounts
from rag.config import Settings, is_openai, service_variable
from rag.errors import ConfigError, ProviderError
from rag.indexes.received_vectors import read_vectors
from rag.llms.clients import open_client, pause
from rag.llms.failures import (
    Names,
    Server,
    address,
    connection_problem,
    host,
    is_loopback,
    said_by,
    status_problem,
)
from rag.llms.learned import is_about_context
from rag.llms.openai_model import OPENAI_URL
from rag.settings_groups import SERVED

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, OpenAI

_REJECTED = frozenset({400, 404, 413, 415, 422, 501})
_TOO_LARGE = 413
_MOST_CUTS = 12
_SPECIAL_TOKENS = 2
_PROBE = "dimension"
_BROKEN = "broke off its answer; see its log, then try again"
_LARGEST_REPLY = 1 << 28
_log = logging.getLogger(__name__)


class EncoderNames(Names):
    """How the user named what can be set of an encoder's server."""

    def setting(self, name: str) -> str:
        """The variable of a setting, by the name that it has for language models.

        >>> EncoderNames().setting("model"), EncoderNames().setting("base_url")
        ('DATELINE_ENCODER', 'DATELINE_ENCODER_BASE_URL')
        """
        own = {"model": "DATELINE_ENCODER", "context_tokens": "DATELINE_ENCODER_MAX_TOKENS"}
        return own.get(name) or f"DATELINE_ENCODER_{name.upper()}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked of a server at once, and how long: seconds, texts and tokens.

    A request may take `timeout`, and `deadline` with all repeating; 429, 5xx and a lost connection
    are tried `retries` times more, ever later or when the server says.
    """

    max_tokens: int = 512
    batch_texts: int = 32
    batch_tokens: int = 8_192
    timeout: float = 60.0
    deadline: float = 300.0
    retries: int = 5


@dataclass(frozen=True)
class ServedEncoder:
    """The model `name` at a server; any number of threads may call.

    Tokens are counted by the tokenizer of the encoder that comes with Dateline, so that passages
    are the same with either; a text with more than `limits.max_tokens` is cut at its end, and
    further where the server still finds it too long. `dimensions` is the length of vectors that
    is asked for; 0 leaves it to the model, and the first answer tells. Every failure is a
    ProviderError that names the server, its own words and the setting.
    """

    name: str
    server: Server
    limits: Limits = field(default_factory=Limits)
    dimensions: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str = ""
    _learned: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        """The model's name with what shapes its vectors: not the address, which may change."""
        asked = f"-{self.dimensions}d" if self.dimensions else ""
        return f"{SERVED}{self.name}{asked}-{self.limits.max_tokens}"

    @property
    def dimension(self) -> int:
        """The length of a vector; the server is asked where it has not shown it yet."""
        if not (known := self.dimensions or self._learned.get("dimension", 0)):
            known = self.encode_document([_PROBE]).shape[1]
        return known

    @property
    def max_tokens(self) -> int:
        """The most tokens of a text that are sent, special ones included."""
        return self.limits.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of each text, by the tokenizer that comes with Dateline."""
        return self._count([_readable(text) for text in texts])

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_document`."""
        return self.encode_document(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, in their order."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = [self._rows(batch) for batch in self._batches(texts)]
        return np.concatenate(rows)

    @cached_property
    def _count(self) -> TokenCounts:
        return TokenCounts(model_files(BUNDLED).tokenizer)

    @cached_property
    def _client(self) -> OpenAI:
        client = open_client(self.server, self.limits.timeout, self.headers, self.ca_file)
        # Its connections stay open between requests, and are closed with the encoder.
        finalize(self, client.close)
        return client

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """The texts, none too long, in as many requests as they need."""
        readable = [_readable(text) for text in texts]
        counts = self._count(readable)
        batch: list[str] = []
        tokens = 0
        for text, count in zip(readable, counts, strict=True):
            cut, size = self._cut(text, count)
            most = min(self.limits.batch_texts, self._learned.get("texts", len(texts)))
            if batch and (len(batch) >= most or tokens + size > self.limits.batch_tokens):
                yield batch
                batch, tokens = [], 0
            batch.append(cut)
            tokens += size
        yield batch

    def _cut(self, text: str, count: int) -> tuple[str, int]:
        """The beginning of a text that the model can read, and its tokens."""
        most = self.limits.max_tokens - _SPECIAL_TOKENS
        while count > most:
            text = _beginning(text, min(0.95, most / count))
            (count,) = self._count([text])
        return text, count

    def _rows(self, batch: list[str]) -> Vectors:
        """The vectors of a batch; in halves, or of shorter texts, where the server wants it so."""
        from openai import APIStatusError

        for _ in range(_MOST_CUTS):
            try:
                return self._asked(batch)
            except APIStatusError as error:
                if not self._takes_less(error):
                    raise self._failure(status_problem(error, self.server)) from error
                if len(batch) > 1:
                    half = len(batch) // 2
                    if not is_about_context(said_by(error)):
                        self._learned["texts"] = half
                    return np.concatenate([self._rows(batch[:half]), self._rows(batch[half:])])
                if len(batch[0]) < 2:
                    raise self._failure(status_problem(error, self.server)) from error
                batch = [_beginning(batch[0], 0.75)]
        msg = (
            f"finds every text too long, even one of {len(batch[0])} characters; see how it is "
            "started"
        )
        raise self._failure(msg)

    def _takes_less(self, error: APIStatusError) -> bool:
        """Whether a smaller batch, or a shorter text, may be taken where this was rejected."""
        words = f"{said_by(error)} {error.code or ''}".casefold()
        size = ("batch", "too many", "too long", "too large", "maximum", "physical", "input array")
        said = is_about_context(words) or any(each in words for each in size)
        return error.status_code == _TOO_LARGE or (
            (error.status_code in _REJECTED or error.status_code == 500) and said
        )

    def _asked(self, batch: Sequence[str]) -> Vectors:
        """The vectors of one batch; asked again in time by a server that takes none now."""
        from openai import APIConnectionError, APIStatusError

        until = time.monotonic() + self.limits.deadline
        attempt = 0
        while True:
            try:
                return self._posted(batch, until)
            except (APIConnectionError, APIStatusError) as error:
                if isinstance(error, APIStatusError):
                    if self._learns_format(error):
                        continue
                    if self._takes_less(error):
                        raise
                seconds = pause(error, attempt)
                over = attempt >= self.limits.retries or time.monotonic() + (seconds or 0) >= until
                if seconds is None or over:
                    raise self._failure(self._problem(error)) from error
            _log.info("the encoder's server is asked again in %.1f seconds", seconds)
            time.sleep(seconds)
            attempt += 1

    def _problem(self, error: APIConnectionError | APIStatusError) -> str:
        from openai import APIStatusError, APITimeoutError

        if isinstance(error, APIStatusError):
            return status_problem(error, self.server)
        if isinstance(error, APITimeoutError):
            return (
                f"did not answer within {self.limits.timeout:g} seconds; see whether it is busy, "
                "raise DATELINE_ENCODER_TIMEOUT, or lower DATELINE_ENCODER_BATCH_TEXTS"
            )
        broken = error.message == _BROKEN
        return _BROKEN if broken else connection_problem(error, self.server)

    def _learns_format(self, error: APIStatusError) -> bool:
        """Whether the server has just shown that it takes no word on the form of numbers."""
        words = f"{said_by(error)} {error.param or ''}"
        about = "encoding_format" in words or "base64" in words
        learns = error.status_code in _REJECTED and about and not self._learned.get("floats")
        if learns:
            self._learned["floats"] = 1
        return learns

    def _posted(self, batch: Sequence[str], until: float) -> Vectors:
        from openai import Stream

        body: dict[str, Any] = {"model": self.name, "input": list(batch)}
        if not self._learned.get("floats"):
            body["encoding_format"] = "base64"
        if self.dimensions:
            body["dimensions"] = self.dimensions
        # As a stream its length can be watched.
        sent = self._client.post(
            "/embeddings", cast_to=object, body=body, stream=True, stream_cls=Stream[object]
        )
        with closing(sent.response) as response:
            received = self._received(response, until)
        return self._vectors(received, len(batch))

    def _received(self, response: Any, until: float) -> bytes:
        from openai import APIConnectionError, APITimeoutError

        received = bytearray()
        try:
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > _LARGEST_REPLY or time.monotonic() > until:
                    break
            else:
                return bytes(received)
        # The client lets errors of its HTTP library through.
        except Exception as error:
            if "Timeout" in type(error).__name__:
                raise APITimeoutError(response.request) from error
            raise APIConnectionError(message=_BROKEN, request=response.request) from error
        if len(received) > _LARGEST_REPLY:
            msg = "sends more than any vectors are; see what it is"
            raise self._failure(msg)
        raise APITimeoutError(response.request)

    def _vectors(self, body: bytes, count: int) -> Vectors:
        try:
            reply = json.loads(body)
        except (ValueError, RecursionError) as error:
            msg = (
                "sends something that is no JSON; check DATELINE_ENCODER_BASE_URL (it usually ends "
                "in /v1)"
            )
            raise self._failure(msg) from error
        try:
            rows = read_vectors(reply, count)
        except ValueError as error:
            raise self._failure(self.server.blotted(str(error))) from error
        with self._lock:
            known = self._learned.setdefault("dimension", rows.shape[1])
        if self.dimensions and rows.shape[1] != self.dimensions:
            msg = (
                f"gives vectors of {rows.shape[1]} numbers, though DATELINE_ENCODER_DIMENSIONS "
                f"asks for {self.dimensions}; leave that setting out, or set it to {rows.shape[1]}"
            )
            raise self._failure(msg)
        if rows.shape[1] != known:
            msg = (
                f"gives vectors of {rows.shape[1]} numbers now, and gave {known} before; see which "
                "model runs there"
            )
            raise self._failure(msg)
        return rows

    def _failure(self, what: str) -> ProviderError:
        return ProviderError(f"encoder {self.name!r} at {address(self.server.base_url)} {what}")


def served_encoder(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> ServedEncoder:
    """The encoder that the settings name at a server, with the key that belongs to it.

    A warning is logged where a key is withheld, and where one travels unencrypted. Raises
    ConfigError where no model is named, and where OpenAI's own server gets no key.
    """
    name = settings.encoder.removeprefix(SERVED)
    url = settings.encoder_base_url or OPENAI_URL
    if not name:
        msg = "DATELINE_ENCODER 'openai:' names no model; write openai:NAME"
        raise ConfigError(msg)
    ca_file = settings.encoder_ca_file
    if ca_file is not None and not ca_file.is_file():
        msg = f"DATELINE_ENCODER_CA_FILE {str(ca_file)!r} is no file"
        raise ConfigError(msg)
    key, variable = _key(settings, url, environment)
    if is_openai(url) and not key:
        msg = f"{url} needs a key: set OPENAI_API_KEY, or DATELINE_ENCODER_BASE_URL"
        raise ConfigError(msg)
    if key and url.startswith("http:") and not is_loopback(url):
        _log.warning("the encoder's key goes to %s unencrypted; use https://", host(url))
    headers = {name: each.get_secret_value() for name, each in settings.encoder_headers.items()}
    return ServedEncoder(
        name,
        Server(url, EncoderNames(key=variable), key, tuple(headers.values())),
        Limits(
            max_tokens=settings.encoder_max_tokens,
            batch_texts=settings.encoder_batch_texts,
            batch_tokens=settings.encoder_batch_tokens,
            timeout=settings.encoder_timeout,
            deadline=settings.encoder_deadline,
        ),
        dimensions=settings.encoder_dimensions or 0,
        headers=headers,
        ca_file=str(ca_file or ""),
    )


def _key(settings: Settings, url: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The key of this server, and the variable that it comes from, or is to be put in.

    A key goes to an address that was given in the same place; OpenAI's goes to OpenAI alone.
    """
    own = settings.encoder_api_key.get_secret_value()
    variable = "DATELINE_ENCODER_API_KEY"
    together = settings.is_from_file("encoder_base_url") == settings.is_from_file("encoder_api_key")
    if own and (together or is_openai(url)):
        return own, variable
    custom = service_variable(url)
    if custom and environment.get(custom):
        return environment[custom], custom
    if shared := settings.shared_key(url if settings.encoder_base_url else "").get_secret_value():
        return shared, variable
    if own:
        _log.warning(
            "no key is sent to the encoder's server %s: its address and its key were not given in "
            "the same place; set DATELINE_ENCODER_BASE_URL beside DATELINE_ENCODER_API_KEY",
            host(url),
        )
    return "", f"{custom} or {variable}" if custom else variable


def _readable(text: str) -> str:
    """The text with lone surrogates as "?", which JSON cannot carry; a blank one is a space."""
    return text.encode("utf-8", "replace").decode() if text.strip() else " "


def _beginning(text: str, share: float) -> str:
    """About that share of a text, to the end of a word where one is near."""
    end = max(1, int(len(text) * share))
    blank = text.rfind(" ", end - min(40, end // 2), end)
    return text[: blank if blank > 0 else end]
