"""When an article appeared: a moment in UTC, and the clocks of the place where it did."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

Precision = Literal["year", "month", "day", "minute", "second"]

_LENGTHS: Mapping[Precision, int] = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}
_HOURS: Mapping[str, float] = MappingProxyType(
    {
        "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2,
        "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
        "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    }
)  # fmt: skip
_REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "et": "America/New_York",
        "ct": "America/Chicago",
        "mt": "America/Denver",
        "pt": "America/Los_Angeles",
    }
)
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+\-−])(\d\d?):?(\d\d)?", re.IGNORECASE)
_POSTED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d)(?: (UTC|[+-]\d\d:\d\d))?(?: — |\Z)")


@dataclass(frozen=True, slots=True)
class Published:
    """The moment an article appeared, in UTC, known to `precision`.

    `at` is the start of the year, month, day, minute or second; `zone` is the
    zone as the article gave it ("+02:00"), "" where it gave none.

    >>> str(Published(datetime(2020, 9, 11, tzinfo=UTC), "day"))
    '2020-09-11'
    """

    at: datetime
    precision: Precision
    zone: str = ""

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None or self.at.utcoffset() != UTC.utcoffset(None):
            msg = f"published must be in UTC, not {self.at!r}"
            raise ValueError(msg)

    def __str__(self) -> str:
        # `strftime` writes the year 800 with three digits.
        written = self.at.isoformat()[: _LENGTHS[self.precision]]
        return f"{written}Z" if "T" in written else written


def local_time(published: Published) -> datetime:
    """When an article appeared by the clocks of its place; in UTC where its zone is unknown.

    What is known to the day only is midnight UTC of that day.

    >>> night = Published(datetime(2024, 5, 7, 22, 30, tzinfo=UTC), "minute", "+02:00")
    >>> str(local_time(night))
    '2024-05-08 00:30:00+02:00'
    """
    if published.precision not in ("minute", "second"):
        return published.at
    return published.at.astimezone(zone_of(published.zone) or UTC)


def local_iso(published: Published) -> str:
    """The moment by the clocks of its place, as ISO 8601; as `str` where its zone is not known.

    >>> night = Published(datetime(2024, 5, 7, 22, 30, tzinfo=UTC), "minute", "+02:00")
    >>> local_iso(night)
    '2024-05-08T00:30+02:00'
    """
    if published.precision not in ("minute", "second") or not published.zone:
        return str(published)
    local = local_time(published)
    if not local.utcoffset():
        return str(published)
    length = "minutes" if published.precision == "minute" else "seconds"
    return local.isoformat(timespec=length)


def posted(heading: str, article: Published | None) -> Published | None:
    """When the post of a live blog appeared, by the day and time that its heading begins with.

    They are by the clocks of the article's place, unless the heading names another. None for
    other headings.

    >>> str(posted("2024-05-07 21:40 UTC — Vote is over", None))
    '2024-05-07T21:40Z'
    """
    found = _POSTED.match(heading)
    if found is None:
        return None
    zone = found[2] or (article.zone if article else "")
    with suppress(ValueError):
        local = datetime.fromisoformat(found[1]).replace(tzinfo=zone_of(zone) or UTC)
        return Published(local.astimezone(UTC), "minute", zone)
    return None


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo | None:
    """The zone of a name such as "CEST", "ET" or "+02:00"; UTC for "", None if it is unknown."""
    key = name.lower()
    if not key:
        return UTC
    if offset := _OFFSET.fullmatch(key):
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(shift if sign == "+" else -shift)
    if key in _HOURS:
        return timezone(timedelta(hours=_HOURS[key]))
    with suppress(KeyError, OSError):
        return ZoneInfo(_REGIONS[key])
    return None
