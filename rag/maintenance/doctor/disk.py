"""What the doctor sees of an archive's folder from outside, before any file is opened."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from rag.indexes.dense import VECTORS
from rag.indexes.protocols import IndexFiles
from rag.maintenance.doctor.findings import Finding, listed
from rag.store import ingest_command
from rag.store.files import HOLDER, LOCK, holder
from rag.store.sqlite import FILE, torn_log

_FILES = (FILE, VECTORS, HOLDER, LOCK, "inputs.db")
_TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp$")
_FEW_BYTES = 50_000_000


def check_files(folder: Path, indexes: IndexFiles, *, on_server: bool) -> Iterator[Finding]:
    """Whether every file is there, is a file, and may be read.

    A store that is `on_server` needs no `archive.db`, and with the folder nothing is lost.
    """
    if on_server and not folder.exists():
        return
    if not on_server and not (folder / FILE).exists():
        what = f"there is no {FILE} in {str(folder)!r}"
        yield Finding("files", "fatal", what, "There is no archive.", ingest_command(folder))
        return
    for path in wrong_kinds(folder, indexes):
        fatal = path.name == FILE
        kind = "a folder, not a file" if path.is_dir() else "a file, not a folder"
        yield Finding(
            "files",
            "fatal" if fatal else "wrong",
            f"{path} is {kind}",
            "What should be in its place cannot be read or written.",
            f"mv {path} {path}.damaged; dateline rebuild --archive {folder}",
            "" if fatal else "aside",
        )
    hidden = [path for path in _walked(folder) if not os.access(path, os.R_OK)]
    if hidden:
        yield Finding(
            "files",
            "fatal",
            f"{listed([str(path) for path in hidden])} cannot be read: permission denied",
            "The archive cannot be used before they can.",
            f"chmod -R u+rwX {folder}",
        )
    elif not os.access(folder, os.W_OK):
        what = f"{folder} cannot be written to"
        means = "It can be searched, but nothing can be added or mended."
        mounted = os.statvfs(folder).f_flag & os.ST_RDONLY
        allow = f"mount -o remount,rw {folder}" if mounted else f"chmod -R u+rwX {folder}"
        yield Finding("files", "note", what, means, allow)


def wrong_kinds(folder: Path, indexes: IndexFiles) -> list[Path]:
    """What is a folder in the place of a file, or a file in the place of a folder."""
    files = [folder / name for name in (*_FILES, *indexes.files)]
    folders = [folder / name for name in indexes.folders]
    found = [path for path in files if path.is_dir()]
    return found + [path for path in folders if path.exists() and not path.is_dir()]


def check_leftovers(folder: Path, indexes: IndexFiles) -> Iterator[Finding]:
    """What killed processes have left behind, unless one is at work."""
    left = leftovers(folder)
    if left:
        what = f"a process that was killed left {listed([path.name for path in left])}"
        means = "They take room and are otherwise harmless."
        command = f"dateline doctor --fix --archive {folder}"
        yield Finding("leftovers", "note", what, means, command, "remove")
    pending = [folder / name for name in indexes.pending if (folder / name).exists()]
    if pending and not holder(folder).working:
        what = f"saving an index was cut off: {listed([p.name for p in pending])} is left"
        means = "The index is read from it, or from the one before; nothing is lost."
        command = f"dateline doctor --fix --archive {folder}"
        yield Finding("leftovers", "note", what, means, command, "save")
    for path in sorted(folder.glob("*.damaged")):
        what = f"{path} is what an earlier repair put aside"
        yield Finding("leftovers", "note", what, "Nothing reads it.", f"rm -r {path}")


def leftovers(folder: Path) -> list[Path]:
    """Files of processes that are no more: temporary ones, and the note of who writes."""
    writer = holder(folder)
    if writer.working:
        return []
    found = [path for path in _walked(folder) if _TEMPORARY.match(path.name)]
    return [*found, folder / HOLDER] if writer.who else found


def check_room(folder: Path) -> Iterator[Finding]:
    """Whether the disk has room for what the archive's commands write."""
    sizes = {path: path.stat().st_size for path in _walked(folder) if path.is_file()}
    held, free = sum(sizes.values()), shutil.disk_usage(folder).free
    # A database is written anew into a temporary file, and from there into its own log.
    compacting = 2 * max(sizes.get(folder / name, 0) for name in (FILE, VECTORS))
    if free < max(held, compacting) + _FEW_BYTES:
        short = free < max(held // 10, _FEW_BYTES)
        yield Finding(
            "disk",
            "odd" if short else "note",
            f"{free / 1e6:,.0f} MB are free, the archive has {held / 1e6:,.0f} MB",
            "Ingesting or rebuilding may find no room; a backup beside it would not. Compacting "
            f"takes {compacting / 1e6:,.0f} MB for a while.",
            f"df -h {folder}  # then free some space there",
        )


def check_log(folder: Path) -> Iterator[Finding]:
    """Whether the log of the store is whole up to its end."""
    if holder(folder).working:
        return
    if torn := torn_log(folder / FILE):
        yield lost_changes(folder, torn)


def lost_changes(folder: Path, what: str) -> Finding:
    """The finding that what was stored last is not in `archive.db` any more."""
    return Finding(
        "log",
        "wrong",
        what,
        "Articles that were stored last are lost; they are in again once they are ingested again.",
        f"dateline rebuild --archive {folder}; {ingest_command(folder)}",
    )


def _walked(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_symlink())
