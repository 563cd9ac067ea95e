"""Questions that compare, taken apart by their words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language.comparisons import (
    ends_of_change,
    sides_of_event,
    then_and_now,
    things,
    tidy,
)


@pytest.mark.parametrize(
    ("question", "queries"),
    [
        (
            "Which flooded more, Tolbeck or Kelmark?",
            ["Which flooded more Tolbeck?", "Which flooded more Kelmark?"],
        ),
        (
            "Which is the larger town: Tolbeck or Marren?",
            ["Which is the larger town Tolbeck?", "Which is the larger town Marren?"],
        ),
        (
            "Who got more votes – the mayor or the baker?",
            ["Who got more votes the mayor?", "Who got more votes the baker?"],
        ),
        (
            " Did Tolbeck or the Isle of Quarne flood earlier? ",
            ["Did Tolbeck flood earlier?", "Did the Isle of Quarne flood earlier?"],
        ),
        (
            "What is the difference between the interim report and the final report?",
            ["the interim report", "the final report"],
        ),
        (
            "What are the main differences in price between the old ferry and the new ferry?",
            ["the old ferry in price", "the new ferry in price"],
        ),
        (
            "What is the difference between spoken and printed sources?",
            ["spoken sources", "printed sources"],
        ),
        (
            "How does the budget of Tolbeck compare with that of Marren?",
            ["the budget of Tolbeck", "the budget of Marren"],
        ),
        (
            "How did Tolbeck's hospital differ from Marren's?",
            ["Tolbeck's hospital", "Marren's hospital"],
        ),
        (
            "Compare Tolbeck’s and Marren’s hospitals.",
            ["Tolbeck’s hospitals", "Marren’s hospitals"],
        ),
        (
            "Compare the debts of Rovers and United",
            ["the debts of Rovers", "the debts of United"],
        ),
        ("Compare the toll bridge with the ferry.", ["the toll bridge", "the ferry"]),
    ],
)
def test_two_things_are_asked_for_one_by_one(question: str, queries: list[str]) -> None:
    assert [part.query for part in things(question)] == queries


def test_each_thing_is_where_the_question_says_it() -> None:
    question = "  Which flooded more, Tolbeck or the Isle of Quarne?"
    first, second = things(question)
    assert (question[first.start : first.end], first.label) == ("Tolbeck", "Tolbeck")
    assert question[second.start : second.end] == second.label == "the Isle of Quarne"


@pytest.mark.parametrize(
    "question",
    [
        "Who won, Dahlen or Lindqvarn?",
        "Which flooded more, Tolbeck, Kelmark or Marren?",
        "Which flooded more: Tolbeck?",
        "Did the mayor resign or stay longer?",
        "Did Tolbeck or Kelmark flood?",
        "Which of the two towns flooded more?",
        "Who refereed the match between Rovers and United?",
        "Who made the difference between winning and losing?",
        "What is the difference between Rovers, United and Marren and the rest?",
        "Why did the council compare the bridge with the ferry?",
        "How did the storm compare?",
        "Compare notes.",
        "",
    ],
)
def test_what_is_no_plain_comparison_of_two_stays_whole(question: str) -> None:
    assert things(question) == ()


@pytest.mark.parametrize(
    ("question", "queries"),
    [
        (
            "How did the toll change between Monday and Friday?",
            ["How did the toll change Monday?", "How did the toll change Friday?"],
        ),
        (
            "How has turnout in Marren changed from the first round to the second round?",
            [
                "How has turnout in Marren changed the first round?",
                "How has turnout in Marren changed the second round?",
            ],
        ),
        (
            "What changed between early May 2025 and 3 June?",
            ["What changed early May 2025?", "What changed 3 June?"],
        ),
    ],
)
def test_a_change_is_asked_for_at_both_ends(question: str, queries: list[str]) -> None:
    assert [part.query for part in ends_of_change(question)] == queries


@pytest.mark.parametrize(
    "question",
    [
        "How did relations change between Tolbeck and Marren?",
        "By how much did prices change between May and June?",
        "What was the change in prices from 2023 to 2024?",
        "How many people fell ill between May and June?",
        "How did the toll change after Monday?",
    ],
)
def test_what_is_no_change_over_time_stays_whole(question: str) -> None:
    assert ends_of_change(question) == ()


def test_the_ends_of_a_change_share_a_place() -> None:
    question = "How did the toll change between Monday and Friday?"
    first, last = ends_of_change(question)
    assert (first.label, last.label) == ("Monday", "Friday")
    assert question[first.start : first.end] == "between Monday and Friday"
    assert (first.start, first.end) == (last.start, last.end)


def test_before_and_after_are_asked_for_one_by_one() -> None:
    question = "What did he say after and before the vote on 9 August, and why?"
    before, after = sides_of_event(question)
    assert before.query == "What did he say before the vote on 9 August, and why?"
    assert after.query == "What did he say after the vote on 9 August, and why?"
    assert (before.label, after.label) == (
        "before the vote on 9 August",
        "after the vote on 9 August",
    )
    assert question[before.start : before.end] == "after and before the vote on 9 August"


@pytest.mark.parametrize(
    "question",
    [
        "Did he resign before or after the vote?",
        "Who spoke before the vote and after the debate?",
        "What happened before and after?",
        "Who came before and before him?",
    ],
)
def test_one_side_of_an_event_stays_whole(question: str) -> None:
    assert sides_of_event(question) == ()


@pytest.mark.parametrize(
    ("question", "date", "queries"),
    [
        (
            "Is the toll higher now than in March?",
            "in March",
            ["Is the toll higher in March?", "Is the toll higher?"],
        ),
        (
            "How many are missing today, compared with last week?",
            "last week",
            ["How many are missing last week?", "How many are missing?"],
        ),
        (
            "Is it dearer today than it was in 2019?",
            "2019",
            ["Is it dearer 2019?", "Is it dearer?"],
        ),
        (
            "What was the toll in March and now?",
            "in March",
            ["What was the toll in March?", "What was the toll?"],
        ),
    ],
)
def test_then_and_now_are_asked_for_one_by_one(
    question: str, date: str, queries: list[str]
) -> None:
    start = question.index(date)
    parts = then_and_now(question, start, start + len(date))
    assert [part.query for part in parts] == queries
    assert question[parts[0].start : parts[0].end] == parts[0].label == date
    assert question[parts[1].start : parts[1].end] == parts[1].label


def test_a_date_without_the_present_stays_whole() -> None:
    assert then_and_now("Is the toll now known in March?", 22, 30) == ()
    assert then_and_now("What was the toll in March?", 18, 26) == ()


def test_tidy_text_has_no_blanks_or_commas_before_marks() -> None:
    assert tidy("  Who  was hurt , ?") == "Who was hurt?"
    assert tidy(", the  flood ; and .5 more,") == "the flood; and .5 more"


WORDS = (
    "Which which How What did Compare compare difference between from and or to with before after"
    " more changed Monday May 2025 now than Tolbeck the of 's , : ? – in that"
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=16).map(" ".join))
def test_no_question_raises_and_all_parts_are_slices(question: str) -> None:
    splits = [things(question), sides_of_event(question), ends_of_change(question)]
    splits += [then_and_now(question, n, n + 3) for n in range(0, len(question) - 3, 7)]
    for parts in splits:
        assert len(parts) in (0, 2)
        assert all(0 <= part.start < part.end <= len(question) for part in parts)
        assert all(part.query and part.label for part in parts)
