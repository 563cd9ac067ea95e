"""The articles that were in each input file, so that an unchanged file is not read again.

Knows no article, only ids and digests. `inputs.db` is derived: if it is lost or damaged,
every file is read once more.
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
    """An article of a file: its id, its digest, where in the file it is, the note of the reader."""

    id: str
    digest: str
    at: str
    note: str


Articles = tuple[Known, ...]
"""The articles of a file, in order."""


class KnownInputs:
    """The articles of the files of earlier runs, by path and by the mark of the file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def known(self, marks: Mapping[str, bytes]) -> dict[str, Articles]:
        """The known articles of the files whose marks have not changed, by path."""
        with suppress(sqlite3.DatabaseError, ValueError, TypeError):
            return {
                path: tuple(Known(*one) for one in json.loads(articles))
                for path, mark, articles in self._rows(list(marks))
                if mark == marks[path]
            }
        return {}

    def keep(self, found: Mapping[str, tuple[bytes, Articles]]) -> None:
        """Saves what was read, by path, with the marks; if that fails, forgets everything."""
        rows = [(path, mark, json.dumps(articles)) for path, (mark, articles) in found.items()]
        try:
            with self._opened() as database, database:
                database.executemany("INSERT OR REPLACE INTO input VALUES (?, ?, ?)", rows)
        except sqlite3.DatabaseError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _rows(self, paths: Sequence[str]) -> list[tuple[str, bytes, str]]:
        query = "SELECT path, mark, held FROM input WHERE path IN (SELECT value FROM json_each(?))"
        with self._opened() as database:
            return database.execute(query, [json.dumps(paths)]).fetchall()

    def _opened(self) -> closing[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute(_SCHEMA)
            if database.execute(_FOREIGN).fetchone():
                msg = "it has a trigger or a view, so Dateline did not write it"
                raise sqlite3.DatabaseError(msg)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return closing(database)


def mark(path: Path, names: str) -> bytes:
    """SHA-256 of the file, the code of the readers and the outlets' `names`.

    Raises OSError if the file cannot be read.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    return hashlib.sha256(b"\0".join([content, names.encode(), readers_mark()])).digest()


@cache
def readers_mark() -> bytes:
    """SHA-256 of the readers' code, so that a version with other readers reads everything again."""
    rooms = [Path(str(room.__file__)).parent for room in (rag.corpus, rag.language)]
    code = [path for room in rooms for path in sorted(room.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in code)).digest()


def texts_of(held: Articles) -> dict[str, set[str]]:
    """The digests of the texts of each article of a file, by its id."""
    found: dict[str, set[str]] = {}
    for one in held:
        found.setdefault(one.id, set()).add(one.digest)
    return found
