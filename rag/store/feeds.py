"""The feeds that an archive follows, and how far each has been read; fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rag.store import schema
from rag.store.database import Database

_ATTEMPTS = "polled "
"""How the names of the settings begin that say when a feed was asked."""


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed and how far it has been read; `seen` are the digests of its entries by their key.

    `etag` and `modified` are what its server said of it last, `digest` is of what it sent.
    """

    url: str
    title: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PollAttempts:
    """When a feed was last read, when it last could not be and why, and how often since.

    What succeeds often is noted once an hour: `succeeded` may be so much too early. `wish`
    is how many seconds the server, when it failed, wished to be left alone for.
    """

    succeeded: datetime | None = None
    failed: datetime | None = None
    reason: str = ""
    failures: int = 0
    wish: float = 0.0

    def after_success(self, moment: datetime) -> PollAttempts:
        """What is known once the feed has been read."""
        return replace(self, succeeded=moment, failures=0, wish=0.0)

    def after_failure(self, moment: datetime, reason: str, wish: float = 0.0) -> PollAttempts:
        """What is known once the feed has been asked in vain."""
        failures = self.failures + 1
        return replace(self, failed=moment, reason=reason, failures=failures, wish=wish)


class Feeds:
    """The feeds of an archive, by their addresses; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, url: str) -> bool:
        """Follows a feed from now on; False where it is followed already."""
        row = {"url": url, "title": "", "etag": "", "modified": "", "digest": ""}
        with self._database.write() as connection:
            known = _is_followed(connection, url)
            if not known:
                connection.execute(insert(schema.feeds).values(row))
            return not known

    def remove(self, url: str) -> bool:
        """Follows a feed no longer; its articles stay. False where it was not followed."""
        table, entries = schema.feeds, schema.feed_entries
        with self._database.write() as connection:
            known = _is_followed(connection, url)
            connection.execute(delete(entries).where(entries.c.feed == url))
            connection.execute(delete(table).where(table.c.url == url))
            _forget_attempts(connection, url)
            return known

    def all(self) -> list[FollowedFeed]:
        """Every feed that is followed, in the order of their addresses."""
        table, entries = schema.feeds, schema.feed_entries
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.url)).all()
            seen: dict[str, dict[str, str]] = {row.url: {} for row in rows}
            for row in connection.execute(select(entries)):
                seen[row.feed][row.key] = row.digest
        return [
            FollowedFeed(row.url, row.title, row.etag, row.modified, row.digest, seen[row.url])
            for row in rows
        ]

    def save(self, feed: FollowedFeed) -> None:
        """Keeps how far a feed has been read, unless it is no longer followed."""
        table, entries = schema.feeds, schema.feed_entries
        known = {"title": feed.title, "etag": feed.etag, "modified": feed.modified}
        rows = [
            {"feed": feed.url, "key": key, "digest": digest} for key, digest in feed.seen.items()
        ]
        with self._database.write() as connection:
            if not _is_followed(connection, feed.url):
                return
            query = update(table).where(table.c.url == feed.url)
            connection.execute(query.values(known | {"digest": feed.digest}))
            connection.execute(delete(entries).where(entries.c.feed == feed.url))
            if rows:
                connection.execute(insert(entries), rows)

    def attempts(self) -> dict[str, PollAttempts]:
        """When the feeds that have been asked were, by their addresses."""
        table = schema.settings
        query = select(table).where(table.c.name.startswith(_ATTEMPTS, autoescape=True))
        with self._database.read() as connection:
            return {
                row.name.removeprefix(_ATTEMPTS): _attempts(json.loads(row.value))
                for row in connection.execute(query)
            }

    def last_polled(self, url: str) -> datetime | None:
        """When a feed was last read with success, None where it never was or nobody noted it."""
        return self.attempts().get(url, PollAttempts()).succeeded

    def note(self, url: str, attempts: PollAttempts) -> None:
        """Keeps when a feed was asked, unless it is no longer followed."""
        known = {name: value for name, value in asdict(attempts).items() if value}
        row = {"name": _ATTEMPTS + url, "value": json.dumps(known, default=datetime.isoformat)}
        with self._database.write() as connection:
            if _is_followed(connection, url):
                _forget_attempts(connection, url)
                connection.execute(insert(schema.settings).values(row))


def _is_followed(connection: Connection, url: str) -> bool:
    query = select(schema.feeds.c.url).where(schema.feeds.c.url == url)
    return connection.scalar(query) is not None


def _forget_attempts(connection: Connection, url: str) -> None:
    table = schema.settings
    connection.execute(delete(table).where(table.c.name == _ATTEMPTS + url))


def _attempts(known: dict[str, Any]) -> PollAttempts:
    moments = {"succeeded", "failed"}.intersection(known)
    return PollAttempts(**known | {name: datetime.fromisoformat(known[name]) for name in moments})
