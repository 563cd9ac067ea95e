"""Vectors on disk, one SQLite file, so that no text is encoded twice by the same encoder."""

import json
import sqlite3
import threading
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from embeddings.errors import (
    CorruptIndexError,
    EmbeddingError,
    RefusedByDiskError,
    StaleIndexError,
)
from embeddings.vectors import Vector, checked

APPLICATION_ID = 0x56454353
FORMAT_VERSION = 1

_HASHES_A_QUERY = 5_000
_SECONDS_TO_WAIT_FOR_A_LOCK = 30
_MEND = "move it away, and its vectors are computed again"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSED = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
}
# Hashes arrive in random order: a table WITHOUT ROWID would split its pages at every
# insert, four times slower at 78,000 vectors; 8 KiB pages hold five vectors of 384 numbers.
_SCHEMA = f"""
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS encoder (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL UNIQUE,
        dimension INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS vector (
        id INTEGER PRIMARY KEY,
        encoder INTEGER NOT NULL REFERENCES encoder (id),
        hash TEXT NOT NULL,
        value BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        UNIQUE (encoder, hash)
    );
    PRAGMA application_id = {APPLICATION_ID};
    PRAGMA user_version = {FORMAT_VERSION};
    COMMIT;
"""


class VectorCache:
    """(encoder fingerprint, content hash) -> vector, in one file; any number of threads may call.

    With `read_only` nothing is written, not even in a folder that cannot be written to,
    and a missing file behaves as an empty cache.

    >>> with VectorCache(Path("vectors.db")) as cache:
    ...     cache.put("minilm-1", {"a3f5": np.ones(4, dtype=np.float32)})
    ...     cache.known("minilm-1", ["a3f5", "77b0"])
    {'a3f5'}
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._lock = threading.Lock()
        with self._named_errors():
            self._db = _opened_to_read(path) if read_only else _opened_to_write(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, fingerprint: str, hashes: Sequence[str]) -> dict[str, Vector]:
        """The vectors known under these hashes; an unknown hash is left out."""
        with self._lock, self._named_errors():
            key, dimension = self._encoder(fingerprint)
            return {
                name: self._vector(name, value, checksum, dimension)
                for name, value, checksum in self._select(
                    "SELECT hash, value, checksum FROM vector WHERE encoder = ?"
                    " AND hash IN (SELECT value FROM json_each(?))",
                    key,
                    hashes,
                )
            }

    def known(self, fingerprint: str, hashes: Sequence[str]) -> set[str]:
        """Those of the hashes that have a vector."""
        with self._lock, self._named_errors():
            key, _ = self._encoder(fingerprint)
            rows = self._select(
                "SELECT hash FROM vector WHERE encoder = ?"
                " AND hash IN (SELECT value FROM json_each(?))",
                key,
                hashes,
            )
            return {name for (name,) in rows}

    def count(self, fingerprint: str) -> int:
        """How many vectors of this encoder there are."""
        with self._lock, self._named_errors():
            key, _ = self._encoder(fingerprint)
            rows = self._db.execute("SELECT count(*) FROM vector WHERE encoder = ?", [key])
            return int(rows.fetchone()[0])

    def dimension(self, fingerprint: str) -> int:
        """The length of this encoder's vectors; 0 for an encoder not seen yet."""
        with self._lock, self._named_errors():
            return self._encoder(fingerprint)[1]

    def put(self, fingerprint: str, vectors: Mapping[str, Vector]) -> None:
        """Keep the vectors, all or none; a hash that is known already keeps the vector it has."""
        if not vectors:
            return
        for name in vectors:
            # SQLite ends a JSON string at a NUL, so such a hash would never be found.
            if "\0" in name:
                msg = f"a hash must not hold a NUL character: {name!r}"
                raise ValueError(msg)
        matrix = np.stack(tuple(vectors.values()))
        matrix = checked(matrix, matrix.shape[-1])
        blobs = [row.astype("<f4").tobytes() for row in matrix]
        with self._lock, self._named_errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            key = self._enrolled(fingerprint, matrix.shape[1])
            self._db.executemany(
                "INSERT OR IGNORE INTO vector (encoder, hash, value, checksum) VALUES (?, ?, ?, ?)",
                [
                    (key, name, blob, zlib.crc32(blob))
                    for name, blob in zip(vectors, blobs, strict=True)
                ],
            )

    def problems(self) -> list[str]:
        """What is wrong with the file or with a vector in it; reads all of it."""
        with self._lock, self._named_errors():
            wrong = [told for (told,) in self._db.execute("PRAGMA integrity_check") if told != "ok"]
            if wrong:
                return wrong
            rows = self._db.execute(
                "SELECT hash, value, checksum, dimension FROM vector"
                " LEFT JOIN encoder ON vector.encoder = encoder.id"
            )
            return [told for row in rows if (told := _problem(*row))]

    def copy_to(self, path: Path) -> None:
        """Write the vectors of one moment to a new file; others may go on writing."""
        with self._lock, self._named_errors(), closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    def delete(self, hashes: Sequence[str]) -> None:
        """Forget these hashes, whichever encoder they are known by; unknown ones are ignored."""
        with self._lock, self._named_errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "DELETE FROM vector WHERE encoder IN (SELECT id FROM encoder)"
                " AND hash IN (SELECT value FROM json_each(?))",
                [json.dumps(list(hashes))],
            )

    def retain(self, hashes: Collection[str]) -> int:
        """Forget all but these hashes, whichever encoder they are known by; how many were."""
        with self._lock, self._named_errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            gone = [
                (id_,)
                for id_, name in self._db.execute("SELECT id, hash FROM vector")
                if name not in hashes
            ]
            self._db.executemany("DELETE FROM vector WHERE id = ?", gone)
            return len(gone)

    def hashes(self) -> set[str]:
        """Every hash that has a vector, of whichever encoder."""
        with self._lock, self._named_errors():
            return {name for (name,) in self._db.execute("SELECT hash FROM vector")}

    def compact(self) -> None:
        """Write the file anew, without what was forgotten; needs room for it twice over.

        Raises EmbeddingError where another process reads an old state of it for too long.
        """
        with self._lock, self._named_errors():
            self._db.execute("VACUUM")
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                msg = f"{self._path} is being read, and its log holds what was forgotten"
                raise sqlite3.OperationalError(msg)

    def close(self) -> None:
        """Give the file back; the cache cannot be used any more."""
        with self._lock:
            self._db.close()

    def _encoder(self, fingerprint: str) -> tuple[int, int]:
        """Key and dimension; key 0, which no vector has, for an encoder not seen yet."""
        found = self._db.execute(
            "SELECT id, dimension FROM encoder WHERE fingerprint = ?", [fingerprint]
        ).fetchone()
        return found or (0, 0)

    def _enrolled(self, fingerprint: str, dimension: int) -> int:
        self._db.execute(
            "INSERT OR IGNORE INTO encoder (fingerprint, dimension) VALUES (?, ?)",
            [fingerprint, dimension],
        )
        key, known = self._encoder(fingerprint)
        if known != dimension:
            msg = f"vectors of encoder {fingerprint!r} have {known} numbers, not {dimension}"
            raise ValueError(msg)
        return key

    def _select(self, sql: str, key: int, hashes: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(hashes), _HASHES_A_QUERY):
            some = json.dumps(list(hashes[start : start + _HASHES_A_QUERY]))
            # An open cursor would outlive the connection where a caller stops half-way.
            yield from self._db.execute(sql, [key, some]).fetchall()

    def _vector(self, name: str, value: bytes, checksum: int, dimension: int) -> Vector:
        if wrong := _problem(name, value, checksum, dimension):
            msg = f"{self._path} is damaged: {wrong}; {_MEND}"
            raise CorruptIndexError(msg)
        return np.frombuffer(value, dtype="<f4").astype(np.float32, copy=False)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # Errors that the sqlite3 module finds by itself carry no code.
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                msg = f"{self._path} is not a vector cache or is damaged: {error}; {_MEND}"
                raise CorruptIndexError(msg) from error
            msg = f"{self._path} cannot be used: {error}"
            kind = RefusedByDiskError if code in _REFUSED else EmbeddingError
            raise kind(msg) from error


def _problem(name: str, value: bytes, checksum: int, dimension: int | None) -> str:
    if dimension is None:
        return f"the vector of {name!r} is of no known encoder"
    if len(value) != 4 * dimension:
        return f"the vector of {name!r} has {len(value)} bytes instead of {4 * dimension}"
    if zlib.crc32(value) != checksum:
        return f"the vector of {name!r} does not have its checksum"
    if not np.isfinite(np.frombuffer(value, dtype="<f4")).all():
        return f"the vector of {name!r} has numbers that are none"
    return ""


def _opened_to_write(path: Path) -> sqlite3.Connection:
    db = _connected(str(path))
    with _closed_on_error(db):
        if _is_blank(db, path):
            db.execute("PRAGMA page_size = 8192")
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA secure_delete = ON")
    return db


def _opened_to_read(path: Path) -> sqlite3.Connection:
    if not path.exists():
        return _empty()
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _opened_as_is(uri, path)
    except sqlite3.OperationalError:
        # WAL needs its side files, which cannot be made in a folder that is read-only.
        return _opened_as_is(f"{uri}&immutable=1", path)


def _opened_as_is(uri: str, path: Path) -> sqlite3.Connection:
    db = _connected(uri)
    with _closed_on_error(db):
        if not _is_blank(db, path):
            return db
    db.close()
    return _empty()


def _empty() -> sqlite3.Connection:
    db = _connected(":memory:")
    db.executescript(_SCHEMA)
    db.execute("PRAGMA query_only = ON")
    return db


def _connected(database: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        database,
        uri=database.startswith("file:"),
        timeout=_SECONDS_TO_WAIT_FOR_A_LOCK,
        isolation_level=None,
        check_same_thread=False,
    )
    db.execute("PRAGMA trusted_schema = OFF")
    return db


@contextmanager
def _closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


def _is_blank(db: sqlite3.Connection, path: Path) -> bool:
    """Whether the file has no tables yet; CorruptIndexError if they are not ours."""
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if owner == 0 and tables == 0:
        return True
    if owner != APPLICATION_ID:
        msg = f"{path} is a database of another application (id {owner:#x}); name another file"
        raise CorruptIndexError(msg)
    if version != FORMAT_VERSION:
        msg = f"{path} has format version {version}, this version reads {FORMAT_VERSION}; {_MEND}"
        raise StaleIndexError(msg)
    foreign = db.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    if found := foreign.fetchone():
        msg = f"{path} holds the {found[0]} {found[1]!r:.80}, which no cache has; {_MEND}"
        raise CorruptIndexError(msg)
    return False
