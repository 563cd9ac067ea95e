"""From a question to ranked passages: lexical and vector rank, fuse, collapse copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.errors import QueryError
from rag.ranking import DEPTH, Query, Rankers, rank
from rag.records import Article, Hit, Passage
from rag.store import Store

_SPARE = 10
MAX_QUERY_CHARACTERS = 10_000


def retrieve(query: Query, k: int, rankers: Rankers) -> list[Hit]:
    """The `k` passages that match the query best, best first; equal texts once.

    Ties are broken by article id, then by place in the article. Raises QueryError for a
    query that is empty or longer than 10,000 characters.
    """
    check_query(query.text)
    scores = rank(query, rankers, max(DEPTH, 2 * k))
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
