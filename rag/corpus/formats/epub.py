"""Reads EPUB: each document of the book, in reading order, is an article.

The one maintained library for it is under the AGPL, so this module reads the three files
that define the order.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rag.corpus.bylines import parse_authors
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.layout import Part, lay_out, one_line, xhtml_parts
from rag.corpus.formats.xml_trees import attribute, below, first, parsed, words
from rag.corpus.formats.zip_files import read_entry, unpacked
from rag.corpus.rules import is_reporting
from rag.errors import CorpusError

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are often scrambled with one of these; the text is not.
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_XHTML = "application/xhtml+xml"
_TOP = 5
_HEADLINE = 20
_FEWEST_WORDS = 25
"""A cover, a half-title or a copyright page has fewer words; an article has not."""


@dataclass(frozen=True, slots=True)
class EpubReader:
    """Reads an article from each document with some sentences."""

    suffixes: tuple[str, ...] = (".epub",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The articles of the book in reading order, without covers and tables of contents."""
        found = 0
        with unpacked(path, "EPUB") as archive:
            _refuse_encrypted(archive)
            for outcome in _outcomes(printable_path(path), archive):
                found += 1
                yield outcome
        if not found:
            msg = "no text found: its documents hold pictures, or nothing"
            raise CorpusError(msg)


@dataclass(frozen=True, slots=True)
class _Book:
    """The metadata of the whole book, and its documents in order."""

    fields: Mapping[str, str]
    documents: list[str] = field(default_factory=list)


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    if _ENCRYPTION not in archive.namelist():
        return
    methods = below(parsed(read_entry(archive, _ENCRYPTION)), "EncryptionMethod")
    if any(attribute(method, "Algorithm") not in _FONT_ALGORITHMS for method in methods):
        msg = "encrypted: it is protected against copying"
        raise CorpusError(msg)


def _outcomes(path: str, archive: zipfile.ZipFile) -> Iterator[Draft | Unread]:
    book = _book(archive)
    for name in book.documents:
        where = f"{path}:{name}"
        try:
            root = parsed(read_entry(archive, name))
            draft = _draft(where, name, book, root)
        except CorpusError as error:
            yield Unread(where, str(error))
            continue
        reported = sum(is_reporting(block.words) for block in draft.blocks)
        is_contents = _headlines(root, name, book) >= max(2, reported)
        if len(draft.text.split()) >= _FEWEST_WORDS and not is_contents:
            yield draft


def _headlines(root: Any, name: str, book: _Book) -> int:
    """How many other documents of the book a document names, with more than a word or two."""
    folder = posixpath.dirname(name)
    links = (each for each in below(root, "a") if len(words(each)) >= _HEADLINE)
    paths = (unquote(attribute(each, "href")).partition("#")[0] for each in links)
    named = {posixpath.normpath(posixpath.join(folder, path)) for path in paths if path}
    return len(named.intersection(book.documents) - {name})


def _book(archive: zipfile.ZipFile) -> _Book:
    rootfile = first(parsed(read_entry(archive, _CONTAINER)), "rootfile")
    opf = attribute(rootfile, "full-path")
    package = parsed(read_entry(archive, opf))
    folder = posixpath.dirname(opf)
    items = {attribute(item, "id"): item for item in below(package, "item")}
    documents = []
    for reference in below(package, "itemref"):
        item = items.get(attribute(reference, "idref"))
        is_navigation = "nav" in attribute(item, "properties").split()
        if attribute(item, "media-type") == _XHTML and not is_navigation:
            href = unquote(attribute(item, "href"))
            documents.append(posixpath.normpath(posixpath.join(folder, href)))
    return _Book(_fields(package), list(dict.fromkeys(documents)))


def _fields(package: Any) -> Mapping[str, str]:
    metadata = first(package, "metadata")
    names = ("identifier", "title", "creator", "publisher", "date", "language")
    if metadata is None:
        return dict.fromkeys(names, "")
    fields = {name: words(first(metadata, name)) for name in names}
    creators = [words(each) for each in below(metadata, "creator")]
    return fields | {"creator": "; ".join(filter(None, creators))}


def _draft(where: str, name: str, book: _Book, root: Any) -> Draft:
    body = first(root, "body")
    parts = xhtml_parts(root if body is None else body)
    title = next((one_line(text) for kind, text in parts[:_TOP] if kind == "heading"), "")
    text, blocks = lay_out(_with_title(parts, title))
    identifier = book.fields["identifier"]
    return Draft(
        where,
        text,
        blocks,
        title=title or book.fields["title"],
        source_id=f"epub:{identifier}#{name}" if identifier else "",
        publisher=book.fields["publisher"],
        authors=parse_authors(book.fields["creator"]),
        date=book.fields["date"],
        dated=True,
        language=attribute(root, "{http://www.w3.org/XML/1998/namespace}lang")
        or book.fields["language"],
        section=book.fields["title"] if title else "",
    )


def _with_title(parts: list[Part], title: str) -> Iterator[Part]:
    waiting = bool(title)
    for kind, text in parts:
        is_title = waiting and kind == "heading"
        waiting = waiting and not is_title
        yield ("title" if is_title else kind), text
