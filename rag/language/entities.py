"""What a sentence says that can be looked up: words, numbers, names, quotations.

It finds them in one text; it compares no two texts. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from rag.language import quotation_marks
from rag.language.words import without_possessive

if TYPE_CHECKING:
    import tantivy

NumberKind = Literal["count", "percent", "money", "year", "day"]

NUMERALS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
"""The English words for the numbers from 0 on, each at its own place."""

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "bn": 1e9,
    "billion": 1e9,
    "trillion": 1e12,
}
_WORDS = (
    {word: float(value) for value, word in enumerate(NUMERALS)}
    | {word: 10.0 * value for value, word in enumerate(_TENS.split(), start=2)}
    | {word: _SCALES[word] for word in ("hundred", "thousand", "million", "billion")}
)
NUMBER_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
"""The words that numbers are written in, as a pattern, the longest first."""

_MONTH = (
    "Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|March|Mar\\.|April|Apr\\.|May|June|July|Aug(?:ust|\\.)?"
    "|Sept(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<currency>[$€£¥])?\s?"
    r"(?:(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th)?"
    rf"(?:[\s-]?(?P<scale>{'|'.join(_SCALES)})\b)?"
    rf"|(?P<words>\b(?:{NUMBER_WORD})\b(?:(?:[\s-]|\sand\s)(?:{NUMBER_WORD})\b)*))"
    r"(?P<percent>\s?%|\s(?:percent|per\scent|percentage\spoints?)\b)?"
    r"(?P<money>\s(?:dollars?|euros?|pounds?|francs?|yen|yuan|roubles?|rubles?)\b)?",
    re.IGNORECASE,
)
_AFTER_MONTH = re.compile(rf"\b(?:{_MONTH})\s*$")
_BEFORE_MONTH = re.compile(rf"(?:\s+of)?\s+(?:{_MONTH})(?:\W|$)")
_NAME = re.compile(r"[^\W\d_][\w'’-]*")
_BEGINNING = re.compile(r"(?:[“\"‘]|[:!?]\s+)$")
_BEFORE = 8
_ONE_WORD = 32
"""Texts of more characters are seldom the same one again, and are not remembered."""

_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_SAME_SIGN = str.maketrans(
    dict.fromkeys('“”„«»‘’"', "'") | dict.fromkeys("–—‑", "-") | {"…": "...", "\u00ad": ""}
)
_STOP_WORDS = (
    "a about above after again against all also am among an and any are as at be because been "
    "before being below between both but by can could did do does doing down during each few for "
    "from further had has have having he her here hers him his how i if in into is it its just me "
    "more most my no nor not now of off on once only or other our out over own s said same say "
    "says she should so some such t than that the their them then there these they this those "
    "through to too under until up us very was we were what when where which while who whom why "
    "will with would you your according told added"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as `text` has it: "1.2 million" is 1200000.0, a count."""

    value: float
    kind: NumberKind
    text: str

    def equals(self, other: Number) -> bool:
        """Whether both say the same; a bare count may leave out the other's unit."""
        same = abs(self.value - other.value) <= 1e-9 * max(abs(self.value), abs(other.value))
        return same and (self.kind == other.kind or "count" in (self.kind, other.kind))


def numbers(text: str) -> list[Number]:
    """The numbers in order, in digits or words; "one" alone is a pronoun more often, so not it.

    >>> numbers("Two of 41 boats, or 5%")
    [Number(value=2.0, kind='count', text='Two'), Number(value=41.0, kind='count', text='41'), \
Number(value=5.0, kind='percent', text='5%')]
    """
    return [number for _, number in number_places(text)]


def number_places(text: str) -> Iterator[tuple[int, Number]]:
    """The same numbers, each with the offset at which its text stands."""
    for match in _NUMBER.finditer(text):
        shown = match[0].strip()
        if shown.lower() != "one":
            kind = _kind(match, text[max(0, match.start() - 12) : match.start()], text)
            yield match.start() + match[0].index(shown), Number(_value(match), kind, shown)


def folded(text: str) -> str:
    """The text without regard to case, kind of quotation mark or dash, and white space.

    >>> folded("“Go –  now”…")
    "'go - now'..."
    """
    return " ".join(text.translate(_SAME_SIGN).casefold().split())


def stems(text: str) -> list[str]:
    """The content words in order, without case, accents and endings; no numbers."""
    # Most calls ask of one word, and of the same ones again and again.
    read = _stems if len(text) <= _ONE_WORD else _stems.__wrapped__
    return list(read(text))


@lru_cache(16_384)
def _stems(text: str) -> tuple[str, ...]:
    plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    return tuple(stem for stem in _analyzer().analyze(plain) if len(stem) > 1 and stem.isalpha())


def names(text: str) -> list[str]:
    """Capitalised words in order, without the first word of the text if it stands alone.

    >>> names("Officials of Brell told Ann Orr's paper")
    ['Brell', 'Ann', 'Orr']
    """
    words = list(_NAME.finditer(text))
    found = []
    for place, word in enumerate(words):
        name = without_possessive(word[0])
        if not name[0].isupper():
            continue
        follower = words[place + 1][0] if place + 1 < len(words) else ""
        lone = not follower[:1].isupper() and not (name.isupper() and len(name) > 1)
        # What stands before a name is read only where it decides.
        if not (lone and _begins(text, word.start(), first=place == 0)) and stems(name):
            found.append(name)
    return found


def _begins(text: str, start: int, *, first: bool) -> bool:
    """Whether a sentence begins there, or the text, of whose words it is the `first`."""
    if first and not re.search(r"\w", text[:start]):
        return True
    return _BEGINNING.search(text[max(0, start - _BEFORE) : start]) is not None


def quotations(text: str) -> list[str]:
    """What stands between quotation marks, if it is three words or more."""
    found = [
        text[quotation.start : quotation.end] for quotation in quotation_marks.quotations(text)
    ]
    return [quotation for quotation in found if len(quotation.split()) >= 3]


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
        return float(match["digits"].replace(",", "")) * scale
    return _value_in_words(re.findall(NUMBER_WORD, match["words"].lower()))


def _value_in_words(words: list[str]) -> float:
    total = current = 0.0
    for word in words:
        value = _WORDS[word]
        if value < 100:
            current += value
        elif value == 100:
            current = max(1.0, current) * value
        else:
            total += max(1.0, current) * value
            current = 0.0
    return total + current


def _kind(match: re.Match[str], before: str, text: str) -> NumberKind:
    if match["percent"]:
        return "percent"
    if match["currency"] or match["money"]:
        return "money"
    digits = match["digits"] or ""
    if match["scale"] or not digits.isdigit():
        return "count"
    if len(digits) == 4 and "1800" <= digits <= "2099":
        return "year"
    near_month = _AFTER_MONTH.search(before) or _BEFORE_MONTH.match(text, match.end())
    return "day" if near_month and len(digits) <= 2 else "count"


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(_STOP_WORDS.split()))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
