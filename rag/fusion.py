"""Merges rankings; knows nothing about what is ranked."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence


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
    scores = {id_: math.fsum(terms) for id_, terms in parts.items()}
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
