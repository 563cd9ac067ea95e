"""Prepares a running page in the background: a first answer, then the missing vectors."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rag.archive import Archive
from rag.errors import RagError

LOADING = "loading the model that finds passages by meaning"
"""The status before the first answer."""

FOLLOW_SECONDS = 10.0
_log = logging.getLogger(__name__)


class Preparation:
    """Asks a first question, then embeds passages without vectors, in a thread.

    `started` is the moment, by `time.monotonic`, from which the first answer is timed.
    `tell` is called with each report. With `follow` it goes on to embed what other pages add to
    the same archive.
    """

    def __init__(
        self,
        archive: Archive,
        question: str,
        started: float,
        tell: Callable[[str], None],
        *,
        follow: bool = False,
    ) -> None:
        self._archive = archive
        self._question = question
        self._started = started
        self._tell = tell
        self._follows = follow
        self._answered = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Starts the thread and returns."""
        self._thread.start()

    def cancel(self) -> None:
        """Stops within a batch; finished vectors stay."""
        self._stopping.set()

    def join(self, timeout: float | None = None) -> None:
        """Returns when the work has ended, or after `timeout` seconds."""
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def doing(self) -> str:
        """What a first question waits for; "" if for nothing."""
        return "" if self._answered.is_set() else LOADING

    def _run(self) -> None:
        try:
            self._answer()
            self._tell(f"first answer after {time.monotonic() - self._started:.1f} s")
            if self._archive.coverage() < 1:
                count = self._archive.embed(self._go_on)
                self._tell(f"embedded {count:,} passages: all can be found by meaning now")
        except _StoppedError:
            return
        except RagError as error:
            self._tell(f"not everything can be found by meaning: {error}")
        if self._follows:
            self._follow()

    def _follow(self) -> None:
        while not self._stopping.wait(FOLLOW_SECONDS):
            try:
                if self._archive.coverage() < 1:
                    self._archive.embed(self._go_on)
            except _StoppedError:
                return
            except RagError as error:
                # A server that is away comes back, and another writer ends.
                _log.info("what others have added cannot be found by meaning yet: %s", error)

    def _answer(self) -> None:
        try:
            self._archive.ask(self._question)
        finally:
            self._answered.set()

    def _go_on(self, _step: str, _done: int, _total: int) -> None:
        if self._stopping.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """The preparation was cancelled."""
