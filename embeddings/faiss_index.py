"""Vectors by id -> nearest neighbours, with FAISS, whose sharp edges are all handled here."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from embeddings import index_files, ivf
from embeddings.delta import Delta
from embeddings.errors import CorruptIndexError, RefusedByDiskError
from embeddings.index_files import DELTA_FILE, INDEX_FILE, Checksums, Manifest
from embeddings.ivf import Scan
from embeddings.vectors import Ids, Vector, Vectors, checked, load_faiss, present

EXACT_LIMIT = 200_000

_DELTA_SHARE = 0.02
"""Where more of its vectors changed, the file is written anew."""

_SPARE = 8
_BUFFER = 1 << 20


class FaissIndex:
    """Exact up to `exact_limit` vectors, above it inverted lists at one byte a number.

    Any number of threads may call. Give `manifest` another `change` before `save` to
    keep how far into the store's change log the index has come. `FILES` are the names of
    a saved index, `PENDING` those that a save which was cut off leaves.

    What changed since `dense.faiss` was written is in `dense.delta`, which costs as much as
    changed to write, and to read where the other file is known or need not be.
    """

    FILES = index_files.FILES
    PENDING = index_files.PENDING

    def __init__(self, manifest: Manifest, *, exact_limit: int = EXACT_LIMIT) -> None:
        self._manifest = manifest
        self._exact_limit = exact_limit
        self._index: Any = _exact(manifest.dimension)
        self._ids: Ids = np.empty(0, dtype=np.int64)
        self._folder = Path()
        self._files: Checksums = {}
        self._delta = Delta(self._ids)
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
    def open(
        cls,
        folder: Path,
        expected: Manifest,
        *,
        exact_limit: int = EXACT_LIMIT,
        lazy: bool = False,
        known: Self | None = None,
    ) -> Self:
        """The index saved there; StaleIndexError if it was built from something else.

        A `lazy` one reads `dense.faiss` when it has to: to search, and to write it anew. One
        that is `known` is brought up to what is saved and returned, where that costs less.
        """
        with _named_errors(folder, "read"):
            opened = partial(cls._opened, folder, exact_limit, lazy, known)
            return index_files.read(folder, expected, opened)

    def save(self, folder: Path, *, whole: bool = False) -> None:
        """Replace the index in the folder; a kill at any instant leaves the old or the new one.

        Vectors that went out stay in `dense.faiss` until much has changed, or it is to be `whole`.
        """
        with self._lock, _named_errors(folder, "written"):
            if whole or self._is_worn(folder):
                index, delta, kept = self._read_index(), Delta(self._ids), {}
                # Twice or half as many as when that was last done.
                is_other = len(self._delta.filed).bit_length() != len(self).bit_length()
                if ivf.is_ivf(index) and len(self) and (whole or is_other):
                    index = ivf.tuned(index)
                new = {INDEX_FILE: partial(_write, index)}
            else:
                delta, kept, new = self._delta, {INDEX_FILE: self._files[INDEX_FILE]}, {}
            new[DELTA_FILE] = partial(delta.write, dimension=self._manifest.dimension)
            self._files = index_files.replace(folder, self.manifest, kept, new)
            self._folder, self._delta = folder, delta

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
            self._take(new, vectors)

    def remove(self, ids: Sequence[int]) -> int:
        """Take the ids out; the number of them that were in."""
        with self._lock:
            gone = np.unique(self.among(np.array(ids, dtype=np.int64)))
            self._drop(gone)
            return len(gone)

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
            return self._ranked(row, k, Scan(self._read_index(), allowed))

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        """The score of each of the ids that is in: their vectors are read, and no others."""
        row = checked(query[np.newaxis], self._manifest.dimension)[0]
        with self._lock:
            among = self.among(ids)
            if not len(among):
                return {}
            index = self._read_index()
            if self._places is None:
                self._places = _places(index)
            at = np.searchsorted(self._ids, among)
            scores = _rows(index, self._places[at]) @ row
            return dict(zip(among.tolist(), scores.tolist(), strict=True))

    def among(self, ids: Ids) -> Ids:
        """Those of the ids that are in the index."""
        return ids[present(ids, self._ids)]

    def _ranked(self, query: Vectors, k: int, scan: Scan) -> list[tuple[int, float]]:
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

    @classmethod
    def _opened(
        cls,
        folder: Path,
        exact_limit: int,
        lazy: bool,
        known: Self | None,
        entry: index_files.Entry,
    ) -> Self:
        opened = cls(entry.manifest, exact_limit=exact_limit)
        opened._folder, opened._files, opened._index = folder, entry.files, None
        if DELTA_FILE in entry.files:
            with index_files.matching(folder, DELTA_FILE, entry.files[DELTA_FILE]) as file:
                opened._delta = Delta.read(file, str(folder / DELTA_FILE))
        else:
            # Of an earlier version, which wrote all of it anew.
            index = opened._read_file()
            opened._index, opened._delta = index, Delta(np.sort(_stored_ids(index)))
        opened._ids = opened._delta.ids()
        if len(opened) != entry.manifest.count:
            msg = (
                f"{folder / DELTA_FILE} tells of {len(opened)} vectors, "
                f"{index_files.MANIFEST_FILE} of {entry.manifest.count}"
            )
            raise CorruptIndexError(msg)
        if known is not None and known._bring(opened):
            return known
        if lazy:
            index_files.check_size(folder, INDEX_FILE, entry.files[INDEX_FILE])
        else:
            opened._read_index()
        return opened

    def _bring(self, saved: Self) -> bool:
        """Makes this index what was saved; False where the file has to be read for that."""
        with self._lock:
            new = saved._ids[~present(saved._ids, self._ids)]
            if (
                self._index is None
                or self._files.get(INDEX_FILE) != saved._files[INDEX_FILE]
                or not saved._delta.added.keys() >= set(new.tolist())
            ):
                return False
            self._drop(self._ids[~present(self._ids, saved._ids)])
            self._take(new, saved._delta.vectors(new, self._manifest.dimension))
            self._manifest, self._files, self._delta = saved._manifest, saved._files, saved._delta
        return True

    def _read_index(self) -> Any:
        """The index in memory, read from its file if it has not been."""
        if self._index is None:
            delta, index = self._delta, self._read_file()
            if not np.array_equal(np.sort(_stored_ids(index)), delta.filed):
                msg = f"{self._folder} has other ids in {INDEX_FILE} than in {DELTA_FILE}"
                raise CorruptIndexError(msg)
            self._index = _without(index, np.array([*delta.removed], dtype=np.int64))
            added = np.array([*delta.added], dtype=np.int64)
            self._index = self._with(added, delta.vectors(added, self._manifest.dimension))
        return self._index

    def _read_file(self) -> Any:
        with index_files.matching(self._folder, INDEX_FILE, self._files[INDEX_FILE]) as file:
            return _read(file, self._manifest.dimension, self._folder)

    def _is_worn(self, folder: Path) -> bool:
        """Whether all is to be written: much changed, or the file there is another."""
        filed = len(self._delta.filed)
        return (
            not self._files
            or folder != self._folder
            or self._files[INDEX_FILE].sha256.encode() not in index_files.stamp(folder)
            or len(self._delta) > _DELTA_SHARE * filed
            or filed <= self._exact_limit < len(self)
        )

    def _take(self, ids: Ids, vectors: Vectors) -> None:
        if len(ids) and self._index is not None:
            self._index = self._with(ids, vectors)
        if self._files:
            self._delta.add(ids, vectors)
        self._ids = np.sort(np.concatenate([self._ids, ids]), kind="stable")
        self._places = None

    def _drop(self, ids: Ids) -> None:
        if len(ids) and self._index is not None:
            self._index = _without(self._index, ids)
        if self._files:
            self._delta.remove(ids)
        self._ids = self._ids[~present(self._ids, ids)]
        self._places = None

    def _with(self, ids: Ids, vectors: Vectors) -> Any:
        """The index with more vectors."""
        if self._index.ntotal + len(ids) > self._exact_limit and not ivf.is_ivf(self._index):
            return _approximate(self._index, ids, vectors)
        self._index.add_with_ids(vectors, ids)
        return self._index


def _exact(dimension: int) -> Any:
    """Every vector is compared, at two bytes a number: cosines are off by less than 1e-4.

    Reading half the memory takes half the time of IndexFlatIP or less.
    """
    faiss = load_faiss()
    half = faiss.ScalarQuantizer.QT_fp16
    return faiss.IndexIDMap(faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT))


def _without(index: Any, ids: Ids) -> Any:
    """The index without these ids."""
    if len(ids):
        index.remove_ids(load_faiss().IDSelectorBatch(ids))
    return index


def _approximate(exact: Any, new: Ids, vectors: Vectors) -> Any:
    held = exact.index.reconstruct_n(0, exact.ntotal)
    return ivf.built(np.concatenate([_stored_ids(exact), new]), np.concatenate([held, vectors]))


def _stored_ids(index: Any) -> Ids:
    faiss = load_faiss()
    ids: Ids = ivf.stored_ids(index) if ivf.is_ivf(index) else faiss.vector_to_array(index.id_map)
    return ids


def _places(index: Any) -> Ids:
    """Where `_rows` finds the vectors of all ids, in the order of the ids."""
    order = np.argsort(_stored_ids(index), kind="stable")
    return ivf.places(index)[order] if ivf.is_ivf(index) else order


def _rows(index: Any, places: Ids) -> Vectors:
    rows: Vectors = (
        ivf.rows(index, places) if ivf.is_ivf(index) else index.index.reconstruct_batch(places)
    )
    return rows


def _write(index: Any, file: BinaryIO) -> None:
    faiss = load_faiss()
    # Writing by name, FAISS only prints that the disk is full when it closes the file.
    faiss.write_index(index, faiss.PyCallbackIOWriter(file.write, _BUFFER))


def _read(file: BinaryIO, dimension: int, folder: Path) -> Any:
    faiss = load_faiss()
    path = folder / INDEX_FILE
    try:
        index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _BUFFER))
    except RuntimeError as error:
        msg = f"{path} is not a FAISS index: {error}"
        raise CorruptIndexError(msg) from error
    if not isinstance(index, faiss.IndexIDMap | faiss.IndexIVFScalarQuantizer):
        msg = f"{path} is of type {type(index).__name__}, which is never written here"
        raise CorruptIndexError(msg)
    if index.d != dimension:
        msg = (
            f"{path} holds vectors of {index.d} numbers, "
            f"{index_files.MANIFEST_FILE} tells of {dimension}"
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
