"""Joins the lines of printed pages into paragraphs by position and size; knows no PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.corpus.rules import is_outlet_line
from rag.records import FurnitureKind

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_LETTERS = re.compile(r"[^\W\d_]+$")
_FIRST_LETTERS = re.compile(r"^[^\W\d_]+")
_ENDS_SENTENCE = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
_PAGE_NUMBER = re.compile(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.IGNORECASE)
_BULLET = re.compile(r"[•▪◦‣·]\s?\S")
_TOP = 8
_EDGE = 2
_FEWEST_HEADS = 3
_SHARE_OF_HEADS = 0.4
_HEADING_SIZE = 1.15
_SAME_SIZE = 0.6
_WIDE_GAP = 1.35
_INDENT = 0.8
_NEAR = 3.0
_FULL, _SHORT = 0.85, 0.75


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words; positions are points from the left and from the bottom of the page.

    `hyphen` says that the line ends with a hyphen, which `words` leaves out.
    """

    words: str
    left: float
    right: float
    y: float
    size: float
    hyphen: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; `pages` are its pages, each with the offset of its first word."""

    words: str
    lines: list[Line]
    kind: FurnitureKind | None = None
    pages: list[tuple[int, int]] = field(default_factory=list)


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """The paragraphs of all pages in order; they may span columns and pages.

    Lines at the top or bottom are left out if they repeat, apart from numbers, on two pages
    in five and at least three (on both of two), as are lone page numbers; unless nothing else
    is left. A hyphen at the end of a line is removed if the document has the joined word
    elsewhere and not the hyphenated one.
    """
    pages = _without_heads(pages)
    body = _body_size(pages)
    known = _vocabulary(pages)
    pitch = _pitch(pages)
    found: list[Paragraph] = []
    for number, lines in enumerate(pages):
        width = _widest(lines)
        for index, line in enumerate(lines):
            last = found[-1] if found else None
            # A new page continues the paragraph like a new column.
            if last and not _begins(last.lines[-1], line, pitch if index else 0.0, width):
                _append(last, line, number if index == 0 else None, known)
            else:
                found.append(Paragraph(line.words + "-" * line.hyphen, [line], None, [(number, 0)]))
    _find_headings(found, body)
    return found


def _without_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    edges = [_edges(lines) for lines in pages]
    counts = Counter(key for lines in edges for key in {_key(line, lines) for line in lines})
    least = max(min(_FEWEST_HEADS, max(2, len(pages))), _SHARE_OF_HEADS * len(pages))
    body = [
        [
            line
            for line in lines
            if line not in edge
            or (counts[_key(line, edge)] < least and not _PAGE_NUMBER.fullmatch(line.words))
        ]
        for lines, edge in zip(pages, edges, strict=True)
    ]
    return body if any(body) else [list(lines) for lines in pages]


def _edges(lines: Sequence[Line]) -> list[Line]:
    """The lines at the top and at the bottom of a page."""
    by_height = sorted(lines, key=lambda line: -line.y)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _key(line: Line, edge: Sequence[Line]) -> str:
    """The words at the height of a line, which columns may have parted, without numbers."""
    row = sorted((each for each in edge if each.y == line.y), key=lambda each: each.left)
    return _NUMBER.sub("#", " ".join(each.words for each in row)).casefold()


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.words)
    return max(sizes, key=lambda size: (sizes[size], -size), default=0.0)


def _pitch(pages: Sequence[Sequence[Line]]) -> float:
    """The distance between lines of one paragraph, in font sizes.

    It is the lowest quartile, which is right even if many paragraphs have a line or two.
    """
    drops = sorted(
        (above.y - below.y) / above.size
        for lines in pages
        for above, below in pairwise(lines)
        if 0 < above.y - below.y < _NEAR * above.size
    )
    return drops[len(drops) // 4] if drops else 0.0


def _widest(lines: Sequence[Line]) -> dict[int, float]:
    """The width of the columns of a page, by their left edges."""
    widths: dict[int, float] = {}
    for line in lines:
        column = round(line.left / 20)
        widths[column] = max(widths.get(column, 0.0), line.right - line.left)
    return widths


def _begins(above: Line, line: Line, pitch: float, widths: dict[int, float]) -> bool:
    """Whether a paragraph begins with `line`, which follows `above` in reading order."""
    if above.hyphen and line.words[:1].islower():
        return False
    if _BULLET.match(line.words) or is_outlet_line(above.words) or is_outlet_line(line.words):
        return True
    ended = _ENDS_SENTENCE.search(above.words) is not None
    runs_on = not ended and line.words[:1].islower()
    if abs(above.size - line.size) > _SAME_SIZE:
        return not runs_on
    drop = above.y - line.y
    width = above.right - above.left
    column = max((widths.get(round(above.left / 20) + n, 0.0) for n in (-1, 0, 1)), default=0.0)
    if drop <= 0 or not pitch:
        return not (runs_on or (not ended and width >= _FULL * (column or width)))
    if drop > _WIDE_GAP * pitch * above.size:
        return not runs_on
    indented = line.left - above.left > _INDENT * line.size
    return ended and (indented or width < _SHORT * column)


def _append(paragraph: Paragraph, line: Line, page: int | None, known: Counter[str]) -> None:
    above = paragraph.lines[-1]
    words = paragraph.words
    if above.hyphen and _is_one_word(above.words, line.words, known):
        words = words[:-1]
    elif not above.hyphen:
        words += " "
    if page is not None:
        paragraph.pages.append((page, len(words)))
    paragraph.words = words + line.words + "-" * line.hyphen
    paragraph.lines.append(line)


def _is_one_word(above: str, below: str, known: Counter[str]) -> bool:
    """Whether two parts are one word, because the document has it elsewhere."""
    first, second = _LAST_LETTERS.search(above), _FIRST_LETTERS.search(below)
    if first is None or second is None:
        return False
    parts = first.group().casefold(), second.group().casefold()
    return bool(known["".join(parts)]) and not known["-".join(parts)]


def _vocabulary(pages: Sequence[Sequence[Line]]) -> Counter[str]:
    """The words of the document with their counts; empty if no line is hyphenated."""
    if not any(line.hyphen for lines in pages for line in lines):
        return Counter()
    return Counter(
        word.casefold() for lines in pages for line in lines for word in _WORD.findall(line.words)
    )


def _find_headings(paragraphs: Sequence[Paragraph], body: float) -> None:
    """Marks paragraphs in a larger font as headings, the largest near the top as the title."""
    sizes = [min(line.size for line in paragraph.lines) for paragraph in paragraphs]
    for paragraph, size in zip(paragraphs, sizes, strict=True):
        if size > _HEADING_SIZE * body:
            paragraph.kind = "heading"
    largest = max(sizes[:_TOP], default=0.0)
    if largest > _HEADING_SIZE * body:
        paragraphs[sizes.index(largest)].kind = "title"
