"""The approximate index for large sets: inverted lists of vectors at one byte a number.

`Scan` searches it and the exact index, which has no lists, alike.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.vectors import Ids, Vector, Vectors, load_faiss

# FAISS warns where a list has fewer training vectors.
_FEWEST_A_LIST = 39
_FEWEST_PROBES = 32
_SAMPLE = 200
_NEIGHBOURS = 10
_RECALL = 0.98
_OFFSET_BITS = 32


def built(ids: npt.NDArray[np.int64], vectors: Vectors) -> Any:
    """A trained `IndexIVFScalarQuantizer` that holds the vectors under their ids.

    It has `4 * sqrt(n)` lists, and is `tuned`.
    """
    faiss = load_faiss()
    n, dimension = vectors.shape
    lists = max(1, min(int(4 * math.sqrt(n)), n // _FEWEST_A_LIST))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.train(vectors)
    index.add_with_ids(vectors, ids)
    return tuned(index)


def tuned(index: Any) -> Any:
    """The index that reads as many lists for a query as needed (`nprobe`, saved with it).

    Its own vectors find .98 of their neighbours by that. Where more vectors are in the same
    lists, the nearest ones are nearer, and fewer lists hold them.
    """
    index.nprobe = _probes(index, rows(index, places(index)[:: max(1, index.ntotal // _SAMPLE)]))
    return index


def is_ivf(index: Any) -> bool:
    """Whether a FAISS index has inverted lists, which are searched in part."""
    return hasattr(index, "nlist")


def stored_ids(index: Any) -> npt.NDArray[np.int64]:
    """The ids in an inverted-list index, list by list."""
    faiss = load_faiss()
    lists = index.invlists
    sizes = enumerate(_sizes(index).tolist())
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in sizes if size
    ]
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def places(index: Any) -> npt.NDArray[np.int64]:
    """Where each of the `stored_ids` is: the number of its list, then its offset in 32 bits."""
    sizes = _sizes(index)
    lists = np.repeat(np.arange(index.nlist), sizes)
    offsets = np.arange(len(lists)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return lists << _OFFSET_BITS | offsets


def rows(index: Any, places: npt.NDArray[np.int64]) -> Vectors:
    """The vectors at these places."""
    swig_ptr = load_faiss().swig_ptr
    found = np.empty((len(places), index.d), dtype=np.float32)
    offsets = places & (1 << _OFFSET_BITS) - 1
    lists = places >> _OFFSET_BITS
    for row, number, offset in zip(found, lists.tolist(), offsets.tolist(), strict=True):
        index.reconstruct_from_offset(number, offset, swig_ptr(row))
    return found


def _sizes(index: Any) -> npt.NDArray[np.int64]:
    """How many vectors each list holds."""
    lists = index.invlists
    return np.array([lists.list_size(number) for number in range(index.nlist)], dtype=np.int64)


def _probes(index: Any, queries: Vectors) -> int:
    """The smallest power of two, at least 32, that finds what reading every list finds."""
    truth = _neighbours(index, queries, index.nlist)
    probes = _FEWEST_PROBES
    while probes < index.nlist:
        found = _neighbours(index, queries, probes)
        shared = [np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)]
        if np.mean(shared) >= _RECALL:
            return probes
        probes *= 2
    return int(index.nlist)


def _neighbours(index: Any, queries: Vectors, probes: int) -> npt.NDArray[np.int64]:
    # The nearest of all is the query itself, in the first column.
    parameters = load_faiss().SearchParametersIVF(nprobe=probes)
    rows: npt.NDArray[np.int64] = index.search(queries, _NEIGHBOURS + 1, params=parameters)[1]
    return rows[:, 1:]


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
