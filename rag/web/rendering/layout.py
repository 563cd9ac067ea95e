"""An article's text as blocks, each with the places of what a reader sees; knows no HTML.

Nothing of the text is lost or moved: the runs of all blocks hold its characters in their order,
and those that are only syntax are marked as such. Start reading with `blocks_of`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from typing import NamedTuple

from rag.corpus.boilerplate import Block, paragraphs
from rag.language.furniture import CELLS
from rag.records import Span

_SHORTEST_LINE, _LONGEST_LINE = 45, 130
CELL_NAMES = ("th", "td")
_FIGURE = re.compile(r"\d")


class Tag(NamedTuple):
    """An element: its name, and what its one attribute says: a link's address, a first number."""

    name: str
    value: str = ""


class Container(NamedTuple):
    """An element around blocks; `number` tells two neighbours of one name apart."""

    name: str
    number: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters `start` to `end` of the text, within `tags`, the outermost first.

    They are shown as they stand, or as `shown` where the text has another notation for it, such
    as "&amp;". What is `syntax` no reader has to see.
    """

    start: int
    end: int
    tags: tuple[Tag, ...] = ()
    shown: str | None = None
    syntax: bool = False

    def cut(self, start: int, end: int) -> Run:
        """The run between two places; whole where its characters are shown as another."""
        if self.shown is not None:
            return self
        return replace(self, start=max(self.start, start), end=min(self.end, end))


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, heading or cell: an element, those around it, and its runs in order.

    `wrapped` says that its lines are broken by their length, so that breaks mean nothing.
    """

    name: str
    runs: tuple[Run, ...]
    within: tuple[Container, ...] = ()
    wrapped: bool = False

    @property
    def start(self) -> int:
        """Where its first run begins."""
        return self.runs[0].start

    @property
    def end(self) -> int:
        """Where its last run ends."""
        return self.runs[-1].end

    def visible(self, text: str, start: int = 0, end: int = sys.maxsize) -> str:
        """The words that a reader sees of those between two places, "" where none are."""
        inside = [run for run in self.runs if start < run.end and run.start < end]
        seen = [run.cut(start, end) for run in inside if not run.syntax]
        return "".join(
            text[run.start : run.end] if run.shown is None else run.shown for run in seen
        )


def plain_blocks(text: str, furniture: Sequence[Span] = ()) -> Iterator[TextBlock]:
    r"""The paragraphs of a text without markup, and the cells of its tables.

    Two or more rows in sequence, none of them in `furniture`, are a table.

    >>> [(block.start, block.end) for block in plain_blocks("It sank.\n\nAll lived.")]
    [(0, 8), (10, 20)]
    >>> [block.name for block in plain_blocks("Boat | Crew\n\nHeron | 4")]
    ['th', 'th', 'td', 'td']
    """
    numbers = count()
    folded = [(span.start, span.end) for span in furniture]
    found = groupby(paragraphs(text), lambda block: _is_row(block, folded))
    for are_rows, group in found:
        blocks = list(group)
        if are_rows and len(blocks) > 1:
            yield from _table(blocks, numbers)
            continue
        for block in blocks:
            run = Run(block.start, block.end)
            yield TextBlock("p", (run,), wrapped=is_wrapped(block.words))


def _is_row(block: Block, folded: Sequence[tuple[int, int]]) -> bool:
    inside = any(start < block.end and block.start < end for start, end in folded)
    return CELLS in block.words and "\n" not in block.words and not inside


def _table(rows: Sequence[Block], numbers: Iterator[int]) -> Iterator[TextBlock]:
    """The cells of a table; its first row is its head where it alone has no figure."""
    figures = [_FIGURE.search(row.words) is not None for row in rows]
    table = Container("table", next(numbers))
    for place, row in enumerate(rows):
        is_head = place == 0 and not figures[0] and any(figures)
        part = Container("thead" if is_head else "tbody", table.number)
        within = (table, part, Container("tr", next(numbers)))
        start = row.start
        for words in row.words.split(CELLS):
            end = start + len(words)
            cell = Run(start, end)
            after = min(end + len(CELLS), row.end)
            runs = (cell, Run(end, after, syntax=True)) if end < after else (cell,)
            yield TextBlock("th" if is_head else "td", runs, within)
            start = after


def is_wrapped(words: str) -> bool:
    r"""Whether lines end where they are full, as in mail, rather than where a line should end.

    >>> is_wrapped("a" * 70 + "\nb"), is_wrapped("12 Quay Street\nLindow")
    (True, False)
    """
    *full, _ = words.split("\n")
    return bool(full) and all(_SHORTEST_LINE <= len(line) <= _LONGEST_LINE for line in full)


def with_syntax(runs: Sequence[Run], start: int, end: int) -> Iterator[Run]:
    """The runs, and as syntax whatever lies before, between and after them."""
    position = start
    for run in runs:
        if position < run.start:
            yield Run(position, run.start, run.tags, syntax=True)
        yield run
        position = run.end
    if position < end:
        yield Run(position, end, syntax=True)
