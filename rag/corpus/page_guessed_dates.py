"""Guesses the date of a page whose data state none and which shows none at a sure place.

The guess is htmldate's. It is dropped where day and month may be exchanged.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from typing import Any

from rag.corpus.page_heading import own_parts, without_comments

_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d/-])"
    r"(?P<rest>,?\s*(?:-|at|um|à|\|)?\s*\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,4}\)?)?)?",
    re.IGNORECASE,
)
_OF_THE_US = re.compile(r"\b(?:E|C|M|P|AK|H)[SD]?T\b")
_HALF_OF_DAY = re.compile(r"\d\s*[ap]\.?m", re.IGNORECASE)
_DAY_FIRST = frozenset({"en-gb", "en-au", "en-nz", "en-ie", "en-in"})
_LONGEST_TEXT = 400


def guessed_date(tree: Any, url: str, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date found anywhere on a page, "" for none, and a warning where it can be read twice.

    `tag` is the language tag that the page declares, "" if it has none. Dates of the last change
    in meta elements do not count.
    """
    from htmldate import find_date

    shown = own_parts(tree)
    for page in (shown, without_comments(tree)):
        for element in page.xpath("//meta[contains(@property, 'updated_time')]"):
            element.drop_tree()
        if found := find_date(page, original_date=True, extensive_search=False, url=url or None):
            return _sure(shown, date.fromisoformat(found), tag)
    return "", ()


def _sure(shown: Any, found: date, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date found, unless only figures show it whose day and month may be exchanged."""
    if found.day > 12 or found.day == found.month:
        return found.isoformat(), ()
    stated = map(str, shown.xpath("//meta/@content | //@datetime | //@title"))
    for text in chain(shown.itertext(), stated):
        for written in _NUMERIC.finditer(text[:_LONGEST_TEXT]):
            figures = {int(written["first"]), int(written["second"])}
            year = int(written["year"]) % 100
            if figures == {found.day, found.month} and year == found.year % 100:
                return in_order(written, tag)
    return found.isoformat(), ()


def in_order(written: re.Match[str], tag: str) -> tuple[str, tuple[str, ...]]:
    """The date with day and month in the order of its country; else "" and a warning.

    The country must be named: by a zone of the United States, or by the page's language tag
    (for "en-US" together with a.m. or p.m.). A language alone says nothing.
    """
    first, second, rest = int(written["first"]), int(written["second"]), written["rest"] or ""
    year = int(written["year"]) if len(written["year"]) == 4 else 2000 + int(written["year"])
    country = tag.replace("_", "-").lower()
    if _OF_THE_US.search(rest) or (country == "en-us" and _HALF_OF_DAY.search(rest)):
        day, month = second, first
    elif country in _DAY_FIRST:
        day, month = first, second
    else:
        text = " ".join(written.group().split())
        return "", (f"day and month of {text!r:.60} may be exchanged",)
    return f"{year}-{month:02}-{day:02} {rest.strip(' ,-|')}".strip(), ()
