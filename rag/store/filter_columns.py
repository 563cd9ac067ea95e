"""What filters look at, of every passage, in memory: dates, outlets, sections, revisions."""

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
from rag.store.revisions import STILL, UNKNOWN_DATE, intervals, withdrawn
from rag.store.rows import seconds

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ALWAYS = (UNKNOWN_DATE, STILL)
"""The interval of the only revision of an article: its date of publication bounds it."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How the passages that stood at some moment differ from those that stand now.

    `then` are superseded passages that stood, `not_yet` are current ones that did not: their
    ids, ascending.
    """

    then: Integers
    not_yet: Integers


NOW = Standing(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Facets:
    """Columns over all passages as they were at one change, sorted by passage id.

    `opening` is the id of the first passage of the same revision. `published` counts seconds
    since 1970; `publisher`, `language` and `section` are positions in the lists of names. A
    passage stood after `since` until `until`, which is STILL for the current ones.
    """

    change: int
    ids: Integers
    opening: Integers
    published: Integers
    publisher: Integers
    language: Integers
    section: Integers
    since: Integers
    until: Integers
    publishers: tuple[str, ...]
    languages: tuple[str, ...]
    sections: tuple[str, ...]

    def matching(self, filters: Filters) -> Integers:
        """Ids of the passages that satisfy `filters`, ascending."""
        wanted = self._stood(filters.as_of)
        if filters.published_from is not None:
            wanted &= self.published >= seconds(filters.published_from)
        if filters.published_before is not None:
            wanted &= self.published < seconds(filters.published_before)
            wanted &= self.published != UNKNOWN_DATE
        if filters.publishers:
            wanted &= np.isin(self.publisher, _positions(self.publishers, filters.publishers))
        if filters.language:
            wanted &= np.isin(self.language, _positions(self.languages, [filters.language]))
        if filters.section:
            wanted &= self._in_section(filters.section)
        return self.ids[wanted]

    def standing(self, as_of: datetime | None, section: str = "") -> Standing:
        """Which other passages than the current ones stood just before `as_of`, None for now.

        Where a section is given, those of others are as ones that did not stand.
        """
        if as_of is None and not section:
            return NOW
        stood, current = self._stood(as_of), self.until == STILL
        if section:
            stood &= self._in_section(section)
        return Standing(self.ids[stood & ~current], self.ids[current & ~stood])

    def stood(self, ids: Integers, filters: Filters) -> Integers:
        """Those of the passages that stood when the filters ask for; unknown ones did not."""
        if not len(self.ids):
            return ids[:0]
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        kept: Integers = ids[(self.ids[places] == ids) & self._stood(filters.as_of)[places]]
        return kept

    def superseded(self, ids: Integers) -> Integers:
        """Those of the passages that are not current ones; unknown ones are left out."""
        past: Integers = ids[self._of(ids, self.until, STILL) != STILL]
        return past

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last dated article appeared; None where none is dated."""
        dated = self.published[(self.published != UNKNOWN_DATE) & (self.until == STILL)]
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

    def _stood(self, as_of: datetime | None) -> Truths:
        if as_of is None:
            stood: Truths = self.until == STILL
        else:
            stood = (self.since < seconds(as_of)) & (seconds(as_of) <= self.until)
        return stood

    def _in_section(self, section: str) -> Truths:
        return np.isin(self.section, _positions(self.sections, [section]))

    def _of(self, ids: Integers, column: Integers, unknown: int) -> Integers:
        if not len(self.ids):
            return np.full(len(ids), unknown)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, column[places], unknown)


def among(ids: Integers, others: Integers) -> Truths:
    """For each of the ids whether it is one of the others, which are ascending."""
    if not len(others):
        return np.zeros(len(ids), dtype=bool)
    places = np.minimum(np.searchsorted(others, ids), len(others) - 1)
    held: Truths = others[places] == ids
    return held


def load_facets(connection: Connection, change: int) -> Facets:
    """The columns as the database has them now, which is at `change`."""
    passages, revisions = schema.passages.c, schema.revisions.c
    query = (
        select(
            passages.id,
            passages.article_id,
            passages.revision,
            revisions.published,
            revisions.publisher,
            revisions.language,
            revisions.section,
        )
        .select_from(schema.passages)
        .join(
            schema.revisions,
            and_(
                revisions.article_id == passages.article_id,
                revisions.revision == passages.revision,
            ),
        )
        .where(passages.article_id.not_in(withdrawn()))
        .order_by(passages.id)
    )
    rows = connection.execute(query).all()
    stood = intervals(connection)
    ids = [row.id for row in rows]
    # Most archives hold a single revision of each article: no keys of two parts then.
    keys: list[Any] = [(row.article_id, row.revision) if stood else row.article_id for row in rows]
    opening: dict[Any, int] = {}
    for key, id_ in zip(keys, ids, strict=True):
        opening.setdefault(key, id_)
    publishers, publisher = _numbered([row.publisher for row in rows])
    languages, language = _numbered([row.language for row in rows])
    sections, section = _numbered([row.section for row in rows])
    between = [stood.get(key, _ALWAYS) for key in keys] if stood else [_ALWAYS] * len(rows)
    since, until = np.array(between, dtype=np.int64).reshape(-1, 2).T.copy()
    return Facets(
        change=change,
        ids=_column(ids),
        opening=_column([opening[key] for key in keys]),
        published=_column(
            [UNKNOWN_DATE if row.published is None else row.published for row in rows]
        ),
        publisher=publisher,
        language=language,
        section=section,
        since=since,
        until=until,
        publishers=publishers,
        languages=languages,
        sections=sections,
    )


def _column(values: Sequence[Any]) -> Integers:
    return np.array(values, dtype=np.int64)


def _numbered(values: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """The names, and for each value its place among them."""
    names = {name: place for place, name in enumerate(dict.fromkeys(values))}
    return tuple(names), _column([names[value] for value in values])


def _positions(names: Sequence[str], wanted: Collection[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]
