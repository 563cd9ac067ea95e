"""One way through a FAISS index for one query."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from embeddings.ivf import is_ivf
from embeddings.vectors import Ids, Vector, Vectors, load_faiss


class Scan:
    """One way through the index for one query: which ids count and how many lists are read."""

    def __init__(self, index: Any, allowed: Ids | None) -> None:
        self._index = index
        self._selector = None if allowed is None else _selector(allowed)
        share = 1.0 if allowed is None else min(1.0, len(allowed) / index.ntotal)
        # Fewer allowed ids are spread over more lists.
        self._probes = min(index.nlist, math.ceil(index.nprobe / share)) if is_ivf(index) else 0

    def nearest(self, query: Vectors, count: int) -> tuple[Vector, Ids]:
        """At most `count` scores and ids, best first; reads every list where few are found."""
        scores, ids = self._search(query, count, self._probes)
        if is_ivf(self._index) and len(ids) < count and self._probes < self._index.nlist:
            self._probes = self._index.nlist
            scores, ids = self._search(query, count, self._probes)
        return scores, ids

    def _search(self, query: Vectors, count: int, probes: int) -> tuple[Vector, Ids]:
        faiss = load_faiss()
        if probes:
            parameters = faiss.SearchParametersIVF(nprobe=probes, sel=self._selector)
        else:
            parameters = faiss.SearchParameters(sel=self._selector)
        with _one_thread():
            scores, ids = self._index.search(query, count, params=parameters)
        # FAISS pads with id -1 when it has fewer answers.
        found = ids[0] >= 0
        return scores[0][found], ids[0][found]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps FAISS from sharing out one query, whose threads wait for each other.

    At 78,000 vectors of 384 numbers on two cores: 5 ms instead of 13, and of 16 where
    another process keeps a core busy. The setting is the calling thread's own.
    """
    faiss = load_faiss()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _selector(allowed: Ids) -> Any:
    """A bit for every id where they are dense, a hash set where they are sparse."""
    faiss = load_faiss()
    highest = int(allowed.max())
    if highest >= 64 * len(allowed):
        return faiss.IDSelectorBatch(allowed)
    bits = np.zeros(highest + 1, dtype=np.bool_)
    bits[allowed] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))
