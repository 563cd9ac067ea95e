"""From a question to hits: what it needs, ranked, merged, and copies collapsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from types import MappingProxyType

from rag.errors import QueryError
from rag.ranking import DEPTH, Query, Rankers, rank
from rag.records import Article, Filters, Hit, Passage, Understood
from rag.store import Store
from rag.understanding.followup import FollowUp
from rag.understanding.needs import Need, interleave, split_needs
from rag.understanding.recency import Recency, recency

RECENCY: Mapping[Recency, float] = MappingProxyType(
    {"latest": 1.0, "open": 0.75, "at the time": 0.0, "timeless": 0.0}
)
"""What an article of today gains, by what the question asks for; see LOG.md."""

MAX_QUERY_CHARACTERS = 10_000
_SPARE = 10


@dataclass(frozen=True, slots=True)
class Search:
    """A question with all that decides what is searched for.

    `understood` is what its words ask of a hit, beside the `filters`, which always hold.
    """

    asked: FollowUp
    filters: Filters
    as_of: datetime
    understood: tuple[Understood, ...] = ()


def retrieve(search: Search, k: int, rankers: Rankers) -> list[Hit]:
    """The `k` passages that match the question best, best first; equal texts once.

    A question that asks for several things is searched for once for each of them, and each
    gives its best in turn; a hit's score is then at most that of the hit before it. Ties are
    broken by article id, then by place in the article. Raises QueryError for a question
    that is empty or longer than 10,000 characters, and for filters that it contradicts.
    """
    question = search.asked.question
    check_query(question)
    queries = [
        _query(search, need) for need in split_needs(question, search.understood, search.filters)
    ]
    found = [_hits(query, k, rankers) for query in queries]
    if len(found) == 1:
        return found[0]
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


def _hits(query: Query, k: int, rankers: Rankers) -> list[Hit]:
    scores = rank(replace(query, depth=max(DEPTH, 2 * k)), rankers)
    hits = _best(k, scores, 2 * k + _SPARE, rankers.store)
    # Fewer only where many passages are copies; reading them all costs ten times as much.
    return hits if len(hits) == k else _best(k, scores, len(scores), rankers.store)


def _best(k: int, scores: Mapping[int, float], count: int, store: Store) -> list[Hit]:
    """The `k` best hits among the first `count` scores, and all that equal the last of them."""
    best = list(scores)[:count]
    if best:
        best = [id_ for id_, score in scores.items() if score >= scores[best[-1]]]
    found = store.passages(best)
    ranked = sorted(
        ((scores[id_], *found[id_]) for id_ in best if id_ in found),
        key=lambda item: (-item[0], item[2].id, item[1].start),
    )
    return list(collapse_copies(ranked, k))


def check_query(query: str) -> None:
    """Raises QueryError for a query that cannot be searched for."""
    if not query.strip():
        msg = "the question is empty; ask about something in the archive"
        raise QueryError(msg)
    if len(query) > MAX_QUERY_CHARACTERS:
        msg = f"the question has {len(query):,} characters; {MAX_QUERY_CHARACTERS:,} are the most"
        raise QueryError(msg)


def collapse_copies(ranked: Iterable[tuple[float, Passage, Article]], k: int) -> Iterator[Hit]:
    """The first `k` hits, where passages with the same words count as one.

    The best ranked of them stands; `also_in` names the other outlets that carry it.
    """
    groups: dict[str, list[tuple[float, Passage, Article]]] = {}
    for item in ranked:
        _, passage, article = item
        groups.setdefault(article.text[passage.start : passage.end], []).append(item)
    for place, group in enumerate(list(groups.values())[:k], start=1):
        score, passage, article = group[0]
        yield Hit(passage, article, score, place, _other_publishers(group, article.publisher))


def _other_publishers(
    group: Sequence[tuple[float, Passage, Article]], publisher: str
) -> tuple[str, ...]:
    others = {article.publisher for _, _, article in group} - {publisher, ""}
    return tuple(sorted(others))
