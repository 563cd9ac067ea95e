"""Whether the write-ahead log beside a database is whole; SQLite passes over what is not.

A log that is damaged is read up to the damage, and everything behind it is forgotten
without a word.
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
_WORD = 0xFFFFFFFF

_Sums = tuple[int, int]


def torn_log(database: Path) -> str:
    """What is wrong with the log of this database; "" where it is whole, or there is none."""
    path = database.with_name(f"{database.name}-wal")
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
    belongs = [list(_FRAME.unpack_from(data, at)[2:4]) == salt for at in frames]
    for at in frames:
        sums = _summed(data[at : at + 8], sums, order)
        sums = _summed(data[at + _FRAME.size : at + size], sums, order)
        if at + size > len(data) or sums != _FRAME.unpack_from(data, at)[4:6]:
            break
        whole += 1
    of = max((number for number, one in enumerate(belongs, start=1) if one), default=0)
    return f"{path} is whole for {whole} of {of} pages" if of > whole else ""


def _summed(data: memoryview, sums: _Sums, order: str) -> _Sums:
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}2I", data[: len(data) // 8 * 8]):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
