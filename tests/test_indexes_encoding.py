"""Vectors of recent texts are remembered, so that no text is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings import HashingEncoder, Vectors
from rag.indexes.encoding import NamedEncoder, RecentVectors


class Counting(HashingEncoder):
    """Notes every text that it is asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode_document(texts)


def test_a_text_is_encoded_once_while_it_is_remembered() -> None:
    encoder = Counting()
    recent = RecentVectors(encoder, most=3)
    first = recent.encode_sentences(["ferry", "harbour", "ferry"])
    assert encoder.encoded == ["ferry", "harbour"]
    assert np.array_equal(first[0], first[2])
    recent.encode_sentences(["mill", "ferry"])
    assert encoder.encoded == ["ferry", "harbour", "mill"]
    recent.encode_sentences(["quarry"])
    recent.encode_sentences(["mill", "ferry"])
    assert encoder.encoded == ["ferry", "harbour", "mill", "quarry"]
    recent.encode_sentences(["harbour"])
    assert encoder.encoded[-1] == "harbour"


def test_no_text_is_no_row() -> None:
    assert RecentVectors(HashingEncoder()).encode_sentences([]).shape == (0, 64)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6), max_size=6))
def test_the_rows_are_those_of_the_encoder(batches: list[list[str]]) -> None:
    recent, plain = RecentVectors(HashingEncoder(), most=4), HashingEncoder()
    for batch in batches:
        assert np.array_equal(recent.encode_sentences(batch), plain.encode_document(batch))


class Faster(Counting):
    """Has a faster way for sentences."""

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        return -HashingEncoder().encode_document(texts)


def test_sentences_take_the_faster_way_where_an_encoder_has_one() -> None:
    encoder = Faster()
    plain = HashingEncoder().encode_document(["ferry"])
    for each, prompted in ((encoder, "ferry"), (NamedEncoder(encoder, ("", "of: ")), "of: ferry")):
        rows = RecentVectors(each).encode_sentences(["ferry"])
        assert np.array_equal(rows, -HashingEncoder().encode_document([prompted]))
    assert not encoder.encoded
    assert np.array_equal(
        RecentVectors(NamedEncoder(Counting())).encode_sentences(["ferry"]), plain
    )
