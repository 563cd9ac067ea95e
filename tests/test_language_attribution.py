"""Who said it, by the words around a quotation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.attribution import (
    Attributed,
    attributed,
    attributions,
    said_by,
)
from rag.language.speakers import matches_speaker, same_person


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
        ("“The ferry,” he said, “is sold.”", "The ferry, ... is sold.", ""),
        ("The mayor’s clerk said that “the ferry is sold”.", "the ferry is sold", ""),
    ],
)
def test_a_text_may_have_somebody_say_its_words(text: str, words: str, speaker: str) -> None:
    assert attributed(text) == Attributed(words, speaker)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry is sold, said Ann Orr",
        "“The ferry is sold at last”",
        "“The ferry is sold at last” (Ann Orr)",
        "Ann Orr said “Gender” twice",
        "“The ferry is sold,” said Ann Orr, the mayor of Tolbeck for more than twelve long years.",
    ],
)
def test_a_text_that_has_nobody_say_it_is_taken_as_it_is(text: str) -> None:
    assert attributed(text) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“It is sold,” said the mayor, Ann Orr, on Monday.", "Ann Orr"),
        ("“It is sold,” David Klee, a fellow of the Brell Institute, told CNN.", "David Klee"),
        ("Ann Orr, the mayor, told reporters: “It is sold.”", "Ann Orr"),
        ("On Monday Ann Orr said that “It is sold”.", "Ann Orr"),
        ("Orr’s fellow Tolbeck Democrat, Bo Lind, said “It is sold.”", "Bo Lind"),
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


def whose(text: str) -> list[tuple[str, str, bool]]:
    return [
        (each.speaker, text[each.start : each.end], each.quoted)
        for each in attributions(text, 0, len(text))
    ]


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("Clara Lind came. Lind said she also won't sail.", "Clara Lind", "she also won't sail"),
        ("Ann Orr sold it. Her agent said she was glad.", "her agent", "she was glad"),
        ("In a text to Forbes, Ann Orr wrote that it was sold.", "Ann Orr", "that it was sold"),
        (
            "A spokeswoman of Brell Line said it is sold.",
            "a spokeswoman of Brell Line",
            "it is sold",
        ),
        ("According to Ann Orr, the ferry is sold.", "Ann Orr", "the ferry is sold"),
        ("The ferry is unsafe, the mayor said.", "the mayor", "The ferry is unsafe"),
        ("The ferry, Orr said, is unsafe.", "Orr", "The ferry, Orr said, is unsafe"),
        ("The FDA said the ferry is unsafe.", "FDA", "the ferry is unsafe"),
        ("Police were told by Ann Orr that it was sold.", "Ann Orr", "that it was sold"),
        ("It fell, according to the Office for Ferries.", "Office for Ferries", "It fell"),
        ("Vesk Gov. Ann Orr said the ferry is sold.", "Ann Orr", "the ferry is sold"),
    ],
)
def test_reported_speech_has_its_speaker(text: str, speaker: str, words: str) -> None:
    assert whose(text) == [(speaker, words, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Ann Orr declined to say whether the ferry is sold.",
        "Ann Orr did not say that the ferry is sold.",
        "Ann Orr was told that the ferry is sold.",
        "The ferry is sold.",
        "It is like the song “Long Way Home”.",
    ],
)
def test_what_nobody_says_is_nobodys(text: str) -> None:
    assert whose(text) == []


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Ann Orr sold it. “I am very glad now,” she said.", ["Ann Orr"]),
        (
            "“It is all sold,” Ann Orr told Reuters. “We never looked back at it.”",
            ["Ann Orr", "Ann Orr"],
        ),
        ("“Who will pay for it?” Orr asked more than once.", ["Orr"]),
        ("“It is so sad,” Orr wrote. “I’m…Our club lost it all. We go on.", ["Orr"] * 2),
        ("Ann Orr posted on Monday:\n\n“I am very glad today.”", ["Ann Orr"]),
        ("“It is sold,” said Ann Orr. “We are\n\n“very glad,” she added.", ["Ann Orr"] * 2),
        ("Bo Lind left. Ann Orr came.\n\n“It was good for us all.”", [""]),
        ("Mr. Bo Lind met the mayor. “It is all sold now,” she said.", [""]),
        ("Ann Orr, who made the film “The Long Way Home”, said no.", [""]),
    ],
)
def test_quotations_have_the_speaker_who_can_be_meant(text: str, speakers: list[str]) -> None:
    assert [speaker for speaker, _, quoted in whose(text) if quoted] == speakers


AROUND = (
    "Pope Leo spoke. At Vesk University, president Lawrence Bock agreed. Brell had fires, and Gov."
    " Kate Marr said so. Ann Orr, the mayor of Tolbeck, left. The FDA agreed. Don Trask spoke."
    " Eva Rood, an attorney for Lind’s family, wept."
)


@pytest.mark.parametrize(
    ("speaker", "asked", "fit"),
    [
        ("Pope Leo", "the pope", 0.9),
        ("the pope", "pope leo", 0.8),
        ("Lawrence Bock", "Vesk University's president", 0.8),
        ("Kate Marr", "brell's governor", 0.8),
        ("Ann Orr", "the mayor of tolbeck", 0.9),
        ("FDA", "fda", 1.0),
        ("Food and Drug Administration", "FDA", 0.95),
        ("an FDA spokeswoman", "fda", 0.8),
        ("a Trask spokeswoman", "trask", 0.1),
        ("her agent", "ann orr", 0.0),
        ("Eva Rood", "the family’s lawyer", 0.9),
        ("Eric Trask", "Don Trask", 0.3),
        ("Trask", "don trask", 0.9),
        ("two dozen Don Trask fans", "don trask", 0.1),
        ("the mayor", "ann orr", 0.8),
        ("the mayor's lawyer", "the mayor", 0.0),
        ("Bo Lind", "brell's governor", 0.0),
        ("Ann Orr", "tolbeck", 0.0),
        ("", "ann orr", 0.0),
        ("Ann Orr", "?", 0.0),
    ],
)
def test_a_speaker_fits_the_one_who_is_asked_for(speaker: str, asked: str, fit: float) -> None:
    assert matches_speaker(speaker, asked, AROUND) == fit
