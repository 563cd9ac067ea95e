"""True sentences changed: with a fault (`FAULTS`), or said otherwise (`REPHRASINGS`).

What is changed is found by the lists of `faults.toml` and the patterns of this module alone, never
by those of the checker that is measured: a fault that it has no rule for is made all the same.
"""

from __future__ import annotations

import re
import tomllib
from calendar import day_name, month_name
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from rag.language.dates import local_time
from rag.records import Article

WEEKDAYS, MONTHS = tuple(day_name), tuple(month_name)[1:]
NUMBER_WORDS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_MONTH = "|".join(MONTHS)
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_NUMBER = re.compile(
    r"(?<![\w.,/:-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w/:]|[.,]\d|-\d|st\b|nd\b|rd\b|th\b)"
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b(?!-)", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,$€£-])(?:19|20)\d\d(?![\w,%]|[.-]\d)")
_DAY = re.compile(rf"\b\d{{1,2}}(?= (?:{_MONTH})\b)|(?<=[a-z] )\d{{1,2}}\b(?!,\d)")
_AFTER_MONTH = re.compile(rf"\b(?:{_MONTH}) $")
_NAMED_DATE = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)}|{_MONTH})\b")
_AMBIGUOUS = ("May", "March", "August")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]{3,}\b(?!['’-])")
_WORD = re.compile(r"(?<![\w’'-])[a-z]{4,}(?![\w’'-])")
_NEGATED = re.compile(
    r"\b(is|are|was|were|has|had|have|did|does|do|will|would|could|should|must)(?: not|n['’]t)\b"
    r"|\b(can)(?:not| not|['’]t)\b"
)
_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|has|had|have|will|would|can|could|must|should)\b(?! not|n['’]t| no\b)"
)

Change = tuple[int, int, str]
"""Characters of the sentence, and what they become."""

_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WEEKDAY = re.compile(
    rf"\bon ({'|'.join(WEEKDAYS)})\b(?! *,? *(?:\d|(?-i:[A-Z])|the |and |morning|night))",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|would|is to|are to|plans?|next|from|until|due|by|may|must|should|set to|going to)\b"
)
_FULL_NAME = re.compile(r"(?<![\w“])([A-Z][a-zà-ÿ]+) ([A-Z][a-zà-ÿ]{2,})(?!['’\w-]| [A-Z])")
_LEADING = re.compile(r"^(On|In|At|After|Before|By|Since|During) ([^,;“”]{3,60}), ([^“”]+)\.$")
_NOT_ALONE = re.compile(r"[:.,–-]\d|-|%|\s?(?:[ap]\.?m\b|per ?cent|[mb]illion|thousand)", re.I)
_ABOUT = re.compile(r"\b(?:about|some|nearly|over|than|least|almost)\s$")
_OPENING = re.compile(
    r"^(?:The|A|An|It|He|She|They|This|That|These|His|Her|Its|Their|Some|Two|Three|Four|Five|Six"
    r"|Seven|Eight|Nine|Ten|On|In|At|After|Before|By|Since|During|About|Nearly|More|Most|All|Both)\b"
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """A true sentence with one change, and what was changed into what."""

    text: str
    changed: str


@dataclass(frozen=True, slots=True)
class Spare:
    """What a change can draw on: names and words of the same article, and names of others."""

    names: Sequence[str] = ()
    words: Sequence[str] = ()
    others: Sequence[str] = ()


def seed_fault(sentence: str, kind: str, spare: Spare, random: Random) -> Seeded | None:
    """The sentence with a fault of that kind; None where there is nothing to change.

    >>> seed_fault("Of 41 boats, none sank.", "number", Spare(), Random(1)).changed
    '41 -> 33'
    """
    text = unquoted(sentence)
    given = sentence if kind == "quotation" else text
    made = _KINDS[kind](given, spare, random) if kind in _KINDS else ()
    changes = sorted({*made, *_swapped(text, kind)})
    if not changes:
        return None
    start, end, new = random.choice(changes)
    changed = f"{sentence[start:end].strip()} -> {new.strip()}"
    return Seeded(sentence[:start] + new + sentence[end:], changed)


def names_in(text: str) -> list[str]:
    """The capitalised words within sentences that are no dates or titles, each once."""
    ignored = {*WEEKDAYS, *MONTHS, *_lists()["ignored"]["names"].split()}
    return [name for name in dict.fromkeys(_NAME.findall(text)) if name not in ignored]


def words_in(text: str) -> list[str]:
    """The words of content in small letters, each once, in alphabetical order."""
    return sorted(set(_WORD.findall(text)) - set(_lists()["ignored"]["words"].split()))


def unquoted(sentence: str) -> str:
    """The sentence with blanks of the same length for quotations."""
    return _QUOTED.sub(lambda quoted: " " * len(quoted[0]), sentence)


def numbers_in(text: str) -> list[re.Match[str]]:
    """The numbers in digits that are no years and no days of a month."""
    dates = {match.start() for match in (*_YEAR.finditer(text), *_days(text))}
    return [match for match in _NUMBER.finditer(text) if match.start() not in dates]


def _number(text: str, _spare: Spare, random: Random) -> Iterator[Change]:
    for match in numbers_in(text):
        yield *match.span(), _other_number(match[0], random)
    for match in _NUMBER_WORD.finditer(text):
        new = random.choice([word for word in NUMBER_WORDS if word != match[0].lower()])
        yield *match.span(), new.capitalize() if match[0][0].isupper() else new


def _other_number(old: str, random: Random) -> str:
    """A number of the same shape that no rounding explains: 12 to 60 % away, or a few more."""
    decimals = len(old.partition(".")[2])
    value = float(old.replace(",", "")) or 5.0
    while True:
        step = value * random.uniform(0.12, 0.6) * random.choice((-1, 1))
        if abs(step) < 2 and not decimals:
            step = random.choice((1, 2, 3)) * (1 if value < 4 else random.choice((-1, 1)))
        new = f"{value + step:,.{decimals}f}" if "," in old else f"{value + step:.{decimals}f}"
        if new != old and float(new.replace(",", "")) > 0:
            return new


def _name(text: str, spare: Spare, random: Random) -> Iterator[Change]:
    """A surname or a place for another one of the article; failing that, of another article."""
    own = set(re.findall(r"[^\W\d_]+", text))
    others = [name for name in spare.names if name not in own]
    others = others or [name for name in spare.others if name not in own]
    for match in _NAME.finditer(text) if others else ():
        if match[0] in spare.names:
            yield *match.span(), random.choice(others)


def _date(text: str, _spare: Spare, random: Random) -> Iterator[Change]:
    for match in _YEAR.finditer(text):
        yield *match.span(), str(int(match[0]) + random.choice((-3, -2, -1, 1)))
    for match in _days(text):
        days = [day for day in range(1, 29) if day != int(match[0])]
        yield *match.span(), str(random.choice(days))
    for match in _NAMED_DATE.finditer(text):
        # "March" may be a verb, "May" a name, unless something says that it is a month.
        sure = re.search(r"(?:in|of|since|until|by|\d) $", text[: match.start()])
        if match[0] not in _AMBIGUOUS or sure:
            known = WEEKDAYS if match[0] in WEEKDAYS else MONTHS
            yield *match.span(), random.choice([one for one in known if one != match[0]])


def _days(text: str) -> list[re.Match[str]]:
    """The days of a month: "3 May" and "May 3"."""
    return [
        match
        for match in _DAY.finditer(text)
        if text[match.end() :].lstrip().startswith(MONTHS)
        or _AFTER_MONTH.search(text[: match.start()])
    ]


def _unit(text: str, _spare: Spare, _random: Random) -> Iterator[Change]:
    for match in re.finditer(r"[$€£](?=\d)", text):
        yield *match.span(), {"$": "€", "€": "£", "£": "$"}[match[0]]


def _negation(text: str, _spare: Spare, _random: Random) -> Iterator[Change]:
    for match in _NEGATED.finditer(text):
        yield *match.span(), match[1] or match[2]
    first = None if _NEGATED.search(text) else _AUXILIARY.search(text)
    if first:
        yield first.end(), first.end(), " not"


def _quotation(sentence: str, spare: Spare, random: Random) -> Iterator[Change]:
    """A word of content within a quotation for another one of the article."""
    others = [word for word in spare.words if word not in sentence]
    for quoted in _QUOTED.finditer(sentence) if others else ():
        known = words_in(quoted[0])
        for match in _WORD.finditer(quoted[0]):
            if match[0] in known:
                start = quoted.start() + match.start()
                yield start, start + len(match[0]), random.choice(others)


def _swapped(text: str, kind: str) -> Iterator[Change]:
    """What stands in the list of that kind, for what goes with it; a unit only behind a number."""
    others = _lists().get(kind, {})
    known = "|".join(map(re.escape, sorted(others, key=len, reverse=True)))
    for match in re.finditer(rf"(?<![\w’'-])(?:{known})(?![\w’'-])", text) if known else ():
        counted = rf"(?:\d|\b(?:{'|'.join(NUMBER_WORDS)})|\d (?:m|b|tr)illion) $"
        if kind != "unit" or re.search(counted, text[: match.start()], re.IGNORECASE):
            yield *match.span(), others[match[0]]


@cache
def _lists() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))


_KINDS: Mapping[str, Callable[[str, Spare, Random], Iterator[Change]]] = MappingProxyType(
    {
        "number": _number,
        "name": _name,
        "date": _date,
        "unit": _unit,
        "negation": _negation,
        "quotation": _quotation,
    }
)
FAULTS = (*_KINDS, "opposite")


def rephrase(sentence: str, kind: str, article: Article) -> str | None:
    """The sentence said otherwise in that way; None where it cannot be, with its meaning kept.

    Kinds are those of REPHRASINGS; "reported" names the article's publisher.
    """
    if re.search(r"[“”\"]", sentence) and kind != "moved":
        return None
    found = _RULES[kind](sentence, article)
    return found if found != sentence else None


def _reported(sentence: str, article: Article) -> str | None:
    if not article.publisher or not sentence.endswith("."):
        return None
    rest = sentence[0].lower() + sentence[1:] if _OPENING.match(sentence) else sentence
    return f"{article.publisher} reported that {rest}"


def _in_words(sentence: str, _article: Article) -> str | None:
    """The first plain number below a hundred in words, or in digits where it is in words."""
    for match in numbers_in(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        plain = match[0].isdigit() and 2 <= int(match[0]) < 100 and bool(before)
        if plain and not _NOT_ALONE.match(after) and not before.endswith(("£", "$", "€", "–")):
            return before + _spelt(int(match[0])) + after
    for match in re.finditer(rf"(?<= )(?:{'|'.join(NUMBER_WORDS)})\b", sentence):
        after = sentence[match.end() :]
        if not _NOT_ALONE.match(after):
            return sentence[: match.start()] + str(NUMBER_WORDS.index(match[0]) + 2) + after
    return None


def _spelt(value: int) -> str:
    """The number from 2 to 99 in words.

    >>> _spelt(41), _spelt(2)
    ('forty-one', 'two')
    """
    words = ("one", *NUMBER_WORDS)
    if value <= len(words):
        return words[value - 1]
    tens, units = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{words[units - 1]}" if units else "")


def _rounded(sentence: str, _article: Article) -> str | None:
    """A number of four digits or more as "about" its first two."""
    match = re.search(r"(?<![\w$€£.,-])(\d{1,3}),(\d{3})(?![\d,.])(?! per)", sentence)
    if not match:
        return None
    value = int(match[0].replace(",", ""))
    unit = 10 ** (len(str(value)) - 2)
    new = round(value / unit) * unit
    before = sentence[: match.start()]
    if new == value or _ABOUT.search(before):
        return None
    return f"{before}about {new:,}{sentence[match.end() :]}"


def _resolved(sentence: str, article: Article) -> str | None:
    """A weekday as the date that it was for an article about what had happened."""
    match = _WEEKDAY.search(sentence)
    published = article.published
    if not match or _TO_COME.search(sentence):
        return None
    if published is None or published.precision in ("year", "month"):
        return None
    today = local_time(published).date()
    day: date = today - timedelta(
        days=(today.weekday() - WEEKDAYS.index(match[1].capitalize())) % 7
    )
    written = f"{match[0][:2]} {day.day} {month_name[day.month]} {day.year}"
    return sentence[: match.start()] + written + sentence[match.end() :]


def _shortened(sentence: str, article: Article) -> str | None:
    """The first full name of a person as the surname, where the article itself does so."""
    for match in _FULL_NAME.finditer(sentence):
        alone = re.compile(rf"(?<!{re.escape(match[1])} )(?<![A-Z]\w )\b{match[2]}\b(?! [A-Z])")
        if match.start() and len(alone.findall(article.text)) >= 2:
            return sentence[: match.start()] + match[2] + sentence[match.end() :]
    return None


def _moved(sentence: str, _article: Article) -> str | None:
    """The phrase that opens a sentence, at its end."""
    match = _LEADING.match(sentence)
    if not match or "," in match[3]:
        return None
    return f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}."


_RULES: Mapping[str, Callable[[str, Article], str | None]] = MappingProxyType(
    {
        "reported": _reported,
        "number in words": _in_words,
        "rounded": _rounded,
        "date resolved": _resolved,
        "name shortened": _shortened,
        "moved": _moved,
    }
)
REPHRASINGS = tuple(_RULES)
