"""Ranks passages for one query: by words and by meaning, fused, with a taste for the recent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from embeddings import Encoder
from rag.dense import DenseIndex
from rag.fusion import best_first, score_fusion
from rag.lexical import LexicalIndex
from rag.records import Filters
from rag.store import UNKNOWN_DATE, Store
from rag.store.rows import seconds

DEPTH = 100
"""How many passages each ranker finds before their scores are fused."""

DAY = 86_400
FADING_DAYS = 14
"""The age in days at which what an article gains by being recent has fallen to 1/e."""

PREFERENCE = 0.5
"""What a passage gains by each preference that it satisfies; a perfect match scores 3."""


@dataclass(frozen=True, slots=True)
class Rankers:
    """The parts that a search is made of; they see the archive as it was when asked for."""

    store: Store
    lexical: LexicalIndex
    dense: DenseIndex
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: passages must satisfy `filters`, and better satisfy `preferred`.

    `recency` is what an article published at `as_of` gains, falling off with its age.
    """

    text: str
    filters: Filters
    as_of: datetime
    preferred: tuple[Filters, ...] = ()
    recency: float = 0.0


def rank(query: Query, rankers: Rankers, depth: int = DEPTH) -> dict[int, float]:
    """Passage ids with their scores, best first, equal scores by id.

    The best `depth` passages by words and the best by meaning are scored by both. Without
    vectors words alone decide.
    """
    scores = _relevance(query, rankers, depth)
    ids = list(scores)
    gains = np.zeros(len(ids))
    if query.recency:
        gains += query.recency * _freshness(rankers.store.facets().published_at(ids), query.as_of)
    for filters in query.preferred:
        gains += PREFERENCE * np.isin(ids, rankers.store.facets().matching(filters))
    return best_first(
        {id_: scores[id_] + float(gain) for id_, gain in zip(ids, gains, strict=True)}
    )


def _relevance(query: Query, rankers: Rankers, depth: int) -> Mapping[int, float]:
    lexical, dense = rankers.lexical, rankers.dense
    words = dict(lexical.search(query.text, depth, query.filters))
    if not len(dense):
        return score_fusion(words, {})
    vector = dense.encode(query.text)
    allowed = rankers.store.facets().matching(query.filters) if query.filters != Filters() else None
    near = dict(dense.search(vector, depth, allowed))
    by_meaning_only = [id_ for id_ in near if id_ not in words]
    by_words_only = np.array(sorted(id_ for id_ in words if id_ not in near), dtype=np.int64)
    return score_fusion(
        words | lexical.scores(query.text, by_meaning_only),
        near | dict(dense.search(vector, len(by_words_only) or 1, by_words_only)),
    )


def _freshness(published: npt.NDArray[np.int64], as_of: datetime) -> npt.NDArray[np.float64]:
    """1 for what is published at `as_of`, falling to 0 with age; 0 where the date is unknown."""
    age = np.maximum(seconds(as_of) - published, 0) / (FADING_DAYS * DAY)
    return np.where(published == UNKNOWN_DATE, 0.0, np.exp(-age))
