"""One writer at a time: a lock on the archive folder that says who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LockedError
from rag.files import disk_error

_LOCK = "writer.lock"
_HOLDER = "writer.json"


@contextmanager
def writer_lock(folder: Path, purpose: str) -> Iterator[None]:
    """Holds the right to write to `folder`; the system frees it when the process dies.

    Raises LockedError naming the process that writes, and ArchiveError where the
    folder cannot be written.
    """
    lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockedError(_held(folder)) from error
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        _announce(folder / _HOLDER, purpose)
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
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


def _held(folder: Path) -> str:
    try:
        holder = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        who = f"process {holder['pid']} on {holder['host']}, since {holder['since']} "
        who += f"({holder['purpose']})"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return f"{folder} is being written by {who}; wait for it to end, then run the command again"
