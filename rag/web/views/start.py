"""What an archive has to show before the first question; reads a few dozen articles, no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np

from rag.archive import Archive
from rag.language.changed_figures import changed_figures
from rag.records import Article
from rag.retrieval.listing import example_questions, headline_name
from rag.retrieval.snapshot import Snapshot
from rag.store import STILL
from rag.store.filter_columns import Integers

OUTLETS = 6
"""So many outlets are shown: those with the newest articles."""

HEADLINES = 3
ADDED = 5
_READ = 60
_REVISED = 20
_MOST_EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Headlines:
    """The newest articles of one outlet, newest first."""

    publisher: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """How large an archive is, its newest headlines by outlet, and what was added last.

    `span` is when its oldest and its newest dated article appeared. `examples` are questions about
    its own articles: where outlets differ and where a figure changed first.
    """

    articles: int = 0
    outlets: int = 0
    span: tuple[datetime, datetime] | None = None
    headlines: tuple[Headlines, ...] = ()
    added: tuple[Article, ...] = ()
    examples: tuple[str, ...] = ()


def start_of(archive: Archive, examples: Sequence[str] = ()) -> Start:
    """What to show of the archive; `examples` stand in the place of its own, where there are any.

    The columns of the archive say which articles are shown; only these are read.
    """
    snapshot = archive.snapshot()
    facets = snapshot.facets
    current = (facets.ids == facets.opening) & (facets.until == STILL)
    first_passages, publishers = facets.ids[current], facets.publisher[current]
    newest = np.lexsort((first_passages, -facets.published[current]))
    by_outlet = _by_outlet(first_passages[newest], publishers[newest])
    last = first_passages[::-1][:ADDED].tolist()
    wanted = {id_ for ids in by_outlet.values() for id_ in ids} | set(last)
    found = {id_: article for id_, (_, article) in archive.passages(sorted(wanted)).items()}
    return Start(
        articles=len(first_passages),
        outlets=len({facets.publishers[number] for number in np.unique(publishers)} - {""}),
        span=facets.span,
        headlines=tuple(
            Headlines(facets.publishers[number], tuple(found[id_] for id_ in ids if id_ in found))
            for number, ids in by_outlet.items()
        ),
        added=tuple(found[id_] for id_ in last if id_ in found),
        examples=tuple(examples) or _examples(first_passages[newest][:_READ].tolist(), snapshot),
    )


def _by_outlet(first_passages: Integers, publishers: Integers) -> dict[int, list[int]]:
    """The newest articles of each outlet by its number, given newest first."""
    _, firsts = np.unique(publishers, return_index=True)
    numbers = publishers[np.sort(firsts)[:OUTLETS]].tolist()
    return {number: first_passages[publishers == number][:HEADLINES].tolist() for number in numbers}


def _examples(newest: Sequence[int], snapshot: Snapshot) -> tuple[str, ...]:
    read = [article for _, article in snapshot.store.passages(newest).values()]
    asked = [next(_differing(read), ""), next(_changed(snapshot), "")]
    asked += example_questions(newest, snapshot)
    return tuple(dict.fromkeys(filter(None, asked)))[:_MOST_EXAMPLES]


def _differing(articles: Sequence[Article]) -> Iterator[str]:
    """Questions about articles of two outlets that give other figures in the same sentence."""
    named: dict[str, list[Article]] = {}
    for article in articles:
        if article.publisher and (name := headline_name(article)):
            named.setdefault(name, []).append(article)
    for name, group in named.items():
        for one, other in combinations(group, 2):
            if one.publisher != other.publisher and changed_figures(one.text, other.text):
                yield f"Where do {one.publisher} and {other.publisher} differ about {name}?"


def _changed(snapshot: Snapshot) -> Iterator[str]:
    """Questions about articles that gave another figure in an earlier revision, newest first."""
    facets = snapshot.facets
    past = facets.ids[(facets.ids == facets.opening) & (facets.until != STILL)][::-1][:_REVISED]
    for _, earlier in snapshot.store.passages(past.tolist()).values():
        now = snapshot.store.article(earlier.id)
        if changed_figures(earlier.text, now.text) and (name := headline_name(now)):
            yield f"What is the latest on {name}?"
