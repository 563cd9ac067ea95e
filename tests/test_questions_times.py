"""Times that questions name, as ranges of publication; every date is worked out by hand.

All questions are asked on Friday, 11 September 2020, unless a test says otherwise. In the
tables, braces stand around the words that name a time; then come what they mean, the first
day of the range and the day before which it ends, "-" where it is open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.questions.related_periods import GRACE
from rag.questions.times import find_dates
from rag.records import Understood

AS_OF = datetime(2020, 9, 12, tzinfo=UTC)
FIRST_DAY = datetime(1900, 1, 1, tzinfo=UTC)


def rows(table: str) -> list[tuple[str, ...]]:
    """The lines of a table as tuples of their columns."""
    return [tuple(line.split(" | ")) for line in table.strip().splitlines()]


def day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "-"


def shown(question: str, found: Understood) -> tuple[str, str, str, str]:
    """What was understood, as a row of a table."""
    marked = f"{question[: found.start]}{{{found.words}}}{question[found.end :]}"
    return (
        marked,
        found.meaning,
        day(found.filters.published_from),
        day(found.filters.published_before),
    )


def check(row: tuple[str, ...], *, strict: bool, as_of: datetime = AS_OF) -> None:
    question = row[0].replace("{", "").replace("}", "")
    (found,) = find_dates(question, as_of)
    assert shown(question, found) == row
    assert found.strict is strict


# The range goes on for the week of grace after the period, or until now.
DEFINITE = """
What sank {yesterday}? | 10 September 2020 | 2020-09-10 | 2020-09-12
Who quit {the day before yesterday}? | 9 September 2020 | 2020-09-09 | 2020-09-12
What burned {last night}? | 10 September 2020 | 2020-09-10 | 2020-09-12
What did she say {this morning}? | 11 September 2020 | 2020-09-11 | 2020-09-12
What did the council do {last week}? | 31 August to 6 September 2020 | 2020-08-31 | 2020-09-12
Who was sacked {last month}? | August 2020 | 2020-08-01 | 2020-09-08
What sank {in the past three days}? | 8 to 11 September 2020 | 2020-09-08 | 2020-09-12
What sank {over the last 2 weeks}? | 28 August to 11 September 2020 | 2020-08-28 | 2020-09-12
What sank {within the last 24 hours}? | 10 to 11 September 2020 | 2020-09-10 | 2020-09-12
What sank {in the past week}? | 4 to 11 September 2020 | 2020-09-04 | 2020-09-12
Deaths {in the last 12 months} | 12 September 2019 to 11 September 2020 | 2019-09-12 | 2020-09-12
Who resigned {three days ago}? | 8 September 2020 | 2020-09-08 | 2020-09-12
Who was shot {on Monday}? | 7 September 2020 | 2020-09-07 | 2020-09-12
Who was shot {Monday night} in Harl? | 7 September 2020 | 2020-09-07 | 2020-09-12
who was shot {on monday} | 7 September 2020 | 2020-09-07 | 2020-09-12
Who won {last Friday}? | 4 September 2020 | 2020-09-04 | 2020-09-12
What burned {over the weekend}? | 5 to 6 September 2020 | 2020-09-05 | 2020-09-12
What happened {in September 2019}? | September 2019 | 2019-09-01 | 2019-10-08
Harl ferry {September 2019} | September 2019 | 2019-09-01 | 2019-10-08
What happened {in Sept. 2019}? | September 2019 | 2019-09-01 | 2019-10-08
What happened {in may 2019}? | May 2019 | 2019-05-01 | 2019-06-08
What happened {in August}? | August 2020 | 2020-08-01 | 2020-09-08
Who resigned {in September}? | September 2020 | 2020-09-01 | 2020-09-12
What happened {in August last year}? | August 2019 | 2019-08-01 | 2019-09-08
What happened {on 9 August}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What happened {on the 9th of August}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What happened {on August 9, 2020}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What happened {on 9 August last year}? | 9 August 2019 | 2019-08-09 | 2019-08-17
What happened {on Sunday, 9 Aug. 2020}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What happened {on Aug 9th}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What burned {on 2020-08-09}? | 9 August 2020 | 2020-08-09 | 2020-08-17
What burned {on 25/12/2019}? | 25 December 2019 | 2019-12-25 | 2020-01-02
What burned {in 2020-03}? | March 2020 | 2020-03-01 | 2020-04-08
"""


@pytest.mark.parametrize("row", rows(DEFINITE), ids=lambda row: row[0])
def test_a_definite_time_is_required(row: tuple[str, ...]) -> None:
    check(row, strict=True)


PAIRS = """
What burned {between 7 and 9 August 2020}? | 7 to 9 August 2020 | 2020-08-07 | 2020-08-17
What burned {7-9 August}? | 7 to 9 August 2020 | 2020-08-07 | 2020-08-17
What burned {from August 7 to 9, 2020}? | 7 to 9 August 2020 | 2020-08-07 | 2020-08-17
What burned {from 30 July to 2 August}? | 30 July to 2 August 2020 | 2020-07-30 | 2020-08-10
What burned {from 30 July 2019 to 2 August}? | 30 July to 2 August 2019 | 2019-07-30 | 2019-08-10
What burned {from June to July 2019}? | June to July 2019 | 2019-06-01 | 2019-08-08
What burned {between June and July}? | June to July 2020 | 2020-06-01 | 2020-08-08
What burned {in June–July 2019}? | June to July 2019 | 2019-06-01 | 2019-08-08
What burned {from march to june 2019}? | March to June 2019 | 2019-03-01 | 2019-07-08
What burned {between november and may}? | November 2019 to May 2020 | 2019-11-01 | 2020-06-08
What burned {from Monday to Wednesday}? | 7 to 9 September 2020 | 2020-09-07 | 2020-09-12
What sank {from 9 August to 20 September} | 9 August to 20 September 2020 | 2020-08-09 | 2020-09-12
"""


@pytest.mark.parametrize("row", rows(PAIRS), ids=lambda row: row[0])
def test_two_dates_are_one_range(row: tuple[str, ...]) -> None:
    check(row, strict=True)


def test_the_second_date_is_the_next_after_the_first_also_over_new_year() -> None:
    (found,) = find_dates("What burned between 30 December 2019 and 3 January?", AS_OF)
    assert found.words == "between 30 December 2019 and 3 January"
    assert found.meaning == "30 December 2019 to 3 January 2020"
    assert day(found.filters.published_before) == "2020-01-11"


# No grace: neither "before" nor "until" reaches beyond its own word.
RELATED = """
What changed {since the election on 9 August}? | since 9 August 2020 | 2020-08-09 | -
What changed {since the vote in Harl on 9 August}? | since 9 August 2020 | 2020-08-09 | -
What changed {since Monday}? | since 7 September 2020 | 2020-09-07 | -
How many fires {since the start of the year}? | since January 2020 | 2020-01-01 | -
What changed {since early 2020}? | since 1 January 2020 | 2020-01-01 | -
What changed {since the 2019 election}? | since 2019 | 2019-01-01 | -
What changed {since the flood of 2019}? | since 2019 | 2019-01-01 | -
What has changed {since the March flood}? | since March 2020 | 2020-03-01 | -
What changed {from 9 August onwards}? | since 9 August 2020 | 2020-08-09 | -
What happened {after 9 August}? | after 9 August 2020 | 2020-08-10 | -
What happened {after March 2020}? | after March 2020 | 2020-04-01 | -
What happened {after the vote on 9 August}? | since 9 August 2020 | 2020-08-09 | -
What was said {after Tuesday’s debate}? | since 8 September 2020 | 2020-09-08 | -
What was known {before 9 August}? | before 9 August 2020 | - | 2020-08-09
What was said {before last week}? | before 31 August 2020 | - | 2020-08-31
What was said {before the vote on 9 August}? | before 9 August 2020 | - | 2020-08-09
What was said {before last week's summit}? | up to 6 September 2020 | - | 2020-09-07
Who was shot {by 12 August 2020}? | up to 12 August 2020 | - | 2020-08-13
What was said {until March}? | up to 31 March 2020 | - | 2020-04-01
"""


@pytest.mark.parametrize("row", rows(RELATED), ids=lambda row: row[0])
def test_since_after_before_and_until_are_taken_at_their_word(row: tuple[str, ...]) -> None:
    check(row, strict=True)


# The range goes on for as long again as the period, at least a week, or until now.
VAGUE = """
What happened {this week}? | 5 to 11 September 2020 | 2020-09-05 | 2020-09-12
What sank {this month}? | September 2020 | 2020-09-01 | 2020-09-12
What sank {this year}? | 2020 | 2020-01-01 | 2020-09-12
Who lives there {today}? | 11 September 2020 | 2020-09-11 | 2020-09-12
What did the court cost {last year}? | 2019 | 2019-01-01 | 2020-09-12
Why did the mill close {in 2017}? | 2017 | 2017-01-01 | 2019-01-01
What sank {in late 2017}? | September to December 2017 | 2017-09-01 | 2018-05-03
What sank {in early March}? | 1 to 10 March 2020 | 2020-03-01 | 2020-03-21
What sank {in mid-March}? | 11 to 21 March 2020 | 2020-03-11 | 2020-04-02
What sank {at the end of August}? | 27 to 31 August 2020 | 2020-08-27 | 2020-09-08
What sank {at the end of last month}? | 27 to 31 August 2020 | 2020-08-27 | 2020-09-08
What sank {in the past few weeks}? | 31 July to 11 September 2020 | 2020-07-31 | 2020-09-12
How did sales go {in Q2}? | April to June 2020 | 2020-04-01 | 2020-09-12
How did sales go {in Q4}? | October to December 2019 | 2019-10-01 | 2020-04-02
How did sales go {in the third quarter of 2018}? | July to September 2018 | 2018-07-01 | 2019-01-01
How did sales go {in the first half of 2018}? | January to June 2018 | 2018-01-01 | 2018-12-29
How did sales go {last quarter}? | April to June 2020 | 2020-04-01 | 2020-09-12
What sank {this summer}? | June to August 2020 | 2020-06-01 | 2020-09-12
What sank {last summer}? | June to August 2020 | 2020-06-01 | 2020-09-12
What sank {last autumn}? | September to November 2019 | 2019-09-01 | 2020-03-01
What sank {last winter}? | December 2019 to February 2020 | 2019-12-01 | 2020-05-31
What sank {in the summer of 2018}? | June to August 2018 | 2018-06-01 | 2018-12-02
Who resigned {two weeks ago}? | 25 to 31 August 2020 | 2020-08-25 | 2020-09-08
Who resigned {a couple of weeks ago}? | 23 August to 2 September 2020 | 2020-08-23 | 2020-09-12
Who resigned {two months ago}? | July 2020 | 2020-07-01 | 2020-09-01
Who resigned {three years ago}? | 2017 | 2017-01-01 | 2019-01-01
Who was shot {on Friday}? | 11 September 2020 | 2020-09-11 | 2020-09-12
Who plays {on Sunday}? | 6 September 2020 | 2020-09-06 | 2020-09-12
How many sheep died {in August}? | August 2020 | 2020-08-01 | 2020-09-12
Who was hurt {on 29 February}? | 29 February 2020 | 2020-02-29 | 2020-03-08
"""


@pytest.mark.parametrize("row", rows(VAGUE), ids=lambda row: row[0])
def test_a_vague_time_is_preferred(row: tuple[str, ...]) -> None:
    check(row, strict=False)


# News of what only helps to say what is meant may come at any time after it.
NAMING = """
Who won the {2019} election? | since 2019 | 2019-01-01 | -
Who won Eurosong {2018}? | since 2018 | 2018-01-01 | -
Who led the inquiry into the {March} flood? | since March 2020 | 2020-03-01 | -
Who stormed the hall in the {January 6, 2019}, riot? | since 6 January 2019 | 2019-01-06 | -
Who led the riot {on January 6, 2019}? | since 6 January 2019 | 2019-01-06 | -
Who won {Tuesday}'s debate? | since 8 September 2020 | 2020-09-08 | -
Who replaced the man who resigned {on Monday}? | since 7 September 2020 | 2020-09-07 | -
What is the fine for closing the port {in March 2020}? | March 2020 | 2020-03-01 | 2020-04-08
The bridge fell {on Monday}. How long was it? | since 7 September 2020 | 2020-09-07 | -
"""


@pytest.mark.parametrize("row", rows(NAMING), ids=lambda row: row[0])
def test_a_time_that_only_names_something_is_preferred_and_has_no_end(row: tuple[str, ...]) -> None:
    check(row, strict=row[3] != "-")


# A statement is printed when it is made, so that even a year can be required.
STATED = """
What did the mayor say of schools {in 2018}? | 2018 | 2018-01-01 | 2019-01-08
What did The Courier report {in Q2}? | April to June 2020 | 2020-04-01 | 2020-07-01
Who warned of floods {in the first half of 2018}? | January to June 2018 | 2018-01-01 | 2018-07-08
"""


@pytest.mark.parametrize("row", rows(STATED), ids=lambda row: row[0])
def test_a_year_is_required_where_someones_words_are_asked_for(row: tuple[str, ...]) -> None:
    check(row, strict=True)


PRINTED = """
Which articles from {August 2020} tell of it? | August 2020 | 2020-08-01 | 2020-09-01
Which stories were published {on 9 August}? | 9 August 2020 | 2020-08-09 | 2020-08-10
What was in the news {on 9 August}? | 9 August 2020 | 2020-08-09 | 2020-08-10
"""


@pytest.mark.parametrize("row", rows(PRINTED), ids=lambda row: row[0])
def test_where_articles_are_asked_for_the_range_is_the_period_itself(row: tuple[str, ...]) -> None:
    check(row, strict=True)


def test_what_was_planned_may_have_been_told_of_for_as_long_before() -> None:
    (found,) = find_dates("Where were the mayors due to meet in July 2020?", AS_OF)
    # July has 31 days: from 31 May, until 31 days after 31 July.
    assert day(found.filters.published_from) == "2020-05-31"
    assert day(found.filters.published_before) == "2020-09-01"
    assert (found.meaning, found.strict) == ("July 2020", False)


@pytest.mark.parametrize(
    "question",
    [
        "What did Theresa May say?",
        "Who was replaced by May?",
        "May he go?",
        "Who may march with them?",
        "Who joined the March on Oskendal?",
        "Who will march on Sunday?",
        "What did the Sunday Times find out?",
        "Who starred in Friday the 13th?",
        "What did shops earn on Black Friday?",
        "Who eats a Sunday roast?",
        "Who goes there every Monday?",
        "Is the hall open on Mondays?",
        "Which of the following animals are grey?",
        "How many jumped from flight 2019?",
        "When was the Boeing 747 retired?",
        "Who fought in World War II?",
        "Did 2,020 people come?",
        "Did 2020 people come?",
        "Did it cost $2020?",
        "Is she 65 years old?",
        "What was the best song of the 1990s?",
        "Who built the hall in the late 1950s?",
        "Did the ice melt 46,000 years ago?",
        "What did 9/11 change?",
        "Who died in the September 11 attacks?",
        "What did USA Today print?",
        "Who won the 2019-20 league?",
        "What did he say in his last weeks?",
        "Which team leads after the third fall in a row?",
    ],
)
def test_other_words_and_numbers_are_no_times(question: str) -> None:
    assert find_dates(question, AS_OF) == ()


@pytest.mark.parametrize(
    "question",
    [
        "Who will host the 2026 World Cup?",
        "What opens on 12 September 2020?",
        "What will open in November?",
        "Who is due to speak on Sunday?",
        "What happens tomorrow?",
        "What happens next week?",
        "Who leaves later this year?",
        "Which storm is coming this weekend?",
        "Which bridge will be built by 2030?",
        "What must be done before 1 October 2020?",
        "What is the club’s future after 2020?",
        "What do shops plan for December?",
    ],
)
def test_a_time_to_come_filters_nothing(question: str) -> None:
    assert find_dates(question, AS_OF) == ()


@pytest.mark.parametrize(
    "question",
    [
        "What happened on 31 April 2020?",
        "What happened on 31 September?",
        "What happened on 03/04/2020?",
        "What happened between 13 and 7 August 2020?",
    ],
)
def test_days_that_do_not_exist_contradict_or_are_ambiguous_filter_nothing(question: str) -> None:
    assert find_dates(question, AS_OF) == ()


def test_a_pair_that_ends_before_it_begins_is_read_the_other_way_round() -> None:
    [found] = find_dates("What happened from 9 August 2020 to 3 March 2020?", AS_OF)
    assert found.meaning == "3 March to 9 August 2020"


@pytest.mark.parametrize(
    "question",
    [
        "Who has won for the first time since 1979?",
        "Which was the worst flood since March 2002?",
        "Who was born on 4 July in the same year?",
        "Which saint is honoured every 16 January?",
    ],
)
def test_records_and_habits_filter_nothing(question: str) -> None:
    assert find_dates(question, AS_OF) == ()


def test_protests_are_not_the_most_of_their_kind() -> None:
    (found,) = find_dates("Who joined the protest since Monday?", AS_OF)
    assert (found.words, found.strict) == ("since Monday", True)


def test_several_times_stand_in_order_and_those_apart_are_not_required() -> None:
    question = "What did the mayor say in 2018, and what in 2019?"
    first, last = find_dates(question, AS_OF)
    assert [first.words, last.words] == ["in 2018", "in 2019"]
    assert [first.strict, last.strict] == [False, False]


def test_times_that_overlap_are_all_required() -> None:
    found = find_dates("What was said since 9 August and what was said last week?", AS_OF)
    assert [(each.meaning, each.strict) for each in found] == [
        ("since 9 August 2020", True),
        ("31 August to 6 September 2020", True),
    ]


def test_what_lies_beyond_memory_is_preferred() -> None:
    (found,) = find_dates("What was signed on July 4, 1776?", AS_OF)
    assert (found.meaning, found.strict) == ("4 July 1776", False)


@pytest.mark.parametrize(
    ("asked", "question", "meaning"),
    [
        # A Monday: the week before is that of 31 August; the weekend is over.
        ((2020, 9, 7), "What sank last week?", "31 August to 6 September 2020"),
        ((2020, 9, 7), "What sank last weekend?", "5 to 6 September 2020"),
        # A Saturday: "last Friday" may be yesterday, "last weekend" is not this one.
        ((2020, 9, 12), "Who won last Friday?", "11 September 2020"),
        ((2020, 9, 12), "What sank last weekend?", "5 to 6 September 2020"),
        ((2020, 9, 12), "What sank this weekend?", "12 to 13 September 2020"),
        ((2020, 1, 1), "What sank yesterday?", "31 December 2019"),
        ((2020, 1, 15), "What sank last month?", "December 2019"),
        ((2020, 1, 15), "What sank in December?", "December 2019"),
        ((2020, 1, 15), "What sank last quarter?", "October to December 2019"),
        ((2020, 1, 15), "What sank this winter?", "December 2019 to February 2020"),
        ((2021, 3, 1), "Who was hurt on 29 February?", "29 February 2020"),
        ((2020, 3, 31), "Who was hurt a month ago?", "February 2020"),
    ],
)
def test_the_day_of_asking_decides(
    asked: tuple[int, int, int], question: str, meaning: str
) -> None:
    end_of_day = datetime(*asked, tzinfo=UTC) + timedelta(days=1)
    assert [found.meaning for found in find_dates(question, end_of_day)] == [meaning]


def test_last_friday_said_on_a_saturday_is_vague() -> None:
    (found,) = find_dates("Who won last Friday?", datetime(2020, 9, 13, tzinfo=UTC))
    assert not found.strict


def test_as_of_within_a_day_is_that_day_and_ends_the_range() -> None:
    noon = datetime(2020, 9, 11, 12, tzinfo=UTC)
    (found,) = find_dates("What did he say this morning?", noon)
    assert found.meaning == "11 September 2020"
    assert found.filters.published_before == noon


def test_as_of_in_another_zone_is_taken_in_utc() -> None:
    moment = datetime.fromisoformat("2020-09-12T01:30:00+02:00")
    assert [found.meaning for found in find_dates("What sank yesterday?", moment)] == [
        "10 September 2020"
    ]


def test_the_grace_is_a_week() -> None:
    assert timedelta(days=7) == GRACE


def test_of_a_very_long_question_the_first_32_times_are_read() -> None:
    assert len(find_dates("Who was shot on Monday, on 9 August 2020? " * 1000, AS_OF)) == 32


WORDS = """
since after before until by between and from to on in the last this past of early end two 31 2020
9 August March May Monday Friday week month year weekend summer Q3 ago days yesterday today ? , .
- ’s 2020-09-11 election will did who 1.5 ٣ 02/30/2020 12 1999 second quarter report articles were
"""


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join) | st.text(max_size=60),
    st.integers(0, 200 * 365 * 24).map(lambda hours: FIRST_DAY + timedelta(hours=hours)),
)
def test_times_are_slices_in_order_and_their_ranges_are_not_empty(
    question: str, as_of: datetime
) -> None:
    found = find_dates(question, as_of)
    assert all(question[each.start : each.end] == each.words for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for each in found:
        start, before = each.filters.published_from, each.filters.published_before
        assert start or before
        assert each.meaning
        assert start is None or start < as_of
        assert before is None or before <= as_of
        assert start is None or before is None or start < before


# The archive's days, the newest first: a Friday; a Thursday and a Tuesday of the year before.
DAYS = [date(2020, 6, 26), date(2019, 5, 30), date(2019, 4, 2)]
LATEST_WITH_ARTICLES = """
What did she say {in May}? | May 2019, the latest May with articles | 2019-05-01 | 2019-06-08
What did she say {on Tuesday}? | 2 April 2019, the latest Tuesday with articles | 2019-04-02 | 2019-04-10
What did she say {on Thursday}? | 30 May 2019, the latest Thursday with articles | 2019-05-30 | 2019-06-07
Who quit {on 2 April}? | 2 April 2019, the latest 2 April with articles | 2019-04-02 | 2019-04-10
"""  # noqa: E501
ROUGH_WITH_ARTICLES = """
What is new {this week}? | 20 to 26 June 2020, the latest week with articles | 2020-06-20 | 2020-07-04
What is new {this month}? | June 2020, the latest month with articles | 2020-06-01 | 2020-07-31
Who quit {in late May}? | 22 to 31 May 2019, the latest such time with articles | 2019-05-22 | 2019-06-11
"""  # noqa: E501


@pytest.mark.parametrize(
    ("row", "strict"),
    [(row, True) for row in rows(LATEST_WITH_ARTICLES)]
    + [(row, False) for row in rows(ROUGH_WITH_ARTICLES)],
)
def test_a_time_without_articles_is_the_latest_of_that_name_with_some(
    row: tuple[str, ...], strict: bool
) -> None:
    question = row[0].replace("{", "").replace("}", "")
    # On 29 November 2020 nothing had appeared for five months.
    (found,) = find_dates(question, datetime(2020, 11, 29, tzinfo=UTC), lambda: DAYS)
    assert shown(question, found) == row
    assert found.strict is strict


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        # It has articles in the week after it.
        ("What did she say in June?", "June 2020"),
        # The words say which one is meant, or how long ago.
        ("What did she say in May 2018?", "May 2018"),
        ("What did she say yesterday?", "27 November 2020"),
        # No July has any.
        ("What did she say in July?", "July 2020"),
    ],
)
def test_other_times_are_taken_at_their_word(question: str, meaning: str) -> None:
    (found,) = find_dates(question, datetime(2020, 11, 29, tzinfo=UTC), lambda: DAYS)
    assert found.meaning == meaning
