"""What readers starred, in collections of theirs: places in articles, and none of their words.

So nothing of a deleted article stays here, and what a collection shows is always what the
archive has.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from rag.errors import QueryError
from rag.store import schema
from rag.store.database import Database
from rag.store.rows import moment, seconds, short_name

MOST_COLLECTIONS = 100
"""The most collections of a reader."""

MOST_STARS = 1_000
"""The most stars in a collection."""

FIRST_NAME = "Starred"
"""The name of a reader's first collection, if none is given."""

_ID_BYTES = 18
_COLLECTIONS, _STARS = schema.collections, schema.stars


@dataclass(frozen=True, slots=True)
class Star:
    """Characters `start` to `end` of one revision of an article; 0 to 0 for the whole article.

    Revision 0 stands for an article that was deleted since.
    """

    article_id: str
    revision: int
    start: int = 0
    end: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole article."""
        return not self.end


@dataclass(frozen=True, slots=True)
class Collection:
    """A reader's collection; its stars in the order in which they were added."""

    id: str
    owner: str
    name: str
    created: datetime
    stars: tuple[Star, ...]


class Collections:
    """The collections of an archive; each method is one transaction, without a writer lock.

    `owner` is a reader's name, "" if nobody logs in. Methods treat another owner's collection
    like an unknown id.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def can_save(self) -> bool:
        """Whether this process can save anything: False if the archive is read-only."""
        return self._database.can_note()

    def all(self, owner: str = "") -> list[Collection]:
        """The owner's collections, by name."""
        with self._database.read() as connection:
            found = _loaded(connection, _COLLECTIONS.c.owner == owner)
        return sorted(found, key=lambda each: (each.name.casefold(), each.id))

    def get(self, owner: str, id_: str) -> Collection:
        """A collection; raises QueryError if the owner has no such one."""
        with self._database.read() as connection:
            return _require(connection, owner, id_)

    def create(self, owner: str, name: str = FIRST_NAME) -> Collection:
        """A new collection, or the owner's of this name, however it is capitalised.

        Raises QueryError for an empty name, and if the owner has `MOST_COLLECTIONS`.
        """
        saved = _named(name)
        with self._database.note() as connection:
            own = _loaded(connection, _COLLECTIONS.c.owner == owner)
            for each in own:
                if each.name.casefold() == saved.casefold():
                    return each
            if len(own) >= MOST_COLLECTIONS:
                msg = f"there are {MOST_COLLECTIONS} collections, the most there may be; delete one"
                raise QueryError(msg)
            row = {
                "id": secrets.token_urlsafe(_ID_BYTES),
                "owner": owner,
                "name": saved,
                "created": seconds(datetime.now(UTC)),
            }
            connection.execute(insert(_COLLECTIONS).values(row))
            return _require(connection, owner, str(row["id"]))

    def add(self, owner: str, id_: str, stars: Sequence[Star]) -> None:
        """Adds stars to a collection; one that is in it stays where it is.

        Raises QueryError if the owner has no such collection, and if it gets too large.
        """
        now = int(datetime.now(UTC).timestamp() * 1_000_000)
        with self._database.note() as connection:
            known = _require(connection, owner, id_).stars
            new = [star for star in dict.fromkeys(stars) if star not in known]
            if len(known) + len(new) > MOST_STARS:
                msg = f"a collection has {MOST_STARS:,} stars at most; begin another one"
                raise QueryError(msg)
            if new:
                rows = [
                    {"collection_id": id_, **_row(star), "at": now + place}
                    for place, star in enumerate(new)
                ]
                connection.execute(insert(_STARS), rows)

    def remove(self, owner: str, id_: str, stars: Sequence[Star]) -> None:
        """Takes stars out of a collection; raises QueryError if the owner has no such one."""
        with self._database.note() as connection:
            _require(connection, owner, id_)
            for star in stars:
                same = [_STARS.c[name] == value for name, value in _row(star).items()]
                query = delete(_STARS).where(_STARS.c.collection_id == id_, *same)
                connection.execute(query)

    def rename(self, owner: str, id_: str, name: str) -> str:
        """Renames a collection; returns the name as saved. Raises QueryError for an empty one."""
        saved = _named(name)
        with self._database.note() as connection:
            _require(connection, owner, id_)
            query = update(_COLLECTIONS).where(_COLLECTIONS.c.id == id_)
            connection.execute(query.values(name=saved))
        return saved

    def delete(self, owner: str, id_: str) -> None:
        """Deletes a collection with its stars; raises QueryError if the owner has no such one."""
        with self._database.note() as connection:
            _require(connection, owner, id_)
            connection.execute(delete(_STARS).where(_STARS.c.collection_id == id_))
            connection.execute(delete(_COLLECTIONS).where(_COLLECTIONS.c.id == id_))


def _loaded(connection: Connection, where: ColumnElement[bool]) -> list[Collection]:
    stars: dict[str, list[Star]] = {}
    query = select(_STARS).join(_COLLECTIONS).where(where).order_by(_STARS.c.at)
    for row in connection.execute(query.order_by(_STARS.c.article_id, _STARS.c.start)):
        star = Star(row.article_id, row.revision, row.start, row.end)
        stars.setdefault(row.collection_id, []).append(star)
    return [
        Collection(row.id, row.owner, row.name, moment(row.created), tuple(stars.get(row.id, ())))
        for row in connection.execute(select(_COLLECTIONS).where(where))
    ]


def _require(connection: Connection, owner: str, id_: str) -> Collection:
    where = (_COLLECTIONS.c.id == id_) & (_COLLECTIONS.c.owner == owner)
    found = _loaded(connection, where)
    if not found:
        msg = f"there is no collection {id_[:64]!r}; it may have been deleted"
        raise QueryError(msg)
    return found[0]


def _named(name: str) -> str:
    saved = short_name(name)
    if not saved:
        msg = f"{name!r} is not a name for a collection; enter at least one letter"
        raise QueryError(msg)
    return saved


def _row(star: Star) -> dict[str, Any]:
    return {
        "article_id": star.article_id,
        "revision": star.revision,
        "start": star.start,
        "end": star.end,
    }


def void_stars(connection: Connection, article_ids: Sequence[str]) -> None:
    """Has the stars of deleted articles say only which article they were of.

    If it is added again, its text may be another: no place in it is what was starred.
    """
    mine = _STARS.c.article_id.in_(article_ids)
    query = (
        select(_STARS.c.collection_id, _STARS.c.article_id, func.min(_STARS.c.at).label("at"))
        .where(mine)
        .group_by(_STARS.c.collection_id, _STARS.c.article_id)
    )
    rows = [
        {"collection_id": row.collection_id, **_row(Star(row.article_id, 0)), "at": row.at}
        for row in connection.execute(query)
    ]
    connection.execute(delete(_STARS).where(mine))
    if rows:
        connection.execute(insert(_STARS), rows)
