"""The latest time of a name that has articles: the last "Tuesday", "May" or "week" that has."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from rag.language.periods import DAY, WEEKDAYS, Period
from rag.language.temporal_expressions import TemporalExpression

GRACE = 7 * DAY
"""How long after a period its news is still printed: weeklies and follow-ups take a week."""

_MOST_READ = 400
"""So many days with articles are looked at."""


@dataclass(frozen=True, slots=True)
class LatestTime:
    """A period with articles, the day that it is seen from, and what it is the latest of."""

    period: Period
    seen_from: date
    name: str


def latest_with_articles(
    mention: TemporalExpression, held: Callable[[], Sequence[date]]
) -> LatestTime | None:
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
            return LatestTime(period, seen_from, _name(mention))
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
