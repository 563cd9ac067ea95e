"""Plain text articles, and Markdown in disguise."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.records import Article
from tests.reading import read_article, typed

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."


def read(path: Path, text: str) -> Article:
    """The one article of a file that holds `text`; it has no warnings."""
    outcome = read_article(path, text)
    assert outcome.warnings == ()
    return outcome.article


def test_a_short_first_line_is_the_title(tmp_path: Path) -> None:
    text = f"Ferry returns to Lorn Sound\n\nBy Mara Lind\n\nMay 3, 2025\n\n{LEAD}\n"
    article = read(tmp_path / "a.txt", text)
    assert article.text == text
    assert article.title == "Ferry returns to Lorn Sound"
    assert article.authors == ("Mara Lind",)
    assert str(article.published) == "2025-05-03"
    assert typed(article) == [
        ("title", "Ferry returns to Lorn Sound"),
        ("byline", "By Mara Lind"),
        ("date", "May 3, 2025"),
    ]


def test_the_line_right_below_the_title_may_be_that_of_outlet_and_date(tmp_path: Path) -> None:
    text = f"Ferry returns\nHarbour Post, 3 May 2025 · By Mara Lind\n\n{LEAD}\n"
    article = read(tmp_path / "a.txt", text)
    assert typed(article) == [
        ("title", "Ferry returns"),
        ("date", "Harbour Post, 3 May 2025 · By Mara Lind"),
    ]
    assert (article.publisher, article.authors) == ("Harbour Post", ("Mara Lind",))
    other = read(tmp_path / "b.txt", f"Ferry returns\nto Lorn Sound\n\n{LEAD}\n")
    assert typed(other) == [("heading", "Ferry returns\nto Lorn Sound")]


@pytest.mark.parametrize("title", ["Who pays for the ferry?", "‘We sail!’", "Life in the U.S."])
def test_titles_may_end_in_marks_that_titles_have(tmp_path: Path, title: str) -> None:
    assert read(tmp_path / "a.txt", f"{title}\n\n{LEAD}").title == title


@pytest.mark.parametrize(
    "first",
    ["The ferry sailed.", "Ferry\nreturns", "By Mara Lind", "May 3, 2025", "x" * 151],
)
def test_other_first_paragraphs_are_no_titles(tmp_path: Path, first: str) -> None:
    assert "title" not in dict(typed(read(tmp_path / "a.txt", f"{first}\n\n{LEAD}")))


def test_a_single_line_is_all_text(tmp_path: Path) -> None:
    assert typed(read(tmp_path / "a.txt", "Ferry returns to Lorn Sound")) == []


@pytest.mark.parametrize(
    "text",
    [
        f"\n\n# Ferry returns\n\n{LEAD}\n",
        f"Harbour Post\n\n# Ferry returns\n\n{LEAD}\n",
        f"# Ferry returns\n\n{LEAD}\n\nOriginal url:\n\n<https://h.example/ferry>\n",
    ],
)
def test_markdown_in_all_but_name_is_read_as_that(tmp_path: Path, text: str) -> None:
    article = read(tmp_path / "a.txt", text)
    assert article.title == "Ferry returns"
    assert ("title", "# Ferry returns") in typed(article)


def test_an_original_url_alone_makes_it_markdown(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", f"{LEAD}\n\nOriginal url:\n\n<https://h.example/ferry>\n")
    assert article.id == "h.example/ferry"
    assert [kind for kind, _ in typed(article)] == ["original url", "original url"]


def test_a_number_sign_within_the_text_does_not(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", f"Ferry returns\n\nBerth #4 is free. {LEAD}\n")
    assert typed(article) == [("title", "Ferry returns")]


def test_windows_1252_is_read_and_reported(tmp_path: Path) -> None:
    outcome = read_article(
        tmp_path / "a.txt", f"Ferry returns\r\n\r\n“Café” – {LEAD}\r\n".encode("cp1252")
    )
    assert outcome.article.text == f"Ferry returns\n\n“Café” – {LEAD}\n"
    assert outcome.warnings == ("not UTF-8; read as Windows-1252",)
