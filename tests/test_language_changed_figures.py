"""The same sentence with another figure, and what only looks like it."""

from __future__ import annotations

import pytest

from rag.language.changed_figures import changed_figures

COST = "The work on the tunnel will cost 5.9 million crowns."


@pytest.mark.parametrize(
    "other",
    [
        "The work on the tunnel will cost 6.2 million crowns.",
        # Eight of nine words are the same: four in five are enough.
        "Work on the tunnel will cost 6.2 million crowns.",
        "The work on the tunnel will cost six million crowns.",
        "The work on the tunnel will cost 5.95 million crowns.",
    ],
)
def test_the_same_sentence_with_another_figure_has_changed(other: str) -> None:
    assert changed_figures(COST, f"The tunnel is shut. {other} Nobody was asked.")


@pytest.mark.parametrize(
    "other",
    [
        COST,
        "The work on the tunnel will cost 5,900,000 crowns.",
        # A figure that one of them leaves out is no other figure.
        "The work on the tunnel will cost many crowns.",
        # Of its nine words the other sentence shares four: it is about something else.
        "The work on a new ferry should take 11 weeks.",
        # The figure stands in another sentence of the same words.
        f"The work on the tunnel will cost 6.2 million crowns. {COST}",
    ],
)
def test_other_sentences_and_the_same_figure_are_no_change(other: str) -> None:
    assert not changed_figures(COST, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The council of Marsk voted on 7 May to close it.",
            "The council of Marsk voted on 8 May to close it.",
        ),
        (
            "The hall in Marsk opens at 9.30 p.m. on Fridays.",
            "The hall in Marsk opens at 10.15 p.m. on Fridays.",
        ),
        (
            "The hall in Marsk opens at 9:30 on most days.",
            "The hall in Marsk opens at 10:00 on most days.",
        ),
        (
            "You can reach the news desk on 020 7946 0018.",
            "You can reach the news desk on 020 7946 0955.",
        ),
        (
            "This story of ours was written 3 hours ago.",
            "This story of ours was written 5 hours ago.",
        ),
        ("She won the cup of Marsk in 1983 and 1984.", "She won the cup of Marsk in 1983 and '84."),
        ("Page 3 of 8", "Page 4 of 8"),
    ],
)
def test_days_times_telephones_and_short_lines_have_no_figures(one: str, other: str) -> None:
    assert not changed_figures(one, other)
    assert not changed_figures(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("官方称已有多人死亡，另有90人受伤。", "官方称已有多人死亡，另有140人受伤。"),
        ("工事費は620万クローネになる見通しだ。", "工事費は590万クローネになる見通しだ。"),
        (
            "공사비는 약 620만 크로네가 될 것으로 보인다.",
            "공사비는 약 590만 크로네가 될 것으로 보인다.",
        ),
        ("ค่าก่อสร้างจะอยู่ที่ 6.2 ล้านโครน", "ค่าก่อสร้างจะอยู่ที่ 5.9 ล้านโครน"),
    ],
)
def test_a_figure_changes_where_no_spaces_stand_around_it(one: str, other: str) -> None:
    assert changed_figures(one, other)
    assert not changed_figures(one, one)
