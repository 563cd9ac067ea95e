"""The feeds that an archive follows: stored in the archive, polled on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from rag.config import Settings
from rag.errors import LockedError, QueryError
from rag.indexes.opening import ArchiveFolder, Opened, give_up
from rag.ingest import Arriving, Ingest, IngestReport
from rag.sources.addresses import parse_target
from rag.sources.polling import Poll, Update
from rag.sources.visiting import visitor
from rag.store import Feeds, FollowedFeed, OldFormatError, PollAttempts

Progress = Callable[[str, int, int], None]
"""Called with the step ("polling" or "embedding"), the items done and the total."""

_NOTED_EVERY = timedelta(hours=1)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True, slots=True)
class Polled:
    """The number of polled feeds, of those without news, and the report on the new entries."""

    feeds: int
    unchanged: int
    report: IngestReport


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The feeds of one archive; `_start` makes an ingest run of an archive open for writing."""

    _disk: ArchiveFolder = field(repr=False)
    _settings: Settings = field(repr=False)
    _start: Callable[[Opened], Ingest] = field(repr=False)
    _locked: Callable[[LockedError], None] = field(default=give_up, repr=False)

    def patient(self, wait: Callable[[LockedError], None]) -> Subscriptions:
        """The same feeds; while another process writes, they call `wait` and try again."""
        return replace(self, _locked=wait)

    def add(self, url: str) -> str:
        """Follows the feed at `url`; returns its address as stored. Sends no request.

        Raises ForbiddenAddressError if it cannot be the address of a feed, QueryError if the
        feed is followed already.
        """
        address = parse_target(url).url
        with self._disk.to_write("feed add", create=True) as opened:
            added = Feeds(opened.database).add(address)
        if not added:
            msg = f"{address!r} is followed already; read what is new in it: dateline feed poll"
            raise QueryError(msg)
        return address

    def remove(self, url: str) -> str:
        """Unfollows a feed and returns its address; its articles stay. QueryError if unknown."""
        (feed,) = self._chosen([url])
        with self._disk.to_write("feed remove") as opened:
            Feeds(opened.database).remove(feed.url)
        return feed.url

    def all(self) -> list[FollowedFeed]:
        """Every followed feed, sorted by address."""
        with self._known() as feeds:
            return feeds.all()

    def attempts(self) -> dict[str, PollAttempts]:
        """The poll attempts of every feed that was ever polled, by address."""
        with self._known() as feeds:
            return feeds.attempts()

    def poll(
        self, *urls: str, vectors: bool = True, limit: int = 100, progress: Progress = _silent
    ) -> Polled:
        """Reads at most `limit` new entries of each of these feeds, by default of all.

        If no feed has changed, this records no run and writes only the time, once an hour.
        It fetches pages first and locks the archive only to write them, feed by feed. Raises
        ConfigError without the setting `network`, QueryError if a feed is not followed.
        """
        feeds = self._chosen(urls) if urls else self.all()
        if not feeds:
            return Polled(0, 0, IngestReport())
        poll = Poll(visitor(self._settings, feeds[0].url), limit, datetime.now(UTC))
        known = self.attempts()
        total, unchanged = IngestReport(), 0
        for number, feed in enumerate(feeds, start=1):
            report = self._poll_feed(poll, feed, known.get(feed.url, PollAttempts()))
            total += report or IngestReport()
            unchanged += report is None
            progress("polling", number, len(feeds))
        if vectors and total.counts["added"] + total.counts["revised"]:
            self._disk.embed(partial(progress, "embedding"), self._locked)
        return Polled(len(feeds), unchanged, total)

    def _poll_feed(
        self, poll: Poll, feed: FollowedFeed, known: PollAttempts
    ) -> IngestReport | None:
        """The report on a feed's new entries, None if it has none."""
        found = poll.check(feed)
        if found is None:
            self._note_success(poll, feed, known)
            return None
        if isinstance(found, Update):
            return self._read(poll, found, known.after_success(poll.now))
        retry_after = poll.visitor.retry_after(feed.url)
        with self._disk.to_write_when_free("feed poll", self._locked) as opened:
            Feeds(opened.database).note(
                feed.url, known.after_failure(poll.now, found.reason, retry_after)
            )
            return self._start(opened).run([], _quiet, Arriving([feed.url], [found]))

    def _note_success(self, poll: Poll, feed: FollowedFeed, known: PollAttempts) -> None:
        """Records a successful poll, unless that is known or another process writes."""
        last = known.succeeded
        if known.failures or last is None or not timedelta() <= poll.now - last < _NOTED_EVERY:
            with suppress(LockedError), self._disk.to_write("feed poll") as opened:
                Feeds(opened.database).note(feed.url, known.after_success(poll.now))

    def _read(self, poll: Poll, update: Update, attempts: PollAttempts) -> IngestReport | None:
        report = None
        arriving = Arriving([update.followed.url], poll.read(update))
        for part in arriving.parts() if update.is_news() else ():
            with self._disk.to_write_when_free("feed poll", self._locked) as opened:
                part_report = self._start(opened).run([], _quiet, part)
                # Only now: entries recorded as read must be in the archive.
                self._save(opened, update, attempts)
            report = report + part_report if report else part_report
        if report is None:
            with self._disk.to_write_when_free("feed poll", self._locked) as opened:
                self._save(opened, update, attempts)
        return report

    def _save(self, opened: Opened, update: Update, attempts: PollAttempts) -> None:
        feeds = Feeds(opened.database)
        feeds.save(update.state())
        feeds.note(update.followed.url, attempts)

    @contextmanager
    def _known(self) -> Iterator[Feeds]:
        """The feeds of the archive, open for reading."""
        try:
            database = self._disk.database()
        except OldFormatError:
            with closing(self._disk.to_read()) as opened:
                yield Feeds(opened.database)
            return
        with closing(database):
            yield Feeds(database)

    def _chosen(self, urls: Sequence[str]) -> list[FollowedFeed]:
        known = {feed.url: feed for feed in self.all()}
        wanted = [parse_target(url).url for url in urls]
        for url in wanted:
            if url not in known:
                listed = ", ".join(map(repr, known)) or "none"
                msg = f"{url!r} is not a followed feed; followed: {listed:.500}"
                raise QueryError(msg)
        return [known[url] for url in dict.fromkeys(wanted)]


def _quiet(_done: int, _total: int) -> None:
    """Shows no progress within a feed: progress counts feeds."""
