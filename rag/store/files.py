"""Replaces files atomically, explains errors of the disk, and lets one process write at a time."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import ArchiveError, LockedError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def write_atomically(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Replaces `path` by `content`; a kill or a full disk leaves the old file.

    It writes a temporary file in the same folder, flushes it to disk and renames it. The
    permissions never exceed `mode`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        created = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(created, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def disk_error(path: Path, error: OSError) -> ArchiveError:
    """An error that says what failed at `path` and how to fix it."""
    reason = error.strerror or str(error)
    if error.errno in NO_ROOM:
        return ArchiveError(
            f"no room to write {path} ({reason}); free disk space and run the same command again"
        )
    if error.errno == errno.EROFS:
        return ArchiveError(
            f"{path} is on a disk that can only be read ({reason}); copy the archive to another "
            "disk, and name the copy with --archive"
        )
    if error.errno in NO_RIGHT:
        return ArchiveError(
            f"{path} cannot be read or written ({reason}); allow it: chmod -R u+rwX {path}"
        )
    return ArchiveError(f"{path} cannot be read or written ({reason}); mend that and try again")


LOCK = "writer.lock"
HOLDER = "writer.json"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes to a folder ("" for nobody), what for, and whether the process may be running."""

    who: str = ""
    working: bool = False
    purpose: str = ""


def holder(folder: Path) -> Holder:
    """Who writes to `folder` according to its note; takes no lock.

    A process on another machine cannot be checked, so it counts as running.
    """
    try:
        noted = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        pid, host = int(noted["pid"]), noted["host"]
        who = f"process {pid} on {host}, since {noted['since']} ({noted['purpose']})"
    except FileNotFoundError:
        return Holder()
    except (OSError, ValueError, TypeError, KeyError):
        return Holder("another process")
    working = host != socket.gethostname() or is_running(pid)
    return Holder(who, working, str(noted["purpose"]))


def is_running(pid: int) -> bool:
    """Whether a process with this id runs on this machine."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def others_waiting(folder: Path) -> Callable[[], bool]:
    """A function that says whether another process has tried to get the lock since this call.

    A process that does not get the lock changes the time of its file.
    """
    path = folder / LOCK
    since = path.stat().st_mtime_ns
    return lambda: path.stat().st_mtime_ns != since


@contextmanager
def writer_lock(folder: Path, purpose: str) -> Iterator[None]:
    """Holds the writer's lock on `folder`; the system frees it when the process dies.

    Raises LockedError naming the process that writes, and ArchiveError if the folder is
    not writable.
    """
    lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        with suppress(OSError):
            os.utime(folder / LOCK)
        who = holder(folder).who or "another process"
        msg = f"{folder} is being written by {who}; wait for it to end, then run the command again"
        raise LockedError(msg) from error
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        _announce(folder / HOLDER, purpose)
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _announce(path: Path, purpose: str) -> None:
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "purpose": purpose,
    }
    try:
        path.write_text(json.dumps(holder), encoding="utf-8")
    except OSError as error:
        raise disk_error(path, error) from error
