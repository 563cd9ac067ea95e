"""Filters from what a person typed: dates and outlets, checked against the archive."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rag.errors import QueryError
from rag.language.dates import parse_published
from rag.records import Filters, Published

OPTIONS = ("--from", "--to")
"""What errors call the two dates."""

_SHORTEST = 4
"""Words of fewer letters make no names alike."""


def parse_filters(
    published_from: str = "",
    published_to: str = "",
    publishers: Sequence[str] = (),
    language: str = "",
    section: str = "",
    *,
    known_publishers: Iterable[str],
    known_sections: Iterable[str] = (),
    options: tuple[str, str] = OPTIONS,
) -> Filters:
    """The filters these words ask for; a day, month or year counts from start to end.

    Outlets and sections match however they are capitalised. Raises QueryError for a date
    that cannot be read, named by one of `options`, a range that ends before it begins, and an
    outlet or a section that the archive does not hold.

    >>> str(parse_filters(published_to="2020-09", known_publishers=()).published_before)
    '2020-10-01 00:00:00+00:00'
    """
    start = parse_date(published_from, options[0]).at if published_from else None
    before = period_end(parse_date(published_to, options[1])) if published_to else None
    if start and before and start >= before:
        msg = (
            f"the dates contradict each other: from {published_from!r} is after to {published_to!r}"
        )
        raise QueryError(msg)
    known = list(known_publishers)
    found = tuple(named_one(name, known, "outlet") for name in publishers)
    named = named_one(section, list(known_sections), "section") if section.strip() else ""
    return Filters(start, before, found, language.strip().lower(), section=named)


def parse_date(text: str, option: str) -> Published:
    """The date in `text`; raises QueryError naming the option it was given for."""
    published = parse_published(text)
    if published is None:
        msg = f"{option} {text!r} is not a date; write it as 2020-09-11, 2020-09 or 2020"
        raise QueryError(msg)
    return published


def period_end(published: Published) -> datetime:
    """The first moment after the year, month, day, minute or second that a date names.

    >>> str(period_end(parse_date("2020-12", "--to")))
    '2021-01-01 00:00:00+00:00'
    """
    at = published.at
    if published.precision == "year":
        return at.replace(year=at.year + 1)
    if published.precision == "month":
        return (at.replace(day=1) + timedelta(days=32)).replace(day=1)
    length = {"day": timedelta(days=1), "minute": timedelta(minutes=1)}
    return at + length.get(published.precision, timedelta(seconds=1))


def parse_as_of(text: str) -> datetime:
    """The moment up to which the archive is to be read; a whole day, month or year counts."""
    return period_end(parse_date(text, "--as-of"))


def named_one(name: str, known: Sequence[str], what: str) -> str:
    """The name as the archive spells it, however it is capitalised.

    Raises QueryError where it has no such outlet or section (`what`), with names like it.
    """
    spelled = {each.casefold(): each for each in known if each}
    if name.strip().casefold() in spelled:
        return spelled[name.strip().casefold()]
    near = _near(name.strip().casefold(), list(spelled))
    listed = [spelled[key] for key in near] or sorted(spelled.values())[:10]
    held = ", ".join(map(repr, listed)) or "none"
    msg = f"the archive holds no {what} {name!r}; it holds {held}"
    raise QueryError(msg)


def _near(name: str, known: Sequence[str]) -> list[str]:
    """At most three names like this one, or with a word like one of its words."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    words = [word for word in name.split() if len(word) >= _SHORTEST]
    near += [
        each
        for each in sorted(known)
        if any(difflib.get_close_matches(word, each.split(), n=1, cutoff=0.75) for word in words)
    ]
    return list(dict.fromkeys(near))[:3]
