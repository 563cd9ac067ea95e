"""Walks the documents of an HTML export one by one, however many there are."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rag.corpus.decoding import SIZE_LIMIT
from rag.corpus.formats.export_fields import TOO_LONG
from rag.corpus.formats.layout import one_line

_START = 1 << 13


def documents(path: Path, tag: str, is_document: Callable[[Any], bool]) -> Iterator[Any]:
    """The element of each document, which is emptied once the next is asked for.

    Documents are the elements of that tag for which `is_document` is true. One with too much text
    comes as a string that says so.
    """
    from lxml import etree

    with path.open("rb") as file:
        walk = etree.iterparse(
            file,
            events=("end",),
            tag=tag,
            html=True,
            huge_tree=True,
            encoding=_encoding(file.peek(_START)[:_START]),
        )
        for _, element in walk:
            if not is_document(element):
                continue
            size = sum(len(words) for words in element.itertext())
            yield TOO_LONG if size > SIZE_LIMIT else element
            _empty(element)


def words_of(node: Any) -> str:
    """The words of an element as one line; line breaks part words."""
    for line_break in node.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return one_line("".join(node.itertext()))


def _encoding(start: bytes) -> str:
    """UTF-8, as databases write it; Windows-1252 where a page is in no UTF-8."""
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
