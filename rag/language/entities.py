"""What a text says that can be looked up: words, numbers, names, their short forms, quotations.

It finds them in one text; it compares no two texts. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from rag.language.words import without_possessive, word_set

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
_QUOTED = re.compile(
    r"[“„](?P<curly>[^“”„\n]+)(?:[”“]|(?=\n|\Z))|\"(?P<straight>[^\"\n]+)\""
    r"|«(?P<angle>[^«»\n]+)»|»(?P<inward>[^«»\n]+)[«»]"
    r"|「(?P<corner>[^「」\n]+)」|『(?P<white>[^『』\n]+)』|(?<!\w)‘(?P<single>[^‘\n]+?)’(?!\w)"
    r"|(?<!\w)(?:'|``|`)(?=\w)(?P<typed>[^`\n]{1,1000}?)(?<=[\w.,!?])(?:''|')(?!\w)"
)
QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
"""A quotation with its marks, double ones, also over several lines."""

_SHORT = r"[A-Z][A-Za-z&]{0,3}[A-Z](?:\d|s)?"
_SMALL = word_set("of the and for on in to at de del der des du la le und für van")
_WORD = r"[^\W_][\w'’&-]*"
_LONG = rf"{_WORD}(?:\s+{_WORD}){{1,9}}"
_IN_BRACKETS = re.compile(rf"\(\s*[“\"‘']?(?P<short>{_SHORT})[”\"’']?\s*[);,]")
_SHORT_BEFORE = re.compile(rf"(?<![\w-])(?P<short>{_SHORT})\s+$")
_LONG_IN_BRACKETS = re.compile(rf"\(\s*(?:the\s+)?(?P<long>{_LONG})\s*[);,]")
_LONG_BEFORE = re.compile(rf"(?P<long>{_LONG})\s*,?\s+$")
_FARTHEST = 120
"""The characters before a bracket in which the name must stand."""

_LONGEST = 12
"""The characters before a bracket in which a short form must stand."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Characters `start` to `end` of a text, which stand between quotation marks."""

    start: int
    end: int


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


def quotations(text: str) -> list[Quotation]:
    """What stands between quotation marks, in order; quotations within quotations left out.

    Quoted speech that goes on in the next paragraph is open at the end of this one.

    >>> [text[q.start : q.end] for text in ['“No,” he said. "Go on."'] for q in quotations(text)]
    ['No,', 'Go on.']
    """
    return [Quotation(*match.span(match.lastgroup or 0)) for match in _QUOTED.finditer(text)]


def long_quotations(text: str) -> list[str]:
    """The words of each quotation of three or more."""
    found = [text[each.start : each.end] for each in quotations(text)]
    return [words for words in found if len(words.split()) >= 3]


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


@dataclass(frozen=True, slots=True)
class Acronym:
    """A short form and the name that it stands for: "HTA", "Harbour Transport Authority"."""

    short: str
    long: str


def acronyms(text: str) -> Iterator[Acronym]:
    """The short forms that a text explains in brackets, either way round, in its order.

    The initials of the name's words must be the letters of the short form; small words
    ("of", "the") may be left out of it. A text that explains none gives none.

    >>> list(acronyms("The Harbour Transport Authority (HTA) has a new head."))
    [Acronym(short='HTA', long='Harbour Transport Authority')]
    """
    bracket = text.find("(")
    while bracket >= 0:
        before = text[max(0, bracket - _FARTHEST) : bracket]
        if match := _IN_BRACKETS.match(text, bracket):
            words = _LONG_BEFORE.search(before)
            if words and (name := _name(words["long"].split(), match["short"])):
                yield Acronym(match["short"], name)
        elif short := _SHORT_BEFORE.search(before, max(0, len(before) - _LONGEST)):
            long = _LONG_IN_BRACKETS.match(text, bracket)
            if long and _spells(long["long"].split(), short["short"]):
                yield Acronym(short["short"], long["long"])
        bracket = text.find("(", bracket + 1)


def other_wording(question: str, texts: Iterable[str]) -> str:
    """The question with a name in place of its short form, or the reverse; "" where there is none.

    What stands for what is read from the texts; the first that explains it decides. A
    question that has both forms has no other wording.

    >>> other_wording("Who leads the HTA?", ["The Harbour Transport Authority (HTA) met."])
    'Who leads the Harbour Transport Authority?'
    """
    for text in texts:
        for each in acronyms(text):
            if other := _in_other_form(question, each):
                return other
    return ""


def _in_other_form(question: str, acronym: Acronym) -> str:
    """The question with the other form of one name; "" where it has neither, or both."""
    short, long = acronym.short, acronym.long
    words = re.compile(rf"(?<![\w-]){re.escape(short)}(?![\w-])", re.IGNORECASE)
    name = r"\s+".join(map(re.escape, long.split()))
    in_full = re.compile(rf"(?<!\w){name}(?!\w)", re.IGNORECASE)
    has_short = any(_is_meant(found[0], short) for found in words.finditer(question))
    if has_short == bool(in_full.search(question)):
        return ""
    if has_short:
        return words.sub(lambda found: long if _is_meant(found[0], short) else found[0], question)
    return in_full.sub(lambda _: short, question)


def _is_meant(word: str, short: str) -> bool:
    """Whether a word of a question is the short form: "us", "who" and "it" are words, too."""
    return word == short or len(short) > 3 or word.casefold() not in _COMMON


_COMMON = word_set(
    "a ad am an and any are as ask at be bed big but by can did do eat end far for get go had"
    " has he her him his how i if in into is it its let me men met more my new no nor not now of"
    " off ok old on or our out own pay per ran said say see set she sit so ten the they to too"
    " two up us was way we what who why will won yes yet you your"
)


def _name(words: list[str], short: str) -> str:
    """The fewest last words that the short form spells, with their small words; "" for none."""
    for first in range(len(words) - 1, -1, -1):
        tail = words[first:]
        if tail[0].casefold() not in _SMALL and len(tail) > 1 and _spells(tail, short):
            return " ".join(tail)
    return ""


def _spells(words: list[str], short: str) -> bool:
    """Whether the words' initials are the letters of the short form; small ones may be left out."""
    letters = [letter for letter in short.removesuffix("s") if letter.isalpha()]
    parts = [part for word in words for part in word.split("-") if part]
    return _match(parts, [letter.casefold() for letter in letters])


def _match(parts: list[str], letters: list[str]) -> bool:
    if not parts or not letters:
        return not letters and all(part.casefold() in _SMALL for part in parts)
    first, *rest = parts
    if first[0].casefold() == letters[0] and _match(rest, letters[1:]):
        return True
    return first.casefold() in _SMALL and _match(rest, letters)
