"""Whether a question asks for the latest, a past time, what lasts, or leaves it open."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.questions.times import Recency, find_dates, recency

AS_OF = datetime(2020, 9, 12, tzinfo=UTC)


def of(question: str) -> Recency:
    """The recency of a question asked on 11 September 2020."""
    return recency(question, find_dates(question, AS_OF))


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest on the ferry strike?",
        "How many have died so far?",
        "Who is now in charge of the port?",
        "What is the current toll?",
        "Which bridge recently collapsed?",
        "Is the mine still closed?",
        "Which bridges are no longer safe?",
        "What are people there afraid of these days?",
        "Which city flooded this week?",
        "Which boats sank this year?",
        "What sank in the past three days?",
        "What sank over the last two weeks?",
        "What sank in the last week?",
        "Who lives there today?",
        "What has changed since 9 August?",
        "What changed since the election on 9 August?",
        "Who is the mayor of Marren?",
        "Who’s the captain of the Rovers?",
        "Who leads the inquiry?",
        "Is the bridge open?",
        "Are there wolves in the hills?",
        "How many wolves are left?",
        "Has the strike ended?",
        "Which company has bought the mill?",
        "Who is being tried for the theft?",
    ],
)
def test_the_present_asks_for_the_latest(question: str) -> None:
    assert of(question) == "latest"


@pytest.mark.parametrize(
    "question",
    [
        "What sank yesterday?",
        "What did the council decide last week?",
        "Who resigned on 9 August?",
        "What was the latest toll in March 2019?",
        "Who is the mayor said to have met in 2017?",
        "What was known before 9 August?",
        "Who resigned three weeks ago?",
        "What did the mayor say back then?",
        "Who was the owner at the time?",
    ],
)
def test_a_past_period_asks_for_what_was_said_then(question: str) -> None:
    assert of(question) == "at the time"


@pytest.mark.parametrize(
    "question",
    [
        "What is a levee?",
        "What are the chances? What does a sluice mean?",
        "What does the abbreviation KSU stand for?",
        "What is the difference between a levee and a dam?",
        "Why do bridges fall?",
        "How does a sluice work?",
        "What causes floods?",
        "Who invented the lift?",
        "When was the mayor born?",
        "In which year was the bridge opened?",
        "What was the deadliest flood in history?",
        "Who is the best goalkeeper of all time?",
    ],
)
def test_what_a_thing_is_or_was_once_for_all_is_timeless(question: str) -> None:
    assert of(question) == "timeless"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Osier Bridge",
        "Who drove the bus that fell from the bridge?",
        "Why did the levee give way?",
        "Why do the farmers oppose the wolves?",
        "How long did the strike last?",
        "How many births did the ward have?",
        "Who won the 2019 election?",
        "What did the panel show?",
    ],
)
def test_where_no_rule_fits_the_question_is_open(question: str) -> None:
    assert of(question) == "open"


def test_a_date_that_only_names_something_leaves_the_words_to_decide() -> None:
    assert of("Who is the winner of the 2019 election?") == "latest"


def test_a_time_removed_by_the_reader_no_longer_counts() -> None:
    question = "Who resigned on 9 August?"
    assert recency(question, ()) == "open"


@given(st.text(max_size=80))
def test_every_text_has_one_of_the_four(question: str) -> None:
    assert of(question) in ("latest", "at the time", "timeless", "open")
