"""Reads the HTML exports of Factiva, an article at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.corpus.decoding import SIZE_LIMIT, clean
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import TOO_LONG
from rag.corpus.formats.factiva import (
    CODES,
    FactivaArticle,
    above_words,
    add_coded,
    below_words,
    document_number,
    draft_of,
)
from rag.corpus.formats.layout import one_line
from rag.errors import CorpusError

_ARTICLE = re.compile(r"(?:^|\s)[a-z]{2}Article(?:\s|$)")
_PARAGRAPH = re.compile(r"(?:^|\s)articleParagraph(?:\s|$)")
_MARK = re.compile(rb"""class\s*=\s*["'][^"']{0,80}\b[a-z]{2}Article\b""")
_NUMBER = re.compile(rb"\b[A-Za-z][A-Za-z0-9]{1,7}0{2,7}[12]\d{3}[01]\d[0-3]\d[a-z0-9]{5,12}\b")
_BLOCKS = frozenset({"p", "div", "td", "tr", "table", "pre", "li", "ul", "ol", "h1", "h2", "h3"})
_CUT_SHORT = "it has no document number at its end; the export may be cut short"


def recognises(start: bytes) -> bool:
    """Whether a page that begins so is such an export."""
    return _MARK.search(start) is not None and _NUMBER.search(start) is not None


def articles(path: Path, where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number = 0
    for number, element in enumerate(_documents(path), start=1):
        if isinstance(element, str):
            yield Unread(f"{where}:{number}", element)
            continue
        parts, identifier = _parts(element)
        if not identifier:
            parts.warnings = (_CUT_SHORT,)
        yield draft_of(f"{where}:{number}", parts, identifier)
    if not number:
        msg = "a Factiva export in which no article can be told from another; export it as RTF"
        raise CorpusError(msg)


def _documents(path: Path) -> Iterator[Any]:
    """The element of each article, which is emptied once the next is asked for."""
    from lxml import etree

    walk = etree.iterparse(str(path), events=("end",), tag="div", html=True, huge_tree=True)
    with path.open("rb") as file:
        walk = etree.iterparse(file, events=("end",), tag="div", html=True, huge_tree=True)
        for _, element in walk:
            if not _ARTICLE.search(element.get("class", "")):
                continue
            size = sum(len(words) for words in element.itertext())
            yield TOO_LONG if size > SIZE_LIMIT else element
            _empty(element)


def _empty(element: Any) -> None:
    """Frees an element and what stands before it and around it."""
    element.clear()
    while element is not None:
        before = element.getprevious()
        while before is not None:
            element.getparent().remove(before)
            before = element.getprevious()
        element = element.getparent()
