"""The files of an index and their manifest, replaced together; knows nothing of what they hold."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from embeddings.errors import CorruptIndexError, StaleIndexError

FORMAT_VERSION = 1
INDEX_FILE = "dense.faiss"
DELTA_FILE = "dense.delta"
MANIFEST_FILE = "manifest.json"
FILES = (INDEX_FILE, DELTA_FILE, MANIFEST_FILE)
PENDING = tuple(f"{name}.new" for name in FILES)
"""What is there only while an index is saved, or after that was cut off."""

_ATTEMPTS = 3
_T = TypeVar("_T")


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
class Checksum:
    """Size and SHA-256 of a file."""

    size: int
    sha256: str


Checksums = Mapping[str, Checksum]
"""Those of the files that a manifest belongs to, by name; earlier versions wrote no delta."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The manifest as it is written."""

    manifest: Manifest
    files: Checksums


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
    for name in (MANIFEST_FILE, *PENDING, INDEX_FILE, DELTA_FILE):
        (folder / name).unlink(missing_ok=True)


def replace(
    folder: Path, manifest: Manifest, kept: Checksums, new: Mapping[str, Callable[[BinaryIO], None]]
) -> Checksums:
    """Put a manifest and new files in the place of the old ones, or leave the old ones.

    The manifest is what counts: until it is replaced, the old files are whole under their
    names; from then on the new ones are found under their pending names, if need be. It tells of
    those that are `kept`, too. Returns the checksums of all.
    """
    _settle(folder)
    pending = {name: folder / f"{name}.new" for name in new}
    try:
        written = {name: _written(pending[name], write) for name, write in new.items()}
    except BaseException:
        for path in pending.values():
            path.unlink(missing_ok=True)
        raise
    entry = Entry(manifest, {**kept, **written})
    _write_entry(folder, entry)
    for name, path in pending.items():
        path.replace(folder / name)
    _sync_folder(folder)
    return entry.files


def copy(folder: Path, target: Path) -> bool:
    """Copy files and manifest, fitting each other; False where none are found that do."""
    for _ in range(_ATTEMPTS):
        manifest = stamp(folder)
        with suppress(ValueError, TypeError, KeyError, CorruptIndexError):
            for name, checksum in _checksums(json.loads(manifest)).items():
                with matching(folder, name, checksum) as file, (target / name).open("wb") as new:
                    shutil.copyfileobj(file, new)
            (target / MANIFEST_FILE).write_bytes(manifest)
            return True
    delete(target)
    return False


def read(folder: Path, expected: Manifest, content: Callable[[Entry], _T]) -> _T:
    """What `content` makes of the files; StaleIndexError if they are of something else."""
    entry = _read_entry(folder, expected)
    while True:
        try:
            return content(entry)
        except CorruptIndexError:
            # A writer may have replaced the files between the two reads.
            newer = _read_entry(folder, expected)
            if newer == entry:
                raise
            entry = newer


def matching(folder: Path, name: str, checksum: Checksum) -> BufferedReader:
    """The file, verified; CorruptIndexError where it is another."""
    for file in _of_size(folder, name, checksum):
        if _sha256(file) == checksum.sha256:
            file.seek(0)
            return file
        file.close()
    raise CorruptIndexError(_what_is_wrong(folder / name, checksum))


def check_size(folder: Path, name: str, checksum: Checksum) -> None:
    """Raises CorruptIndexError where the file is gone or of another size; reads nothing."""
    files = [*_of_size(folder, name, checksum)]
    for file in files:
        file.close()
    if not files:
        raise CorruptIndexError(_what_is_wrong(folder / name, checksum))


def _of_size(folder: Path, name: str, checksum: Checksum) -> Iterator[BufferedReader]:
    # The pending file first: where it is gone by now, its content is under the other name.
    for path in (folder / f"{name}.new", folder / name):
        with suppress(FileNotFoundError):
            file = path.open("rb")
            if os.fstat(file.fileno()).st_size == checksum.size:
                yield file
            else:
                file.close()


def _written(path: Path, write: Callable[[BinaryIO], None]) -> Checksum:
    with path.open("w+b") as file:
        write(file)
        _synced(file)
        file.seek(0)
        return Checksum(os.fstat(file.fileno()).st_size, _sha256(file))


def _settle(folder: Path) -> None:
    """Finish a replacement that was cut off, if its manifest was written, else undo it."""
    manifest = stamp(folder)
    for name in (INDEX_FILE, DELTA_FILE):
        pending = folder / f"{name}.new"
        if pending.exists():
            with pending.open("rb") as file:
                is_new = _sha256(file).encode() in manifest
            if is_new:
                pending.replace(folder / name)
            else:
                pending.unlink()


def _what_is_wrong(path: Path, checksum: Checksum) -> str:
    if not path.exists():
        return f"{path} is missing, though {MANIFEST_FILE} tells of it"
    size = path.stat().st_size
    if size != checksum.size:
        return f"{path} has {size} bytes instead of {checksum.size}"
    return f"{path} does not have the checksum that {MANIFEST_FILE} gives"


def _read_entry(folder: Path, expected: Manifest) -> Entry:
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(path.read_bytes())
        _refuse_stale(path, values, expected)
        files = _checksums(values)
        for name in ("change", "count"):
            _refuse_negative(name, values[name])
        manifest = Manifest(**{field.name: values.pop(field.name) for field in fields(Manifest)})
        if values:
            msg = f"it has {', '.join(map(repr, values))}"
            raise ValueError(msg)
        return Entry(manifest, files)
    except FileNotFoundError as error:
        msg = f"{path} is missing"
        raise CorruptIndexError(msg) from error
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{path} is not a manifest of an index ({error!r})"
        raise CorruptIndexError(msg) from error


def _checksums(values: dict[str, Any]) -> Checksums:
    """Takes the checksums out of the values of a manifest."""
    files = {INDEX_FILE: Checksum(values.pop("size"), values.pop("sha256"))}
    if "delta" in values:
        files[DELTA_FILE] = Checksum(**values.pop("delta"))
    for name, checksum in files.items():
        _refuse_negative(f"size of {name}", checksum.size)
    return files


def _refuse_stale(path: Path, values: dict[str, Any], expected: Manifest) -> None:
    for name in _IDENTITY:
        found, wanted = values[name], getattr(expected, name)
        if found != wanted:
            msg = f"{path}: {name} is {found!r}, but {wanted!r} is asked for"
            raise StaleIndexError(msg)


def _refuse_negative(name: str, value: object) -> None:
    if not isinstance(value, int) or value < 0:
        msg = f"{name} is {value!r}"
        raise ValueError(msg)


def _write_entry(folder: Path, entry: Entry) -> None:
    values = {**asdict(entry.manifest), **asdict(entry.files[INDEX_FILE])}
    values["delta"] = asdict(entry.files[DELTA_FILE])
    temporary = folder / f"{MANIFEST_FILE}.new"
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
