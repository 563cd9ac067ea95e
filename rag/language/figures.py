"""Which quantity a question asks for, and the figures of it that a sentence gives.

The rules are English. No two sentences are compared here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from rag.language.entities import number_places, stems

Unit = Literal["count", "money", "percent", "clock"]

# Words that news uses for the same thing when it counts it.
_GROUPS = (
    "people person persons men women children adults civilians residents soldiers passengers "
    "workers victims taxpayers students patients pupils others",
    "killed dead deaths died die fatalities victims drowned perished lives bodies",
    "injured hurt wounded injuries",
    "jobs posts positions roles redundancies layoffs",
    "cost price bill damage spend invest worth pay paid expense estimate",
    "debts owed owe liabilities",
    "votes majority margin lead",
    "closed shut",
)
_COUNTED = re.compile(r"\bhow (?:many|few)\s+|\b(?:what|the) number of\s+", re.IGNORECASE)
_HOW_HIGH = r"how (?:big|great|heavy|high|large|low|small|steep)"
_TOLL = re.compile(
    rf"\b(?:what|{_HOW_HIGH})\b.*\btoll\b(?!\s+(?:bridge|booth|charge|for|on|road))", re.IGNORECASE
)
_DEGREE = re.compile(rf"\b{_HOW_HIGH}\b", re.IGNORECASE)
_MARGIN = re.compile(r"\b(?:majority|margin|lead)\b", re.IGNORECASE)
_UNITS: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    ("clock", re.compile(r"\bwhat (?:time|hour)\b", re.IGNORECASE)),
    (
        "percent",
        re.compile(r"\bper\s?cent(?:age)?\b|\b(?:share|proportion|fraction) of\b", re.IGNORECASE),
    ),
    (
        "money",
        re.compile(
            r"\bhow much\b.*\b(?:cost|pay|paid|spend|spent|worth|owe|money|earn|sell|sold|fined?)\b"
            r"|\bhow (?:deep|much|far|heavily)\b.*\bdebts?\b"
            rf"|\b(?:what|{_HOW_HIGH})\b.*\b(?:price|costs?|bill|budget|debts?|fine|value|damages?"
            r"|loss(?:es)?|ransom|compensation)\b"
            r"|\bhow much\b.*\bdamage\b|\bhow (?:costly|expensive)\b",
            re.IGNORECASE,
        ),
    ),
)
_SHARE = re.compile(
    r"\b(?:per\s?cent(?:age)?|share|proportion|fraction) of\s+(?:the\s+|all\s+)?", re.IGNORECASE
)
_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b(?:\s?(?P<half>[ap])\.?m\b)?"
    r"|\b(?P<whole>1[0-2]|[1-9])(?:\.(?P<past>[0-5]\d))?\s?(?P<noon>[ap])\.?m\b",
    re.IGNORECASE,
)
_REMAINING = re.compile(r"\s+(?:left|remaining|to go|into)\b", re.IGNORECASE)
_CURRENCY = re.compile(
    r"\s?(?P<scale>mn?|bn|k)?\b\s?"
    r"(?P<currency>(?:crown|dollar|euro|pound|franc|mark|kron|rupee|peso|dinar|rand|shilling"
    r"|lira|won|yuan|yen|rou?ble|rupiah|ringgit|zloty|dirham|riyal)\w{0,2}\b)?",
    re.IGNORECASE,
)
_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9}
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_PHRASE = re.compile(r"[\s-]*((?:[^\W\d_][\w’'-]*\s*){1,5})")
_NO_NOUN_WORDS = (
    "was were is are did do does have has had can could will would may might must should be "
    "been in of at on to for from by with and or but who whose that which when where while as "
    "than after before during since until because it its the a an more this there rather "
    "instead first previously originally initially earlier so"
)
_NO_NOUN = frozenset(_NO_NOUN_WORDS.split())
_CLAUSE = re.compile(r"[,;:—–]\s|\s(?:and|but|while|when|after|though|although)\s(?![A-Z])")
_FARTHEST_CLAUSE = 200
_ADDED = re.compile(
    r"\b(?:another|additional|further|extra|other)\s+$|(?<!\d)[^\W\d_]*[-−+–]$", re.IGNORECASE
)
_PART = re.compile(
    r"\s+(?:more|of (?:the|its|his|her|their|them|these|those|all|[a-z]*\d))\b"
    r"|\s+in (?:ten|five|three|four)\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"[\s-]+(?:day|week|month|year)s?[\s-]+(?:old\b|and (?:older|younger)\b|of age\b)",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"\b(?:aged|ages?|(?:young|old) as|(?:older|younger) than|children|babies|infants)\s+$",
    re.IGNORECASE,
)
_BOUND = re.compile(r"[-‐–](?!\d)\w")
_FORMERLY = re.compile(
    r"\b(?:from|than(?: the)?|instead of(?: the)?|not(?: the)?|(?:above|below) the"
    r"|had been \w+ (?:as|at|to))\s+$",
    re.IGNORECASE,
)
_AS_BEFORE = re.compile(
    r"[^.,;]{0,20}\b(?:first|previously|earlier|initially|originally"
    r"|had (?:been|estimated|said))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a question counts: its unit, stems of the thing, and of all that is said of it.

    `qualities` tell the thing from others of its kind ("electoral" votes); `whole` is what a
    percentage is a share of.
    """

    unit: Unit
    heads: frozenset[str]
    about: frozenset[str]
    qualities: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at `start` to `end` of a sentence; `clause` holds the stems of its clause.

    `named` says that the thing counted stands behind it, `earlier` that the sentence tells
    it as what was said or true before: "from 14", "rather than the 340".
    """

    value: float
    start: int
    end: int
    clause: frozenset[str]
    named: bool = True
    earlier: bool = False


def quantity(question: str) -> Quantity | None:
    """The quantity that a question asks for; None where it asks for something else.

    >>> sorted(quantity("How many boats sank?").heads)
    ['boat']
    """
    about = meanings(_DEGREE.sub(" ", question))
    if found := _COUNTED.search(question):
        heads = counted(question[found.end() :])
        kind = _qualities(question[found.end() :], heads)
        return Quantity("count", heads, about - heads, kind) if heads else None
    for unit, asks in _UNITS:
        if asks.search(question):
            share = _SHARE.search(question) if unit == "percent" else None
            whole = counted(question[share.end() :]) if share else frozenset()
            return Quantity(unit, frozenset(), about, whole=whole)
    for asks, thing in ((_TOLL, "dead"), (_MARGIN, "votes")):
        if asks.search(question):
            heads = meanings(thing)
            return Quantity("count", heads, about - heads - meanings("toll"))
    return None


def _qualities(after: str, heads: frozenset[str]) -> frozenset[str]:
    """The meanings of the words before the thing counted in its noun phrase."""
    phrase = _noun_phrase(after)
    end = next((n for n, word in enumerate(phrase) if not heads.isdisjoint(meanings(word))), 0)
    return meanings(" ".join(phrase[:end]))


@lru_cache(8_192)
def meanings(text: str) -> frozenset[str]:
    """Stems of a text's content words, one for all words that news uses for the same thing.

    >>> meanings("deaths") == meanings("the dead")
    True
    """
    return frozenset(same_meaning(stem) for stem in stems(text))


def same_meaning(stem: str) -> str:
    """The stem that stands for all words which news uses for the same thing; else the stem itself.

    >>> same_meaning("dead") == same_meaning("fatal")
    True
    """
    return _same().get(stem, stem)


def figures(sentence: str, asked: Quantity) -> list[Figure]:
    """The figures of a sentence that can be the quantity asked for, in order.

    A count must be of the thing, or of nothing that is named ("rose from 14 to 22"). A part
    of the thing ("two of the 31") and an addition to it ("three more") are none.

    >>> asked = quantity("How many boats sank?")
    >>> [found.value for found in figures("Nine boats sank in 31 storms.", asked)]
    [9.0]
    """
    if asked.unit == "clock":
        return [
            Figure(_minutes(match), *match.span(), _clause(sentence, *match.span()))
            for match in _CLOCK.finditer(sentence)
            if not _REMAINING.match(sentence, match.end())
        ]
    found = []
    for value, start, end in _numbers(sentence, asked.unit):
        before, after = sentence[:start], sentence[end:]
        if _ADDED.search(before) or _PART.match(after) or _is_age(before, after):
            continue
        phrase = meanings(" ".join(_noun_phrase(after)))
        named = asked.unit != "count" or not asked.heads.isdisjoint(phrase)
        if named or not (phrase or _BOUND.match(after)):
            clause = _clause(sentence, start, end)
            earlier = bool(_FORMERLY.search(before) or _AS_BEFORE.match(after))
            found.append(Figure(value, start, end, clause, named, earlier))
    return found


def _is_age(before: str, after: str) -> bool:
    return bool(_AGE.match(after) or _AGED.search(before))


def _numbers(sentence: str, unit: Unit) -> Iterator[tuple[float, int, int]]:
    """Value and offsets of each number that can have the unit."""
    clocks = [match.span() for match in _CLOCK.finditer(sentence)]
    for start, number in number_places(sentence):
        position = start + len(number.text)
        if number.kind in ("day", "year") or any(a <= start < b for a, b in clocks):
            continue
        rest = _CURRENCY.match(sentence, position)
        scale = _SCALES[rest["scale"].lower()] if rest and rest["scale"] else 1.0
        is_money = number.kind == "money" or bool(rest and rest["currency"])
        end = rest.end() if rest and (rest["scale"] or rest["currency"]) else position
        kind = "money" if is_money else number.kind
        if kind == unit or (unit == "money" and kind == "count" and _is_large(number.text)):
            yield number.value * scale, start, end


def _is_large(text: str) -> bool:
    """Whether a bare number is written as sums are: "the 38 million it had estimated"."""
    return text.lower().endswith(("million", "billion", "trillion"))


def _noun_phrase(text: str) -> list[str]:
    found = _PHRASE.match(text)
    words: list[str] = []
    for word in _WORD.findall(found[1]) if found else ():
        if word.lower() in _NO_NOUN or word.endswith("ed") or (words and word[0].isupper()):
            break
        words.append(word)
    return words


def counted(after: str) -> frozenset[str]:
    """The meaning of the thing that a text begins with, as it follows a number; or nothing.

    >>> counted("old boats sank in May")
    frozenset({'boat'})
    """
    people, phrase = meanings("people"), _noun_phrase(after)
    for word in phrase:
        if not people.isdisjoint(meanings(word)):
            return people
    plural = [word for word in phrase if word.endswith("s")]
    return meanings((plural or phrase or [""])[-1])


def _clause(sentence: str, start: int, end: int) -> frozenset[str]:
    """Stems of the clause around a figure, with all that they stand for."""
    cuts = [m.end() for m in _CLAUSE.finditer(sentence, 0, start)]
    following = _CLAUSE.search(sentence, end)
    first = max([*cuts[-1:], start - _FARTHEST_CLAUSE, 0])
    last = following.start() if following else len(sentence)
    return meanings(sentence[first:last])


def _minutes(match: re.Match[str]) -> float:
    hour = int(match["hour"] or match["whole"])
    half = (match["half"] or match["noon"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + int(match["minute"] or match["past"] or 0)


@cache
def _same() -> dict[str, str]:
    """For each word that has others for the same thing, the one that stands for them all."""
    groups = [stems(group) for group in _GROUPS]
    return {stem: group[0] for group in reversed(groups) for stem in group}
