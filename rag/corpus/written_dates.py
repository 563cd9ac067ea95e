"""Finds the dates in a line as pages and documents show them; knows nothing of where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.dates import parse_published

_CLOCK = (
    r"(?:,?\s*(?:[-–|•·]|um|at|à|alle|kl\.?|ore|às|@)?\s*\d{1,2}(?:[:.h]\d\d(?::\d\d)?|[時时点]\d{1,2}分)"
    r"(?:\s*(?:uhr|h)\b|\s*[ap]\.?m\b\.?)?(?:\s*\(?[A-Z]{2,4}\)?(?![a-z]))?)?"
)
# The clock of a line such as "11:14 PM EDT, Thursday, May 14, 2026".
_CLOCK_BEFORE = (
    r"(?:\d{1,2}[:.h]\d\d(?:\s*(?:uhr|h)\b|\s*[ap]\.?m\b\.?)?(?:\s*\(?(?-i:[A-Z]{2,4})\)?)?"
    r"(?:\s*(?:[,|·•–-]|on\b|am\b|le\b|el\b|del\b)|(?=\s))\s*(?:[^\W\d_]{4,12},\s+)?)?"
)
WRITTEN = re.compile(
    rf"(?<![\d/.:-]){_CLOCK_BEFORE}(?:\d{{1,2}}\.\s?\d{{1,2}}\.\s?(?:19|20)\d\d"
    r"|\d{1,2}(?:\.|st|nd|rd|th|er)?\s+(?:de\s+|of\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
    r"|\d{1,2}\s+[ก-๙.]{4,12}\s+(?:พ\.ศ\.\s*)?2[05]\d\d"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d\.\s+[^\W\d_]{3,12}\.?\s+\d{1,2}\.(?:,\s+[^\W\d_]{4,10}(?=\s+\d{1,2}:))?"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d\d年\d{1,2}月\d{1,2}日"
    rf")(?![\d/-]|:\d){_CLOCK}",
    re.IGNORECASE,
)
"""A date with day, month and year in a line, with the clock beside it."""
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\d/-]|:\d)")
_OCLOCK = re.compile(r"\s*uhr\b(?:\s+am\b)?", re.IGNORECASE)
_SPACED_FIGURES = re.compile(r"\b(\d{1,2})\.\s+(\d{1,2})\.\s+(\d{4})")


def written_dates(text: str) -> Iterator[str]:
    """The dates with day, month and year in a text, with their times, as `parse_published` reads.

    One with slashes counts where day and month cannot be exchanged.

    >>> list(written_dates("Hamburg, 2. November 2021, 14:05 Uhr | dpa"))
    ['2. November 2021, 14:05']
    >>> list(written_dates("Published 11:14 PM EDT, May 14, 2026"))
    ['11:14 PM EDT, May 14, 2026']
    >>> list(written_dates("08/08/2017")), list(written_dates("03/04/2020"))
    (['2017-08-08'], [])
    """
    for found in WRITTEN.finditer(text):
        words = _OCLOCK.sub("", " ".join(found.group().split()))
        whole = _SPACED_FIGURES.sub(r"\1.\2.\3", words)
        behind = re.sub(rf"\A{_CLOCK_BEFORE}", "", whole, count=1, flags=re.IGNORECASE)
        day = re.sub(rf"{_CLOCK}\Z", "", behind, count=1, flags=re.IGNORECASE) or whole
        yield from [each for each in (whole, behind, day) if parse_published(each) is not None][:1]
    for slashed in _SLASHED.finditer(text):
        one, other, year = (int(part) for part in slashed.groups())
        month, day_of_month = sorted((one, other))
        if (day_of_month > 12 or one == other) and 1 <= month <= 12 and day_of_month <= 31:
            stated = f"{year}-{month:02}-{day_of_month:02}"
            yield from [stated] if parse_published(stated) is not None else []
