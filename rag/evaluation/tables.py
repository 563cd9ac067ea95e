"""Tables as aligned text and as Markdown; knows nothing about what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows of the same length."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def as_text(table: Table) -> list[str]:
    """One line a row, the first column to the left and the others to the right."""
    lines = [table.heading, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.heading))]
    return ["  ".join(_padded(line, widths)).rstrip() for line in lines]


def as_markdown(table: Table) -> str:
    r"""The table as Markdown, with a line end.

    >>> as_markdown(Table(("a", "b"), (("x|y", "1"),)))
    '| a | b |\n| --- | --- |\n| x\\|y | 1 |\n'
    """
    lines = [table.heading, tuple("---" for _ in table.heading), *table.rows]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def figure(value: float) -> str:
    """A share with three places and no leading zero; a larger number with one place.

    >>> figure(0.61), figure(-0.0512), figure(1.0), figure(54.5)
    ('.610', '-.051', '1.000', '54.5')
    """
    if abs(value) > 1:
        return f"{value:,.1f}"
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def signed(value: float) -> str:
    """A difference, with its sign also where it is a gain.

    >>> signed(0.05), signed(-0.05), signed(0.0)
    ('+.050', '-.050', '.000')
    """
    text = figure(value)
    return f"+{text}" if value > 0 else text


def span(bounds: Sequence[float]) -> str:
    """An interval as it is read.

    >>> span((0.5, 0.75))
    '[.500, .750]'
    """
    return f"[{figure(bounds[0])}, {figure(bounds[1])}]"


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
