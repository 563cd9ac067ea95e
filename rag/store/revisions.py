"""When each revision of an article was valid; knows nothing of passages.

A revision is valid from the moment that it states ("Updated at ..."), else from its date of
publication if that is later than before, else from the run that added it; until the next
revision is. The first one is valid from its publication.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from rag.corpus.notices import find_notices, updated_at
from rag.records import Article, Filters, Published
from rag.store import schema
from rag.store.rows import article_record, check_article, is_superseded, seconds, widest_range

UNKNOWN_DATE = -(2**62)
"""The date of an article without a known date: before any other."""

STILL = 2**62
"""The end of what is still valid: after any other date."""

ALWAYS = (UNKNOWN_DATE, STILL)
"""When the only revision of an article is valid: always; its publication date bounds it."""

Intervals = dict[tuple[str, int], tuple[int, int]]
"""By article and revision, when it was valid: from and before, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A revision, when it was valid, its run and when that began; times in seconds since 1970."""

    article: Article
    since: int
    until: int
    run: int
    arrived: int


def list_revisions(connection: Connection, article_id: str) -> list[KeptRevision]:
    """Every revision of an article, in the order in which they were valid."""
    table, runs = schema.revisions, schema.runs
    query = select(table, runs.c.started).join(runs, runs.c.id == table.c.run_id)
    validity = intervals(connection, [article_id])
    found = []
    for row in connection.execute(query.where(table.c.article_id == article_id)):
        article = article_record(row)
        check_article(article, row.digest)
        since, until = validity.get((article_id, row.revision), (_moment(row.published), STILL))
        found.append(KeptRevision(article, since, until, row.run_id, row.started))
    return sorted(found, key=lambda each: (each.until, each.since))


def intervals(connection: Connection, article_ids: Collection[str] | None = None) -> Intervals:
    """When each revision was valid, for the articles (all by default) with several revisions.

    The intervals of an article follow each other without a gap and do not overlap.
    """
    revisions, runs = schema.revisions.c, schema.runs.c
    revised = select(revisions.article_id).where(revisions.superseded)
    if article_ids is not None:
        revised = select(revisions.article_id).where(
            revisions.article_id.in_(article_ids), is_superseded(schema.revisions, True)
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
    """The query for the ids of withdrawn articles, none of whose revisions is valid."""
    articles = schema.articles.c
    return select(articles.id).where(articles.withdrawn_at.is_not(None))


def valid_since(article: Article, before: Article, earliest: int, run: int) -> int:
    """When the revision after `before` became valid, in seconds since 1970.

    At `earliest` (when `before` did) or later, and not after the start of the `run` that
    added it.
    """
    stated = _stated(article, before)
    since = stated if stated is not None and earliest <= stated <= run else run
    return max(since, earliest)


def digests_in_use(
    connection: Connection, *, superseded: bool, article_ids: Sequence[str] | None = None
) -> Iterator[tuple[int, str]]:
    """Id and digest of the current or superseded passages of articles in use, sorted by id.

    Of these articles alone, if any are named. Withdrawn articles are not in use.
    """
    table = schema.passages.c
    gone = select(table.id).where(table.article_id.in_(withdrawn()))
    query = select(table.id, table.digest)
    if article_ids is None:
        query = query.where(table.superseded == superseded)
    else:
        query = query.where(is_superseded(schema.passages, superseded))
        gone, query = (each.where(table.article_id.in_(article_ids)) for each in (gone, query))
    unused = set(connection.scalars(gone))
    for id_, digest in connection.execute(query.order_by(table.id)):
        if id_ not in unused:
            yield id_, digest


def count_in_use(connection: Connection, *, superseded: bool) -> int:
    """The number of current or superseded passages of articles that are not withdrawn."""
    table = schema.passages
    query = select(func.count()).select_from(table)
    which = is_superseded(table, superseded)
    gone = query.where(table.c.article_id.in_(withdrawn()), which)
    every = connection.scalar(query.where(table.c.superseded == superseded)) or 0
    # One query that checks each row would take twice as long.
    return every - (connection.scalar(gone) or 0)


def valid_as_asked(
    connection: Connection, query: Select[Any], filters: Filters
) -> Iterator[Row[Any]]:
    """The rows of a query over revisions that were valid at `filters.as_of`, by article.

    The query has their ids and numbers. Some are published up to a day after what the filters
    ask for; see `rows.in_range`.
    """
    table = schema.revisions.c
    query = query.where(table.article_id.not_in(withdrawn())).order_by(table.article_id)
    _, before = widest_range(filters)
    if before is not None:
        query = query.where(table.published < before)
    if filters.as_of is None:
        yield from connection.execute(query.where(~table.superseded))
        return
    # They are compared here: no database takes as many parameters as there may be revisions.
    validity, at = intervals(connection), seconds(filters.as_of)
    for row in connection.execute(query):
        since, until = validity.get((row.article_id, row.revision), ALWAYS)
        if since < at <= until:
            yield row


def valid_articles(
    connection: Connection, articles: Mapping[str, Article], as_of: datetime
) -> dict[str, Article]:
    """The articles by id, each in the revision that was valid just before `as_of`."""
    at, table = seconds(as_of), schema.revisions
    validity = intervals(connection, articles)
    valid = {key for key, (since, until) in validity.items() if since < at <= until}
    several = {id_ for id_, _ in validity}
    found = {id_: article for id_, article in articles.items() if id_ not in several}
    query = select(table).where(table.c.article_id.in_(several))
    for row in connection.execute(query) if several else ():
        if (row.article_id, row.revision) in valid:
            found[row.article_id] = article_record(row)
    return found


def is_late(article: Article, current: Article) -> bool:
    """Whether `article` states an earlier update than `current` does.

    False if one of them states none: an earlier publication date may be a corrected date.
    """
    own, other = _updated(article), _updated(current)
    if own is None or other is None:
        return False
    exact = {own.precision, other.precision} <= {"minute", "second"}
    return own.at < other.at if exact else own.at.date() < other.at.date()


def updated_seconds(article: Article) -> int | None:
    """The update that an article states, in seconds since 1970; None if it states none."""
    stated = _updated(article)
    return seconds(stated.at) if stated else None


def published_seconds(article: Article) -> int | None:
    """When an article was published, in seconds since 1970; None if unknown."""
    return seconds(article.published.at) if article.published else None


def _stated(article: Article, before: Article) -> int | None:
    updated = updated_seconds(article)
    # A line that the earlier revision has too does not date this change.
    if updated is not None and updated != updated_seconds(before):
        return updated
    own, other = published_seconds(article), published_seconds(before)
    return own if own is not None and other is not None and own > other else None


def _updated(article: Article) -> Published | None:
    return updated_at(find_notices(article.text, article.published))


def _of_one(
    connection: Connection, rows: Sequence[Row[Any]]
) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """The validity of each revision of one article, whose rows are sorted by revision."""
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


def _moment(stamp: int | None) -> int:
    return UNKNOWN_DATE if stamp is None else stamp


def _derived(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int | None]:
    """When each revision became valid, in an archive from before this was stored."""
    table = schema.revisions
    query = select(table).where(table.c.article_id == rows[0].article_id)
    articles = {row.revision: article_record(row) for row in connection.execute(query)}
    found: dict[int, int | None] = {}
    since = UNKNOWN_DATE
    before: Article | None = None
    for row in rows:
        article = articles[row.revision]
        if row.standing_from is not None:
            since = row.standing_from
        elif before is not None:
            since = valid_since(article, before, since, row.started)
        elif row.published is not None:
            since = row.published
        found[row.revision] = None if since == UNKNOWN_DATE else since
        before = article
    return found
