"""The encoder and the reranker that the settings name; their errors are this package's own."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np

from embeddings import (
    CrossEncoderReranker,
    Encoder,
    EncoderError,
    Reranker,
    SentenceEncoder,
    Vectors,
    load_encoder,
)
from rag.config import Settings
from rag.errors import ConfigError
from rag.indexes.served_encoder import served_encoder


class NamedEncoder:
    """An encoder that raises ConfigError wherever its model or its tokenizer cannot be used.

    `prompts` are put before each question and before each passage, where they are not "".
    """

    def __init__(self, encoder: Encoder, prompts: tuple[str, str] = ("", "")) -> None:
        if isinstance(encoder, str):
            msg = (
                f"encoder must be an Encoder, not {encoder!r}; to name one, set DATELINE_ENCODER "
                f"or give settings=rag.config.Settings(encoder={encoder!r})"
            )
            raise ConfigError(msg)
        self._encoder = encoder
        self._query, self._document = prompts
        self.max_tokens = encoder.max_tokens

    @property
    def fingerprint(self) -> str:
        """The encoder's, with the prompt of passages, which shapes their vectors."""
        named = self._encoder.fingerprint
        if not self._document:
            return named
        return f"{named}-{hashlib.sha256(self._document.encode()).hexdigest()[:8]}"

    @property
    def dimension(self) -> int:
        """The length of each vector; a server may have to be asked for it."""
        with _named_errors():
            return self._encoder.dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens in each text."""
        with _named_errors():
            return self._encoder.count_tokens(texts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each question."""
        with _named_errors():
            return self._encoder.encode_query([self._query + text for text in texts])

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each passage."""
        with _named_errors():
            return self._encoder.encode_document([self._document + text for text in texts])

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each sentence, by the encoder's faster way where it has one."""
        with _named_errors():
            return _for_sentences(self._encoder)([self._document + text for text in texts])


class RecentVectors:
    """The vectors of sentences that were encoded lately, so that they are not encoded again.

    Whoever asks on, and whoever asks about the same story, is answered from the same
    sentences. At most `most` are kept, the latest. Any number of threads may call.
    """

    def __init__(self, encoder: Encoder, most: int = 20_000) -> None:
        self._encoder = encoder
        self._encode = _for_sentences(encoder)
        self._most = most
        self._rows: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, as the encoder gives it."""
        with self._lock:
            rows = {text: self._rows[text] for text in texts if text in self._rows}
        if new := list(dict.fromkeys(text for text in texts if text not in rows)):
            # A row of its own: a view would keep the whole batch in memory.
            encoded = [row.copy() for row in self._encode(new)]
            rows |= zip(new, encoded, strict=True)
        with self._lock:
            for text, row in rows.items():
                self._rows[text] = row
                self._rows.move_to_end(text)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)
        width = self._encoder.dimension
        return np.array([rows[text] for text in texts], dtype=np.float32).reshape(-1, width)


def _for_sentences(encoder: Encoder) -> Callable[[Sequence[str]], Vectors]:
    """The faster way of an encoder for sentences where it has one, else that for passages."""
    if isinstance(encoder, SentenceEncoder):
        return encoder.encode_sentences
    return encoder.encode_document


class NamedReranker:
    """A reranker that raises ConfigError wherever its model cannot be used."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the query, from 0 to 1."""
        with _named_errors("reranker"):
            return self._reranker.scores(query, texts)


def open_reranker(name: str) -> Reranker | None:
    """The cross-encoder called `name`; None for "", for then nothing is reranked."""
    return NamedReranker(CrossEncoderReranker(name)) if name else None


def open_encoder(settings: Settings) -> Encoder:
    """The encoder of the settings; raises ConfigError where it is not on this machine.

    A server is not asked before it is needed.
    """
    prompts = (settings.encoder_query_prompt, settings.encoder_document_prompt)
    if settings.is_served:
        return NamedEncoder(served_encoder(settings), prompts)
    with _named_errors():
        encoder = load_encoder(settings.encoder, device=settings.encoder_device)
    return NamedEncoder(encoder, prompts)


@contextmanager
def _named_errors(setting: str = "encoder") -> Iterator[None]:
    try:
        yield
    except EncoderError as error:
        msg = f"setting {setting!r} (DATELINE_{setting.upper()}): {' '.join(str(error).split())}"
        raise ConfigError(msg) from error
