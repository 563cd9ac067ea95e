"""Markdown articles: raw text kept, blocks typed, front matter understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.corpus import Read
from rag.corpus.markdown import markdown_draft, plain_words
from tests.reading import read_article, typed

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
BODY = "Divers had found a crack in the hull in December and the yard replaced nine plates."
STORY = f"""
# Ferry Returns To 'Lorn Sound' After Eleven Weeks

By [Mara Lind and Ivo Tarn for LNA](#)

September 11, 2024



**Jo Vesk / POOL / LNA**

VESK (LNA) - {LEAD}

**Related article:** [Captain Says Crack Was Known](#)

{BODY}

## **Costly winter**

{BODY}

*Sign up for our morning newsletter and get the news at 7.*

## What next

{BODY}

Original url:

<https://www.harbour.example/2024/09/11/ferry-returns-a71419>
"""
PIECES = [
    "# ", "## ", "\n", "\n\n", "By Mara Lind", "**", "*", "[a](b)", "![x](y)", "> ", "- ", "1. ",
    "Original url:", "<https://a.b/c>", "VESK (LNA) — ", LEAD, "---", "title: x", "```", "    ",
    "\t", "<!--", "\u2028", "\x0b", "\x0c", "\x85", "2020-01-01", "Read more: ", "|a|b|", "=", "\r",
]  # fmt: skip


def read(path: Path, text: str) -> Read:
    """The one article of a file that holds `text`."""
    return read_article(path, text)


def kinds(text: str) -> list[tuple[str | None, str]]:
    """What the markup alone tells of each block."""
    return [(block.kind, block.words) for block in markdown_draft("a.md", text).blocks]


def test_a_news_article_in_markdown_is_read_in_full(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", STORY).article
    assert article.text == STORY
    assert article.id == "harbour.example/2024/09/11/ferry-returns-a71419"
    assert article.url == "https://www.harbour.example/2024/09/11/ferry-returns-a71419"
    assert article.title == "Ferry Returns To 'Lorn Sound' After Eleven Weeks"
    assert article.publisher == "harbour.example"
    assert article.authors == ("Mara Lind", "Ivo Tarn")
    assert str(article.published) == "2024-09-11"
    assert (article.language, article.section, article.revision) == ("en", "", 1)


def test_everything_around_the_reporting_is_typed(tmp_path: Path) -> None:
    assert typed(read(tmp_path / "a.md", STORY).article) == [
        ("title", "# Ferry Returns To 'Lorn Sound' After Eleven Weeks"),
        ("byline", "By [Mara Lind and Ivo Tarn for LNA](#)"),
        ("date", "September 11, 2024"),
        ("photo credit", "**Jo Vesk / POOL / LNA**"),
        ("dateline", "VESK (LNA) - "),
        ("related link", "**Related article:** [Captain Says Crack Was Known](#)"),
        ("heading", "## **Costly winter**"),
        ("newsletter", "*Sign up for our morning newsletter and get the news at 7.*"),
        ("heading", "## What next"),
        ("original url", "Original url:"),
        ("original url", "<https://www.harbour.example/2024/09/11/ferry-returns-a71419>"),
    ]


def test_a_complete_article_gives_no_warning(tmp_path: Path) -> None:
    assert read(tmp_path / "a.md", STORY).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_of_the_file_changes_nothing(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.md"
    outcome = read_article(path, STORY.replace("\n", "\r\n").encode(encoding))
    assert outcome.article == read(path, STORY).article


def test_an_original_url_may_stand_on_the_same_line(tmp_path: Path) -> None:
    text = f"# Ferry\n\n{LEAD}\n\n**Original url:** [link](https://harbour.example/ferry)"
    article = read(tmp_path / "a.md", text).article
    assert article.id == "harbour.example/ferry"
    assert typed(article)[-1] == (
        "original url",
        "**Original url:** [link](https://harbour.example/ferry)",
    )


def test_a_missing_date_is_reported(tmp_path: Path) -> None:
    outcome = read(tmp_path / "a.md", f"# Ferry\n\n{LEAD}")
    assert outcome.article.published is None
    assert outcome.warnings == ("no date found; kept as unknown",)


def test_an_impossible_date_is_reported_and_still_no_evidence(tmp_path: Path) -> None:
    outcome = read(tmp_path / "a.md", f"# Ferry\n\n31 February 2021\n\n{LEAD}")
    assert outcome.article.published is None
    assert outcome.warnings == ("date '31 February 2021' cannot be read; kept as unknown",)
    assert ("date", "31 February 2021") in typed(outcome.article)


def test_front_matter_gives_the_fields(tmp_path: Path) -> None:
    text = f"""---
title: "Ferry returns: at last"
url: https://harbour.example/ferry?utm_source=x
author: [Mara Lind, 'Ivo Tarn']
date: 2024-09-11T09:30:00+02:00
publisher: The Harbour Post
language: en-GB
section: Coast
---
# Ferry returns

{LEAD}
"""
    article = read(tmp_path / "a.md", text).article
    assert article.title == "Ferry returns: at last"
    assert article.id == "harbour.example/ferry"
    assert article.authors == ("Mara Lind", "Ivo Tarn")
    assert str(article.published) == "2024-09-11T07:30:00Z"
    assert (article.publisher, article.language, article.section) == (
        "The Harbour Post",
        "en",
        "Coast",
    )
    assert [kind for kind, _ in typed(article)] == ["title", "title"]
    assert article.text[article.furniture[0].end :].startswith("\n# Ferry returns")


def test_front_matter_may_list_authors_and_lack_a_title(tmp_path: Path) -> None:
    text = f"---\nauthors:\n- Mara Lind\n- Ivo Tarn\n---\n\n# Ferry returns\n\n{LEAD}"
    article = read(tmp_path / "a.md", text).article
    assert article.authors == ("Mara Lind", "Ivo Tarn")
    assert article.title == "Ferry returns"


def test_reporting_between_two_rules_is_no_front_matter(tmp_path: Path) -> None:
    text = f"---\n\n{LEAD}\n\n---\n\n{BODY}"
    assert typed(read(tmp_path / "a.md", text).article) == []


def test_one_title_and_then_headings() -> None:
    assert kinds("# One\n\n# Two\n\nThree\n=====\n\n### Four ###") == [
        ("title", "One"),
        ("heading", "Two"),
        ("heading", "Three"),
        ("heading", "Four"),
    ]


def test_a_rule_below_a_sentence_makes_no_heading_of_it() -> None:
    assert kinds(f"{LEAD}\n---\n{BODY}") == [(None, LEAD), (None, BODY)]


def test_bold_lines_above_the_reporting_are_credits_and_below_it_headings() -> None:
    assert kinds(f"# Title\n\n**Mara Lind**\n\n{LEAD}\n\n**Mara Lind**")[1:] == [
        ("photo credit", "Mara Lind"),
        (None, LEAD),
        (None, "Mara Lind"),
    ]


def test_a_bold_line_with_an_agency_is_a_credit_anywhere() -> None:
    assert kinds(f"{LEAD}\n\n**Mara Lind / LNA**\n\n**Police handout**")[1:] == [
        ("photo credit", "Mara Lind / LNA"),
        ("photo credit", "Police handout"),
    ]


def test_bold_sentences_are_reporting() -> None:
    standfirst = "The ferry is back, and **eleven** weeks of detours are over."
    for text in (f"**{LEAD}**", f"**{standfirst.replace('**', '')}**", standfirst):
        assert [kind for kind, _ in kinds(f"# Title\n\n{text}\n\n{BODY}")] == ["title", None, None]


def test_a_bold_heading_within_the_reporting(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", f"{LEAD}\n\n**Costly winter**\n\n{BODY}").article
    assert typed(article) == [("heading", "**Costly winter**")]


def test_paragraphs_of_links_and_images_alone_are_furniture() -> None:
    text = "[One](a) | [Two](b)\n\n- [Three](c_(d))\n\n![A boat](boat.jpg)\n\n[One](a) said so."
    assert [kind for kind, _ in kinds(text)] == [
        "related link",
        "related link",
        "photo credit",
        None,
    ]


def test_lists_quotes_and_code_stay_reporting() -> None:
    text = f"- {LEAD}\n- Mara Lind\n\n> {BODY}\n\n1. Two boats sank.\n\n    indented {LEAD}\n"
    assert [kind for kind, _ in kinds(text)] == [None] * 5


def test_blocks_are_the_lines_they_stand_on() -> None:
    text = f"\n\n  {LEAD}\nsecond line\n\n\n> - {BODY}"
    blocks = markdown_draft("a.md", text).blocks
    assert [text[block.start : block.end] for block in blocks] == [
        f"{LEAD}\nsecond line",
        f"> - {BODY}",
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("## **Costly winter** ##", "Costly winter"),
        ("*one* __two__ `three` snake_case 2*3", "one two three snake_case 2*3"),
        ("[a](b) ![c](d)e <https://f.example>", "a e https://f.example"),
        ("- item - with dash", "• item - with dash"),
        ("[wiki](https://w.example/A_(b)) said", "wiki said"),
        ("[[[", "[[["),
    ],
)
def test_words_are_what_a_reader_sees(markup: str, expected: str) -> None:
    assert plain_words(markup) == expected


def test_thousands_of_brackets_take_no_time_worth_naming(tmp_path: Path) -> None:
    text = "[" * 100_000 + "\n\n" + "<http://" * 20_000 + "\n\n#" + " " * 100_000 + "a"
    assert read(tmp_path / "a.md", text).article.text == text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.text(max_size=150), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
)
def test_any_text_gives_ordered_spans_and_blocks(text: str) -> None:
    clean = text.replace("\r", "\n").replace("\x00", "\ufffd")
    blocks = markdown_draft("a.md", clean).blocks
    edges = [edge for block in blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    assert all(0 <= block.start < block.end <= len(clean) for block in blocks)
