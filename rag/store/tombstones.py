"""Articles that are out of use: withdrawn ones, which stay stored, and deleted ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from rag.errors import ArchiveError, QueryError
from rag.records import Article, Filters, Passage, Published
from rag.records.published import local_iso
from rag.store import duplicate_groups, schema
from rag.store.database import Database
from rag.store.redacting import redact_saved_answers
from rag.store.revisions import withdrawn
from rag.store.rows import (
    article_record,
    in_range,
    moment,
    passage_record,
    put_setting,
    seconds,
    widest_range,
)
from rag.store.starred import void_stars

_ARTICLES, _REVISIONS = schema.articles.c, schema.revisions.c
_DELETIONS = schema.deletions.c
_COMPACTED = "compacted"
_MOST_LOOKED_UP = 10_000
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Selection:
    """Selects articles by their ids, or by the feed that they came from and by filters."""

    ids: tuple[str, ...] = ()
    feed: str = ""
    filters: Filters = field(default=_NO_FILTERS)


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in the preview of a deletion, with its number of revisions."""

    id: str
    title: str
    publisher: str
    published: Published | None
    revisions: int

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "id": self.id,
            "title": self.title,
            "publisher": self.publisher,
            "published": local_iso(self.published) if self.published else None,
            "revisions": self.revisions,
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When an article was withdrawn, and why."""

    article_id: str
    at: datetime
    why: str

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {"at": self.at.isoformat(), "why": self.why}

    def __str__(self) -> str:
        return f"withdrawn on {self.at:%Y-%m-%d %H:%M} UTC: {self.why}"


class Tombstones:
    """The withdrawn and deleted articles of an archive; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deleted(self, article_ids: Collection[str] | None = None) -> dict[str, datetime]:
        """When each of the articles, by default all, was deleted; not those added again."""
        query = select(_DELETIONS.article_id, _DELETIONS.at)
        if article_ids is not None:
            query = query.where(_DELETIONS.article_id.in_(article_ids))
        with self._database.read() as connection:
            return {row.article_id: moment(row.at) for row in connection.execute(query)}

    def withdrawn(self, article_ids: Collection[str]) -> dict[str, Withdrawal]:
        """The withdrawals among the articles, by article id."""
        query = select(schema.articles).where(
            _ARTICLES.id.in_(article_ids), _ARTICLES.withdrawn_at.is_not(None)
        )
        with self._database.read() as connection:
            return {
                row.id: Withdrawal(row.id, moment(row.withdrawn_at), row.withdrawn_why or "")
                for row in connection.execute(query)
            }

    def missing(self, article_id: str) -> str:
        """Why and when an article went out of use: withdrawn or deleted; "" for any other."""
        if found := self.withdrawn([article_id]).get(article_id):
            return f"the article {article_id!r} was {found}"
        if at := self.deleted([article_id]).get(article_id):
            return f"the article {article_id!r} was deleted on {at:%Y-%m-%d}"
        return ""

    def last_removal(self) -> datetime | None:
        """When an article was last withdrawn or deleted; None if none ever was."""
        queries = (select(func.max(_ARTICLES.withdrawn_at)), select(func.max(_DELETIONS.at)))
        with self._database.read() as connection:
            times = [connection.scalar(query) for query in queries]
        return max((moment(at) for at in times if at is not None), default=None)

    def passages(self) -> list[tuple[Passage, Article, str]]:
        """The passages of all revisions of withdrawn articles, with their digests, sorted by id."""
        passages = schema.passages.c
        query = select(schema.passages).where(passages.article_id.in_(withdrawn()))
        texts = select(schema.revisions).where(_REVISIONS.article_id.in_(withdrawn()))
        with self._database.read() as connection:
            found = {
                (row.article_id, row.revision): article_record(row)
                for row in connection.execute(texts)
            }
            return [
                (passage_record(row), found[row.article_id, row.revision], row.digest)
                for row in connection.execute(query.order_by(passages.id))
            ]

    def containing(self, words: str, limit: int) -> list[Article]:
        """The first `limit` revisions of withdrawn articles whose text contains the words."""
        query = (
            select(schema.revisions)
            .where(_REVISIONS.article_id.in_(withdrawn()))
            .where(_REVISIONS.text.contains(words, autoescape=True))
            .order_by(_REVISIONS.article_id, _REVISIONS.revision.desc())
        )
        with self._database.read() as connection:
            return [article_record(row) for row in connection.execute(query.limit(limit))]

    def find(self, which: Selection) -> list[Listed]:
        """The selected articles, sorted by id, withdrawn ones included."""
        count = (
            select(func.count())
            .where(schema.revisions.alias().c.article_id == _ARTICLES.id)
            .scalar_subquery()
        )
        query = select(schema.revisions, count.label("revisions")).join(
            schema.articles,
            and_(_ARTICLES.id == _REVISIONS.article_id, _ARTICLES.revision == _REVISIONS.revision),
        )
        with self._database.read() as connection:
            if which.ids:
                query = query.where(_ARTICLES.id.in_(which.ids))
            if which.feed:
                query = query.where(_ARTICLES.id.in_(_brought(connection, which.feed)))
            query = _filtered(query, which.filters).order_by(_ARTICLES.id)
            listed = [_listed(row) for row in connection.execute(query)]
        return [one for one in listed if in_range(which.filters, one.published)]

    def delete(self, article_ids: Sequence[str], at: datetime, why: str) -> dict[int, str]:
        """Deletes articles with everything stored of them, all or none.

        Saved answers that quote them say "[withdrawn]" instead, and stars in them that they were
        deleted. The id, the time and the reason stay, so that ingest does not add the article
        again. Returns the ids of their passages with the digests of what was encoded.
        """
        passages = schema.passages.c
        query = select(passages.id, passages.digest).where(passages.article_id.in_(article_ids))
        with self._database.write() as connection:
            deleted = {row.id: row.digest for row in connection.execute(query)}
            redact_saved_answers(connection, article_ids)
            void_stars(connection, article_ids)
            duplicate_groups.forget(connection, article_ids)
            for table in (schema.passages, schema.revisions):
                connection.execute(delete(table).where(table.c.article_id.in_(article_ids)))
            connection.execute(delete(schema.articles).where(_ARTICLES.id.in_(article_ids)))
            _silence(connection, article_ids)
            restored(connection, article_ids)
            noted = [{"article_id": id_, "at": seconds(at), "why": why} for id_ in article_ids]
            connection.execute(insert(schema.deletions), noted)
            _log(connection, article_ids)
        return deleted

    def still_stored(self, digests: Collection[str]) -> set[str]:
        """Those of the digests that are of a passage, be its article withdrawn or not."""
        column = schema.passages.c.digest
        query = select(column)
        if len(digests) <= _MOST_LOOKED_UP:
            query = query.where(column.in_(digests))
        with self._database.read() as connection:
            return set(digests).intersection(connection.scalars(query))

    def withdraw(self, article_id: str, at: datetime, why: str) -> None:
        """Takes an article out of use; it stays stored, and you can reinstate it.

        Raises ArchiveError for an unknown article, QueryError for one withdrawn already.
        """
        with self._database.write() as connection:
            if self._stored(connection, article_id).withdrawn_at is not None:
                undo = f"dateline withdraw --undo {article_id!r}"
                msg = f"{article_id!r} is withdrawn already; undo that: {undo}"
                raise QueryError(msg)
            _mark(connection, article_id, withdrawn_at=seconds(at), withdrawn_why=why)

    def reinstate(self, article_id: str) -> None:
        """Puts a withdrawn article back into use.

        Raises ArchiveError for an unknown article, QueryError for one that is not withdrawn.
        """
        with self._database.write() as connection:
            if self._stored(connection, article_id).withdrawn_at is None:
                msg = f"{article_id!r} is not withdrawn; see it: dateline article {article_id!r}"
                raise QueryError(msg)
            _mark(connection, article_id, withdrawn_at=None, withdrawn_why=None)

    def _stored(self, connection: Connection, article_id: str) -> Any:
        query = select(schema.articles).where(_ARTICLES.id == article_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            reason = self.missing(article_id) or f"the archive holds no article {article_id!r}"
            msg = f"{reason}; dateline search finds ids"
            raise ArchiveError(msg)
        return row

    def not_compacted(self) -> int:
        """The number of articles deleted since `compacted` was last called."""
        settings = schema.settings.c
        noted = select(settings.value).where(settings.name == _COMPACTED)
        with self._database.read() as connection:
            since = int(connection.scalar(noted) or 0)
        return len(self.deleted_since(since))

    def deleted_since(self, change: int) -> set[str]:
        """The ids of the articles that were deleted after a change; not those added again."""
        changes = schema.changes.c
        query = select(_DELETIONS.article_id).select_from(
            schema.deletions.join(schema.changes, changes.article_id == _DELETIONS.article_id)
        )
        with self._database.read() as connection:
            return set(connection.scalars(query.where(changes.seq > change)))

    def compacted(self) -> None:
        """Records that everything deleted so far is off the disk."""
        with self._database.write() as connection:
            newest = connection.scalar(select(func.max(schema.changes.c.seq))) or 0
            put_setting(connection, _COMPACTED, str(newest))


def restored(connection: Connection, article_ids: Collection[str]) -> None:
    """Forgets that articles were deleted, because they are stored again."""
    connection.execute(delete(schema.deletions).where(_DELETIONS.article_id.in_(article_ids)))


def _silence(connection: Connection, article_ids: Sequence[str]) -> None:
    """Empties the notes of ingest runs about articles, which may quote them."""
    table = schema.outcomes
    query = update(table).where(table.c.article_id.in_(article_ids), table.c.note != "")
    connection.execute(query.values(note=""))


def _mark(connection: Connection, article_id: str, **values: object) -> None:
    query = update(schema.articles).where(_ARTICLES.id == article_id)
    connection.execute(query.values(values))
    _log(connection, [article_id])


def _log(connection: Connection, article_ids: Sequence[str]) -> None:
    """Records a change, so that the indexes read the articles again."""
    connection.execute(insert(schema.changes), [{"article_id": id_} for id_ in article_ids])


def _brought(connection: Connection, feed: str) -> Select[tuple[str]]:
    """The query for the ids of the articles that have a revision from a feed."""
    runs = schema.runs.c
    rows = connection.execute(select(runs.id, runs.inputs))
    numbers = [row.id for row in rows if feed in row.inputs]
    # Written into the statement: a feed has more runs in some years than parameters may be.
    listed: BindParameter[Any] = bindparam("runs", numbers, expanding=True, literal_execute=True)
    return select(_REVISIONS.article_id).where(_REVISIONS.run_id.in_(listed))


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    first, before = widest_range(filters)
    if first is not None:
        query = query.where(_REVISIONS.published >= first)
    if before is not None:
        query = query.where(_REVISIONS.published < before)
    if filters.publishers:
        query = query.where(_REVISIONS.publisher.in_(filters.publishers))
    if filters.section:
        query = query.where(_REVISIONS.section == filters.section)
    return query.where(_REVISIONS.language == filters.language) if filters.language else query


def _listed(row: Any) -> Listed:
    article = article_record(row)
    return Listed(article.id, article.title, article.publisher, article.published, row.revisions)
