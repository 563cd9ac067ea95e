"""DOCX: paragraphs, styles, tables and tracked changes; bombs and other files named."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rag.corpus import Read, Unread
from tests.reading import read_article, read_only

docx = pytest.importorskip("docx")
LEAD = "The ferry sailed again on Monday, the harbour office said."


def document() -> Any:
    """An empty one, of 3 May 2025."""
    made = docx.Document()
    made.core_properties.created = datetime(2025, 5, 3, 8, 15, tzinfo=UTC)
    made.core_properties.author = ""
    return made


def data(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(folder: Path, content: bytes) -> Read | Unread:
    return read_only(folder / "a.docx", content)


def article(folder: Path, made: Any) -> Read:
    return read_article(folder / "a.docx", data(made))


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_the_line_of_outlet_date_and_author_names_them(tmp_path: Path) -> None:
    made = document()
    made.core_properties.author = "python-docx"
    made.add_paragraph("Ferry sails", style="Title")
    made.add_paragraph("Harbour Post, 2 May 2025 · By Mara Lind")
    made.add_paragraph(LEAD)
    found = article(tmp_path, made).article
    assert (found.publisher, found.authors) == ("Harbour Post", ("Mara Lind",))
    assert str(found.published) == "2025-05-02"


def test_the_caption_of_a_table_is_no_reporting(tmp_path: Path) -> None:
    made = document()
    made.add_paragraph(LEAD)
    made.add_paragraph("How the parties voted", style="Caption")
    made.add_table(1, 2)
    found = article(tmp_path, made).article
    assert [(span.kind, found.text[span.start : span.end]) for span in found.furniture] == [
        ("heading", "How the parties voted")
    ]


def test_styles_tell_titles_and_headings(tmp_path: Path) -> None:
    made = document()
    made.core_properties.title = "Ferry sails"
    made.core_properties.author = "Mara Lind; Jon Eide"
    made.core_properties.language = "en-GB"
    made.add_paragraph("Ferry sails", style="Title")
    made.add_paragraph(LEAD)
    made.add_heading("On the island", 2)
    made.add_paragraph("  Ninety\tpeople\nwent ashore.  ")
    made.add_paragraph("")
    outcome = article(tmp_path, made)
    found = outcome.article
    assert found.text == f"Ferry sails\n\n{LEAD}\n\nOn the island\n\nNinety people went ashore."
    assert [(span.kind, found.text[span.start : span.end]) for span in found.furniture] == [
        ("title", "Ferry sails"),
        ("heading", "On the island"),
    ]
    assert (found.title, found.authors, found.language) == (
        "Ferry sails",
        ("Mara Lind", "Jon Eide"),
        "en",
    )
    assert str(found.published) == "2025-05-03T08:15:00Z"
    assert outcome.warnings == (
        "no date found; dated by when the file was made, 2025-05-03T08:15:00Z",
    )


def test_a_table_has_a_paragraph_for_each_row(tmp_path: Path) -> None:
    made = document()
    made.add_paragraph(LEAD)
    table = made.add_table(2, 2)
    for cell, words in zip(table._cells, ["Day", "Riders", "Monday", "90"], strict=True):
        cell.text = words
    made.add_paragraph("It rained.")
    assert article(tmp_path, made).article.text == (
        f"{LEAD}\n\nDay | Riders\n\nMonday | 90\n\nIt rained."
    )


def test_tracked_changes_count_as_accepted(tmp_path: Path) -> None:
    made = document()
    paragraph = made.add_paragraph("The ferry carried ")
    for tag, inner, words in (("del", "delText", "eighty"), ("ins", "t", "ninety")):
        change = docx.oxml.OxmlElement(f"w:{tag}")
        run = docx.oxml.OxmlElement("w:r")
        text = docx.oxml.OxmlElement(f"w:{inner}")
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run(" people.")
    assert article(tmp_path, made).article.text == "The ferry carried ninety people."


def test_a_document_without_words_is_named(tmp_path: Path) -> None:
    assert read(tmp_path, data(document())) == Unread(str(tmp_path / "a.docx"), "holds no text")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"plain words", "damaged, or no Word (.docx) file: File is not a zip file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99,
            "protected by a password, or of an older",
        ),
        (packed(a=b"x"), "damaged, or no Word (.docx) file: "),
        (packed(a=packed(b=b"x")), "damaged, or no Word (.docx) file: "),
        (
            packed(**{"word/document.xml": b" " * (60 << 20)}),
            "unpacks to 60 MB from 0.1 MB: more than such a file may hold",
        ),
        (
            packed(**{f"{n}": b"" for n in range(20_001)}),
            "holds 20,001 parts, more than the 20,000",
        ),
    ],
    ids=["empty", "text", "old", "no document", "archive in archive", "bomb", "many"],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    outcome = read(tmp_path, content)
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith(reason)


def test_a_document_that_is_cut_off_is_named(tmp_path: Path) -> None:
    made = document()
    made.add_paragraph(LEAD)
    outcome = read(tmp_path, data(made)[:-200])
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("damaged, or no Word (.docx) file")


def test_a_part_that_claims_to_be_small_and_is_not_is_named(tmp_path: Path) -> None:
    made = document()
    made.add_paragraph(LEAD * 50_000)
    content = bytearray(data(made))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo("word/document.xml")
    place = content.rindex(b"word/document.xml") - 46
    content[place + 24 : place + 28] = (1_000).to_bytes(4, "little")
    assert entry.file_size > 1_000
    outcome = read(tmp_path, bytes(content))
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("damaged, or no Word (.docx) file: ")


def test_the_date_of_a_librarys_template_dates_nothing(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph(LEAD)
    assert article(tmp_path, made).article.published is None


@pytest.mark.parametrize(
    ("author", "byline", "authors"),
    [
        ("Harbour Office", "By Mira Oldenkamp", ("Mira Oldenkamp",)),
        ("Mira Oldenkamp", "", ("Mira Oldenkamp",)),
        ("moldenkamp", "", ()),
    ],
)
def test_properties_count_where_the_text_names_nobody(
    tmp_path: Path, author: str, byline: str, authors: tuple[str, ...]
) -> None:
    made = document()
    made.core_properties.author = author
    made.core_properties.title = "Template for notices"
    made.add_heading("Ferry returns", 0)
    for words in (byline, LEAD):
        made.add_paragraph(words)
    found = article(tmp_path, made).article
    assert (found.title, found.authors) == ("Ferry returns", authors)
