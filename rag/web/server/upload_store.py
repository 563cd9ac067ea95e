"""Stores uploaded files until they are read, limited in number, size and time."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from filelock import FileLock, Timeout

_LOOK_SECONDS = 60.0
_LOCK = "in-use.lock"


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The limits of waiting files: bytes and files of one reader, bytes of all, seconds."""

    reader_bytes: int = 200 << 20
    reader_files: int = 100
    all_bytes: int = 1 << 30
    seconds: float = 30 * 60.0


@dataclass(slots=True)
class _Waiting:
    reader: str
    size: int
    since: float
    in_use: bool = False


class UploadStore:
    """The uploaded files that are not read yet, by path and sender.

    Safe to call from any thread. `clock` returns seconds.
    """

    def __init__(
        self,
        folder: Path,
        limits: UploadLimits = UploadLimits(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._limits = limits
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._reserved: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def reserve(self, reader: str, size: int) -> Iterator[str]:
        """Reserves `size` bytes for `reader`; yields "", or why there is no room."""
        self.remove_expired()
        with self._lock:
            refusal = self._refusal(reader, size)
            if not refusal:
                self._reserved[reader] = self._reserved.get(reader, 0) + size
        try:
            yield refusal
        finally:
            if not refusal:
                with self._lock:
                    self._reserved[reader] -= size

    def has_room(self, reader: str, files: int) -> bool:
        """Whether so many more files of the reader may wait."""
        with self._lock:
            return len(self._own(reader)) + files <= self._limits.reader_files

    def _own(self, reader: str) -> list[_Waiting]:
        return [each for each in self._waiting.values() if each.reader == reader]

    def _refusal(self, reader: str, size: int) -> str:
        own, limits = self._own(reader), self._limits
        waiting_bytes = sum(each.size for each in own) + self._reserved.get(reader, 0)
        if waiting_bytes + size > limits.reader_bytes or len(own) >= limits.reader_files:
            return (
                f"your files that wait to be added have {waiting_bytes >> 20} MB of "
                f"{limits.reader_bytes >> 20} MB, and are {len(own)} of {limits.reader_files}; "
                f"add them first, or wait {limits.seconds / 60:.0f} minutes"
            )
        if self._on_disk() + sum(self._reserved.values()) + size > limits.all_bytes:
            return "too many files wait to be added; try again in some minutes"
        return ""

    def _on_disk(self) -> int:
        """The bytes of all files, interrupted uploads included."""
        return sum(each.stat().st_size for each in self.folder.rglob("*") if each.is_file())

    def admit(self, reader: str, path: Path) -> Path:
        """Moves an uploaded file to a secret path of the reader; returns the path.

        Raises OSError if the file is gone.
        """
        own = self.folder / secrets.token_hex(16)
        own.mkdir(mode=0o700)
        moved = own / path.name
        try:
            path.rename(moved)
        except OSError:
            own.rmdir()
            raise
        with self._lock:
            self._waiting[str(moved)] = _Waiting(reader, moved.stat().st_size, self._clock())
        return moved

    def owns(self, reader: str, path: str) -> bool:
        """Whether `path` is a file of this reader that is not being read yet."""
        waiting = self._waiting.get(path)
        return waiting is not None and waiting.reader == reader and not waiting.in_use

    @contextmanager
    def take(self, paths: Sequence[str]) -> Iterator[list[Path]]:
        """Yields the stored ones of the paths, to be read; deletes them afterwards."""
        files = []
        with self._lock:
            for path in dict.fromkeys(paths):
                if (waiting := self._waiting.get(path)) and not waiting.in_use:
                    waiting.in_use = True
                    files.append(Path(path))
        try:
            yield files
        finally:
            for file in files:
                self._forget(file)

    def remove_expired(self) -> None:
        """Deletes files that were not read in time and the remains of interrupted uploads."""
        oldest = self._clock() - self._limits.seconds
        with self._lock:
            known = list(self._waiting.items())
        for path, waiting in known:
            if not waiting.in_use and waiting.since <= oldest:
                self._forget(Path(path))
        named = {path for path, _ in known} | {str(self.folder / _LOCK)}
        for file in self.folder.rglob("*"):
            with suppress(OSError):
                if str(file) not in named and file.is_file() and file.stat().st_mtime <= oldest:
                    file.unlink()

    @asynccontextmanager
    async def expiring(self) -> AsyncIterator[None]:
        """Deletes expired files every minute until the context ends."""

        async def watch() -> None:
            """Removes uploads whose time is up, for ever."""
            while True:
                await anyio.sleep(_LOOK_SECONDS)
                await anyio.to_thread.run_sync(self.remove_expired)

        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            yield
            group.cancel_scope.cancel()

    def _forget(self, path: Path) -> None:
        shutil.rmtree(path.parent, ignore_errors=True)
        with self._lock:
            self._waiting.pop(str(path), None)


@contextmanager
def private_uploads() -> Iterator[Path]:
    """Yields a folder for uploads that only this user may read; deletes it at the end.

    What processes left there that were killed is deleted first. Pages must be built in it: Gradio
    learns of the folder from the environment.
    """
    with _base() as base, _claimed(base) as folder:
        before = os.environ.get("GRADIO_TEMP_DIR")
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        try:
            yield folder
        finally:
            os.environ.pop("GRADIO_TEMP_DIR")
            if before is not None:
                os.environ["GRADIO_TEMP_DIR"] = before


@contextmanager
def _base() -> Iterator[Path]:
    """A lasting folder of this user only; a temporary one if others could change it."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    base = Path(tempfile.gettempdir()) / f"dateline-{user}"
    base.mkdir(mode=0o700, exist_ok=True)
    status = base.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == user
    if own and not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield base
    else:
        with TemporaryDirectory(prefix="dateline-") as folder:
            yield Path(folder)


@contextmanager
def _claimed(base: Path) -> Iterator[Path]:
    """A new folder in `base`, locked as long as this process lives; unlocked ones are deleted."""
    with FileLock(base / "starting.lock"):
        for each in filter(Path.is_dir, base.iterdir()):
            with suppress(Timeout, OSError), FileLock(each / _LOCK, timeout=0):
                shutil.rmtree(each, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix="uploads-", dir=base))
        lock = FileLock(folder / _LOCK)
        lock.acquire()
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
