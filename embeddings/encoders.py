"""Texts -> unit vectors; knows nothing about what the texts are."""

import importlib
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import numpy as np
from platformdirs import user_cache_path

from embeddings.errors import EncoderError
from embeddings.graphs import open_graph, open_rounded_graph
from embeddings.model_files import BUNDLED, ModelFiles, model_files
from embeddings.token_counts import TokenCounts
from embeddings.vectors import Vectors

# So few texts are encoded by the model's graph, on one thread, or by the model itself on one
# thread and in batches of their own length: what a question needs costs less than half the
# processor time so, and no longer where others ask too.
_FEW, _FEW_AT_ONCE = 64, 8
_BATCH_OF_A_GPU = 128
AUTO = "auto"
"""The device that is chosen by itself: a GPU where there is one."""
_WORD = re.compile(r"\w+")
_T = TypeVar("_T")


class Encoder(Protocol):
    """Turns texts into float32 unit rows of length `dimension`; no texts give shape (0, n)."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, pooling and limits: same fingerprint, same vectors."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    @property
    def max_tokens(self) -> int:
        """How many word pieces of a text it reads, special ones included; the rest is unread."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of each text, by the encoder's own tokenizer, without special ones."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each question."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each passage."""


@runtime_checkable
class SentenceEncoder(Protocol):
    """What an encoder may have besides: a faster way for sentences that are compared once."""

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, near that of `encode_document`; not to be stored."""


def load_encoder(name: str = BUNDLED, *, download: bool = False, device: str = AUTO) -> Encoder:
    """The encoder called "minilm" or "hashing", else a sentence-transformers name or folder."""
    if name == "hashing":
        return HashingEncoder()
    return SentenceTransformerEncoder(name, download=download, device=device)


class HashingEncoder:
    r"""Counts words by column `crc32(word) % dimension`; for tests, computable by hand.

    A text without words is the unit vector of column 0. Words are `\w+` in lower
    case, and they are the tokens too.

    >>> print(HashingEncoder(4).encode_query(["one ONE two"]).round(3))
    [[0.    0.894 0.447 0.   ]]
    """

    def __init__(self, dimension: int = 64, *, max_tokens: int = 256) -> None:
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.fingerprint = f"hashing-{dimension}-{max_tokens}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of words in each text."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """The normalised word counts of each text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower())[: self.max_tokens]:
                row[zlib.crc32(word.encode()) % self.dimension] += 1
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return vectors

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode_query`."""
        return self.encode_query(texts)


class SentenceTransformerEncoder:
    """A sentence-transformers model: "minilm", a folder, or a model name of the hub.

    Only files on this machine are read unless `download` is given. The tokenizer and
    the model are loaded at their first use; any number of threads may call. Few texts
    are encoded by the model's graph, which is kept in the folder `graphs`, by default
    in the user's cache folder. `device` is "auto", which takes a GPU where there is one and leaves
    few texts to the processor; else all are encoded there: "cpu", "cuda:1", "mps".
    """

    def __init__(
        self,
        name: str | Path = BUNDLED,
        *,
        download: bool = False,
        batch_size: int = 32,
        graphs: Path | None = None,
        device: str = AUTO,
    ) -> None:
        files = model_files(str(name), download=download)
        self.fingerprint = files.fingerprint
        self.dimension = files.dimension
        self.max_tokens = files.max_tokens
        self._batch_size = batch_size
        self._folder = files.folder
        self._token_counts = _Once(partial(TokenCounts, files.tokenizer))
        self._model = _Once(partial(_load_model, files, device))
        self._for_few = device in (AUTO, "cpu")
        folder = graphs or user_cache_path("dateline") / "graphs"
        on_cpu = partial(_on_cpu, files, self._model)
        self._graph = _Once(partial(open_graph, files, on_cpu, folder))
        self._rounded = _Once(partial(open_rounded_graph, files, on_cpu, folder))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The word pieces of each text, without special ones; needs no torch."""
        return self._token_counts()(_readable(texts))

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each question, with the model's query prompt if it has one."""
        return self._encoded(texts, "encode_query")

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each passage, with the model's document prompt if it has one."""
        return self._encoded(texts, "encode_document")

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text, in half the time; see `SentenceEncoder`."""
        if texts and self._for_few and (graph := self._rounded()):
            return graph.encode(_readable(texts))
        return self.encode_document(texts)

    def _encoded(self, texts: Sequence[str], method: str) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        readable = _readable(texts)
        if len(texts) > _FEW or not self._for_few:
            return self._rows(readable, method, self._batch_size)
        if graph := self._graph():
            return graph.encode(readable)
        with _one_thread():
            return self._rows(readable, method, min(_FEW_AT_ONCE, self._batch_size))

    def _rows(self, texts: Sequence[str], method: str, batch_size: int) -> Vectors:
        model = self._model()
        rows = getattr(model, method)(
            texts,
            batch_size=batch_size if model.device.type == "cpu" else _BATCH_OF_A_GPU,
            show_progress_bar=False,
            normalize_embeddings=True,
        )
        if rows.shape[1] != self.dimension:
            msg = f"{self._folder} promises vectors of {self.dimension}, not of {rows.shape[1]}"
            raise EncoderError(msg)
        return np.ascontiguousarray(rows, dtype=np.float32)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Lets PyTorch use one thread only.

    A short text takes as long as its threads wait for each other: where another program
    keeps one of two processors busy, twenty times as long as on one thread.
    """
    import torch

    _threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        # What was set before may be the 1 of another thread that encodes.
        torch.set_num_threads(_threads())


@cache
def _threads() -> int:
    """As many threads as PyTorch takes of itself."""
    import torch

    return int(torch.get_num_threads())


class _Once(Generic[_T]):
    """What `make` returns, made at the first call, once, whichever thread comes first."""

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._made: list[_T] = []
        self._lock = threading.Lock()

    def __call__(self) -> _T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


def _readable(texts: Sequence[str]) -> list[str]:
    """The texts with lone surrogates as "?": the tokenizer takes valid Unicode only."""
    return [text.encode("utf-8", "replace").decode() for text in texts]


def _load_model(files: ModelFiles, device: str) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        with without_progress_bars():
            model = SentenceTransformer(
                str(files.folder),
                device=None if device == AUTO else device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
    # PyTorch asserts that it was built for a device.
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, AssertionError) as error:
        where = "" if device == AUTO else f" on {device!r}"
        msg = f"the model in {files.folder} cannot be loaded{where}: {error}"
        raise EncoderError(msg) from error
    model.max_seq_length = files.max_tokens
    return model


def _on_cpu(files: ModelFiles, loaded: _Once[Any]) -> Any:
    """The model itself, or another like it where it is on a GPU; a graph is made of it."""
    model = loaded()
    return model if model.device.type == "cpu" else _load_model(files, "cpu")


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """Keeps transformers from drawing a bar while it loads weights, then restores its setting."""
    # Its functions carry no types.
    logging: Any = importlib.import_module("transformers.utils.logging")
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
