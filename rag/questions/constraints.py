"""The times and outlets that a question names, against what the archive holds of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from rag.errors import QueryError
from rag.language.date_usage import is_name
from rag.language.outlet_names import OutletMention, find_mentions
from rag.questions.followup import FollowUp
from rag.questions.outlets import find_outlets, without_outlets
from rag.questions.recency import recency
from rag.questions.times import find_dates
from rag.records import Understood
from rag.store import Facets

_GOING_ON = re.compile(
    r"(?:\W+|\b(?:also|and|but|or|so|then|how|what|the|about|of|at|by|during|for|from|in|on)\b)*",
    re.IGNORECASE,
)
"""What a question may say beside names that it puts in the place of others."""

_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_Replacement = tuple[int, int, str]
"""Characters of a question, by start and end, and the words that take their place."""


def named_in(question: str, as_of: datetime, facets: Facets) -> tuple[Understood, ...]:
    """What a question names, in its order; a time of which nothing is held only prefers."""
    found = (*find_dates(question, as_of), *find_outlets(question, facets.publishers))
    return tuple(
        one
        if not one.strict or len(facets.matching(one.filters))
        else replace(one, strict=False, held=False)
        for one in sorted(found, key=lambda one: one.start)
    )


def understand(asked: FollowUp, as_of: datetime, facets: Facets) -> tuple[Understood, ...]:
    """What a question names, after what it takes over from the questions that it leans on.

    A time or an outlet of those is a preference, and only where the question names no other.
    It has no place in the question: `start` and `end` are 0.
    """
    own = named_in(asked.question, as_of, facets)
    if not asked.leans:
        return own
    taken: tuple[Understood, ...] = ()
    for question in reversed(asked.earlier):
        earlier = [one for one in named_in(question, as_of, facets) if one.held]
        known = {_is_outlet(one) for one in (*own, *taken)}
        taken = (*(one for one in earlier if _is_outlet(one) not in known), *taken)
    if recency(asked.question, own) == "latest":
        taken = tuple(one for one in taken if _is_outlet(one))
    return (*(replace(one, start=0, end=0, strict=False) for one in taken), *own)


def ignoring(understood: Sequence[Understood], ignore: Sequence[str]) -> tuple[Understood, ...]:
    """What was understood without that of the words to ignore, in whatever case these are.

    Raises QueryError for words of which nothing was understood.
    """
    dropped = {words.strip().casefold() for words in ignore}
    if unknown := dropped - {one.words.casefold() for one in understood}:
        listed = ", ".join(repr(one.words) for one in understood) or "no date and no outlet"
        msg = f"--ignore {min(unknown)!r}: the question asks for {listed}"
        raise QueryError(msg)
    return tuple(one for one in understood if one.words.casefold() not in dropped)


def completed(asked: FollowUp, as_of: datetime, facets: Facets) -> FollowUp:
    """The follow-up as a whole question, where all it does is to name another outlet or time.

    "And the Courier?" after "What did Radio North report in May?" asks what the Courier
    reported in May. So do the questions that it leans on.
    """
    if not asked.leans:
        return asked
    chain: list[str] = []
    whole = ""
    for question in (*asked.earlier, asked.question):
        whole = _completed(chain[-1], question, as_of, facets) if chain else ""
        chain[-1:] = [whole] if whole else [*chain[-1:], question]
    *earlier, question = chain
    if not whole:
        return replace(asked, earlier=tuple(earlier))
    return FollowUp(question, tuple(earlier), share=asked.share if earlier else 0.0)


def _completed(before: str, question: str, as_of: datetime, facets: Facets) -> str:
    """The question before with the outlets and the time that this one names; "" if that is not all.

    The question before must say where they belong: it asks for one outlet's articles, or names
    at most one time, and not as part of a name.
    """
    outlets = list(find_mentions(question, facets.publishers))
    dates = find_dates(question, as_of)
    if not (outlets or dates) or len(dates) > 1 or not _names_only(question, outlets, dates):
        return ""
    replacements: list[_Replacement] = []
    if outlets:
        asked = find_outlets(before, facets.publishers)
        if len(asked) != 1:
            return ""
        words = question[outlets[0].start : outlets[-1].end]
        replacements.append((asked[0].start, asked[0].end, words))
    for date in dates:
        known = find_dates(before, as_of)
        if len(known) > 1 or any(is_name(before[: d.start], before[d.end :]) for d in known):
            return ""
        end = len(before.rstrip(" ?.!"))
        replacements += [(d.start, d.end, _in_its_year(date, d, as_of)) for d in known] or [
            (end, end, f" {date.words}")
        ]
    for start, end, words in sorted(replacements, reverse=True):
        before = f"{before[:start]}{words}{before[end:]}"
    return before


def _in_its_year(date: Understood, before: Understood, as_of: datetime) -> str:
    """The words of a date, with the year of the one before where they name none and can."""
    year = _YEAR.search(before.words)
    dated = f"{date.words} {year[0]}" if year and not _YEAR.search(date.words) else date.words
    return dated if [each.words for each in find_dates(dated, as_of)] == [dated] else date.words


def _names_only(
    question: str, outlets: Sequence[OutletMention], dates: Sequence[Understood]
) -> bool:
    """Whether a question says nothing beside these but that it goes on, and asks for reports."""
    for date in dates:
        blank = " " * (date.end - date.start)
        question = f"{question[: date.start]}{blank}{question[date.end :]}"
    rest = without_outlets(question, [(each.start, each.end) for each in outlets])
    return _GOING_ON.fullmatch(rest) is not None


def _is_outlet(one: Understood) -> bool:
    return bool(one.filters.publishers)
