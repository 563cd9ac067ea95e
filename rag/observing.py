"""What whoever runs Dateline may watch: the steps of a question, requests to a model; no texts.

Nothing is kept and nothing is loaded here. Whoever wishes to know adds an observer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

StepName = Literal["resolve", "understand", "search", "read", "compose", "check"]
Outcome = Literal["answered", "declined", "failed", "stopped"]

_Piece = TypeVar("_Piece")
_Whole = TypeVar("_Whole")
_log = logging.getLogger(__name__)


class Streamed(Generic[_Piece, _Whole]):
    """Passes on what a generator yields; `whole` is what it has returned at its end."""

    whole: _Whole

    def __init__(self, stream: Generator[_Piece, None, _Whole]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[_Piece]:
        self.whole = yield from self._stream


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a question: when it began and ended, in seconds since 1970."""

    name: StepName
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A question that has ended: the request that it came with, and its steps in order."""

    request_id: str
    outcome: Outcome
    steps: tuple[Step, ...]
    model: str = ""


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """A request to a language model that has ended: its tokens, or that it failed."""

    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failed: bool = False


Event = QuestionAsked | ModelAsked
Observer = Callable[[Event], None]

_observers: list[Observer] = []
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_finders: list[Callable[[], str]] = []


@dataclass(slots=True)
class Trail:
    """The steps of one question, one after the other, each until the next begins."""

    steps: list[Step] = field(default_factory=list)
    _running: tuple[StepName, float, float] | None = None

    def at(self, name: StepName) -> None:
        """Ends the step that runs, and begins this one; one that runs already goes on."""
        if self._running is None or self._running[0] != name:
            self.end()
            self._running = (name, time.time(), time.perf_counter())

    def end(self) -> None:
        """Ends the step that runs, if one does."""
        if self._running is not None:
            name, began, counted = self._running
            self.steps.append(Step(name, began, began + time.perf_counter() - counted))
            self._running = None


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Calls the observer with every event of this process until the context ends.

    It is called in the thread of the event; what it raises is logged and disturbs nobody.
    """
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def notify(event: Event) -> None:
    """Shows an event to whoever observes."""
    for observer in tuple(_observers):
        try:
            observer(event)
        except Exception:
            _log.exception("an observer failed")


def request_id() -> str:
    """The id of the request that this code works for; "" where there is none."""
    return _request_id.get() or next((id_ for find in _finders if (id_ := find())), "")


@contextmanager
def request_named(id_: str) -> Iterator[None]:
    """Gives the code in the context, and threads that it begins with it, this request's id."""
    token = _request_id.set(id_)
    try:
        yield
    finally:
        _request_id.reset(token)


@contextmanager
def requests_found_by(find: Callable[[], str]) -> Iterator[None]:
    """Asks `find` for the id of a request until the context ends, where none is known."""
    _finders.append(find)
    try:
        yield
    finally:
        _finders.remove(find)
