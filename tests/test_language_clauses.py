"""Two questions joined into one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language.comparisons import clauses


@pytest.mark.parametrize(
    ("question", "queries"),
    [
        ("Who won, and how many voted?", ["Who won", "how many voted won"]),
        ("Who sang “Amber”, and how many voted?", ["Who sang “Amber”", "how many voted Amber"]),
        (
            "Who won the Marren run-off, and how many voted?",
            ["Who won the Marren run-off", "how many voted Marren run-off"],
        ),
        (
            "Who brokered the ferry deal and when did the strike end?",
            ["Who brokered the ferry deal", "when did the strike end ferry deal"],
        ),
        (
            "Which two towns flooded, and did the levee at Orrenby hold?",
            ["Which two towns flooded", "did the levee at Orrenby hold"],
        ),
        (
            "In 2023, how many farms in Lisk kept sheep, and which village lost most?",
            ["In 2023, how many farms in Lisk kept sheep", "which village lost most Lisk"],
        ),
        (
            "Which is the digger that found the coins, and who drove it?",
            ["Which is the digger that found the coins", "who drove it digger coins"],
        ),
        (
            "Who won the recount? How many voted?",
            ["Who won the recount", "How many voted recount"],
        ),
        (
            "Why did the mine close, when did it open, and who owns the pit now?",
            [
                "Why did the mine close, when did it open",
                "who owns the pit now mine close",
            ],
        ),
        (
            "Who ran the mine, and who sank the pit, and who paid the men, and who left?",
            [
                "Who ran the mine",
                "who sank the pit mine",
                "who paid the men, and who left mine",
            ],
        ),
    ],
)
def test_two_questions_are_asked_one_by_one(question: str, queries: list[str]) -> None:
    assert [part.query for part in clauses(question)] == queries


def test_a_question_that_says_enough_needs_nothing_of_the_first() -> None:
    _, later = clauses("Who sold the mine, and what did Petra Lindqvarn promise?")
    assert later.query == later.label == "what did Petra Lindqvarn promise"
    _, later = clauses("Who sold the mine, and which inland ferry company went bankrupt?")
    assert later.query == "which inland ferry company went bankrupt"


@pytest.mark.parametrize(
    "question",
    [
        "Who won the run-off?",
        "When and where did the ferry sink?",
        "When exactly and where did the ferry sink?",
        "On what date and at what time did the gates open?",
        "Who knew what was stolen and when it was found?",
        "Who said what the theft was, and what it cost?",
        "Tolbeck and which other town flooded?",
        "The fire spread through Tolbeck and which other town?",
        "Who asked “what now, and who pays for it?”",
        "Who is Agnes Tollivar, and why did she leave the ferry?",
        "Who was Torvald Henning and where did he keep his sheep?",
        "When did they leave, and when did they arrive?",
        "Another flood? Only in the upper valley. How high was it?",
        "",
    ],
)
def test_one_question_stays_whole(question: str) -> None:
    assert clauses(question) == ()


def test_each_clause_is_where_the_question_says_it() -> None:
    question = "Who won the recount? And how many voted?"
    parts = clauses(question)
    assert [question[part.start : part.end] for part in parts] == [
        "Who won the recount",
        "how many voted?",
    ]
    assert [part.label for part in parts] == ["Who won the recount", "how many voted"]


WORDS = "Who what did is how many and , ? the The Tolbeck mayor win it when “ ” \" İ 's"


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=16).map(" ".join))
def test_no_question_raises_and_clauses_follow_each_other(question: str) -> None:
    parts = clauses(question)
    assert len(parts) in (0, 2, 3)
    assert all(a.end <= b.start for a, b in pairwise(parts))
    assert all(part.label in question[part.start : part.end] for part in parts)
    assert all(part.query for part in parts)
