"""What filters look at, of every current passage, in memory: dates, outlets, languages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, and_, select

from rag.records import Filters
from rag.store import schema
from rag.store.rows import seconds

Integers = npt.NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UNKNOWN_DATE = -(2**62)
"""Stands for the date of an article whose date is unknown."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Columns over the current passages as they were at one change, sorted by passage id.

    `opening` is the id of the first passage of the same article. `published` counts seconds
    since 1970; `publisher` and `language` are positions in the lists of names.
    """

    change: int
    ids: Integers
    opening: Integers
    published: Integers
    publisher: Integers
    language: Integers
    publishers: tuple[str, ...]
    languages: tuple[str, ...]

    def matching(self, filters: Filters) -> Integers:
        """Ids of the passages that satisfy `filters`, ascending."""
        wanted = np.ones(len(self.ids), dtype=bool)
        if filters.published_from is not None:
            wanted &= self.published >= seconds(filters.published_from)
        if filters.published_before is not None:
            wanted &= self.published < seconds(filters.published_before)
            wanted &= self.published != UNKNOWN_DATE
        if filters.publishers:
            wanted &= np.isin(self.publisher, _positions(self.publishers, filters.publishers))
        if filters.language:
            wanted &= np.isin(self.language, _positions(self.languages, [filters.language]))
        return self.ids[wanted]

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last dated article appeared; None where none is dated."""
        dated = self.published[self.published != UNKNOWN_DATE]
        if not len(dated):
            return None
        first, last = (_EPOCH + timedelta(seconds=int(at)) for at in (dated.min(), dated.max()))
        return first, last

    def published_at(self, ids: Integers) -> Integers:
        """When each passage was published, UNKNOWN_DATE where that, or the passage, is unknown."""
        return self._of(ids, self.published, UNKNOWN_DATE)

    def openings(self, ids: Integers) -> Integers:
        """The id of the first passage of each passage's article; 0 for unknown passages."""
        return self._of(ids, self.opening, 0)

    def _of(self, ids: Integers, column: Integers, unknown: int) -> Integers:
        if not len(self.ids):
            return np.full(len(ids), unknown)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, column[places], unknown)


def load_facets(connection: Connection, change: int) -> Facets:
    """The columns as the database has them now, which is at `change`."""
    passages, revisions = schema.passages.c, schema.revisions.c
    query = (
        select(
            passages.id,
            passages.article_id,
            revisions.published,
            revisions.publisher,
            revisions.language,
        )
        .select_from(schema.passages)
        .join(
            schema.revisions,
            and_(
                revisions.article_id == passages.article_id,
                revisions.revision == passages.revision,
            ),
        )
        .where(~passages.superseded)
        .order_by(passages.id)
    )
    rows = connection.execute(query).all()
    opening: dict[str, int] = {}
    for row in rows:
        opening.setdefault(row.article_id, row.id)
    publishers, publisher = _numbered([row.publisher for row in rows])
    languages, language = _numbered([row.language for row in rows])
    return Facets(
        change=change,
        ids=_column([row.id for row in rows]),
        opening=_column([opening[row.article_id] for row in rows]),
        published=_column(
            [UNKNOWN_DATE if row.published is None else row.published for row in rows]
        ),
        publisher=publisher,
        language=language,
        publishers=publishers,
        languages=languages,
    )


def _column(values: Sequence[Any]) -> Integers:
    return np.array(values, dtype=np.int64)


def _numbered(values: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """The names, and for each value its place among them."""
    names = {name: place for place, name in enumerate(dict.fromkeys(values))}
    return tuple(names), _column([names[value] for value in values])


def _positions(names: Sequence[str], wanted: Collection[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]
