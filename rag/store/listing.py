"""Queries for lists of articles: by words, by author, by their passages, by their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, or_, select

from rag.records import Article, Filters, Passage
from rag.store import schema
from rag.store.revisions import valid_as_asked, withdrawn
from rag.store.rows import (
    article_record,
    check_article,
    check_passage,
    in_range,
    is_superseded,
    passage_record,
    revision_of,
)

_BATCH = 500


def containing(connection: Connection, words: str, filters: Filters) -> Iterator[Article]:
    """The articles whose text contains the exact words, and that satisfy the dates, by id."""
    table = schema.revisions
    query = select(table).where(table.c.text.contains(words, autoescape=True))
    for row in valid_as_asked(connection, query, filters):
        article = article_record(row)
        if in_range(filters, article.published):
            yield article


def signed(connection: Connection, name: str, filters: Filters) -> list[Article]:
    """The articles whose text or list of authors contains the name, by id."""
    table = schema.revisions
    authors = cast(table.c.authors, Text)
    # A list is stored as JSON, which may write letters beyond ASCII as escapes.
    spellings = {name, json.dumps(name)[1:-1]}
    query = select(table).where(
        or_(
            table.c.text.contains(name, autoescape=True),
            *(authors.contains(each, autoescape=True) for each in sorted(spellings)),
        )
    )
    return [article_record(row) for row in valid_as_asked(connection, query, filters)]


def by_author(
    connection: Connection, fits: Callable[[str], bool], filters: Filters
) -> tuple[list[str], list[str]]:
    """The ids of the articles with an author whose name fits, and the names of all authors.

    Reads no text; each list of authors is compared once, however many articles have it.
    """
    table = schema.revisions
    authors = cast(table.c.authors, Text).label("authors")
    query = select(table.c.article_id, table.c.revision, authors)
    by_list: dict[str, list[str]] = {}
    for row in valid_as_asked(connection, query, filters):
        by_list.setdefault(row.authors, []).append(row.article_id)
    names = {listed: json.loads(listed) for listed in by_list}
    found = [id_ for listed, ids in by_list.items() if any(map(fits, names[listed])) for id_ in ids]
    return found, sorted({name for listed in names.values() for name in listed})


def owners(connection: Connection, passage_ids: Sequence[int]) -> dict[int, str]:
    """The article id of each passage; unknown ones are left out."""
    table = schema.passages
    found: dict[int, str] = {}
    for first in range(0, len(passage_ids), _BATCH):
        which = table.c.id.in_(passage_ids[first : first + _BATCH])
        rows = connection.execute(select(table.c.id, table.c.article_id).where(which))
        found |= {row.id: row.article_id for row in rows}
    return found


def counted_by(connection: Connection, name: str) -> dict[str, int]:
    """The number of current articles by what their column of this name has, the most first."""
    table = schema.revisions
    column = table.c[name]
    query = (
        select(column, func.count())
        .where(~table.c.superseded)
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def current(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
    """The current revision of each article with its passages, in the order of the ids.

    Withdrawn articles are left out. Raises DamagedRowError for what differs from what was stored.
    """
    yield from _texts(connection, _not_withdrawn(connection, ids), superseded=False)


def past(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[Article, list[Passage]]]:
    """The same of the superseded revisions."""
    yield from _texts(connection, _not_withdrawn(connection, ids), superseded=True)


def _not_withdrawn(connection: Connection, ids: Sequence[str]) -> list[str]:
    """The articles without those that were withdrawn."""
    gone: set[str] = set(connection.scalars(withdrawn()))
    return [id_ for id_ in ids if id_ not in gone]


def _texts(
    connection: Connection, ids: Sequence[str], *, superseded: bool
) -> Iterator[tuple[Article, list[Passage]]]:
    """The current or the superseded revisions with their passages, in the order of the ids."""
    table = schema.revisions
    query = select(table).where(table.c.article_id.in_(ids), is_superseded(table, superseded))
    articles = {
        (row.article_id, row.revision): checked_record(row)
        for row in connection.execute(query.order_by(table.c.revision))
    }
    table = schema.passages
    query = select(table).where(table.c.article_id.in_(ids), is_superseded(table, superseded))
    passages: dict[tuple[str, int], list[Passage]] = {}
    for row in connection.execute(query.order_by(table.c.article_id, table.c.start)):
        passage = passage_record(row)
        check_passage(passage, revision_of(passage, articles), row.digest)
        passages.setdefault((row.article_id, row.revision), []).append(passage)
    revisions: dict[str, list[Article]] = {}
    for article in articles.values():
        revisions.setdefault(article.id, []).append(article)
    for article_id in ids:
        for article in revisions.get(article_id, ()):
            yield article, passages.get((article_id, article.revision), [])


def checked_record(row: Row[Any]) -> Article:
    """The article of a row; raises DamagedRowError if it differs from what was stored."""
    article = article_record(row)
    check_article(article, row.digest)
    return article
