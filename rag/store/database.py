"""Opens `archive.db` and migrates its tables; knows nothing about articles.

Only this module knows that the engine is SQLite.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import QueuePool

from rag.errors import ArchiveError
from rag.store.rows import DamagedRowError

FILE = "archive.db"
HEAD = "0005"
ENGINE = {"sqlite": sqlite3.sqlite_version}
_BUSY_SECONDS = 30
_NO_RIGHT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CUT_SHORT = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ}


Named = tuple[str, str]
"""A table or an index of a file: its kind, such as "table", and its name."""

_DEFINED = (
    "SELECT type, name FROM sqlite_master "
    "WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite|_%' ESCAPE '|' ORDER BY 1, 2"
)
_FOREIGN = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1, 2"


class ForeignSchemaError(ArchiveError):
    """The file has a trigger or a view: Dateline defines none, and they could change articles."""


class OldFormatError(ArchiveError):
    """The archive has an older format and was opened read-only."""


class Database:
    """The open `archive.db` of one folder, migrated to the current tables.

    Raises ArchiveError when there is no archive and `create` is false, when the
    file is not an archive, when it was written by a newer Dateline, and when it is
    older than this Dateline but may not be written.
    """

    def __init__(self, folder: Path, *, create: bool = False, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        path = folder / FILE
        if not path.exists() and not create:
            raise ArchiveError(_missing(folder))
        self._frozen = read_only and _is_frozen(path)
        self._engine = _engine(path, read_only=read_only, frozen=self._frozen)
        self._notes = None if read_only else self._engine
        try:
            with self.read() as connection:
                step = _step(connection)
                foreign = _foreign(connection)
            if foreign:
                raise ForeignSchemaError(_has_foreign(folder, foreign))
            if step != HEAD:
                self._migrate(step)
            self._identity = _identity(path)
        except ArchiveError:
            self.close()
            raise

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder has an `archive.db`, damaged or not."""
        return (folder / FILE).exists()

    @staticmethod
    def is_blank(folder: Path) -> bool:
        """Whether the folder has no `archive.db`, or one without tables."""
        if not Database.exists(folder):
            return True
        engine = _engine(folder / FILE, read_only=True, frozen=_is_frozen(folder / FILE))
        try:
            with _translated(folder), engine.connect() as connection:
                return not _tables(connection)
        finally:
            engine.dispose()

    @staticmethod
    def drop(folder: Path, unknown: Collection[Named] = ()) -> None:
        """Removes all triggers and views from a file, and the `unknown` indexes."""
        engine = _engine(folder / FILE, read_only=False, frozen=False)
        writing = engine.execution_options(writes=True)
        try:
            with _translated(folder), writing.begin() as connection:
                indexes = [(kind, name) for kind, name in unknown if kind == "index"]
                for kind, name in [*_foreign(connection), *indexes]:
                    quoted = name.replace('"', '""')
                    connection.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')
        finally:
            engine.dispose()

    def names(self) -> list[Named]:
        """The tables and indexes of the file, sorted by kind and name."""
        with self.read() as connection:
            return _named(connection, _DEFINED)

    def replaced(self) -> bool:
        """Whether the file was removed or replaced since it was opened: then open it again."""
        path = self.folder / FILE
        return _identity(path) != self._identity or self._frozen != (
            self.read_only and _is_frozen(path)
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive from start to end."""
        with _translated(self.folder), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes are committed together at the end, or not at all."""
        engine = self._engine.execution_options(writes=True)
        with _translated(self.folder), engine.begin() as connection:
            yield connection

    @contextmanager
    def note(self) -> Iterator[Connection]:
        """Like `write`, also if the archive was opened read-only: for what readers add.

        Conversations and remarks need no writer lock; this waits for a busy writer.
        """
        if self._notes is None:
            self._notes = _engine(self.folder / FILE, read_only=False, frozen=False)
        engine = self._notes.execution_options(writes=True)
        with _translated(self.folder), engine.begin() as connection:
            yield connection

    def can_note(self) -> bool:
        """Whether the file system lets this process use `note`."""
        return os.access(self.folder / FILE, os.W_OK) and os.access(self.folder, os.W_OK)

    def verify(self) -> None:
        """Reads the whole file; raises ArchiveError if its pages contradict each other."""
        with self.read() as connection:
            found = connection.scalar(text("PRAGMA integrity_check(1)"))
        if found != "ok":
            raise ArchiveError(damaged_store(self.folder, str(found)))

    def copy_to(self, path: Path) -> None:
        """Writes a snapshot of the archive to a new file; others may keep writing."""
        with _translated(path.parent), closing(sqlite3.connect(path)) as copy:
            connection = self._engine.raw_connection()
            try:
                connection.driver_connection.backup(copy)  # type: ignore[union-attr]
            finally:
                connection.close()

    def compact(self) -> None:
        """Rewrites the file without deleted content and empties its log.

        Needs free space for two more copies of the file. Raises ArchiveError if another
        process keeps reading an old state, so that the log cannot be emptied.
        """
        with _translated(self.folder):
            connection = self._engine.raw_connection()
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
                f"{self.folder / FILE} is being read by another process, so that its log still "
                f"holds what was deleted; run it again: dateline compact --archive {self.folder}"
            )
            raise ArchiveError(msg)

    def _migrate(self, step: str) -> None:
        path = self.folder / FILE
        if step > HEAD:
            msg = (
                f"{path} was written by a newer Dateline (format {step}, this one knows {HEAD}); "
                "upgrade: pip install --upgrade dateline"
            )
            raise ArchiveError(msg)
        if self.read_only and not step:
            raise ArchiveError(_missing(self.folder))
        if self.read_only:
            command = f"dateline rebuild --archive {self.folder}"
            msg = f"{path} is of an older format ({step}); bring it up to date: {command}"
            raise OldFormatError(msg)
        from alembic import command as alembic  # 0.3 s, needed only when the tables change
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "rag.store:migrations")
        with self.write() as connection:
            config.attributes["connection"] = connection
            alembic.upgrade(config, "head")

    def close(self) -> None:
        """Closes every connection; the database cannot be used afterwards."""
        for engine in (self._engine, self._notes):
            if engine is not None:
                engine.dispose()


def ingest_command(folder: Path) -> str:
    """The command that ingests into an archive in `folder`, for error messages."""
    return f"dateline ingest PATH... --archive {folder}"


def _missing(folder: Path) -> str:
    return f"there is no archive in {str(folder)!r}; build one: {ingest_command(folder)}"


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turns errors of the database into an ArchiveError that says how to fix it."""
    try:
        yield
    except IntegrityError as error:
        msg = f"{folder / FILE}: {error.orig}"
        raise ArchiveError(msg) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        original = getattr(error, "orig", error)
        # Errors that the sqlite3 module raises itself have no code.
        code = getattr(original, "sqlite_errorcode", 0)
        raise ArchiveError(_explain(folder, code, str(original))) from error
    except (DamagedRowError, json.JSONDecodeError) as error:
        raise ArchiveError(damaged_store(folder, str(error))) from error


def _explain(folder: Path, code: int, reason: str) -> str:
    path = folder / FILE
    if not path.exists():
        return _missing(folder)
    if code & 0xFF in _NO_RIGHT:
        return f"{path} cannot be opened or written ({reason}); allow it: chmod -R u+rwX {folder}"
    if code & 0xFF == sqlite3.SQLITE_FULL or (
        code & 0xFF == sqlite3.SQLITE_IOERR and code not in _CUT_SHORT
    ):
        return f"no room to write {path} ({reason}); free disk space and run the same command again"
    if code & 0xFF in _IN_USE:
        return f"{path} is in use by another program ({reason}); wait for it and try again"
    return damaged_store(folder, reason)


def damaged_store(folder: Path, reason: str) -> str:
    """The error message for a folder with a damaged `archive.db`."""
    one_line = " ".join(reason.split())
    return (
        f"{folder / FILE} is damaged or not a Dateline archive ({one_line}); move the folder away "
        f"and build it again: mv {folder} {folder}.damaged; {ingest_command(folder)}"
    )


def _is_frozen(path: Path) -> bool:
    """Whether no process writes the file (no log, no index) and this one may not write it."""
    if os.access(path.parent, os.W_OK):
        return False
    log, index = path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
    return not index.exists() and not (log.exists() and log.stat().st_size)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _engine(path: Path, *, read_only: bool, frozen: bool) -> Engine:
    mode = "ro" if read_only else "rwc"
    # In WAL mode even a reader needs the -shm file, except with `immutable`.
    address = f"{path.resolve().as_uri()}?mode={mode}{'&immutable=1' if frozen else ''}"
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


def _step(connection: Connection) -> str:
    """The migration that the tables are at; "" for a file without tables."""
    tables = _tables(connection)
    if "alembic_version" in tables and "revisions" in tables:
        return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if tables:
        msg = f"file is not a database of Dateline: it holds {', '.join(sorted(tables)[:3])}"
        raise sqlite3.DatabaseError(msg)
    return ""


def _named(connection: Connection, query: str) -> list[Named]:
    return [(row.type, row.name) for row in connection.execute(text(query))]


def _foreign(connection: Connection) -> list[Named]:
    """The triggers and views of a file: Dateline has none, and each would run foreign code."""
    return _named(connection, _FOREIGN)


def _has_foreign(folder: Path, foreign: Sequence[Named]) -> str:
    names = ", ".join(f"the {kind} {name!r:.80}" for kind, name in foreign[:3])
    more = f" and {len(foreign) - 3:,} more" if len(foreign) > 3 else ""
    return (
        f"{folder / FILE} holds {names}{more}, which Dateline never makes and which could change "
        f"articles; take them out: dateline doctor --fix --archive {folder}"
    )


def _tables(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
