"""Ranks passages for one query: by words, by meaning, by their article, and by date."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from embeddings import Encoder, Reranker, Vector
from rag.chunking import embedding_text
from rag.indexes.dense import DenseIndex
from rag.indexes.encoding import RecentVectors
from rag.indexes.lexical import LexicalIndex
from rag.reading.extractive import Similarity
from rag.records import Filters
from rag.retrieval.fusion import best_first, shares_of_best
from rag.store import UNKNOWN_DATE, Facets, Standing, Store
from rag.store.rows import seconds

DEPTH = 100

# What counts beside a passage's share of the best BM25 score and its cosine, which count 1
# each. Round numbers from the middle of plateaus; see LOG.md.
ARTICLE = 0.75
LEAD = 0.05
PREFERENCE = 0.5
CONTEXT_WORDS = 0.4
CONTEXT_MEANING = 0.5

RERANKED = 30
"""How many of the best passages a reranker judges, where there is one."""

JUDGEMENT = 3.0
"""What a passage gains that it judges perfect: more than by words, article and meaning."""

FADING_DAYS = 14
"""The age in days at which what an article gains by being recent has fallen to 1/e."""

_DAY = 86_400
Column = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rankers:
    """The parts that a search is made of; they see the archive as it was when asked for."""

    store: Store
    lexical: LexicalIndex
    dense: DenseIndex
    encoder: Encoder
    reranker: Reranker | None = None
    recent: RecentVectors | None = None

    def similarity(self) -> Similarity | None:
        """The cosines of texts with a question; None where the archive has no vectors."""
        if not len(self.dense):
            return None

        def similarity(question: str, texts: Sequence[str]) -> list[float]:
            asked = self.dense.encode(question)
            rows = (self.recent or self.encoder).encode_document(texts)
            return [float(cosine) for cosine in rows @ asked]

        return similarity


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: passages must satisfy `filters`, and better satisfy `preferred`.

    `recency` is what an article published at `as_of` gains, falling off with its age.
    `context` is text that the query continues, and `share`, from 0 to 1, how much it counts.
    `depth` is how many passages each ranker finds before they are scored by all.
    """

    text: str
    filters: Filters
    as_of: datetime
    preferred: tuple[Filters, ...] = ()
    recency: float = 0.0
    context: str = ""
    share: float = 0.0
    depth: int = DEPTH


def rank(query: Query, rankers: Rankers) -> dict[int, float]:
    """Passage ids with their scores, best first, equal scores by id.

    The best passages by words and the best by meaning are scored by both, and by how
    well their whole article matches. Passage and article together find what neither does
    alone (Callan, SIGIR 1994); scores, unlike ranks, tell by how much the first is better
    than the second (Bruch, Gai and Ingber, TOIS 2023). Without vectors words alone decide.
    """
    facets = rankers.store.facets()
    carried = _carried(query, rankers.lexical)
    words, near = _found(query, rankers, facets, carried)
    # An index may lag behind the store: what no longer stands is no evidence.
    ids = facets.stood(np.array(sorted(words.keys() | near.keys()), dtype=np.int64), query.filters)
    openings = facets.openings(ids)
    scores = (
        _column(ids, shares_of_best(words))
        + ARTICLE * _by_article(query.text, openings, rankers.lexical, carried)
        + _meaning(ids, words, near)
        + LEAD * (openings == ids)
        + _gains(query, ids, facets)
    )
    fused = best_first(dict(zip(ids.tolist(), scores.tolist(), strict=True)))
    if rankers.reranker is None:
        return fused
    return best_first(fused | _judged(query.text, fused, rankers.store, rankers.reranker))


def _found(
    query: Query, rankers: Rankers, facets: Facets, carried: Mapping[str, float]
) -> tuple[dict[int, float], dict[int, float]]:
    """What either ranker finds, with its score by words and its cosine, where it has them."""
    lexical, dense = rankers.lexical, rankers.dense
    standing = facets.standing(query.filters.as_of, query.filters.section)
    words = dict(lexical.search(query.text, query.depth, query.filters, carried, standing))
    if not len(dense):
        return words, {}
    vector = _vector(query, dense)
    allowed = facets.matching(query.filters) if query.filters != Filters() else None
    near = dict(dense.search(vector, query.depth, allowed, standing.then))
    by_meaning_only = [id_ for id_ in near if id_ not in words]
    by_words_only = words.keys() - near.keys()
    return (
        words | lexical.scores(query.text, by_meaning_only, carried),
        near | _cosines(dense, vector, by_words_only, standing),
    )


def _cosines(
    dense: DenseIndex, vector: Vector, among: Collection[int], standing: Standing
) -> dict[int, float]:
    """The cosine of those of the passages that are embedded."""
    ids = np.array(sorted(among), dtype=np.int64)
    return dict(dense.search(vector, len(ids), ids, standing.then)) if len(ids) else {}


def _judged(
    text: str, fused: Mapping[int, float], store: Store, reranker: Reranker
) -> dict[int, float]:
    """The scores of the best passages with what the reranker thinks of them added."""
    found = store.passages(list(fused)[:RERANKED])
    texts = [
        embedding_text(article, passage.start, passage.end, passage.heading)
        for passage, article in found.values()
    ]
    judged = reranker.scores(text, texts)
    return {id_: fused[id_] + JUDGEMENT * score for id_, score in zip(found, judged, strict=True)}


def _carried(query: Query, lexical: LexicalIndex) -> dict[str, float]:
    """The words of the context with what each counts."""
    weight = CONTEXT_WORDS * query.share
    return dict.fromkeys(lexical.terms(query.context), weight) if weight else {}


def _vector(query: Query, dense: DenseIndex) -> Vector:
    """The query's meaning, drawn towards that of query and context together."""
    weight = CONTEXT_MEANING * query.share
    own = dense.encode(query.text)
    if not weight:
        return own
    drawn: Vector = (1 - weight) * own + weight * dense.encode(f"{query.context} {query.text}")
    drawn /= np.linalg.norm(drawn) or 1.0
    return drawn


def _by_article(
    text: str, openings: Ids, lexical: LexicalIndex, carried: Mapping[str, float]
) -> Column:
    scores = lexical.article_coverage(text, np.unique(openings).tolist(), carried)
    return _column(openings, shares_of_best(scores))


def _meaning(ids: Ids, words: Mapping[int, float], near: Mapping[int, float]) -> Column:
    """The cosines; a passage without a vector counts as an average one found by words."""
    known = [near[id_] for id_ in words if id_ in near]
    return _column(ids, near, missing=float(np.mean(known)) if known else 0.0)


def _gains(query: Query, ids: Ids, facets: Facets) -> Column:
    """What a passage gains whatever its words: by its age, and by preference."""
    gains: Column = np.zeros(len(ids))
    if query.recency:
        gains = gains + query.recency * _freshness(facets.published_at(ids), query.as_of)
    for filters in query.preferred:
        held = facets.matching(replace(filters, as_of=query.filters.as_of))
        gains = gains + PREFERENCE * np.isin(ids, held)
    return gains


def _freshness(published: Ids, as_of: datetime) -> Column:
    """1 for what is published at `as_of`, falling to 0 with age; 0 where the date is unknown."""
    age = np.maximum(seconds(as_of) - published, 0) / (FADING_DAYS * _DAY)
    fresh: Column = np.where(published == UNKNOWN_DATE, 0.0, np.exp(-age))
    return fresh


def _column(ids: Ids, values: Mapping[int, float], missing: float = 0.0) -> Column:
    return np.array([values.get(id_, missing) for id_ in ids.tolist()], dtype=np.float64)
