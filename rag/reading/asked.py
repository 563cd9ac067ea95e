"""What kind of thing a question asks for, and whether a sentence offers one of that kind.

The rules are English; a question they do not know asks for "any" thing, which every
sentence offers.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["name", "number", "date", "thing", "any"]

_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|far|high|big|tall|often|fast|few|large|deep|heavy)\b"
    r"|\bhow\b.{0,20}\bpercent|\b(?:percent|percentage|number|amount|age)\b.{0,40}\?$"
    r"|\bwhat (?:percent|percentage|number|age|fraction|share)\b"
)
_DATE = re.compile(r"\bwhen\b|\b(?:what|which) (?:day|month|date|year|decade)\b")
_NAME = re.compile(
    r"\b(?:who|whose|whom|where|which)\b"
    r"|\bwhat (?:company|country|city|state|team|show|film|movie|song|book|name|actor|brand)\b"
)
_ANY = re.compile(r"\b(?:why|how)\b")
_CAPITALISED = re.compile(r"(?<!^)(?<![.!?“\"]\s)\b[A-Z][\w’'-]+")
_WORD = re.compile(r"[\w’'-]+")
_NUMERAL = re.compile(
    r".*\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty"
    r"|fifty|hundred|thousand|million|billion|trillion|first|second|third|half"
)
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|yesterday|today|tomorrow"
)
_MANY_NAMES = 4


def expected(question: str) -> Kind:
    """The kind of thing that answers the question, by its question words.

    >>> expected("How many people died?"), expected("Which town flooded?")
    ('number', 'name')
    """
    text = question.lower()
    if _NUMBER.search(text):
        return "number"
    if _DATE.search(text):
        return "date"
    if _NAME.search(text):
        return "name"
    return "any" if _ANY.search(text) else "thing"


def offered(kind: Kind, question: str, sentence: str) -> tuple[bool, float]:
    """Whether a sentence holds something of the kind that the question does not, and how much.

    The amount, from 0 to 1, counts names for a name or a thing and is 1 for any number;
    for a date, a number or a day's name, it stays 0, since news is full of dates.

    >>> offered("name", "Which town flooded?", "On Friday the Tolle flooded Issenfurt.")
    (True, 0.75)
    """
    known = set(_WORD.findall(question.lower()))
    names = {word.lower() for word in _CAPITALISED.findall(sentence)} - known
    words = set(_WORD.findall(sentence.lower())) - known
    number = any(_NUMERAL.fullmatch(word) for word in words)
    share = min(len(names), _MANY_NAMES) / _MANY_NAMES
    if kind == "name":
        return bool(names), share
    if kind == "thing":
        return bool(names) or number, share
    if kind == "number":
        return number, float(number)
    dated = any(_CALENDAR.fullmatch(word) for word in words)
    return number or dated or kind == "any", 0.0


def without_names(text: str) -> str:
    """The text without capitalised words and quoted names, its first word kept.

    What is left is the relation that is asked about or told.

    >>> without_names("In which shipyard was the ferry Lady Isbel built?")
    'In which shipyard was the ferry built?'
    """
    words = text.split()
    rest = [word for word in words[1:] if not word[0].isupper() and word[0] not in '“"']
    return " ".join(words[:1] + rest)
