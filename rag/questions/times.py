"""Dates that a question asks for, as ranges of publication, and whether it asks for the latest."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from rag.language.periods import DAY, day_in_words
from rag.language.sentences import sentence_spans
from rag.language.temporal_expressions import (
    Bearing,
    bearing,
)
from rag.questions.related_periods import GRACE, RelatedPeriod, related_periods, with_articles
from rag.records import Filters, Understood

# The first day, and the day after the last; None where the range is open.
_Days = tuple[date | None, date | None]

_MONTHS = tuple(month_name)
_DAY_IN_WORDS = re.compile(rf"(\d\d?) ({'|'.join(_MONTHS[1:])}) (\d{{4}})(?=,|$)")
_HALF_A_YEAR = 183 * DAY
_IN_MEMORY = 30 * 365 * DAY
_ARTICLES_OF = re.compile(
    rf"(?:(?<=articles )|(?<=stories )|(?<=reports )|(?<=news )|(?<=coverage )|(?<=headlines ))of"
    rf"(?= (?:{'|'.join(month_name[1:])})\b)",
    re.IGNORECASE,
)
"""An "of" that stands for "in"; as long, so that places stay."""

_SMALL_MONTH = re.compile(
    r"(?:(?<=\bin )|(?<=\bof )|(?<=\bfrom )|(?<=\bsince )|(?<=\bbefore )|(?<=\bafter ))"
    r"(?:may|march)(?=\s*(?:$|[?.!,;]|\d{4}|do you\b|have you\b|are there\b))"
)
"""A month in small letters that no verb could be."""

_PUBLISHED = Bearing(
    asked=True,
    aside=False,
    to_come=False,
    planned=False,
    past=True,
    habit=False,
    figure=False,
    stated=False,
    printed=True,
    record=False,
)
"""How a question uses a time when it asks which articles appeared then."""


def find_dates(
    question: str, as_of: datetime, held: Callable[[], Sequence[date]] = list
) -> tuple[Understood, ...]:
    """The times that words of an English question name, as ranges of publication, in order.

    Today is the day that ends at, or holds, `as_of`, which has a time zone. A month or day
    without a year is the latest that has begun. A time to come filters nothing. `held` gives
    the days on which articles appeared, the newest first: where a month, a day, a day of the
    week or "this" week, month or year has none, the latest such time that has is meant, and
    the meaning says so.

    A range is strict where the question asks for what happened, or was said, in a definite
    time of at most some months. It is preferred, and not strict, where the words leave the
    edges open ("this week", "early March"), where they only help to name something ("the
    2020 election", "the man who resigned on Monday"), where something was planned, and for
    years, quarters and seasons, of which is told long after they are over; except where
    somebody's words of that time are asked for.

    News comes after the event: a strict range goes on for a week (`GRACE`), a preferred one
    for as long again as its period, at least a week, and one that names something has no
    end; what was planned may be told as long before. "Before", "until" and articles "from"
    a time are taken at their word. Times that lie apart are compared: none of them is strict.
    Of a very long question the first 32 times are read.

    >>> asked = datetime(2020, 9, 12, tzinfo=UTC)
    >>> [found.meaning for found in find_dates("What was said since the vote on 9 August?", asked)]
    ['since 9 August 2020']
    """
    today = (as_of.astimezone(UTC) - timedelta(seconds=1)).date()
    sentences = sentence_spans(question)
    found: list[Understood] = []
    required: list[_Days] = []
    for expression in related_periods(question, today):
        start, end = expression.start, expression.end
        sentence = next((span for span in sentences if span[0] <= start < span[1]), (start, end))
        how = bearing(question, sentence, (start, end))
        expression, seen_from = with_articles(expression, today, held)
        if _filters_nothing(expression, how, seen_from):
            continue
        strict = how.asked and _is_strict(expression, how, seen_from)
        required += [_days(expression, how)] if strict else []
        filters = _filters(expression, how, as_of, strict=strict)
        meaning = _meaning(expression, how, seen_from)
        if expression.latest:
            meaning = f"{meaning}, the latest {expression.latest} with articles"
        found.append(Understood(question[start:end], start, end, meaning, filters, strict))
    if _overlap(required):
        return tuple(found)
    return tuple(replace(each, strict=False) for each in found)


def publication_times(question: str, as_of: datetime) -> tuple[Understood, ...]:
    """The times that a question about articles names, each taken at its word, in order.

    All are strict and have no days of grace: "articles from May" are those of May. Today is
    read off `as_of` as in `find_dates`; a time to come is a time like any other here.

    >>> asked = datetime(2020, 9, 12, tzinfo=UTC)
    >>> [found.meaning for found in publication_times("List the articles of August", asked)]
    ['August 2020']
    """
    today = (as_of.astimezone(UTC) - timedelta(seconds=1)).date()
    read = _SMALL_MONTH.sub(lambda month: month[0].capitalize(), question)
    read = _ARTICLES_OF.sub("in", read)
    return tuple(
        Understood(
            question[each.start : each.end],
            each.start,
            each.end,
            _meaning(each, _PUBLISHED, today),
            _filters(each, _PUBLISHED, as_of, strict=True),
            strict=True,
        )
        for each in related_periods(read, today)
    )


def named_day(one: Understood) -> date | None:
    """The day that some words were taken to name; None for longer times and for outlets."""
    day = _DAY_IN_WORDS.match(one.meaning)
    return date(int(day[3]), _MONTHS.index(day[2]), int(day[1])) if day else None


def _overlap(required: Sequence[_Days]) -> bool:
    starts = [first for first, _ in required if first]
    ends = [after for _, after in required if after]
    return not (starts and ends) or max(starts) < min(ends)


def _filters_nothing(expression: RelatedPeriod, how: Bearing, today: date) -> bool:
    """Whether the time is to come, or so likely to be that it filters nothing."""
    period, relation = expression.period, expression.relation
    if relation == "before":
        return period.first > today
    if relation == "until":
        return period.last >= today
    if relation == "since" and how.record:
        return True
    if relation == "after" and not expression.event:
        return period.last >= today
    unlikely = today - period.last > _HALF_A_YEAR and not how.past
    doubtful = period.nearest and (how.to_come or how.habit or unlikely)
    return period.first > today or (relation == "during" and doubtful)


def _is_strict(expression: RelatedPeriod, how: Bearing, today: date) -> bool:
    """Whether the sentence that asks restricts what it asks for to a definite time."""
    period, relation = expression.period, expression.relation
    if today - period.first > _IN_MEMORY:
        return False
    if relation == "since" or (relation == "after" and expression.event):
        return True
    if period.rough or relation == "after" or how.printed:
        return not period.rough
    if how.aside or how.planned or how.to_come:
        return False
    if period.nearest and (not how.past or today - period.last > _HALF_A_YEAR):
        return False
    if period.unit in ("season", "quarter", "year"):
        return how.stated
    return not (period.unit == "month" and how.figure)


def _filters(expression: RelatedPeriod, how: Bearing, as_of: datetime, *, strict: bool) -> Filters:
    """The days as a range of publication, with the time in which they are told of."""
    first, after = _days(expression, how)
    if first and after and not (how.printed and strict):
        grace = GRACE if strict else max(GRACE, after - first)
        first, after = (first - grace if how.planned else first), after + grace
    before = min(_midnight(after), as_of) if after else None
    return Filters(_midnight(first) if first else None, before)


def _days(expression: RelatedPeriod, how: Bearing) -> _Days:
    period, relation = expression.period, expression.relation
    after = period.last + DAY
    if relation == "before":
        return None, (after if expression.event and period.unit != "day" else period.first)
    if relation == "until":
        return None, after
    if relation == "after":
        return (period.first if expression.event else after), None
    if relation == "since" or ((how.aside or not how.asked) and not how.printed):
        return period.first, None
    return period.first, after


def _meaning(expression: RelatedPeriod, how: Bearing, today: date) -> str:
    period, relation, named = expression.period, expression.relation, str(expression.period)
    whole = " to " not in named
    if relation == "until" or (relation == "before" and expression.event and period.unit != "day"):
        return f"up to {day_in_words(period.last)}"
    if relation == "before":
        return f"before {named if whole else day_in_words(period.first)}"
    if relation == "after" and not expression.event:
        return f"after {named if whole else day_in_words(period.last)}"
    told = how.printed or not (how.aside or not how.asked) or period.last >= today
    if relation == "during" and told:
        return named
    return f"since {named if whole else day_in_words(period.first)}"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


Recency = Literal["latest", "at the time", "timeless", "open"]

_UP_TO_NOW = re.compile(
    r"^(?:(?:in|during|over|within|throughout)\s+)?(?:(?:the\s+)?(?:earlier\s+)?"
    r"(?:this|past|today|tonight|last\s+\w+\s+(?:hour|day|week|month|year)s?)\b"
    r"|the\s+last\s+(?:hour|day|week|month|year)\b)",
    re.IGNORECASE,
)

_RULES: tuple[tuple[Recency, str, str], ...] = (
    ("at the time", "a past that is not dated", r"\bat the time\b|\bback then\b|\bin those days\b"),
    (
        "latest",
        "words for the present",
        r"\b(?:latest|newest|most recent|recent|recently|lately|now|nowadays|current|currently"
        r"|presently|at present|at the moment|right now|these days|so far|to date|still|no longer"
        r"|not yet|up to date|ongoing|today|tonight)\b"
        r"|\b(?:this|past|last)\s+(?:week|weekend|month|morning|season|spring|summer|autumn"
        r"|winter)\b"
        r"|\bthis year\b",
    ),
    (
        "timeless",
        "what a thing is or means",
        r"^\W*what(?:['’]s|\s+is|\s+are)\s+an?\s|\bwhat\s+do(?:es)?\b.*\b(?:mean|stand\s+for)\b"
        r"|\b(?:meaning|definition|origins?|history)\s+of\b|\bdifference\s+between\b",
    ),
    (
        "timeless",
        "how the world works",
        r"^\W*why\s+do\b(?!\s+(?:the|these|those)\b)|\bhow\s+do(?:es)?\b.*\bwork\b"
        r"|^\W*what\s+causes\b",
    ),
    (
        "timeless",
        "who made it, and in which year",
        r"\bwho\s+(?:first\s+)?(?:invented|discovered|founded|wrote|composed|painted|coined"
        r"|designed)\b"
        r"|\bwhen\s+was\b.*\b(?:born|founded|built|invented|discovered|established)\b"
        r"|\b(?:what|which)\s+year\b",
    ),
    (
        "timeless",
        "the first or most in all of history",
        r"^\W*(?:who|what|which\s+\w+)\s+(?:is|was|are|were)\s+the\b.*"
        r"\b(?:in\s+(?:\w+\s+)?history|of\s+all\s+time|ever)\b",
    ),
    (
        "latest",
        "who holds an office",
        r"^\W*who(?:['’]s|\s+is|\s+are)\s+(?:the|in)\b|\bwho\s+(?:leads|heads|runs|owns|chairs"
        r"|governs)\b",
    ),
    (
        "latest",
        "how things stand",
        r"^\W*(?:is|are)\s+(?:the|there)\b|\bhow\s+(?:many|much)\s+"
        r"(?:(?!did\b|was\b|were\b)\w+\s+){0,3}?(?:are|is|has|have|remain)\b"
        r"|\b(?:is|are)\s+(?:not\s+|also\s+)?being\b",
    ),
    (
        "latest",
        "what has come about",
        r"\b(?:has|have|hasn['’]t|haven['’]t)\s+(?:\w+\s+){0,5}?"
        r"(?:been|become|begun|bought|broken|come|done|fallen|found|given|gone|grown|had|held|left"
        r"|lost|made|met|paid|put|risen|said|sent|shut|sold|stolen|struck|taken|told|won"
        r"|\w{2,}ed)\b",
    ),
)
_COMPILED = tuple((answer, re.compile(pattern, re.IGNORECASE)) for answer, _, pattern in _RULES)


def recency(question: str, dates: Sequence[Understood]) -> Recency:
    """Whether the question asks for the latest, for a past time, for what lasts, or leaves it open.

    `dates` are what `find_dates` made of it, and decide first: a time that reaches up to
    now, or "since" some time, asks for the latest; one that is over, for what was said
    then. A date that only helps to name something decides nothing. After that the first
    rule that fits decides, and where none does, the question is "open".

    >>> recency("Who is the mayor of Marren?", ()), recency("What is a levee?", ())
    ('latest', 'timeless')
    """
    dates = [found for found in dates if found.of_hits]
    if any(_UP_TO_NOW.search(found.words) for found in dates):
        return "latest"
    if any(found.filters.published_before for found in dates):
        return "at the time"
    if any(found.strict for found in dates):
        return "latest"
    return next((answer for answer, rule in _COMPILED if rule.search(question)), "open")
