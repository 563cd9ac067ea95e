"""The feeds that an archive follows, and which entries have been read; fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rag.store import schema
from rag.store.database import Database
from rag.store.rows import put_setting

_ATTEMPTS = "polled "
"""The prefix of the settings that hold when a feed was polled, as JSON."""

_STORED_NAMES = {"retry_after": "wish"}
"""The JSON keys of fields that have another name in the archives."""


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed and what was read of it; `seen` has the digest of each entry by its key.

    `etag` and `modified` are the last headers of its server, `digest` is that of the last body.
    """

    url: str
    title: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PollAttempts:
    """When a feed was last read, when it last failed and why, and the failures since a success.

    Frequent successes are noted once an hour, so `succeeded` may be up to an hour too early.
    `retry_after` is the pause, in seconds, that the server asked for with its failure.
    """

    succeeded: datetime | None = None
    failed: datetime | None = None
    reason: str = ""
    failures: int = 0
    retry_after: float = 0.0

    def after_success(self, moment: datetime) -> PollAttempts:
        """The attempts after a successful poll at `moment`."""
        return replace(self, succeeded=moment, failures=0, retry_after=0.0)

    def after_failure(
        self, moment: datetime, reason: str, retry_after: float = 0.0
    ) -> PollAttempts:
        """The attempts after a failed poll at `moment`."""
        failures = self.failures + 1
        return replace(
            self, failed=moment, reason=reason, failures=failures, retry_after=retry_after
        )


class Feeds:
    """The feeds of an archive, by their addresses; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, url: str) -> bool:
        """Follows a feed; returns False if it was followed already."""
        row = {"url": url, "title": "", "etag": "", "modified": "", "digest": ""}
        with self._database.write() as connection:
            known = _is_followed(connection, url)
            if not known:
                connection.execute(insert(schema.feeds).values(row))
            return not known

    def remove(self, url: str) -> bool:
        """Unfollows a feed, whose articles stay; returns False if it was not followed."""
        table, entries = schema.feeds, schema.feed_entries
        with self._database.write() as connection:
            known = _is_followed(connection, url)
            connection.execute(delete(entries).where(entries.c.feed == url))
            connection.execute(delete(table).where(table.c.url == url))
            put_setting(connection, _ATTEMPTS + url)
            return known

    def all(self) -> list[FollowedFeed]:
        """Every followed feed, sorted by address."""
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
        """Saves what was read of a feed, unless it is no longer followed."""
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
        """The poll attempts of every feed that was ever polled, by address."""
        table = schema.settings
        query = select(table).where(table.c.name.startswith(_ATTEMPTS, autoescape=True))
        with self._database.read() as connection:
            return {
                row.name.removeprefix(_ATTEMPTS): _attempts(json.loads(row.value))
                for row in connection.execute(query)
            }

    def note(self, url: str, attempts: PollAttempts) -> None:
        """Saves the poll attempts of a feed, unless it is no longer followed."""
        known = {
            _STORED_NAMES.get(name, name): value
            for name, value in asdict(attempts).items()
            if value
        }
        value = json.dumps(known, default=datetime.isoformat)
        with self._database.write() as connection:
            if _is_followed(connection, url):
                put_setting(connection, _ATTEMPTS + url, value)


def _is_followed(connection: Connection, url: str) -> bool:
    query = select(schema.feeds.c.url).where(schema.feeds.c.url == url)
    return connection.scalar(query) is not None


def _attempts(known: dict[str, Any]) -> PollAttempts:
    moments = {"succeeded", "failed"}.intersection(known)
    fields = known | {name: datetime.fromisoformat(known[name]) for name in moments}
    for name, stored in _STORED_NAMES.items():
        if stored in fields:
            fields[name] = fields.pop(stored)
    return PollAttempts(**fields)
