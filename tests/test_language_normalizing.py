"""What is seen through in a text, and where its letters stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.letter_pairs import asked_pairs, letters, pairs_of
from rag.language.normalizing import Normalized, normalized
from rag.language.words import Wording, word_count

ODD = (
    "aé\u0301e\u00ad\u200b\n -fi\ufb01\uff14ﾄﾞ가ᄀㄱㅏ\u11a8\u0640"
    "\u064eี่ท4²¬\u093c\u0928\u094d\u0130\u3099か"
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("coun\u00adcil", "council"),
        ("coun\u200bcil\ufeff", "council"),
        ("o\ufb03ce \ufb02oor", "office floor"),
        ("e\u0301lan", "élan"),
        ("ＧＤＰ ４１２", "GDP 412"),
        ("ﾄﾝﾈﾙ ｶﾞｽ", "トンネル ガス"),
        ("مُحَمَّد الميـــناء", "محمد الميناء"),
        ("412¹ metres, m² and CO₂", "412  metres, m2 and CO2"),
        ("coun\u00ad\ncil", "coun-\ncil"),
        ("“It’s 5 %—no …”", "“It’s 5 %—no …”"),
        ("", ""),
    ],
)
def test_what_a_reader_does_not_see_is_gone(text: str, seen: str) -> None:
    assert normalized(text) == seen


@given(st.text(max_size=30) | st.text(alphabet=ODD, max_size=30))
def test_every_character_of_the_normalized_text_has_its_place(text: str) -> None:
    made = Normalized(text)
    places = [made.span(n, n + 1) for n in range(len(made.text))]
    assert made.text == normalized(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


def test_words_keep_their_places_in_the_text_as_it_came() -> None:
    text = "The o\ufb03ce of the coun\u00adcil paid ４１２ crowns"
    wording = Wording(text)
    assert wording.folded == ["the", "office", "of", "the", "council", "paid", "412", "crowns"]
    assert [text[slice(*wording.span(n, n))] for n in (1, 4, 6)] == [
        "o\ufb03ce",
        "coun\u00adcil",
        "４１２",
    ]


@pytest.mark.parametrize(
    ("text", "known", "words"),
    [
        ("the har-\nbour", {"harbour"}, ["the", "harbour"]),
        ("the har-\nbour", {"har", "bour"}, ["the", "har", "bour"]),
        ("a house-\r\n  work", {"housework"}, ["a", "housework"]),
        ("rep-\nresen-\ntatives met", {"representatives"}, ["representatives", "met"]),
        ("coun¬\ncil", {"council"}, ["council"]),
        ("coun- cillors", {"councillors"}, ["councillors"]),
        ("from 1914-\n1918", {"19141918"}, ["from", "1914", "1918"]),
        ("well-known", {"wellknown"}, ["well", "known"]),
    ],
)
def test_a_word_that_is_cut_is_whole_where_the_other_text_has_it_whole(
    text: str, known: set[str], words: list[str]
) -> None:
    mended = Wording(text).mended(known)
    assert mended.folded == words
    assert mended.span(0, len(mended) - 1) == (0, len(text))


def test_letters_carry_their_vowels_and_pairs_reach_over_a_line_end() -> None:
    assert letters("เมืองน้ำ") == ["เมื", "อ", "ง", "น้ำ"]
    assert pairs_of("港口隧\n道 米") == ["港口", "口隧", "隧道"]
    assert asked_pairs("为什么") == ["为什", "什么"]
    assert asked_pairs(normalized("ค่าเท่าไร")) == [normalized("ค่า")]


def test_words_are_counted_where_no_spaces_are() -> None:
    assert word_count("Four plain words here") == 4
    assert word_count("공사비는 620만 크로네이다.") == 6
    assert word_count("。") == 1
