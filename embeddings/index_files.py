"""An index file and its manifest, replaced together; knows nothing about what the file holds."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from embeddings.errors import CorruptIndexError, StaleIndexError

FORMAT_VERSION = 1
INDEX_FILE = "dense.faiss"
MANIFEST_FILE = "manifest.json"

_PENDING_FILE = "dense.faiss.new"
_PENDING_MANIFEST = "manifest.json.new"
FILES = (INDEX_FILE, MANIFEST_FILE)
PENDING = (_PENDING_FILE, _PENDING_MANIFEST)
"""What is there only while an index is saved, or after that was cut off."""

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from; all but `change` and `count` must be equal on opening.

    `encoder` is its fingerprint, `chunk_limit` the most tokens a passage has, `store_id`
    names the store that the ids belong to, `change` says how far into the store's
    change log the index has come, and `count` how many vectors it holds.
    """

    encoder: str
    dimension: int
    chunk_limit: int
    store_id: str
    change: int = 0
    count: int = 0
    format_version: int = FORMAT_VERSION


_IDENTITY = ("format_version", "encoder", "dimension", "chunk_limit", "store_id")


@dataclass(frozen=True, slots=True)
class _Entry:
    """The manifest as it is written: with size and SHA-256 of the index file it belongs to."""

    manifest: Manifest
    size: int
    sha256: str


def is_present(folder: Path) -> bool:
    """Whether the folder holds an index, be it whole or damaged."""
    return (folder / MANIFEST_FILE).exists() or (folder / INDEX_FILE).exists()


def stamp(folder: Path) -> bytes:
    """Equal for as long as the index in the folder is the same; empty where there is none."""
    try:
        return (folder / MANIFEST_FILE).read_bytes()
    except FileNotFoundError:
        return b""


def delete(folder: Path) -> None:
    """Take the index out of the folder, whole or damaged; it may be absent."""
    for name in (MANIFEST_FILE, _PENDING_FILE, INDEX_FILE):
        (folder / name).unlink(missing_ok=True)


def replace(folder: Path, manifest: Manifest, write: Callable[[BinaryIO], None]) -> None:
    """Put a new index file and manifest in the place of the old ones, or leave the old ones.

    The manifest is what counts: until it is replaced, the old file is whole under its
    name; from then on the new file is found under its pending name, if need be.
    """
    _settle(folder)
    pending = folder / _PENDING_FILE
    try:
        entry = _written(pending, manifest, write)
    except BaseException:
        pending.unlink(missing_ok=True)
        raise
    _write_entry(folder, entry)
    pending.replace(folder / INDEX_FILE)
    _sync_folder(folder)


def copy(folder: Path, target: Path) -> bool:
    """Copy index file and manifest, one fitting the other; False where none are found that do."""
    for _ in range(_ATTEMPTS):
        manifest = stamp(folder)
        for name in (_PENDING_FILE, INDEX_FILE):
            try:
                shutil.copyfile(folder / name, target / INDEX_FILE)
            except FileNotFoundError:
                continue
            with (target / INDEX_FILE).open("rb") as file:
                if _sha256(file).encode() in manifest:
                    (target / MANIFEST_FILE).write_bytes(manifest)
                    return True
    delete(target)
    return False


def opened(folder: Path, expected: Manifest) -> tuple[Manifest, BufferedReader]:
    """The manifest and its index file, verified; StaleIndexError or CorruptIndexError if not."""
    entry = _read_entry(folder, expected)
    while True:
        file = _matching_file(folder, entry)
        if file:
            return entry.manifest, file
        # A writer may have replaced both between the two reads.
        newer = _read_entry(folder, expected)
        if newer == entry:
            raise CorruptIndexError(_what_is_wrong(folder / INDEX_FILE, entry))
        entry = newer


def _written(path: Path, manifest: Manifest, write: Callable[[BinaryIO], None]) -> _Entry:
    with path.open("w+b") as file:
        write(file)
        _synced(file)
        file.seek(0)
        return _Entry(manifest, os.fstat(file.fileno()).st_size, _sha256(file))


def _settle(folder: Path) -> None:
    """Finish a replacement that was cut off after its manifest was written."""
    pending = folder / _PENDING_FILE
    if not pending.exists() or not (folder / MANIFEST_FILE).exists():
        return
    with pending.open("rb") as file:
        if _sha256(file) in (folder / MANIFEST_FILE).read_text("utf-8", "replace"):
            pending.replace(folder / INDEX_FILE)


def _matching_file(folder: Path, entry: _Entry) -> BufferedReader | None:
    # The pending file first: where it is gone by now, its content is under the other name.
    for name in (_PENDING_FILE, INDEX_FILE):
        try:
            file = (folder / name).open("rb")
        except FileNotFoundError:
            continue
        if os.fstat(file.fileno()).st_size == entry.size and _sha256(file) == entry.sha256:
            file.seek(0)
            return file
        file.close()
    return None


def _what_is_wrong(path: Path, entry: _Entry) -> str:
    if not path.exists():
        return f"{path} is missing, though {MANIFEST_FILE} tells of it"
    size = path.stat().st_size
    if size != entry.size:
        return f"{path} has {size} bytes instead of {entry.size}"
    return f"{path} does not have the checksum that {MANIFEST_FILE} gives"


def _read_entry(folder: Path, expected: Manifest) -> _Entry:
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(path.read_bytes())
        _refuse_stale(path, values, expected)
        _refuse_negative(values)
        return _Entry(
            Manifest(**{field.name: values.pop(field.name) for field in fields(Manifest)}),
            **values,
        )
    except FileNotFoundError as error:
        msg = f"{path} is missing"
        raise CorruptIndexError(msg) from error
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{path} is not a manifest of an index ({error!r})"
        raise CorruptIndexError(msg) from error


def _refuse_stale(path: Path, values: dict[str, Any], expected: Manifest) -> None:
    for name in _IDENTITY:
        found, wanted = values[name], getattr(expected, name)
        if found != wanted:
            msg = f"{path}: {name} is {found!r}, but {wanted!r} is asked for"
            raise StaleIndexError(msg)


def _refuse_negative(values: dict[str, Any]) -> None:
    for name in ("change", "count", "size"):
        if not isinstance(values[name], int) or values[name] < 0:
            msg = f"{name} is {values[name]!r}"
            raise ValueError(msg)


def _write_entry(folder: Path, entry: _Entry) -> None:
    values = {**asdict(entry.manifest), "size": entry.size, "sha256": entry.sha256}
    temporary = folder / _PENDING_MANIFEST
    with temporary.open("wb") as file:
        file.write(json.dumps(values, indent=2).encode() + b"\n")
        _synced(file)
    temporary.replace(folder / MANIFEST_FILE)
    _sync_folder(folder)


def _sha256(file: BufferedReader | BufferedRandom) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and needs no such call.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
