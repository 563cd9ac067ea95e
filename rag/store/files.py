"""Replaces files atomically, and explains errors of the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from rag.errors import ArchiveError

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
