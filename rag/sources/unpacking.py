"""Unpacks gzip up to a number of bytes; knows nothing of HTTP."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

GZIP = b"\x1f\x8b"
_STEP = 64 * 1024


class UnpackingError(Exception):
    """The data is not gzip, is damaged, or ends too early."""


class BombError(Exception):
    """The data unpacks to more than it may."""


def unpack(data: bytes, limit: int) -> bytes:
    r"""The data, unpacked if it is gzip; raises BombError beyond `limit` bytes.

    >>> unpack(b"<urlset/>", 100)
    b'<urlset/>'
    """
    return b"".join(unpacked([data], limit)) if data.startswith(GZIP) else data


def unpacked(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The unpacked pieces of gzip data, in order; padding after its end is ignored.

    Raises UnpackingError for data that is not gzip, is damaged or ends too early, and
    BombError before more than `limit` bytes have been unpacked.
    """
    member = _member()
    left, fed = limit, False
    for piece in pieces:
        rest = piece
        while rest:
            if member.eof:
                if not rest.startswith(GZIP[:1]):
                    break
                member, fed = _member(), False
            data = _step(member, rest, min(_STEP, left + 1))
            fed = True
            left -= len(data)
            if left < 0:
                raise BombError
            if data:
                yield data
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if fed and not member.eof:
        msg = "its compressed data ends too early"
        raise UnpackingError(msg)


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _step(member: zlib._Decompress, data: bytes, limit: int) -> bytes:
    try:
        return member.decompress(data, limit)
    except zlib.error as error:
        msg = f"its compressed data is damaged ({error})"
        raise UnpackingError(msg) from error
