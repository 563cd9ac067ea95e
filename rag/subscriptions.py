"""The feeds that an archive follows: kept beside its articles, polled when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.config import Settings
from rag.corpus import Unread
from rag.errors import QueryError
from rag.fetching import parse_target
from rag.ingest import Arriving, Ingest, IngestReport
from rag.online import Poll, Update, visitor
from rag.opening import ArchiveFolder, Opened
from rag.store import Feeds, FollowedFeed, Outcome, OutcomeKind

Progress = Callable[[str, int, int], None]
"""Called with the step ("polling" or "embedding"), the items done and the items in all."""


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
        with closing(self._disk.to_read()) as opened:
            return Feeds(opened.database).all()

    def poll(
        self,
        *urls: str,
        vectors: bool = True,
        limit: int = 100,
        progress: Progress = _silent,
    ) -> Polled:
        """Reads what is new in these feeds, or in all; at most `limit` entries of each.

        Nothing is written, and no run is kept, where no feed has changed. Each feed that
        has is a run of its own, so that another may write between them. Needs the setting
        `network`, else raises ConfigError; QueryError where a feed is not followed.
        """
        feeds = self._chosen(urls) if urls else self.all()
        if not feeds:
            return Polled(0, 0, IngestReport(Counter(), ()))
        poll = Poll(visitor(self._settings, feeds[0].url), limit, datetime.now(UTC))
        counts: Counter[OutcomeKind] = Counter()
        notable: list[Outcome] = []
        unchanged = 0
        for number, feed in enumerate(feeds, start=1):
            report = self._taken(poll, feed)
            if report is None:
                unchanged += 1
            else:
                counts += report.counts
                notable += report.notable
            progress("polling", number, len(feeds))
        if vectors and counts["added"] + counts["revised"]:
            with self._disk.to_write("embed") as opened:
                opened.dense.embed(lambda done, total: progress("embedding", done, total))
        return Polled(len(feeds), unchanged, IngestReport(counts, tuple(notable)))

    def _taken(self, poll: Poll, feed: FollowedFeed) -> IngestReport | None:
        """What became of a feed's new entries, None where it has none."""
        found = poll.check(feed)
        if found is None:
            return None
        with self._disk.to_write("feed poll") as opened:
            if isinstance(found, Unread):
                return self._start(opened).run([], _quiet, Arriving([feed.url], [found]))
            return self._read(opened, poll, found)

    def _read(self, opened: Opened, poll: Poll, update: Update) -> IngestReport | None:
        report = None
        if update.is_news():
            arriving = Arriving([update.followed.url], poll.read(update))
            report = self._start(opened).run([], _quiet, arriving)
        # Only now: what is noted as dealt with must be in the archive.
        Feeds(opened.database).save(update.state())
        return report

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
