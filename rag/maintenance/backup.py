"""Copies of an archive that can be trusted: taken while others write, checked before and after.

A backup is a folder: an archive like any other, which can be searched where it lies, with
`backup.json` beside it, which has the size and the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embeddings import EmbeddingError, Encoder, VectorCache
from rag.config import Settings
from rag.errors import ArchiveError
from rag.indexes.dense import VECTORS
from rag.indexes.engines import open_engines
from rag.indexes.opening import ArchiveFolder
from rag.indexes.protocols import Engines, IndexFiles
from rag.maintenance.doctor import examine
from rag.maintenance.holdings import versions
from rag.store import NO_SERVER, Database, Store
from rag.store.copying import copy_rows
from rag.store.files import disk_error, is_running, write_atomically
from rag.store.sqlite import FILE

LIST = "backup.json"
FORMAT = 1
_DATABASES = (r"archive\.db", r"vectors\.db")
_PARTIAL = re.compile(r"\..+\.(\d+)(?:@(.+))?\.partial")
_FORGOTTEN_SECONDS = 24 * 3600
"""After which nobody on another machine can be at work on a copy."""
_OF_AN_ARCHIVE = r"\.?(?:archive|vectors|inputs)\.db|\.?backup\.json|writer\."
_OF_THE_SETTINGS = "encoder"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """How long a file is, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: its files by name, and the indexes that `restore` builds again.

    An index is left out where another process changed it each time that it was copied.
    """

    made: str
    archive_id: str
    articles: int
    files: dict[str, FileFacts]
    rebuilt: tuple[str, ...]
    versions: dict[str, str]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files.values())


Note = Callable[[str], None]
"""Called with a line on what was cleared away."""


def _silent(_line: str) -> None: ...


def back_up(
    folder: Path, target: Path, settings: Settings, encoder: Encoder, note: Note = _silent
) -> Backup:
    """Copies the archive in `folder`, which may be in use, to the new folder `target`.

    `target` is there whole and examined, or not at all. Raises ArchiveError where it is
    there already, where the disk refuses, and where the archive is not sound. What a killed
    backup or restore has left beside it is removed, and noted.
    """
    engines = open_engines(settings)
    clear_partial(target, engines.files, note)
    with closing(Database(folder, settings.store, read_only=True)) as database:
        database.verify()
        with appearing(target) as copy:
            backup = _copied(folder, copy, database, engines)
            _refuse_unsound(copy, folder, settings, encoder)
            write_atomically(copy / LIST, json.dumps(asdict(backup), indent=2).encode())
    return backup


def _copied(folder: Path, copy: Path, database: Database, engines: Engines) -> Backup:
    # The indexes first: one that is older than the store catches up, a newer one cannot.
    store = Store(database)
    rebuilt = copy_indexes(folder, copy, engines, store.archive_id)
    if not database.copy_file(copy / FILE):
        with closing(Database(copy, create=True)) as made:
            copy_rows(database, made)
    copy_vectors(folder, copy)
    with closing(Database(copy, read_only=True)) as copied:
        articles, _ = Store(copied).counts()
    _drop_side_files(copy)
    return Backup(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        archive_id=store.archive_id,
        articles=articles,
        files={
            path.relative_to(copy).as_posix(): _facts(path)
            for path in sorted(copy.rglob("*"))
            if _is_kept(path)
        },
        rebuilt=rebuilt,
        versions=versions(engines, database.place),
    )


def copy_indexes(folder: Path, copy: Path, engines: Engines, archive_id: str) -> tuple[str, ...]:
    """Copies both indexes; the names of those that changed under way, and are left out."""
    both = (("lexical", engines.lexical), ("dense", engines.vectors))
    return tuple(
        name
        for name, engine in both
        if engine.exists(folder) and not engine.copy(folder, copy, archive_id)
    )


def copy_vectors(folder: Path, copy: Path) -> None:
    """Copies what was embedded; raises ArchiveError where it is damaged."""
    if not (folder / VECTORS).exists():
        return
    try:
        with closing(VectorCache(folder / VECTORS, read_only=True)) as cache:
            cache.copy_to(copy / VECTORS)
    except EmbeddingError as error:
        msg = f"{error}; see: dateline doctor --archive {folder}"
        raise ArchiveError(msg) from error


def _is_kept(path: Path) -> bool:
    return path.is_file() and not path.name.endswith((".lock", ".tmp"))


def restore(
    source: Path, target: Path, settings: Settings, encoder: Encoder, note: Note = _silent
) -> Backup:
    """Makes the archive of the backup in `source` anew in the folder `target`.

    Nothing is taken from a backup of which any file is not what its list says. An index
    that was left out is built again. Raises ArchiveError for all that stops it; `target` is
    there whole, or not at all. What a killed backup or restore has left is removed, and noted.
    """
    engines = open_engines(settings)
    clear_partial(target, engines.files, note)
    backup = read_backup(source, engines.files)
    with appearing(target) as copy:
        for name, expected in backup.files.items():
            (copy / name).parent.mkdir(exist_ok=True, parents=True)
            shutil.copyfile(source / name, copy / name)
            _compare(copy / name, expected)
        if backup.rebuilt:
            ArchiveFolder(copy, settings.chunk_tokens, encoder, engines).rebuild()
        _refuse_unsound(copy, source, settings, encoder)
    return backup


def read_backup(source: Path, indexes: IndexFiles) -> Backup:
    """The list of a backup of which every file is what it says; else raises ArchiveError."""
    try:
        listed = json.loads((source / LIST).read_bytes())
        backup = _listed(listed, indexes)
    except FileNotFoundError as error:
        msg = f"{str(source)!r} is no backup: it has no {LIST}; name a folder of dateline backup"
        raise ArchiveError(msg) from error
    except OSError as error:
        raise disk_error(source / LIST, error) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"{source / LIST} is damaged ({error}); use another backup"
        raise ArchiveError(msg) from error
    for name, expected in backup.files.items():
        if (source / name).is_symlink() or (source / name).parent.is_symlink():
            msg = f"{source / name} is a link, and no file of a backup; use another backup"
            raise ArchiveError(msg)
        _compare(source / name, expected)
    return backup


def _listed(listed: dict[str, Any], indexes: IndexFiles) -> Backup:
    if listed["format"] != FORMAT:
        msg = f"it is of format {listed['format']!r}, this Dateline reads {FORMAT}"
        raise ValueError(msg)
    files = {name: FileFacts(**facts) for name, facts in listed["files"].items()}
    known = re.compile("|".join([*_DATABASES, *indexes.patterns]))
    for name in files:
        if not known.fullmatch(name):
            msg = f"it names {name!r}, which is no file of an archive"
            raise ValueError(msg)
    if FILE not in files:
        msg = f"it does not name {FILE}"
        raise ValueError(msg)
    return Backup(**listed | {"files": files, "rebuilt": tuple(listed["rebuilt"])})


def _compare(path: Path, expected: FileFacts) -> None:
    try:
        found = _facts(path)
    except FileNotFoundError as error:
        msg = f"{path} is missing, though {LIST} names it; use another backup"
        raise ArchiveError(msg) from error
    except OSError as error:
        raise disk_error(path, error) from error
    if found != expected:
        wrong = f"{found.size:,} bytes instead of {expected.size:,}"
        if found.size == expected.size:
            wrong = "another checksum than when it was written"
        msg = f"{path} has {wrong}; use another backup"
        raise ArchiveError(msg)


def _facts(path: Path) -> FileFacts:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        return FileFacts(os.fstat(file.fileno()).st_size, checksum)


def _refuse_unsound(copy: Path, source: Path, settings: Settings, encoder: Encoder) -> None:
    """Raises where the copy is wrong in itself; that it is of another encoder is no fault."""
    found = examine(copy, settings.model_copy(update={"store": NO_SERVER}), encoder)
    _drop_side_files(copy)
    for finding in found:
        if finding.severity in ("fatal", "wrong") and finding.check != _OF_THE_SETTINGS:
            what = finding.what.replace(str(copy), str(source))
            msg = f"{what}; see: dateline doctor --archive {source}"
            raise ArchiveError(msg)


def _drop_side_files(folder: Path) -> None:
    """Takes away what SQLite leaves beside a database that was only read."""
    for name in (FILE, VECTORS):
        log = folder / f"{name}-wal"
        if not log.exists() or not log.stat().st_size:
            log.unlink(missing_ok=True)
            (folder / f"{name}-shm").unlink(missing_ok=True)


def clear_partial(target: Path, indexes: IndexFiles, note: Note) -> None:
    """Removes what killed backups and restores have left beside `target`; `note` names each."""
    beside = target.absolute().parent
    for path in sorted(beside.glob(".*.partial")):
        if _is_partial(path, indexes) and _is_left(path):
            shutil.rmtree(path, ignore_errors=True)
            if not path.exists():
                note(f"removed {path}, which a backup or restore that was killed had left")


def _is_left(path: Path) -> bool:
    """Whether the process that made the copy is no more, as far as can be told from here."""
    found = _PARTIAL.fullmatch(path.name)
    if found is None:
        return False
    if found[2] == socket.gethostname():
        return not is_running(int(found[1]))
    newest = max(one.lstat().st_mtime for one in [path, *path.rglob("*")])
    return newest < time.time() - _FORGOTTEN_SECONDS


def _is_partial(path: Path, indexes: IndexFiles) -> bool:
    """Whether it is a folder with nothing in it but what an archive consists of."""
    if path.is_symlink() or not path.is_dir():
        return False
    names = (*indexes.files, *indexes.folders, *indexes.pending)
    ours = re.compile("|".join([_OF_AN_ARCHIVE, *(rf"\.?{re.escape(name)}" for name in names)]))
    return all(ours.match(one.name) for one in path.iterdir())


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to be filled, which takes the name of `target` at the end, or vanishes."""
    maker = f"{os.getpid()}@{socket.gethostname()}"
    copy = target.absolute().with_name(f".{target.absolute().name}.{maker}.partial")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            msg = f"{str(target)!r} is there already and not empty; name a new folder"
            raise ArchiveError(msg)
        copy.mkdir(parents=True)
        try:
            yield copy
            copy.replace(target)
        except BaseException:
            shutil.rmtree(copy, ignore_errors=True)
            raise
    except OSError as error:
        raise disk_error(target, error) from error
