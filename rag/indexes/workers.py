"""Batches of texts encoded by several workers: processes, or requests to a server at once."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Self

from embeddings import Encoder, Vectors
from rag.config import Settings
from rag.errors import ConfigError, ProviderError, RagError
from rag.indexes.dense import Batch, Encoded, distinct
from rag.indexes.encoding import open_encoder

MOST_WORKERS = 256
_AHEAD = 2
"""Batches that are handed out for each worker, so that none waits for the next."""
_MOST_DEATHS = 3
Note = Callable[[str], None]


class Workers:
    """Encodes batches in `count` processes, each of which loads the encoder once.

    Where the encoder runs at a server, as many threads ask it at once instead. `encoder` stands
    for that of the settings. `note` is called with a line where a worker was killed: what it had
    in hand is encoded again, by others that are started for it. Use it in a `with` statement.
    """

    def __init__(
        self, count: int, settings: Settings, encoder: Encoder | None, note: Note = lambda _: None
    ) -> None:
        """Starts nothing yet; raises ConfigError for an encoder that no other process can have."""
        if not 1 <= count <= MOST_WORKERS:
            msg = f"{count} workers: choose 1 to {MOST_WORKERS}"
            raise ConfigError(msg)
        self._count = count
        self._note = note
        self._settings = settings
        self._encoder = encoder
        self._shared = encoder if settings.is_served else None
        if self._shared is None and encoder is not None:
            check_can_be_sent(encoder)
        self._pool: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def __call__(self, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """Each batch with its rows, in the order given, as soon as those before it are there.

        Raises ProviderError where workers are killed again and again without any result.
        """
        waiting = iter(batches)
        handed: deque[tuple[Batch, Future[Vectors]]] = deque()
        deaths = 0
        while True:
            self._hand_out(waiting, handed)
            if not handed:
                return
            batch, future = handed[0]
            try:
                vectors = future.result()
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > _MOST_DEATHS:
                    raise ProviderError(_too_many(deaths)) from error
                self._replace(handed)
                continue
            handed.popleft()
            deaths = 0
            yield batch, vectors

    def _hand_out(
        self, waiting: Iterator[Batch], handed: deque[tuple[Batch, Future[Vectors]]]
    ) -> None:
        while len(handed) < _AHEAD * self._count and (batch := next(waiting, None)) is not None:
            handed.append((batch, self._submit(batch)))

    def _submit(self, batch: Batch) -> Future[Vectors]:
        texts = distinct(batch)
        try:
            return self._submitted(texts)
        except BrokenProcessPool:
            # Killed while it waited for work: nothing was in its hands.
            self._stop()
            return self._submitted(texts)

    def _submitted(self, texts: Sequence[str]) -> Future[Vectors]:
        if self._pool is None:
            self._pool = self._started()
        if self._shared is not None:
            return self._pool.submit(self._shared.encode_document, texts)
        return self._pool.submit(_encode, texts)

    def _replace(self, handed: deque[tuple[Batch, Future[Vectors]]]) -> None:
        """Starts new workers, and hands them what the killed ones had not finished."""
        lost = [each for each in handed if not _is_done(each[1])]
        passages = sum(len(batch) for batch, _ in lost)
        self._note(
            f"a worker was killed, perhaps for want of memory; nothing is lost: {passages:,} "
            "passages in hand are encoded again by new workers"
        )
        self._stop()
        for number, (batch, future) in enumerate(handed):
            if not _is_done(future):
                handed[number] = (batch, self._submit(batch))

    def _started(self) -> Executor:
        if self._shared is not None:
            return ThreadPoolExecutor(self._count)
        threads = max(1, (os.cpu_count() or 1) // self._count)
        return ProcessPoolExecutor(
            self._count,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(self._settings, self._encoder, threads),
        )

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


_own: list[Encoder | RagError] = []
"""The encoder of a worker's process, or why there is none."""


def _begin(settings: Settings, encoder: Encoder | None, threads: int) -> None:
    """What a worker does first: it ends with its parent, and opens the encoder."""
    # Ctrl-C reaches all processes of a terminal; the parent stops the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    try:
        _own.append(encoder or open_encoder(settings))
    except RagError as error:
        _own.append(error)


def end_with_parent() -> None:
    """Ends this process as soon as the one that started it has ended."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _encode(texts: Sequence[str]) -> Vectors:
    own = _own[0]
    if isinstance(own, RagError):
        raise own
    return own.encode_document(texts)


def _is_done(future: Future[Vectors]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def check_can_be_sent(encoder: Encoder) -> None:
    """Raises ConfigError for an encoder that no other process can have."""
    try:
        pickle.dumps(encoder)
    except Exception as error:
        msg = (
            f"the encoder given in Python cannot be sent to other processes ({error}); name one in "
            "DATELINE_ENCODER, or embed in this process alone"
        )
        raise ConfigError(msg) from error


def _too_many(deaths: int) -> str:
    return (
        f"the workers were killed {deaths} times without finishing a batch; nothing is lost: run "
        "the same command again with fewer --workers, or see the system's log for why"
    )
