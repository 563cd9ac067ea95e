"""The types of all vectors and ids here, what they are checked with, and FAISS, loaded late."""

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


def checked(vectors: Vectors, dimension: int) -> Vectors:
    """The same vectors, C-contiguous: float32 rows of `dimension` finite numbers, or ValueError."""
    if vectors.dtype != np.float32:
        msg = f"vectors must be float32, not {vectors.dtype}"
        raise ValueError(msg)
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        msg = f"vectors must have shape (n, {dimension}), not {vectors.shape}"
        raise ValueError(msg)
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        msg = f"vector {row} holds a number that is not finite"
        raise ValueError(msg)
    return np.ascontiguousarray(vectors)


def present(ids: Ids, among: Ids) -> npt.NDArray[np.bool_]:
    """For each of the ids whether it is among others, which are ascending."""
    if not len(among):
        return np.zeros(len(ids), dtype=np.bool_)
    # Many times faster than numpy's sets, which sort or hash all that is in.
    places = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    found: npt.NDArray[np.bool_] = among[places] == ids
    return found


def load_faiss() -> Any:
    """The faiss module, loaded at its first use; untyped, for its type stubs lack arguments."""
    return importlib.import_module("faiss")
