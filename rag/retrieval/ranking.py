"""Scores passages for one query: by words, by meaning, by their article, and by date."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from embeddings import Ids, Reranker, Vector
from rag.corpus.chunking import embedding_text
from rag.indexes.dense import DenseIndex
from rag.indexes.protocols import NO_FILTERS, LexicalSearcher
from rag.language.periods import ways_to_write
from rag.records import Article, Filters, Passage
from rag.retrieval.snapshot import Snapshot
from rag.store import UNKNOWN_DATE, Facets
from rag.store.rows import seconds

DEPTH = 200
"""How many passages each ranker finds before they are scored by all."""

RECENT_DEPTH = 50
"""How many more it finds of the last days, where it counts how old an article is."""

RECENT_DAYS = 30
"""The last days before a question is asked: older articles gain hardly anything by their date."""

# What counts beside a passage's share of the best BM25 score and its cosine, which count 1
# each. Round numbers from the middle of plateaus; see LOG.md.
ARTICLE = 0.75
LEAD = 0.05
PREFERENCE = 0.5
CONTEXT_WORDS = 0.4
CONTEXT_MEANING = 0.5

RERANKED = 30
"""How many of the best passages a reranker judges, where there is one."""

RERANK_WEIGHT = 3.0
"""What a passage gains that it judges perfect: more than by words, article and meaning."""

FADING_DAYS = 14
"""The age in days at which what an article gains by being recent has fallen to 1/e."""

MONTHS_AFTER = 330
"""So many days after it "on 6 January" is that day, and not yet the next one of its name."""

_DAY = 86_400
Column = npt.NDArray[np.float64]
Texts = Callable[[Sequence[int]], Sequence[str]]
"""What a reranker reads of the passages at some places of the columns."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: passages must satisfy `filters`, and better satisfy `preferred`.

    `recency` is what an article published at `as_of` gains, falling off with its age.
    `context` is text that the query continues, and `share`, from 0 to 1, how much it counts.
    `depth` is how many passages each ranker finds before they are scored by all. Passages that
    name `day` in their text are found too, if they satisfy `whenever`, the filters without it.
    """

    text: str
    filters: Filters
    as_of: datetime
    preferred: tuple[Filters, ...] = ()
    recency: float = 0.0
    context: str = ""
    share: float = 0.0
    depth: int = DEPTH
    day: date | None = None
    whenever: Filters = NO_FILTERS


@dataclass(frozen=True, slots=True)
class Signals:
    """What the score of each of some passages is made of: columns of one length and order.

    `words` and `article` say how much of the query a passage and its whole article match, on
    any scale: the greatest counts 1. `cosine` is how near the passage is in meaning, `opening`
    whether it is its article's first. `published` counts seconds since 1970, and `preferred`
    is how many of the query's preferences the passage satisfies.
    """

    words: Column
    article: Column
    cosine: Column
    opening: npt.NDArray[np.bool_]
    published: Ids
    preferred: Column


def score(query: Query, signals: Signals, reranker: Reranker | None, texts: Texts) -> Column:
    """The score of each passage: all that counts for it, added up. Higher is better.

    A reranker judges the best of them, by the texts that it is given, and adds to their scores.
    """
    scores: Column = (
        shares_of_best(signals.words)
        + ARTICLE * shares_of_best(signals.article)
        + signals.cosine
        + LEAD * signals.opening
        + (
            query.recency * _freshness(signals.published, query.as_of)
            + PREFERENCE * signals.preferred
        )
    )
    if reranker is not None:
        best = np.argsort(-scores, kind="stable")[:RERANKED]
        scores[best] += RERANK_WEIGHT * np.array(reranker.scores(query.text, texts(best.tolist())))
    return scores


def rank(query: Query, snapshot: Snapshot) -> dict[int, float]:
    """Passage ids with their scores, best first, equal scores by id.

    The best passages by words and the best by meaning are scored by both, and by how
    well their whole article matches. Where it counts how old an article is, the best of the
    last days are among them, however many older ones match better. Passage and article
    together find what neither does alone (Callan, SIGIR 1994); scores, unlike ranks, tell
    by how much the first is better than the second (Bruch, Gai and Ingber, TOIS 2023).
    Without vectors words alone decide.
    """
    facets, lexical, vectors = snapshot.facets, snapshot.lexical, snapshot.vectors
    carried = context_terms(query, lexical)
    searched = [query, recent] if (recent := _recent(query, facets)) else [query]
    naming = naming_day(query, lexical) if query.day else []
    words: dict[int, float] = {}
    near: dict[int, float] = {}
    for each in searched:
        words |= lexical.search(each.text, each.depth, each.filters, carried)
    if snapshot.embedded:
        vector = query_vector(query, snapshot.dense)
        for each in searched:
            near |= vectors.search(vector, each.depth, each.filters)
        by_words_only = np.array(sorted(words.keys() - near.keys()), dtype=np.int64)
        near |= vectors.scores(vector, by_words_only)
    unscored = (near.keys() | naming) - words.keys()
    words |= lexical.scores(query.text, sorted(unscored), carried)
    # An index may lag behind the store: superseded passages are no evidence.
    ids = facets.valid_at(
        np.array(sorted(words.keys() | near.keys()), dtype=np.int64), query.filters
    )
    return _scored(query, ids, (words, near, carried, naming), snapshot)


def rank_these(query: Query, ids: Ids, snapshot: Snapshot) -> dict[int, float]:
    """The scores of just these passages, best first, equal scores by id."""
    carried = context_terms(query, snapshot.lexical)
    words = snapshot.lexical.scores(query.text, ids.tolist(), carried)
    near: Mapping[int, float] = {}
    if snapshot.embedded and query.text:
        near = snapshot.vectors.scores(query_vector(query, snapshot.dense), ids)
    return _scored(query, ids, (words, near, carried, []), snapshot)


_Found = tuple[Mapping[int, float], Mapping[int, float], Mapping[str, float], Sequence[int]]
"""Scores by words, cosines, the context's words, and the passages that name the query's day."""


def _scored(query: Query, ids: Ids, found: _Found, snapshot: Snapshot) -> dict[int, float]:
    """The scores of passages by all signals, best first, equal scores by id."""
    (words, near, carried, naming), facets = found, snapshot.facets
    first_passages = facets.first_passages(ids)
    whole = snapshot.lexical.article_coverage(
        query.text, np.unique(first_passages).tolist(), carried
    )
    signals = Signals(
        words=_column(ids, words),
        article=_column(first_passages, whole),
        cosine=_meaning(ids, words, near),
        opening=first_passages == ids,
        published=facets.published_at(ids),
        preferred=_preferred(query, ids, facets) + np.isin(ids, naming),
    )

    def texts(places: Sequence[int]) -> list[str]:
        """The texts of the passages at these places; "" for one that is gone."""
        best = [int(ids[place]) for place in places]
        found = snapshot.store.passages(best)
        return [passage_text(*found[id_]) if id_ in found else "" for id_ in best]

    scores = score(query, signals, snapshot.reranker, texts)
    return best_first(dict(zip(ids.tolist(), scores.tolist(), strict=True)))


def naming_day(query: Query, lexical: LexicalSearcher, most: int = RECENT_DEPTH) -> list[int]:
    """Passages that name the query's day in their text, published whenever; at most `most` of each.

    With its year, or without it in the months after that day, when no other can be meant.
    """
    if query.day is None:
        return []
    whenever, first = query.whenever, datetime.combine(query.day, time.min, UTC)
    found = lexical.holding(ways_to_write(query.day), most, whenever)
    bounds = (whenever.published_from, whenever.published_before)
    after = replace(
        whenever,
        published_from=max(filter(None, [bounds[0], first])),
        published_before=min(filter(None, [bounds[1], first + timedelta(days=MONTHS_AFTER)])),
    )
    found += lexical.holding(ways_to_write(query.day, year=False), most, after)
    return list(dict.fromkeys(found))


def context_terms(query: Query, lexical: LexicalSearcher) -> dict[str, float]:
    """The words of the query's context with what each counts, 1 being a word of its own."""
    weight = CONTEXT_WORDS * query.share
    return dict.fromkeys(lexical.terms(query.context), weight) if weight else {}


def query_vector(query: Query, dense: DenseIndex) -> Vector:
    """The query's meaning, drawn towards that of query and context together; a unit row."""
    weight = CONTEXT_MEANING * query.share
    own = dense.encode(query.text)
    if not weight:
        return own
    drawn: Vector = (1 - weight) * own + weight * dense.encode(f"{query.context} {query.text}")
    drawn /= np.linalg.norm(drawn) or 1.0
    return drawn


def passage_text(passage: Passage, article: Article) -> str:
    """What a reranker reads of a passage: what is encoded of it."""
    return embedding_text(article, passage.start, passage.end, passage.heading)


def shares_of_best(scores: Column) -> Column:
    """Each score as a share of the highest, so that scores of any scale can be added.

    >>> shares_of_best(np.array([8.0, 4.0])).tolist()
    [1.0, 0.5]
    """
    shares: Column = scores / (scores.max(initial=0.0) or 1.0)
    return shares


def best_first(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores in order, the highest first, equal ones by id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = 60) -> dict[int, float]:
    """Fuse rankings of ids, best first; each adds `1 / (k + rank)`, rank from 1.

    What our own score is measured against. Ties are broken by id, so the order of the
    rankings does not matter. (Cormack, Clarke and Büttcher, SIGIR 2009.)

    >>> list(reciprocal_rank_fusion([[1, 2], [2, 3]]))
    [2, 1, 3]
    """
    parts: defaultdict[int, list[float]] = defaultdict(list)
    for ranking in rankings:
        for place, id_ in enumerate(ranking, start=1):
            parts[id_].append(1 / (k + place))
    # A running sum depends on its order in the last digit, and so would the ties.
    return best_first({id_: math.fsum(terms) for id_, terms in parts.items()})


def _recent(query: Query, facets: Facets) -> Query | None:
    """The same query for the last days alone.

    None where the age of an article counts nothing, or where nothing appeared then.
    """
    if query.recency <= 0:
        return None
    first = query.as_of - timedelta(days=RECENT_DAYS)
    asked = query.filters.published_from
    if asked is not None and asked >= first:
        return None
    filters = replace(query.filters, published_from=first)
    if not facets.has_near(filters):
        return None
    return replace(query, filters=filters, depth=RECENT_DEPTH)


def _meaning(ids: Ids, words: Mapping[int, float], near: Mapping[int, float]) -> Column:
    """The cosines; a passage without a vector counts as an average one found by words."""
    known = [near[id_] for id_ in words if id_ in near]
    return _column(ids, near, missing=float(np.mean(known)) if known else 0.0)


def _preferred(query: Query, ids: Ids, facets: Facets) -> Column:
    """How many of the preferences each passage satisfies."""
    count: Column = np.zeros(len(ids))
    for filters in query.preferred:
        held = facets.matching(replace(filters, as_of=query.filters.as_of))
        count = count + np.isin(ids, held)
    return count


def _freshness(published: Ids, as_of: datetime) -> Column:
    """1 for what is published at `as_of`, falling to 0 with age; 0 where the date is unknown."""
    age = np.maximum(seconds(as_of) - published, 0) / (FADING_DAYS * _DAY)
    fresh: Column = np.where(published == UNKNOWN_DATE, 0.0, np.exp(-age))
    return fresh


def _column(ids: Ids, values: Mapping[int, float], missing: float = 0.0) -> Column:
    return np.array([values.get(id_, missing) for id_ in ids.tolist()], dtype=np.float64)
