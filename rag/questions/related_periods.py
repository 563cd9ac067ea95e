"""The times that a question names, each with what relates to it: "since May", "from May to July".

Where a time has no articles, the last "Tuesday", "May" or "week" that has is looked up.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Literal

from rag.language.periods import DAY, WEEKDAYS, Period
from rag.language.temporal_expressions import (
    EVENT_PHRASE,
    EVENT_WORD,
    TemporalExpression,
    is_name,
    mentions,
)

Relation = Literal["during", "since", "after", "before", "until"]

GRACE = 7 * DAY
"""How long after a period its news is still printed: weeklies and follow-ups take a week."""

_MOST_READ = 400
"""So many days with articles are looked at."""

_UNITS = ("day", "week", "month", "season", "quarter", "year")
_NEAR = 200
_MOST = 32
_LEADING: tuple[tuple[Relation, str], ...] = (
    ("since", r"since"),
    ("after", r"after|following"),
    ("before", r"before|prior to|ahead of|earlier than"),
    ("until", r"until|till|up to|by(?!\s+the\b)|no later than"),
)
_RELATIONS = tuple(
    (
        relation,
        re.compile(
            rf"\b(?:{words})\s+(?:(?P<event>{EVENT_PHRASE}\s+(?:of\s+)?)|(?:the|its|their)\s+)?$",
            re.I,
        ),
    )
    for relation, words in _LEADING
)
_OPENING = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+on(?:wards?)?(?=\s*(?:$|[,.;:?]))", re.IGNORECASE)
_JOINT = re.compile(
    r"\s*(?:-|–|—|(?P<and>\band\b)|\b(?:to|until|till|through|up to)\b)\s*(?:the\s+)?",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?:['’]s)?(?:\s+[A-Z][\w.’'-]*)*(?:\s+{EVENT_WORD}\b)?")


@dataclass(frozen=True, slots=True)
class RelatedPeriod:
    """Characters `start` to `end`, which relate to a period, or to an event in it.

    `mention` is the expression that alone names the period; None for a pair. `latest` says what
    the period is the latest of with articles: "April"; "" where it is the one named.
    """

    start: int
    end: int
    relation: Relation
    period: Period
    event: bool = False
    mention: TemporalExpression | None = None
    latest: str = ""


def related_periods(question: str, today: date) -> Iterator[RelatedPeriod]:
    """The first 32 times that a question names, in its order, pairs as one.

    Of a pair that ends before it begins, the two change places where both name a year; else it is
    left out.
    """
    waiting = mentions(question, today)[:_MOST]
    done = 0
    while waiting:
        first = waiting.pop(0)
        start = _start_of_pair(question, first, waiting[0]) if waiting else None
        if start is None:
            expression = _related(question, first, done)
        else:
            last = waiting.pop(0)
            done, both = last.end, _both(first, last)
            if both is None:
                continue
            expression = RelatedPeriod(start, last.end, "during", both)
        done = expression.end
        yield expression


def _start_of_pair(
    question: str, first: TemporalExpression, last: TemporalExpression
) -> int | None:
    """Where "between A and B", "from A to B" or "A to B" begins; None where it is not that."""
    joint = _JOINT.fullmatch(question, first.end, last.start)
    opening = _OPENING.search(question, max(0, first.start - _NEAR), first.start)
    if joint is None or (joint["and"] and not opening):
        return None
    return opening.start() if opening else first.start


def _both(first: TemporalExpression, last: TemporalExpression) -> Period | None:
    """From the first period to the end of the last, or the other way round; None without a year."""
    begin, end = first.period, last.period
    if end.nearest:
        # The last is the next one after the first.
        reach = 6 if last.rule == "weekday" else 364
        end = last.read(begin.first + reach * DAY) or end
    elif begin.nearest:
        begin = first.read(end.last) or begin
    if end.last < begin.first:
        if begin.nearest or end.nearest:
            return None
        begin, end = end, begin
    unit = max(begin.unit, end.unit, key=_UNITS.index)
    rough, nearest = begin.rough or end.rough, begin.nearest and end.nearest
    return Period(begin.first, end.last, unit, rough, nearest)


def _related(question: str, mention: TemporalExpression, done: int) -> RelatedPeriod:
    """The period with the "since", "after", "before" or "until" that leads to it."""
    start, end = mention.start, mention.end
    near = max(done, start - _NEAR)
    for relation, leading in _RELATIONS:
        if found := leading.search(question, near, start):
            named = is_name(question[near:start], question[end : end + _NEAR])
            rest = _NAMED.match(question, end) if named else None
            event = named or bool(found["event"])
            stop = rest.end() if rest else end
            return RelatedPeriod(found.start(), stop, relation, mention.period, event)
    opening, onwards = _OPENING.search(question, near, start), _ONWARDS.match(question, end)
    if opening and onwards:
        return RelatedPeriod(opening.start(), onwards.end(), "since", mention.period)
    return RelatedPeriod(start, end, "during", mention.period, mention=mention)


def with_articles(
    expression: RelatedPeriod, today: date, held: Callable[[], Sequence[date]]
) -> tuple[RelatedPeriod, date]:
    """The latest such time with articles, where it has none, and the day that it is seen from."""
    mention = expression.mention
    found = _latest_with_articles(mention, held) if mention else None
    if found is None:
        return expression, today
    return replace(expression, period=found.period, latest=found.name), found.seen_from


@dataclass(frozen=True, slots=True)
class _LatestTime:
    """A period with articles, the day that it is seen from, and what it is the latest of."""

    period: Period
    seen_from: date
    name: str


def _latest_with_articles(
    mention: TemporalExpression, held: Callable[[], Sequence[date]]
) -> _LatestTime | None:
    """The latest time of that name on which articles appeared, if the one named has none.

    `held` gives the days on which articles appeared, the newest first. None where the period
    or the week after it has some, where no earlier one of that name has, and for words that
    say which one is meant, as "May 2020" and "yesterday" do.
    """
    if not (mention.period.nearest or mention.rule == "this"):
        return None
    first, last = mention.period.first, mention.period.last + GRACE
    days = held()
    if any(first <= day <= last for day in days):
        return None
    candidates = (day for day in days if day < first and _may_be(mention, day))
    for day in islice(candidates, _MOST_READ):
        # On a Tuesday "on Tuesday" may be a week ago: it is read as on the day after.
        seen_from = day if mention.rule == "this" else day + DAY
        period = mention.read(seen_from)
        if period and period.first <= day <= period.last:
            return _LatestTime(period, seen_from, _name(mention))
    return None


def _may_be(mention: TemporalExpression, day: date) -> bool:
    """Whether a day can lie in another time of that name; reading it as one takes far longer."""
    first, last = mention.period.first, mention.period.last
    if mention.rule == "weekday":
        return day.weekday() == first.weekday()
    if mention.rule == "day":
        return (first.month, first.day) <= (day.month, day.day) <= (last.month, last.day)
    return mention.rule != "month" or day.month == first.month


def _name(mention: TemporalExpression) -> str:
    """What times like that are called, without their year: "Tuesday", "3 April", "week"."""
    first = mention.period.first
    if mention.rule == "weekday":
        return WEEKDAYS[first.weekday()].capitalize()
    if mention.rule == "day" and first == mention.period.last:
        return f"{first.day} {month_name[first.month]}"
    if mention.rule == "month" and not mention.period.rough:
        return month_name[first.month]
    return mention.period.unit if mention.rule == "this" else "such time"
