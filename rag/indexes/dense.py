"""The vectors of one archive: an encoder, its cache, and an index by meaning of any engine.

`vectors.db` keeps every vector ever computed; the index is derived from it and the store, so
losing the index costs seconds and losing the vectors costs the embedding again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from embeddings import EmbeddingError, Encoder, RefusedByDiskError, Vector, VectorCache, Vectors
from embeddings.vectors import present
from rag.corpus.chunking import embedding_text
from rag.errors import ArchiveError, StaleIndexError
from rag.indexes.protocols import FEW_CHANGED, Ids, VectorEngine, VectorSearcher, VectorSource
from rag.store import Facets, Store
from rag.store.files import disk_error

Progress = Callable[[int, int], None]
VECTORS = "vectors.db"
_BATCH = 128
"""Passages from one sign of progress to the next: some seconds' work."""
_SORTED = 8 * _BATCH
"""Passages among which those of like length are embedded together, so that little is padding."""
_T = TypeVar("_T")
_SAVE_EVERY = 128 * _BATCH
_QUESTIONS = 4096
"""How many are remembered, with and without their names: six megabytes."""


class Text(NamedTuple):
    """What is encoded of a passage, with its digest."""

    id: int
    digest: str
    text: str


Batch = Sequence[Text]
Encoded = tuple[Batch, Vectors]
Encoding = Callable[[Iterable[Batch]], Iterator[Encoded]]
"""Takes batches of texts, and gives each in turn with a row for each of its `distinct` texts."""


@dataclass(frozen=True, slots=True)
class VectorOpening:
    """Which archive's index by meaning is opened, and with which engine."""

    folder: Path
    engine: VectorEngine


class DenseIndex:
    """The vectors of one archive's current passages; complete or not, it says how much."""

    def __init__(
        self, store: Store, encoder: Encoder, opening: VectorOpening, *, read_only: bool = False
    ) -> None:
        """Opens the saved index and brings it in step with the store.

        Raises StaleIndexError when it was built from another archive or encoder, or is
        damaged, naming the command that rebuilds it.
        """
        self._folder = opening.folder
        self._store = store
        self._encoder = encoder
        with _mended(self._folder):
            self._cache = VectorCache(self._folder / VECTORS, read_only=read_only)
            self._known = partial(_known, self._folder, self._cache, encoder.fingerprint)
            # A server need not answer before something is to be encoded.
            dimension = self._cache.dimension(encoder.fingerprint) or encoder.dimension
            self._checked = partial(_checked, self._folder, dimension)
            # Of the encoder alone: a cache that held this index would keep its vectors in memory.
            self._encoded = lru_cache(_QUESTIONS)(partial(_query_row, encoder, self._checked))
            source = VectorSource(store, encoder.fingerprint, dimension, self._known)
            self._index = opening.engine.open(self._folder, source, read_only=read_only)
            before = self._index.change
            self.follow()
            if not read_only and store.tombstones.deleted_since(before):
                self._retain()
        self._complete_at = self._index.change

    def close(self) -> None:
        """Closes the index and the vector cache."""
        self._index.close()
        self._cache.close()

    def __len__(self) -> int:
        return len(self._index)

    def encode(self, query: str) -> Vector:
        """The query as a unit row, which a searcher takes."""
        return self._encoded(query)

    def searcher(self, columns: Facets) -> VectorSearcher:
        """What finds passages by meaning; `columns` say which there are."""
        return self._index.searcher(columns)

    def follow(self) -> None:
        """Adds the passages whose vectors are known, and drops those superseded."""
        with _mended(self._folder):
            self._index.follow()

    def refresh(self) -> None:
        """Shows what another process has embedded, or stored, since."""
        with _mended(self._folder):
            self._index.refresh()
            if self._index.change != self._store.last_change():
                self._index.follow()

    def pending(self) -> list[int]:
        """Ids of the current passages that have no vector yet, in order."""
        count, have = self._store.counts()[1], self._index.ids()
        changed = self._store.changed_since(self._complete_at)
        if len(changed) <= FEW_CHANGED:
            pending = _absent(self._store.current_digests(changed), have)
            if len(have) + len(pending) == count:
                return pending
        return _absent(self._store.current_digests(), have)

    def embed(
        self,
        progress: Progress = lambda _done, _total: None,
        enough: Callable[[], bool] = lambda: False,
        workers: Encoding | None = None,
    ) -> tuple[int, int]:
        """Encodes passages without a vector and saves the index; returns how many, of how many.

        Superseded passages come last, for questions as of a time when they stood. Each batch
        is on disk before the next is shown as done, so an interrupted call is taken up where it
        stopped. `progress` is called with the passages done and in all; after a batch it is asked
        whether that is `enough` for now. `workers` encode the batches, else this process does.
        """
        with _mended(self._folder):
            self.follow()
            current = self.pending()
            pending = [*current, *self._superseded_pending()]
            done = 0
            progress(done, len(pending))
            is_current = set(current)
            encode = workers or partial(_here, self._encoder)
            for batch, vectors in encode(_until(enough, self._to_embed(pending))):
                self._keep_batch(batch, self._checked(vectors), is_current)
                done += len(batch)
                progress(done, len(pending))
                if done % _SAVE_EVERY == 0:
                    self.save()
            if not self._index.is_saved:
                self.save()
        return done, len(pending)

    def cosines(self, query: Vector, digests: Sequence[str]) -> dict[str, float]:
        """How near texts are to a query, by digest; of those whose vectors are known."""
        return {digest: float(row @ query) for digest, row in self._known(digests).items()}

    def forget(self, articles: Collection[str], passages: Mapping[int, str]) -> None:
        """Drops articles that were just deleted, and the vectors of no other's passages.

        `passages` are the ids of theirs, with the digests.
        """
        with _mended(self._folder):
            if self._store.tombstones.deleted_since(self._index.change) <= set(articles):
                self._index.follow(list(passages))
                digests = set(passages.values())
                self._cache.delete(list(digests - self._store.tombstones.still_stored(digests)))
            else:
                # Another machine has deleted some, too.
                self.follow()
                self._retain()
            if not self._index.is_saved:
                self.save()

    def compact(self) -> None:
        """Writes `vectors.db` and the index anew, without what has been dropped."""
        with _mended(self._folder):
            self.follow()
            self._retain()
            self._cache.compact()
            self._index.compact()

    def _retain(self) -> None:
        """Drops the vectors of all that is no longer stored."""
        self._cache.retain(self._store.all_digests())

    def save(self) -> None:
        """Writes the index to disk, whole or not at all."""
        with _mended(self._folder):
            self._index.save()

    def _superseded_pending(self) -> list[int]:
        """Ids of the superseded passages that have no vector yet, in order."""
        past = self._store.past_digests()
        known = self._cache.known(self._encoder.fingerprint, [digest for _, digest in past])
        return [id_ for id_, digest in past if digest not in known]

    def _to_embed(self, ids: Sequence[int]) -> Iterator[Batch]:
        """The texts of the passages in batches, read from the store shortly before their turn."""
        for some in _parts(ids, _SORTED):
            found = self._store.passages(some)
            self._store.verify(list(found.values()))
            digests = self._store.digests(some)
            texts = [
                Text(id_, digests[id_], embedding_text(of, each.start, each.end, each.heading))
                for id_, (each, of) in found.items()
            ]
            lengths = self._encoder.count_tokens([each.text for each in texts])
            for batch in _parts(sorted(zip(lengths, texts, strict=True)), _BATCH):
                yield [text for _, text in batch]

    def _keep_batch(
        self, batch: Sequence[Text], vectors: Vectors, current: Collection[int]
    ) -> None:
        digests = list(dict.fromkeys(each.digest for each in batch))
        self._cache.put(self._encoder.fingerprint, dict(zip(digests, vectors, strict=True)))
        rows = self._known(digests)
        new = [(each.id, rows[each.digest]) for each in batch if each.id in current]
        if new:
            self._index.add([id_ for id_, _ in new], np.stack([row for _, row in new]))


def _absent(passages: Iterable[tuple[int, str]], have: Ids) -> list[int]:
    """Ids of the passages that are not among these, which are ascending."""
    ids = np.array([id_ for id_, _ in passages], dtype=np.int64)
    absent: list[int] = ids[~present(ids, have)].tolist()
    return absent


def distinct(batch: Batch) -> list[str]:
    """The texts of a batch, one of each digest."""
    return list({each.digest: each.text for each in batch}.values())


def _here(encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
    for batch in batches:
        yield batch, encoder.encode_document(distinct(batch))


def _until(enough: Callable[[], bool], batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, one at least, until it is enough."""
    for number, batch in enumerate(batches):
        if number and enough():
            return
        yield batch


def _checked(folder: Path, dimension: int, vectors: Vectors) -> Vectors:
    """The vectors; raises StaleIndexError where they are not as long as those of the archive."""
    if vectors.shape[1] != dimension:
        msg = (
            f"the encoder gives vectors of {vectors.shape[1]} numbers, and {folder} has some of "
            f"{dimension} under its name, so another model runs there: bring the old one back, or "
            f"move {folder / VECTORS} away; then: dateline rebuild --archive {folder}; "
            f"dateline embed --archive {folder}"
        )
        raise StaleIndexError(msg)
    return vectors


def _known(
    folder: Path, cache: VectorCache, fingerprint: str, digests: Sequence[str]
) -> dict[str, Vector]:
    """The vectors of those of the texts that were ever encoded."""
    with _mended(folder):
        return cache.get(fingerprint, digests)


@contextmanager
def _mended(folder: Path) -> Iterator[None]:
    """Turns the vector layer's errors into ours, with the commands that mend them."""
    try:
        yield
    except RefusedByDiskError as error:
        msg = f"{error}; make room or make it writable, then run the same command again"
        raise ArchiveError(msg) from error
    except EmbeddingError as error:
        raise StaleIndexError(_rebuild(folder, error)) from error


def _rebuild(folder: Path, error: EmbeddingError) -> str:
    option = f"--archive {folder}"
    return f"{error}; rebuild it: dateline rebuild {option}; then: dateline embed {option}"


def _query_row(encoder: Encoder, checked: Callable[[Vectors], Vectors], query: str) -> Vector:
    vector: Vector = checked(encoder.encode_query([query]))[0]
    vector.flags.writeable = False
    return vector


def clear_dense(opening: VectorOpening, store: Store, encoder: Encoder) -> None:
    """Takes the index away and makes `vectors.db` sound, so that it can be built again.

    A damaged `vectors.db` is kept as `vectors.db.damaged`, and what can be read of it is
    taken over into a new one.
    """
    folder = opening.folder
    digests = [digest for _, digest in (*store.current_digests(), *store.past_digests())]
    try:
        opening.engine.delete(folder)
        if not _is_sound(folder / VECTORS):
            _salvage(folder, encoder.fingerprint, digests)
    except OSError as error:
        raise disk_error(folder, error) from error
    except EmbeddingError as error:
        raise ArchiveError(str(error)) from error


def _is_sound(path: Path) -> bool:
    try:
        with VectorCache(path, read_only=True) as cache:
            return not cache.problems()
    except EmbeddingError:
        return False


def _salvage(folder: Path, fingerprint: str, digests: Sequence[str]) -> None:
    path, damaged = folder / VECTORS, folder / f"{VECTORS}.damaged"
    _rename_database(path, damaged)
    with VectorCache(path) as fresh:
        for vectors in _readable(damaged, fingerprint, digests):
            fresh.put(fingerprint, vectors)


def _rename_database(path: Path, target: Path) -> None:
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(target.with_name(target.name + end))


def _readable(path: Path, fingerprint: str, digests: Sequence[str]) -> Iterator[dict[str, Vector]]:
    """All that can be read, whole batches or one by one; nothing from what is no cache."""
    with suppress(EmbeddingError), VectorCache(path, read_only=True) as cache:
        for batch in _parts(digests, _BATCH):
            try:
                found = cache.get(fingerprint, batch)
            except EmbeddingError:
                found = _one_by_one(cache, fingerprint, batch)
            yield found


def _one_by_one(cache: VectorCache, fingerprint: str, digests: Sequence[str]) -> dict[str, Vector]:
    found: dict[str, Vector] = {}
    for digest in digests:
        with suppress(EmbeddingError):
            found |= cache.get(fingerprint, [digest])
    return found


def _parts(items: Sequence[_T], most: int) -> Iterator[Sequence[_T]]:
    for first in range(0, len(items), most):
        yield items[first : first + most]
