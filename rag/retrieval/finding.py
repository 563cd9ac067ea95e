"""What a search finds: its operators obeyed, its order, and an honest nothing.

Where to start reading: `find`. A question without operators goes to `retrieve` as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from rag.errors import QueryError
from rag.indexes.protocols import Ids
from rag.questions.operators import Operators, parse_operators
from rag.questions.sub_queries import merged
from rag.records import Hit, Understood
from rag.retrieval.near_duplicates import distinct_hits
from rag.retrieval.operator_search import Matching, all_of, limited, newest_first, shown_first
from rag.retrieval.ranking import Query, rank_these
from rag.retrieval.retrieve import Request, Search, prepare, retrieve
from rag.retrieval.snapshot import Snapshot

Order = Literal["relevance", "newest"]
MOST_RANKED = 5_000
"""So many passages are scored by all signals; the best by words, where more match."""

OF_AN_ARTICLE = 3
"""So many passages of one article are listed where the newest come first."""

MIN_SIMILARITY = 0.4
"""Where no word of a query is in the archive, passages less near in meaning are no hits."""

_SPARE = 10
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, in its order, and what was understood of its question.

    `coverage` is the share of passages that could be found by meaning, from 0 to 1. `words` are
    what was looked for: the question, or the words of its operators. `articles` is the number of
    articles that satisfy operators; None without any. `nothing` says why there is no hit, where
    more can be said than that nothing matches.
    """

    hits: tuple[Hit, ...]
    understood: tuple[Understood, ...]
    coverage: float
    words: str = ""
    articles: int | None = None
    nothing: str = ""


def find(request: Request, k: int, snapshot: Snapshot, order: str = "relevance") -> Found:
    """The `k` best passages for a request, or those of the newest articles that match it.

    Operators are obeyed where the question uses some, and does not go on from a conversation or
    have its `understood` given. Newest first, every word must be in an article, unless none has
    all of them. Raises QueryError for operators that make no sense and for an unknown order.
    """
    check_order(order)
    plain = request.understood is not None or request.history or request.parts
    asked = None if plain else parse_operators(request.question)
    if asked is None:
        return _plain(request, k, snapshot, order)
    filters = limited(request.filters, asked.limits, snapshot)
    request = replace(request, filters=filters)
    if asked.node is None and asked.words:
        found = _plain(replace(request, question=asked.words), k, snapshot, order)
        return replace(found, words=asked.words)
    return _by_operators(asked, request, k, snapshot, order)


def check_order(order: str) -> None:
    """Raises QueryError for what is no order of hits."""
    if order not in get_args(Order):
        msg = f"sort {order!r} is no order; choose relevance or newest"
        raise QueryError(msg)


def matching_within(request: Request, within: Ids, snapshot: Snapshot) -> list[int]:
    """Of the passages `within`, one of each article that satisfies a search, the highest id first.

    It satisfies operators, else it has all the words but those that ask for times and outlets.
    The passage is the first with what was looked for. Raises QueryError as `find` does.
    """
    asked = parse_operators(request.question)
    if asked is not None:
        filters = limited(request.filters, asked.limits, snapshot)
        request = replace(request, filters=filters)
        if asked.node is None and asked.words:
            request, asked = replace(request, question=asked.words), None
    if not len(within):
        return []
    search = prepare(request if asked is None else replace(request, understood=()), snapshot)
    if asked is None:
        search = replace(search, filters=merged(search.filters, search.understood))
    node = asked.node if asked else all_of(_sought(search, snapshot))
    matching = Matching(snapshot, search.filters)
    articles = matching.articles(node) if node else matching.every()
    articles = np.intersect1d(articles, snapshot.facets.first_passages(within))
    first: dict[int, int] = {}
    ids = shown_first(articles, matching.passages, snapshot)
    for opening, id_ in zip(
        snapshot.facets.first_passages(ids).tolist(), ids.tolist(), strict=True
    ):
        first.setdefault(opening, id_)
    return [first[opening] for opening in sorted(first, reverse=True)]


def _plain(request: Request, k: int, snapshot: Snapshot, order: str) -> Found:
    search = prepare(request, snapshot)
    understood = tuple(one for one in search.understood if one.of_hits)
    found = Found((), understood, snapshot.coverage, request.question)
    if order == "newest" and (newest := _newest_with_all(search, k, snapshot)):
        return replace(found, hits=tuple(newest[0]), articles=newest[1])
    hits = retrieve(search, k, snapshot)
    if hits and not request.history and _is_far(search, hits, snapshot):
        return replace(found, nothing=_unknown(request.question))
    if order == "newest":
        ordered = sorted(hits, key=_newest)
        hits = [replace(hit, rank=place) for place, hit in enumerate(ordered, start=1)]
    return replace(found, hits=tuple(hits))


def _is_far(search: Search, hits: Sequence[Hit], snapshot: Snapshot) -> bool:
    """Whether no word of the question is in the archive, and no hit is near it in meaning."""
    asked = search.asked.question
    words = f"{asked} {search.asked.context}"
    terms = set(snapshot.lexical.terms(words))
    if not terms or any(one.of_hits for one in search.understood):
        return False
    # Nearly always the first hit has one of them, so that they need not be searched for.
    if terms.intersection(snapshot.lexical.terms(hits[0].text)) or snapshot.lexical.search(
        words, 1, replace(search.filters, publishers=(), section="", language="")
    ):
        return False
    if not snapshot.embedded:
        return True
    vector = snapshot.dense.encode(asked)
    nearest = snapshot.vectors.search(vector, 1, search.filters)
    return not nearest or nearest[0][1] < MIN_SIMILARITY


def _unknown(question: str) -> str:
    words = _WORD.findall(question)
    named = f"the word “{words[0]}”" if len(words) == 1 else "any of these words"
    return f"No article has {named}, and nothing in the archive comes near in meaning."


def _newest_with_all(search: Search, k: int, snapshot: Snapshot) -> tuple[list[Hit], int] | None:
    """The newest articles with all words of a question but those that ask for times and outlets."""
    words = _sought(search, snapshot)
    node = all_of(words)
    if node is None:
        return None
    within = replace(search, filters=merged(search.filters, search.understood))
    hits, articles = _matching(Operators(" ".join(words), (), node), within, k, snapshot, "newest")
    return (hits, articles) if hits else None


def _sought(search: Search, snapshot: Snapshot) -> list[str]:
    """The words of a question but those that ask for times and outlets."""
    question = search.asked.question
    for one in sorted(search.understood, key=lambda each: -each.start):
        if one.of_hits:
            question = f"{question[: one.start]} {question[one.end :]}"
    return [word for word in _WORD.findall(question) if snapshot.lexical.terms(word)]


def _by_operators(
    asked: Operators, request: Request, k: int, snapshot: Snapshot, order: str
) -> Found:
    literal = replace(request, question=asked.words or request.question, understood=())
    search = prepare(literal, snapshot)
    hits, articles = _matching(asked, search, k, snapshot, order)
    nothing = "" if hits else "No article satisfies all of it."
    return Found(tuple(hits), (), snapshot.coverage, asked.words, articles, nothing)


def _matching(
    asked: Operators, search: Search, k: int, snapshot: Snapshot, order: str
) -> tuple[list[Hit], int]:
    """The hits among the articles that satisfy the operators, and the number of these."""
    matching = Matching(snapshot, search.filters)
    articles = matching.articles(asked.node) if asked.node else matching.every()
    ids = shown_first(articles, matching.passages, snapshot)
    if not len(ids):
        return [], 0
    query = Query(text=asked.words, filters=search.filters, as_of=search.as_of)
    by_date = order == "newest" or not asked.words
    if len(ids) > MOST_RANKED:
        ids = _fewer(query, ids, snapshot, by_date=by_date)
    scores = rank_these(query, ids, snapshot)
    best = newest_first(scores, snapshot, OF_AN_ARTICLE) if by_date else list(scores)
    hits = _hits(best, k, search, snapshot)
    snapshot.store.verify([(hit.passage, hit.article) for hit in hits])
    return [replace(hit, score=scores.get(hit.passage.id, 0.0)) for hit in hits], len(articles)


def _fewer(query: Query, ids: Ids, snapshot: Snapshot, *, by_date: bool) -> Ids:
    """So many of the passages as are ranked: the newest, or the best by words and the newest."""
    chosen: list[int] = []
    if not by_date:
        best = snapshot.lexical.search(query.text, MOST_RANKED, query.filters)
        known = set(ids.tolist())
        chosen = [id_ for id_, _ in best if id_ in known]
    order = np.lexsort((ids, -snapshot.facets.published_at(ids)))
    chosen += ids[order][: MOST_RANKED - len(chosen)].tolist()
    return np.unique(np.array(chosen, dtype=np.int64))


def _hits(best: Sequence[int], k: int, search: Search, snapshot: Snapshot) -> list[Hit]:
    """The first `k` hits in the order of these passages, copies collapsed."""
    enough = min(2 * k + _SPARE, len(best))
    while True:
        found = snapshot.store.passages(best[:enough])
        ranked = [
            (float(len(best) - place), *found[id_])
            for place, id_ in enumerate(best[:enough])
            if id_ in found
        ]
        hits = distinct_hits(
            ranked, k, snapshot.store, search.filters, all_copies=search.all_copies
        )
        if len(hits) == k or enough == len(best):
            return hits
        enough = len(best)


def _newest(hit: Hit) -> tuple[float, int]:
    at = hit.article.published
    return (-at.at.timestamp() if at else math.inf, hit.rank)
