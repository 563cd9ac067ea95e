"""Ranks passages by meaning: an encoder, its vector cache and a FAISS index over one archive.

`vectors.db` keeps every vector ever computed; the FAISS index is derived from it and the
store, so losing the index costs seconds and losing the vectors costs the embedding again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings import (
    CorruptIndexError,
    EmbeddingError,
    Encoder,
    FaissIndex,
    Manifest,
    VectorCache,
)
from embeddings import StaleIndexError as StaleVectorsError
from rag.chunking import embedding_text
from rag.errors import ArchiveError, StaleIndexError
from rag.store import Store

Progress = Callable[[int, int], None]
_BATCH = 512
_SAVE_EVERY = 32 * _BATCH


class DenseIndex:
    """The vectors of one archive's current passages; complete or not, it says how much."""

    def __init__(
        self, folder: Path, store: Store, encoder: Encoder, *, read_only: bool = False
    ) -> None:
        """Opens the saved index and brings it in step with the store, in memory.

        Raises StaleIndexError when it was built from another archive or encoder, or is
        damaged, naming the command that rebuilds it.
        """
        self._folder = folder
        self._store = store
        self._encoder = encoder
        with self._mended():
            self._cache = VectorCache(folder / "vectors.db", read_only=read_only)
            self._stamp = FaissIndex.stamp(folder)
            self._index = self._open()
            self.catch_up()

    def close(self) -> None:
        """Closes the vector cache."""
        self._cache.close()

    def __len__(self) -> int:
        return len(self._index)

    def search(
        self, query: str, k: int, allowed: npt.NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` passages nearest to the query by cosine, best first, ties by passage id."""
        if not len(self._index) or (allowed is not None and not len(allowed)):
            return []
        vector = self._encoder.encode_query([query])[0]
        return self._index.search(vector, k, allowed)

    def catch_up(self) -> bool:
        """Adds the passages whose vectors are known, drops those superseded; true if any."""
        target = self._store.last_change()
        current = self._store.current_digests()
        if self._index.manifest.change == target and len(self._index) == len(current):
            return False
        have = set(self._index.ids().tolist())
        stale = have.difference(id_ for id_, _ in current)
        self._index.remove(sorted(stale))
        missing = [(id_, digest) for id_, digest in current if id_ not in have]
        added = self._add_known(missing)
        self._index.manifest = replace(self._index.manifest, change=target)
        return bool(stale or added)

    def refresh(self) -> None:
        """Shows what another process has embedded, or stored, since."""
        with self._mended():
            stamp = FaissIndex.stamp(self._folder)
            if stamp != self._stamp:
                self._stamp = stamp
                self._index = self._open()
            if self._index.manifest.change != self._store.last_change():
                self.catch_up()

    def pending(self) -> list[int]:
        """Ids of the current passages that have no vector yet, in order."""
        have = set(self._index.ids().tolist())
        return [id_ for id_, _ in self._store.current_digests() if id_ not in have]

    def embed(self, progress: Progress = lambda _done, _total: None) -> int:
        """Encodes every passage without a vector and saves the index; returns how many.

        Each batch is on disk before the next begins, so an interrupted call is taken up
        where it stopped. `progress` is called with the passages done and in all.
        """
        with self._mended():
            self.catch_up()
            pending = self.pending()
            for done, batch in _batches(pending):
                progress(done, len(pending))
                self._embed_batch(batch)
                if done and done % _SAVE_EVERY == 0:
                    self._index.save(self._folder)
            progress(len(pending), len(pending))
            self.save()
        return len(pending)

    def save(self) -> None:
        """Writes the index to disk, whole or not at all."""
        with self._mended():
            self._index.save(self._folder)

    def _open(self) -> FaissIndex:
        expected = Manifest(
            encoder=self._encoder.fingerprint,
            dimension=self._encoder.dimension,
            chunk_limit=int(self._store.setting("chunk_tokens") or 0),
            store_id=self._store.archive_id,
        )
        if FaissIndex.exists(self._folder):
            return FaissIndex.open(self._folder, expected)
        return FaissIndex(expected)

    def _add_known(self, missing: Sequence[tuple[int, str]]) -> int:
        added = 0
        for first in range(0, len(missing), _BATCH * 16):
            part = missing[first : first + _BATCH * 16]
            known = self._cache.get(self._encoder.fingerprint, [digest for _, digest in part])
            rows = [(id_, known[digest]) for id_, digest in part if digest in known]
            if rows:
                self._index.add([id_ for id_, _ in rows], np.stack([row for _, row in rows]))
            added += len(rows)
        return added

    def _embed_batch(self, ids: Sequence[int]) -> None:
        found = self._store.passages(ids)
        digests = self._store.digests(ids)
        texts = {
            digests[id_]: embedding_text(article, passage.start, passage.end, passage.heading)
            for id_, (passage, article) in found.items()
        }
        vectors = self._encoder.encode_document(list(texts.values()))
        self._cache.put(self._encoder.fingerprint, dict(zip(texts, vectors, strict=True)))
        self._add_known([(id_, digests[id_]) for id_ in ids])

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Turns the vector layer's errors into ours, with the command that mends them."""
        command = f"dateline rebuild --archive {self._folder}"
        try:
            yield
        except (StaleVectorsError, CorruptIndexError) as error:
            msg = f"{error}; rebuild it: {command}"
            raise StaleIndexError(msg) from error
        except EmbeddingError as error:
            raise ArchiveError(str(error)) from error


def _batches(ids: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    for first in range(0, len(ids), _BATCH):
        yield first, ids[first : first + _BATCH]
