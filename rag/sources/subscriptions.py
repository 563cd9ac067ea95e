"""The feeds that an archive follows: kept beside its articles, polled when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from rag.config import Settings
from rag.errors import LockedError, QueryError
from rag.indexes.opening import ArchiveFolder, Opened, give_up
from rag.ingest import Arriving, Ingest, IngestReport
from rag.sources.addresses import parse_target
from rag.sources.permission import visitor
from rag.sources.polling import Poll, Update
from rag.store import Database, Feeds, FollowedFeed, OldFormatError, PollAttempts

Progress = Callable[[str, int, int], None]
"""Called with the step ("polling" or "embedding"), the items done and the items in all."""

_NOTED_EVERY = timedelta(hours=1)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True, slots=True)
class Polled:
    """How many feeds were asked, how many had nothing new, and what became of the rest."""

    feeds: int
    unchanged: int
    report: IngestReport


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The feeds of one archive; `start` makes an ingest run of what is open for writing."""

    _disk: ArchiveFolder
    _settings: Settings
    _start: Callable[[Opened], Ingest]
    _locked: Callable[[LockedError], None] = give_up

    def patient(self, wait: Callable[[LockedError], None]) -> Subscriptions:
        """The same feeds; where another process writes, `wait` is called, then tried again."""
        return replace(self, _locked=wait)

    def add(self, url: str) -> str:
        """Follows the feed at `url`, and returns its address as it is kept; asks no server.

        Raises ForbiddenAddressError for what cannot be a feed's address, QueryError where
        the feed is followed already.
        """
        kept = parse_target(url).url
        with self._disk.to_write("feed add", create=True) as opened:
            added = Feeds(opened.database).add(kept)
        if not added:
            msg = f"{kept!r} is followed already; read what is new in it: dateline feed poll"
            raise QueryError(msg)
        return kept

    def remove(self, url: str) -> str:
        """Follows a feed no longer; its articles stay. Raises QueryError for an unknown one."""
        (feed,) = self._chosen([url])
        with self._disk.to_write("feed remove") as opened:
            Feeds(opened.database).remove(feed.url)
        return feed.url

    def all(self) -> list[FollowedFeed]:
        """Every feed that is followed, in the order of their addresses."""
        with self._known() as feeds:
            return feeds.all()

    def attempts(self) -> dict[str, PollAttempts]:
        """When the feeds that have been polled were, with success or in vain."""
        with self._known() as feeds:
            return feeds.attempts()

    def poll(
        self,
        *urls: str,
        vectors: bool = True,
        limit: int = 100,
        progress: Progress = _silent,
    ) -> Polled:
        """Reads what is new in these feeds, or in all; at most `limit` entries of each.

        Where no feed has changed no run is kept, and nothing written but, once an hour, the
        time. Pages are fetched first; the archive is only locked while they are written,
        for each feed anew. Needs the setting `network`, else raises ConfigError; QueryError
        where a feed is not followed.
        """
        feeds = self._chosen(urls) if urls else self.all()
        if not feeds:
            return Polled(0, 0, IngestReport())
        poll = Poll(visitor(self._settings, feeds[0].url), limit, datetime.now(UTC))
        known = self.attempts()
        total, unchanged = IngestReport(), 0
        for number, feed in enumerate(feeds, start=1):
            report = self._taken(poll, feed, known.get(feed.url, PollAttempts()))
            total += report or IngestReport()
            unchanged += report is None
            progress("polling", number, len(feeds))
        if vectors and total.counts["added"] + total.counts["revised"]:
            self._disk.embed(partial(progress, "embedding"), self._locked)
        return Polled(len(feeds), unchanged, total)

    def _taken(self, poll: Poll, feed: FollowedFeed, known: PollAttempts) -> IngestReport | None:
        """What became of a feed's new entries, None where it has none."""
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
        """Notes that a feed could be read, unless that is known, or another process writes."""
        last = known.succeeded
        if known.failures or last is None or not timedelta() <= poll.now - last < _NOTED_EVERY:
            with suppress(LockedError), self._disk.to_write("feed poll") as opened:
                Feeds(opened.database).note(feed.url, known.after_success(poll.now))

    def _read(self, poll: Poll, update: Update, attempts: PollAttempts) -> IngestReport | None:
        report = None
        arriving = Arriving([update.followed.url], poll.read(update))
        for part in arriving.parts() if update.is_news() else ():
            with self._disk.to_write_when_free("feed poll", self._locked) as opened:
                taken = self._start(opened).run([], _quiet, part)
                # Only now: what is noted as dealt with must be in the archive.
                self._keep(opened, update, attempts)
            report = report + taken if report else taken
        if report is None:
            with self._disk.to_write_when_free("feed poll", self._locked) as opened:
                self._keep(opened, update, attempts)
        return report

    def _keep(self, opened: Opened, update: Update, attempts: PollAttempts) -> None:
        feeds = Feeds(opened.database)
        feeds.save(update.state())
        feeds.note(update.followed.url, attempts)

    @contextmanager
    def _known(self) -> Iterator[Feeds]:
        """What is kept of the feeds, open to be read."""
        try:
            database = Database(self._disk.folder, read_only=True)
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
                msg = f"{url!r} is no feed that is followed; followed: {listed:.500}"
                raise QueryError(msg)
        return [known[url] for url in dict.fromkeys(wanted)]


def _quiet(_done: int, _total: int) -> None:
    """Shows no progress of one feed: the feeds are counted instead."""
