"""Vectors by id -> nearest neighbours, with FAISS, whose sharp edges are all handled here."""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from embeddings import index_files, ivf
from embeddings.errors import CorruptIndexError, RefusedByDiskError
from embeddings.index_files import Manifest
from embeddings.vectors import Vector, Vectors, checked, load_faiss

Ids = npt.NDArray[np.int64]

EXACT_LIMIT = 200_000

_SPARE = 8
_BUFFER = 1 << 20


class FaissIndex:
    """Exact up to `exact_limit` vectors, above it inverted lists at one byte a number.

    Any number of threads may call. Give `manifest` another `change` before `save` to
    keep how far into the store's change log the index has come. `FILES` are the names of
    a saved index, `PENDING` those that a save which was cut off leaves.
    """

    FILES = index_files.FILES
    PENDING = index_files.PENDING

    def __init__(self, manifest: Manifest, *, exact_limit: int = EXACT_LIMIT) -> None:
        self._manifest = manifest
        self._exact_limit = exact_limit
        self._index = _exact(manifest.dimension)
        self._ids: Ids = np.empty(0, dtype=np.int64)
        self._places: Ids | None = None
        self._lock = threading.Lock()

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds an index, be it whole or damaged."""
        return index_files.is_present(folder)

    @staticmethod
    def stamp(folder: Path) -> bytes:
        """Equal for as long as the index saved there is the same; empty where there is none."""
        with _named_errors(folder, "read"):
            return index_files.stamp(folder)

    @staticmethod
    def copy(folder: Path, target: Path) -> bool:
        """Copy the saved index, which may be replaced meanwhile; False where none is whole."""
        with _named_errors(folder, "copied"):
            return index_files.copy(folder, target)

    @staticmethod
    def delete(folder: Path) -> None:
        """Take the saved index away, whole or damaged; there may be none."""
        with _named_errors(folder, "deleted"):
            index_files.delete(folder)

    @classmethod
    def open(cls, folder: Path, expected: Manifest, *, exact_limit: int = EXACT_LIMIT) -> Self:
        """The index saved there; StaleIndexError if it was built from something else."""
        with _named_errors(folder, "read"):
            manifest, file = index_files.opened(folder, expected)
            with file:
                index = _read(file, manifest, folder)
        opened = cls(manifest, exact_limit=exact_limit)
        opened._index = index
        opened._ids = np.sort(_stored_ids(index))
        return opened

    def save(self, folder: Path) -> None:
        """Replace the index in the folder; a kill at any instant leaves the old or the new one."""
        with self._lock, _named_errors(folder, "written"):
            index_files.replace(folder, self.manifest, self._write)

    @property
    def manifest(self) -> Manifest:
        """What the index is built from, with the count of now."""
        return replace(self._manifest, count=len(self))

    @manifest.setter
    def manifest(self, manifest: Manifest) -> None:
        """Takes over `change`; everything else is to stay as it is."""
        self._manifest = manifest

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """The ids in the index, ascending."""
        return self._ids.copy()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Put the vectors in under their ids, all or none; an id that is in is a ValueError."""
        new = np.array(ids, dtype=np.int64)
        vectors = checked(vectors, self._manifest.dimension)
        if len(new) != len(vectors):
            msg = f"{len(new)} ids were given for {len(vectors)} vectors"
            raise ValueError(msg)
        with self._lock:
            self._refuse_unusable(new)
            if len(self) + len(new) > self._exact_limit and not _is_ivf(self._index):
                self._index = _approximate(self._index, new, vectors)
            elif len(new):
                self._index.add_with_ids(vectors, new)
            self._ids = np.sort(np.concatenate([self._ids, new]), kind="stable")
            self._places = None

    def remove(self, ids: Sequence[int]) -> int:
        """Take the ids out; the number of them that were in."""
        faiss = load_faiss()
        with self._lock:
            at = np.unique(self._at(np.array(ids, dtype=np.int64)))
            if len(at):
                self._index.remove_ids(faiss.IDSelectorBatch(self._ids[at]))
                self._ids = np.delete(self._ids, at)
                self._places = None
            return len(at)

    def search(self, query: Vector, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` best (id, score) among the allowed ids, best first, equal scores by id.

        All there are where there are fewer than `k`; every id is allowed by default.
        """
        row = checked(query[np.newaxis], self._manifest.dimension)
        if k < 1:
            msg = f"k must be at least 1, not {k!r}"
            raise ValueError(msg)
        if allowed is not None:
            # A negative id would count from the end of the bits of a selector.
            allowed = allowed[allowed >= 0]
        with self._lock:
            if not len(self) or (allowed is not None and not len(allowed)):
                return []
            return self._ranked(row, k, _Scan(self._index, allowed))

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        """The score of each of the ids that is in: their vectors are read, and no others."""
        row = checked(query[np.newaxis], self._manifest.dimension)[0]
        with self._lock:
            at = self._at(ids)
            if not len(at):
                return {}
            if self._places is None:
                self._places = _places(self._index)
            scores = _rows(self._index, self._places[at]) @ row
            return dict(zip(self._ids[at].tolist(), scores.tolist(), strict=True))

    def among(self, ids: Ids) -> Ids:
        """Those of the ids that are in the index."""
        return self._ids[self._at(ids)]

    def _at(self, ids: Ids) -> Ids:
        """The places of those of the ids that are in, among all ids."""
        places = np.searchsorted(self._ids, ids)
        # Many times faster than numpy's sets, which sort or hash all that is in.
        at: Ids = places[np.append(self._ids, -1)[places] == ids]
        return at

    def _ranked(self, query: Vectors, k: int, scan: "_Scan") -> list[tuple[int, float]]:
        fetch = min(k + _SPARE, len(self))
        scores, ids = scan.nearest(query, fetch)
        # FAISS cuts a row of equal scores anywhere: fetch until the row at k is whole.
        while len(ids) == fetch < len(self) and scores[-1] == scores[k - 1]:
            fetch = min(4 * fetch, len(self))
            scores, ids = scan.nearest(query, fetch)
        order = np.lexsort((ids, -scores))[:k]
        return [(int(ids[i]), float(scores[i])) for i in order]

    def _refuse_unusable(self, new: Ids) -> None:
        if len(new) and new.min() < 0:
            msg = f"ids must not be negative: {int(new[new < 0][0])}"
            raise ValueError(msg)
        ids, counts = np.unique(new, return_counts=True)
        repeated = [*self.among(new), *ids[counts > 1]]
        if repeated:
            msg = f"id {int(repeated[0])} is given twice or is in the index already"
            raise ValueError(msg)

    def _write(self, file: BinaryIO) -> None:
        faiss = load_faiss()
        # Writing by name, FAISS only prints that the disk is full when it closes the file.
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, _BUFFER))


class _Scan:
    """One way through the index for one query: which ids count and how many lists are read."""

    def __init__(self, index: Any, allowed: Ids | None) -> None:
        self._index = index
        self._selector = None if allowed is None else _selector(allowed)
        share = 1.0 if allowed is None else min(1.0, len(allowed) / index.ntotal)
        # Fewer allowed ids are spread over more lists.
        self._probes = min(index.nlist, math.ceil(index.nprobe / share)) if _is_ivf(index) else 0

    def nearest(self, query: Vectors, count: int) -> tuple[Vector, Ids]:
        """At most `count` scores and ids, best first; reads every list where few are found."""
        scores, ids = self._search(query, count, self._probes)
        if _is_ivf(self._index) and len(ids) < count and self._probes < self._index.nlist:
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


def _exact(dimension: int) -> Any:
    """Every vector is compared, at two bytes a number: cosines are off by less than 1e-4.

    Reading half the memory takes half the time of IndexFlatIP or less.
    """
    faiss = load_faiss()
    half = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexIDMap(faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT))


def _approximate(exact: Any, new: Ids, vectors: Vectors) -> Any:
    held = exact.index.reconstruct_n(0, exact.ntotal)
    return ivf.built(np.concatenate([_stored_ids(exact), new]), np.concatenate([held, vectors]))


def _is_ivf(index: Any) -> bool:
    return hasattr(index, "nlist")


def _stored_ids(index: Any) -> Ids:
    faiss = load_faiss()
    ids: Ids = ivf.stored_ids(index) if _is_ivf(index) else faiss.vector_to_array(index.id_map)
    return ids


def _places(index: Any) -> Ids:
    """Where `_rows` finds the vectors of all ids, in the order of the ids."""
    order = np.argsort(_stored_ids(index), kind="stable")
    return ivf.places(index)[order] if _is_ivf(index) else order


def _rows(index: Any, places: Ids) -> Vectors:
    rows: Vectors = (
        ivf.rows(index, places) if _is_ivf(index) else index.index.reconstruct_batch(places)
    )
    return rows


def _read(file: BinaryIO, manifest: Manifest, folder: Path) -> Any:
    faiss = load_faiss()
    path = folder / index_files.INDEX_FILE
    try:
        index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _BUFFER))
    except RuntimeError as error:
        msg = f"{path} is not a FAISS index: {error}"
        raise CorruptIndexError(msg) from error
    if not isinstance(index, faiss.IndexIDMap | faiss.IndexIVFScalarQuantizer):
        msg = f"{path} is of type {type(index).__name__}, which is never written here"
        raise CorruptIndexError(msg)
    if (index.ntotal, index.d) != (manifest.count, manifest.dimension):
        msg = (
            f"{path} holds {index.ntotal} vectors of {index.d} numbers, "
            f"{index_files.MANIFEST_FILE} tells of {manifest.count} of {manifest.dimension}"
        )
        raise CorruptIndexError(msg)
    return index


@contextmanager
def _named_errors(folder: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"the index in {folder} cannot be {done}: {error}"
        raise RefusedByDiskError(msg) from error
