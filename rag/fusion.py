"""Merges rankings and scores; knows nothing about what is ranked."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = 60) -> dict[int, float]:
    """Fuse rankings of ids, best first; each adds `1 / (k + rank)`, rank from 1.

    Ties are broken by id, so the order of the rankings does not matter.
    (Cormack, Clarke and Büttcher, SIGIR 2009.)

    >>> list(reciprocal_rank_fusion([[1, 2], [2, 3]]))
    [2, 1, 3]
    """
    parts: defaultdict[int, list[float]] = defaultdict(list)
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            parts[id_].append(1 / (k + rank))
    # A running sum depends on its order in the last digit, and so would the ties.
    return best_first({id_: math.fsum(terms) for id_, terms in parts.items()})


def score_fusion(
    words: Mapping[int, float], cosines: Mapping[int, float], weight: float = 2.0
) -> dict[int, float]:
    """Each id's BM25 score as a share of the best one, plus `weight` times its cosine.

    An id without a cosine, because its passage is not embedded yet, counts with the mean
    cosine of the ids found by words, so that it neither gains nor loses by it. Scores keep
    what ranks throw away: by how much the first is better than the second.
    (A convex combination, as in Bruch, Gai and Ingber, TOIS 2023, with one side scaled by
    its maximum, because BM25 has none.)

    >>> score_fusion({1: 8.0, 2: 4.0}, {1: 0.25, 2: 0.75})
    {2: 2.0, 1: 1.5}
    """
    highest = max(words.values(), default=0.0) or 1.0
    known = [cosines[id_] for id_ in words if id_ in cosines]
    unknown = math.fsum(known) / len(known) if known else 0.0
    scores = {
        id_: words.get(id_, 0.0) / highest + weight * cosines.get(id_, unknown)
        for id_ in words.keys() | cosines.keys()
    }
    return best_first(scores)


def best_first(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores in order, the highest first, equal ones by id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
