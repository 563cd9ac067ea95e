"""The columns that filters test, in memory: date, outlet, section and revision of each passage."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from rag.records import Filters, Published
from rag.store import schema
from rag.store.revisions import ALWAYS, STILL, UNKNOWN_DATE, Intervals, intervals, withdrawn
from rag.store.rows import is_edge_of_day, seconds, wall_clock, widest_range

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.toordinal()
_DAY = 86_400
_ALL = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class AsOfDelta:
    """How the passages that were valid at some moment differ from the current ones.

    `added` are ids of superseded passages that were valid, `removed` are ids of current ones
    that were not; both ascending.
    """

    added: Integers
    removed: Integers


NO_DELTA = AsOfDelta(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
"""For queries about now: exactly the current passages are valid."""


@dataclass(frozen=True)
class Facets:
    """Columns over all passages as they were at one change, sorted by passage id.

    `opening` is the id of the first passage of the same revision. `published` counts seconds
    since 1970, and `local` as many by the clocks of the place where it appeared; `by_date` has
    the places in these columns in the order of `published`. `publisher`, `language` and `section`
    are positions in the lists of names. A passage is valid after `since` up to `until`, which is
    STILL for the current ones.
    """

    change: int
    ids: Integers
    opening: Integers
    published: Integers
    local: Integers
    by_date: Integers
    publisher: Integers
    language: Integers
    section: Integers
    since: Integers
    until: Integers
    publishers: tuple[str, ...]
    languages: tuple[str, ...]
    sections: tuple[str, ...]

    def matching(self, filters: Filters) -> Integers:
        """The ids of the passages that satisfy `filters`, ascending."""
        near = self._near(filters)
        wanted = self._is_valid(filters.as_of, near) & self._in_range(filters, near)
        if filters.publishers:
            publishers = _positions(self.publishers, filters.publishers)
            wanted &= np.isin(self.publisher[near], publishers)
        if filters.language:
            languages = _positions(self.languages, [filters.language])
            wanted &= np.isin(self.language[near], languages)
        if filters.section:
            wanted &= self._in_section(filters.section, near)
        return self.ids[near][wanted]

    def has_near(self, filters: Filters) -> bool:
        """Whether any passage appeared in the widest range of the dates that the filters name."""
        start, end = self._between(filters)
        return start < end

    def days(self, as_of: datetime) -> list[date]:
        """The days on which articles appeared before `as_of`, each once, the newest first."""
        held = self._is_valid(as_of, _ALL) & (self.published < seconds(as_of))
        held &= self.published != UNKNOWN_DATE
        numbers = self.local[held] // _DAY
        if not len(numbers):
            return []
        oldest = int(numbers.min())
        # Counting takes a tenth of the time that sorting does.
        present = np.flatnonzero(np.bincount(numbers - oldest))[::-1] + (oldest + _FIRST_DAY)
        return list(map(date.fromordinal, present.tolist()))

    def delta(self, filters: Filters) -> AsOfDelta:
        """How the passages that the filters admit differ from the current ones of those times.

        The times are those of `rag.store.rows.widest_range`. Outlets and languages do not count.
        """
        if not (filters.as_of or filters.section or self._has_times(filters)):
            return NO_DELTA
        near = self._near(filters)
        valid = self._is_valid(filters.as_of, near) & self._in_range(filters, near)
        current = self._is_valid(None, near)
        if filters.section:
            valid &= self._in_section(filters.section, near)
        ids = self.ids[near]
        return AsOfDelta(ids[valid & ~current], ids[current & ~valid])

    def valid_at(self, ids: Integers, filters: Filters) -> Integers:
        """The ids whose revision was valid at `filters.as_of`; unknown ids are dropped."""
        if not len(self.ids):
            return ids[:0]
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        since, until = self.since[places], self.until[places]
        valid: Integers = ids[(self.ids[places] == ids) & _is_valid(since, until, filters.as_of)]
        return valid

    def superseded(self, ids: Integers) -> Integers:
        """Those of the passages that are not current ones; unknown ones are left out."""
        past: Integers = ids[self._of(ids, self.until, STILL) != STILL]
        return past

    @cached_property
    def current(self) -> int:
        """The number of current passages."""
        return int(np.count_nonzero(self.until == STILL))

    @cached_property
    def span(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest dated article appeared; None if no article has a date.

        By the clocks of the places where they did, though both have UTC as their zone.
        """
        dated = self.local[(self.published != UNKNOWN_DATE) & (self.until == STILL)]
        if not len(dated):
            return None
        first, last = (_EPOCH + timedelta(seconds=int(at)) for at in (dated.min(), dated.max()))
        return first, last

    def published_at(self, ids: Integers) -> Integers:
        """Seconds since 1970 of each passage's publication; UNKNOWN_DATE for unknown ones."""
        return self._of(ids, self.published, UNKNOWN_DATE)

    def local_at(self, ids: Integers) -> Integers:
        """The same by the clocks of the places where they appeared."""
        return self._of(ids, self.local, UNKNOWN_DATE)

    def first_passages(self, ids: Integers) -> Integers:
        """The id of the first passage of each passage's article; 0 for unknown passages."""
        return self._of(ids, self.opening, 0)

    def _near(self, filters: Filters) -> Integers | slice:
        """The places of all that appeared in the widest range of the filters' dates, ascending."""
        if not self._has_times(filters):
            return _ALL
        return np.sort(self.by_date[slice(*self._between(filters))])

    def _between(self, filters: Filters) -> tuple[int, int]:
        """The same as the first place in `by_date` and the place after the last."""
        first, before = widest_range(filters)
        start = self._dated_before(UNKNOWN_DATE + 1 if first is None else first)
        return start, len(self.ids) if before is None else self._dated_before(before)

    def _dated_before(self, second: int) -> int:
        return int(np.searchsorted(self.published, second, sorter=self.by_date))

    def _is_valid(self, as_of: datetime | None, places: Integers | slice) -> Truths:
        return _is_valid(self.since[places], self.until[places], as_of)

    def _in_range(self, filters: Filters, places: Integers | slice) -> Truths:
        """Which of the passages satisfy the dates of the filters; see `rag.store.rows.in_range`."""
        wanted: Truths = np.ones(len(self.ids[places]), dtype=bool)
        first, before = filters.published_from, filters.published_before
        if first is not None:
            wanted &= self._compared(first)[places] >= seconds(first)
        if before is not None:
            wanted &= self._compared(before)[places] < seconds(before)
        return wanted

    def _has_times(self, filters: Filters) -> bool:
        return filters.published_from is not None or filters.published_before is not None

    def _compared(self, bound: datetime) -> Integers:
        return self.local if is_edge_of_day(bound) else self.published

    def _in_section(self, section: str, places: Integers | slice) -> Truths:
        return np.isin(self.section[places], _positions(self.sections, [section]))

    def _of(self, ids: Integers, column: Integers, unknown: int) -> Integers:
        if not len(self.ids):
            return np.full(len(ids), unknown)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, column[places], unknown)


def _is_valid(since: Integers, until: Integers, as_of: datetime | None) -> Truths:
    """Which of the passages with these first and last seconds are valid just before `as_of`."""
    if as_of is None:
        current: Truths = until == STILL
        return current
    valid: Truths = (since < seconds(as_of)) & (seconds(as_of) <= until)
    return valid


def load_facets(connection: Connection, change: int) -> Facets:
    """The columns as they are in the database now, at `change`."""
    revisions, passages = schema.revisions.c, schema.passages.c
    query = select(
        revisions.article_id,
        revisions.revision,
        revisions.published,
        revisions.published_precision,
        revisions.published_zone,
        revisions.publisher,
        revisions.language,
        revisions.section,
    ).where(revisions.article_id.not_in(withdrawn()))
    rows = connection.execute(query).all()
    numbers = {(row.article_id, row.revision): number for number, row in enumerate(rows)}
    ids, of = array("q"), array("q")
    # Of the passages, ten times as many, only what says whose they are is read.
    each = select(passages.id, passages.article_id, passages.revision).order_by(passages.id)
    for id_, *key in connection.execute(each):
        if (number := numbers.get(tuple(key))) is not None:
            ids.append(id_)
            of.append(number)
    return _facets(change, _column(ids), _column(of), rows, intervals(connection))


def _facets(
    change: int, ids: Integers, of: Integers, revisions: Sequence[Any], validity: Intervals
) -> Facets:
    """The columns of passages, each of which is `of` one of the revisions."""
    published = _column(
        [UNKNOWN_DATE if row.published is None else row.published for row in revisions]
    )
    publishers, publisher = _numbered([row.publisher for row in revisions])
    languages, language = _numbered([row.language for row in revisions])
    sections, section = _numbered([row.section for row in revisions])
    between = [validity.get((row.article_id, row.revision), ALWAYS) for row in revisions]
    since, until = _column(between).reshape(-1, 2).T
    first = np.zeros(len(revisions), dtype=np.int64)
    first[of[::-1]] = ids[::-1]
    return Facets(
        change=change,
        ids=ids,
        opening=first[of],
        published=published[of],
        local=_column(_local(revisions))[of],
        by_date=np.argsort(published[of], kind="stable"),
        publisher=publisher[of],
        language=language[of],
        section=section[of],
        since=since[of],
        until=until[of],
        publishers=publishers,
        languages=languages,
        sections=sections,
    )


def _local(rows: Sequence[Any]) -> list[int]:
    """Seconds by the clocks of the places where articles appeared, each article's once."""
    found: dict[tuple[int, str, str], int] = {}
    local = []
    for row in rows:
        if row.published is None:
            local.append(UNKNOWN_DATE)
        elif not row.published_zone:
            local.append(row.published)
        else:
            key = (row.published, row.published_precision, row.published_zone)
            if key not in found:
                at = _EPOCH + timedelta(seconds=row.published)
                found[key] = wall_clock(Published(at, *key[1:]))
            local.append(found[key])
    return local


def _column(values: Sequence[Any]) -> Integers:
    return np.array(values, dtype=np.int64)


def _numbered(values: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """The distinct names, and for each value its position among them."""
    names = {name: place for place, name in enumerate(dict.fromkeys(values))}
    return tuple(names), _column([names[value] for value in values])


def _positions(names: Sequence[str], wanted: Collection[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name in wanted]
