"""From a question to hits: what it needs, ranked, merged, and copies collapsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from types import MappingProxyType

from rag.errors import QueryError
from rag.records import Filters, Hit, Understood
from rag.retrieval.copies import Ranked, distinct_hits
from rag.retrieval.ranking import DEPTH, Query, Rankers, rank
from rag.store import Store
from rag.understanding.followup import FollowUp
from rag.understanding.needs import Need, interleave, split_needs
from rag.understanding.recency import Recency, recency

RECENCY: Mapping[Recency, float] = MappingProxyType(
    {"latest": 1.0, "open": 0.75, "at the time": 0.0, "timeless": 0.0}
)
"""What an article of today gains, by what the question asks for; see LOG.md."""

MAX_QUERY_CHARACTERS = 4_000
"""The longest question that is answered."""
_SPARE = 10


@dataclass(frozen=True, slots=True)
class Search:
    """A question with all that decides what is searched for.

    `understood` is what its words ask of a hit, beside the `filters`, which always hold.
    With `all_copies` every copy is a hit of its own. `parts` are the questions that it is
    made of; without any, rules split it.
    """

    asked: FollowUp
    filters: Filters
    as_of: datetime
    understood: tuple[Understood, ...] = ()
    all_copies: bool = False
    parts: tuple[str, ...] = ()


def retrieve(search: Search, k: int, rankers: Rankers) -> list[Hit]:
    """The `k` passages that match the question best, best first; copies are one hit.

    A question that asks for several things is searched for once for each of them, and each
    gives its best in turn; a hit's score is then at most that of the hit before it. Ties are
    broken by article id, then by place in the article. Raises QueryError for a question
    that is empty or longer than 4,000 characters, and for filters that it contradicts;
    ArchiveError where what would be returned is not what was once stored.
    """
    check_query(search.asked.question)
    asked = search.asked.question
    needs = split_needs(asked, search.understood, search.filters, search.parts)
    copies = search.all_copies
    found = [_hits(_query(search, need), k, rankers, all_copies=copies) for need in needs]
    hits = found[0] if len(found) == 1 else _merged(found, k)
    rankers.store.verify([(hit.passage, hit.article) for hit in hits])
    return hits


def _merged(found: Sequence[Sequence[Hit]], k: int) -> list[Hit]:
    """The first `k` of what each need found, each giving its best in turn."""
    merged = interleave(found, lambda hit: hit.passage.id)[:k]
    scores = accumulate((hit.score for hit in merged), min)
    return [
        replace(hit, score=score, rank=place)
        for place, (hit, score) in enumerate(zip(merged, scores, strict=True), start=1)
    ]


def _query(search: Search, need: Need) -> Query:
    return Query(
        text=need.query,
        filters=need.filters,
        as_of=search.as_of,
        preferred=tuple(one.filters for one in search.understood if not one.strict),
        recency=RECENCY[recency(search.asked.question, search.understood)],
        context=search.asked.context,
        share=search.asked.share,
    )


def _hits(query: Query, k: int, rankers: Rankers, *, all_copies: bool) -> list[Hit]:
    scores = rank(replace(query, depth=max(DEPTH, 2 * k)), rankers)

    def best(count: int) -> list[Hit]:
        ranked = _ranked(scores, count, rankers.store)
        return distinct_hits(ranked, k, rankers.store, query.filters, all_copies=all_copies)

    hits = best(2 * k + _SPARE)
    # Fewer only where many passages are copies; reading them all costs ten times as much.
    return hits if len(hits) == k else best(len(scores))


def _ranked(scores: Mapping[int, float], count: int, store: Store) -> list[Ranked]:
    """What the first `count` scores are of, and all that equal the last of them; best first."""
    best = list(scores)[:count]
    if best:
        best = [id_ for id_, score in scores.items() if score >= scores[best[-1]]]
    found = store.passages(best)
    return sorted(
        ((scores[id_], *found[id_]) for id_ in best if id_ in found),
        key=lambda item: (-item[0], item[2].id, item[1].start),
    )


def check_query(query: str) -> None:
    """Raises QueryError for a query that cannot be searched for."""
    if not query.strip():
        msg = "the question is empty; ask about something in the archive"
        raise QueryError(msg)
    if len(query) > MAX_QUERY_CHARACTERS:
        msg = f"the question has {len(query):,} characters; {MAX_QUERY_CHARACTERS:,} are the most"
        raise QueryError(msg)
