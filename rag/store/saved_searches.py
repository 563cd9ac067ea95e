"""The searches and questions that readers saved, each visible to its owner; searches nothing."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, delete, insert, select, update

from rag.errors import QueryError
from rag.store import schema
from rag.store.database import Database
from rag.store.rows import DamagedRowError, moment, seconds, short_name

SavedKind = Literal["search", "question"]

MOST_SAVED = 100
"""The most searches that a reader may save."""

_ID_BYTES = 12
_TOKEN_BYTES = 32
_UNTITLED = "Untitled"
_TABLE = schema.saved_searches


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """What a saved search asks for, in the words in which its filters were typed.

    `sort` is the order of its results, "relevance" or "newest"; `ignore` are words that are not
    to be taken for a date or an outlet.
    """

    words: str
    kind: SavedKind = "search"
    published_from: str = ""
    published_to: str = ""
    publishers: tuple[str, ...] = ()
    language: str = ""
    section: str = ""
    sort: str = "relevance"
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved search or question.

    `seen` is the id of the last passage that was in the archive when its owner last looked, at
    `seen_at`. Whoever knows the `token` may read its feed.
    """

    id: str
    owner: str
    name: str
    query: SavedQuery
    token: str
    created: datetime
    seen: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """When the run began that brought the current text of an article, and whether it is revised.

    It is `revised` where an earlier text of it was in the archive before.
    """

    at: datetime
    revised: bool


class SavedSearches:
    """The saved searches of an archive; each method is one transaction, without a writer lock.

    `owner` is a reader's name, "" if nobody logs in. Methods treat another owner's search like
    an unknown id.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def can_save(self) -> bool:
        """Whether this process can save anything: False if the archive is read-only."""
        return self._database.can_note()

    def add(self, owner: str, name: str, query: SavedQuery, seen: int) -> SavedSearch:
        """Saves a search under a name, by default its words; the saved one if it is there already.

        Raises QueryError if the owner has `MOST_SAVED` of them.
        """
        now = seconds(datetime.now(UTC))
        row = {
            "id": secrets.token_urlsafe(_ID_BYTES),
            "owner": owner,
            "name": short_name(name) or short_name(query.words) or _UNTITLED,
            "query": asdict(query),
            "token": secrets.token_urlsafe(_TOKEN_BYTES),
            "created": now,
            "seen": seen,
            "seen_at": now,
        }
        with self._database.note() as connection:
            own = [_saved(each) for each in connection.execute(_of(owner))]
            if same := [each for each in own if each.query == query]:
                return same[0]
            if len(own) >= MOST_SAVED:
                msg = f"{MOST_SAVED} searches are saved, the most there may be; delete one of them"
                raise QueryError(msg)
            connection.execute(insert(_TABLE).values(row))
            return _saved(connection.execute(select(_TABLE).where(_TABLE.c.id == row["id"])).one())

    def all(self, owner: str) -> list[SavedSearch]:
        """The owner's saved searches, by name."""
        with self._database.read() as connection:
            found = [_saved(row) for row in connection.execute(_of(owner))]
        return sorted(found, key=lambda each: (each.name.casefold(), each.id))

    def get(self, owner: str, id_: str) -> SavedSearch:
        """A saved search; raises QueryError if the owner has no such one."""
        with self._database.read() as connection:
            return _require(connection, owner, id_)

    def by_token(self, token: str) -> SavedSearch | None:
        """The saved search whose feed has this token; None for an unknown or renewed one."""
        with self._database.read() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.token == token)).one_or_none()
        return _saved(row) if row else None

    def rename(self, owner: str, id_: str, name: str) -> str:
        """Renames a saved search; returns the name as saved. Raises QueryError for an empty one."""
        saved = short_name(name)
        if not saved:
            msg = f"{name!r} is not a name for a saved search; enter at least one letter"
            raise QueryError(msg)
        self._change(owner, id_, name=saved)
        return saved

    def mark_seen(self, owner: str, id_: str, seen: int) -> None:
        """Notes that the owner has seen everything up to a passage; never less than before."""
        now = seconds(datetime.now(UTC))
        with self._database.note() as connection:
            known = _require(connection, owner, id_)
            query = update(_TABLE).where(_TABLE.c.id == id_)
            connection.execute(query.values(seen=max(seen, known.seen), seen_at=now))

    def renew(self, owner: str, id_: str) -> str:
        """Gives the feed a new token, which is returned; the old one is unknown from now on."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._change(owner, id_, token=token)
        return token

    def delete(self, owner: str, id_: str) -> None:
        """Deletes a saved search with its feed; raises QueryError if the owner has no such one."""
        with self._database.note() as connection:
            _require(connection, owner, id_)
            connection.execute(delete(_TABLE).where(_TABLE.c.id == id_))

    def arrivals(self, article_ids: Collection[str], seen: int) -> dict[str, Arrival]:
        """How the current text of each of these articles came in, for who has seen up to `seen`."""
        revisions, passages = schema.revisions, schema.passages.c
        before = select(passages.article_id).where(
            passages.article_id.in_(article_ids), passages.id <= seen
        )
        query = (
            select(revisions.c.article_id, schema.runs.c.started)
            .join(schema.runs, schema.runs.c.id == revisions.c.run_id)
            .where(revisions.c.article_id.in_(article_ids), ~revisions.c.superseded)
        )
        with self._database.read() as connection:
            known = set(connection.scalars(before))
            return {
                row.article_id: Arrival(moment(row.started), row.article_id in known)
                for row in connection.execute(query)
            }

    def _change(self, owner: str, id_: str, **values: object) -> None:
        with self._database.note() as connection:
            _require(connection, owner, id_)
            connection.execute(update(_TABLE).where(_TABLE.c.id == id_).values(values))


def check_kind(kind: str) -> None:
    """Raises QueryError for what is no kind of a saved search."""
    if kind not in get_args(SavedKind):
        msg = f"kind {kind!r} is unknown; choose one of {', '.join(get_args(SavedKind))}"
        raise QueryError(msg)


def _of(owner: str) -> Any:
    return select(_TABLE).where(_TABLE.c.owner == owner)


def _require(connection: Connection, owner: str, id_: str) -> SavedSearch:
    row = connection.execute(_of(owner).where(_TABLE.c.id == id_)).one_or_none()
    if row is None:
        msg = f"there is no saved search {id_[:64]!r}; it may have been deleted"
        raise QueryError(msg)
    return _saved(row)


def _saved(row: Any) -> SavedSearch:
    return SavedSearch(
        id=row.id,
        owner=row.owner,
        name=row.name,
        query=_query(row.query),
        token=row.token,
        created=moment(row.created),
        seen=row.seen,
        seen_at=moment(row.seen_at),
    )


def _query(value: object) -> SavedQuery:
    try:
        if isinstance(value, Mapping):
            lists = {name: tuple(value.get(name, ())) for name in ("publishers", "ignore")}
            return SavedQuery(**{**value, **lists})
    except TypeError:
        pass
    msg = f"a saved search is {value!r:.80}, not an object with its words and filters"
    raise DamagedRowError(msg)
