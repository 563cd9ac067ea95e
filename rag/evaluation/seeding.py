"""Faults put into true sentences: a number, name, date, unit, negation, opposite or quotation.

What is changed is found by the lists and patterns of this module alone, never by those of the
checker that is measured: a fault that the checker has no rule for is made all the same.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

WEEKDAYS, MONTHS = tuple(day_name), tuple(month_name)[1:]
NUMBER_WORDS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)

_UNITS = (
    "per cent/percentage points, percent/percentage points, million/billion, billion/million, "
    "trillion/billion, thousand/million, kilometres/miles, kilometers/miles, miles/kilometres, "
    "km/miles, mph/km/h, metres/feet, meters/feet, feet/metres, inches/feet, centimetres/metres, "
    "acres/square miles, hectares/square kilometres, tonnes/kilos, tons/pounds, kilos/tonnes, "
    "litres/gallons, gallons/barrels, crowns/euros, euros/dollars, dollars/euros, pounds/euros, "
    "seconds/minutes, minutes/hours, hours/days, days/weeks, weeks/months, months/years, "
    "years/months, points/goals, degrees/per cent"
)
_OPPOSITES = (
    "accepted/rejected, rejected/accepted, agreed/refused, refused/agreed, approved/blocked, "
    "rose/fell, fell/rose, increased/decreased, decreased/increased, higher/lower, lower/higher, "
    "won/lost, lost/won, before/after, after/before, more/fewer, fewer/more, most/few, "
    "confirmed/denied, denied/confirmed, supported/opposed, opposed/supported, guilty/innocent, "
    "opened/closed, closed/opened, began/ended, ended/began, arrived/left, dead/alive, "
    "best/worst, worst/best, north/south, south/north, east/west, "
    "west/east, allowed/banned, banned/allowed, gained/lost, "
    "bought/sold, sold/bought, hired/fired, succeeded/failed, failed/succeeded, inside/outside, "
    "largest/smallest, oldest/youngest, youngest/oldest, "
    "strengthened/weakened, legal/illegal, safe/dangerous, men/women, women/men, son/daughter"
)
_DAYS = (
    "yesterday/tomorrow, tomorrow/yesterday, last week/next week, next week/last week, "
    "last month/last year, last year/last month, next month/next year, this week/last month, "
    "this year/last year, this month/last month, morning/evening, evening/morning"
)
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "about after also because been before being between both could does doing down during each "
        "even ever from have having here into just like more most much must never only other over "
        "said same should some such than that their them then there these they thing things this "
        "those through under until very want were what when where which while will with would your "
        "going know people really think well",
    )
)
_NO_NAMES = frozenset((*WEEKDAYS, *MONTHS)) | frozenset(
    re.findall(
        r"\w+",
        "This That These Those There They Then When While With From Sept Judge President Minister "
        "Prime Mayor Senator Governor Bishop Captain Chief Sergeant Lord Lady",
    )
)
_MONTH = rf"(?:{'|'.join(MONTHS)})"
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_NUMBER = re.compile(
    r"(?<![\w.,/:-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w/:]|[.,]\d|-\d|st\b|nd\b|rd\b|th\b)"
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b(?!-)", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,$€£-])(?:19|20)\d\d(?![\w,%]|[.-]\d)")
_DAYS_OF_MONTH = (
    re.compile(rf"\b(\d{{1,2}})(?: {_MONTH}\b)"),
    re.compile(rf"\b{_MONTH} (\d{{1,2}})\b(?!,\d)"),
)
_NAMED_DATE = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)}|{_MONTH[3:-1]})\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]{3,}\b(?!['’-])")
_NEGATED = re.compile(
    r"\b(is|are|was|were|has|had|have|did|does|do|will|would|could|should|must)(?: not|n['’]t)\b"
    r"|\b(can)(?:not| not|['’]t)\b"
)
_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|has|had|have|will|would|can|could|must|should)\b(?! not|n['’]t| no\b)"
)
_FIRMER = re.compile(r"\b(?:may|might)\b(?! \d|,)")


@dataclass(frozen=True, slots=True)
class Seeded:
    """A true sentence with one change, and what was changed into what."""

    text: str
    kind: str
    changed: str


@dataclass(frozen=True, slots=True)
class Spare:
    """What a change can draw on: names and words of the same article, and names of others."""

    names: Sequence[str] = ()
    words: Sequence[str] = ()
    others: Sequence[str] = ()


Change = tuple[int, int, str]
"""Characters of the sentence, and what they become."""


def seed_fault(sentence: str, kind: str, spare: Spare, random: Random) -> Seeded | None:
    """The sentence with a fault of that kind; None where there is nothing to change.

    >>> seed_fault("Of 41 boats, none sank.", "number", Spare(), Random(1)).changed
    '41 -> 25'
    """
    changes = sorted(set(_KINDS[kind](sentence, spare, random)))
    if not changes:
        return None
    start, end, new = random.choice(changes)
    text = sentence[:start] + new + sentence[end:]
    return Seeded(text, kind, f"{sentence[start:end].strip()} -> {new.strip()}")


def names_in(text: str) -> list[str]:
    """The capitalised words within sentences that are no dates or titles, each once."""
    return [name for name in dict.fromkeys(_NAME.findall(text)) if name not in _NO_NAMES]


def words_in(text: str) -> list[str]:
    """The words of content in small letters, each once, in alphabetical order."""
    return sorted(set(re.findall(r"(?<![\w’'-])[a-z]{5,}(?![\w’'-])", text)) - _STOP_WORDS)


def unquoted(sentence: str) -> str:
    """The sentence with blanks of the same length for quotations."""
    return _QUOTED.sub(lambda quoted: " " * len(quoted[0]), sentence)


def numbers_in(sentence: str) -> list[re.Match[str]]:
    """The numbers in digits outside quotations that are no years and no days of a month."""
    text = unquoted(sentence)
    dates = [match.span() for match in _YEAR.finditer(text)]
    dates += [match.span(1) for pattern in _DAYS_OF_MONTH for match in pattern.finditer(text)]
    found = _NUMBER.finditer(text)
    return [m for m in found if all(m.end() <= first or last <= m.start() for first, last in dates)]


def _number(sentence: str, _spare: Spare, random: Random) -> Iterator[Change]:
    for match in numbers_in(sentence):
        yield match.start(), match.end(), _other_number(match[0], random)
    for match in _NUMBER_WORD.finditer(unquoted(sentence)):
        new = random.choice([word for word in NUMBER_WORDS if word != match[0].lower()])
        yield match.start(), match.end(), new.capitalize() if match[0][0].isupper() else new


def _other_number(old: str, random: Random) -> str:
    """A number of the same shape that no rounding explains: 12 to 60 % away, or a few more."""
    decimals = len(old.partition(".")[2])
    value = float(old.replace(",", ""))
    while True:
        step = value * random.uniform(0.12, 0.6) * random.choice((-1, 1))
        if abs(step) < 2 and not decimals:
            step = random.choice((1, 2, 3)) * (1 if value < 4 else random.choice((-1, 1)))
        new = f"{value + step:,.{decimals}f}" if "," in old else f"{value + step:.{decimals}f}"
        if new != old and float(new.replace(",", "")) > 0:
            return new
        if not value:
            return f"{random.randint(2, 9):.{decimals}f}"


def _name(sentence: str, spare: Spare, random: Random) -> Iterator[Change]:
    """A surname or a place for another one of the article; failing that, of another article."""
    own = set(re.findall(r"[^\W\d_]+", sentence))
    others = [name for name in spare.names if name not in own]
    others = others or [name for name in spare.others if name not in own]
    for match in _NAME.finditer(unquoted(sentence)) if others else ():
        if match[0] in spare.names:
            yield match.start(), match.end(), random.choice(others)


def _date(sentence: str, _spare: Spare, random: Random) -> Iterator[Change]:
    text = unquoted(sentence)
    for match in _YEAR.finditer(text):
        yield match.start(), match.end(), str(int(match[0]) + random.choice((-3, -2, -1, 1)))
    for match in (found for pattern in _DAYS_OF_MONTH for found in pattern.finditer(text)):
        day = random.choice([day for day in range(1, 29) if day != int(match[1])])
        yield *match.span(1), str(day)
    for match in _NAMED_DATE.finditer(text):
        # "may", and "March" as a verb or a name, are no months.
        month = match[0] in ("May", "March", "August")
        if month and not re.search(r"(?:in|of|since|until|by|\d) $", text[: match.start()]):
            continue
        known = WEEKDAYS if match[0] in WEEKDAYS else MONTHS
        yield match.start(), match.end(), random.choice([one for one in known if one != match[0]])
    yield from _swapped(text, _DAYS)


def _unit(sentence: str, _spare: Spare, _random: Random) -> Iterator[Change]:
    text = unquoted(sentence)
    counted = [match.end() for match in numbers_in(sentence)]
    counted += [match.end() for match in _NUMBER_WORD.finditer(text)]
    # The unit of "$1.2 million" and of "12 million crowns", too.
    counted += [
        end + len(s[0]) for end in counted if (s := re.match(r" (?:m|b|tr)illion", text[end:]))
    ]
    for start, end, new in _swapped(text, _UNITS):
        if start - 1 in counted and text[start - 1] == " ":
            yield start, end, new
    for match in re.finditer(r"[$€£](?=\d)", text):
        yield match.start(), match.end(), {"$": "€", "€": "£", "£": "$"}[match[0]]


def _negation(sentence: str, _spare: Spare, _random: Random) -> Iterator[Change]:
    text = unquoted(sentence)
    for match in _NEGATED.finditer(text):
        yield match.start(), match.end(), match[1] or match[2]
    for match in _FIRMER.finditer(text):
        yield match.start(), match.end(), "will"
    yield from _swapped(text, "never/always, always/never")
    first = None if _NEGATED.search(text) else _AUXILIARY.search(text)
    if first:
        yield first.end(), first.end(), " not"


def _opposite(sentence: str, _spare: Spare, _random: Random) -> Iterator[Change]:
    yield from _swapped(unquoted(sentence), _OPPOSITES)


def _quotation(sentence: str, spare: Spare, random: Random) -> Iterator[Change]:
    """A word of content within a quotation for another one of the article."""
    others = [word for word in spare.words if word not in sentence]
    for quoted in _QUOTED.finditer(sentence) if others else ():
        for match in re.finditer(r"(?<![\w’'-])[a-z]{4,}(?![\w’'-])", quoted[0]):
            if match[0] not in _STOP_WORDS:
                start = quoted.start() + match.start()
                yield start, start + len(match[0]), random.choice(others)


def _swapped(text: str, pairs: str) -> Iterator[Change]:
    """A word of a list of pairs for the one that goes with it."""
    others = dict(pair.split("/", 1) for pair in pairs.split(", "))
    known = "|".join(map(re.escape, sorted(others, key=len, reverse=True)))
    for match in re.finditer(rf"(?<![\w’'-])(?:{known})(?![\w’'-])", text):
        yield match.start(), match.end(), others[match[0]]


_KINDS: Mapping[str, Callable[[str, Spare, Random], Iterator[Change]]] = MappingProxyType(
    {
        "number": _number,
        "name": _name,
        "date": _date,
        "unit": _unit,
        "negation": _negation,
        "opposite": _opposite,
        "quotation": _quotation,
    }
)
FAULTS = tuple(_KINDS)
