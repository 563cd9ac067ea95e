"""What all formats share: id, title, date, publisher, language and warnings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.corpus.assembling import assemble
from rag.corpus.boilerplate import paragraphs
from rag.corpus.drafts import Draft, Read, printable_path

NOW = datetime(2025, 5, 3, 12, tzinfo=UTC)
LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."


def settled(text: str = LEAD, path: str = "news/a.txt", now: datetime = NOW, **fields: Any) -> Read:
    """The outcome of a draft with these fields."""
    return assemble(Draft(path, text, tuple(paragraphs(text)), **fields), now)


def test_the_id_is_the_canonical_url() -> None:
    article = settled(url="https://www.h.example/ferry/?ref=x", source_id="7").article
    assert article.id == "h.example/ferry"
    assert article.url == "https://www.h.example/ferry/?ref=x"


def test_the_id_is_else_the_given_one() -> None:
    assert settled(source_id="story 7").article.id == "story 7"


def test_the_id_is_else_where_the_article_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert settled(path="news/a.txt").article.id == "file:/news/a.txt"
    assert settled(path="/news/b.jsonl:17").article.id == "file:/news/b.jsonl:17"


def test_the_same_text_at_two_places_is_two_articles() -> None:
    assert settled(path="a/1.txt").article.id != settled(path="b/1.txt").article.id


@pytest.mark.parametrize("url", ["#", "n/a", "see below"])
def test_a_url_that_is_none_is_left_out_and_reported(url: str) -> None:
    outcome = settled(url=url, source_id="7")
    assert (outcome.article.id, outcome.article.url) == ("7", "")
    assert outcome.warnings == (f"url {url!r} is no web address; left out",)


def test_the_url_may_stand_in_the_text() -> None:
    text = f"{LEAD}\n\nOriginal url: https://www.h.example/ferry"
    assert settled(text).article.id == "h.example/ferry"
    assert settled(text, url="https://h.example/b").article.id == "h.example/b"


def test_a_line_of_outlet_and_date_below_the_byline_names_no_author() -> None:
    text = f"By Mara Lind\nand Ivo Tarn\nHarbour Post, 2 May 2025\n\n{LEAD}"
    article = settled(text, url="https://harbourpost.example/ferry").article
    assert article.authors == ("Mara Lind", "Ivo Tarn")
    assert (article.publisher, str(article.published)) == ("Harbour Post", "2025-05-02")
    elsewhere = settled(text, url="https://evil.example/ferry").article
    assert elsewhere.publisher == "evil.example"


@pytest.mark.parametrize(
    ("line", "outlet", "authors"),
    [
        ("The Harbour Post, 2 May 2025", "The Harbour Post", ()),
        ("The Harbour Post, 2 May 2025 · By Mara Lind", "The Harbour Post", ("Mara Lind",)),
        ("Harbour Post | May 2, 2025 | By Mara Lind and Ivo Tarn", "Harbour Post",
         ("Mara Lind", "Ivo Tarn")),
        ("By Mara Lind · Radio Vesk, 2 May 2025", "Radio Vesk", ("Mara Lind",)),
        ("Northern Kelmark Independent, 2 May 2025 – By Katharina Marchetti",
         "Northern Kelmark Independent", ("Katharina Marchetti",)),
        ("Vesk, 2 May 2025", "", ()),
        ("Mara Lind, 2 May 2025", "", ()),
    ],
)  # fmt: skip
def test_a_line_of_outlet_date_and_author_names_them(
    line: str, outlet: str, authors: tuple[str, ...]
) -> None:
    title = "Ferry Marigold sails again"
    article = settled(f"{title}\n\n{line}\n\n{LEAD}").article
    assert (article.publisher, article.authors) == (outlet, authors)
    assert str(article.published) == "2025-05-02"
    assert line in [article.text[span.start : span.end] for span in article.furniture]


def test_the_last_line_may_be_that_of_outlet_and_date() -> None:
    body = "\n\n".join([LEAD] * 9)
    line = "Harbour Post, 2 May 2025 · By Mara Lind"
    article = settled(f"Ferry sails\n\n{body}\n\n{line}").article
    assert (article.publisher, article.authors) == ("Harbour Post", ("Mara Lind",))
    assert str(article.published) == "2025-05-02"
    assert article.text[article.furniture[-1].start :] == line
    other = settled(f"Ferry sails\n\n{body}\n\nRegatta on Lake Corran, 2 August 2025").article
    assert other.published is None


def test_the_publisher_is_given_or_the_host() -> None:
    url = "https://www.h.example/ferry"
    assert settled(url=url).article.publisher == "h.example"
    assert settled(url=url, publisher="The Harbour Post").article.publisher == "The Harbour Post"
    assert settled().article.publisher == ""


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        (LEAD, {"title": " Ferry \n returns "}, "Ferry returns"),
        (f"A costly winter\n\n{LEAD}", {}, "A costly winter"),
        (
            f"{LEAD}\n\nA costly winter\n\n{LEAD}",
            {"url": "https://h.example/ferry-returns-a71419"},
            "Ferry returns",
        ),
        ("CNN —\n\nThe ferry sailed again.", {}, "The ferry sailed again."),
        (
            LEAD + " It carried cars.",
            {},
            LEAD + " It carried …",
        ),
        ("a" * 200, {}, "a" * 100 + " …"),
    ],
)
def test_there_is_always_a_title(text: str, fields: dict[str, Any], expected: str) -> None:
    assert settled(text, **fields).article.title == expected


def test_authors_are_given_or_stand_in_a_byline() -> None:
    text = f"By Mara Lind and Ivo Tarn\n\n{LEAD}"
    assert settled(text).article.authors == ("Mara Lind", "Ivo Tarn")
    assert settled(text, authors=("Jo Vesk",)).article.authors == ("Jo Vesk",)


def test_a_bare_name_above_the_text_may_be_the_outlets() -> None:
    article = settled(f"The Harbour Post\n\n{LEAD}").article
    assert article.authors == ()
    assert [span.kind for span in article.furniture] == ["byline"]


def test_the_date_is_given_or_stands_in_a_date_line() -> None:
    text = f"Updated May 1, 2025\n\n{LEAD}"
    assert str(settled(text).article.published) == "2025-05-01"
    assert str(settled(text, date="2025-04-30").article.published) == "2025-04-30"
    beside = settled(f"Harbour Gazette, 7 March 2025\n\n{LEAD}")
    assert (str(beside.article.published), beside.warnings) == ("2025-03-07", ())


def test_a_date_up_to_one_day_ahead_is_a_matter_of_clocks() -> None:
    tomorrow = NOW + timedelta(days=1)
    assert settled(date=tomorrow.isoformat()).warnings == ()
    later = (tomorrow + timedelta(seconds=1)).isoformat()
    outcome = settled(date=later)
    assert outcome.article.published is None
    assert outcome.warnings == (f"date {later!r} lies in the future; kept as unknown",)


def test_a_date_that_cannot_be_read_is_unknown_and_reported() -> None:
    outcome = settled(date="31 February 2021")
    assert outcome.article.published is None
    assert outcome.warnings == ("date '31 February 2021' cannot be read; kept as unknown",)


def test_a_missing_date_is_reported_where_one_is_usual() -> None:
    assert settled().warnings == ()
    assert settled(dated=True).warnings == ("no date found; kept as unknown",)


def test_the_warnings_of_the_format_come_first() -> None:
    outcome = settled(warnings=("not UTF-8; read as Windows-1252",), dated=True)
    assert outcome.warnings[0] == "not UTF-8; read as Windows-1252"
    assert len(outcome.warnings) == 2


def test_the_language_is_given_or_found() -> None:
    assert settled(language="de-AT").article.language == "de"
    assert settled(language="Deutsch").article.language == "en"
    assert settled("Two boats.").article.language == ""


def test_where_it_lay_is_kept_as_given() -> None:
    assert settled(path="news/a.txt").path == "news/a.txt"


def test_a_name_with_odd_bytes_can_be_shown() -> None:
    assert printable_path(Path("news/caf\udce9.md")) == "news/caf\ufffd.md"
    assert printable_path(Path("news/café.md")) == "news/café.md"
