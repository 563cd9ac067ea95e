"""Finds damage in the write-ahead log of a database, which SQLite skips silently.

SQLite reads a damaged log up to the damage and drops the rest. Pages that a full disk or a
kill cut off were never committed, so they are no loss.
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_INDEX = struct.Struct("=12xB3xI12x8s")
"""In the -shm file: whether it is in use, the last committed page, the salt of its log."""
_MAGIC = 0x377F0682
_WORD = 0xFFFFFFFF

_Sums = tuple[int, int]


def torn_log(database: Path) -> str:
    """A sentence that says where the log is damaged; "" if no committed change is lost."""
    path = database.with_name(f"{database.name}-wal")
    # Read first: changes that are committed later are not in the data below.
    index = _index(database.with_name(f"{database.name}-shm"))
    try:
        data = memoryview(path.read_bytes())
    except FileNotFoundError:
        return ""
    if not data:
        return ""
    if len(data) < _HEADER.size:
        return f"{path} ends within its header, after {len(data)} bytes"
    magic, _, page_size, _, *salt, first, second = _HEADER.unpack_from(data)
    order = ">" if magic & 1 else "<"
    if magic & ~1 != _MAGIC or _summed(data[:24], (0, 0), order) != (first, second):
        return f"{path} has a damaged header"
    whole, size = 0, _FRAME.size + page_size
    sums: _Sums = (first, second)
    frames = range(_HEADER.size, len(data) - _FRAME.size + 1, size)
    for at in frames:
        sums = _summed(data[at : at + 8], sums, order)
        sums = _summed(data[at + _FRAME.size : at + size], sums, order)
        if at + size > len(data) or sums != _FRAME.unpack_from(data, at)[4:6]:
            break
        whole += 1
    committed = [_commits(data, at, salt) for at in frames if at + size <= len(data)]
    last = max((number for number, one in enumerate(committed, start=1) if one), default=0)
    in_use, noted, of_salt = index
    if in_use and of_salt == bytes(data[16:24]):
        last = max(last, noted)
    return f"{path} is whole for {whole} of {last} pages" if last > whole else ""


def _commits(data: memoryview, at: int, salt: list[int]) -> bool:
    """Whether the page at this offset ends a change of this log."""
    _, pages_then, *of_salt = _FRAME.unpack_from(data, at)[:4]
    return pages_then > 0 and of_salt == salt


def _index(path: Path) -> tuple[int, int, bytes]:
    try:
        in_use, last, salt = _INDEX.unpack_from(path.read_bytes())
    except (FileNotFoundError, struct.error):
        return 0, 0, b""
    return in_use, last, salt


def _summed(data: memoryview, sums: _Sums, order: str) -> _Sums:
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}2I", data[: len(data) // 8 * 8]):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
