"""The type of every vector here, the one check that they all pass, and FAISS, loaded late."""

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]


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


def load_faiss() -> Any:
    """The faiss module, loaded at its first use; untyped, for its type stubs lack arguments."""
    return importlib.import_module("faiss")
