"""Numbers and negation of German and French."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.languages import Language, language_of


def known(code: str) -> Language:
    found = language_of(code)
    assert found
    return found


@pytest.mark.parametrize("code", ["pl", "", "..", "english"])
def test_there_is_no_language_without_a_lexicon(code: str) -> None:
    assert language_of(code) is None


@given(st.integers(0, 10**9), st.integers(1, 99), st.sampled_from(["de", "fr"]))
def test_a_number_is_the_same_grouped_or_not(whole: int, cents: int, code: str) -> None:
    mark = "." if code == "de" else "\u202f"
    for digits in (f"{whole:,}".replace(",", mark), str(whole)):
        found = known(code).numbers(f"x {digits},{cents:02d} y")
        assert [number.value for number in found] == [Decimal(f"{whole}.{cents:02d}")]


@given(st.text(alphabet="1 2.,\u202f\u00a0n'aptesich", max_size=40), st.sampled_from(["de", "fr"]))
def test_numbers_are_ordered_spans_of_any_text(text: str, code: str) -> None:
    found = known(code).numbers(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert known(code).denied(text) is not None


def test_scale_words_count() -> None:
    assert known("de").numbers("1,2 Millionen")[0].value == 1_200_000
    assert known("fr").numbers("deux milliards")[0].value == 2_000_000_000


@pytest.mark.parametrize(
    ("code", "text", "denied"),
    [
        ("de", "Es gibt kein Geld, aber Hoffnung.", {"geld"}),
        ("de", "Anna kommt nicht, weil es regnet.", {"anna", "kommt"}),
        ("fr", "Le maire ne démissionne pas.", {"démissionne"}),
        ("fr", "Une personne est morte.", set()),
    ],
)
def test_a_negation_governs_its_word(code: str, text: str, denied: set[str]) -> None:
    assert known(code).denied(text) == denied
