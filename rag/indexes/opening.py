"""Opens the parts of an archive folder together, to read or to write; answers nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from pydantic import SecretStr

from embeddings import Encoder
from rag.errors import ArchiveError, LockedError, StaleIndexError
from rag.indexes.dense import DenseIndex, Encoding, Progress, VectorOpening, clear_dense
from rag.indexes.protocols import Engines, LexicalIndex
from rag.store import (
    NO_SERVER,
    Database,
    OldFormatError,
    Store,
    others_waiting,
    store_place,
    writer_lock,
)
from rag.store.sqlite import Named

Locked = Callable[[LockedError], None]
"""Called where another process writes: it waits, and then that is tried again, or raises."""

Turn = tuple[int, int]
"""How many passages were embedded before somebody else wished to write, of how many."""

_FOLLOW_SECONDS = 5.0
"""How often a reader takes in what other machines have stored, at most."""

_LET_IN_SECONDS = 1.0
"""Longer than anybody who waits to write waits from one attempt to the next."""


def give_up(error: LockedError) -> None:
    """Does not wait for another writer."""
    raise error


def wait(_error: LockedError) -> None:
    """Waits a while for another writer."""
    time.sleep(_LET_IN_SECONDS)


def _beyond(before: int, progress: Progress) -> Progress:
    """The progress of what goes on after so many."""
    return lambda done, total: progress(before + done, before + total)


@dataclass(slots=True)
class Opened:
    """What one process holds open of an archive."""

    database: Database
    store: Store
    lexical: LexicalIndex
    dense: DenseIndex

    def close(self) -> None:
        """Closes the files; the parts cannot be used any more."""
        self.lexical.close()
        self.dense.close()
        self.database.close()


class OpenParts:
    """The parts of one archive, open to read for any number of threads, and in step with disk."""

    def __init__(self, folder: ArchiveFolder) -> None:
        self._folder = folder
        self._opened: Opened | None = None
        self._closed = False
        self._followed = 0.0
        self._lock = Lock()

    def now(self) -> Opened:
        """The parts as of this moment: opened at the first call, refreshed at each later one.

        Raises ArchiveError once they were closed.
        """
        self.check_open()
        with self._lock:
            if self._opened is not None and self._opened.database.replaced():
                self._close()
            if self._opened is None:
                self._opened = self._folder.to_read()
            else:
                self._opened.lexical.refresh()
                self._follow_others(self._opened)
                self._opened.dense.refresh()
            return self._opened

    def _follow_others(self, opened: Opened) -> None:
        """Brings the words up to what other machines have stored: nobody does it for them here."""
        if not opened.database.is_shared or time.monotonic() - self._followed < _FOLLOW_SECONDS:
            return
        if opened.lexical.is_behind():
            self._folder.catch_up()
            opened.lexical.refresh()
            self._followed = time.monotonic()

    def check_open(self) -> None:
        """Raises ArchiveError once the parts were closed."""
        if self._closed:
            folder = str(self._folder.folder)
            msg = f"the archive {folder!r} is closed; open it again: Archive.open({folder!r})"
            raise ArchiveError(msg)

    def release(self) -> None:
        """Closes the files; the next call of `now` opens them again."""
        with self._lock:
            self._close()

    def close(self) -> None:
        """Closes the files for good."""
        self._closed = True
        self.release()

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None


class ArchiveFolder:
    """One archive on disk: whether it is there, and its parts, opened in step with each other."""

    def __init__(
        self,
        folder: Path,
        chunk_tokens: int,
        encoder: Encoder,
        engines: Engines,
        server: SecretStr = NO_SERVER,
    ) -> None:
        self.folder = folder
        self._server = server
        self._chunk_tokens = chunk_tokens
        self._encoder = encoder
        self._engines = engines
        self._vectors = VectorOpening(folder, engines.vectors)

    def exists(self) -> bool:
        """Whether there is an archive; raises ArchiveError where its server cannot be reached."""
        return Database.exists(self.folder, self._server)

    def database(self, *, write: bool = False) -> Database:
        """The store alone, without the indexes; raises ArchiveError without an archive."""
        return Database(self.folder, self._server, create=write, read_only=not write)

    def drop_foreign(self, unknown: Collection[Named] = ()) -> None:
        """Removes triggers and views from an `archive.db`, and the `unknown` indexes."""
        Database.drop(self.folder, self._server, unknown)

    def to_read(self) -> Opened:
        """The parts, opened to read, with the words of all that is stored where that can be.

        Raises ArchiveError without an archive.
        """
        self._require()
        try:
            opened = self._open(write=False)
        except OldFormatError:
            self.catch_up()
            opened = self._open(write=False)
        if opened.lexical.is_behind():
            try:
                self.catch_up()
            except ArchiveError as error:
                # Without any index nothing would be found, which is no answer.
                if not opened.lexical.change:
                    opened.close()
                    msg = f"the word index is missing and cannot be built: {error}"
                    raise ArchiveError(msg) from error
            opened.lexical.refresh()
            opened.dense.refresh()
        return opened

    @contextmanager
    def to_write(self, purpose: str, *, create: bool = False) -> Iterator[Opened]:
        """The parts, opened to write; with `create` the folder is made where there is none.

        Raises LockedError while another process writes.
        """
        if create:
            self._make()
        else:
            self._require()
        with writer_lock(self.folder, purpose):
            opened = self._open(write=True)
            try:
                opened.lexical.follow()
                yield opened
            finally:
                opened.close()

    @contextmanager
    def to_write_when_free(self, purpose: str, locked: Locked) -> Iterator[Opened]:
        """The parts, opened to write; `locked` is called until no other process writes."""
        with ExitStack() as stack:
            opened = None
            while opened is None:
                try:
                    opened = stack.enter_context(self.to_write(purpose))
                except LockedError as error:
                    locked(error)
            yield opened

    def embed(self, progress: Progress, locked: Locked, workers: Encoding | None = None) -> int:
        """Embeds every passage that has no vector yet; returns how many there were.

        Whoever else wishes to write is let in between two batches, and then waited for;
        `locked` is called where another process writes at the beginning.
        """
        with self.to_write_when_free("embed", locked) as opened:
            turn = self.embed_in_turn(opened, progress, workers)
        return self.embed_the_rest(turn, progress, workers)

    def embed_in_turn(
        self, opened: Opened, progress: Progress, workers: Encoding | None = None
    ) -> Turn:
        """Embeds passages until somebody else wishes to write; how many of how many."""
        return opened.dense.embed(progress, others_waiting(self.folder), workers)

    def embed_the_rest(
        self, turn: Turn, progress: Progress, workers: Encoding | None = None
    ) -> int:
        """Goes on after a turn whose lock has been given up; returns how many there were in all."""
        embedded, pending = turn
        while embedded < pending:
            time.sleep(_LET_IN_SECONDS)
            with self.to_write_when_free("embed", wait) as opened:
                done, left = self.embed_in_turn(opened, _beyond(embedded, progress), workers)
            embedded, pending = embedded + done, embedded + left
        return embedded

    def rebuild(self) -> None:
        """Builds both indexes again from the store and the vectors already computed.

        A damaged `vectors.db` is put aside; what can be read of it is taken over. Articles
        that are not yet compared with others for copies are.
        """
        self._require()
        with writer_lock(self.folder, "rebuild"):
            self._clear_indexes()
            opened = self._open(write=True)
            try:
                opened.store.group_pending()
                opened.lexical.follow()
                opened.dense.save()
            finally:
                opened.close()

    def catch_up(self) -> None:
        """Finishes what a killed writer left, unless one is at work: the words of articles."""
        with suppress(LockedError), self.to_write("open"):
            pass

    def _open(self, *, write: bool) -> Opened:
        self._refuse_lost_store()
        database = self.database(write=write)
        with ExitStack() as undo:
            undo.callback(database.close)
            store = Store(database)
            if write:
                self._settle(store)
            lexical = self._engines.lexical.open(self.folder, store, read_only=not write)
            undo.callback(lexical.close)
            lexical.check()
            dense = DenseIndex(store, self._encoder, self._vectors, read_only=not write)
            undo.pop_all()
        return Opened(database, store, lexical, dense)

    def _clear_indexes(self) -> None:
        self._refuse_lost_store()
        database = Database(self.folder, self._server)
        try:
            store = Store(database)
            store.verify_all()
            clear_dense(self._vectors, store, self._encoder)
        finally:
            database.close()
        self._engines.lexical.delete(self.folder)

    def _settle(self, store: Store) -> None:
        """Keeps the passage length with the archive; another one later is an error."""
        wanted = str(self._chunk_tokens)
        kept = store.first_setting("chunk_tokens", wanted)
        if kept != wanted:
            msg = (
                f"{self.folder} holds passages of {kept} tokens, the settings ask for {wanted}; "
                f"set DATELINE_CHUNK_TOKENS={kept}, or ingest into another folder"
            )
            raise StaleIndexError(msg)

    def _refuse_lost_store(self) -> None:
        """Raises where indexes tell of articles that the store does not know."""
        engines = (self._engines.lexical, self._engines.vectors)
        if any(engine.exists(self.folder) for engine in engines) and Database.is_blank(
            self.folder, self._server
        ):
            raise ArchiveError(store_place(self.folder, self._server).lost())

    def _make(self) -> None:
        if self._server.get_secret_value():
            # A server that is down must leave no empty folder behind.
            self.exists()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = (
                f"cannot make the folder {self.folder} ({error.strerror}); name another: --archive"
            )
            raise ArchiveError(msg) from error

    def _require(self) -> None:
        if not self.exists():
            raise ArchiveError(store_place(self.folder, self._server).missing())
        if self._server.get_secret_value():
            self._make()
