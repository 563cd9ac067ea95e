"""Opens `archive.db` and brings it to the present tables; knows nothing about articles.

Nothing but this module knows that the engine is SQLite.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from rag.errors import ArchiveError

FILE = "archive.db"
HEAD = "0001"
_BUSY_SECONDS = 30


class Database:
    """The open `archive.db` of one folder, its tables at the present step.

    Raises ArchiveError when there is no archive and `create` is false, when the
    file is not an archive, when it was written by a newer Dateline, and when it is
    older than this Dateline but may not be written.
    """

    def __init__(self, folder: Path, *, create: bool = False, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        path = folder / FILE
        if not path.exists() and not create:
            msg = f"there is no archive in {str(folder)!r}; build one: {ingest_command(folder)}"
            raise ArchiveError(msg)
        self._engine = _engine(path, read_only=read_only)
        try:
            with self.read() as connection:
                step = _step(connection)
            if step != HEAD:
                self._migrate(step)
        except ArchiveError:
            self.close()
            raise

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds an `archive.db`, sound or not."""
        return (folder / FILE).exists()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive throughout."""
        with _translated(self.folder), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes all take effect at the end, or none of them."""
        engine = self._engine.execution_options(writes=True)
        with _translated(self.folder), engine.begin() as connection:
            yield connection

    def _migrate(self, step: str) -> None:
        path = self.folder / FILE
        if step > HEAD:
            msg = (
                f"{path} was written by a newer Dateline (format {step}, this one knows {HEAD}); "
                "upgrade: pip install --upgrade dateline"
            )
            raise ArchiveError(msg)
        if self.read_only:
            command = ingest_command(self.folder)
            msg = f"{path} is of an older format ({step or 'none'}); bring it up to date: {command}"
            raise ArchiveError(msg)
        from alembic import command as alembic  # 0.3 s, needed only when the tables change
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "rag.store:migrations")
        with self.write() as connection:
            config.attributes["connection"] = connection
            alembic.upgrade(config, "head")

    def close(self) -> None:
        """Closes every connection; the database cannot be used afterwards."""
        self._engine.dispose()


def ingest_command(folder: Path) -> str:
    """The command that fills an archive in `folder`, for error messages."""
    return f"dateline ingest PATH... --archive {folder}"


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turns what the database raises into an ArchiveError that says what mends it."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise ArchiveError(_explain(folder, str(getattr(error, "orig", error)))) from error


def _explain(folder: Path, reason: str) -> str:
    path = folder / FILE
    if "not a database" in reason or "malformed" in reason or "no such" in reason:
        return (
            f"{path} is damaged or not a Dateline archive ({reason}); move the folder away "
            f"and build it again: {ingest_command(folder)}"
        )
    if "readonly" in reason or "unable to open" in reason:
        return f"{folder} cannot be written ({reason}); make it writable: chmod -R u+w {folder}"
    if "full" in reason or "disk I/O" in reason:
        return f"no room to write {path} ({reason}); free disk space and run the same command again"
    if "locked" in reason:
        return f"{path} is in use by another program ({reason}); wait for it and try again"
    return f"{path}: {reason}"


def _engine(path: Path, *, read_only: bool) -> Engine:
    mode = "ro" if read_only else "rwc"
    # In WAL mode even a reader writes the -shm file, unless told that nothing changes.
    frozen = "&immutable=1" if read_only and not os.access(path.parent, os.W_OK) else ""
    address = f"{path.resolve().as_uri()}?mode={mode}{frozen}"
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
    if not read_only:
        event.listen(engine, "connect", _prepare_writer)
    return engine


def _begin(connection: Connection) -> None:
    # Left alone, the sqlite3 module keeps reads and table changes outside transactions.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _step(connection: Connection) -> str:
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    if "alembic_version" in tables:
        return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if tables:
        msg = f"file is not a database of Dateline: it holds {', '.join(sorted(tables)[:3])}"
        raise sqlite3.DatabaseError(msg)
    return ""
