"""What `dateline doctor --fix` does: it mends what can be mended without losing anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from embeddings import Encoder
from rag.config import Settings
from rag.errors import ArchiveError, LockedError
from rag.indexes.engines import open_engines
from rag.indexes.opening import ArchiveFolder
from rag.indexes.protocols import IndexFiles
from rag.maintenance.doctor.disk import leftovers, wrong_kinds
from rag.maintenance.doctor.examining import examine
from rag.maintenance.doctor.findings import Finding, Remedy
from rag.store import Store, writer_lock
from rag.store.files import disk_error
from rag.store.inspection import Inspection, delete_strays

_ROUNDS = 3
_Step = tuple[Remedy, str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done and what could not be, in that order, and what is found afterwards."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    findings: tuple[Finding, ...]


def mend(folder: Path, settings: Settings, encoder: Encoder) -> Mended:
    """Mends all that can be mended without losing anything, and examines the archive again.

    Raises LockedError while another process writes.
    """
    done: list[str] = []
    failed: list[str] = []
    found = examine(folder, settings, encoder)
    # What is mended may let more be seen: an old format hides all the rest.
    for _ in range(_ROUNDS):
        wanted = {finding.remedy for finding in found if finding.fixable}
        # What stands in the place of a file makes everything in it look lost.
        wanted = wanted & {"aside"} or wanted
        for remedy, deed, step in _steps(folder, settings, encoder):
            if remedy in wanted and not failed:
                try:
                    step()
                except LockedError:
                    raise
                except ArchiveError as error:
                    failed.append(str(error))
                else:
                    done.append(deed)
        if failed or not wanted:
            break
        found = examine(folder, settings, encoder)
    return Mended(tuple(done), tuple(failed), tuple(found))


def _steps(folder: Path, settings: Settings, encoder: Encoder) -> list[_Step]:
    """What each remedy does; what is made of something comes after it."""
    engines, server = open_engines(settings), settings.store
    files = engines.files
    disk = ArchiveFolder(folder, settings.chunk_tokens, encoder, engines, server)
    return [
        ("aside", "put aside what is no file, or no folder", lambda: _put_aside(folder, files)),
        ("remove", "removed what killed processes left", lambda: _remove(folder)),
        ("foreign", "took out what others had put into archive.db", lambda: _drop_foreign(disk)),
        ("migrate", "brought the tables up to date", lambda: _migrate(disk)),
        ("stray rows", "deleted rows that belong to nothing", lambda: _delete_strays(disk)),
        ("regroup", "compared all articles for copies again", lambda: _regroup(disk)),
        ("rebuild", "rebuilt both indexes", disk.rebuild),
        ("catch up", "brought both indexes up to date", lambda: _catch_up(disk)),
        ("save", "saved the vector index anew", lambda: _catch_up(disk)),
    ]


def _put_aside(folder: Path, indexes: IndexFiles) -> None:
    # The lock itself may be what is wrong, so none is taken.
    try:
        for path in wrong_kinds(folder, indexes):
            path.rename(path.with_name(f"{path.name}.damaged"))
    except OSError as error:
        raise disk_error(folder, error) from error


def _remove(folder: Path) -> None:
    found = leftovers(folder)
    with writer_lock(folder, "doctor"):
        try:
            for path in found:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(folder, error) from error


def _drop_foreign(disk: ArchiveFolder) -> None:
    with writer_lock(disk.folder, "doctor"):
        disk.drop_foreign()
        with closing(disk.database(write=True)) as database:
            unknown = Inspection(database).unknown()
        disk.drop_foreign(unknown)


def _migrate(disk: ArchiveFolder) -> None:
    with writer_lock(disk.folder, "doctor"):
        disk.database(write=True).close()


def _delete_strays(disk: ArchiveFolder) -> None:
    with writer_lock(disk.folder, "doctor"), closing(disk.database(write=True)) as database:
        delete_strays(database)


def _regroup(disk: ArchiveFolder) -> None:
    with writer_lock(disk.folder, "doctor"), closing(disk.database(write=True)) as database:
        store = Store(database)
        store.set_setting("near_duplicates", "")
        store.group_pending()


def _catch_up(disk: ArchiveFolder) -> None:
    with disk.to_write("doctor") as opened:
        opened.dense.save()
