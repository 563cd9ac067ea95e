"""Since when each revision of an article stood, and until when; knows nothing of passages.

A revision stands from the moment that it gives itself ("Updated at ..."), else from its date
of publication where that has moved on, else from the run that brought it, until the next one
does. The first in time stands from its publication.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, tuple_

from rag.corpus.notices import find_notices, updated_at
from rag.records import Article, Filters, Published
from rag.store import schema
from rag.store.rows import article_record, check_article, seconds

UNKNOWN_DATE = -(2**62)
"""Stands for the date of an article whose date is unknown: before any other."""

STILL = 2**62
"""Stands for the end of what still stands: after any other date."""

Intervals = dict[tuple[str, int], tuple[int, int]]
"""By article and revision, the seconds since 1970 from and before which it stood."""


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A revision with when it stood, and the run that brought it; all in seconds since 1970."""

    article: Article
    since: int
    until: int
    run: int
    arrived: int


def kept_revisions(connection: Connection, article_id: str) -> list[KeptRevision]:
    """Every revision of an article in the order in which they stood."""
    table, runs = schema.revisions, schema.runs
    query = select(table, runs.c.started).join(runs, runs.c.id == table.c.run_id)
    stood = intervals(connection, [article_id])
    found = []
    for row in connection.execute(query.where(table.c.article_id == article_id)):
        article = article_record(row)
        check_article(article, row.digest)
        since, until = stood.get((article_id, row.revision), (_moment(row.published), STILL))
        found.append(KeptRevision(article, since, until, row.run_id, row.started))
    return sorted(found, key=lambda each: (each.until, each.since))


def intervals(connection: Connection, article_ids: Collection[str] | None = None) -> Intervals:
    """When each revision stood, of those of the articles (all by default) that have several.

    The intervals of an article follow each other without a gap and do not overlap.
    """
    revisions, runs = schema.revisions.c, schema.runs.c
    revised = select(revisions.article_id).where(revisions.superseded)
    if article_ids is not None:
        revised = select(revisions.article_id).where(
            revisions.article_id.in_(article_ids), schema.is_superseded(schema.revisions, True)
        )
    query = (
        select(
            revisions.article_id,
            revisions.revision,
            revisions.superseded,
            revisions.published,
            revisions.standing_from,
            runs.started,
        )
        .join(schema.runs, runs.id == revisions.run_id)
        .where(revisions.article_id.in_(revised))
        .order_by(revisions.article_id, revisions.revision)
    )
    found: Intervals = {}
    rows: Any = connection.execute(query)
    for _, group in groupby(rows, key=lambda row: row.article_id):
        found.update(_of_one(connection, [*group]))
    return found


def withdrawn() -> Select[tuple[str]]:
    """The query for the ids of the articles that were withdrawn: none of their texts stands."""
    articles = schema.articles.c
    return select(articles.id).where(articles.withdrawn_at.is_not(None))


def since_when(article: Article, before: Article, stood: int, run: int) -> int:
    """From when a revision stands that follows `before`, which stood from `stood`.

    Never before that, and never after the start of the `run` that brought it.
    """
    stated = _stated(article, before)
    since = stated if stated is not None and stood <= stated <= run else run
    return max(since, stood)


def digests_standing(connection: Connection, *, superseded: bool) -> Iterator[tuple[int, str]]:
    """Id and digest of the current or superseded passages of articles not withdrawn, by id."""
    table = schema.passages.c
    gone = set(connection.scalars(select(table.id).where(table.article_id.in_(withdrawn()))))
    query = select(table.id, table.digest).where(table.superseded == superseded)
    for id_, digest in connection.execute(query.order_by(table.id)):
        if id_ not in gone:
            yield id_, digest


def count_standing(connection: Connection, *, superseded: bool) -> int:
    """Number of current or superseded passages of articles that were not withdrawn."""
    table = schema.passages
    query = select(func.count()).select_from(table)
    which = schema.is_superseded(table, superseded)
    gone = query.where(table.c.article_id.in_(withdrawn()), which)
    every = connection.scalar(query.where(table.c.superseded == superseded)) or 0
    # Told apart row by row, counting would take twice as long.
    return every - (connection.scalar(gone) or 0)


def as_asked(connection: Connection, query: Select[Any], filters: Filters) -> Select[Any]:
    """The query over revisions, for those that stood when the filters ask for, by article."""
    table = schema.revisions.c
    query = query.where(table.article_id.not_in(withdrawn())).order_by(table.article_id)
    if filters.published_before is not None:
        query = query.where(table.published < seconds(filters.published_before))
    if filters.as_of is None:
        return query.where(~table.superseded)
    stood, at = intervals(connection), seconds(filters.as_of)
    then = [key for key, (since, until) in stood.items() if since < at <= until]
    several = {id_ for id_, _ in stood}
    which = tuple_(table.article_id, table.revision).in_(then)
    return query.where(or_(table.article_id.not_in(several), which))


def as_they_stood(
    connection: Connection, articles: Mapping[str, Article], as_of: datetime
) -> dict[str, Article]:
    """The articles by id, each in the revision that stood just before a moment."""
    at, table = seconds(as_of), schema.revisions
    stood = intervals(connection, articles)
    then = {key for key, (since, until) in stood.items() if since < at <= until}
    several = {id_ for id_, _ in stood}
    found = {id_: article for id_, article in articles.items() if id_ not in several}
    query = select(table).where(table.c.article_id.in_(several))
    for row in connection.execute(query) if several else ():
        if (row.article_id, row.revision) in then:
            found[row.article_id] = article_record(row)
    return found


def is_late(article: Article, current: Article) -> bool:
    """Whether what comes in is older than what stands, as both say when they were updated.

    Without both of these it is not: an earlier date of publication may be a date put right.
    """
    own, other = _updated(article), _updated(current)
    if own is None or other is None:
        return False
    exact = {own.precision, other.precision} <= {"minute", "second"}
    return own.at < other.at if exact else own.at.date() < other.at.date()


def updated_seconds(article: Article) -> int | None:
    """When an article says that it was last changed, None where it does not."""
    stated = _updated(article)
    return seconds(stated.at) if stated else None


def published_seconds(article: Article) -> int | None:
    """When an article was published, None where that is unknown."""
    return seconds(article.published.at) if article.published else None


def _stated(article: Article, before: Article) -> int | None:
    updated = updated_seconds(article)
    # A line that the earlier revision has as well does not tell of this change.
    if updated is not None and updated != updated_seconds(before):
        return updated
    own, other = published_seconds(article), published_seconds(before)
    return own if own is not None and other is not None and own > other else None


def _updated(article: Article) -> Published | None:
    return updated_at(find_notices(article.text, article.published))


def _of_one(
    connection: Connection, rows: Sequence[Row[Any]]
) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """The intervals of one article, whose rows come by revision."""
    known = {row.revision: row.standing_from for row in rows}
    if any(since is None for number, since in known.items() if number > 1):
        known = _derived(connection, rows)
    ordered = sorted(rows, key=lambda row: (not row.superseded, _moment(known[row.revision])))
    starts = [_moment(ordered[0].published)]
    for row in ordered[1:]:
        starts.append(max(starts[-1], _moment(known[row.revision])))
    ends = [*starts[1:], STILL]
    for row, since, until in zip(ordered, starts, ends, strict=True):
        yield (row.article_id, row.revision), (since, until)


def _moment(kept: int | None) -> int:
    return UNKNOWN_DATE if kept is None else kept


def _derived(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int | None]:
    """From when each revision stood, in an archive that was written before this was kept."""
    table = schema.revisions
    query = select(table).where(table.c.article_id == rows[0].article_id)
    articles = {row.revision: article_record(row) for row in connection.execute(query)}
    found: dict[int, int | None] = {}
    stood = UNKNOWN_DATE
    before: Article | None = None
    for row in rows:
        article = articles[row.revision]
        if row.standing_from is not None:
            stood = row.standing_from
        elif before is not None:
            stood = since_when(article, before, stood, row.started)
        elif row.published is not None:
            stood = row.published
        found[row.revision] = None if stood == UNKNOWN_DATE else stood
        before = article
    return found
