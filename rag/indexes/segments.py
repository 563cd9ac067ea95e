"""Whether the files of a tantivy index are those that were committed, by size and checksum.

tantivy never reads a file again to compare it: a flipped bit would give other results, or
none, without a word. So what each file is like is noted when it is committed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

META = "meta.json"
_READ_BYTES = 1 << 20
Checksums = Mapping[str, str]
"""The size of each segment file and its CRC-32, by the file's name."""


def checksums(folder: Path, known: Checksums) -> dict[str, str]:
    """The checksums of the files of the last commit; those that are `known` are not read again.

    A file never changes once it is written. Raises ValueError where `meta.json` is damaged.
    """
    return {path.name: known.get(path.name) or _checksum(path) for path in _segment_files(folder)}


def differing(folder: Path, noted: Checksums, known: dict[str, str], *, every: bool) -> str:
    """The name of a file of the last commit that is not as noted; "" where all are.

    With `every`, a file that is not noted differs too. Those in `known` are not read again,
    and those that are as noted are added to it.
    """
    for path in _segment_files(folder):
        if path.name in known or (path.name not in noted and not every):
            continue
        try:
            found = _checksum(path)
        except FileNotFoundError:
            # A writer merged it into another segment since the folder was listed.
            continue
        if noted.get(path.name) != found:
            return path.name
        known[path.name] = found
    return ""


def _segment_files(folder: Path) -> Iterator[Path]:
    try:
        segments = json.loads((folder / META).read_bytes())["segments"]
        names = {segment["segment_id"].replace("-", "") for segment in segments}
    except (TypeError, KeyError, AttributeError) as error:
        msg = f"{META} is not of an index ({error!r})"
        raise ValueError(msg) from error
    yield from sorted(path for path in folder.iterdir() if path.name.partition(".")[0] in names)


def _checksum(path: Path) -> str:
    size = checksum = 0
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            size += len(part)
            checksum = zlib.crc32(part, checksum)
    return f"{size}:{checksum:08x}"
