"""Figures of one unit that measure different things are not set side by side."""

from __future__ import annotations

import pytest

from rag.answers.timeline import several_figures
from rag.records import Article
from tests.builders import article, hits


def values_of(asked: str, *articles: Article) -> list[str] | None:
    account = several_figures(asked, hits(*articles), None)
    return None if account is None else [each.text for each in account.sentences]


def written(text: str, title: str, day: str, publisher: str = "The Courier") -> Article:
    return article(text, f"{day}/{title}", title=title, publisher=publisher, day=day)


SPOKE = "Hale Booker spoke for 25 hours in the Senate."


@pytest.mark.parametrize(
    "other",
    [
        "Edgar Thorne spoke for 24 hours in the Senate.",
        "Booker broke the record of 24 hours held by Edgar Thorne in the Senate.",
        "Booker spoke longer than Edgar Thorne, who spoke for 24 hours in the Senate.",
        "Thorne’s 24 hours in the Senate were the longest before Booker spoke.",
    ],
)
@pytest.mark.parametrize("asked", ["How many hours did Booker speak?",
                                   "how many hours did booker speak"])  # fmt: skip
def test_another_speakers_hours_are_no_second_figure(asked: str, other: str) -> None:
    first = written(SPOKE, "Booker ends speech", "2025-04-02")
    later = written(other, "Booker speech breaks record", "2025-04-03", "Radio North")
    assert values_of(asked, first, later) is None


def test_two_figures_of_the_same_speaker_are_both_told() -> None:
    first = written("Hale Booker spoke for 24 hours in the Senate.", "Booker speaks", "2025-04-02")
    later = written(SPOKE, "Booker ends speech", "2025-04-03", "Radio North")
    assert values_of("How many hours did Booker speak?", first, later) == [later.text, first.text]


def test_two_figures_of_one_sentence_stay_together() -> None:
    asked = "How many boats sank in the Orrenby storm?"
    rose = written(
        "The number of boats that sank in the Orrenby storm rose from 14 to 22.",
        "Orrenby storm", "2025-04-03",
    )  # fmt: skip
    assert values_of(asked, rose) == [rose.text]


def test_of_two_places_in_one_sentence_that_of_the_question_counts() -> None:
    both = written(
        "Twelve people died in Tolbeck and nine people died in Orrenby in the storm.",
        "Storm kills 21", "2025-04-03",
    )  # fmt: skip
    assert values_of("How many people died in Orrenby in the storm?", both) is None


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ("How much does a litre of milk cost in Hallmere?",
         ["The bridge in Hallmere will cost 26 crowns.", "A boat in Hallmere cost 20 crowns."]),
        ("What share of voters in Marren voted for the tax?",
         ["In Marren 45% of voters voted for the tax.", "In Marren 30% of farmers like the tax."]),
        ("How many popular votes did Orr win in Marren?",
         ["Orr won 290 popular votes in Marren.", "Orr won 270 electoral votes in Marren."]),
        ("How many months does the Marren vaccine protect?",
         ["The Marren vaccine protects for 9 months.",
          "The Marren vaccine protects children 6 months and older."]),
        ("How many boats sank in Marren in May?",
         ["In Marren 12 boats sank in May.", "In Marren 14 boats sank in June."]),
        ("What time does Marren play?",
         ["Marren will play at 4:25 p.m.", "Marren could play on with 3:59 left."]),
        ("What did they pay for Tolbeck Rovers as the price?",
         ["Fans bought Tolbeck Rovers at a price of 6.2 million crowns.",
          "A bank paid Tolbeck Rovers 4.4 million crowns."]),
    ],
)  # fmt: skip
def test_a_unit_that_agrees_is_not_enough(asked: str, texts: list[str]) -> None:
    days = ("2025-05-03", "2025-05-09")
    found = [
        written(text, "News", day, f"Outlet {day}") for text, day in zip(texts, days, strict=True)
    ]
    assert values_of(asked, *found) is None
