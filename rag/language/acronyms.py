"""Short forms that one text explains: "the Harbour Transport Authority (HTA)"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.language.words import word_set

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
