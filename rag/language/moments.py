"""Days, months and years as a text names them, and whether one of them tells of another.

Rules are for English. What is relative ("on Monday", "last week") is resolved against the
day on which the text appeared.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.language.entities import numbers
from rag.language.periods import MONTHS, WEEKDAYS

Days = tuple[date, date]
"""A first and a last day, both included."""

_DAY = timedelta(days=1)
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_MONTH = rf"(?P<month>(?:{'|'.join(MONTHS)})\b|{_SHORT})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})\b"
_YEAR = r"(?P<year>1[6-9]\d\d|20\d\d)(?!\d|%|[.,]\d)"
_DATE = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_LEADING = rf"(?:{_WEEKDAY},?\s+(?:the\s+)?)?"
# "May" and "March" are verbs too, and "Mark may" no month.
_BEFORE_MONTH = ("in", "since", "last", "by", "of", "until", "early", "late", "this", "next")
_NO_VERB = "|".join(rf"(?<=\b{word} )" for word in _BEFORE_MONTH)
_AGO = r"(?P<count>\w+(?:-\w+)?)\s+(?P<unit>day|week|month|year)s?\s+(?P<ago>ago|earlier|later)\b"
_NEAR = (
    r"(?P<near>the day before yesterday|the day after tomorrow|yesterday|today|tonight|tomorrow"
    r"|last night|this (?:morning|afternoon|evening))\b"
)
_UNIT = r"(?P<which>last|this|next)\s+(?P<unit>week|month|year)\b"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})-(?P<number>0[1-9]|1[0-2])-(?P<day>[0-3]\d)(?!\d)",
        rf"\b{_LEADING}{_DATE}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?",
        rf"\b{_LEADING}{_MONTH}\s+(?:the\s+)?{_DATE}(?![\d:%]|[.,]\d)(?:,?\s+{_YEAR})?",
        rf"\b{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})",
        rf"\b(?:{_NO_VERB}){_MONTH}",
        rf"\b(?P<month>{'|'.join(name for name in MONTHS if name not in ('march', 'may'))})\b",
        rf"\b{_AGO}",
        rf"\b{_NEAR}",
        rf"\b{_UNIT}",
        rf"\b(?:(?P<which>last|this|next|past)\s+)?{_WEEKDAY}",
        rf"(?<![\w$€£¥.,]){_YEAR}(?P<decade>s)?(?![\w])(?!\s+(?!(?:was|is|has|as|this|its)\b)"
        r"[a-z]{3,}s\b)",
    )
)
_NEAR_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_STEPS = {"last": -1, "past": -1, "this": 0, "next": 1}
_UNITS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as `text` names it; what is left out of a date is 0, of a weekday -1.

    `days` are the days it can mean for a text of a known date, nearest first; () where
    only its fields are known.
    """

    text: str
    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int = -1
    days: tuple[Days, ...] = ()

    @property
    def unit(self) -> Literal["day", "month", "year"]:
        """What it names: a day, some days or a month, or a year and more."""
        first, last = self.days[0] if self.days else (date.min, date.min + 30 * _DAY)
        length = (last - first).days
        if self.day or self.weekday >= 0 or not length:
            return "day"
        return "year" if length > 31 or (self.year and not self.month) else "month"

    def entails(self, claimed: Moment) -> bool:
        """Whether what happened then happened at the `claimed` time, which may be wider.

        >>> monday = date(2031, 3, 3)
        >>> held, said = moments("on Monday", date(2031, 3, 5)), moments("3 March", None)
        >>> held[0].entails(said[0]), said[0].entails(held[0])
        (True, False)
        """
        if claimed.days and self.days:
            return any(_within(one, other) for one in self.days for other in claimed.days)
        if not self.days or not (claimed.year or claimed.month):
            return self._fields_agree(claimed)
        return any(_has(first, claimed) and _has(last, claimed) for first, last in self.days)

    def _fields_agree(self, claimed: Moment) -> bool:
        """Whether every field of the claim is the same here; a field is not made up."""
        if claimed.weekday >= 0 and not (claimed.year or claimed.month):
            return self.weekday == claimed.weekday
        if -1 not in (self.weekday, claimed.weekday) and self.weekday != claimed.weekday:
            return False
        mine = (self.year, self.month, self.day)
        said = (claimed.year, claimed.month, claimed.day)
        if not any(said):
            return self.text.lower() == claimed.text.lower()
        return all(other in (0, own) for own, other in zip(mine, said, strict=True))


def moments(text: str, published: date | None) -> list[Moment]:
    """The times that a text of that date names, in order and apart.

    >>> [m.days[0][0].isoformat() for m in moments("May 2030; yesterday", date(2031, 3, 5))]
    ['2030-05-01', '2031-03-04']
    """
    return [_moment(match, published) for match in _matches(text)]


def without_moments(text: str) -> str:
    """The text with a blank for each time that it names.

    >>> without_moments("It sank on 3 May 2031.")
    'It sank on  .'
    """
    for match in reversed(_matches(text)):
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


def named_days(first: date, last: date, text: str) -> Moment:
    """The moment of given days, as the date of an article is one.

    >>> named_days(date(2031, 3, 5), date(2031, 3, 5), "").day
    5
    """
    whole = first.day if first == last else 0
    month = first.month if whole or (first.year, first.month) == (last.year, last.month) else 0
    return Moment(text, first.year, month, whole, days=((first, last),))


def _matches(text: str) -> list[re.Match[str]]:
    taken = bytearray(len(text))
    kept = []
    for match in (match for pattern in _PATTERNS for match in pattern.finditer(text)):
        start, end = match.span()
        if not any(taken[start:end]) and _means_time(match):
            taken[start:end] = b"x" * (end - start)
            kept.append(match)
    return sorted(kept, key=lambda match: match.start())


def _means_time(match: re.Match[str]) -> bool:
    """Whether it is a possible date, no verb ("I may 5 times") and no uncountable "ago"."""
    found = match.groupdict()
    if found.get("ago"):
        return found["ago"] == "ago" and _count(found["count"]) > 0
    if found.get("month") and found["month"][0].islower():
        return False
    return int(found.get("day") or 1) in range(1, 32)


def _moment(match: re.Match[str], published: date | None) -> Moment:
    found = {name: value for name, value in match.groupdict().items() if value}
    if found.get("near") or found.get("unit"):
        days = tuple(_relative(found, published)) if published else ()
        return Moment(match[0], days=days)
    weekday = WEEKDAYS.index(found["weekday"].lower()) if "weekday" in found else -1
    month = int(found["number"]) if "number" in found else _month(found.get("month", ""))
    year, day = int(found.get("year", 0)), int(found.get("day", 0))
    if "decade" in found:
        return Moment(match[0], days=((date(year, 1, 1), date(year + 9, 12, 31)),))
    if year or month:
        days = tuple(_calendar(year, month, day, published))
        if weekday >= 0 and day:
            days = tuple((first, last) for first, last in days if first.weekday() == weekday)
        return Moment(match[0], year, month, day, weekday, days)
    days = tuple(_weekday(weekday, found.get("which", ""), published)) if published else ()
    return Moment(match[0], weekday=weekday, days=days)


def _calendar(year: int, month: int, day: int, published: date | None) -> Iterator[Days]:
    """The days of a date; without a year the nearest such days to the article's own."""
    if not year:
        if published is None:
            return
        near = [span_of(published.year + step, month, day) for step in (0, -1, 1)]
        known = [span for span in near if span]
        middle = published
        yield from sorted(known, key=lambda span: abs(span[0] - middle))[:1]
        return
    span = span_of(year, month, day)
    if span:
        yield span


def span_of(year: int, month: int, day: int) -> Days | None:
    """The days of a year, of one of its months, or one day; None where there is no such day.

    >>> span_of(2031, 2, 0)
    (datetime.date(2031, 2, 1), datetime.date(2031, 2, 28))
    """
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    last = monthrange(year, month)[1]
    if not day:
        return date(year, month, 1), date(year, month, last)
    return (date(year, month, day), date(year, month, day)) if day <= last else None


def _weekday(weekday: int, which: str, published: date) -> Iterator[Days]:
    """The nearest such day on either side, since tenses are not read."""
    back = published - ((published.weekday() - weekday) % 7) * _DAY
    ahead = back + 7 * _DAY
    chosen = {
        "": (back, ahead, back - 7 * _DAY) if back == published else (back, ahead),
        "this": (back, ahead),
        "next": (ahead, ahead + 7 * _DAY),
    }
    for day in chosen.get(which.lower(), (back, back - 7 * _DAY)):
        yield day, day


def _relative(found: dict[str, str], published: date) -> Iterator[Days]:
    if "near" in found:
        day = published + _NEAR_DAYS.get(" ".join(found["near"].lower().split()), 0) * _DAY
        yield day, day
        return
    unit = found["unit"].lower()
    step = -_count(found["count"]) if "ago" in found else _STEPS[found["which"].lower()]
    if unit in _UNITS:
        day = published + step * _UNITS[unit] * _DAY
        monday = day - day.weekday() * _DAY
        yield (monday, monday + 6 * _DAY) if unit == "week" else (day, day)
        return
    months = published.year * 12 + published.month - 1 + step * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if year > 0:
        span = span_of(year, 0 if unit == "year" else month + 1, 0)
        yield span or (published, published)


def _count(words: str) -> int:
    found = numbers(words)
    whole = int(found[0].value) if found else int(words.lower() in ("a", "an", "one"))
    return whole if whole < 10_000 else 0


def _month(words: str) -> int:
    sought = words.lower().rstrip(".")[:3]
    numbered = enumerate(MONTHS, start=1)
    return next((n for n, name in numbered if sought and name.startswith(sought)), 0)


def _within(one: Days, other: Days) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _has(day: date, claimed: Moment) -> bool:
    """Whether a day has the fields that the claim gives."""
    return (
        claimed.year in (0, day.year)
        and claimed.month in (0, day.month)
        and claimed.day in (0, day.day)
        and claimed.weekday in (-1, day.weekday())
    )
