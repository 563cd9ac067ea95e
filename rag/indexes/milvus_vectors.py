"""The index by meaning on a Milvus server: vectors beside the words of the same passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from embeddings import EmbeddingError, Vector, Vectors
from rag.config import Settings
from rag.errors import ConfigError
from rag.indexes import milvus_rows as rows
from rag.indexes.milvus_collection import ArchiveRows
from rag.indexes.milvus_server import MOST_FOUND, MilvusServer
from rag.indexes.milvus_words import SPARE, MilvusEngine, MilvusWordsEngine
from rag.indexes.protocols import Engines, Ids, Ranking, VectorSource
from rag.records import Filters
from rag.store import Facets

_KNOWN_AT_ONCE = 500
_IDS_AT_ONCE = 2_000


def milvus_engines(settings: Settings) -> Engines:
    """Both kinds of index on the server of the settings, which is asked when it is first used.

    Raises ConfigError for a login that belongs to another server: one that `dateline.toml` names
    does not get what the environment holds.
    """
    if settings.milvus_token.get_secret_value() and (
        settings.is_from_file("milvus_uri") != settings.is_from_file("milvus_token")
    ):
        msg = (
            "setting 'milvus_token' (DATELINE_MILVUS_TOKEN) must be where 'milvus_uri' is: both in "
            "the environment, or both in dateline.toml"
        )
        raise ConfigError(msg)
    server = MilvusServer(
        settings.milvus_uri,
        settings.milvus_token,
        database=settings.milvus_database,
        ca_file=settings.milvus_ca_file,
        timeout=settings.milvus_timeout,
    )
    return Engines(MilvusWordsEngine(server), MilvusVectorEngine(server))


class MilvusVectorEngine(MilvusEngine):
    """Opens and removes the vector indexes of archives; see `VectorEngine`."""

    def open(self, folder: Path, source: VectorSource, *, read_only: bool) -> MilvusVectors:
        """The index of the archive; an absent one starts empty.

        Opened to read, it follows nothing: it sees what those who write have put in.
        """
        archive = self.rows(folder, source.store, read_only=read_only)
        return MilvusVectors(archive, source, read_only=read_only)


class MilvusVectors:
    """The vectors of one archive's passages; see `VectorIndex`."""

    def __init__(self, archive: ArchiveRows, source: VectorSource, *, read_only: bool) -> None:
        """Opens the index; raises EmbeddingError where it is of another encoder."""
        self._rows = archive
        self._source = source
        self._read_only = read_only
        self._added = False
        if archive.note.encoder not in ("", source.encoder):
            msg = (
                f"{archive.server} has vectors of {archive.note.encoder!r} in {archive.name!r}, "
                f"but {source.encoder!r} is asked for"
            )
            raise EmbeddingError(msg)

    @property
    def change(self) -> int:
        """The newest change that the index has followed."""
        return min(self._rows.note.vectors, self._rows.note.change)

    @property
    def is_saved(self) -> bool:
        """Whether everybody counts what was added."""
        return not self._added

    def __len__(self) -> int:
        return self._rows.count(f"embedded == true and {rows.visible(self._rows.note.change)}")

    def ids(self) -> Ids:
        """Ids of the current passages in the index, ascending."""
        condition = f"embedded == true and {rows.visible(self._rows.note.change)}"
        return np.array(sorted(self._ids(condition)), dtype=np.int64)

    def follow(self, deleted: Sequence[int] | None = None) -> None:
        """Takes in the passages whose vectors are known; those superseded have ended already.

        Brings the words in, too, where that has not been done: a row is of a whole passage.
        """
        del deleted
        if self._read_only:
            return
        self._rows.follow(self._source.dimension)
        self._take_known()
        if self._rows.note.change and (self._added or self.change != self._rows.note.change):
            self._note()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Takes in current passages that were just embedded, all or none."""
        self._put(dict(zip(ids, vectors, strict=True)))

    def refresh(self) -> None:
        """Shows what another process has saved since."""
        self._rows.refresh()

    def save(self) -> None:
        """Lets everybody count what was added; it is found as soon as it is added."""
        if self._rows.note.change:
            self._take_known()
            self._note()

    def compact(self) -> None:
        """The same: the server drops what it has room for."""
        self.save()

    def searcher(self, columns: Facets) -> MilvusVectorSearcher:
        """What finds passages as they are at this change; it sees what is embedded later."""
        del columns
        return MilvusVectorSearcher(self._rows, len(self))

    def close(self) -> None:
        """Does nothing: the connection serves other indexes, too."""

    def _take_known(self) -> None:
        """Puts in the vectors that are known of passages without one, superseded ones too."""
        pending = list(self._ids(f"embedded == false and id != {rows.NOTE}"))
        for first in range(0, len(pending), _KNOWN_AT_ONCE):
            digests = self._source.store.digests(pending[first : first + _KNOWN_AT_ONCE])
            known = self._source.known(list(digests.values()))
            self._put({id_: known[found] for id_, found in digests.items() if found in known})

    def _put(self, found: dict[int, Vector]) -> None:
        changed = [
            {"id": int(id_), "dense": row.tolist(), "embedded": True} for id_, row in found.items()
        ]
        self._rows.server.put(self._rows.name, changed, partial=True)
        self._rows.count_again()
        self._added = self._added or bool(changed)

    def _note(self) -> None:
        """Notes that the vectors of this change are in, and which encoder made them."""
        self._rows.refresh()
        note, encoder = self._rows.note, self._source.encoder
        saved = note.saved + self._added
        self._rows.save(replace(note, vectors=note.change, encoder=encoder, saved=saved))
        self._added = False

    def _ids(self, condition: str) -> Iterator[int]:
        if self._rows.note.dimension:
            for some in self._rows.server.all(self._rows.name, condition, ["id"]):
                yield from (row["id"] for row in some)


class MilvusVectorSearcher:
    """Nearest passages of one archive as it was at a change."""

    def __init__(self, archive: ArchiveRows, count: int) -> None:
        self._rows = archive
        self._change = archive.note.change
        self._count = count

    def __len__(self) -> int:
        return self._count

    def search(self, query: Vector, k: int, filters: Filters) -> Ranking:
        """The `k` passages nearest to the query by cosine that satisfy the filters."""
        condition = rows.condition(filters, self._change)
        fetch = k + SPARE
        while True:
            found = self._nearest(query, fetch, condition) if k > 0 else []
            # The server cuts a row of equal cosines anywhere: fetch until the row at k is whole.
            if len(found) < min(fetch, MOST_FOUND) or found[k - 1][1] > found[-1][1]:
                return found[:k]
            fetch *= 4

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        """The cosine of those of the passages that have a vector."""
        numbers, found = [int(id_) for id_ in ids], dict[int, float]()
        # Read and compared here: a server's search may leave out some of few.
        for first in range(0, len(numbers) if self._has_some() else 0, _IDS_AT_ONCE):
            some = numbers[first : first + _IDS_AT_ONCE]
            condition = f"embedded == true and added <= {self._change} and id in {some}"
            for row in self._rows.server.rows(self._rows.name, condition, ["id", "dense"]):
                found[row["id"]] = float(np.asarray(row["dense"], dtype=np.float32) @ query)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def _has_some(self) -> bool:
        return bool(self._rows.note.dimension and self._change)

    def _nearest(self, query: Vector, k: int, condition: str) -> Ranking:
        if not self._has_some():
            return []
        (hits,) = self._rows.server.search(
            self._rows.name,
            "dense",
            [query.tolist()],
            k=k,
            condition=f"embedded == true and {condition}",
        )
        found = [(id_, cosine) for id_, cosine, _ in hits]
        return sorted(found, key=lambda item: (-item[1], item[0]))
