"""Tables of web pages as rows in which every value stands below its own head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

_MOST_COLUMNS, _MOST_ROWS = 60, 2_000
_LONG_CELL, _LONG_SHARE = 400, 0.3


@dataclass(slots=True)
class Cell:
    """A cell's words as one line, the characters in links, and the places of its text."""

    words: str
    link: int = 0
    places: list[tuple[Any, str]] = field(default_factory=list)


def is_data_table(table: Any) -> bool:
    """Whether a table has values below heads, rather than laying out a page.

    One with a table within, with one column, or with long texts in its cells lays out a page.
    """
    if table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [*_rows(table)]
    if max((len(_cells(row)) for row in rows), default=0) < 2:
        return False
    if next(table.iterdescendants("th", "thead", "caption"), None) is not None:
        return True
    cells = [cell for row in rows for cell in _cells(row)]
    long = sum(sum(map(len, cell.itertext())) > _LONG_CELL for cell in cells)
    return long <= _LONG_SHARE * len(cells) and next(table.iterdescendants("h1"), None) is None


def table_rows(table: Any, read: Callable[[Any], Cell]) -> Iterator[tuple[Any, list[Cell]]]:
    """Each row with a value, and its cells from left to right; empty cells keep their place.

    What spans several columns or rows is repeated in each, so that a row can be read alone.
    A cell across the whole table stands once. At most 60 columns and 2,000 rows are read.
    """
    grid: list[tuple[Any, dict[int, Cell]]] = []
    hanging: dict[int, tuple[int, Cell]] = {}
    for row in list(_rows(table))[:_MOST_ROWS]:
        line: dict[int, Cell] = {}
        for column, (left, cell) in [*hanging.items()]:
            line[column] = Cell(cell.words)
            if left > 1:
                hanging[column] = (left - 1, cell)
            else:
                del hanging[column]
        _place(row, line, hanging, read)
        grid.append((row, line))
    width = max((max(line, default=-1) for _, line in grid), default=-1) + 1
    for row, line in grid:
        cells = [line.get(column) or Cell("") for column in range(width)]
        if any(cell.words for cell in cells):
            yield row, cells[:1] if _is_one(row, cells) else cells


def _place(
    row: Any,
    line: dict[int, Cell],
    hanging: dict[int, tuple[int, Cell]],
    read: Callable[[Any], Cell],
) -> None:
    """Puts the cells of a row into the columns that are free."""
    column = 0
    for element in _cells(row):
        cell = read(element)
        for offset in range(_span(element, "colspan")):
            while column in line:
                column += 1
            if column >= _MOST_COLUMNS:
                return
            line[column] = cell if not offset else Cell(cell.words)
            if (rows := _span(element, "rowspan")) > 1:
                hanging[column] = (rows - 1, cell)
            column += 1


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


def _cells(row: Any) -> list[Any]:
    return [*row.iterchildren("td", "th")]


def _is_one(row: Any, cells: list[Cell]) -> bool:
    """Whether one cell goes across the whole row."""
    return len(cells) > 1 and len(_cells(row)) == 1 and len({cell.words for cell in cells}) == 1


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "").strip()
    limit = _MOST_COLUMNS if name == "colspan" else _MOST_ROWS
    return max(1, min(int(value), limit)) if value.isascii() and value.isdecimal() else 1
