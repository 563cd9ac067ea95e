"""What the rules know of each language besides English: one `Language`, from CLDR and a lexicon."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError

_SPACES = "\u00a0\u202f"
_CLAUSE_MARKS = r"[,;:.!?()—–]"
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE_WORD = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number as `text` has it from `start` to `end`, scale word included."""

    value: Decimal
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Language:
    """Names, number format and negations of a language, by its ISO 639-1 code.

    `calendar` holds the month names and the weekday names, in lower case.
    """

    code: str
    name: str
    decimal: str
    grouping: str
    calendar: tuple[frozenset[str], frozenset[str]]
    fillers: frozenset[str]
    scales: dict[str, int]
    number_words: dict[str, int]
    negation: re.Pattern[str]
    clause_end: re.Pattern[str]
    number: re.Pattern[str]

    def numbers(self, text: str) -> list[Number]:
        """The numbers of a text in order, in digits or as a word of the lexicon.

        >>> german = language_of("de")
        >>> [str(found.value) for found in german.numbers("1.200,50 Euro für zwei")]
        ['1200.50', '2']
        """
        found = []
        for match in self.number.finditer(text):
            scale = self.scales[match["scale"].lower()] if match["scale"] else 1
            found.append(Number(self._value(match["digits"]) * scale, *match.span()))
        return found

    def denied(self, text: str) -> frozenset[str]:
        """The words that negations govern: those within one, else the next, else their clause's.

        >>> sorted(language_of("de").denied("Er ist am Montag nicht zurückgetreten."))
        ['zurückgetreten']
        """
        return frozenset(
            word for match in self.negation.finditer(text) for word in _governed(self, text, match)
        )

    def words(self, text: str) -> tuple[str, ...]:
        """The words in order and in lower case, without numbers and negations."""
        plain = self.negation.sub(" ", text)
        for number in reversed(self.numbers(plain)):
            plain = f"{plain[: number.start]} {plain[number.end :]}"
        return tuple(word.lower() for word in _WORD.findall(plain))

    def _value(self, digits: str) -> Decimal:
        if digits.lower() in self.number_words:
            return Decimal(self.number_words[digits.lower()])
        plain = re.sub(f"[{re.escape(self.grouping)}\\s]", "", digits)
        return Decimal(plain.replace(self.decimal, "."))


@cache
def language_of(code: str) -> Language | None:
    """The language with that code; None where there is no lexicon of it."""
    source = files(__package__) / "lexicons" / f"{code}.toml"
    if not re.fullmatch("[a-z]{2}", code) or not source.is_file():
        return None
    lexicon = tomllib.loads(source.read_text(encoding="utf-8"))
    locale = Locale.parse(code)
    symbols = locale.number_symbols["latn"]
    months = {
        name for kind in ("format", "stand-alone") for name in locale.months[kind]["wide"].values()
    }
    days = {
        name for kind in ("format", "stand-alone") for name in locale.days[kind]["wide"].values()
    }
    negations = "|".join(lexicon["negations"])
    ends = "|".join(lexicon["conjunctions"])
    return Language(
        code,
        language_name(code),
        symbols["decimal"],
        symbols["group"],
        (frozenset(map(str.lower, months)), frozenset(map(str.lower, days))),
        frozenset(lexicon["fillers"].split()),
        lexicon["scales"],
        lexicon["number_words"],
        re.compile(rf"\b(?:{negations})\b", re.IGNORECASE),
        re.compile(rf"{_CLAUSE_MARKS}|\b(?:{ends})\b", re.IGNORECASE),
        _number_pattern(symbols["decimal"], symbols["group"], lexicon),
    )


def language_name(code: str) -> str:
    """The English name of the language with that code; the code itself where CLDR has none.

    >>> language_name("pl")
    'Polish'
    """
    try:
        return Locale.parse(code).get_language_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def _number_pattern(
    decimal: str, grouping: str, lexicon: dict[str, dict[str, int]]
) -> re.Pattern[str]:
    # People type a plain space where CLDR groups by a narrow one.
    marks = f"{_SPACES} " if grouping in _SPACES else f"{_SPACES}{re.escape(grouping)}"
    fraction = rf"(?:{re.escape(decimal)}\d+)?"
    grouped = rf"\d{{1,3}}(?:[{marks}]\d{{3}})+(?!\d){fraction}"
    words = "|".join(lexicon["number_words"])
    scales = "|".join(sorted(lexicon["scales"], key=len, reverse=True))
    digits = rf"(?<!\d)(?:{grouped}|\d+{fraction})|\b(?:{words})\b"
    return re.compile(rf"(?P<digits>{digits})(?:\s+(?P<scale>{scales})\b)?", re.IGNORECASE)


def _governed(language: Language, text: str, match: re.Match[str]) -> list[str]:
    stop = language.clause_end.search(text, match.end())
    end = stop.start() if stop else len(text)
    inside = _content(language, language.negation.sub(" ", match[0])) or _content(
        language, match[0]
    )
    after = _content(language, text[match.end() : end])[:1]
    cue = {word.lower() for word in _WORD.findall(match[0])} if " " not in match[0] else set()
    if found := [word for word in inside if word not in cue] + after:
        return found
    starts = [0, *(mark.end() for mark in language.clause_end.finditer(text, 0, match.start()))]
    before = _content(language, text[starts[-1] : match.start()])
    return [word for word in before if len(word) >= _CLAUSE_WORD]


def _content(language: Language, text: str) -> list[str]:
    return [word for word in map(str.lower, _WORD.findall(text)) if word not in language.fillers]
