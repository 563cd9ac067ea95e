"""Finds boilerplate: what surrounds the reporting and is never evidence.

Works on blocks (paragraphs) of any text; knows no file format. In doubt, the rules keep a
paragraph: a missed credit costs little, a lost sentence cannot be cited.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.corpus.rules import (
    dateline_end,
    is_byline,
    is_date_line,
    is_heading,
    is_name_line,
    is_outlet_line,
    is_reporting,
    paragraph_kind,
)
from rag.language.furniture import CELLS
from rag.records import FurnitureKind, Span

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LINE = re.compile(r"\S[^\n]*")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_DASHES = ("-", "–", "—")
_TITLE_LENGTH = 150
_TITLE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])[.;:,…][\"'”’)]*$")
_TOP = 8
_DATELINE_WITHIN = 4

_Kinds = list[FurnitureKind | None]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: characters `start` to `end` of the text, and `words` as a reader sees them.

    `kind` is set if the markup says what it is.
    """

    start: int
    end: int
    words: str
    kind: FurnitureKind | None = None


def paragraphs(text: str) -> list[Block]:
    r"""The paragraphs of plain text; its lines if it has no blank line.

    >>> [block.words for block in paragraphs("One.\n\nTwo.")]
    ['One.', 'Two.']
    """
    pattern = _PARAGRAPH if _BLANK_LINE.search(text.strip()) else _LINE
    found = ((match.start(), match.group().rstrip()) for match in pattern.finditer(text))
    return [Block(start, start + len(words), words) for start, words in found]


def first_line_as_title(blocks: list[Block]) -> list[Block]:
    """The blocks of a plain text, the first as a title if it is one short line without an end.

    Lines of authors, outlet and date right below it are blocks of their own.
    """
    blocks = [*_head_lines(blocks[0]), *blocks[1:]] if blocks else []
    first = blocks[0].words if blocks else ""
    if len(blocks) <= 1 or "\n" in first or len(first) > _TITLE_LENGTH or _TITLE_END.search(first):
        return blocks
    if is_byline(first) or is_date_line(first):
        return blocks
    return [replace(blocks[0], kind="title"), *blocks[1:]]


def _head_lines(block: Block) -> list[Block]:
    """The lines of a block of a title with names and dates below it; else the block."""
    lines = [
        Block(block.start + match.start(), block.start + match.end(), match.group().rstrip())
        for match in _LINE.finditer(block.words)
    ]
    below = [each.words for each in lines[1:]]
    return lines if all(is_byline(each) or is_date_line(each) for each in below) else [block]


def find_furniture(text: str, blocks: Sequence[Block]) -> tuple[Span, ...]:
    r"""The boilerplate of `text` as spans in order, not overlapping and not empty.

    >>> text = "By Mara Lind\n\nVESK (LNA) - The ferry sailed again on Monday."
    >>> spans = find_furniture(text, paragraphs(text))
    >>> [(span.kind, text[span.start : span.end]) for span in spans]
    [('byline', 'By Mara Lind'), ('dateline', 'VESK (LNA) - ')]
    """
    kinds: _Kinds = [block.kind or paragraph_kind(block.words) for block in blocks]
    _untype_lists(blocks, kinds)
    _type_top(blocks, kinds)
    lead = _lead(blocks, kinds)
    dateline = _dateline(text, blocks, kinds[: lead + _DATELINE_WITHIN])
    _type_addresses(blocks, kinds)
    for index, block in enumerate(blocks[:lead]):
        if kinds[index] is None and is_name_line(block.words):
            kinds[index] = "byline"
    _type_headings(blocks, kinds)
    spans = [
        Span(block.start, block.end, kind)
        for block, kind in zip(blocks, kinds, strict=True)
        if kind is not None and not (dateline and dateline.start == block.start)
    ]
    if dateline is not None:
        spans.append(dateline)
    return tuple(sorted(spans, key=lambda span: span.start))


def _untype_lists(blocks: Sequence[Block], kinds: _Kinds) -> None:
    """Keeps names after dashes in neighbouring blocks: they are a list, not signatures."""
    dashed = [block.words[:1] in _DASHES for block in blocks]
    for index, kind in enumerate(kinds):
        neighbours = (*dashed[max(0, index - 1) : index], *dashed[index + 1 : index + 2])
        if kind == "byline" and dashed[index] and any(neighbours):
            kinds[index] = None


def _type_top(blocks: Sequence[Block], kinds: _Kinds) -> None:
    for index, block in enumerate(blocks[:_TOP]):
        if kinds[index] is None and is_byline(block.words):
            kinds[index] = "byline"
        elif kinds[index] is None and is_date_line(block.words):
            kinds[index] = "date"
    if blocks and kinds[-1] is None and is_outlet_line(blocks[-1].words):
        kinds[-1] = "date"


def _lead(blocks: Sequence[Block], kinds: _Kinds) -> int:
    """The index of the first block of reporting; the number of blocks if there is none."""
    for index, block in enumerate(blocks):
        if kinds[index] is None and is_reporting(block.words):
            return index
    return len(blocks)


def _dateline(text: str, blocks: Sequence[Block], kinds: _Kinds) -> Span | None:
    for block, kind in zip(blocks, kinds, strict=False):
        if kind is None and (end := dateline_end(text, block.start, block.end)):
            return Span(block.start, end, "dateline")
    return None


def _type_addresses(blocks: Sequence[Block], kinds: _Kinds) -> None:
    for index in range(1, len(blocks)):
        if kinds[index - 1] == "original url" and blocks[index].words.startswith("http"):
            kinds[index] = "original url"


def _type_headings(blocks: Sequence[Block], kinds: _Kinds) -> None:
    for index in range(len(blocks) - 1):
        if (
            kinds[index] is None
            and is_heading(blocks[index].words)
            and CELLS not in blocks[index].words
            and (index == 0 or _parts(blocks[index - 1], kinds[index - 1]))
            and kinds[index + 1] is None
            and (is_reporting(blocks[index + 1].words) or CELLS in blocks[index + 1].words)
        ):
            kinds[index] = "heading"


def _parts(block: Block, kind: FurnitureKind | None) -> bool:
    """Whether a heading may follow this block: a list of short lines has none."""
    return kind != "heading" if kind else is_reporting(block.words)
