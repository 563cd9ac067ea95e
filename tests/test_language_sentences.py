"""Sentences of news prose: worked examples, and what holds for every text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import LONG_SENTENCE, MAX_SENTENCE, sentence_spans

ODD = st.text(alphabet="aB1 .!?\n\r\t“”\"'()[]…—•-\u00a0\u3000😀é。\x1c", max_size=120)


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language=language)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Osk met Mrs. Lind and Ms. Vane.|They spoke.",
        "Sen. Smith thanked Rep. Orr.|Gov. Dr. Who did not.",
        "The U.S. economy grew.|Prices fell.",
        "He lives at No. 10 Quay Street.|She does not.",
        "It rose 3.5 percent.|It fell 1.2 percent in Jan. 2031.",
        "They met at 5 p.m. Monday.|They left at 6 p.m.|Nobody saw them.",
        "Leader Ann Orr, D-N. Y., agreed.|J. K. Marr did not.",
        "The club in Brook, Mass. hosts it.|All are welcome.",
        "“We will go.”|He left.",
        "“It is sad,” Orr wrote on Monday.|“I’m…Our club lost it all.",
        '"We go. We stay."|Then he left.',
        "“Stop!” he said.|“Go.”",
        "“Who?” he was asked.|He named her.",
        "(The mayor left.)|She came back.",
        "The ferry sank (in May).|Nobody drowned.",
        "She said so.[1]|He did not. [2]|It rained [3].|Osk left.",
        "3. Harbour walls cost most.|Roads come next.",
        "• The mill burnt.|It was old.",
        "No.|He did not.",
        "Holy Orr-St. Vesk School won.|It sang:St. Vesk lost.",
        "In Lind v. Orr, he won.|No. 1 Vesk vs. No. 2 Brell is next.",
        "It is at 308 N. Second Street.|He lives at 12 N.",
        "Rep. Ann Orr, D-N. Y, spoke.|Sen. Lind, D-Wash. − one of two, left.",
        "It ran from July 31-Aug. 1 in Vesk.|It rained.",
        "The author J.D. Orr spoke.|They live in the U.S.|They like it.",
        "Why?!|Really.",
    ],
)
def test_news_prose_is_divided_where_a_reader_would(text: str) -> None:
    assert sentences(text.replace("|", " ")) == text.split("|")


def test_passages_are_cut_where_they_were() -> None:
    text = "Holy Orr-St. Vesk School won."
    assert sentence_spans(text, passages=True) == [(0, 12), (13, 29)]
    assert sentence_spans(text) == [(0, 29)]


def test_offsets_point_into_the_whole_text_though_only_a_part_is_read() -> None:
    text = "Not this. The mill burnt. Nobody died. Nor this."
    assert sentence_spans(text, 10, 38) == [(10, 25), (26, 38)]
    assert sentence_spans(text, -9) == [(39, 48)]
    assert sentence_spans(text, 25, 26) == []
    assert sentence_spans("") == []


def test_a_blank_line_ends_a_sentence_and_a_single_line_break_does_not() -> None:
    assert sentences("A heading\n \nThe mill\nburnt.\r\n\r\nIt rained.") == [
        "A heading",
        "The mill\nburnt.",
        "It rained.",
    ]


def test_an_item_of_a_list_begins_a_sentence_and_keeps_its_mark() -> None:
    assert sentences("Plan.\n- Walls first. Roads next\n 2) Schools\nThen rest. And pay.") == [
        "Plan.",
        "- Walls first.",
        "Roads next",
        "2) Schools\nThen rest.",
        "And pay.",
    ]


def test_the_language_decides_about_abbreviations_and_an_unknown_one_is_english() -> None:
    text = "Am 3. Mai kam Dr. Abt. Er blieb."
    assert sentences(text, "de") == ["Am 3. Mai kam Dr. Abt.", "Er blieb."]
    assert sentences("Mr. Osk left. He ran.", "xx") == ["Mr. Osk left.", "He ran."]
    assert sentences("Mr. Osk left. He ran.", "") == ["Mr. Osk left.", "He ran."]
    assert sentences("他走了。她来了。", "zh") == ["他走了。", "她来了。"]


def test_a_long_quotation_is_divided_between_its_sentences_and_keeps_its_marks() -> None:
    first = "“We rebuilt the quay " + "stone by stone " * 14 + "before the winter."
    second = "Nobody thanked us for it " + "at any meeting " * 14 + "afterwards.”"
    third = "“And we would do it again,” said Osk."
    assert len(f"{first} {second}") > LONG_SENTENCE
    assert sentences(f"{first} {second} {third}") == [first, second, third]


def test_a_sentence_beyond_the_limit_is_cut_at_white_space_else_hard() -> None:
    words = "word " * 500
    assert [end - start for start, end in sentence_spans(words)] == [1999, 499]
    assert [end - start for start, end in sentence_spans("x" * 4_001)] == [2000, 2000, 1]
    exact = "y" * MAX_SENTENCE
    assert sentences(f"{exact} z") == [exact, "z"]


def test_a_lone_surrogate_is_read_like_any_unknown_character() -> None:
    assert sentences("The \ud800 mill burnt. It rained.") == [
        "The \ud800 mill burnt.",
        "It rained.",
    ]


@given(ODD | st.text(max_size=80))
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert all(left < right for left, right in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert all(text[left:right] == text[left:right].strip() for left, right in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


@given(ODD, st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_read_as_if_it_stood_alone(text: str, start: int, length: int) -> None:
    end = start + length
    alone = sentence_spans(text[start:end])
    assert sentence_spans(text, start, end) == [(start + a, start + b) for a, b in alone]


@given(st.text(alphabet="ab .\u3000", min_size=1, max_size=9), st.integers(300, 900))
def test_no_sentence_exceeds_the_limit_or_loses_words(piece: str, times: int) -> None:
    text = piece * times
    found = sentences(text)
    assert all(len(sentence) <= MAX_SENTENCE for sentence in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_no_break_spaces_do_not_upset_the_segmenter() -> None:
    # On this text sentencex looks for a character in the middle of U+00A0, and panics.
    text = (
        "!! é\u2028!““\né\xa0B \xa0.“ééB“. . \u2028Bé“!\xa0“\u2028 é“B!\xa0!\u2028?éa”é”B.a?"
        "\xa0\xa0“\u2028“”\xa0!\xa0?a! ”"
    )
    found = "".join(text[start:end] for start, end in sentence_spans(text))
    assert "".join(found.split()) == "".join(text.split())
