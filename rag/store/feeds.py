"""The feeds that an archive follows, and how far each has been read; fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from rag.store import schema
from rag.store.database import Database


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


def _is_followed(connection: Connection, url: str) -> bool:
    query = select(schema.feeds.c.url).where(schema.feeds.c.url == url)
    return connection.scalar(query) is not None
