"""Puts the lines of a printed page in reading order, column by column; knows no PDF.

Programs write some pages row by row, so that the lines of two columns come as one. What
stands in columns is prose: wide lines on both sides of a gutter that no line crosses. The
cells of a table stay in their rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from rag.corpus.formats.pdf_lines import Line

Row = Sequence[Line]
"""The pieces of a line that wide gaps part, from left to right."""

_HYPHEN = re.compile(r"[^\W\d_][-\u2010]$")
_SAME_ROW = 0.5
_FEWEST_ROWS = 3
_NARROWEST = 14
_FEWEST_WORDS = 3
_MOST_DIGITS = 0.2
_REGULAR = 1.7
_MOST_COLUMNS = 8
_MOST_ZONES = 40
_MOST_PIECES = 4_000


@dataclass(slots=True)
class _Piece:
    """A piece of a line: its place in the order of the file, and the line that it is of."""

    line: Line
    place: int
    row: int


def in_reading_order(rows: Sequence[Row]) -> list[Line]:
    """The lines of a page from the rows that its file has, in the file's order.

    Rows across two or more columns are parted, and each column is read down before the next.
    All other rows stay as they are, their pieces joined.
    """
    pieces = [
        _Piece(line, place, number)
        for place, (number, line) in enumerate(
            (number, line) for number, row in enumerate(rows) for line in row
        )
    ]
    order = list(range(len(pieces)))
    parted: set[int] = set()
    if len(pieces) <= _MOST_PIECES:
        _read_down(pieces, order, parted, _MOST_COLUMNS, _MOST_ZONES)
    return _joined([pieces[place] for place in order], parted)


def _read_down(
    pieces: Sequence[_Piece], order: list[int], parted: set[int], columns: int, zones: int
) -> None:
    """Reorders the places in `order` where they are in columns; adds these to `parted`."""
    zone = _zone([pieces[place] for place in order]) if columns > 1 and zones else None
    if zone is None:
        return
    gutter, within = zone
    positions = [n for n, place in enumerate(order) if place in within]
    left = [place for place in order if place in within and pieces[place].line.left < gutter]
    right = [place for place in order if place in within and pieces[place].line.left >= gutter]
    for side in (left, right):
        parted.update(side)
        _read_down(pieces, side, parted, columns - 1, zones)
    rest_above = [place for place in order[: positions[0]] if place not in within]
    rest_below = [place for place in order[positions[0] :] if place not in within]
    _read_down(pieces, rest_above, parted, columns, zones - 1)
    _read_down(pieces, rest_below, parted, columns, zones - 1)
    order[:] = [*rest_above, *left, *right, *rest_below]


def _zone(pieces: Sequence[_Piece]) -> tuple[float, set[int]] | None:
    """A gutter between two columns of prose, and the places of the pieces beside it."""
    rows = _rows(pieces)
    for gutter in _gutters(rows):
        for zone in _beside(rows, gutter):
            members = [piece for row in zone for piece in row]
            left = [piece for piece in members if piece.line.left < gutter]
            right = [piece for piece in members if piece.line.left >= gutter]
            if _is_prose(left) and _is_prose(right) and _is_mixed(left, right):
                return gutter, {piece.place for piece in members}
    return None


def _rows(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """The pieces on one height, from the top of the page; each row from left to right."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-one.line.y, one.line.left)):
        last = rows[-1][0].line if rows else None
        if last and last.y - piece.line.y < _SAME_ROW * max(1.0, piece.line.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda one: one.line.left) for row in rows]


def _gutters(rows: Sequence[Sequence[_Piece]]) -> list[float]:
    """The places between pieces that the most rows have, best first, then from the left."""
    gaps = [
        (one.line.right, other.line.left)
        for row in rows
        for one, other in pairwise(row)
        if other.line.left > one.line.right
    ]
    counts = {
        right: sum(start < right <= end for start, end in gaps)
        for right in sorted({end for _, end in gaps})
    }
    found = [place for place, count in counts.items() if count >= _FEWEST_ROWS]
    return sorted(found, key=lambda place: (-counts[place], place))[:_MOST_COLUMNS]


def _beside(rows: Sequence[Sequence[_Piece]], gutter: float) -> list[list[Sequence[_Piece]]]:
    """The runs of rows that do not cross the gutter, from the first with both sides to the last.

    A run goes on below that while the lines of one column follow each other evenly.
    """
    runs: list[list[Sequence[_Piece]]] = [[]]
    for row in rows:
        if any(piece.line.left < gutter - 1 < piece.line.right for piece in row):
            runs.append([])
        else:
            runs[-1].append(row)
    return [zone for run in runs if (zone := _trimmed(run, gutter))]


def _trimmed(run: Sequence[Sequence[_Piece]], gutter: float) -> list[Sequence[_Piece]]:
    both = [
        number for number, row in enumerate(run) if row[0].line.left < gutter <= row[-1].line.left
    ]
    if len(both) < _FEWEST_ROWS:
        return []
    first, last = both[0], both[-1]
    heights = [row[0].line.y for row in run]
    pitch = median(above - below for above, below in pairwise(heights[first : last + 1]))
    while first > 0 and heights[first - 1] - heights[first] <= _REGULAR * pitch:
        first -= 1
    while last + 1 < len(run) and heights[last] - heights[last + 1] <= _REGULAR * pitch:
        last += 1
    return list(run[first : last + 1])


def _is_prose(pieces: Sequence[_Piece]) -> bool:
    """Whether lines are wide and of words: the cells of a table are short, or figures."""
    if len(pieces) < _FEWEST_ROWS:
        return False
    words = [piece.line.words for piece in pieces]
    letters = sum(map(len, words))
    digits = sum(character.isdigit() for line in words for character in line)
    return (
        median(map(len, words)) >= _NARROWEST
        and median(len(line.split()) for line in words) >= _FEWEST_WORDS
        and digits <= _MOST_DIGITS * letters
    )


def _is_mixed(left: Sequence[_Piece], right: Sequence[_Piece]) -> bool:
    """Whether the file does not have the left column before the right one already."""
    return max(piece.place for piece in left) > min(piece.place for piece in right)


def _joined(pieces: Sequence[_Piece], parted: set[int]) -> list[Line]:
    """The lines of the pieces; those of one row become one again unless columns part them."""
    lines: list[Line] = []
    row = -1
    for piece in pieces:
        is_apart = piece.place in parted
        if lines and piece.row == row and not is_apart:
            lines[-1] = _one(lines[-1], piece.line)
        else:
            lines.append(_hyphenated(piece.line) if is_apart else piece.line)
        row = -1 if is_apart else piece.row
    return lines


def _hyphenated(line: Line) -> Line:
    """The line at the edge of a column, where a hyphen may end it."""
    if _HYPHEN.search(line.words):
        return replace(line, words=line.words[:-1], hyphen=True)
    return line


def _one(left: Line, right: Line) -> Line:
    words = f"{left.words}{'-' * left.hyphen} {right.words}"
    return replace(left, words=words, right=right.right, hyphen=right.hyphen)
