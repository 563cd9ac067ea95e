"""Opens the store, a file or a server, and migrates its tables; knows nothing about articles.

What SQLite and PostgreSQL do differently is in `rag.store.sqlite` and `rag.store.postgresql`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, text

from rag.errors import ArchiveError
from rag.store.postgresql import PostgresServer
from rag.store.schema import metadata
from rag.store.sqlite import Named, SqliteFile

HEAD = "0006"
_FOLLOWING = "SELECT {}(hashtextextended(current_schema(), 4098))"
_TRIES = 20
_PAUSE_SECONDS = 0.5
NO_SERVER = SecretStr("")
"""The address where the store is a file in the archive's folder."""

Place = SqliteFile | PostgresServer
"""Where the store is."""


class OldFormatError(ArchiveError):
    """The archive has an older format and was opened read-only."""


def store_place(folder: Path, server: SecretStr) -> Place:
    """Where the store of an archive is: at the server's address, else in its folder."""
    return PostgresServer(folder, server) if server.get_secret_value() else SqliteFile(folder)


class Database:
    """The open store of one archive, migrated to the current tables.

    Raises ArchiveError when there is no archive and `create` is false, when the
    place holds none of ours, when it was written by a newer Dateline, when it is older than
    this Dateline but may not be written, and when the server cannot be reached.
    """

    def __init__(
        self,
        folder: Path,
        server: SecretStr = NO_SERVER,
        *,
        create: bool = False,
        read_only: bool = False,
    ) -> None:
        self.folder = folder
        self.read_only = read_only
        self.place = store_place(folder, server)
        if not create and not self.place.is_there():
            raise ArchiveError(self.place.missing())
        self._frozen = read_only and self.place.is_frozen()
        self._engine = self.place.engine(read_only=read_only)
        self._reading = self.place.reading(self._engine)
        self._notes = self._engine if self.is_shared or not read_only else None
        try:
            with self.read() as connection:
                step = _step(connection, self.place)
                self.place.check(connection)
            if step != HEAD:
                self._migrate(step, create=create)
            self._identity = self._found()
        except ArchiveError:
            self.close()
            raise

    @property
    def is_shared(self) -> bool:
        """Whether processes that do not share the archive's folder may write at the same time."""
        return self.place.is_shared

    @property
    def identity(self) -> str:
        """What tells the archive from its copies: the same to all who share it."""
        found = self._identity
        return str(found[-1] if isinstance(found, tuple) else found)

    @contextmanager
    def following(self) -> Iterator[bool]:
        """Whether nobody else follows the change log meanwhile, on whatever machine.

        Waits a few seconds for somebody who does. In a file, the writer's lock sees to that.
        """
        if not self.is_shared:
            yield True
            return
        alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self.place.translated(), alone.connect() as connection:
            take = text(_FOLLOWING.format("pg_try_advisory_lock"))
            for _ in range(_TRIES):
                if is_alone := bool(connection.scalar(take)):
                    break
                time.sleep(_PAUSE_SECONDS)
            try:
                yield is_alone
            finally:
                if is_alone:
                    connection.scalar(text(_FOLLOWING.format("pg_advisory_unlock")))

    @staticmethod
    def exists(folder: Path, server: SecretStr = NO_SERVER) -> bool:
        """Whether there is an `archive.db`, damaged or not, or whether the server has tables.

        Raises ArchiveError where the server cannot be reached.
        """
        place = store_place(folder, server)
        return not _is_blank(place) if place.is_shared else place.is_there()

    @staticmethod
    def is_blank(folder: Path, server: SecretStr = NO_SERVER) -> bool:
        """Whether there is no store, or one without tables."""
        place = store_place(folder, server)
        return not place.is_there() or _is_blank(place)

    @staticmethod
    def drop(folder: Path, server: SecretStr = NO_SERVER, unknown: Collection[Named] = ()) -> None:
        """Removes all triggers and views from a file, and the `unknown` indexes."""
        place = store_place(folder, server)
        engine = place.engine(read_only=False)
        try:
            with place.translated(), place.writing(engine).begin() as connection:
                place.drop(connection, unknown)
        finally:
            engine.dispose()

    def names(self) -> list[Named]:
        """The tables and indexes of the store, sorted by kind and name."""
        with self.read() as connection:
            return self.place.names(connection)

    def replaced(self) -> bool:
        """Whether the store was removed or replaced since it was opened: then open it again."""
        return self._found() != self._identity or self._frozen != (
            self.read_only and self.place.is_frozen()
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the archive from start to end."""
        with self.place.translated(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes are committed together at the end, or not at all.

        Nobody else writes meanwhile, on whatever machine.
        """
        engine = self.place.writing(self._engine)
        with self.place.translated(), engine.begin() as connection:
            yield connection

    @contextmanager
    def note(self) -> Iterator[Connection]:
        """Like `write`, also if the archive was opened read-only: for what readers add.

        Conversations and remarks need no writer lock; this waits for a busy writer.
        """
        if self._notes is None:
            self._notes = self.place.engine(read_only=False)
        engine = self.place.writing(self._notes)
        with self.place.translated(), engine.begin() as connection:
            yield connection

    def can_note(self) -> bool:
        """Whether this process is allowed to use `note`."""
        with self.place.translated():
            return self.place.can_note(self._engine)

    def verify(self) -> None:
        """Reads a whole file; raises ArchiveError if its pages contradict each other."""
        with self.read() as connection:
            self.place.verify(connection)

    def copy_file(self, path: Path) -> bool:
        """Writes a snapshot of a file to a new one; others may keep writing. False for a server."""
        if isinstance(self.place, PostgresServer):
            return False
        with self.place.translated():
            self.place.copy_to(self._engine, path)
        return True

    def compact(self) -> None:
        """Rewrites the store without deleted content.

        A file needs free space for two more copies of it. Raises ArchiveError if another
        process keeps reading an old state, so that it cannot be overwritten.
        """
        with self.place.translated():
            self.place.compact(self._engine, list(metadata.tables))

    def sizes(self) -> dict[str, int]:
        """The bytes of a store on a server, by the server's name; {} for a file."""
        with self.place.translated():
            return self.place.bytes_used(self._engine)

    def _found(self) -> object:
        with self.place.translated():
            return self.place.identity(self._engine)

    def _migrate(self, step: str, *, create: bool) -> None:
        if step > HEAD:
            msg = (
                f"{self.place} was written by a newer Dateline (format {step}, this one knows "
                f"{HEAD}); upgrade: pip install --upgrade dateline"
            )
            raise ArchiveError(msg)
        if not step and (self.read_only or (self.is_shared and not create)):
            raise ArchiveError(self.place.missing())
        if self.read_only:
            command = f"dateline rebuild --archive {self.folder}"
            msg = f"{self.place} is of an older format ({step}); bring it up to date: {command}"
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


def _is_blank(place: Place) -> bool:
    engine = place.engine(read_only=True)
    try:
        with place.translated(), place.reading(engine).connect() as connection:
            return not place.tables(connection)
    finally:
        engine.dispose()


def _step(connection: Connection, place: Place) -> str:
    """The migration that the tables are at; "" for a store without tables."""
    tables = place.tables(connection)
    step = ""
    if "alembic_version" in tables and "revisions" in tables:
        step = str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
    # Other programs that use Alembic do not number their steps.
    if tables and not step.isdecimal():
        place.refuse_others(tables)
    return step
