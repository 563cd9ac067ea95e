"""Recognises the exports of research databases among web pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rag.corpus.decoding import decode, read_bytes, unreadable
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats import europresse, factiva_html
from rag.corpus.formats.exports import part_lines, recognised
from rag.corpus.formats.layout import markup_parts
from rag.errors import CorpusError

_PEEKED = 1 << 20
_MARKS = re.compile(
    rb"\d[\d.,]{0,8} of \d[\d.,]{0,8} DOCUMENTS?\b|\bDokument \d{1,8} von \d|\bEnd of Document\b"
    rb"|\bDocument \d{1,8} (?:of|de) \d|ProQuest (?:document|doc)\b"
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def html_export(path: Path, where: str) -> Iterator[Draft | Unread] | None:
    """The articles of an HTML file if it is an export, else None.

    Raises CorpusError if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_PEEKED)
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
    if europresse.recognises(start):
        return europresse.articles(path, where)
    if factiva_html.recognises(start):
        return factiva_html.articles(path, where)
    return _by_lines(path, where) if _MARKS.search(start) else None


def _by_lines(path: Path, where: str) -> Iterator[Draft | Unread] | None:
    """The articles of a page whose paragraphs are those of an export; None for other pages."""
    from lxml import html

    text, _ = decode(read_bytes(path))
    tree = html.document_fromstring(_XML_DECLARATION.sub("", text) or "<html/>")
    export, lines = recognised(part_lines(markup_parts(tree)))
    return export.articles(lines, where) if export is not None else None
