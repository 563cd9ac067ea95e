"""What the archive holds: articles by outlet and month, those of one, and what failed last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from rag.archive import Archive
from rag.records import Article, Filters
from rag.retrieval.catalogue import NO_FILTERS
from rag.sources.pages import is_address
from rag.store import UNKNOWN_DATE, Runs
from rag.store.filter_columns import Facets
from rag.store.runs import Outcome

MOST_LISTED = 100
"""The most articles in a list; narrower filters show others."""


@dataclass(frozen=True, slots=True)
class ArchiveSection:
    """The articles of one outlet; `publisher` "" stands for unknown outlets.

    `first` and `last` are when its oldest and its newest dated article appeared, `months` the
    number of articles by month, such as "2025-03", in order; "" counts the undated.
    """

    publisher: str
    articles: int
    first: datetime | None
    last: datetime | None
    months: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """The newest articles, newest first, and the number of all."""

    articles: tuple[Article, ...]
    total: int


def shelves(archive: Archive) -> list[ArchiveSection]:
    """The section of every outlet, largest first, then by name."""
    facets = archive.facets()
    first_passages = _first_passages(facets, NO_FILTERS)
    publishers, published = facets.publisher[first_passages], facets.local[first_passages]
    found = [
        _shelf(name, published[publishers == number].tolist())
        for number, name in enumerate(facets.publishers)
    ]
    # An outlet's name stays in the columns when its last article has gone, or has another one.
    there = [shelf for shelf in found if shelf.articles]
    return sorted(there, key=lambda shelf: (-shelf.articles, shelf.publisher))


def list_articles(
    archive: Archive,
    *,
    publisher: str | None = None,
    month: str | None = None,
    filters: Filters = NO_FILTERS,
) -> Listing:
    """The articles within the filters, of one outlet or one month if it is not None.

    `month` is one of `Shelf.months`. Those of unknown date come last, equal ones by place.
    """
    facets = archive.facets()
    wanted = _first_passages(facets, filters)
    if publisher is not None:
        known = publisher in facets.publishers
        wanted &= facets.publisher == (facets.publishers.index(publisher) if known else -1)
    ids, published = facets.ids[wanted], facets.local[wanted]
    if month is not None:
        chosen = np.array([_month(at) == month for at in published.tolist()], dtype=bool)
        ids, published = ids[chosen], published[chosen]
    order = np.lexsort((ids, -published))
    newest = [int(id_) for id_ in ids[order][:MOST_LISTED]]
    found = archive.passages(newest)
    return Listing(tuple(found[id_][1] for id_ in newest if id_ in found), len(ids))


def _first_passages(facets: Facets, filters: Filters) -> NDArray[np.bool_]:
    """Which passages open an article within the filters."""
    found: NDArray[np.bool_] = np.isin(facets.ids, facets.matching(filters))
    found &= facets.ids == facets.opening
    return found


def _shelf(publisher: str, published: list[int]) -> ArchiveSection:
    dated = [at for at in published if at != UNKNOWN_DATE]
    first, last = (
        (datetime.fromtimestamp(at, UTC) for at in (min(dated), max(dated)))
        if dated
        else (None, None)
    )
    months = Counter(map(_month, published))
    return ArchiveSection(publisher, len(published), first, last, dict(sorted(months.items())))


def _month(published: int) -> str:
    if published == UNKNOWN_DATE:
        return ""
    return f"{datetime.fromtimestamp(published, UTC):%Y-%m}"


def last_failures(archive: Archive) -> list[Outcome]:
    """The failed inputs of the newest run, by path; raises ArchiveError without an archive."""
    with closing(archive.database()) as database:
        runs = Runs(database)
        return [each for each in runs.outcomes(runs.last()) if each.kind == "failed"]


def without_folders(failed: Iterable[Outcome]) -> list[Outcome]:
    """The same outcomes for whoever may not see where files lie: paths as names of files.

    >>> without_folders([Outcome("/srv/in/a.jsonl", "failed", "", "/srv/in/a.jsonl:3: empty")])
    [Outcome(path='a.jsonl', kind='failed', article_id='', note='a.jsonl:3: empty')]
    """
    return [each if is_address(each.path) else _named(each) for each in failed]


def _named(one: Outcome) -> Outcome:
    path = PurePath(one.path)
    return replace(one, path=path.name, note=one.note.replace(f"{path.parent}/", ""))
