"""True sentences said otherwise, by rules that change no meaning."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from rag.reading.facts import number_places
from rag.records import Article

REPHRASINGS = ("reported", "number in words", "rounded", "date resolved", "name shortened", "moved")

_UNITS = (
    "zero",
    "one",
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
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(
    rf"\bon ({'|'.join(_WEEKDAYS)})\b(?! *,? *(?:\d|(?-i:[A-Z])|the |and |morning|night))",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|would|is to|are to|plans?|next|from|until|due|by|may|must|should|set to|going to)\b"
)
_FULL_NAME = re.compile(r"(?<![\w“])([A-Z][a-zà-ÿ]+) ([A-Z][a-zà-ÿ]{2,})(?!['’\w-]| [A-Z])")
_LEADING = re.compile(r"^(On|In|At|After|Before|By|Since|During) ([^,;“”]{3,60}), ([^“”]+)\.$")
_NOT_ALONE = re.compile(r"[:.,–-]\d|-|\s?[ap]\.?m\b", re.IGNORECASE)
_QUOTES = re.compile(r"[“”\"]")
_OPENING = re.compile(
    r"^(?:The|A|An|It|He|She|They|This|That|These|His|Her|Its|Their|Some|Two|Three|Four|Five|Six"
    r"|Seven|Eight|Nine|Ten|On|In|At|After|Before|By|Since|During|About|Nearly|More|Most|All|Both)\b"
)


def rephrase(sentence: str, kind: str, article: Article) -> str | None:
    """The sentence said otherwise in that way; None where it cannot be, with its meaning kept.

    Kinds are those of REPHRASINGS; "reported" names the article's publisher.
    """
    said = _RULES[kind](sentence, article)
    return said if said != sentence else None


def _reported(sentence: str, article: Article) -> str | None:
    if not article.publisher or _QUOTES.search(sentence) or not sentence.endswith("."):
        return None
    opening = _OPENING.match(sentence)
    rest = sentence[0].lower() + sentence[1:] if opening else sentence
    return f"{article.publisher} reported that {rest}"


def _in_words(sentence: str, _article: Article) -> str | None:
    """The first plain number below a hundred in words, or in digits where it is in words."""
    if _QUOTES.search(sentence):
        return None
    for place, number in number_places(sentence):
        after = sentence[place + len(number.text) :]
        whole = number.value == int(number.value) and 2 <= number.value < 100
        plain = number.text.isdigit() or not any(map(str.isdigit, number.text))
        if number.kind != "count" or not (whole and plain) or _NOT_ALONE.match(after):
            continue
        if sentence[:place].endswith(("-", ":", "–", "£", "$")) or not place:
            continue
        value = int(number.value)
        new = _spelt(value) if number.text.isdigit() else str(value)
        return sentence[:place] + new + after
    return None


def _spelt(value: int) -> str:
    """The number in words.

    >>> _spelt(41)
    'forty-one'
    """
    if value < len(_UNITS):
        return _UNITS[value]
    tens, units = divmod(value, 10)
    return _TENS[tens] + (f"-{_UNITS[units]}" if units else "")


def _rounded(sentence: str, _article: Article) -> str | None:
    """A number of four digits or more as "about" its first two."""
    match = re.search(r"(?<![\w$€£.,-])(\d{1,3}),(\d{3})(?![\d,.])(?! per)", sentence)
    if _QUOTES.search(sentence) or not match:
        return None
    value = int(match[0].replace(",", ""))
    unit = 10 ** (len(str(value)) - 2)
    new = round(value / unit) * unit
    before = sentence[: match.start()]
    if new == value or re.search(r"\b(?:about|some|nearly|over|than|least|almost)\s$", before):
        return None
    return f"{before}about {new:,}{sentence[match.end() :]}"


def _resolved(sentence: str, article: Article) -> str | None:
    """A weekday as the date that it was for an article about what had happened."""
    match = _WEEKDAY.search(sentence)
    known = article.published and article.published.precision not in ("year", "month")
    if _QUOTES.search(sentence) or not match or not known or _TO_COME.search(sentence):
        return None
    day = _last(_WEEKDAYS.index(match[1].lower()), _published(article))
    written = f"{match[0][:2]} {day.day} {month_name[day.month]} {day.year}"
    return sentence[: match.start()] + written + sentence[match.end() :]


def _published(article: Article) -> date:
    return article.published.at.date() if article.published else date.min


def _last(weekday: int, today: date) -> date:
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _shortened(sentence: str, article: Article) -> str | None:
    """The first full name of a person as the surname, where the article itself does so."""
    if _QUOTES.search(sentence):
        return None
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
