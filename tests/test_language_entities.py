"""What can be looked up in a sentence, by worked examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.entities import Number, folded, long_quotations, names, numbers, stems


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("41 men", [(41, "count", "41")]),
        ("1,250.5 and 3.5", [(1250.5, "count", "1,250.5"), (3.5, "count", "3.5")]),
        ("$1.2 million", [(1_200_000, "money", "$1.2 million")]),
        ("1.2 million", [(1_200_000, "count", "1.2 million")]),
        ("nine million dollars", [(9_000_000, "money", "nine million dollars")]),
        ("£3bn or 20k", [(3e9, "money", "£3bn"), (20_000, "count", "20k")]),
        ("5% or 6 per cent", [(5, "percent", "5%"), (6, "percent", "6 per cent")]),
        ("twenty-one of two hundred and five", [(21, "count", "twenty-one"),
                                                (205, "count", "two hundred and five")]),
        ("Twelve, a hundred, one thousand", [(12, "count", "Twelve"), (100, "count", "hundred"),
                                             (1000, "count", "one thousand")]),
        ("on 3 March 2031", [(3, "day", "3"), (2031, "year", "2031")]),
        ("Sept. 11, or May 5th", [(11, "day", "11"), (5, "day", "5th")]),
        ("the 13th of June", [(13, "day", "13th")]),
        ("a 3-1 win at 10:30", [(3, "count", "3"), (1, "count", "1"), (10, "count", "10"),
                                (30, "count", "30")]),
        ("one of them, someone, often, v2.0", []),
        ("", []),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_kind(text: str, found: list[tuple[float, str, str]]) -> None:
    assert [(number.value, number.kind, number.text) for number in numbers(text)] == found


def test_numbers_are_equal_by_value_and_a_bare_count_may_lack_the_unit() -> None:
    percent, money, bare = numbers("5 percent, 5 dollars, 5")
    assert bare.equals(percent)
    assert money.equals(bare)
    assert not percent.equals(money)
    assert not bare.equals(Number(5.01, "count", "5.01"))


def test_stems_are_content_words_without_endings_and_accents() -> None:
    assert stems("The ferries' burning and burned Lukáš, 47 of the U.S. and E.U.") == [
        "ferri",
        "burn",
        "burn",
        "luka",
        "eu",
    ]
    assert stems("It was not he.") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Officials of Brell told Ann Orr's paper", ["Brell", "Ann", "Orr"]),
        ("“Nobody died,” said Mayor Osk.", ["Mayor", "Osk"]),
        ("NATO met Mr. Osk in St. Lind", ["NATO", "Mr", "Osk", "St", "Lind"]),
        ("The Harbour Post reported: Ferries sank", ["Harbour", "Post"]),
        ("EU leaders met", ["EU"]),
        ("Ann Orr and I left", ["Ann", "Orr"]),
        ("nobody left", []),
    ],
)
def test_names_are_capitalised_words_but_not_the_first_word_alone(
    text: str, found: list[str]
) -> None:
    assert names(text) == found


def test_quotations_have_three_words_or_more_in_any_marks() -> None:
    text = 'He said “we will not go”, "never say never", ‘don’t go there’, «nie im Leben» and "no".'
    assert long_quotations(text) == ["we will not go", "never say never", "don’t go there",
                                "nie im Leben"]  # fmt: skip


def test_folding_forgets_case_marks_and_white_space() -> None:
    assert folded(" “Go –\u00a0NOW”… ") == "'go - now'..."


@given(st.text(alphabet="aB1 ,.-$%“”\"'‘’[]【】\nthousand", max_size=60) | st.text(max_size=40))
def test_whatever_is_found_stands_in_the_text(text: str) -> None:
    assert all(number.text in text for number in numbers(text))
    assert all(name in text for name in names(text))
    assert all(quotation in text for quotation in long_quotations(text))
    assert folded(folded(text)) == folded(text)
