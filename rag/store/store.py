"""The archive's source of truth: articles with their revisions, passages and a change log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Row, Table, func, insert, select, update

from rag.chunking import Chunk, embedding_text
from rag.corpus import near_duplicates
from rag.errors import ArchiveError
from rag.records import Article, Passage
from rag.store import copies, schema
from rag.store.database import Database, damaged_store
from rag.store.facets import Facets, load_facets
from rag.store.rows import (
    DamagedRowError,
    article_digest,
    article_record,
    article_row,
    check_article,
    check_passage,
    digest,
    passage_record,
)

Stored = Literal["added", "revised", "unchanged"]
_BATCH = 500
_GROUPED_TOGETHER = 64
_SCHEME = "near_duplicates"


class Store:
    """Articles and passages in a database; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facets: Facets | None = None
        self.archive_id = self.setting("archive_id")
        if not self.archive_id and not database.read_only:
            self.archive_id = uuid4().hex
            self.set_setting("archive_id", self.archive_id)
            self.set_setting(_SCHEME, near_duplicates.SCHEME)

    def setting(self, name: str) -> str:
        """A value kept with the archive, "" when it was never set."""
        query = select(schema.settings.c.value).where(schema.settings.c.name == name)
        with self._database.read() as connection:
            return connection.scalar(query) or ""

    def set_setting(self, name: str, value: str) -> None:
        """Keeps a value with the archive."""
        table = schema.settings
        with self._database.write() as connection:
            connection.execute(table.delete().where(table.c.name == name))
            connection.execute(insert(table).values(name=name, value=value))

    def classify(self, articles: Sequence[Article]) -> list[Stored]:
        """What `put` would do with each article: add it, revise it, or leave it unchanged."""
        with self._database.read() as connection:
            known = _known(connection, [article.id for article in articles])
        return [_classify(article, known) for article in articles]

    def put(self, run_id: int, items: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        """Stores new articles and new revisions, with their passages and change records.

        The old revision of an article stays and is marked superseded. All or nothing:
        a process that dies here leaves the archive as it was.
        """
        with self._database.write() as connection:
            known = _known(connection, [article.id for article, _ in items])
            numbered = [
                (replace(article, revision=known.get(article.id, (0, ""))[0] + 1), chunks)
                for article, chunks in items
            ]
            revised = [article for article, _ in numbered if article.revision > 1]
            copies.forget(connection, [article.id for article in revised])
            _supersede(connection, revised)
            _insert(connection, run_id, numbered)
            copies.place(connection, [article for article, _ in numbered])

    def group_pending(self) -> int:
        """Groups the articles that came in before they could be; returns how many there were.

        Each batch is one transaction. Where the way of comparing has changed, all are pending.
        """
        if self.setting(_SCHEME) != near_duplicates.SCHEME:
            with self._database.write() as connection:
                copies.clear(connection)
            self.set_setting(_SCHEME, near_duplicates.SCHEME)
        done, last = 0, ""
        while True:
            with self._database.read() as connection:
                ids = copies.pending(connection, last, _GROUPED_TOGETHER)
            if not ids:
                return done
            with self._database.write() as connection:
                copies.place(connection, [article for article, _ in _current(connection, ids)])
            done, last = done + len(ids), ids[-1]

    def groups(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The group of each article that has near-duplicates, which is its original's id."""
        with self._database.read() as connection:
            return copies.group_ids(connection, article_ids)

    def members(
        self, groups: Collection[str], before: datetime | None = None
    ) -> dict[str, list[Article]]:
        """The current articles of each of the groups, by id.

        With `before`, only those that are known to be published before it.
        """
        with self._database.read() as connection:
            return copies.members(connection, groups, before)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """One revision of an article, the current one unless said otherwise.

        Raises ArchiveError when the archive holds no such article or revision.
        """
        table = schema.revisions
        which = ~table.c.superseded if revision is None else table.c.revision == revision
        query = select(table).where(table.c.article_id == article_id, which)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is not None:
                return _checked(row)
        wanted = f"{article_id!r}" + (f" revision {revision}" if revision else "")
        msg = f"the archive holds no article {wanted}; dateline search finds ids"
        raise ArchiveError(msg)

    def containing(self, words: str, limit: int) -> list[Article]:
        """The first `limit` current articles, by id, whose text holds the words as they stand.

        Reads every text: for what the indexes leave out, such as furniture.
        """
        table = schema.revisions
        query = select(table).where(
            ~table.c.superseded, table.c.text.contains(words, autoescape=True)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.article_id).limit(limit))
            return [article_record(row) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids and the revision each one is a slice of."""
        table = schema.passages
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(ids))).all()
            found = [passage_record(row) for row in rows]
            articles = {
                (article.id, article.revision): article
                for article in _revisions(connection, sorted({p.article_id for p in found}))
            }
            return {p.id: (p, _of(p, articles)) for p in found}

    def verify(self, found: Sequence[tuple[Passage, Article]]) -> None:
        """Raises ArchiveError where a passage or its article is not what was once stored.

        Not done for all that `passages` returns: most of it is ranked and never shown.
        """
        table = schema.revisions
        names = sorted({article.id for _, article in found})
        query = select(table.c.article_id, table.c.revision, table.c.digest)
        with self._database.read() as connection:
            rows = connection.execute(query.where(table.c.article_id.in_(names))).all()
            known = {(row.article_id, row.revision): row.digest for row in rows}
            digests = self.digests([passage.id for passage, _ in found])
            for passage, article in found:
                check_article(article, known.get((article.id, article.revision), ""))
                check_passage(passage, article, digests.get(passage.id, ""))

    def verify_all(self) -> None:
        """Raises ArchiveError where the file, or an article in it, is not what was stored."""
        self._database.verify()
        logged = sum(len(passages) for _, passages in self.current(self.changed_since(0)))
        if logged != self.counts()[1]:
            reason = "its change log is incomplete"
            raise ArchiveError(damaged_store(self._database.folder, reason))

    def last_change(self) -> int:
        """The number of the newest change; 0 in an empty archive."""
        with self._database.read() as connection:
            return _last_change(connection)

    def changed_since(self, seq: int) -> list[str]:
        """Ids of the articles that changed after change `seq`, in the order they first did."""
        table = schema.changes
        query = (
            select(table.c.article_id)
            .where(table.c.seq > seq)
            .group_by(table.c.article_id)
            .order_by(func.min(table.c.seq))
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def current(self, article_ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
        """The current revision of each article with its passages, in the order asked."""
        for first in range(0, len(article_ids), _BATCH):
            with self._database.read() as connection:
                yield from _current(connection, article_ids[first : first + _BATCH])

    def passage_ids(self, article_ids: Sequence[str]) -> list[int]:
        """Ids of all passages of these articles, superseded ones included."""
        table = schema.passages
        query = select(table.c.id).where(table.c.article_id.in_(article_ids))
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def current_digests(self) -> list[tuple[int, str]]:
        """Id and digest of the encoded text of every current passage, by id."""
        table = schema.passages
        query = select(table.c.id, table.c.digest).where(~table.c.superseded).order_by(table.c.id)
        with self._database.read() as connection:
            return [(row.id, row.digest) for row in connection.execute(query)]

    def digests(self, ids: Sequence[int]) -> dict[int, str]:
        """The digest of the encoded text of each of these passages."""
        table = schema.passages
        query = select(table.c.id, table.c.digest).where(table.c.id.in_(ids))
        with self._database.read() as connection:
            return {row.id: row.digest for row in connection.execute(query)}

    def facets(self) -> Facets:
        """What filters look at, of every current passage; read anew when the archive changed."""
        with self._database.read() as connection:
            change = _last_change(connection)
            if self._facets is None or self._facets.change != change:
                self._facets = load_facets(connection, change)
            return self._facets

    def publishers(self) -> dict[str, int]:
        """Every outlet in the archive with its number of articles, the largest first."""
        return self._count_by("publisher")

    def languages(self) -> dict[str, int]:
        """Every language in the archive with its number of articles, the largest first."""
        return self._count_by("language")

    def counts(self) -> tuple[int, int]:
        """Number of articles and of current passages."""
        with self._database.read() as connection:
            passages = select(func.count()).where(~schema.passages.c.superseded)
            return (
                connection.scalar(select(func.count()).select_from(schema.articles)) or 0,
                connection.scalar(passages.select_from(schema.passages)) or 0,
            )

    def _count_by(self, name: str) -> dict[str, int]:
        table = schema.revisions
        column = table.c[name]
        query = (
            select(column, func.count())
            .where(~table.c.superseded)
            .group_by(column)
            .order_by(func.count().desc(), column)
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _last_change(connection: Connection) -> int:
    return connection.scalar(select(func.max(schema.changes.c.seq))) or 0


def _classify(article: Article, known: Mapping[str, tuple[int, str]]) -> Stored:
    if article.id not in known:
        return "added"
    return "unchanged" if known[article.id][1] == article_digest(article) else "revised"


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Current revision and digest of those of the articles that are stored."""
    table = schema.revisions
    query = select(table.c.article_id, table.c.revision, table.c.digest)
    query = query.where(table.c.article_id.in_(ids), ~table.c.superseded)
    return {row.article_id: (row.revision, row.digest) for row in connection.execute(query)}


def _supersede(connection: Connection, articles: Sequence[Article]) -> None:
    """Makes way for new revisions of articles that are stored."""
    table = schema.articles
    for article in articles:
        query = update(table).where(table.c.id == article.id)
        connection.execute(query.values(revision=article.revision))
        for old in (schema.revisions, schema.passages):
            query = update(old).where(old.c.article_id == article.id)
            connection.execute(query.values(superseded=True))


def _insert(
    connection: Connection, run_id: int, items: Sequence[tuple[Article, Sequence[Chunk]]]
) -> None:
    fixed = {"run_id": run_id, "superseded": False}
    rows: dict[Table, list[dict[str, Any]]] = {
        schema.articles: [{"id": a.id, "revision": 1} for a, _ in items if a.revision == 1],
        schema.revisions: [article_row(article) | fixed for article, _ in items],
        schema.passages: [_passage_row(a, part) for a, chunks in items for part in chunks],
        schema.changes: [{"article_id": article.id} for article, _ in items],
    }
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)


def _passage_row(article: Article, part: Chunk) -> dict[str, Any]:
    encoded = embedding_text(article, part.start, part.end, part.heading)
    return {
        "article_id": article.id,
        "revision": article.revision,
        "start": part.start,
        "end": part.end,
        "heading": part.heading,
        "digest": digest(encoded),
        "superseded": False,
    }


def _of(passage: Passage, articles: Mapping[tuple[str, int], Article]) -> Article:
    """The revision that a passage is a slice of."""
    article = articles.get((passage.article_id, passage.revision))
    if article is None:
        msg = f"passage {passage.id} belongs to no article"
        raise DamagedRowError(msg)
    return article


def _checked(row: Row[Any]) -> Article:
    article = article_record(row)
    check_article(article, row.digest)
    return article


def _revisions(connection: Connection, ids: Sequence[str]) -> Iterator[Article]:
    table = schema.revisions
    for row in connection.execute(select(table).where(table.c.article_id.in_(ids))):
        yield article_record(row)


def _current(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
    table = schema.passages
    query = select(table).where(table.c.article_id.in_(ids), ~table.c.superseded)
    passages: dict[str, list[Passage]] = {}
    revisions = schema.revisions
    current = select(revisions).where(revisions.c.article_id.in_(ids), ~revisions.c.superseded)
    articles = {row.article_id: _checked(row) for row in connection.execute(current)}
    by_revision = {(article.id, article.revision): article for article in articles.values()}
    for row in connection.execute(query.order_by(table.c.article_id, table.c.start)):
        passage = passage_record(row)
        check_passage(passage, _of(passage, by_revision), row.digest)
        passages.setdefault(row.article_id, []).append(passage)
    for article_id in ids:
        if article_id in articles:
            yield articles[article_id], passages.get(article_id, [])
