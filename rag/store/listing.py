"""Queries for lists of articles: by words of their text, by author, by their passages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, Text, func, or_, select, type_coerce

from rag.records import Article, Filters
from rag.store import schema
from rag.store.revisions import valid_as_asked
from rag.store.rows import article_record, in_range

_BATCH = 500


def containing(connection: Connection, words: str, filters: Filters) -> Iterator[Article]:
    """The articles whose text contains the exact words, and that satisfy the dates, by id."""
    table = schema.revisions
    query = select(table).where(table.c.text.contains(words, autoescape=True))
    for row in connection.execute(valid_as_asked(connection, query, filters)):
        article = article_record(row)
        if in_range(filters, article.published):
            yield article


def signed(connection: Connection, name: str, filters: Filters) -> list[Article]:
    """The articles whose text or list of authors contains the name, by id."""
    table = schema.revisions
    authors = type_coerce(table.c.authors, Text)
    # A list is stored as JSON, which may write letters beyond ASCII as escapes.
    spellings = {name, json.dumps(name)[1:-1]}
    query = select(table).where(
        or_(
            table.c.text.contains(name, autoescape=True),
            *(authors.contains(each, autoescape=True) for each in sorted(spellings)),
        )
    )
    rows = connection.execute(valid_as_asked(connection, query, filters))
    return [article_record(row) for row in rows]


def by_author(
    connection: Connection, fits: Callable[[str], bool], filters: Filters
) -> tuple[list[str], list[str]]:
    """The ids of the articles with an author whose name fits, and the names of all authors.

    Reads no text; each list of authors is compared once, however many articles have it.
    """
    table = schema.revisions
    query = select(table.c.article_id, type_coerce(table.c.authors, Text).label("authors"))
    by_list: dict[str, list[str]] = {}
    for row in connection.execute(valid_as_asked(connection, query, filters)):
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
