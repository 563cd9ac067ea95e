"""Numbers with their units, and which of them bear out which, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.quantities import Quantity, quantities


def only(text: str) -> Quantity:
    found = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "value", "unit", "factor", "shown"),
    [
        ("41 people", 41, "", 1, "41"),
        ("forty-one", 41, "", 1, "forty-one"),
        ("a 5-kilometre walk", 5, "length", 1000, "5-kilometre"),
        ("12 miles", 12, "length", 1609.344, "12 miles"),
        ("3 square metres", 3, "square length", 1, "3 square metres"),
        ("two more weeks", 2, "", 1, "two"),
        ("two weeks", 2, "time", 604_800, "two weeks"),
        ("9 tonnes", 9, "mass", 1e6, "9 tonnes"),
        ("31.8 million crowns", 31_800_000, "crown", 1, "31.8 million crowns"),
        ("$1.2 million", 1_200_000, "dollar", 1, "$1.2 million"),
        ("five pounds", 5, "pound", 1, "five pounds"),
        ("3 francs", 3, "franc", 1, "3 francs"),
        ("86 per cent", 86, "percent", 1, "86 per cent"),
        ("9 percentage points", 9, "points", 1, "9 percentage points"),
        ("at 06:30", 390, "clock", 1, "06:30"),
        ("at 8.30 pm", 1230, "clock", 1, "8.30 pm"),
        ("at 12 am", 0, "clock", 1, "12 am"),
        ("the 21st time", 21, "rank", 1, "21st"),
        ("the third time", 3, "rank", 1, "third"),
        ("in 2031", 2031, "year", 1, "2031"),
        ("on 3 May", 3, "day", 1, "3"),
    ],
)
def test_a_number_is_read_with_what_it_measures(
    text: str, value: float, unit: str, factor: float, shown: str
) -> None:
    found = only(text)
    assert (found.value, found.unit, found.factor, found.text) == (value, unit, factor, shown)


def test_what_counts_nothing_is_no_quantity_and_a_part_is_no_rank() -> None:
    assert quantities("It came first, and one of them slept a second longer.") == []
    assert [q.unit for q in quantities("a third of it, two thirds of them")] == [""]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("about 40", "about"),
        ("some 40", "about"),
        ("more than 40", "above"),
        ("just over 40", "above"),
        ("no fewer than 40", "above"),
        ("nearly 40", "below"),
        ("fewer than 40", "below"),
        ("as many as 40", "below"),
        ("exactly 40", ""),
    ],
)
def test_the_words_before_a_number_bound_it(text: str, bound: str) -> None:
    assert only(text).bound == bound


@pytest.mark.parametrize(
    ("held", "claimed"),
    [
        ("1,187 fans", "about 1,200 fans"),
        ("1,187 fans", "nearly 1,200 fans"),
        ("41", "more than 40"),
        ("48", "nearly 50"),
        ("1,187,403 votes", "1.2 million votes"),
        ("34.1 per cent", "about 34 per cent"),
        ("5 km", "5,000 metres"),
        ("two weeks", "14 days"),
        ("Orr, 58,", "58 years old"),
        ("a 58-year-old", "aged 58"),
        ("41 people", "forty-one"),
        ("£3bn", "3 billion pounds"),
        ("at 9:30 pm", "at 21:30"),
        ("about 600 people", "600 people"),
        ("more than 40", "over forty"),
        ("the ninth", "the 9th"),
    ],
)
def test_a_claim_may_say_the_same_round_it_or_bound_it(held: str, claimed: str) -> None:
    assert only(held).entails(only(claimed))


@pytest.mark.parametrize(
    ("held", "claimed"),
    [
        ("41", "47"),
        ("1,187 fans", "1,200 fans"),
        ("1,187 fans", "about 1,300 fans"),
        ("41", "more than 30"),
        ("900 metres", "above 691 metres"),
        ("34.1", "34.2"),
        ("34.1 per cent", "34 per cent"),
        ("6.5 per cent", "7 per cent"),
        ("8.6 million", "9 million"),
        ("34.6 per cent", "34 per cent"),
        ("31.8 million", "31.8 billion"),
        ("31.8 million", "31 million"),
        ("$5 million", "5 million euros"),
        ("9 percentage points", "9 per cent"),
        ("300 steel props", "300 tonnes"),
        ("5 km", "5 miles"),
        ("more than 40", "fewer than 40"),
        ("about 1,200 fans", "1,187 fans"),
        ("the ninth", "9"),
        ("at 9:30 pm", "at 9:30 am"),
    ],
)
def test_another_number_unit_or_side_is_not_borne_out(held: str, claimed: str) -> None:
    assert not only(held).entails(only(claimed))


@given(st.text(alphabet="aB1 ,.-$%£:kmthird5\nmillion", max_size=60) | st.text(max_size=40))
def test_every_quantity_stands_in_its_text_and_bears_itself_out(text: str) -> None:
    for quantity in quantities(text):
        assert quantity.text in text
        assert quantity.entails(quantity)
