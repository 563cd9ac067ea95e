"""EPUB: an article for each document of the book, in reading order."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rag.corpus import Read, Unread
from tests.reading import read_all

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
LEAD = (
    "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said, and "
    "ninety people went ashore on the island before noon, where a band was playing."
)
NOTE = "It had been in dock since March, and nobody had known for how long it would stay there."


def page(body: str, head: str = "") -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE html>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>'
    )


def book(pages: dict[str, str], *, order: str = "", extra: dict[str, str] | None = None) -> bytes:
    """A book of these documents, in their order or in that of the names in `order`."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"'
        f"{' properties=' + chr(34) + 'nav' + chr(34) if name == 'nav.xhtml' else ''}/>"
        for n, name in enumerate(pages)
    )
    names = list(pages)
    spine = "".join(f'<itemref idref="i{names.index(name)}"/>' for name in (order.split() or names))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:identifier>urn:isbn:1</dc:identifier><dc:title>The Weekly Courier</dc:title>"
        "<dc:creator>Mara Lind</dc:creator><dc:creator>Jon Eide</dc:creator>"
        "<dc:publisher>The Courier</dc:publisher><dc:date>2025-05-03</dc:date>"
        f"<dc:language>en</dc:language></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine></package>"
    )
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": opf,
        **{f"OEBPS/{name}": content for name, content in pages.items()},
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(folder: Path, content: bytes) -> list[Read | Unread]:
    return read_all(folder / "a.epub", content)


def test_each_document_is_an_article_with_what_the_book_says(tmp_path: Path) -> None:
    pages = {
        "cover.xhtml": page("<img src='a.png' alt=''/><p>The Weekly Courier</p>"),
        "nav.xhtml": page(f"<nav><p>{LEAD}</p></nav><p>{LEAD}</p>"),
        "two.xhtml": page(f"<h1>Second</h1><p>{NOTE}</p><p>{LEAD}</p>"),
        "one.xhtml": page(
            f"<section><h1>Ferry\n sails</h1><p>{LEAD}<br/>&nbsp;It rained.</p></section>"
        ),
    }
    order = "cover.xhtml nav.xhtml one.xhtml two.xhtml"
    first, second = read(tmp_path, book(pages, order=order))
    assert isinstance(first, Read)
    assert first.article.id == "epub:urn:isbn:1#OEBPS/one.xhtml"
    assert first.path == f"{tmp_path}/a.epub:OEBPS/one.xhtml"
    assert first.article.text == f"Ferry sails\n\n{LEAD} It rained."
    assert first.article.title == "Ferry sails"
    assert first.article.section == "The Weekly Courier"
    assert first.article.publisher == "The Courier"
    assert first.article.authors == ("Mara Lind", "Jon Eide")
    assert str(first.article.published) == "2025-05-03"
    assert [span.kind for span in first.article.furniture] == ["title"]
    assert isinstance(second, Read)
    assert second.article.text == f"Second\n\n{NOTE}\n\n{LEAD}"


def test_a_document_that_is_broken_stops_no_other(tmp_path: Path) -> None:
    pages = {"a.xhtml": "<html><body><p>", "b.xhtml": page(f"<p>{LEAD}</p>")}
    bad, good = read(tmp_path, book(pages))
    assert isinstance(bad, Unread)
    assert bad.path.endswith("a.epub:OEBPS/a.xhtml")
    assert bad.reason.startswith("not valid XML: ")
    assert isinstance(good, Read)
    assert (good.article.title, good.article.section) == ("The Weekly Courier", "")


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>&b;</p></body></html>'
    )
    (outcome,) = read(tmp_path, book({"a.xhtml": bomb}))
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("declares entities")


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
    'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/>'
    "</EncryptedData></encryption>"
)


def test_copy_protection_is_named_and_scrambled_fonts_are_not(tmp_path: Path) -> None:
    pages = {"a.xhtml": page(f"<p>{LEAD}</p>")}
    locked = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    (outcome,) = read(tmp_path, book(pages, extra={"META-INF/encryption.xml": locked}))
    assert isinstance(outcome, Unread)
    assert outcome.reason == "encrypted: it is protected against copying"
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    (outcome,) = read(tmp_path, book(pages, extra={"META-INF/encryption.xml": fonts}))
    assert isinstance(outcome, Read)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"text", "damaged, or no EPUB file: File is not a zip file"),
        (book({"a.xhtml": page("<p>Cover</p>")}), "no text found: its documents hold pictures"),
        (
            book({"a.xhtml": page("")}, extra={"OEBPS/x": " " * (60 << 20)}),
            "unpacks to 60 MB from 0.1 MB: more than such a file may hold",
        ),
    ],
    ids=["empty", "text", "cover", "bomb"],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (outcome,) = read(tmp_path, content)
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith(reason)


def test_a_book_without_its_container_is_named(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.epub", book({"a.xhtml": page(f"<p>{LEAD}</p>")}))
    (outcome,) = read(tmp_path, out.getvalue())
    assert outcome == Unread(
        str(tmp_path / "a.epub"), "the part 'META-INF/container.xml' is missing from it"
    )


def test_contents_and_the_links_between_documents_are_no_articles(tmp_path: Path) -> None:
    bar = '<div class="calibre_navbar">| <a href="b.xhtml">Next</a> |</div>'
    titles = ("The ferry sails once more", "Eleven weeks in the dock")
    items = "".join(
        f'<li><a href="{name}">{title}</a><div>{LEAD}</div></li>'
        for name, title in zip(("a.xhtml", "b.xhtml"), titles, strict=True)
    )
    pages = {"index.xhtml": page(f"<h2>Local</h2><ul>{items}</ul>")}
    for name, title in zip(("a.xhtml", "b.xhtml"), titles, strict=True):
        pages[name] = page(f"{bar}<h1>{title}</h1><p>{LEAD}</p><p>{NOTE}</p>{bar}")
    outcomes = read_all(tmp_path / "a.epub", book(pages))
    found = [each.article for each in outcomes if isinstance(each, Read)]
    assert [each.title for each in found] == list(titles)
    assert found[0].text == f"{titles[0]}\n\n{LEAD}\n\n{NOTE}"
