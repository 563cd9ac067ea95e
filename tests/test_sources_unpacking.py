"""Unpacking: never more than allowed, whatever the pieces it comes in."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sources.wire import BombError, UnpackingError, unpack, unpacked

TEXT = b"The ferry sailed on Monday. " * 40


@given(st.binary(max_size=3000), st.integers(1, 40), st.integers(1, 3))
def test_what_was_packed_is_unpacked_from_any_pieces(data: bytes, size: int, members: int) -> None:
    packed = gzip.compress(data) * members
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(unpacked(pieces, 9000)) == data * members


def test_padding_behind_the_end_is_left_out() -> None:
    assert unpack(gzip.compress(TEXT, mtime=0) + bytes(64), 2000) == TEXT
    assert b"".join(unpacked([], 0)) == b""


def test_the_limit_is_exact() -> None:
    packed = gzip.compress(TEXT, mtime=0)
    assert unpack(packed, len(TEXT)) == TEXT
    with pytest.raises(BombError):
        unpack(packed, len(TEXT) - 1)


def test_a_bomb_is_not_unpacked_whole() -> None:
    got: list[int] = []
    with pytest.raises(BombError):
        got.extend(len(piece) for piece in unpacked([gzip.compress(bytes(50_000_000))], 100_000))
    assert sum(got) <= 100_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(TEXT, mtime=0)[:40], "ends too early"),
        (gzip.compress(TEXT, mtime=0)[:-1], "ends too early"),
        (gzip.compress(TEXT, mtime=0) + gzip.compress(TEXT, mtime=0)[:20], "ends too early"),
        (b"\x1f\x8bno gzip at all", "damaged"),
        (gzip.compress(TEXT, mtime=0)[:-8] + bytes(8), "damaged"),
    ],
)
def test_damage_is_named(data: bytes, message: str) -> None:
    with pytest.raises(UnpackingError, match=message):
        unpack(data, 10_000)


@given(st.binary(max_size=60))
def test_any_bytes_are_unpacked_or_refused(data: bytes) -> None:
    for one in (data, b"\x1f\x8b\x08" + data):
        with suppress(UnpackingError, BombError):
            assert len(unpack(one, 1000)) <= 1000
