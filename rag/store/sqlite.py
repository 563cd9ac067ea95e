"""The store in one file, `archive.db`: what SQLite does in its own way, its errors and its log.

`rag.store.postgresql` has the same members for a server.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import QueuePool

from rag.errors import ArchiveError
from rag.store.rows import DamagedRowError

FILE = "archive.db"
_BUSY_SECONDS = 30
_NO_RIGHT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CUT_SHORT = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}

Named = tuple[str, str]
"""A table or an index: its kind, such as "table", and its name."""

_DEFINED = (
    "SELECT type, name FROM sqlite_master "
    "WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite|_%' ESCAPE '|' ORDER BY 1, 2"
)
_FOREIGN = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1, 2"
_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_INDEX = struct.Struct("=12xB3xI12x8s")
"""In the -shm file: whether it is in use, the last committed page, the salt of its log."""

_MAGIC = 0x377F0682
_WORD = 0xFFFFFFFF
_Sums = tuple[int, int]


class ForeignSchemaError(ArchiveError):
    """The file has a trigger or a view: Dateline defines none, and they could change articles."""


class SqliteFile:
    """The `archive.db` of one folder; `str` names it in messages."""

    is_shared = False
    """Whether processes that do not share the archive's folder may write at the same time."""

    longest_key = None
    """The most bytes of a text that rows are looked up by; None for any number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE

    def __str__(self) -> str:
        return str(self.path)

    def is_there(self) -> bool:
        """Whether the file exists, damaged or not."""
        return self.path.exists()

    def engine(self, *, read_only: bool) -> Engine:
        """What connects to the file; opened to be written, it is made where there is none."""
        frozen = read_only and self.is_frozen()
        mode = "ro" if read_only else "rwc"
        # In WAL mode even a reader needs the -shm file, except with `immutable`.
        address = f"{self.path.resolve().as_uri()}?mode={mode}{'&immutable=1' if frozen else ''}"
        engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(
                address,
                uri=True,
                check_same_thread=False,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
            ),
            poolclass=QueuePool,
        )
        event.listen(engine, "begin", _begin)
        event.listen(engine, "connect", _distrust)
        if not read_only:
            event.listen(engine, "connect", _prepare_writer)
        return engine

    def reading(self, engine: Engine) -> Engine:
        """The engine for transactions that see one state from start to end."""
        return engine

    def writing(self, engine: Engine) -> Engine:
        """The engine for transactions that write."""
        return engine.execution_options(writes=True)

    def is_frozen(self) -> bool:
        """Whether no process writes the file (no log, no index) and this one may not write it."""
        if os.access(self.folder, os.W_OK):
            return False
        log, index = (self.path.with_name(f"{FILE}-{end}") for end in ("wal", "shm"))
        return not index.exists() and not (log.exists() and log.stat().st_size)

    def tables(self, connection: Connection) -> set[str]:
        """The names of all tables."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return set(connection.scalars(text(query)))

    def names(self, connection: Connection) -> list[Named]:
        """The tables and indexes, sorted by kind and name."""
        return _named(connection, _DEFINED)

    def check(self, connection: Connection) -> None:
        """Raises ForeignSchemaError where the file holds triggers or views."""
        if foreign := _named(connection, _FOREIGN):
            raise ForeignSchemaError(_has_foreign(self.folder, foreign))

    def refuse_others(self, tables: Collection[str]) -> None:
        """Raises for a file with tables, but those of another program."""
        msg = f"file is not a database of Dateline: it holds {', '.join(sorted(tables)[:3])}"
        raise sqlite3.DatabaseError(msg)

    def identity(self, _engine: Engine) -> object:
        """What differs once the file was removed, replaced or became writable; None without one."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def can_note(self, _engine: Engine) -> bool:
        """Whether the file system lets this process write what readers add."""
        return os.access(self.path, os.W_OK) and os.access(self.folder, os.W_OK)

    def verify(self, connection: Connection) -> None:
        """Reads the whole file; raises ArchiveError if its pages contradict each other."""
        found = connection.scalar(text("PRAGMA integrity_check(1)"))
        if found != "ok":
            raise ArchiveError(self.damaged(str(found)))

    def copy_to(self, engine: Engine, path: Path) -> None:
        """Writes a snapshot of the file to a new one; others may keep writing."""
        with closing(sqlite3.connect(path)) as copy:
            connection = engine.raw_connection()
            try:
                connection.driver_connection.backup(copy)  # type: ignore[union-attr]
            finally:
                connection.close()

    def compact(self, engine: Engine, _tables: Sequence[str]) -> None:
        """Rewrites the file without deleted content and empties its log.

        Needs free space for two more copies of the file. Raises ArchiveError if another
        process keeps reading an old state, so that the log cannot be emptied.
        """
        connection = engine.raw_connection()
        try:
            # SQLite refuses this inside a transaction, and the engine would begin one.
            connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
            emptied = connection.driver_connection.execute(  # type: ignore[union-attr]
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
        finally:
            connection.close()
        if emptied[0]:
            msg = (
                f"{self} is being read by another process, so that its log still "
                f"holds what was deleted; run it again: dateline compact --archive {self.folder}"
            )
            raise ArchiveError(msg)

    def drop(self, connection: Connection, unknown: Collection[Named]) -> None:
        """Removes all triggers and views, and the `unknown` indexes."""
        indexes = [(kind, name) for kind, name in unknown if kind == "index"]
        for kind, name in [*_named(connection, _FOREIGN), *indexes]:
            quoted = name.replace('"', '""')
            connection.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')

    def drop_command(self, table: str) -> str:
        """The command that takes out a table of another program."""
        return f"sqlite3 {self} 'DROP TABLE \"{table}\"'"

    def counters(self, connection: Connection) -> dict[str, int]:
        """The highest number that each table with numbers of its own has given to a row."""
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: row.seq for row in rows}

    def count_from(self, connection: Connection, counters: dict[str, int]) -> None:
        """Lets tables give rows higher numbers than these."""
        for name, seq in counters.items():
            connection.execute(
                text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name}
            )
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"),
                {"name": name, "seq": seq},
            )

    @property
    def version(self) -> tuple[str, str]:
        """What reads and writes the file, and its version."""
        return "sqlite", sqlite3.sqlite_version

    def bytes_used(self, _engine: Engine) -> dict[str, int]:
        """The bytes of what lies elsewhere than in the archive's folder, by name: nothing."""
        return {}

    def missing(self) -> str:
        """The error message where there is no archive."""
        return f"there is no archive in {str(self.folder)!r}; build one: {self._ingest()}"

    def damaged(self, reason: str) -> str:
        """The error message for a damaged archive."""
        one_line = " ".join(reason.split())
        return (
            f"{self} is damaged or not a Dateline archive ({one_line}); move the folder away "
            f"and build it again: {self.start_over()}"
        )

    def lost(self) -> str:
        """The error message where there is no store, or an empty one, beside indexes of one."""
        return self.damaged("it is missing or empty, the indexes beside it are not")

    def start_over(self) -> str:
        """The commands that build a damaged archive again."""
        return f"mv {self.folder} {self.folder}.damaged; {self._ingest()}"

    def _ingest(self) -> str:
        return f"dateline ingest PATH... --archive {self.folder}"

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns errors of the database into an ArchiveError that says how to fix it."""
        try:
            yield
        except IntegrityError as error:
            msg = f"{self}: {error.orig}"
            raise ArchiveError(msg) from error
        except (DatabaseError, sqlite3.DatabaseError) as error:
            original = getattr(error, "orig", error)
            # Errors that the sqlite3 module raises itself have no code.
            code = getattr(original, "sqlite_errorcode", 0)
            raise ArchiveError(self._explain(code, str(original))) from error
        except (DamagedRowError, json.JSONDecodeError) as error:
            raise ArchiveError(self.damaged(str(error))) from error

    def _explain(self, code: int, reason: str) -> str:
        path, folder = self.path, self.folder
        if not path.exists():
            return self.missing()
        if code & 0xFF in _NO_RIGHT:
            allow = f"chmod -R u+rwX {folder}"
            return f"{path} cannot be opened or written ({reason}); allow it: {allow}"
        if code & 0xFF == sqlite3.SQLITE_FULL or (
            code & 0xFF == sqlite3.SQLITE_IOERR and code not in _CUT_SHORT
        ):
            again = "free disk space and run the same command again"
            return f"no room to write {path} ({reason}); {again}"
        if code & 0xFF in _IN_USE:
            return f"{path} is in use by another program ({reason}); wait for it and try again"
        return self.damaged(reason)


def _begin(connection: Connection) -> None:
    # By default, the sqlite3 module keeps reads and table changes outside transactions.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _distrust(connection: sqlite3.Connection, _record: object) -> None:
    # A file may come from a stranger: its schema must not call functions with side effects.
    connection.execute("PRAGMA trusted_schema = OFF")


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")


def _named(connection: Connection, query: str) -> list[Named]:
    return [(row.type, row.name) for row in connection.execute(text(query))]


def _has_foreign(folder: Path, foreign: Sequence[Named]) -> str:
    names = ", ".join(f"the {kind} {name!r:.80}" for kind, name in foreign[:3])
    more = f" and {len(foreign) - 3:,} more" if len(foreign) > 3 else ""
    return (
        f"{folder / FILE} holds {names}{more}, which Dateline never makes and which could change "
        f"articles; take them out: dateline doctor --fix --archive {folder}"
    )


def torn_log(database: Path) -> str:
    """A sentence that says where the log is damaged; "" if no committed change is lost."""
    path = database.with_name(f"{database.name}-wal")
    # Read first: changes that are committed later are not in the data below.
    index = _index(database.with_name(f"{database.name}-shm"))
    try:
        data = memoryview(path.read_bytes())
    except FileNotFoundError:
        return ""
    if not data:
        return ""
    if len(data) < _HEADER.size:
        return f"{path} ends within its header, after {len(data)} bytes"
    magic, _, page_size, _, *salt, first, second = _HEADER.unpack_from(data)
    order = ">" if magic & 1 else "<"
    if magic & ~1 != _MAGIC or _summed(data[:24], (0, 0), order) != (first, second):
        return f"{path} has a damaged header"
    whole, size = 0, _FRAME.size + page_size
    sums: _Sums = (first, second)
    frames = range(_HEADER.size, len(data) - _FRAME.size + 1, size)
    for at in frames:
        sums = _summed(data[at : at + 8], sums, order)
        sums = _summed(data[at + _FRAME.size : at + size], sums, order)
        if at + size > len(data) or sums != _FRAME.unpack_from(data, at)[4:6]:
            break
        whole += 1
    committed = [_commits(data, at, salt) for at in frames if at + size <= len(data)]
    last = max((number for number, one in enumerate(committed, start=1) if one), default=0)
    in_use, noted, of_salt = index
    if in_use and of_salt == bytes(data[16:24]):
        last = max(last, noted)
    return f"{path} is whole for {whole} of {last} pages" if last > whole else ""


def _commits(data: memoryview, at: int, salt: list[int]) -> bool:
    """Whether the page at this offset ends a change of this log."""
    _, pages_then, *of_salt = _FRAME.unpack_from(data, at)[:4]
    return pages_then > 0 and of_salt == salt


def _index(path: Path) -> tuple[int, int, bytes]:
    try:
        in_use, last, salt = _INDEX.unpack_from(path.read_bytes())
    except (FileNotFoundError, struct.error):
        return 0, 0, b""
    return in_use, last, salt


def _summed(data: memoryview, sums: _Sums, order: str) -> _Sums:
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}2I", data[: len(data) // 8 * 8]):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
