"""Opens formats that are ZIP archives; refuses those that unpack to too much."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.corpus.decoding import EMPTY, SIZE_LIMIT, unreadable
from rag.errors import CorpusError

UNPACKED_LIMIT = 512 << 20
_MOST_ENTRIES = 20_000
_LARGEST_RATIO = 200
_HARMLESS = 50 << 20
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_FLAG = 1


@contextmanager
def unpacked(path: Path, format_name: str) -> Iterator[zipfile.ZipFile]:
    """The ZIP archive in the file; every fault is a CorpusError, also while you read it.

    No entry is read beyond the size that it claims. The claims are checked here, so they
    limit what is unpacked.
    """
    try:
        with path.open("rb") as file:
            _refuse_other_kinds(file.read(len(_OLD_OFFICE)), format_name)
            with zipfile.ZipFile(file) as archive:
                _refuse_bombs(archive)
                yield archive
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        msg = f"damaged, or no {format_name} file: {error}"
        raise CorpusError(msg) from error


def read_entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of an entry; raises CorpusError if it is missing or too large."""
    try:
        entry = archive.getinfo(name)
    except KeyError as error:
        msg = f"the part {name!r} is missing from it"
        raise CorpusError(msg) from error
    if entry.file_size > SIZE_LIMIT:
        msg = f"its part {name!r} is larger than {SIZE_LIMIT >> 20} MB"
        raise CorpusError(msg)
    return archive.read(entry)


def _refuse_other_kinds(start: bytes, format_name: str) -> None:
    if not start:
        raise CorpusError(EMPTY)
    if start == _OLD_OFFICE:
        msg = f"protected by a password, or of an older kind than {format_name}; save it again"
        raise CorpusError(msg)


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        msg = f"holds {len(entries):,} parts, more than the {_MOST_ENTRIES:,} that it may have"
        raise CorpusError(msg)
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if size > UNPACKED_LIMIT or (size > packed * _LARGEST_RATIO and size > _HARMLESS):
        msg = (
            f"unpacks to {size / 2**20:,.0f} MB from {packed / 2**20:,.1f} MB: "
            "more than such a file may hold"
        )
        raise CorpusError(msg)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        msg = "encrypted; save it without a password"
        raise CorpusError(msg)
