"""Reads Word's DOCX with python-docx: paragraphs and tables, with kinds from their styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.export_fields import PAGE_BREAK
from rag.corpus.formats.exports import part_lines, recognised
from rag.corpus.formats.installing import library
from rag.corpus.formats.layout import Part, lay_out, one_line, own_title, titled
from rag.corpus.formats.zip_files import unpacked
from rag.errors import CorpusError
from rag.records import FurnitureKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DELETED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_W}footnoteReference"})
_BREAKS = frozenset({f"{_W}br", f"{_W}cr"})
# When the template of python-docx was made; nothing that programs write with it says when.
_NEVER = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)
# Whom that template names as the author.
_MADE_BY = "python-docx"
_HEADING_STYLE = re.compile(r"heading|subtitle|caption", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocxReader:
    """Reads one article a file, or those of an export; tracked changes count as accepted."""

    suffixes: tuple[str, ...] = (".docx",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of the file, without page heads, footnotes, comments and text boxes.

        An export of a research database has many, which are read as such.
        """
        docx = library("docx", "Word", "python-docx")
        with unpacked(path, "Word (.docx)") as archive:
            document = _opened(docx, archive.fp)
            parts = list(_parts(document))
            export, lines = recognised(part_lines(parts))
            if export is not None:
                yield from export.articles(lines, printable_path(path))
            else:
                yield _draft(printable_path(path), document, parts)


def _opened(docx: Any, file: Any) -> Any:
    try:
        return docx.Document(file)
    except (KeyError, ValueError, docx.exceptions.PythonDocxError) as error:
        msg = f"damaged, or no Word (.docx) file: {error}"
        raise CorpusError(msg) from error


def _draft(path: str, document: Any, parts: Sequence[Part]) -> Draft:
    known = document.core_properties
    title = one_line(known.title or "")
    text, blocks = lay_out(titled(parts, title))
    if not text:
        msg = "holds no text"
        raise CorpusError(msg)
    return Draft(
        path,
        text,
        blocks,
        title=own_title(title, blocks),
        made_by=one_line(known.author or "") if known.author != _MADE_BY else "",
        created=known.created.isoformat() if known.created not in (None, _NEVER) else "",
        language=one_line(known.language or ""),
    )


def _parts(document: Any) -> Iterator[Part]:
    from docx.text.paragraph import Paragraph
    from lxml import etree

    walk = etree.iterwalk(document.element.body, events=("start",))
    for _, element in walk:
        if element.tag == f"{_W}p":
            walk.skip_subtree()
            words = _words(element)
            if element.find(f"{_W}pPr/{_W}sectPr") is not None:
                words += PAGE_BREAK
            yield _kind(Paragraph(element, document)), words
        elif element.tag == f"{_W}tbl":
            walk.skip_subtree()
            for row in element.iterchildren(f"{_W}tr"):
                cells = (one_line(_words(cell)) for cell in row.iterchildren(f"{_W}tc"))
                yield None, " | ".join(filter(None, cells))
        elif element.tag in _DELETED:
            walk.skip_subtree()


def _kind(paragraph: Any) -> FurnitureKind | None:
    style = paragraph.style.name if paragraph.style is not None else ""
    if style == "Title":
        return "title"
    return "heading" if _HEADING_STYLE.match(style or "") else None


def _words(element: Any) -> str:
    """The text of an element with all tracked changes accepted."""
    from lxml import etree

    words: list[str] = []
    walk = etree.iterwalk(element, events=("start",))
    for _, node in walk:
        if node.tag in _DELETED:
            walk.skip_subtree()
        else:
            words.append(_word(node))
    return "".join(words)


def _word(node: Any) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag == f"{_W}noBreakHyphen":
        return "-"
    if node.tag in _BREAKS:
        return PAGE_BREAK if node.get(f"{_W}type") == "page" else "\n"
    return " " if node.tag in (f"{_W}tab", f"{_W}p") else ""
