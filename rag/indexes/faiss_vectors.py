"""The default index by meaning: FAISS, in `dense.*` and `manifest.json` of an archive.

It is derived from the store and the known vectors. The vectors of superseded passages are not
saved: they are put together in memory when they are first searched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import numpy as np

from embeddings import EmbeddingError, FaissIndex, Manifest, Vector, Vectors
from rag.indexes.protocols import (
    FEW_CHANGED,
    NO_FILTERS,
    Ids,
    IndexFiles,
    IndexNote,
    Ranking,
    VectorSource,
)
from rag.records import Filters
from rag.store import Facets

_KNOWN_AT_ONCE = 2_048
_NONE: Ids = np.empty(0, dtype=np.int64)


class FaissEngine:
    """Opens, copies and removes the vector indexes of archives; see `VectorEngine`."""

    files = IndexFiles(
        files=FaissIndex.FILES,
        pending=FaissIndex.PENDING,
        patterns=tuple(name.replace(".", r"\.") for name in FaissIndex.FILES),
    )

    packages = MappingProxyType({"faiss": "faiss-cpu"})

    def exists(self, folder: Path) -> bool:
        """Whether the archive folder has an index, sound or not."""
        return FaissIndex.exists(folder)

    def note(self, folder: Path) -> IndexNote:
        """What the manifest says; nothing where it is missing or damaged."""
        try:
            noted = json.loads(FaissIndex.stamp(folder) or b"{}")
        except (EmbeddingError, ValueError):
            return IndexNote()
        if not isinstance(noted, dict):
            return IndexNote()
        change, encoder = noted.get("change"), noted.get("encoder")
        return IndexNote(
            change=change if isinstance(change, int) else 0,
            encoder=encoder if isinstance(encoder, str) else "",
        )

    def delete(self, folder: Path) -> None:
        """Removes the index; the next `follow` makes it anew."""
        FaissIndex.delete(folder)

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        """Copies the index; False where a writer was always in between."""
        del archive_id
        return FaissIndex.copy(folder, target)

    def open(self, folder: Path, source: VectorSource, *, read_only: bool) -> FaissVectors:
        """The index of the archive; an absent one starts empty.

        Opened to read, it follows the store in memory: only `save` writes. Opened to write,
        vectors are read where they are searched, or written anew.
        """
        return FaissVectors(folder, source, lazy=not read_only)


class FaissVectors:
    """The vectors of one archive's passages; see `VectorIndex`."""

    def __init__(self, folder: Path, source: VectorSource, *, lazy: bool) -> None:
        """Opens the saved index; raises EmbeddingError where it is of something else."""
        self._folder = folder
        self._lazy = lazy
        self._source = source
        self._past: FaissIndex | None = None
        self._bringing = Lock()
        self._saved: Manifest | None = None
        self._has_all = False
        self._stamp = FaissIndex.stamp(folder)
        self._index = self._open()

    @property
    def change(self) -> int:
        """The newest change that the index has followed."""
        return self._index.manifest.change

    @property
    def is_saved(self) -> bool:
        """Whether what is on disk is what is in memory."""
        return self._index.manifest == self._saved

    def __len__(self) -> int:
        return len(self._index)

    def ids(self) -> Ids:
        """Ids of the current passages in the index, ascending."""
        return self._index.ids()

    def follow(self, deleted: Sequence[int] | None = None) -> None:
        """Takes in the passages whose vectors are known, and drops those superseded.

        Looks at the articles that changed since it last did, and at every passage where that
        does not account for all: the first time where some have no vector, or some were deleted
        and it is not said which.
        """
        store = self._source.store
        target = store.last_change()
        followed = self.change == target or self._bring_changed(target, deleted)
        if not followed or not (self._has_all or len(self) == store.counts()[1]):
            self._bring(self._index, store.current_digests(), target)
        self._has_all = True

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Takes in current passages that were just embedded, all or none."""
        self._index.add(ids, vectors)

    def refresh(self) -> None:
        """Shows what another process has saved since."""
        stamp = FaissIndex.stamp(self._folder)
        if stamp != self._stamp:
            self._stamp = stamp
            self._index = self._open(self._index)
            self._has_all = False
            # What is superseded may have been embedded since it was put together.
            if self._past is not None:
                self._past.manifest = replace(self._past.manifest, change=0)

    def save(self) -> None:
        """Writes the index to disk, whole or not at all."""
        self._index.save(self._folder)
        self._saved = self._index.manifest

    def compact(self) -> None:
        """Writes all of the index anew."""
        self._index.save(self._folder, whole=True)
        self._saved = self._index.manifest

    def searcher(self, columns: Facets) -> FaissSearcher:
        """What finds passages; it sees what is added and refreshed afterwards."""
        return FaissSearcher(self, columns)

    def close(self) -> None:
        """Does nothing: no file is kept open."""

    def nearest(self, query: Vector, k: int, allowed: Ids | None, superseded: Ids) -> Ranking:
        """The `k` nearest of the `allowed`, or of all current passages, and of the superseded.

        Superseded passages are found only where they are named; all ids are ascending.
        """
        if not len(self._index) or (allowed is not None and not len(allowed)):
            return []
        found = self._index.search(query, k, allowed)
        if not len(superseded):
            return found
        found += self._superseded().search(query, k, superseded)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]

    def scores(self, query: Vector, ids: Ids, superseded: Ids) -> dict[int, float]:
        """The cosine of those of the passages, of which some are superseded, that have a vector."""
        found = self._index.scores(query, ids)
        if len(superseded):
            found |= self._superseded().scores(query, superseded)
        return found

    def _open(self, known: FaissIndex | None = None) -> FaissIndex:
        """The index as it is saved, if it is; `_saved` is what is known to be on disk."""
        store = self._source.store
        expected = Manifest(
            encoder=self._source.encoder,
            dimension=self._source.dimension,
            chunk_limit=int(store.setting("chunk_tokens") or 0),
            store_id=store.archive_id,
        )
        if not FaissIndex.exists(self._folder):
            return FaissIndex(expected)
        index = FaissIndex.open(self._folder, expected, lazy=self._lazy, known=known)
        self._saved = index.manifest
        return index

    def _superseded(self) -> FaissIndex:
        """The vectors of superseded passages that are known, as of the change of the others."""
        change = self.change
        with self._bringing:
            if self._past is None:
                self._past = FaissIndex(replace(self._index.manifest, change=0))
            if self._past.manifest.change != change:
                self._bring(self._past, self._source.store.past_digests(), change)
            return self._past

    def _bring_changed(self, change: int, deleted: Sequence[int] | None) -> bool:
        """Brings in what changed since; False, and nothing is done, where that cannot be seen.

        The passages of a deleted article are not in the store any more.
        """
        store = self._source.store
        changed = store.changed_since(self.change)
        if len(changed) > FEW_CHANGED:
            return False
        if deleted is None and len(store.article_digests(changed)) < len(changed):
            return False
        among = [*store.passage_ids(changed), *(deleted or ())]
        self._bring(self._index, store.current_digests(changed), change, among)
        return True

    def _bring(
        self,
        index: FaissIndex,
        wanted: Sequence[tuple[int, str]],
        change: int,
        among: Sequence[int] | None = None,
    ) -> None:
        """Has an index hold those of the passages whose vectors are known, as of a change.

        Only passages that are `among` these are dropped, if any are named.
        """
        held = index.ids() if among is None else index.among(np.array(among, dtype=np.int64))
        have = set(held.tolist())
        index.remove(sorted(have.difference(id_ for id_, _ in wanted)))
        missing = [each for each in wanted if each[0] not in have]
        for first in range(0, len(missing), _KNOWN_AT_ONCE):
            part = missing[first : first + _KNOWN_AT_ONCE]
            known = self._source.known([digest for _, digest in part])
            rows = [(id_, known[digest]) for id_, digest in part if digest in known]
            if rows:
                index.add([id_ for id_, _ in rows], np.stack([row for _, row in rows]))
        index.manifest = replace(index.manifest, change=change)


class FaissSearcher:
    """Nearest passages of one archive, of which `columns` say which are there."""

    def __init__(self, index: FaissVectors, columns: Facets) -> None:
        self._index = index
        self._columns = columns

    def __len__(self) -> int:
        return len(self._index)

    def search(self, query: Vector, k: int, filters: Filters) -> Ranking:
        """The `k` passages nearest to the query by cosine that satisfy the filters."""
        if filters == NO_FILTERS:
            return self._index.nearest(query, k, None, _NONE)
        allowed = self._columns.matching(filters)
        past = self._columns.superseded(allowed) if filters.as_of else _NONE
        return self._index.nearest(query, k, allowed, past)

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        """The cosine of those of the passages that have a vector."""
        return self._index.scores(query, ids, self._columns.superseded(ids))
