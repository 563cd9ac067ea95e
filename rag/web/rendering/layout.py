"""An article's text as blocks, each with the places of what a reader sees; knows no HTML.

Nothing of the text is lost or moved: the runs of all blocks hold its characters in their order,
and those that are only syntax are marked as such. Start reading with `blocks_of`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.corpus.boilerplate import paragraphs

_SHORTEST_LINE, _LONGEST_LINE = 45, 130


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


def plain_blocks(text: str) -> Iterator[TextBlock]:
    r"""The paragraphs of a text without markup.

    >>> [(block.start, block.end) for block in plain_blocks("It sank.\n\nAll lived.")]
    [(0, 8), (10, 20)]
    """
    for block in paragraphs(text):
        run = Run(block.start, block.end)
        yield TextBlock("p", (run,), wrapped=is_wrapped(block.words))


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
