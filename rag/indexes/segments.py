"""Whether the files of a tantivy index are whole; knows nothing of what is in them.

tantivy ends each file with a checksum and never looks at it again: a flipped bit would
give other results, or none, without a word.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

META = "meta.json"
_FOOTER_END = struct.Struct("<II")
_MAGIC = 1337
_READ_BYTES = 1 << 20


def verify_segments(folder: Path, known: set[str]) -> None:
    """Adds to `known` the segment files that are whole; ValueError names one that is not.

    A file never changes once it is written, so those in `known` are not read again.
    """
    for path in _segment_files(folder):
        if path.name in known:
            continue
        if not _is_whole(path):
            msg = f"{path.name} does not have its checksum"
            raise ValueError(msg)
        known.add(path.name)


def _segment_files(folder: Path) -> Iterator[Path]:
    try:
        segments = json.loads((folder / META).read_bytes())["segments"]
        names = {segment["segment_id"].replace("-", "") for segment in segments}
    except (TypeError, KeyError, AttributeError) as error:
        msg = f"{META} is not of an index ({error!r})"
        raise ValueError(msg) from error
    yield from sorted(path for path in folder.iterdir() if path.name.partition(".")[0] in names)


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            file.seek(size - _FOOTER_END.size)
            length, magic = _FOOTER_END.unpack(file.read())
            body = size - _FOOTER_END.size - length
            file.seek(body)
            footer = json.loads(file.read(length))
            return magic == _MAGIC and int(footer["crc"]) == _checksum(file, body)
    except FileNotFoundError:
        # A writer merged it into another segment since the folder was listed.
        return True
    except (OSError, struct.error, ValueError, TypeError, KeyError):
        return False


def _checksum(file: BinaryIO, size: int) -> int:
    file.seek(0)
    checksum = 0
    for start in range(0, size, _READ_BYTES):
        checksum = zlib.crc32(file.read(min(_READ_BYTES, size - start)), checksum)
    return checksum
