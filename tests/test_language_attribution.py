"""Who said it, by the words around a quotation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.attribution import Attributed, attributed, said_by, same_person


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("“The ferry is sold,” said Ann Orr.", "The ferry is sold,", "Ann Orr"),
        ('"The ferry is sold", Ann Orr told Radio North', "The ferry is sold", "Ann Orr"),
        ('Ann Orr: "The ferry is sold"', "The ferry is sold", "Ann Orr"),
        ('"The ferry is sold" — Ann Orr, mayor', "The ferry is sold", "Ann Orr"),
        ('According to Ann Orr, "the ferry is sold"', "the ferry is sold", "Ann Orr"),
        ("“The ferry,” Orr said, “is sold.”", "The ferry, ... is sold.", "Orr"),
        ("“The ferry is sold,” said Dr. Ann van Orr", "The ferry is sold,", "Ann van Orr"),
    ],
)
def test_a_text_may_name_its_speaker(text: str, words: str, speaker: str) -> None:
    assert attributed(text) == Attributed(words, speaker)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry is sold, said Ann Orr",
        "“The ferry is sold at last”",
        "“The ferry is sold,” he said",
        "“The ferry is sold,” the mayor said.",
        "Ann Orr said “Gender” twice",
        "“The ferry is sold,” said Ann Orr, the mayor of Tolbeck for more than twelve long years.",
    ],
)
def test_a_text_without_a_named_speaker_is_taken_as_it_is(text: str) -> None:
    assert attributed(text) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“It is sold,” said the mayor, Ann Orr, on Monday.", "Ann Orr"),
        ("“It is sold,” David Klee, a fellow of the Brell Institute, told CNN.", "David Klee"),
        ("Ann Orr, the mayor, told reporters: “It is sold.”", "Ann Orr"),
        ("On Monday Ann Orr said that “It is sold”.", "Ann Orr"),
        ("“We are glad. It is sold.” Nobody spoke.", ""),
        ("“It is sold,” she said. Bo Lind disagreed.", ""),
        ("“It is sold,” the mayor said. Bo Lind said nothing.", ""),
        ("“It is sold”, according to the Harbour Office.", "Harbour Office"),
        ("The sign reads It is sold. Ann Orr said so.", ""),
        ("Bo Lind said no.\n\n“It is sold,” said Ann Orr.", "Ann Orr"),
        ("“We say this,” Ann Orr said. “It is sold.”", ""),
        ("“It is sold,” Sen. Ann Orr's office said.", "Sen. Ann Orr's office"),
    ],
)
def test_the_article_tells_who_said_it_or_nobody_is_named(text: str, speaker: str) -> None:
    start = text.index("It is sold")
    assert said_by(text, start, start + len("It is sold")) == speaker


def test_a_quotation_in_two_parts_is_said_by_whom_stands_between_them() -> None:
    text = "“The ferry,” Ann Orr said on Monday, “is sold.” Bo Lind said no."
    assert said_by(text, 1, 46) == "Ann Orr"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann Orr", "Orr", True),
        ("President Orr", "Ann Orr", True),
        ("WFC", "World Ferry Council", True),
        ("World Ferry Council", "WFC", True),
        ("Ann Orr", "Bo Lind", False),
        ("Ann Orr", "", True),
    ],
)
def test_speakers_are_the_same_where_their_names_may_be(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
    assert same_person(other, one) is same


@given(st.text(alphabet="AbcS “”\"'.,:-\nsaid tolO", max_size=80), st.integers(0, 40))
def test_odd_text_names_nobody_or_words_of_its_own(text: str, start: int) -> None:
    found = attributed(text)
    if found:
        assert set(found.speaker.split()) <= set(text.replace(".", " ").split()) or found.speaker
    start = min(start, len(text))
    speaker = said_by(text, start, min(len(text), start + 5))
    assert speaker == "" or all(word in text for word in speaker.split())
