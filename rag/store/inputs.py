"""What each input file held when it was last read, so that an unchanged one is not read again.

Knows no article, only ids and digests. `inputs.db` is derived: losing it, or finding it
damaged, costs that every file is read once more.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import rag.corpus
import rag.language

FILE = "inputs.db"
_BUSY_SECONDS = 5
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS input "
    "(path TEXT PRIMARY KEY, mark BLOB NOT NULL, held TEXT NOT NULL) WITHOUT ROWID"
)

_FOREIGN = "SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')"


class Known(NamedTuple):
    """An article of a file: its id, its digest, where in the file it is, what was said of it."""

    id: str
    digest: str
    at: str
    note: str


Articles = tuple[Known, ...]
"""The articles of a file, in order."""


class KnownInputs:
    """What was in the files of earlier runs, by path and by all that decided how they were read."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def held(self, marks: Mapping[str, bytes]) -> dict[str, Articles]:
        """What is known to be in those of the files, by path, whose marks are what they were."""
        with suppress(sqlite3.DatabaseError, ValueError, TypeError):
            return {
                path: tuple(Known(*one) for one in json.loads(held))
                for path, mark, held in self._rows(list(marks))
                if mark == marks[path]
            }
        return {}

    def keep(self, found: Mapping[str, tuple[bytes, Articles]]) -> None:
        """Remembers by path what was read, with its mark; where that fails, forgets everything."""
        rows = [(path, mark, json.dumps(held)) for path, (mark, held) in found.items()]
        try:
            self._put(rows)
        except sqlite3.DatabaseError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _rows(self, paths: Sequence[str]) -> list[tuple[str, bytes, str]]:
        query = "SELECT path, mark, held FROM input WHERE path IN (SELECT value FROM json_each(?))"
        with self._opened() as database:
            return database.execute(query, [json.dumps(paths)]).fetchall()

    def _put(self, rows: Sequence[tuple[str, bytes, str]]) -> None:
        with self._opened() as database, database:
            database.executemany("INSERT OR REPLACE INTO input VALUES (?, ?, ?)", rows)

    def _opened(self) -> closing[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute(_SCHEMA)
            if database.execute(_FOREIGN).fetchone():
                msg = "it holds a trigger or a view, and so is none that was written here"
                raise sqlite3.DatabaseError(msg)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return closing(database)


def mark(path: Path, names: str) -> bytes:
    """SHA-256 of the file, the code of the readers and the outlets' `names`.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    return hashlib.sha256(b"\0".join([content, names.encode(), _readers()])).digest()


@cache
def _readers() -> bytes:
    """The code that reads, so that a version that reads better reads everything once more."""
    rooms = [Path(str(room.__file__)).parent for room in (rag.corpus, rag.language)]
    code = [path for room in rooms for path in sorted(room.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in code)).digest()
