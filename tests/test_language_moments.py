"""Times as news names them, resolved against a Wednesday, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.moments import Moment, moments, named_days, without_moments

WEDNESDAY = date(2031, 3, 5)


def only(text: str, published: date | None = WEDNESDAY) -> Moment:
    found = moments(text, published)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 3 May 2030", ["2030-05-03 2030-05-03"]),
        ("on May 3rd, 2030, at noon", ["2030-05-03 2030-05-03"]),
        ("Sept. 11, 2030", ["2030-09-11 2030-09-11"]),
        ("2030-05-03", ["2030-05-03 2030-05-03"]),
        ("the 13th of June", ["2031-06-13 2031-06-13"]),
        ("on 30 December", ["2030-12-30 2030-12-30"]),
        ("in May 2030", ["2030-05-01 2030-05-31"]),
        ("in February", ["2031-02-01 2031-02-28"]),
        ("since May", ["2031-05-01 2031-05-31"]),
        ("in 2029, twice", ["2029-01-01 2029-12-31"]),
        ("the 1990s", ["1990-01-01 1999-12-31"]),
        ("on Monday", ["2031-03-03 2031-03-03", "2031-03-10 2031-03-10"]),
        ("last Monday", ["2031-03-03 2031-03-03", "2031-02-24 2031-02-24"]),
        ("next Monday", ["2031-03-10 2031-03-10", "2031-03-17 2031-03-17"]),
        ("this Friday", ["2031-02-28 2031-02-28", "2031-03-07 2031-03-07"]),
        ("on Wednesday", ["2031-03-05 2031-03-05", "2031-03-12 2031-03-12",
                          "2031-02-26 2031-02-26"]),
        ("Monday, 3 March", ["2031-03-03 2031-03-03"]),
        ("Tuesday, 3 March", []),
        ("yesterday", ["2031-03-04 2031-03-04"]),
        ("the day before yesterday", ["2031-03-03 2031-03-03"]),
        ("tonight", ["2031-03-05 2031-03-05"]),
        ("tomorrow", ["2031-03-06 2031-03-06"]),
        ("last week", ["2031-02-24 2031-03-02"]),
        ("next month", ["2031-04-01 2031-04-30"]),
        ("last year", ["2030-01-01 2030-12-31"]),
        ("two days ago", ["2031-03-03 2031-03-03"]),
        ("a week ago", ["2031-02-24 2031-03-02"]),
        ("four months ago", ["2030-11-01 2030-11-30"]),
        ("10 years ago", ["2021-01-01 2021-12-31"]),
        ("on 31 February 2031", []),
    ],
)  # fmt: skip
def test_a_time_means_the_days_nearest_to_its_article(text: str, days: list[str]) -> None:
    assert [f"{first} {last}" for first, last in only(text).days] == days


@pytest.mark.parametrize(
    "text",
    ["he may 5 times", "They march on.", "2019 boats", "$2031", "2,031", "a few years ago",
     "two years later", "99 May", "9000 years ago", "room 2031b"],
)  # fmt: skip
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert [moment.text for moment in moments(text, WEDNESDAY) if moment.days] == []


@pytest.mark.parametrize(
    ("held", "claimed"),
    [
        ("on Monday", "3 March 2031"),
        ("on Monday", "10 March"),
        ("3 March", "on Monday"),
        ("3 March", "in March"),
        ("3 March", "in 2031"),
        ("yesterday", "on Tuesday"),
        ("on Tuesday", "yesterday"),
        ("last week", "in 2031"),
        ("two days ago", "this week"),
        ("27 February", "last week"),
        ("last year", "in 2030"),
        ("May 2030", "last year"),
    ],
)
def test_a_time_bears_out_the_same_and_a_wider_one(held: str, claimed: str) -> None:
    assert only(held).entails(only(claimed))


@pytest.mark.parametrize(
    ("held", "claimed"),
    [
        ("on Monday", "4 March 2031"),
        ("on Monday", "on Tuesday"),
        ("in March", "3 March"),
        ("3 March 2031", "3 March 2030"),
        ("3 March", "Tuesday, 3 March"),
        ("Monday, 3 March", "Tuesday, 3 March"),
        ("last week", "on Monday"),
        ("in 2029", "in 2028"),
    ],
)
def test_a_time_bears_out_no_other_and_no_closer_one(held: str, claimed: str) -> None:
    assert not only(held).entails(only(claimed))


@pytest.mark.parametrize(
    ("held", "claimed", "agree"),
    [
        ("3 May", "3 May", True),
        ("3 May", "in May", True),
        ("in May", "3 May", False),
        ("3 May 2030", "in 2030", True),
        ("on Monday", "Monday", True),
        ("on Monday", "on Sunday", False),
        ("last week", "last week", True),
        ("last week", "this week", False),
    ],
)
def test_without_a_date_of_the_article_fields_decide(held: str, claimed: str, agree: bool) -> None:
    assert only(held, None).entails(only(claimed, None)) is agree


def test_the_days_of_an_article_are_a_moment() -> None:
    day = named_days(WEDNESDAY, WEDNESDAY, "today")
    month = named_days(date(2031, 3, 1), date(2031, 3, 31), "")
    year = named_days(date(2031, 1, 1), date(2031, 12, 31), "")
    assert (day.unit, month.unit, year.unit) == ("day", "month", "year")
    assert day.entails(only("5 March 2031"))
    assert not month.entails(only("5 March 2031"))
    assert year.entails(only("in 2031"))


def test_times_are_blanked_in_place() -> None:
    assert without_moments("It sank on 3 May 2031, not yesterday.") == "It sank on  , not  ."
    assert without_moments("It sank.") == "It sank."


@given(
    st.text(alphabet="May 3,2031-Sunday lastweek ago\n", max_size=60) | st.text(max_size=40),
    st.dates() | st.none(),
)
def test_times_stand_in_the_text_and_mean_days_in_order(text: str, published: date | None) -> None:
    for moment in moments(text, published):
        assert moment.text in text
        assert all(first <= last for first, last in moment.days)
        assert not moment.days or moment.entails(moment)
