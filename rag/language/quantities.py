"""Numbers with what they count, read from one text, and whether two of them say the same.

`joined_numbers` first brings them into one form, where a text has its own way of writing them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.language.entities import NUMERALS, Number, number_places
from rag.language.words import word_set

Bound = Literal["", "about", "below", "above"]

_BOUNDS: dict[Bound, str] = {
    "above": r"more than|over|above|at least|no (?:fewer|less) than|upwards of|exceed(?:ed|s|ing)?"
    r"|in excess of|greater than",
    "below": r"nearly|almost|close to|under|below|fewer than|less than|up to|as many as|as much as"
    r"|at most|no more than|not quite",
    "about": r"about|around|some|roughly|approximately|an estimated|approaching|or so",
}
_BEFORE = tuple(
    (bound, re.compile(rf"\b(?:just |well |slightly |only )?(?:{words})\s+(?:the |a |an )?$", re.I))
    for bound, words in _BOUNDS.items()
)

_CURRENCIES = {
    r"(?:US |Canadian |Australian )?dollars?": "dollar",
    r"pounds?(?: sterling)?": "pound",
    r"crowns?|krone[rn]?|kron(?:or|a)|korun[ay]?": "crown",
    r"roubles?|rubles?": "rouble",
    r"yuan|renminbi": "yuan",
    r"zloty|zlotys|zlotych": "zloty",
    **{name: name for name in sorted(word_set("yen lira rupiah ringgit naira baht"))},
    **{
        f"{name}s?": name
        for name in sorted(
            word_set("euro franc rupee peso shekel mark dinar dirham riyal shilling forint hryvnia")
        )
    },
}
CURRENCY = "|".join(_CURRENCIES)
"""A pattern for the names of currencies."""

# Units by what they measure, and how many of its smallest one each holds.
_UNITS: dict[str, tuple[str, float]] = {
    r"mm|millimet(?:re|er)s?": ("length", 1e-3),
    r"cm|centimet(?:re|er)s?": ("length", 1e-2),
    r"m|met(?:re|er)s?": ("length", 1.0),
    r"km|kms|kilomet(?:re|er)s?": ("length", 1e3),
    r"miles?": ("length", 1609.344),
    r"feet|foot|ft": ("length", 0.3048),
    r"yards?": ("length", 0.9144),
    r"inch(?:es)?": ("length", 0.0254),
    r"grams?|grammes?": ("mass", 1.0),
    r"kg|kgs|kilos?|kilograms?": ("mass", 1e3),
    r"tonnes?|tons?": ("mass", 1e6),
    r"lbs?": ("mass", 453.592),
    r"ounces?": ("mass", 28.3495),
    r"lit(?:re|er)s?": ("volume", 1.0),
    r"gallons?": ("volume", 3.78541),
    r"barrels?": ("barrels", 1.0),
    r"hectares?": ("area", 1.0),
    r"acres?": ("area", 0.404686),
    r"seconds?": ("time", 1.0),
    r"minutes?|mins?": ("time", 60.0),
    r"hours?|hrs?": ("time", 3600.0),
    r"days?": ("time", 86400.0),
    r"weeks?": ("time", 604800.0),
    r"months?": ("months", 1.0),
    r"years?": ("months", 12.0),
    r"decades?": ("months", 120.0),
    r"degrees?": ("degrees", 1.0),
    r"kilowatts?|kW": ("power", 1.0),
    r"megawatts?|MW": ("power", 1e3),
    r"gigawatts?|GW": ("power", 1e6),
    r"knots?": ("knots", 1.0),
    r"km/h|kph|kmh": ("speed", 1.0),
    r"mph": ("speed", 1.609344),
    r"(?:percentage )?points?": ("points", 1.0),
    **{words: (currency, 1.0) for words, currency in _CURRENCIES.items()},
}
_SQUARE = r"(?P<power>square |cubic |sq\.? )?"
_UNIT = tuple((re.compile(rf"{_SQUARE}(?:{words})\b"), unit) for words, unit in _UNITS.items())
_TO_UNIT = re.compile(
    r"(?:[\s\u00a0-]|\s(?:more|further|additional|extra|full|consecutive)\s)?(?=[A-Za-z])"
)
_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_PLAIN_NOUN = re.compile(r"(?:\s|-)(?P<noun>[a-z]{3,})")
_NO_NOUNS = (
    "and but for from had has have that the this was were which who with years when where while "
    "after before than into under over per since until out more less fewer each every later earlier"
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?(?![\d:])"
    r"(?P<half>\s?[ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
_HOURS = NUMERALS[1:13]
_SPOKEN = re.compile(
    rf"\b(?P<part>half|(?:a )?quarter) (?P<side>past|to) (?P<hour>{'|'.join(_HOURS)})\b"
    r"(?P<half>\s(?:[ap]m\b|[ap]\.m\.|in the (?:morning|afternoon|evening)|at night))?",
    re.IGNORECASE,
)
_RANKS = (
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_RANK = re.compile(
    rf"(?<![\w-])(?P<rank>{_RANKS.replace(' ', '|')}|(?P<digits>\d{{1,3}})(?:st|nd|rd|th))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_NO_RANK = re.compile(
    r"\b(?:a|one|two|per|each|every)[\s-]$|\bthe\s(?=second\sof\b)", re.IGNORECASE
)
_SCALE = re.compile(r"(?:million|billion|trillion|bn)\b", re.IGNORECASE)
_LOOSE = 0.05
_FAR = 0.2
_SLIGHT = 0.02
_WRITTEN_OUT = 1_000
_APART = ("clock", "rank")
_SPACED = re.compile(r"(?<=\d)(,(?= \d{3}(?!\d))|\.(?= \d)) ")
_SHORT_SCALE = re.compile(r"([$€£¥]\s?\d[\d.,]{0,15}|\d(?=[mt]n\b))(m|mn|tn)\b")
_SHORT_SCALES = {"m": " million", "mn": " million", "tn": " trillion"}
_ORDINAL_FIRST = re.compile(
    r"\b(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)-(?=[a-z])", re.IGNORECASE
)

_IN_WORDS = (
    (re.compile(r"\bhalf (?:a|of a|the) year\b|\bhalf-year\b", re.IGNORECASE), "six months"),
    (re.compile(r"\bhalf an hour\b|\bhalf-hour\b", re.IGNORECASE), "30 minutes"),
    (re.compile(r"\bquarter of an hour\b", re.IGNORECASE), "15 minutes"),
    (re.compile(r"\ba fortnight\b", re.IGNORECASE), "two weeks"),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures: "about 5 km" is 5.0 with 1000 of "length" each, roughly.

    `unit` is "" for things that are counted; `noun` is the word after such a number. `bound`
    says on which side of the number the true one lies. `step` is the smallest difference
    that the number's own digits show, zeros at their end left out.
    """

    value: float
    unit: str
    text: str
    bound: Bound = ""
    noun: str = ""
    factor: float = 1.0
    step: float = 1.0

    def entails(self, claimed: Quantity) -> bool:
        """Whether what is `claimed` is this quantity: exactly, rounded, or as a bound of it.

        >>> held, said = quantities("1,187 fans"), quantities("about 1,200 fans")
        >>> held[0].entails(said[0]), said[0].entails(held[0])
        (True, False)
        """
        if not self._measures(claimed) or {self.bound, claimed.bound} == {"above", "below"}:
            return False
        measured = bool(self.unit and claimed.unit)
        mine = self.value * self.factor if measured else self.value
        said = claimed.value * claimed.factor if measured else claimed.value
        if abs(mine - said) <= 1e-9 * max(abs(mine), abs(said)):
            return True
        if not self._rounds_to(claimed):
            return False
        if claimed.bound == "above":
            return said < mine <= said * (1 + _FAR)
        if claimed.bound == "below":
            return said * (1 - _FAR) <= mine < said
        half = claimed.step * (claimed.factor if measured else 1.0) / 2
        near = max(_LOOSE * abs(said), half) if claimed.bound else half
        return abs(mine - said) <= near * (1 + 1e-9)

    def _measures(self, claimed: Quantity) -> bool:
        """Whether both measure the same; a claim may leave out the unit, and a bare list too."""
        if self.unit == claimed.unit:
            return True
        return self.unit not in _APART if not claimed.unit else not (self.unit or self.noun)

    def _rounds_to(self, claimed: Quantity) -> bool:
        """Whether the claim shows fewer digits, and says so; "1.2 million" need not say it.

        It stands for a number that is written out to the last digit and differs by 2 per cent.
        """
        mine, said = self.step * self.factor, claimed.step * claimed.factor
        if claimed.bound:
            return mine < said
        written_out = bool(_SCALE.search(claimed.text)) and mine * _WRITTEN_OUT <= said
        return written_out and abs(self.value - claimed.value) <= _SLIGHT * claimed.value


def joined_numbers(text: str) -> str:
    """The text with its numbers as others write them.

    A tokenizer leaves spaces in "1, 187", and news shortens "£3.2 million", joins what a rank is
    of, and has "half a year" for six months.

    >>> joined_numbers("£3.2m of 1, 187 in the second-quarter, half a year on")
    '£3.2 million of 1,187 in the second quarter, six months on'
    """
    joined = _SPACED.sub(r"\1", text)
    whole = _SHORT_SCALE.sub(lambda match: match[1] + _SHORT_SCALES[match[2]], joined)
    for words, figure in _IN_WORDS:
        whole = words.sub(figure, whole)
    return _ORDINAL_FIRST.sub(r"\1 ", whole)


def quantities(text: str) -> list[Quantity]:
    """The quantities in order: counts, measures, sums, shares, times of day and ranks.

    "first" and "one" alone are none, since they seldom count.

    >>> [(q.value, q.unit, q.bound) for q in quantities("Over 5 km at 06:30, the third time")]
    [(5.0, 'length', 'above'), (390.0, 'clock', ''), (3.0, 'rank', '')]
    """
    return [quantity for _, quantity in quantity_places(text)]


def without_quantities(text: str) -> str:
    """The text with a blank for each quantity, its unit and the words that bound it.

    >>> without_quantities("Some 5 km of about 1,200 were ice.")
    '  of   were ice.'
    """
    for place, quantity in reversed(quantity_places(text)):
        before = text[:place]
        bound = next((m for _, words in _BEFORE if (m := words.search(before))), None)
        text = (
            f"{before[: bound.start()] if bound else before} {text[place + len(quantity.text) :]}"
        )
    return text


def quantity_places(text: str) -> list[tuple[int, Quantity]]:
    """The quantities with their offsets, in order and apart."""
    found = [*_clocks(text), *_spoken_clocks(text), *_ranks(text)]
    taken = [(place, place + len(quantity.text)) for place, quantity in found]
    for place, number in number_places(text):
        if not any(start <= place < end for start, end in taken):
            found.append((place, _quantity(text, place, number)))
    return sorted(found, key=lambda pair: pair[0])


def _clocks(text: str) -> Iterator[tuple[int, Quantity]]:
    """Times of day in minutes; "8.30" and "8" are such with "am" or "pm" only."""
    for match in _CLOCK.finditer(text):
        if match["half"] or (match["minute"] and ":" in match[0]):
            hour = int(match["hour"])
            if match["half"]:
                hour = hour % 12 + 12 * ("p" in match["half"].lower())
            minutes = 60.0 * hour + int(match["minute"] or 0)
            yield match.start(), Quantity(minutes, "clock", match[0].strip())


def _spoken_clocks(text: str) -> Iterator[tuple[int, Quantity]]:
    """Times in words: "half past five in the afternoon", "a quarter to six"."""
    for match in _SPOKEN.finditer(text):
        minutes = {"half": 30.0, "quarter": 15.0}.get(match["part"].lower().split()[-1], 0.0)
        hour = float(_HOURS.index(match["hour"].lower()) + 1)
        value = 60 * hour + (minutes if match["side"].lower() == "past" else -minutes)
        later = re.match(
            r"(?:pm|p\.m|in the (?:afternoon|evening)|at night)",
            (match["half"] or "").strip(),
            re.I,
        )
        yield match.start(), Quantity(value % 720 + 720 * bool(later), "clock", match[0].strip())


def _ranks(text: str) -> Iterator[tuple[int, Quantity]]:
    for match in _RANK.finditer(text):
        if match["digits"] or not _NO_RANK.search(text[: match.start()]):
            word = match["rank"].lower()
            rank = float(match["digits"] or _RANKS.split().index(word) + 2)
            if rank > 1:
                yield match.start(), Quantity(rank, "rank", match[0])


def _quantity(text: str, place: int, number: Number) -> Quantity:
    after = text[place + len(number.text) :]
    before = text[max(0, place - 30) : place]
    shown = number.text
    unit, noun, factor = "", "", 1.0
    if number.kind == "percent":
        unit = "points" if "point" in shown.lower() else "percent"
    elif number.kind == "money":
        unit = _currency(shown)
    else:
        factor, unit, more = _unit(after)
        shown += more
        match = None if unit else _PLAIN_NOUN.match(after)
        noun = match["noun"] if match and match["noun"] not in _NO_NOUNS.split() else ""
    if not unit and number.kind in ("day", "year") and not noun:
        unit = number.kind
    bound: Bound = next((name for name, pattern in _BEFORE if pattern.search(before)), "")
    return Quantity(number.value, unit, shown, bound, noun, factor, _step(number))


def _unit(after: str) -> tuple[float, str, str]:
    """The factor and the name of the unit that follows, and its words; "" where none does."""
    gap = _TO_UNIT.match(after)
    for pattern, (unit, factor) in _UNIT if gap else ():
        match = pattern.match(after, gap.end() if gap else 0)
        if match:
            power = {"s": "square ", "c": "cubic "}.get((match["power"] or "")[:1], "")
            return factor, power + unit, after[: match.end()]
    return 1.0, "", ""


def _currency(shown: str) -> str:
    if shown[0] in _SIGNS:
        return _SIGNS[shown[0]]
    last = shown.rsplit(None, 1)[-1]
    return next((unit for pattern, (unit, _) in _UNIT if pattern.fullmatch(last)), "money")


def _step(number: Number) -> float:
    """What one more in the last digit shown would add: 100.0 for "1,200", 0.1 for "3.4"."""
    digits = re.match(r"[$€£¥]?\s?([\d,]+)(?:\.(\d+))?", number.text)
    if digits and digits[2]:
        shown = float(f"{digits[1].replace(',', '')}.{digits[2]}")
        return (number.value / shown if shown else 1.0) / float(10 ** len(digits[2]))
    step = 1.0
    while number.value and number.value % (10 * step) == 0:
        step *= 10
    return step
