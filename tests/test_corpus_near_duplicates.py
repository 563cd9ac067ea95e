"""Shingles, bands and what they decide, with texts whose shingles can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.near_duplicates import (
    bands,
    containment,
    near_duplicates,
    new_words,
    reporting,
    resemblance,
    shingles,
)
from rag.records import Span
from tests.builders import article

ANY_TEXT = st.text(alphabet="ab ’.\n-7é船の", max_size=60)


def numbered(*spans: tuple[int, int]) -> str:
    """Words that are numbers, each span of `n` of them holding `n - 4` shingles."""
    return " ".join(f"n{word}" for first, after in spans for word in range(first, after))


def test_a_text_has_a_shingle_for_every_five_neighbouring_words() -> None:
    assert len(shingles(numbered((0, 104)))) == 100
    assert len(shingles("one two three four")) == 0
    assert len(shingles("so it goes on and so it goes on and so it goes on and")) == 5


def test_shingles_and_bands_are_the_same_on_every_machine() -> None:
    assert shingles("The ferry sailed on Monday.") == {5195512638864422455}
    assert bands(numbered((0, 30)))[:2] == (50287660799517, 256088226345483)


@pytest.mark.parametrize(
    "other",
    [
        "the FERRY “Marigold” sailed on Monday",
        'The ferry "Marigold"\nsailed — on Monday!',
        "The ferry «Marigold»\u00a0sailed… on Monday.",
    ],
)
def test_case_punctuation_and_line_breaks_count_for_nothing(other: str) -> None:
    assert shingles(other) == shingles("The ferry Marigold sailed on Monday.")


def test_a_script_without_spaces_goes_by_its_characters() -> None:
    text = "渡船星期一再次启航。船上有四十一名乘客，没有人受伤。"
    assert len(shingles(text)) == sum(letter.isalnum() for letter in text) - 4
    assert len(shingles("Die Binnenschifffahrtsgesellschaft fährt am Montag wieder.")) == 2


def test_furniture_is_no_part_of_what_is_compared() -> None:
    text = "By Mara Lind\n\nThe ferry sailed.\n\nSign up for our letter"
    furniture = [Span(0, 12, "byline"), Span(33, 55, "newsletter")]
    assert reporting(article(text, furniture=furniture)).split() == ["The", "ferry", "sailed."]
    assert reporting(article("No furniture.")) == "No furniture."


def test_resemblance_is_shared_shingles_over_all_shingles() -> None:
    # 100 and 100 shingles, 60 of them shared: 60 / 140.
    one, other = shingles(numbered((0, 104))), shingles(numbered((40, 144)))
    assert resemblance(one, other) == pytest.approx(60 / 140)
    assert resemblance(one, one) == 1.0
    assert resemblance(frozenset(), frozenset()) == 0.0


def test_what_is_held_is_the_share_of_the_part() -> None:
    part, whole = shingles(numbered((0, 24))), shingles(numbered((4, 104)))
    assert containment(part, whole) == pytest.approx(16 / 20)
    assert containment(whole, part) == pytest.approx(16 / 96)
    assert containment(frozenset(), whole) == 0.0


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (numbered((40, 144)), False),  # 60 of 140 shared: .4286
        (numbered((39, 143)), True),  # 61 of 139: .4388
        (numbered((0, 25)), True),  # 21 of 100, and all of what is shorter
        (numbered((0, 23)), False),  # all of it too, but only 19 of 100
        (numbered((0, 25), (200, 210)), False),  # 21 of 31 held, and 21 of 110 shared
        (numbered((200, 304)), False),
    ],
)
def test_near_duplicates_share_much_or_one_is_the_other_cut_short(
    other: str, expected: bool
) -> None:
    text = shingles(numbered((0, 104)))
    assert near_duplicates(text, shingles(other)) is expected
    assert near_duplicates(shingles(other), text) is expected


def test_new_words_are_the_longest_run_that_is_told_nowhere_else() -> None:
    whole = shingles(numbered((0, 40)))
    assert new_words(numbered((5, 30)), whole) == 0
    assert new_words(numbered((5, 15), (100, 107), (15, 30), (200, 203)), whole) == 7
    assert new_words(numbered((100, 108)), whole) == 8
    assert new_words(numbered((100, 106), (5, 15), (200, 203)), whole) == 6
    assert new_words(numbered((100, 103), (5, 15), (200, 209)), whole) == 9
    assert new_words("too short", whole) == 0


def test_equal_texts_share_all_bands_and_short_ones_have_none() -> None:
    text = numbered((0, 60))
    assert bands(text) == bands(text.upper())
    assert len(set(bands(text))) == 24
    assert bands(numbered((0, 23))) == ()
    assert len(bands(numbered((0, 24)))) == 24


def test_near_duplicates_meet_in_a_band_and_other_texts_do_not() -> None:
    def meet(shared: int) -> int:
        """How many of 200 pairs of 100 shingles share a band, each with `shared` the same."""
        pairs = [
            (numbered((n, n + 104)), numbered((n + 100 - shared, n + 204 - shared)))
            for n in range(0, 200_000, 1_000)
        ]
        return sum(not set(bands(a)).isdisjoint(bands(b)) for a, b in pairs)

    assert meet(67) >= 198  # 67 of 133: a resemblance of .50
    assert meet(60) >= 194  # 60 of 140: .43
    assert meet(2) <= 4  # 2 of 198: .01


@given(ANY_TEXT)
@settings(max_examples=60)
def test_any_text_says_what_it_says_and_nothing_new(text: str) -> None:
    found = shingles(text)
    assert len(found) <= max(0, sum(not letter.isspace() for letter in text) - 4)
    assert new_words(text, found) == 0
    assert containment(found, found) == (1.0 if found else 0.0)
    assert all(0 <= band < 2**48 for band in bands(text * 9))
