"""Keeps an archive in step with folders and feeds: looks, reads what is new, embeds it, again."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TypeVar

from rag.archive import Archive
from rag.corpus.change_polling import ChangePoller
from rag.errors import ArchiveError, ConfigError, LockedError, QueryError
from rag.ingest import IngestReport
from rag.store import PollAttempts
from rag.store.files import disk_error

LOG = "watch.log"
_LOG_BYTES = 1_000_000
_LOGS_KEPT = 3
_FILES_AT_ONCE = 100
"""How many files are read before another process may write."""
_LONGEST_PAUSE = 6 * 3600.0
_LOCKED_PAUSE = 0.5
_TROUBLE_PAUSE = 30.0
_LOOKS_SHARE = 20
"""What a round takes is rested from this many times over, so that looking costs little."""
_REST_OF_ADDRESS = re.compile(
    r"(https?://[^\s'\"?#]*)[?#][^\s'\"]*?(?=:?(?:[\s'\"]|$))", re.IGNORECASE
)
# Values that are cut off in a message have no quote at their end.
_QUOTED = re.compile(r"(?<!\w)(['\"])(?!https?://|/).*?(?:\1(?!\w)|$)", re.DOTALL)

_log = logging.getLogger("dateline.watch")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is watched, and how often: seconds between looks at folders and polls of a feed.

    At most `limit` new entries of a feed are read at once.
    """

    folders: tuple[Path, ...] = ()
    feeds: bool = False
    look: float = 2.0
    every: float = 300.0
    limit: int = 100
    vectors: bool = True


def pause(attempts: PollAttempts, every: float) -> float:
    """Seconds from one poll of a feed to the next: twice as long after each failure in a row.

    Six hours at most, unless the server wished for more.

    >>> [pause(PollAttempts(failures=n), 300) / 60 for n in (0, 1, 2, 10)]
    [5.0, 10.0, 20.0, 360.0]
    """
    longest = max(every, _LONGEST_PAUSE)
    return max(attempts.retry_after, min(every * 2.0 ** min(attempts.failures, 30), longest))


@dataclass(slots=True)
class Watch:
    """One watch over one archive; `show` is called with each line, `status` with what goes on.

    The writer's lock is taken for each piece of work alone, and waited for. `stopping` ends
    it between two pieces of work; an exception may end it at any moment, and nothing is lost.
    """

    archive: Archive
    plan: Plan
    show: Callable[[str], None]
    status: Callable[[str], None] = lambda _text: None
    stopping: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.time
    totals: IngestReport = field(default_factory=IngestReport)
    _poller: ChangePoller = field(init=False)
    _polled: dict[str, float] = field(default_factory=dict)
    _troubles: int = 0
    _looking: float = 0.0

    def __post_init__(self) -> None:
        for folder in self.plan.folders:
            if not folder.is_dir():
                msg = f"{str(folder)!r} is no folder to watch; read a file with: dateline ingest"
                raise ConfigError(msg)
        self._poller = ChangePoller(self.plan.folders)
        if self.plan.feeds and not self.plan.folders:
            self.archive.feeds.all()

    def run(self) -> None:
        """Watches until it is stopped; what goes wrong in a round is told, and tried again."""
        self._idle()
        while not self.stopping.is_set():
            try:
                self.round()
                self._troubles = 0
            except ArchiveError as error:
                if self.stopping.is_set():
                    return
                self._troubles += 1
                self._tell(logging.ERROR, str(error))
            self._rest()

    def once(self) -> IngestReport:
        """One round, for a scheduler: what has settled in the folders, and each feed's news.

        Feeds that failed are left alone as long as in a watch that goes on.
        """
        if self.plan.folders:
            self._look()
            self.stopping.wait(self.plan.look)
        self.round()
        return self.totals

    def round(self) -> None:
        """One look at the folders, a poll of the feeds that are due, and their embedding."""
        if self.plan.folders:
            self._read_files()
        if self.plan.feeds and self.archive.exists():
            self._poll(self._due())
        self._idle()

    def _read_files(self) -> None:
        began = time.monotonic()
        files = self._look()
        self._looking = time.monotonic() - began
        for first in range(0, len(files), _FILES_AT_ONCE):
            if self.stopping.is_set():
                return
            some = files[first : first + _FILES_AT_ONCE]
            self.status(f"reading {first + len(some):,} of {len(files):,} files")
            self._took(f"{len(some):,} files", self._when_free(partial(self._ingest, some)))
            self._poller.mark_read(some)

    def _look(self) -> Sequence[Path]:
        """The files to be read; names what is newly wrong with what lies in the folders."""
        files, wrong = self._poller.poll()
        for one in wrong:
            self._name(one.path, one.reason)
        return files

    def _ingest(self, files: Sequence[Path]) -> IngestReport:
        plan = self.plan
        return self.archive.ingest(
            *files, vectors=plan.vectors, within=plan.folders, missing_ok=True
        )

    def _due(self) -> list[str]:
        """The feeds whose time has come; those that failed are given longer."""
        attempts = self.archive.feeds.attempts()
        now = self.clock()
        due = []
        for feed in self.archive.feeds.all():
            known = attempts.get(feed.url, PollAttempts())
            failed = known.failed.timestamp() if known.failed and known.failures else None
            last = self._polled.get(feed.url, failed)
            # A clock that was set back must not keep a feed from being read.
            if last is None or not 0 <= now - last < pause(known, self.plan.every):
                due.append(feed.url)
        return due

    def _poll(self, urls: Sequence[str]) -> None:
        if not urls:
            return
        self.status(f"polling {len(urls):,} feeds")
        feeds = self.archive.feeds.patient(self._wait_for)
        self._polled |= dict.fromkeys(urls, self.clock())
        try:
            polled = feeds.poll(*urls, limit=self.plan.limit, vectors=self.plan.vectors)
        except QueryError:
            # One of them was removed since they were listed; the next round asks the rest.
            for url in urls:
                self._polled.pop(url, None)
            return
        if polled.unchanged < polled.feeds:
            self._took(f"{polled.feeds:,} feeds, {polled.unchanged:,} unchanged", polled.report)

    def _when_free(self, work: Callable[[], _T]) -> _T:
        """The outcome of work that takes the writer's lock at its beginning, once it is free."""
        while True:
            try:
                return work()
            except LockedError as error:
                self._wait_for(error)

    def _wait_for(self, error: LockedError) -> None:
        self.status(f"waiting: {error}")
        _log.debug("waiting for another process that writes")
        if self.stopping.wait(_LOCKED_PAUSE):
            raise error

    def _took(self, what: str, report: IngestReport) -> None:
        self.totals += report
        counts = ", ".join(f"{count:,} {kind}" for kind, count in report.counts.items() if count)
        self._tell(logging.INFO, f"{what}: {counts or 'no article'}")
        for outcome in report.notable:
            self._name(outcome.path, f"{outcome.kind}: {outcome.note}")

    def _name(self, path: str, note: str) -> None:
        self._tell(logging.WARNING, f"{path}: {note}")

    def _tell(self, level: int, text: str) -> None:
        _log.log(level, "%s", without_secrets(text))
        self.show(text)

    def _idle(self) -> None:
        counts = self.totals.counts
        summary = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("added", "revised", "failed"))
        self.status(f"watching; {summary} so far")

    def _rest(self) -> None:
        """Waits until the next round: longer where a look takes long, or where there is trouble."""
        trouble = min(_TROUBLE_PAUSE * self._troubles, 10 * _TROUBLE_PAUSE)
        self.stopping.wait(max(self.plan.look, self._looking * _LOOKS_SHARE, trouble))


def without_secrets(text: str) -> str:
    """A message as it may be kept: no part of an address that can hold a key, nothing quoted.

    What a message quotes may be an article's words, which have no place in a log.

    >>> without_secrets("https://courier.example/feed?key=1: date 'May Day' cannot be read")
    "https://courier.example/feed?...: date '...' cannot be read"
    """
    return _QUOTED.sub("'...'", _REST_OF_ADDRESS.sub(r"\1?...", text))


@contextmanager
def watch_log(folder: Path) -> Iterator[Path]:
    """Keeps a log in the archive's folder, four files of a megabyte at most; gives its path.

    Raises ArchiveError where it cannot be written.
    """
    path = folder / LOG
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = _LogFile(path, maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8")
    except OSError as error:
        raise disk_error(path, error) from error
    kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = _log.level, _log.propagate
    _log.addHandler(kept)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    try:
        _log.info("started")
        yield path
    finally:
        _log.info("ended")
        _log.removeHandler(kept)
        _log.setLevel(before[0])
        _log.propagate = before[1]
        kept.close()


class _LogFile(RotatingFileHandler):
    """A log that cannot be written, on a full disk say, ends nothing."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Leaves the line out."""
