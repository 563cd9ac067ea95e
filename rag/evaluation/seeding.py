"""Faults put into true sentences: one number, name, date, unit, negation or quotation changed.

Every change makes the sentence say something else; what makes none is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from rag.reading.facts import names, number_places, quotations, stems
from rag.reading.moments import moments, without_moments

FAULTS = ("number", "name", "date", "unit", "negation", "quotation")

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SMALL = (
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
)
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "per cent": "percentage points",
        "percent": "percentage points",
        "percentage points": "per cent",
        "million": "billion",
        "billion": "million",
        "kilometres": "miles",
        "miles": "kilometres",
        "km": "miles",
        "metres": "feet",
        "feet": "metres",
        "centimetres": "metres",
        "tonnes": "kilos",
        "kilos": "tonnes",
        "hectares": "square kilometres",
        "litres": "gallons",
        "crowns": "euros",
        "euros": "dollars",
        "dollars": "euros",
        "pounds": "euros",
        "seconds": "minutes",
        "minutes": "hours",
        "hours": "days",
        "days": "weeks",
        "weeks": "months",
        "months": "years",
        "years": "months",
    }
)
_UNIT = re.compile(
    rf"(?<=[\d\w])\s(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|has|had|have|will|would|can|could|did|must|should)\b(?! not|n['’]t)"
)
_NOT = re.compile(r"\b(is|are|was|were|has|had|have|will|would|can|could|must|should) not\b")
_FIRMER: Mapping[str, str] = MappingProxyType({"may": "will", "might": "will", "could": "will"})
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Seeded:
    """A true sentence with one change, and what was changed into what."""

    text: str
    kind: str
    changed: str


@dataclass(frozen=True, slots=True)
class Spare:
    """What a change can draw on: the names and the words of the same article and of others."""

    names: Sequence[str]
    words: Sequence[str]
    others: Sequence[str]


def seed_fault(sentence: str, kind: str, spare: Spare, random: Random) -> Seeded | None:
    """The sentence with a fault of that kind; None where there is nothing to change.

    >>> seed_fault("Of 41 boats, none sank.", "number", Spare((), (), ()), Random(1)).changed
    '41 -> 25'
    """
    found = _MAKERS[kind](sentence, spare, random)
    if found is None:
        return None
    start, end, new = found
    text = sentence[:start] + new + sentence[end:]
    return Seeded(text, kind, f"{sentence[start:end].strip()} -> {new.strip()}")


Change = tuple[int, int, str]
"""Characters of the sentence, and what they become."""


def _number(sentence: str, _spare: Spare, random: Random) -> Change | None:
    plain = _blanked(sentence)
    places = [(place, number) for place, number in number_places(plain) if number.kind != "day"]
    if not places:
        return None
    place, number = random.choice(places)
    word = number.text.split("-")[0].split(" ")[0]
    if word.lower() in _SMALL:
        others = [other for other in _SMALL if other != word.lower()]
        new = random.choice(others)
        if len(number.text) > len(word):
            return None
        return place, place + len(word), new.capitalize() if word[0].isupper() else new
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", number.text)
    if not digits:
        return None
    old = digits[0].rstrip(",")
    start = place + digits.start()
    return start, start + len(old), _other_number(old, random)


def _other_number(old: str, random: Random) -> str:
    """A number of the same shape that no rounding explains: 10 to 60 % away, or a few more."""
    decimals = len(old.partition(".")[2])
    value = float(old.replace(",", ""))
    while True:
        step = value * random.uniform(0.12, 0.6) * random.choice((-1, 1))
        if abs(step) < 2 and not decimals:
            step = random.choice((1, 2, 3)) * (1 if value < 4 else random.choice((-1, 1)))
        new = f"{value + step:,.{decimals}f}" if "," in old else f"{value + step:.{decimals}f}"
        if new != old and float(new.replace(",", "")) > 0:
            return new


def _name(sentence: str, spare: Spare, random: Random) -> Change | None:
    """A surname or a place for another one of the article; failing that, of another article."""
    outside = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), sentence)
    own = {name.casefold() for name in re.findall(r"[\w’'-]+", sentence)}
    places = [
        (match.start(), name)
        for name in dict.fromkeys(names(outside))
        if name in spare.names
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", outside)
    ]
    known = set(spare.names)
    offered = [name for name in (*spare.names, *spare.others) if name.casefold() not in own]
    near = [name for name in offered if name in known] or offered
    if not places or not near:
        return None
    place, name = random.choice(places)
    new = random.choice(near)
    return place, place + len(name), new


def _date(sentence: str, _spare: Spare, random: Random) -> Change | None:
    outside = _blanked(sentence, times=False)
    found = [moment.text for moment in moments(outside, None)]
    places: list[tuple[int, str]] = [(outside.index(text), text) for text in found]
    random.shuffle(places)
    for place, text in places:
        for part in re.finditer(r"\d{4}|\d{1,2}|[A-Z][a-z]+", text):
            new = _other_date(part[0], random)
            if new:
                start = place + part.start()
                return start, start + len(part[0]), new
    return None


def _other_date(old: str, random: Random) -> str:
    if old.isdigit() and len(old) == 4:
        return str(int(old) + random.choice((-3, -2, -1, 1)))
    if old.isdigit():
        return str(random.choice([day for day in range(1, 29) if day != int(old)]))
    for known in (_WEEKDAYS, _MONTHS):
        if old in known:
            return random.choice([other for other in known if other != old])
    return ""


def _unit(sentence: str, _spare: Spare, random: Random) -> Change | None:
    plain = without_moments(sentence)
    counted = [number.text for _, number in number_places(sentence)]
    ends = [
        match
        for match in _UNIT.finditer(_blanked(sentence))
        if any(sentence[: match.end()].endswith(text) for text in counted)
        or any(sentence[: match.start()].endswith(text) for text in counted)
    ]
    if not ends or not plain:
        return None
    match = random.choice(ends)
    return match.start(), match.end(), " " + _UNITS[match[0].strip().lower()]


def _negation(sentence: str, _spare: Spare, random: Random) -> Change | None:
    outside = _QUOTED.sub(lambda quoted: "#" * len(quoted[0]), sentence)
    changes: list[Change] = [
        (match.start(), match.end(), match[1]) for match in _NOT.finditer(outside)
    ]
    changes += [
        (match.start(), match.end(), _FIRMER[match[0]])
        for match in re.finditer(r"\b(?:may|might)\b", outside)
    ]
    if not changes:
        changes = [(match.end(), match.end(), " not") for match in _AUXILIARY.finditer(outside)][:1]
    return random.choice(changes) if changes else None


def _quotation(sentence: str, spare: Spare, random: Random) -> Change | None:
    """A content word within a quotation for another one of the article."""
    for quotation in quotations(sentence):
        start = sentence.index(quotation)
        words = [match for match in re.finditer(r"[a-z]{4,}", quotation) if stems(match[0])]
        other = [word for word in spare.words if word not in sentence]
        if words and other:
            match = random.choice(words)
            return start + match.start(), start + match.end(), random.choice(other)
    return None


def _blanked(sentence: str, *, times: bool = True) -> str:
    """The sentence with blanks of the same length for quotations and, if asked, for times."""
    text = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), sentence)
    for moment in moments(text, None) if times else ():
        text = text.replace(moment.text, " " * len(moment.text), 1)
    return text


_MAKERS: Mapping[str, Callable[[str, Spare, Random], Change | None]] = MappingProxyType(
    {
        "number": _number,
        "name": _name,
        "date": _date,
        "unit": _unit,
        "negation": _negation,
        "quotation": _quotation,
    }
)
