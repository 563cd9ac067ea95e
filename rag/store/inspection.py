"""Finds inconsistent rows of `archive.db`; the doctor judges and reports them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, delete, exists, func, or_, select

from rag.corpus.urls import canonical_id
from rag.errors import ArchiveError
from rag.records import Article, Passage
from rag.store import duplicate_groups, schema
from rag.store.database import Database
from rag.store.rows import (
    DamagedRowError,
    article_record,
    check_article,
    check_passage,
    digest,
    passage_record,
    seconds,
)
from rag.store.sqlite import Named

_ARTICLES, _REVISIONS = schema.articles.c, schema.revisions.c
_PASSAGES, _COPIES = schema.passages.c, schema.copies.c
_TOLERANCE = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = -5_364_662_400
"""The start of the year 1800, in seconds since 1970."""

_BATCH = 200
_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Stray:
    """Rows of a table without an `owner`; `derived` ones can be deleted without loss."""

    key: Column[Any]
    owner: ColumnElement[bool]
    what: str
    derived: bool = False

    @property
    def where(self) -> ColumnElement[bool]:
        """What the stray rows have in common."""
        return _none(self.owner)


def _none(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(*conditions)


_RUNS, _TURNS, _STARS = schema.runs.c, schema.turns.c, schema.stars.c
_BANDS, _ENTRIES = schema.bands.c, schema.feed_entries.c
STRAYS = (
    Stray(
        _PASSAGES.id,
        and_(
            _REVISIONS.article_id == _PASSAGES.article_id, _REVISIONS.revision == _PASSAGES.revision
        ),
        "passages belong to no revision",
        derived=True,
    ),
    Stray(
        _REVISIONS.article_id,
        _ARTICLES.id == _REVISIONS.article_id,
        "revisions belong to no article",
    ),
    Stray(_REVISIONS.article_id, _RUNS.id == _REVISIONS.run_id, "revisions came by no run"),
    Stray(
        _COPIES.article_id,
        _ARTICLES.id == _COPIES.article_id,
        "rows of copies belong to no article",
        derived=True,
    ),
    Stray(_BANDS.copy_id, _COPIES.id == _BANDS.copy_id, "bands belong to no article", derived=True),
    Stray(
        schema.outcomes.c.path, _RUNS.id == schema.outcomes.c.run_id, "outcomes belong to no run"
    ),
    Stray(
        _ENTRIES.key, schema.feeds.c.url == _ENTRIES.feed, "entries belong to no feed", derived=True
    ),
    Stray(
        _TURNS.conversation_id,
        schema.conversations.c.id == _TURNS.conversation_id,
        "turns belong to no conversation",
    ),
    Stray(
        _STARS.article_id,
        schema.collections.c.id == _STARS.collection_id,
        "stars belong to no collection",
    ),
)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One ingest run: its start and end in seconds since 1970, and how many inputs failed."""

    number: int
    started: int
    finished: int | None
    inputs: tuple[str, ...]
    failed: int


class Inspection:
    """Finds inconsistencies in an open `archive.db`; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _column(self, query: Any) -> list[Any]:
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def stray(self, stray: Stray) -> list[Any]:
        """The keys of the stray rows, sorted."""
        return self._column(select(stray.key).where(stray.where).order_by(stray.key))

    def unknown(self) -> list[Named]:
        """The tables and indexes that Dateline does not define, by kind and name."""
        tables = schema.metadata.tables.values()
        known = {("table", "alembic_version")} | {("table", table.name) for table in tables}
        known |= {("index", str(index.name)) for table in tables for index in table.indexes}
        return [one for one in self._database.names() if one not in known]

    def unlogged(self) -> list[str]:
        """Ids of articles that are missing from the change log, so that no index has them."""
        known = schema.changes.c.article_id == _ARTICLES.id
        return self._column(select(_ARTICLES.id).where(~exists().where(known)))

    def unknown_changes(self) -> list[str]:
        """Ids in the change log of articles that are neither stored nor recorded as deleted."""
        of = schema.changes.c.article_id
        query = select(of).distinct().where(_none(_ARTICLES.id == of))
        return self._column(query.where(_none(schema.deletions.c.article_id == of)))

    def without_current_revision(self) -> list[str]:
        """Ids of articles whose current revision is missing, duplicated or wrong."""
        current = (
            select(func.count())
            .where(_REVISIONS.article_id == _ARTICLES.id, ~_REVISIONS.superseded)
            .scalar_subquery()
        )
        named = exists().where(
            _REVISIONS.article_id == _ARTICLES.id,
            _REVISIONS.revision == _ARTICLES.revision,
            or_(~_REVISIONS.superseded, _ARTICLES.withdrawn_at.is_not(None)),
        )
        return self._column(select(_ARTICLES.id).where(or_(current > 1, ~named)))

    def wrongly_current(self) -> list[int]:
        """Ids of passages marked as current whose revision is superseded."""
        query = select(_PASSAGES.id).join(
            schema.revisions,
            and_(
                _REVISIONS.article_id == _PASSAGES.article_id,
                _REVISIONS.revision == _PASSAGES.revision,
            ),
        )
        return self._column(query.where(~_PASSAGES.superseded, _REVISIONS.superseded))

    def ungrouped(self) -> list[str]:
        """Ids of articles that have not been compared with others for near-duplicates."""
        with self._database.read() as connection:
            return duplicate_groups.pending(connection, "", _ALL)

    def broken_groups(self) -> list[str]:
        """Names of groups that have one member only, or are not named after a member."""
        query = select(_COPIES.group_id, _COPIES.article_id).where(_COPIES.group_id.is_not(None))
        members: dict[str, list[str]] = {}
        with self._database.read() as connection:
            for group, article in connection.execute(query):
                members.setdefault(group, []).append(article)
        return sorted(g for g, ids in members.items() if g not in ids or len(ids) < 2)

    def same_but_for_spelling(self) -> list[tuple[str, str]]:
        """Pairs of article ids that are two spellings of one web address."""
        first: dict[str, str] = {}
        pairs = []
        for article_id in self._column(select(_ARTICLES.id).order_by(_ARTICLES.id)):
            if not article_id.startswith("file:"):
                other = first.setdefault(canonical_id(article_id), article_id)
                if other != article_id:
                    pairs.append((other, article_id))
        return pairs

    def damaged_rows(self) -> Iterator[str]:
        """A sentence for each revision or passage that differs from what was stored."""
        ids = self._column(select(_ARTICLES.id).order_by(_ARTICLES.id))
        for first in range(0, len(ids), _BATCH):
            yield from self._damaged(ids[first : first + _BATCH])

    def _damaged(self, ids: Sequence[str]) -> list[str]:
        try:
            return self._compared(ids)
        except ArchiveError as error:
            if len(ids) == 1:
                return [
                    f"article {ids[0]!r} cannot be read: {repr(error.__cause__ or error)[:200]}"
                ]
            return [problem for one in ids for problem in self._damaged([one])]

    def _compared(self, ids: Sequence[str]) -> list[str]:
        problems: list[str] = []
        articles: dict[tuple[str, int], Article] = {}
        revisions = select(schema.revisions).where(_REVISIONS.article_id.in_(ids))
        passages = select(schema.passages).where(_PASSAGES.article_id.in_(ids))
        with self._database.read() as connection:
            for row in connection.execute(revisions):
                try:
                    article = article_record(row)
                    check_article(article, row.digest)
                    _check_offsets(article, row)
                except DamagedRowError as error:
                    problems.append(str(error))
                else:
                    articles[article.id, article.revision] = article
            for row in connection.execute(passages):
                if whole := articles.get((row.article_id, row.revision)):
                    problems += _wrong_passage(passage_record(row), whole, row.digest)
        return problems

    def dated_after(self, now: datetime) -> list[str]:
        """Ids of current articles dated more than a day after `now`."""
        return self._current(_REVISIONS.published > seconds(now + _TOLERANCE))

    def dated_before_1800(self) -> list[str]:
        """Ids of current articles dated before 1800."""
        return self._current(_REVISIONS.published < _EARLIEST)

    def dated_after_their_run(self) -> list[str]:
        """Ids of current articles dated more than a day after the run that added them."""
        came = select(schema.runs.c.started).where(schema.runs.c.id == _REVISIONS.run_id)
        late = _REVISIONS.published > came.scalar_subquery() + int(_TOLERANCE.total_seconds())
        return self._current(late)

    def _current(self, where: ColumnElement[bool]) -> list[str]:
        query = select(_REVISIONS.article_id).where(~_REVISIONS.superseded, where)
        return self._column(query.order_by(_REVISIONS.article_id))

    def revisions(self) -> int:
        """The number of revisions of all articles."""
        return int(self._column(select(func.count()).select_from(schema.revisions))[0])

    def withdrawn(self) -> int:
        """The number of withdrawn articles."""
        query = select(func.count()).where(_ARTICLES.withdrawn_at.is_not(None))
        return int(self._column(query.select_from(schema.articles))[0])

    def dates(self) -> tuple[datetime | None, datetime | None]:
        """When the oldest and the newest current article appeared; None if none has a date."""
        query = select(func.min(_REVISIONS.published), func.max(_REVISIONS.published))
        with self._database.read() as connection:
            first, last = connection.execute(query.where(~_REVISIONS.superseded)).one()
        if first is None:
            return None, None
        return _EPOCH + timedelta(seconds=first), _EPOCH + timedelta(seconds=last)

    def last_run(self) -> RunFacts | None:
        """The newest run, None if there is none."""
        runs = self.runs()
        return runs[-1] if runs else None

    def runs(self) -> list[RunFacts]:
        """Every run, oldest first."""
        outcomes = schema.outcomes.c
        failed = (
            select(func.count())
            .where(outcomes.run_id == schema.runs.c.id, outcomes.outcome == "failed")
            .scalar_subquery()
        )
        query = select(schema.runs, failed.label("failed")).order_by(schema.runs.c.id)
        with self._database.read() as connection:
            return [
                RunFacts(row.id, row.started, row.finished, tuple(row.inputs), row.failed)
                for row in connection.execute(query)
            ]


def _wrong_passage(passage: Passage, article: Article, stored: str) -> list[str]:
    where = f"passage {passage.id} of article {article.id!r}"
    if not 0 <= passage.start < passage.end <= len(article.text):
        ends = f"{passage.start} to {passage.end} of {len(article.text)} characters"
        return [f"{where} is a slice from {ends}"]
    try:
        check_passage(passage, article, stored)
    except DamagedRowError as error:
        return [str(error)]
    return []


def _check_offsets(article: Article, row: Any) -> None:
    outside = [s for s in article.furniture if not 0 <= s.start <= s.end <= len(article.text)]
    reason = ""
    if outside:
        reason = f"marks characters {outside[0].start} to {outside[0].end} as {outside[0].kind}"
    elif digest(article.text) != row.text_digest:
        reason = "does not have the checksum of its text"
    elif article.url and canonical_id(article.url) != article.id:
        reason = f"is not named as its address {article.url!r:.200} would have it"
    if reason:
        msg = f"article {article.id!r} {reason}"
        raise DamagedRowError(msg)


def delete_strays(database: Database) -> None:
    """Deletes the stray rows that are derived; rows with content stay."""
    with database.write() as connection:
        for stray in STRAYS:
            if stray.derived:
                connection.execute(delete(stray.key.table).where(stray.where))
