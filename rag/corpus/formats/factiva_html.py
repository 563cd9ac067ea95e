"""Reads the HTML exports of Factiva, an article at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rag.corpus.decoding import clean
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import people
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
from rag.corpus.formats.html_documents import documents, words_of
from rag.corpus.formats.layout import one_line
from rag.errors import CorpusError

_ARTICLE = re.compile(r"(?:^|\s)[a-z]{2,5}Article(?:\s|$)")
_PARAGRAPH = re.compile(r"(?:^|\s)articleParagraph(?:\s|$)")
_MARK = re.compile(rb"""class\s*=\s*["'][^"']{0,80}\b[a-z]{2,5}Article\b""")


def recognises(start: bytes) -> bool:
    """Whether a page that begins so is such an export."""
    return _MARK.search(start) is not None


def articles(path: Path, where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number = 0
    for number, element in enumerate(documents(path, "div", _is_article), start=1):
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


def _is_article(element: Any) -> bool:
    return _ARTICLE.search(element.get("class", "")) is not None


def _parts(element: Any) -> tuple[FactivaArticle, str]:
    """The parts of an article and the number of its document, "" if it has none."""
    rows = [(row, _code(row)) for row in element.iter("tr")]
    if sum(bool(code) for _, code in rows) > 1:
        return _of_rows(rows)
    return _of_blocks(element)


def _code(row: Any) -> str:
    first = next(row.iterchildren("td", "th"), None)
    words = words_of(first) if first is not None else ""
    return words if words in CODES else ""


def _of_rows(rows: Iterable[tuple[Any, str]]) -> tuple[FactivaArticle, str]:
    parts = FactivaArticle()
    code = ""
    for row, opened in rows:
        code = opened or code
        for cell in list(row.iterchildren("td", "th"))[bool(opened) :]:
            inner = list(cell.iter("p", "pre"))
            for words in map(words_of, inner or [cell]):
                add_coded(parts, code, words)
    return parts, document_number(parts.fields.get("AN", ""))


def _of_blocks(element: Any) -> tuple[FactivaArticle, str]:
    """The parts of an article whose fields are elements in a fixed order."""
    parts, identifier = FactivaArticle(), ""
    above: list[str] = []
    below: list[str] = []
    for node in element.iter("div", "p", "pre", "tr"):
        words = words_of(node)
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
        return [" | ".join(filter(None, map(words_of, node.iterchildren("td", "th"))))]
    if node.tag == "pre":
        return [one_line(part) for part in re.split(r"\n[ \t]*\n", clean("".join(node.itertext())))]
    return [words_of(node)]
