"""Answers several questions at the same time, each in a process of its own."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from multiprocessing import get_context
from typing import Any

from rag.archive import Archive
from rag.config import Settings
from rag.errors import RagError
from rag.indexes.workers import end_with_parent
from rag.llms import ChatModel
from rag.observing import Event, QuestionAsked, notify, observed_by, request_id
from rag.records import Answer
from rag.retrieval.retrieve import Turn

MOST_BY_DEFAULT = 4
"""So many processes answer where no setting says how many, or as many as there are processors."""

_MOST_FAILURES = 3
_WARMING = "What happened?"
_log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class _Place:
    """Where a question can be answered; number 0 is this process, which has no pool."""

    number: int
    pool: ProcessPoolExecutor | None = field(default=None, compare=False)


class Answering:
    """Answers the questions of one archive in as many processes as `settings.web_processes` says.

    Python computes on one processor at a time, so that further processes, with the archive open
    to read, answer what is asked while this one is busy. Where the setting is empty, none is
    started before two questions meet. Each takes about as much memory as the first. Questions for
    a language model are all asked from here, for they mostly wait. The archive must be one that
    the settings open alike.
    """

    def __init__(self, archive: Archive, settings: Settings) -> None:
        """Starts nothing yet."""
        self._archive = archive
        self._settings = settings
        self._most = settings.web_processes or min(MOST_BY_DEFAULT, _processors())
        self._free = [_Place(0)]
        self._waiting: deque[Future[_Place]] = deque()
        self._lock = threading.Lock()
        self._pools: dict[int, ProcessPoolExecutor] = {}
        self._begun = self._failures = 0

    def start(self) -> None:
        """Starts at once what `settings.web_processes` asks for."""
        for _ in range(1, self._settings.web_processes or 1):
            self._grow()

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        model: ChatModel | None = None,
        **options: Any,
    ) -> Generator[str, None, Answer]:
        """What `Archive.stream` yields and returns; raises what it raises.

        Without a model the whole answer is the only piece.
        """
        if model is not None or self._most == 1:
            return (yield from self._archive.stream(question, history, model=model, **options))
        answer = self._answered(question, tuple(history), options)
        yield answer.text
        return answer

    def ask(self, question: str, *, model: ChatModel | None = None, **options: Any) -> Answer:
        """What `Archive.ask` returns; raises what it raises."""
        stream = self.stream(question, model=model, **options)
        while True:
            try:
                next(stream)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the other processes; questions that they have in hand are not answered."""
        with self._lock:
            self._most = 1
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def _answered(self, question: str, history: Sequence[Turn], options: dict[str, Any]) -> Answer:
        place = self._take()
        try:
            if place.pool is not None:
                try:
                    return _asked(place.pool, question, history, options)
                except BrokenProcessPool:
                    _log.warning("a process that answers was killed; another answers instead")
                    self._drop(place)
                    place = _Place(-1)
            return self._archive.ask(question, history, **options)
        finally:
            if place.number >= 0:
                self._give(place)

    def _take(self) -> _Place:
        """A place where nothing is being answered, here rather than elsewhere.

        Who comes first gets the first that is free.
        """
        with self._lock:
            if self._free:
                return heappop(self._free)
            waiting: Future[_Place] = Future()
            self._waiting.append(waiting)
        self._grow()
        return waiting.result()

    def _give(self, place: _Place) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set_result(place)
            else:
                heappush(self._free, place)

    def _grow(self) -> None:
        """Begins another process where there may be more; it is a place once it can answer."""
        with self._lock:
            if len(self._pools) + 1 >= self._most or self._failures >= _MOST_FAILURES:
                return
            self._begun += 1
            pool = ProcessPoolExecutor(
                1,
                mp_context=get_context("spawn"),
                initializer=_begin,
                initargs=(str(self._archive.folder), self._settings),
            )
            place = _Place(self._begun, pool)
            self._pools[place.number] = pool
            ready = pool.submit(_ready)

        def is_there(future: Future[None]) -> None:
            if not future.cancelled() and future.exception() is None:
                self._give(place)
            elif self._drop(place):
                _log.warning("no further process can answer: %s", future.exception())

        ready.add_done_callback(is_there)

    def _drop(self, place: _Place) -> bool:
        """Does without a process that failed; whether it was counted until now."""
        with self._lock:
            pool = self._pools.pop(place.number, None)
            self._failures += pool is not None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        return pool is not None


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _asked(
    pool: ProcessPoolExecutor, question: str, history: Sequence[Turn], options: dict[str, Any]
) -> Answer:
    """The answer of another process; whoever observes this one sees what happened there."""
    id_ = request_id()
    try:
        answer, events = pool.submit(_answer, question, history, options).result()
    except BrokenProcessPool:
        raise
    except Exception:
        notify(QuestionAsked(id_, "failed", ()))
        raise
    for event in events:
        notify(replace(event, request_id=id_) if isinstance(event, QuestionAsked) else event)
    return answer


_own: list[Archive] = []
"""The archive of a process that answers."""


def _begin(folder: str, settings: Settings) -> None:
    """What such a process does first: it ends with its parent, and opens the archive."""
    # Ctrl-C reaches all processes of a terminal; the parent stops this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    _own.append(Archive.open(folder, settings=settings))


def _ready() -> None:
    """Loads what the first question needs."""
    try:
        _own[0].ask(_WARMING)
    except RagError as error:
        # Each question says it again, to whoever asks.
        _log.info("a process that answers has nothing to read yet: %s", error)


def _answer(
    question: str, history: Sequence[Turn], options: dict[str, Any]
) -> tuple[Answer, list[Event]]:
    events: list[Event] = []
    with observed_by(events.append):
        return _own[0].ask(question, history, **options), events
