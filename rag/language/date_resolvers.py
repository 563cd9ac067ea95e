"""Turns a matched expression into the period it names, seen from a day; one function a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from rag.language import periods
from rag.language.dates import parse_published
from rag.language.entities import NUMERALS
from rag.language.periods import DAY, WEEKDAYS, Period

Reading = Callable[[re.Match[str], date], Period | None]

NUMBERS: Mapping[str, int] = MappingProxyType(
    {word: number for number, word in enumerate(NUMERALS[1:13], start=1)}
    | {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 3}
)
_ROUNDED = ("couple", "few", "several")
_ORDINALS = ("first", "second", "third", "fourth")
_LENGTH = MappingProxyType({"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25})
_NEAR = 200
_TWO_MONTHS = (("m", "m3"), ("m2", "m4"))
_LONGEST = MappingProxyType({"day": 1000, "week": 200, "month": 60, "year": 30})

# What may stand around the name of a month, weekday or year that has no preposition.
_JOINED = re.compile(
    r"\b(?:since|until|till|before|after|from|between|by|prior to|following)\s+$"
    r"|\bcompared (?:to|with)\s+$"
    r"|\b(?:week|half|days|part) of\s+$|(?:\b(?:and|to|until|till|through)\s+|[-–—]\s*)$",
    re.IGNORECASE,
)
_DETERMINER = re.compile(r"(?:\b(?:the|this|that|its|their|his|her|whose|which)|['’]s)\s+$", re.I)
_CLOSED = re.compile(r"\s*(?:$|[?.,;:!)–—-]|(?:and|or|to|until|till|through|by|on|in)\b)")
_NOUN_AFTER = re.compile(r"\s+(?!(?:on|for|of|against|to|through|in|at|is|was)\b)[a-z]")
_NO_NAME = (
    "Since|Until|Till|Before|After|From|Between|By|Is|Are|Was|Were|Do|Does|Did|Has|Have|Had|Who|What"
    "|Which|And|But|For|About"
)
_NO_WEEKDAY_BEFORE = re.compile(rf"\b(?:(?!(?:{_NO_NAME})\b)[A-Z][\w.’'-]*|the|an?|my)\s+$")
_AFTER_WEEKDAY = re.compile(
    r"\s*(?:$|[^\w\s]|(?:that|to|by|in|at|on|of|for|from|after|before|during|when|while|because|due"
    r"|and|or|with|without|over|as|amid|about|who|which|what|where|how|he|she|it|they|the)\b)"
)
_YEAR_OF = re.compile(
    rf"(?:\b(?:the|this|a|its|their|his|her)|['’]s|\b(?!(?:{_NO_NAME})\b)[A-Z][\w’'.]*)\s+$"
)
_NAMED_AFTER = re.compile(r"\s+(?:[a-z]+\s+)?[A-Z]")
_OF_OR_FOR = re.compile(r"\b(?:of|for)\s+$")


def group(found: re.Match[str], name: str) -> str:
    """The named group in lower case; "" where the pattern has none or it matched nothing."""
    return (found.groupdict().get(name) or "").lower()


def _around(found: re.Match[str]) -> tuple[str, str]:
    """The words before and after, as far as any rule looks."""
    text, start, end = found.string, found.start(), found.end()
    return text[max(0, start - _NEAR) : start], text[end : end + _NEAR]


def nothing(_found: re.Match[str], _today: date) -> Period | None:
    """None: the words name no period, such as "Friday the 13th"."""
    return None


def numeric(found: re.Match[str], _today: date) -> Period | None:
    """The day written in digits; None where it could be either of two."""
    published = parse_published(found["date"])
    return periods.days(published.at.date()) if published else None


def iso_month(found: re.Match[str], _today: date) -> Period | None:
    """The month written "2020-09"."""
    year, number = int(found["y"]), int(found["m"])
    # "2010-11" is a season far oftener than a month.
    return None if number == year % 100 + 1 else periods.month(year, number)


def day(found: re.Match[str], today: date) -> Period | None:
    """The day, or the days "7 to 13 September"."""
    year = _year_in(found, today) or ""
    name = group(found, "m").strip(".")
    first = periods.written(f"{found['d']} {name} {year}".strip(), today)
    if first is None:
        return None
    last = first.replace(day=int(group(found, "d2") or first.day))
    return None if last < first else replace(periods.days(first, last), nearest=not year)


def month(found: re.Match[str], today: date) -> Period | None:
    """The month; None where its name is a person, a walk or a verb."""
    year = _year_in(found, today) or ""
    first = periods.written(f"{group(found, 'm').strip('.')} {year}".strip(), today)
    if first is None or not (year or _is_month(found)):
        return None
    which, this = group(found, "which"), (today.year, today.month) == (first.year, first.month)
    if which == "this":
        return periods.month(today.year, first.month)
    before = this and which == "last"
    return replace(periods.month(first.year - before, first.month), nearest=not year)


def months(found: re.Match[str], today: date) -> Period | None:
    """From the first of two months to the second, which lies in the year if one is given."""
    year = group(found, "y")
    names = [(group(found, a) or group(found, b)).strip(".") for a, b in _TWO_MONTHS]
    begins, ends = (periods.written(f"{name} {year}".strip(), today) for name in names)
    if begins is None or ends is None:
        return None
    first = begins.replace(year=ends.year - (begins.month > ends.month))
    last = periods.month(ends.year, ends.month).last
    return Period(first, last, "month", nearest=not year)


def _is_month(found: re.Match[str]) -> bool:
    before, after = _around(found)
    if found.start() != found.start("m"):
        return True
    if joined := _JOINED.search(before):
        surname = found["m"] in ("May", "April", "June")
        return not surname or (joined[0].lower() != "by " and bool(_CLOSED.match(after)))
    return bool(_DETERMINER.search(before) and _NOUN_AFTER.match(after))


def weekday(found: re.Match[str], today: date) -> Period | None:
    """The latest such day; "last Friday" is before today, "this Friday" in this week."""
    name, which = group(found, "weekday"), group(found, "which")
    before, after = _around(found)
    bare = found.start() == found.start("weekday")
    if bare and (_NO_WEEKDAY_BEFORE.search(before) or not _AFTER_WEEKDAY.match(after)):
        return None
    if which == "this" and WEEKDAYS.index(name) > today.weekday():
        return None
    if which != "last":
        latest = periods.latest_weekday(name, today)
        return replace(latest, rough=latest.first == today)
    latest = periods.latest_weekday(name, today - DAY)
    # "Last Friday", said on a Saturday, may mean either of two.
    return replace(latest, rough=latest.first > periods.week_before(today).last)


def weekend(found: re.Match[str], today: date) -> Period | None:
    """The latest weekend that has begun; "this weekend" before Saturday is none."""
    which = group(found, "which")
    if which == "this" and today.weekday() < 5:
        return None
    friday = today - max(today.weekday() - 4, 0) * DAY
    return periods.latest_weekend(friday if which == "last" else today)


def near_day(found: re.Match[str], today: date) -> Period | None:
    """Yesterday, the day before it, today; "today" and "tonight" also mean nowadays."""
    words = found[0].lower()
    back = 2 if "before" in words else 1 if "yesterday" in words or "last" in words else 0
    return replace(periods.days(today - back * DAY), rough=words in ("today", "tonight"))


def this_unit(found: re.Match[str], today: date) -> Period | None:
    """The seven days up to today, or the month, quarter or year that today lies in."""
    if group(found, "unit") == "week":
        return Period(today - 6 * DAY, today, "week", rough=True)
    return replace(_containing(group(found, "unit"), today), rough=True)


def last_unit(found: re.Match[str], today: date) -> Period | None:
    """The week (Monday to Sunday), month, quarter or year before the one of today."""
    if group(found, "unit") == "week":
        return periods.week_before(today)
    unit = group(found, "unit")
    return _containing(unit, _containing(unit, today).first - DAY)


def _containing(unit: str, today: date) -> Period:
    if unit == "month":
        return periods.month(today.year, today.month)
    if unit == "quarter":
        return periods.quarter(today.year, (today.month + 2) // 3)
    return periods.whole_year(today.year)


def rolling(found: re.Match[str], today: date) -> Period | None:
    """The days, weeks, months or years up to today; "few" reaches back twice as far as three."""
    number, unit, rough = _counted(found)
    if number > _LONGEST[unit]:
        return None
    length = round(number * _LENGTH[unit]) * (2 if rough else 1)
    return Period(today - length * DAY, today, "year" if unit == "year" else "week", rough=rough)


def ago(found: re.Match[str], today: date) -> Period | None:
    """The day, the month or the year so long ago; for weeks, three days on either side too."""
    number, unit, rough = _counted(found)
    then = periods.written(f"{number} {unit}s ago", today) if number <= _LONGEST[unit] else None
    if then is None:
        return None
    if unit in ("month", "year"):
        return replace(_containing(unit, then), rough=True)
    around = (0 if unit == "day" else 3) + (number if rough else 0)
    return Period(then - around * DAY, then + around * DAY, "day", rough=around > 0)


def _counted(found: re.Match[str]) -> tuple[int, str, bool]:
    """How many of which unit, and whether the number is rough; one where none is given."""
    words, unit = group(found, "n") or "one", group(found, "unit").rstrip("s")
    number = int(words) if words.isdecimal() else NUMBERS[words]
    if unit == "hour":
        return -(-number // 24), "day", words in _ROUNDED
    if unit == "fortnight":
        return 2 * number, "week", words in _ROUNDED
    return number, unit, words in _ROUNDED


def quarter(found: re.Match[str], today: date) -> Period | None:
    """The quarter of the calendar year; without a year the latest that has begun."""
    nth = group(found, "nth")
    number = int(nth[0]) if nth[0].isdigit() else _ORDINALS.index(nth) + 1
    year = _year_in(found, today)
    named = periods.quarter(year or today.year, number)
    if year is None and named.first > today:
        named = periods.quarter(today.year - 1, number)
    return replace(named, nearest=year is None)


def half(found: re.Match[str], today: date) -> Period | None:
    """The first or the second half of a year."""
    year = _year_in(found, today) or today.year
    return periods.months(year, 1 if group(found, "nth") == "first" else 7, 6, "quarter")


def year_in_words(found: re.Match[str], today: date) -> Period | None:
    """The year of "the start of the year", "late last year"."""
    return periods.whole_year(_year_in(found, today) or today.year)


def _year_in(found: re.Match[str], today: date) -> int | None:
    words = group(found, "of")
    if group(found, "y"):
        return int(found["y"])
    return today.year - ("last" in words) if "year" in words else None


def season(found: re.Match[str], today: date) -> Period | None:
    """The season; without a year the latest that has begun, "last summer" one that is over."""
    name, which = group(found, "season"), group(found, "which")
    if year := group(found, "y"):
        named = periods.season(name, int(year))
        # "The winter of 2020" is either of two.
        begins = named.first.replace(year=named.first.year - (name == "winter"))
        return replace(named, first=begins)
    if which == "this":
        return periods.season(name, today.year - (name == "winter" and today.month < 7))
    latest = periods.latest_season(name, today)
    going_on = latest.last >= today and which == "last"
    return periods.latest_season(name, latest.first - DAY) if going_on else latest


def year(found: re.Match[str], _today: date) -> Period | None:
    """The year; None where the number counts something."""
    before, after = _around(found)
    is_year = (
        found.start() != found.start("y")
        or _JOINED.search(before)
        or _YEAR_OF.search(before)
        or _NAMED_AFTER.match(after)
        or (_OF_OR_FOR.search(before) and _CLOSED.match(after))
    )
    return periods.whole_year(int(found["y"])) if is_year else None
