"""True sentences said otherwise, by rules that change no meaning and use nothing of the checker."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from rag.evaluation.seeding import NUMBER_WORDS, WEEKDAYS, numbers_in
from rag.language.dates import local_time
from rag.records import Article

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
