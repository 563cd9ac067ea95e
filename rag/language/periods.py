"""Periods of whole days, and the arithmetic of the calendar; knows no expression of language."""

from __future__ import annotations

from calendar import month_name, monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

Unit = Literal["day", "week", "month", "season", "quarter", "year"]
Part = Literal["start", "early", "mid", "late", "end"]

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(name.lower() for name in month_name[1:])
CALENDAR_NAMES = frozenset((*WEEKDAYS, *MONTHS))
"""The days of the week and the months, in lower case."""

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "early": "early",
        "mid": "mid",
        "middle": "mid",
        "late": "late",
        "start": "start",
        "beginning": "start",
        "end": "end",
    }
)
_MONTHS: Mapping[Part, tuple[int, int]] = MappingProxyType(
    {"start": (1, 1), "early": (1, 4), "mid": (5, 4), "late": (9, 4), "end": (12, 1)}
)
_SHORT_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep Sept", "Oct", "Nov", "Dec"),
)
_FIRST_MONTH = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, that some words name.

    `rough`: the words leave the edges open ("early March", "this week"). `nearest`: they
    say neither year nor distance, and the latest such days that have begun were taken.
    """

    first: date
    last: date
    unit: Unit
    rough: bool = False
    nearest: bool = False

    def __str__(self) -> str:
        """The days in words, such as "7 to 13 September 2020", "September 2020" or "2020"."""
        first, last = self.first, self.last
        if first.day == 1 and last == month(last.year, last.month).last:
            return _months_in_words(first, last)
        if first == last:
            return day_in_words(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {day_in_words(last)}"
        start = day_in_words(first)
        return f"{start.removesuffix(f' {last.year}')} to {day_in_words(last)}"


def day_in_words(day: date) -> str:
    """The day as a reader writes it: "9 August 2020"."""
    return f"{day.day} {month_name[day.month]} {day.year}"


def ways_to_write(day: date, *, year: bool = True) -> tuple[str, ...]:
    """The day as English texts write it, with its year or without, commas and points left out.

    >>> ways_to_write(date(2020, 8, 9))
    ('9 August 2020', 'August 9 2020', '9 Aug 2020', 'Aug 9 2020')
    """
    names = dict.fromkeys([month_name[day.month], *_SHORT_MONTHS[day.month - 1].split()])
    orders = [order for name in names for order in (f"{day.day} {name}", f"{name} {day.day}")]
    return tuple(f"{order} {day.year}" if year else order for order in orders)


def _months_in_words(first: date, last: date) -> str:
    if (first.month, last.month) == (1, 12):
        return f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"
    end = f"{month_name[last.month]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = f"{month_name[first.month]} {first.year}".removesuffix(f" {last.year}")
    return f"{start} to {end}"


def days(first: date, last: date | None = None) -> Period:
    """The day, or the days up to `last`."""
    return Period(first, last or first, "day")


def month(year: int, number: int) -> Period:
    """The month of the calendar."""
    last = monthrange(year, number)[1]
    return Period(date(year, number, 1), date(year, number, last), "month")


def months(year: int, number: int, count: int, unit: Unit) -> Period:
    """`count` months from the first day of month `number`, which may lie outside the year.

    >>> str(months(2021, 0, 3, "season"))
    'December 2020 to February 2021'
    """
    first = month(year + (number - 1) // 12, (number - 1) % 12 + 1).first
    end = number + count - 1
    last = month(year + (end - 1) // 12, (end - 1) % 12 + 1).last
    return Period(first, last, unit)


def whole_year(year: int) -> Period:
    """The year of the calendar."""
    return months(year, 1, 12, "year")


def quarter(year: int, number: int) -> Period:
    """The quarter of the calendar year."""
    return months(year, 3 * number - 2, 3, "quarter")


def season(name: str, year: int) -> Period:
    """The season of the northern hemisphere that begins in `year`; where it begins is rough."""
    return replace(months(year, _FIRST_MONTH[name.lower()], 3, "season"), rough=True)


def latest_season(name: str, today: date) -> Period:
    """The latest season of that name that has begun."""
    now = season(name, today.year)
    return now if now.first <= today else season(name, today.year - 1)


def week_before(today: date) -> Period:
    """The week, Monday to Sunday, before the one that `today` lies in."""
    monday = today - (today.weekday() + 7) * DAY
    return Period(monday, monday + 6 * DAY, "week")


def latest_weekday(name: str, today: date) -> Period:
    """The latest such day of the week, `today` included."""
    back = (today.weekday() - WEEKDAYS.index(name.lower())) % 7
    return replace(days(today - back * DAY), nearest=True)


def latest_weekend(today: date) -> Period:
    """The latest Saturday and Sunday that have begun."""
    saturday = latest_weekday("saturday", today).first
    return Period(saturday, saturday + DAY, "day")


def part_of(period: Period, part: Part) -> Period:
    """The start, early, middle, late part or end of the period; its edges are rough.

    Early, middle and late are thirds; start and end are a sixth, of a year one month.

    >>> str(part_of(month(2020, 9), "early")), str(part_of(whole_year(2020), "end"))
    ('1 to 10 September 2020', 'December 2020')
    """
    if period.unit == "year":
        first, count = _MONTHS[part]
        return replace(months(period.first.year, first, count, "year"), rough=True)
    length = (period.last - period.first).days + 1
    size = max(length // (6 if part in ("start", "end") else 3), 1) * DAY
    if part == "mid":
        return replace(period, first=period.first + size, last=period.last - size, rough=True)
    if part in ("start", "early"):
        return replace(period, last=period.first + size - DAY, rough=True)
    return replace(period, first=period.last - size + DAY, rough=True)


@lru_cache(maxsize=1024)
def written(words: str, today: date) -> date | None:
    """The first day of what a day, a month or "two weeks ago" names; None where there is none.

    Where the year is left out, it is the latest such day or month that has begun.

    >>> str(written("29 February", date(2021, 3, 1)))
    '2020-02-29'
    """
    import dateparser

    settings: dict[str, Any] = {
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
        "TIMEZONE": "UTC",
    }
    found: datetime | None = dateparser.parse(words, languages=["en"], settings=settings)
    return found.date() if found else None
