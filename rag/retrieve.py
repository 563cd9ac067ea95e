"""From a question to ranked passages: lexical and vector rank, fuse, collapse copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.dense import DenseIndex
from rag.errors import QueryError
from rag.fusion import reciprocal_rank_fusion
from rag.lexical import LexicalIndex
from rag.records import Article, Filters, Hit, Passage
from rag.store import Store

DEPTH = 100
"""How deep each ranker's list is before the lists are fused."""

MAX_QUERY_CHARACTERS = 10_000


def retrieve(
    query: str,
    k: int,
    filters: Filters,
    *,
    store: Store,
    lexical: LexicalIndex,
    dense: DenseIndex | None,
) -> list[Hit]:
    """The `k` passages that match the query best, best first; equal texts once.

    Both rankers see only passages that satisfy `filters`. Ties are broken by
    article id, then by place in the article. Without `dense` words alone decide.
    Raises QueryError for a query that is empty or longer than 10,000 characters.
    """
    check_query(query)
    rankings = [[id_ for id_, _ in lexical.search(query, DEPTH, filters)]]
    if dense is not None and len(dense):
        allowed = store.matching(filters) if filters != Filters() else None
        rankings.append([id_ for id_, _ in dense.search(query, DEPTH, allowed)])
    scores = reciprocal_rank_fusion(rankings)
    found = store.passages(list(scores))
    ranked = sorted(
        ((score, *found[id_]) for id_, score in scores.items() if id_ in found),
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
    for rank, group in enumerate(list(groups.values())[:k], start=1):
        score, passage, article = group[0]
        yield Hit(passage, article, score, rank, _other_publishers(group, article.publisher))


def _other_publishers(
    group: Sequence[tuple[float, Passage, Article]], publisher: str
) -> tuple[str, ...]:
    others = {article.publisher for _, _, article in group} - {publisher, ""}
    return tuple(sorted(others))
