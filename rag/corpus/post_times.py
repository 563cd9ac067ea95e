"""When the posts of a live blog appeared, by the clocks of the article's own place.

Pages often show a post's clock alone ("20.05 BST"). Its day is that of the article, or a later one
where the clocks have passed midnight since the post before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rag.corpus.written_dates import written_dates
from rag.language.dates import local_time, parse_published
from rag.records import Published
from rag.records.published import zone_of

_MOMENT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?\d\d(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})\s?[.:h]\s?(\d\d)(?!\d)(?::\d\d)?\s?(?:([ap])\.?m\b\.?)?"
    r"(?:\s*\(?([A-Z]{2,4}|[+-]\d\d:\d\d)\b)?",
    re.IGNORECASE,
)
_LONGEST_DAY = 40
_NOON, _HALF_DAY = 12, 720
_MIDNIGHT_PASSED = timedelta(hours=6)
# A page may call its last change its publication, so that its first post may stand long before.
_FIRST_AFTER_MIDNIGHT = timedelta(hours=18)


def posted(times: Sequence[str], published: str, days: Sequence[str] = ()) -> list[str]:
    """The day and time of each post as its heading has it, from what the page states of it.

    Those in the article's zone have none of their own; others name theirs. What cannot be placed
    on a day stays as it is. `published` is the article's own date as its page has it, `days` the
    days that stand above the posts, "" where none does.

    >>> posted(["0.10", "22.55", "21:40"], "2024-05-07T21:00:00+02:00")
    ['2024-05-08 00:10', '2024-05-07 22:55', '2024-05-07 21:40']
    """
    article = parse_published(published) if published else None
    found = [_of_moment(each, article) for each in times]
    for place, day in enumerate(days):
        found[place] = found[place] or _on_day(day, times[place], article)
    if article is None or article.precision not in ("minute", "second"):
        return [moment or each for moment, each in zip(found, times, strict=True)]
    clocks = [None if moment else _clock(each) for moment, each in zip(found, times, strict=True)]
    placed = dict(_placed(clocks, local_time(article)))
    return [
        moment or (_written(placed[place], article) if place in placed else times[place])
        for place, moment in enumerate(found)
    ]


def _of_moment(value: str, article: Published | None) -> str:
    """Day and time of an ISO date, with its zone where the article has another; else ""."""
    found = _MOMENT.match(value.strip())
    if found is None:
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    written, zone = f"{day} {found[4]}:{found[5]}", found[6] or ""
    if zone == "Z":
        return f"{written} UTC"
    moment = parse_published(f"{day}T{found[4]}:{found[5]}{zone}") if zone else None
    return _written(local_time(moment), article) if moment else written


def _on_day(day: str, time: str, article: Published | None) -> str:
    """The clock time of a post on the day that stands above it; "" without day or time."""
    clock = _clock(time) if day else None
    if clock is None:
        return ""
    place = local_time(article).tzinfo if article else None
    at = datetime.fromisoformat(day).replace(hour=clock[0], minute=clock[1])
    return _written(at.replace(tzinfo=zone_of(clock[2]) if clock[2] else place), article)


def day_of_heading(words: str, published: str) -> str:
    """The day that a line consists of, as ISO 8601; "" for any other line.

    One without a year has that of the article.

    >>> day_of_heading("Wednesday, May 8", "2024-05-07T21:00:00+02:00")
    '2024-05-08'
    """
    if len(words) > _LONGEST_DAY or not any(map(str.isdigit, words)):
        return ""
    article = parse_published(published) if published else None
    years = ("", f" {local_time(article).year}") if article else ("",)
    for line in (f"{words.rstrip(' :')}{year}" for year in years):
        for written in written_dates(line):
            day = parse_published(written)
            rest = line.replace(written, "").strip(" ,.:")
            if day is not None and day.precision == "day" and len(rest.split()) <= 1:
                return str(day)
    return ""


def _written(at: datetime, article: Published | None) -> str:
    """A moment by its own clocks, with its offset where the article's place has another."""
    written = f"{at:%Y-%m-%d %H:%M}"
    if article is None or not article.zone or at.tzinfo is None:
        return written
    own = at.astimezone(zone_of(article.zone) or UTC)
    return written if own.utcoffset() == at.utcoffset() else f"{written} {at.isoformat()[-6:]}"


def _clock(text: str) -> tuple[int, int, str] | None:
    """Hour, minute and zone of a clock time; None where there is none."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % _NOON + (_NOON if found[3].lower() == "p" else 0)
    return (hour, minute, found[4] or "") if hour < 24 and minute < 60 else None


def _placed(
    clocks: Sequence[tuple[int, int, str] | None], start: datetime
) -> Iterator[tuple[int, datetime]]:
    """Each clock time as a moment: the day goes on where a clock is hours behind the one before."""
    known = [(place, clock) for place, clock in enumerate(clocks) if clock is not None]
    steps = [_step(before, after) for (_, before), (_, after) in pairwise(known)]
    # Most live blogs have the newest post first.
    newest_first = sum(step > 0 for step in steps) <= sum(step < 0 for step in steps)
    others = next((zone for _, (_, _, zone) in known if zone_of(zone) and zone), "")
    last, least = start, _FIRST_AFTER_MIDNIGHT
    for place, (hour, minute, zone) in reversed(known) if newest_first else known:
        named = zone_of(zone or others) if zone or others else None
        by = last.astimezone(named or start.tzinfo)
        at = by.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if by - at > least:
            at += timedelta(days=1)
        last, least = max(last, at) if least is _MIDNIGHT_PASSED else at, _MIDNIGHT_PASSED
        yield place, at


def _step(before: tuple[int, int, str], after: tuple[int, int, str]) -> int:
    """The minutes from one clock to another, by the shorter way round the dial."""
    apart = (after[0] - before[0]) * 60 + after[1] - before[1]
    return (apart + _HALF_DAY) % (2 * _HALF_DAY) - _HALF_DAY
