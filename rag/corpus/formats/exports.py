"""Recognises the exports of research databases, which hold many articles in one file.

LexisNexis, Nexis Uni, Factiva and ProQuest are known by their marks; each has a module with
`recognises`, which looks at the beginning, and `articles`, which reads line after line. Lines
come from text files, RTF, Word and web pages alike: a blank one parts paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from rag.corpus.decoding import clean
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats import factiva, nexis, nexis_uni, proquest
from rag.corpus.formats.layout import Part
from rag.corpus.formats.text_stream import TextLines

_PEEKED = 1 << 20
"""The characters at the beginning in which a mark is looked for; cover pages may be long."""

# Line ends in the words of a paragraph, and page breaks, which are lines.
_LINE_ENDS = re.compile("[\n\ufffe]|(\f)")
# What every kind has in some line, and almost no other file: saves looking at each line.
_MARKS = re.compile(
    rb"[Dd][Oo][CcKk][Uu][Mm][Ee][Nn][Tt]|\xe6\x96\x87|ProQuest|\bLOAD-DATE|\bLoad-Date"
    rb"|L\xc3\x84NGE|L\xc4NGE|LONGUEUR"
    rb"|D\x00[Oo]\x00[CcKk]\x00[Uu]\x00|\x00D\x00[Oo]\x00[CcKk]\x00[Uu]",
)


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of export, by the name of its database."""

    name: str
    articles: Callable[[Iterable[str], str], Iterator[Draft | Unread]]


_KINDS: Sequence[tuple[Export, Callable[[Sequence[str]], bool]]] = (
    (Export(proquest.NAME, proquest.articles), proquest.recognises),
    (Export(factiva.NAME, factiva.articles), factiva.recognises),
    (Export(nexis_uni.NAME, nexis_uni.articles), nexis_uni.recognises),
    (Export(nexis.NAME, nexis.articles), nexis.recognises),
)


def recognised(lines: Iterable[str]) -> tuple[Export | None, Iterator[str]]:
    """The kind of export that these lines are, None for others; and all the lines."""
    remaining = iter(lines)
    start: list[str] = []
    size = 0
    for line in remaining:
        start.append(line)
        size += len(line) + 1
        if size > _PEEKED:
            break
    found = next((kind for kind, recognises in _KINDS if recognises(start)), None)
    return found, chain(start, remaining)


def text_export(path: Path, where: str) -> Iterator[Draft | Unread] | None:
    """The articles of a text file if it is an export, else None; raises OSError.

    The file is read line by line, whatever its size.
    """
    with path.open("rb") as file:
        start = file.read(_PEEKED)
        if _MARKS.search(start) is None:
            return None
        file.seek(0)
        found, _ = recognised(_bare_lines(TextLines(file)))
    return _from_file(path, where, found) if found else None


def _from_file(path: Path, where: str, kind: Export) -> Iterator[Draft | Unread]:
    with path.open("rb") as file:
        lines = TextLines(file)
        for outcome in kind.articles(_bare_lines(lines), where):
            if isinstance(outcome, Draft) and (notes := lines.notes()):
                yield replace(outcome, warnings=(*outcome.warnings, *notes))
            else:
                yield outcome


def _bare_lines(lines: TextLines) -> Iterator[str]:
    """The lines without their ends; a form feed is a line by itself."""
    for line in lines:
        yield from _parted(clean(line).removesuffix("\n"))


def part_lines(parts: Iterable[Part]) -> Iterator[str]:
    """The paragraphs of a document as lines with a blank one after each."""
    for _, words in parts:
        yield from _parted(words)
        yield ""


def _parted(words: str) -> Iterator[str]:
    """The lines of a text; a form feed is one by itself."""
    for line in _LINE_ENDS.split(words):
        if line is not None:
            yield line


def seems_to_hold(lines: Iterable[str]) -> tuple[str, int]:
    """The database that these lines are an export of and how many articles it has; ("", 0) else.

    For documents whose order of words cannot be relied on: pages as they are printed.
    """
    listed = list(lines)
    found, _ = recognised(listed)
    if found is None:
        return "", 0
    counts = (nexis_uni.ends_document, nexis.begins_document, factiva.document_number)
    count = max(sum(bool(is_one(line)) for line in listed) for is_one in counts)
    linked = sum(proquest.is_link(line) for line in listed)
    numbered = sum(proquest.field_of(line)[0] == "id" for line in listed)
    return found.name, max(count, linked, numbered, 1)
