"""When an article appeared: a moment in UTC, and the zone that the article gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Precision = Literal["year", "month", "day", "minute", "second"]

_LENGTHS: Mapping[Precision, int] = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}


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
