"""What a question needs found: one search, or one for each of the things that it asks for.

Texts that hold several questions are taken apart here, too: each of those is asked alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from typing import TypeVar

from rag.errors import QueryError
from rag.language.comparisons import (
    Part,
    clauses,
    ends_of_change,
    sides_of_event,
    then_and_now,
    things,
)
from rag.language.entities import stems
from rag.questions.constraints import without_outlets
from rag.questions.form import read_form
from rag.questions.form_rules import AUXILIARY
from rag.questions.related_periods import GRACE
from rag.records import Filters, Understood

T = TypeVar("T")
_Parts = Sequence[tuple[Part, Sequence[Understood]]]
"""The parts of a question, each with what was understood of it."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_NO_FILTERS = Filters()
_LONGEST = 600
"""A text of more characters is no question of several parts, and stays whole."""


@dataclass(frozen=True, slots=True)
class Need:
    """One search: its words, what hits must satisfy, and what tells it from the other needs.

    `label` is "" where the question has a single need.
    """

    query: str
    filters: Filters
    label: str = ""


def split_needs(
    question: str,
    understood: Sequence[Understood],
    filters: Filters = _NO_FILTERS,
    given: Sequence[str] = (),
) -> tuple[Need, ...]:
    """One need for each thing that the question asks for; mostly one, the question as it is.

    Questions that compare outlets, times or things, or that join two questions, have more;
    where `given` are the questions that it is made of, they decide instead of rules.
    Each need satisfies `filters` and what is strict in `understood` and concerns it. Two
    times that no article can belong to are two needs. Raises QueryError where `filters`
    contradict what was understood.

    >>> [need.query for need in split_needs("Which flooded more, Tolbeck or Marsk?", ())]
    ['Which flooded more Tolbeck?', 'Which flooded more Marsk?']
    """
    whole = [(Part(question, "", 0, len(question)), understood)]
    rules = (_by_outlet, _by_time, _by_thing, _by_clause) if len(question) <= _LONGEST else ()
    parts = next(filter(None, (rule(question, understood) for rule in rules)), whole)
    if given:
        parts = _as_given(given, understood)
    return tuple(
        Need(part.query, merged(filters, concerned), ", ".join(filter(None, [part.label, time])))
        for part, of_part in parts
        for time, concerned in _periods(of_part)
    )


def merged(filters: Filters, understood: Sequence[Understood]) -> Filters:
    """What `filters` and all that is strict in `understood` ask for together.

    Of several outlets that were understood any will do, as no article has two. Raises
    QueryError naming both where no article can satisfy the two.
    """
    strict = [(f"{one.words!r}", one.filters) for one in understood if one.strict]
    for one, other in combinations([("the filters", filters), *strict], 2):
        if _apart(one[1], other[1]) or len({one[1].language, other[1].language} - {""}) > 1:
            raise _contradiction(one, other)
    by_outlet = [(words, one) for words, one in strict if one.publishers]
    publishers = {name for _, one in by_outlet for name in one.publishers}
    if publishers and filters.publishers:
        publishers &= set(filters.publishers)
        if not publishers:
            raise _contradiction(("the filters", filters), by_outlet[0])
    every = [filters, *(one for _, one in strict)]
    return Filters(
        max((one.published_from for one in every if one.published_from), default=None),
        min((one.published_before for one in every if one.published_before), default=None),
        tuple(sorted(publishers)) or filters.publishers,
        next((one.language for one in every if one.language), ""),
        filters.as_of,
        filters.section,
    )


def round_robin(rankings: Sequence[Sequence[T]], key: Callable[[T], Hashable]) -> list[T]:
    """All items of the rankings, each key once: in turn, each ranking gives its best new one.

    >>> round_robin(["abc", "bad"], str)
    ['a', 'b', 'c', 'd']
    """
    items: dict[Hashable, T] = {}
    waiting = [iter(ranking) for ranking in rankings]
    while waiting:
        waiting = [ranking for ranking in waiting if _take_next(ranking, key, items)]
    return list(items.values())


def _take_next(
    ranking: Iterator[T], key: Callable[[T], Hashable], items: dict[Hashable, T]
) -> bool:
    """Adds the next item whose key is new; False where there is none."""
    for item in ranking:
        if key(item) not in items:
            items[key(item)] = item
            return True
    return False


def _as_given(questions: Sequence[str], understood: Sequence[Understood]) -> _Parts:
    """Each question with what was understood of its words, and of words that none of them has."""
    held = [{one for one in understood if _says(question, one)} for question in questions]
    shared = set(understood).difference(*held)
    return [
        (Part(question, "", 0, 0), [one for one in understood if one in own | shared])
        for question, own in zip(questions, held, strict=True)
    ]


def _says(question: str, one: Understood) -> bool:
    return one.words.casefold() in question.casefold()


def _by_outlet(question: str, understood: Sequence[Understood]) -> _Parts:
    named = [one for one in understood if one.strict and one.filters.publishers]
    outlets = {one.filters.publishers: one for one in reversed(named)}
    if len(outlets) < 2:
        return ()
    query = without_outlets(question, [(one.start, one.end) for one in named])
    others = [one for one in understood if one not in named]
    return [
        (Part(query, one.words, one.start, one.end), [*others, one])
        for one in reversed(outlets.values())
    ]


def _by_time(question: str, understood: Sequence[Understood]) -> _Parts:
    for one in filter(_dated, understood):
        if parts := then_and_now(question, one.start, one.end):
            others = [other for other in understood if other is not one]
            return [(parts[0], [*others, replace(one, strict=True)]), (parts[1], others)]
    if parts := sides_of_event(question):
        return _shared_out(parts, understood, _before_and_after)
    if parts := ends_of_change(question):
        return _shared_out(parts, understood, _halves)
    return ()


def _by_thing(question: str, understood: Sequence[Understood]) -> _Parts:
    parts = things(question)
    return [
        (part, [one for one in understood if not any(_touches(one, o) for o in parts if o != part)])
        for part in parts
    ]


def _by_clause(question: str, understood: Sequence[Understood]) -> _Parts:
    """A later clause asks for the time and outlet of the first, unless it names its own."""
    parts = clauses(question)
    own = [[one for one in understood if _touches(one, part)] for part in parts]
    return [
        (part, [*mine, *(one for one in own[0] if not any(_same_kind(one, it) for it in mine))])
        for part, mine in zip(parts, own, strict=True)
    ]


def _shared_out(
    parts: Sequence[Part],
    understood: Sequence[Understood],
    share: Callable[[Filters], tuple[Filters, Filters]],
) -> _Parts:
    """Two parts, each with its share of the time that was understood where they are named."""
    here = [one for one in understood if one.strict and _dated(one) and _touches(one, parts[0])]
    others = [one for one in understood if one not in here]
    if len(here) != 1:
        return [
            (part, [*others, *own]) for part, own in zip(parts, (here[:1], here[1:]), strict=True)
        ]
    return [
        (part, [*others, replace(here[0], filters=filters)])
        for part, filters in zip(parts, share(here[0].filters), strict=True)
    ]


def _halves(filters: Filters) -> tuple[Filters, Filters]:
    """The earlier and the later half of a range, whose last days may be grace."""
    first, before = filters.published_from, filters.published_before
    if first is None or before is None:
        return filters, filters
    end = before - GRACE if before - GRACE > first else before
    middle = first + (end - first) / 2
    return replace(filters, published_before=middle), replace(filters, published_from=middle)


def _before_and_after(filters: Filters) -> tuple[Filters, Filters]:
    pivot = filters.published_from or filters.published_before
    early = replace(filters, published_from=None, published_before=pivot)
    return early, replace(filters, published_from=pivot, published_before=None)


def _periods(understood: Sequence[Understood]) -> list[tuple[str, Sequence[Understood]]]:
    """All that was understood, or once for each time where the times exclude each other."""
    groups: list[list[Understood]] = []
    for one in understood:
        if not (one.strict and _dated(one)):
            continue
        fitting = (group for group in groups if all(_agree(one, other) for other in group))
        if (group := next(fitting, None)) is not None:
            group.append(one)
        else:
            groups.append([one])
    if len(groups) < 2:
        return [("", understood)]
    others = [one for one in understood if not (one.strict and _dated(one))]
    return [(" ".join(one.words for one in group), [*others, *group]) for group in groups]


def _agree(one: Understood, other: Understood) -> bool:
    """Whether two times are meant together: by more than the days of grace, or one in the other."""
    a, b = sorted((_range(one.filters), _range(other.filters)))
    nested = b[1] <= a[1] or a[0] == b[0]
    return nested or a[1] - b[0] > GRACE


def _apart(one: Filters, other: Filters) -> bool:
    a, b = sorted((_range(one), _range(other)))
    return a[1] <= b[0]


def _range(filters: Filters) -> tuple[datetime, datetime]:
    return filters.published_from or _EARLIEST, filters.published_before or _LATEST


def _dated(one: Understood) -> bool:
    return _range(one.filters) != (_EARLIEST, _LATEST)


def _same_kind(one: Understood, other: Understood) -> bool:
    return _dated(one) == _dated(other) and bool(one.filters.publishers) == bool(
        other.filters.publishers
    )


def _touches(one: Understood, part: Part) -> bool:
    return one.start < part.end and part.start < one.end


def _contradiction(one: tuple[str, Filters], other: tuple[str, Filters]) -> QueryError:
    said = " and ".join(f"{name} ({_in_words(filters)})" for name, filters in (one, other))
    msg = f"{said} contradict each other: no article satisfies both; drop one of them"
    return QueryError(msg)


def _in_words(filters: Filters) -> str:
    """What the filters ask for: "from 2020-01-01, before 2021-01-01, by 'Radio North'"."""
    words = [
        f"from {filters.published_from:%Y-%m-%d}" if filters.published_from else "",
        f"before {filters.published_before:%Y-%m-%d}" if filters.published_before else "",
        f"by {' or '.join(map(repr, filters.publishers))}" if filters.publishers else "",
        f"in language {filters.language!r}" if filters.language else "",
        f"in section {filters.section!r}" if filters.section else "",
    ]
    return ", ".join(filter(None, words))


_MARK = re.compile(r"(?<=\?)\s+")
_AND_ASKS = re.compile(
    r",?\s+(?:and|but|also)\s+(?=(?:who|what|when|where|why|which|how)\b)", re.IGNORECASE
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|his|her|hers|them|their|theirs|its|this|that|these|those|one|ones"
    r"|else|instead|too|so|(?<!is )(?<!are )(?<!was )(?<!were )there)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    rf"(?:who|what|when|where|why|which|how|tell|give|show|{AUXILIARY})\b", re.IGNORECASE
)
_FEWEST_WORDS = 3


def questions_apart(text: str) -> tuple[str, ...]:
    """The questions of a text that asks several about different things, in order; else none.

    A part that leans on another ("and what did he invent?"), or shares a word with it, is no
    question apart.

    >>> questions_apart("Who is Ann Orr? How many wolves are there?")
    ('Who is Ann Orr?', 'How many wolves are there?')
    >>> questions_apart("Who is Ann Orr and what did she sell?")
    ()
    """
    parts = [part for marked in _MARK.split(text.strip()) for part in _AND_ASKS.split(marked)]
    found = [f"{part[0].upper()}{part[1:].rstrip(' ?.,;')}?" for part in parts if part]
    if len(found) < 2 or not all(map(_stands_alone, found)):
        return ()
    words = [word for each in found for word in set(stems(each))]
    return tuple(found) if len(words) == len(set(words)) else ()


def _stands_alone(question: str) -> bool:
    form = read_form(question)
    whole = len(question.split()) >= _FEWEST_WORDS and bool(form.subject or form.matter)
    return whole and _ASKS.match(question) is not None and not _LEANS.search(question)
