"""The approximate index for large sets: inverted lists of vectors at one byte a number."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.vectors import Vectors, load_faiss

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
