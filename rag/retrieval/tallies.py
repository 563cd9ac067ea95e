"""Counts of articles by date, outlet and language, from the columns that filters test.

An article goes by the id of its first passage, its opening. Nothing here reads a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from rag.answers.about_archive import OutletCount
from rag.language.outlet_names import same_outlets
from rag.records import Filters
from rag.retrieval.snapshot import Snapshot
from rag.store import UNKNOWN_DATE
from rag.store.filter_columns import Integers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 400


def openings_of(filters: Filters, snapshot: Snapshot) -> tuple[int, ...]:
    """The first passage of each article that satisfies the filters, the newest article first."""
    facets = snapshot.facets
    found = np.unique(facets.first_passages(facets.matching(filters)))
    if not len(found):
        return ()
    published = facets.published_at(found)
    return tuple(found[np.lexsort((found, -published))].tolist())


def span(
    first_passages: Sequence[int], snapshot: Snapshot
) -> tuple[datetime | None, datetime | None]:
    """When the first and the last of the articles appeared, given newest first; None if unknown.

    By the clocks of the places where they did, though both have UTC as their zone.
    """
    known = dated_first_passages(first_passages, snapshot)
    if not known:
        return None, None
    ends = snapshot.facets.local_at(np.array([known[-1], known[0]], dtype=np.int64))
    first, last = (_EPOCH + timedelta(seconds=int(at)) for at in ends)
    return first, last


def dated_first_passages(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[int, ...]:
    """Those of the articles whose date is known, in the order given."""
    published = snapshot.facets.published_at(np.array(first_passages, dtype=np.int64))
    return tuple(
        id_ for id_, at in zip(first_passages, published, strict=True) if at != UNKNOWN_DATE
    )


def _column(first_passages: Sequence[int], values: Integers, snapshot: Snapshot) -> Integers:
    places = np.searchsorted(snapshot.facets.ids, np.array(first_passages, dtype=np.int64))
    column: Integers = values[places]
    return column


def counts(
    first_passages: Sequence[int], name: str, snapshot: Snapshot
) -> tuple[tuple[str, int], ...]:
    """How many articles each outlet or language has, the most first, then by name."""
    facets = snapshot.facets
    column, known = {
        "publisher": (facets.publisher, facets.publishers),
        "language": (facets.language, facets.languages),
    }[name]
    counted = Counter(known[place] for place in _column(first_passages, column, snapshot).tolist())
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def outlet_counts(first_passages: Sequence[int], snapshot: Snapshot) -> tuple[OutletCount, ...]:
    """The outlets with their articles; hosts of one outlet are counted together."""
    counted = dict(counts(first_passages, "publisher", snapshot))
    found = [
        OutletCount(
            group[0],
            sum(counted[name] for name in group),
            tuple((name, counted[name]) for name in group[1:]),
        )
        for group in same_outlets([name for name in counted if name])
    ]
    if "" in counted:
        found.append(OutletCount("", counted[""]))
    return tuple(sorted(found, key=lambda one: (not one.name, -one.articles, one.name)))


def period_counts(
    first_passages: Sequence[int], per: str, snapshot: Snapshot
) -> tuple[tuple[str, int], ...]:
    """How many articles appeared in each month or year, in the order of time."""
    published = snapshot.facets.local_at(np.array(first_passages, dtype=np.int64))
    days = [_EPOCH + timedelta(seconds=int(at)) for at in published if at != UNKNOWN_DATE]
    counted = Counter((day.year, day.month if per == "month" else 1) for day in days)
    found = [
        (f"{datetime(year, month, 1, tzinfo=UTC):{'%B %Y' if per == 'month' else '%Y'}}", count)
        for (year, month), count in sorted(counted.items())
    ]
    undated = len(first_passages) - len(days)
    return (*found, ("date unknown", undated)) if undated else tuple(found)


def count_distinct(first_passages: Sequence[int], snapshot: Snapshot) -> int:
    """How many texts there are among the articles, where near-duplicates are one."""
    owners = snapshot.store.owners(first_passages)
    ids = [owners[id_] for id_ in first_passages if id_ in owners]
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= snapshot.store.groups(ids[first : first + _BATCH])
    return len({groups.get(id_, id_) for id_ in ids})
