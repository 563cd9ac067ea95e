"""Dates as articles write them; knows nothing about today, so it never guesses from it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from rag.records import Precision, Published
from rag.records.published import local_time as local_time
from rag.records.published import zone_of

# Printing of news began in 1605; 0001-01-01 is how several systems write "no date".
_FIRST_YEAR = 1600
_LONGEST = 100
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOISE = re.compile(
    r"\b(?:first|last)\s+(?=publish|updat|modif|post)|\b(?:published|updated|posted|modified|date)\b:?"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?|\b(?:on|at)\b|^T(?=\d)",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"(\b\d{4}\b.*?)\W+(?:last )?updated\b.*", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?)"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?\s*\(?(?P<zone>[a-z]{1,5}|(?:utc|gmt)?\s?[+\-−]\d\d?(?::?\d\d)?)?"
    r"(?:\s*\([a-z ]{2,40})?\)?",
    re.IGNORECASE,
)
# Seconds or milliseconds since 1970, in the years 2001 to 2286.
_EPOCH = re.compile(r"[1-9][0-9]{9}(?:[0-9]{3})?")
# The zone behind a moment as RFC 9557 writes it: "[Europe/Berlin]".
_ANNOTATION = re.compile(r"(?<=[\dZz])\[!?[A-Za-z_+-]{1,40}(?:/[A-Za-z_+-]{1,40}){0,2}\]\Z")
# Thai texts count years from 543 B.C.
_THAI = re.compile(r"[ก-๙]")
_THAI_MONTH = re.compile(r"[ก-๙]{1,2}\.[ก-๙]\.")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_CLOCK_SHAPE = re.compile(r"\d{1,2}\s?[:.h時]\s?\d\d|\d\s?[ap]\.?m", re.IGNORECASE)

_Parts = tuple[int, int, int, Precision]


def parse_published(text: str) -> Published | None:
    """The moment a date line names, to the precision it gives; None where it names none.

    Impossible dates, relative ones ("yesterday") and ambiguous ones ("03/04/2020")
    are None. A time without a zone is taken as UTC; a time in an unknown zone
    leaves the day.

    >>> str(parse_published("Sept. 11, 2020, 9:30 a.m. CET"))
    '2020-09-11T08:30Z'
    """
    line = _ANNOTATION.sub("", " ".join(text.split()))
    if _THAI.search(line):
        line = _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - 543), line)
        # `dateparser` takes the short form of March for that of January.
        line = _THAI_MONTH.sub(lambda month: _thai_months().get(month[0], month[0]), line)
    if not 4 <= len(line) <= _LONGEST:
        return None
    return _parsed(line)


def in_zone(published: Published, region: str) -> Published:
    """A date that states no zone, by the clocks of a region ("Europe/Berlin"); others as they are.

    A time without a zone is one by those clocks; one in UTC is the same moment. What is known
    to the day only stays that day.

    >>> night = parse_published("2024-05-08 00:30")
    >>> str(in_zone(night, "Europe/Berlin")), in_zone(night, "Europe/Berlin").zone
    ('2024-05-07T22:30Z', '+0200')
    """
    if published.precision not in ("minute", "second"):
        return published
    zone = published.zone.lower()
    if zone and zone_of(zone) != zone_of("z"):
        return published
    place = ZoneInfo(region)
    local = published.at.astimezone(place) if zone else published.at.replace(tzinfo=place)
    return Published(local.astimezone(UTC), published.precision, f"{local:%z}"[:5])


def is_zone(region: str) -> bool:
    """Whether a name is that of a region with its own clocks, such as "Europe/Berlin"."""
    with suppress(KeyError, OSError, ValueError):
        return bool(ZoneInfo(region))
    return False


@lru_cache(maxsize=1)
def _thai_months() -> dict[str, str]:
    """The Thai months by their short forms, which have points in them."""
    from babel.dates import get_month_names

    short, whole = (get_month_names(width, locale="th") for width in ("abbreviated", "wide"))
    return {short[number]: whole[number] for number in short}


@lru_cache(maxsize=1024)
def _parsed(line: str) -> Published | None:
    if _EPOCH.fullmatch(line):
        return Published(datetime.fromtimestamp(int(line[:10]), UTC), "second")
    first = _UPDATED.sub(r"\1", line)
    try:
        return _written(first) or _basic_iso(first) or _foreign(first)
    except (ValueError, OverflowError):
        return None


def _written(line: str) -> Published | None:
    for pattern, read in _SHAPES:
        found = pattern.search(line)
        if found is None:
            continue
        parts = read(found)
        rest = _NOISE.sub(" ", f"{line[: found.start()]} {line[found.end() :].removeprefix('T')}")
        return _at_time(parts, rest.strip(" ,;|·•–—-:"))
    return None


def _at_time(parts: _Parts, rest: str) -> Published | None:
    year, month, day, precision = parts
    if year < _FIRST_YEAR:
        raise ValueError
    date = datetime(year, month, day, tzinfo=UTC)
    if not rest:
        return Published(date, precision)
    clock = _CLOCK.fullmatch(rest)
    if clock is None or precision != "day" or not (clock["minute"] or clock["half"]):
        return None
    zone = clock["zone"] or ""
    offset = zone_of(zone)
    if offset is None:
        return Published(date, "day", zone)
    local = date.replace(
        hour=_hour(int(clock["hour"]), clock["half"]),
        minute=int(clock["minute"] or 0),
        second=int(clock["second"] or 0),
        tzinfo=offset,
    )
    return Published(local.astimezone(UTC), "second" if clock["second"] else "minute", zone)


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _numeric(found: re.Match[str]) -> _Parts:
    first, separator, second, year = found.groups()
    left, right = int(first), int(second)
    if separator == ".":
        return int(year), right, left, "day"
    if left <= 12 and right <= 12 and left != right:
        raise ValueError
    day, month = max(left, right), min(left, right)
    return int(year), month, day, "day"


def _ymd(found: re.Match[str]) -> _Parts:
    return int(found["y"]), int(found["m"]), int(found["d"]), "day"


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Parts]], ...] = (
    (re.compile(r"(?<!\d)(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)"), _ymd),
    (re.compile(r"^(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)$"), _ymd),
    (
        re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE),
        lambda found: (int(found[3]), _month(found[1]), int(found[2]), "day"),
    ),
    (
        re.compile(
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\.?[\s-]+(?:of\s+)?{_MONTH},?[\s-]+(\d{{4}})(?!\d)",
            re.IGNORECASE,
        ),
        lambda found: (int(found[3]), _month(found[2]), int(found[1]), "day"),
    ),
    (re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)"), _numeric),
    (
        re.compile(rf"\b{_MONTH},?\s+(\d{{4}})(?!\d)", re.IGNORECASE),
        lambda found: (int(found[2]), _month(found[1]), 1, "month"),
    ),
    (
        re.compile(r"^(\d{4})[-/](\d{1,2})$"),
        lambda found: (int(found[1]), int(found[2]), 1, "month"),
    ),
    (re.compile(r"^(\d{4})$"), lambda found: (int(found[1]), 1, 1, "year")),
)


def _basic_iso(line: str) -> Published | None:
    if not line[:8].isdigit() or "T" not in line:
        return None
    moment = datetime.fromisoformat(line)
    zone = re.sub(r".*T[\d:.,]*", "", line)
    return _moment(moment, "second", zone)


def _moment(moment: datetime, precision: Precision, zone: str) -> Published | None:
    if moment.year < _FIRST_YEAR:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Published(aware.astimezone(UTC).replace(microsecond=0), precision, zone)


def _foreign(line: str) -> Published | None:
    """The date as `dateparser` reads it in any language, if it names day, month and year."""
    if not re.search(r"(?<!\d)\d{4}(?!\d)", line) or len(re.findall(r"\d+", line)) < 2:
        return None
    import dateparser

    settings = {
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            moment: datetime | None = dateparser.parse(line, settings=settings)
        # Odd strings make dateparser fail with errors of the libraries beneath it.
        except Exception:
            return None
    if moment is None:
        return None
    if not _CLOCK_SHAPE.search(line):
        return _moment(moment.replace(tzinfo=None), "day", "")
    if moment.tzinfo is None:
        return _moment(moment, "minute", "")
    name = moment.tzname() or ""
    # dateparser calls "+0200" by a name of its own, which nobody else knows.
    return _moment(moment, "minute", name if zone_of(name) else moment.isoformat()[-6:])
