"""Furniture found in whole articles of plain paragraphs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.boilerplate import Block, find_furniture, paragraphs

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
BODY = "Divers had found a crack in the hull in December and the yard replaced nine plates."
PIECES = [
    LEAD, BODY, "By Mara Lind", "Mara Lind", "May 3, 2025", "Mass meetings", "Two boats",
    "Read more: Ferry", "VESK (LNA) — ", "CNN —", "— Ivo Tarn", "Photo: LNA", "- a", "\n", "\n\n",
    "\n\n", "\n\n", " ", "\u2028", "Sign up for our newsletter", "https://a.b", "Original url:",
]  # fmt: skip


def typed(text: str) -> list[tuple[str, str]]:
    """The kind and the words of each span."""
    spans = find_furniture(text, paragraphs(text))
    return [(span.kind, text[span.start : span.end]) for span in spans]


def article(*blocks: str) -> str:
    """Paragraphs parted by blank lines."""
    return "\n\n".join(blocks)


def test_everything_around_the_reporting_is_typed() -> None:
    text = article(
        "Mara Lind",
        "The Harbour Post",
        "Updated May 3, 2025, 4:20 p.m. ET",
        f"VESK (LNA) — {LEAD}",
        "Divers at the wreck on Sunday. Ivo Tarn/AFP/Getty Images",
        BODY,
        "A costly winter",
        BODY,
        "Read more: Ferry returns",
        BODY,
        "— Mara Lind",
        "Sign up for our newsletter.",
        "Original url:",
        "https://harbour.example/ferry",
    )
    assert typed(text) == [
        ("byline", "Mara Lind"),
        ("byline", "The Harbour Post"),
        ("date", "Updated May 3, 2025, 4:20 p.m. ET"),
        ("dateline", "VESK (LNA) — "),
        ("photo credit", "Divers at the wreck on Sunday. Ivo Tarn/AFP/Getty Images"),
        ("heading", "A costly winter"),
        ("related link", "Read more: Ferry returns"),
        ("byline", "— Mara Lind"),
        ("newsletter", "Sign up for our newsletter."),
        ("original url", "Original url:"),
        ("original url", "https://harbour.example/ferry"),
    ]


def test_an_article_of_reporting_alone_has_no_furniture() -> None:
    assert typed(article(LEAD, BODY, LEAD)) == []


def test_a_dateline_may_stand_alone_on_its_line() -> None:
    assert typed(article("CNN —", LEAD, BODY)) == [("dateline", "CNN —")]


def test_a_dateline_may_follow_an_editors_note() -> None:
    text = article("Editor’s Note: Mara Lind is a marine engineer in Vesk.", f"VESK — {LEAD}", BODY)
    assert typed(text) == [("dateline", "VESK — ")]


def test_there_is_one_dateline_and_it_is_near_the_top() -> None:
    text = article(f"VESK — {LEAD}", f"TOLBECK — {BODY}")
    assert typed(text) == [("dateline", "VESK — ")]
    assert typed(article(*[BODY] * 4, f"VESK — {LEAD}")) == []


def test_the_sentence_after_a_dateline_starts_clean() -> None:
    text = f"VESK (LNA) - {LEAD}"
    (span,) = find_furniture(text, paragraphs(text))
    assert text[span.end :] == LEAD


def test_a_heading_stands_before_reporting() -> None:
    assert typed(article(LEAD, "A costly winter", BODY)) == [("heading", "A costly winter")]
    assert typed(article(LEAD, "A costly winter")) == []
    assert typed(article("A costly winter", BODY)) == [("heading", "A costly winter")]
    assert typed(article("What comes next?", BODY)) == [("heading", "What comes next?")]


def test_a_short_line_above_a_table_is_its_heading() -> None:
    text = article(LEAD, "How the parties voted", "| Party | Yes |\n| Reds | 7 |", BODY)
    assert typed(text) == [("heading", "How the parties voted")]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Table 1: How the parties voted.", [("heading", "Table 1: How the parties voted.")]),
        ("Figure 2. Turnout since 1990 in all of the districts of the county of Vesk, by year",
         [("heading",
           "Figure 2. Turnout since 1990 in all of the districts of the county of Vesk, by year")]),
        ("Table 4 was full of guests, and nobody had expected the mayor to be among them.", []),
    ],
)  # fmt: skip
def test_the_caption_of_a_table_or_figure_is_no_reporting(
    line: str, kinds: list[tuple[str, str]]
) -> None:
    assert typed(article(LEAD, line, LEAD)) == kinds


def test_lists_of_short_lines_are_no_headings() -> None:
    assert typed(article(LEAD, "Best film", "The lock keeper", "Best song", "Low tide", BODY)) == []


def test_a_list_of_names_after_dashes_is_no_list_of_signatures() -> None:
    assert typed(article(LEAD, "— Mara Lind", "— Ivo Tarn", "— Jo Vesk", BODY)) == []
    assert typed(article(LEAD, "— Mara Lind", BODY)) == [("byline", "— Mara Lind")]


def test_names_below_the_reporting_are_not_bylines() -> None:
    assert typed(article(LEAD, "Mara Lind", "Ivo Tarn")) == []


def test_a_by_line_is_one_only_near_the_top() -> None:
    assert typed(article(LEAD, BODY, "By Mara Lind")) == [("byline", "By Mara Lind")]
    assert typed(article(*[LEAD, BODY] * 4, "By Mara Lind")) == []


def test_a_bare_address_is_a_link_unless_it_follows_original_url() -> None:
    assert typed(article(LEAD, "https://a.example/b")) == [("related link", "https://a.example/b")]


def test_paragraphs_are_parted_by_blank_lines() -> None:
    text = "\n One\nand two. \n \t\n\u00a0\nThree. \n"
    blocks = paragraphs(text)
    assert [block.words for block in blocks] == ["One\nand two.", "Three."]
    assert [text[block.start : block.end] for block in blocks] == ["One\nand two.", "Three."]


def test_lines_are_paragraphs_where_no_blank_line_parts_any() -> None:
    assert [block.words for block in paragraphs("\n\nOne.\nTwo.\n\n")] == ["One.", "Two."]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028"])
def test_text_without_a_character_has_no_paragraphs(text: str) -> None:
    assert paragraphs(text) == []
    assert find_furniture(text, []) == ()


def test_what_the_markup_tells_is_not_looked_at_again() -> None:
    text = article("Mara Lind said she would sail.", BODY)
    first, second = paragraphs(text)
    spans = find_furniture(text, [replace(first, kind="title"), second])
    assert [(span.kind, span.start, span.end) for span in spans] == [("title", 0, 30)]


def test_a_block_may_say_less_than_its_characters() -> None:
    text = f"**By** [Mara Lind](#)\n\n{LEAD}"
    blocks = [Block(0, 21, "By Mara Lind"), Block(23, len(text), LEAD)]
    assert [span.kind for span in find_furniture(text, blocks)] == ["byline"]


def test_an_article_of_20000_words_is_typed_to_its_end() -> None:
    text = article(*[BODY] * 1_334, "A costly winter", LEAD, "Read more: Ferry returns")
    assert len(text.split()) > 20_000
    assert typed(text) == [
        ("heading", "A costly winter"),
        ("related link", "Read more: Ferry returns"),
    ]


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
)
def test_spans_are_in_order_within_the_text_and_never_overlap(text: str) -> None:
    spans = find_furniture(text, paragraphs(text))
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(text[span.start : span.end].strip() for span in spans)


@given(st.text(alphabet="a. \n\t\u00a0\u2028", max_size=80))
def test_paragraphs_lose_no_word(text: str) -> None:
    blocks = paragraphs(text)
    assert " ".join(block.words for block in blocks).split() == text.split()
    assert all(text[block.start : block.end] == block.words for block in blocks)


@pytest.mark.parametrize(
    "line",
    [
        "महापौर ने कहा, “कोई बच्चा भूखा नहीं पढ़ेगा।”",
        "میئر نے کہا کہ پل اگلے سال کھلے گا۔",
        "Քաղաքապետը մեկնեց Երեւան։",
    ],
)
def test_a_line_that_ends_as_sentences_of_its_script_do_is_reporting(line: str) -> None:
    assert find_furniture(line, paragraphs(line)) == ()
