"""Columns of a page whose file has its lines row by row; tables stay in their rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.formats.pdf_columns import in_reading_order
from rag.corpus.formats.pdf_lines import Line
from tests.pdf_files import pdf
from tests.reading import read_article

pytest.importorskip("pypdfium2")
LEFT = (
    "The council of Orrelstad voted on",
    "Tuesday to close the old harbour tun-",
    "nel for eleven weeks while its drains",
    "are replaced. The tunnel is of 1974.",
)
MIDDLE = (
    "Shopkeepers on Quay Street asked",
    "for a ferry in the meantime, and the",
    "mayor promised to answer them soon",
    "and in writing, her office said here.",
)
RIGHT = (
    "Lorries must use the northern road",
    "from the first of June, and buses will",
    "stop at the market and at the church",
    "every ten minutes until the autumn.",
)


def text(folder: Path, lines: Sequence[str]) -> str:
    return read_article(folder / "a.pdf", pdf([lines])).article.text


def rows(*columns: Sequence[str], top: int = 730, left: int = 60, width: int = 260) -> list[str]:
    """The lines of columns side by side, row by row."""
    return [
        f"{left + width * column},{top - 14 * row}:{words}"
        for row in range(max(map(len, columns)))
        for column, lines in enumerate(columns)
        if row < len(lines)
        for words in [lines[row]]
    ]


def prose(lines: Sequence[str]) -> str:
    return " ".join(lines).replace("tun- nel", "tunnel")


def test_two_columns_are_read_down(tmp_path: Path) -> None:
    top = ["60,790:Harbour tunnel to close", "60,770:By Mira Oldenkamp"]
    found = text(tmp_path, [*top, *rows(LEFT, MIDDLE)])
    assert found.split("\n\n") == [
        "Harbour tunnel to close",
        "By Mira Oldenkamp",
        prose(LEFT),
        prose(MIDDLE),
    ]


def test_three_columns_of_unequal_length_are_read_down(tmp_path: Path) -> None:
    longer = (*LEFT, "It carries nineteen thousand cars.")
    shorter = RIGHT[:3]
    found = text(tmp_path, rows(longer, MIDDLE, shorter, left=5, width=200))
    assert found.split("\n\n") == [prose(longer), prose(MIDDLE), prose(shorter)]


def test_a_line_across_parts_two_zones_of_columns(tmp_path: Path) -> None:
    across = "60,660:What the city plans for the summer, and who will have to pay for all of it now"
    lines = [*rows(LEFT, MIDDLE), across, *rows(RIGHT, LEFT, top=620, width=260)]
    assert text(tmp_path, lines).split("\n\n") == [
        prose(LEFT),
        prose(MIDDLE),
        across.partition(":")[2],
        prose(RIGHT),
        prose(LEFT),
    ]


def test_a_note_below_the_columns_comes_last(tmp_path: Path) -> None:
    lines = [*rows(LEFT, MIDDLE), "60,600:Correction: the tunnel is of 1973."]
    assert text(tmp_path, lines).endswith("here.\n\nCorrection: the tunnel is of 1973.")


@pytest.mark.parametrize(
    "columns",
    [
        (("Civic Union", "Harbour List", "Free Voters"), ("4,120", "3,877", "1,204")),
        (("Brenn", "Holm", "Marren"), ("seats won", "seats lost", "no change")),
        (
            ("turnout in the old town 2020", "turnout in the new town 2021", "in all 2022"),
            ("61.2 percent, 63.0 before", "58.4 percent, 60.1 before", "59.9 percent, 61.0"),
        ),
    ],
)
def test_tables_stay_in_their_rows(tmp_path: Path, columns: Sequence[Sequence[str]]) -> None:
    lines = [*rows(*columns), "60,600:The council will meet again on Monday."]
    found = " ".join(text(tmp_path, lines).split())
    for row in zip(*columns, strict=True):
        assert " ".join(row) in found


def test_columns_that_come_in_order_are_left_so(tmp_path: Path) -> None:
    left = [f"60,{730 - 14 * n}:{words}" for n, words in enumerate(LEFT)]
    right = [f"320,{730 - 14 * n}:{words}" for n, words in enumerate(MIDDLE)]
    found = text(tmp_path, [*left, *right])
    assert found.split("\n\n") == [prose(LEFT), prose(MIDDLE)]


def test_a_page_of_one_column_stays_as_it_is(tmp_path: Path) -> None:
    assert text(tmp_path, [f"60,{730 - 14 * n}:{w}" for n, w in enumerate(LEFT)]) == prose(LEFT)


PIECES = st.builds(
    lambda words, left, width, y: Line(words, left, left + width, y, 10.0),
    st.text("ab1 -", min_size=1, max_size=40),
    st.integers(0, 500).map(float),
    st.integers(1, 300).map(float),
    st.integers(0, 40).map(lambda n: n * 14.0),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=4), max_size=30))
def test_no_words_are_lost_or_repeated(page: list[list[Line]]) -> None:
    found = in_reading_order(page)
    words = [word for line in found for word in f"{line.words}{'-' * line.hyphen}".split()]
    expected = [word for row in page for line in row for word in line.words.split()]
    assert sorted(words) == sorted(expected)


def test_a_running_head_that_columns_part_is_left_out(tmp_path: Path) -> None:
    head = ["60,790:The Orrelstad Post", "480,790:7 May 2024"]
    pages = [
        [*head, *rows(LEFT, MIDDLE)],
        [*head, *rows(MIDDLE, RIGHT)],
        [*head, "60,730:It rained."],
    ]
    found = read_article(tmp_path / "a.pdf", pdf(pages)).article.text
    assert "Orrelstad Post" not in found
    assert "7 May" not in found
