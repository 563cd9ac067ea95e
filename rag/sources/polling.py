"""Reads the articles that are new in a followed feed; entries read before are skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from itertools import islice

from rag.corpus import Page, Read, Unread, read_page
from rag.corpus.assembling import assemble
from rag.corpus.drafts import Draft
from rag.corpus.formats.layout import markup_layout
from rag.corpus.urls import canonical_id, publisher_of
from rag.errors import (
    BrokenReplyError,
    BusyError,
    CorpusError,
    FetchError,
    StatusError,
    TooSlowError,
    UnreachableError,
)
from rag.language.words import word_set
from rag.sources.feeds import Entry, Feed, parse_feed, word_count
from rag.sources.fetcher import Fetched, Validators
from rag.sources.pages import PAGE_KINDS, bare_reason, with_note
from rag.sources.visiting import Visitor
from rag.store.feeds import FollowedFeed
from rag.store.rows import digest

_MOST = 0.9
_FEED_HOSTS = ("feeds.", "feed.", "rss.")
FEED_KINDS = word_set(
    "application/atom+xml application/feed+json application/json application/rdf+xml"
    " application/rss+xml application/xml text/html text/plain text/xml"
)
"""The types that servers give to feeds; the content decides whether it is one."""


@dataclass(slots=True)
class Update:
    """A feed that has changed, and which of its entries have been read."""

    followed: FollowedFeed
    feed: Feed
    fetched: Fetched
    seen: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        known = self.followed.seen
        digests = {entry.key: entry.digest for entry in reversed(self.feed.entries)}
        self.seen = {key: now for key, now in digests.items() if known.get(key) == now}

    def is_news(self) -> bool:
        """Whether any entry has not been read."""
        return any(entry.key not in self.seen for entry in self.feed.entries)

    def state(self) -> FollowedFeed:
        """The feed to save once the articles read so far are saved.

        If entries are left, the feed counts as changed at the next poll too.
        """
        feed = FollowedFeed(self.followed.url, self.feed.title, seen=dict(self.seen))
        if self.is_news():
            return feed
        validators = self.fetched.validators
        return replace(
            feed,
            etag=validators.etag,
            modified=validators.modified,
            digest=_digest(self.fetched.body),
        )


@dataclass(slots=True)
class Poll:
    """Reads what is new in feeds, up to `limit` entries of each."""

    visitor: Visitor
    limit: int
    now: datetime

    def check(self, followed: FollowedFeed) -> Update | Unread | None:
        """What has changed in a feed, None if nothing has, or why the feed cannot be read."""
        known = Validators(followed.etag, followed.modified)
        try:
            fetched = self.visitor.visit(followed.url, FEED_KINDS, known)
            if fetched.unchanged or _digest(fetched.body) == followed.digest:
                return None
            feed = parse_feed(Page(fetched.url, fetched.body, fetched.charset))
        except FetchError as error:
            return Unread(followed.url, bare_reason(error, followed.url))
        except CorpusError as error:
            return Unread(followed.url, str(error))
        if feed.warnings and not feed.entries:
            return Unread(followed.url, "; ".join(feed.warnings))
        return Update(followed, feed, fetched)

    def read(self, update: Update) -> Iterator[Read | Unread]:
        """The article of each entry that is new or has changed, or why there is none.

        The first outcome has the warnings about the feed. After each outcome, `update` is as it
        should be saved with the outcomes so far.
        """
        remarks = update.feed.warnings
        fresh = (each for each in _distinct(update.feed) if each[0].key not in update.seen)
        for entry, oddities in islice(fresh, self.limit):
            outcome = self._entry(update, entry)
            for note in (*remarks, *oddities):
                outcome = with_note(outcome, note)
            remarks = ()
            yield outcome

    def _entry(self, update: Update, entry: Entry) -> Read | Unread:
        """The article of an entry, recorded as read unless the failure may be temporary."""
        try:
            outcome = self._article(update, entry)
        except FetchError as error:
            outcome = Unread(entry.url, bare_reason(error, entry.url))
            if _passes(error):
                return outcome
        update.seen[entry.key] = entry.digest
        return outcome

    def _article(self, update: Update, entry: Entry) -> Read | Unread:
        if not entry.url:
            return self._without_address(update.followed.url, entry)
        if entry.content and _same_outlet(update.fetched.url, entry.url):
            page = Page(entry.url, _as_page(entry), "utf-8", entry.date, entry.authors)
            outcome = read_page(page, now=self.now)
            # Fewer words than the feed has: the reader took the wrong part of it.
            enough = _MOST * word_count(entry.content)
            if isinstance(outcome, Read) and len(outcome.article.text.split()) >= enough:
                return outcome
        fetched = self.visitor.visit(entry.url, PAGE_KINDS, named_by=update.fetched.url)
        page = Page(fetched.url, fetched.body, fetched.charset, entry.date, entry.authors)
        return read_page(page, now=self.now)

    def _without_address(self, feed: str, entry: Entry) -> Read | Unread:
        """The article of an entry that names no page: it is in the feed, known by its guid."""
        name = entry.guid or entry.title
        try:
            text, blocks = markup_layout(entry.text)
        except CorpusError as error:
            return Unread(feed, f"the entry {name!r:.200}: {error}")
        if not text:
            return Unread(feed, f"the entry {name!r:.200} has neither an address nor a text")
        note = "a summary, and the feed names no page with all of it"
        draft = Draft(
            f"{feed}#{entry.key}",
            text,
            blocks,
            title=entry.title,
            source_id=f"feed:{canonical_id(feed)}#{entry.key}",
            publisher=_outlet(feed),
            authors=entry.authors,
            date=entry.date,
            dated=True,
            warnings=() if entry.content else (note,),
        )
        return assemble(draft, self.now)


def _distinct(feed: Feed) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Each distinct entry, with notes on what is odd about how the feed names it."""
    times = Counter(entry.key for entry in feed.entries)
    named = {(entry.guid, entry.key) for entry in feed.entries if entry.guid}
    guids = Counter(guid for guid, _ in named)
    seen: set[str] = set()
    for entry in feed.entries:
        if entry.key in seen:
            continue
        seen.add(entry.key)
        oddities = []
        if times[entry.key] > 1:
            oddities.append(f"the feed has it {times[entry.key]} times; the first was read")
        if guids[entry.guid] > 1:
            oddities.append(f"the feed names other articles by the same guid {entry.guid!r:.200}")
        yield entry, tuple(oddities)


def _passes(error: FetchError) -> bool:
    """Whether the failure may be temporary."""
    if isinstance(error, StatusError):
        return error.status >= 500
    return isinstance(error, BusyError | TooSlowError | UnreachableError | BrokenReplyError)


def _same_outlet(feed_url: str, url: str) -> bool:
    """Whether feed and article are of one outlet, so that the feed's text can be trusted."""
    own, host = publisher_of(feed_url), publisher_of(url)
    return host == own or any(own == prefix + host for prefix in _FEED_HOSTS)


def _outlet(feed_url: str) -> str:
    """The host of a feed without the part that only its feeds have."""
    host = publisher_of(feed_url)
    return next((host.removeprefix(each) for each in _FEED_HOSTS if host.startswith(each)), host)


def _as_page(entry: Entry) -> bytes:
    title = escape(entry.title)
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{entry.content}</article></body></html>"
    ).encode()


def _digest(body: bytes) -> str:
    return digest(body.decode("latin-1"))
