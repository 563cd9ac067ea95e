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


def shares_of_best(scores: Mapping[int, float]) -> dict[int, float]:
    """Each score as a share of the highest, so that scores of any scale can be added.

    >>> shares_of_best({1: 8.0, 2: 4.0})
    {1: 1.0, 2: 0.5}
    """
    highest = max(scores.values(), default=0.0) or 1.0
    return {id_: score / highest for id_, score in scores.items()}


def best_first(scores: Mapping[int, float]) -> dict[int, float]:
    """The scores in order, the highest first, equal ones by id."""
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
