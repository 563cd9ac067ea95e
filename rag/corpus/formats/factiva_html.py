"""Reads the HTML exports of Factiva, an article at a time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rag.corpus.decoding import SIZE_LIMIT, clean
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import TOO_LONG, people
from rag.corpus.formats.factiva import (
    CODES,
    CUT_SHORT,
    FactivaArticle,
    above_words,
    add_coded,
    below_words,
    counts_words,
    document_number,
    draft_of,
)
from rag.corpus.formats.layout import one_line
from rag.errors import CorpusError

_ARTICLE = re.compile(r"(?:^|\s)[a-z]{2,5}Article(?:\s|$)")
_PARAGRAPH = re.compile(r"(?:^|\s)articleParagraph(?:\s|$)")
_MARK = re.compile(rb"""class\s*=\s*["'][^"']{0,80}\b[a-z]{2,5}Article\b""")
_START = 1 << 13


def recognises(start: bytes) -> bool:
    """Whether a page that begins so is such an export."""
    return _MARK.search(start) is not None


def articles(path: Path, where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number = 0
    for number, element in enumerate(_documents(path), start=1):
        if isinstance(element, str):
            yield Unread(f"{where}:{number}", element)
            continue
        parts, identifier = _parts(element)
        if not identifier:
            parts.warnings = (CUT_SHORT,)
        yield draft_of(f"{where}:{number}", parts, identifier)
    if not number:
        msg = "a Factiva export in which no article can be told from another; export it as RTF"
        raise CorpusError(msg)


def _documents(path: Path) -> Iterator[Any]:
    """The element of each article, which is emptied once the next is asked for."""
    from lxml import etree

    with path.open("rb") as file:
        walk = etree.iterparse(
            file,
            events=("end",),
            tag="div",
            html=True,
            huge_tree=True,
            encoding=_encoding(file.peek(_START)[:_START]),
        )
        for _, element in walk:
            if not _ARTICLE.search(element.get("class", "")):
                continue
            size = sum(len(words) for words in element.itertext())
            yield TOO_LONG if size > SIZE_LIMIT else element
            _empty(element)


def _encoding(start: bytes) -> str:
    """UTF-8, as Factiva writes it; Windows-1252 where a page is in no UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _empty(element: Any) -> None:
    """Frees an element and what stands before it and around it."""
    element.clear()
    while element is not None:
        before = element.getprevious()
        while before is not None:
            element.getparent().remove(before)
            before = element.getprevious()
        element = element.getparent()


def _parts(element: Any) -> tuple[FactivaArticle, str]:
    """The parts of an article and the number of its document, "" if it has none."""
    rows = [(row, _code(row)) for row in element.iter("tr")]
    if sum(bool(code) for _, code in rows) > 1:
        return _of_rows(rows)
    return _of_blocks(element)


def _code(row: Any) -> str:
    first = next(row.iterchildren("td", "th"), None)
    words = _words(first) if first is not None else ""
    return words if words in CODES else ""


def _of_rows(rows: Iterable[tuple[Any, str]]) -> tuple[FactivaArticle, str]:
    parts = FactivaArticle()
    code = ""
    for row, opened in rows:
        code = opened or code
        for cell in list(row.iterchildren("td", "th"))[bool(opened) :]:
            inner = list(cell.iter("p", "pre"))
            for words in map(_words, inner or [cell]):
                add_coded(parts, code, words)
    return parts, document_number(parts.fields.get("AN", ""))


def _of_blocks(element: Any) -> tuple[FactivaArticle, str]:
    """The parts of an article whose fields are elements in a fixed order."""
    parts, identifier = FactivaArticle(), ""
    above: list[str] = []
    below: list[str] = []
    for node in element.iter("div", "p", "pre", "tr"):
        words = _words(node)
        if node is element or not words or (node.tag == "div" and _holds_blocks(node)):
            continue
        if node.get("id") == "hd":
            parts.fields["HD"] = words
        elif "author" in node.get("class", "").split():
            parts.fields["BY"] = words
        elif number := document_number(words):
            identifier = number
        elif parts.body or node.tag != "div" or _PARAGRAPH.search(node.get("class", "")):
            parts.body += _paragraphs(node)
        elif below or counts_words(words):
            below.append(words)
        else:
            above.append(words)
    _add_header(parts, above, below)
    return parts, identifier


def _add_header(parts: FactivaArticle, above: list[str], below: list[str]) -> None:
    title = parts.fields.get("HD", "")
    if not title:
        parts.fields.update(above_words(above))
    elif above and "BY" not in parts.fields and people(above[-1]):
        parts.fields["BY"] = above[-1]
        above = above[:-1]
    if title and above:
        parts.fields["SE"] = above[0]
    fields, length = below_words(below)
    parts.fields.update(fields)
    parts.body[:0] = below[length:]


def _holds_blocks(node: Any) -> bool:
    return next(node.iter("p", "pre", "table"), None) is not None or any(
        each is not node for each in node.iter("div")
    )


def _paragraphs(node: Any) -> list[str]:
    if node.tag == "tr":
        return [" | ".join(filter(None, map(_words, node.iterchildren("td", "th"))))]
    if node.tag == "pre":
        return [one_line(part) for part in re.split(r"\n[ \t]*\n", clean("".join(node.itertext())))]
    return [_words(node)]


def _words(node: Any) -> str:
    for line_break in node.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return one_line("".join(node.itertext()))
