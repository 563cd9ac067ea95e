"""Which words of an English text name a period, and how they are used: a table, one row each."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MINYEAR, date
from functools import partial

from rag.language import date_resolvers as resolve
from rag.language.date_resolvers import Reading
from rag.language.periods import PARTS, WEEKDAYS, Period, part_of

# "May" and "March" are other words too: without a year they need their capital.
_ALONE = (
    r"(?:january|february|april|june|july|august|september|october|november|december"
    r"|(?-i:March|May))\b"
)
_SHORT = r"(?:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|(?-i:Mar))\b\.?"
_MONTH = rf"(?P<m>{_ALONE}|{_SHORT})"
# Nor do they between months: "march to june" is no walk.
_ANY_MONTH = rf"(?:{_ALONE}|{_SHORT}|(?:march|may)\b)"
_YEAR = r"(?<![\w$£€#./-])(?P<y>1[6-9]\d\d|20\d\d)(?![\w%]|[-–/.,]\d)"
_MONTHS = (
    rf"(?:\b(?:from|in|during)\s+)?(?P<m>{_ANY_MONTH})(?:\s+(?:to|until|till|through)\s+|\s*[-–—]\s*)(?P<m2>{_ANY_MONTH})"
    rf"|\bbetween\s+(?P<m3>{_ANY_MONTH})\s+and\s+(?P<m4>{_ANY_MONTH})"
)
_MONTH_YEAR = (
    rf"(?P<m>{_ANY_MONTH})"
    rf"(?:,?\s+(?:of\s+)?{_YEAR}|\s+(?:of\s+)?(?P<of>(?:last|this)\s+year\b))"
)
_NUMBER = r"(?<![\w$£€.,:-])(?P<d>\d\d?)(?:st|nd|rd|th)?(?![\w:%]|[.,]\d)"
_TO = (
    r"\s*(?:-|–|—|\bto\b|\band\b|\buntil\b|\bthrough\b)\s*(?:the\s+)?(?P<d2>\d\d?)(?:st|nd|rd|th)?"
)
_END = r"(?![\w:%]|[.,]\d)"
_ON = r"(?:on\s+(?:the\s+)?|the\s+(?=\d+(?:st|nd|rd|th)))?"
_ANY_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_WEEKDAY = rf"(?P<weekday>{_ANY_WEEKDAY})\b"
_APART = r"(?<![\w/.-])"
_DIGITS = r"\d{4}-\d\d-\d\d|\d\d?([./-])\d\d?\2\d{4}"
_ISO_MONTH = r"(?P<y>20\d\d|19\d\d)-(?P<m>0[1-9]|1[0-2])"
_BETWEEN = r"(?:(?:on|from|between)\s+)?(?:the\s+)?"
_OVER = r"(?:(?:over|at|on|during)\s+)?"
_ABOUT = r"(?:(?:about|around|nearly|almost|over|just|only)\s+)?"
_NTH = r"(?P<nth>first|second|third|fourth|[1-4](?:st|nd|rd|th))"
_ON_DAY = rf"{_ON}(?:{_ANY_WEEKDAY},?\s+)?(?:the\s+(?=\d))?"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)\b"
_HOW_MANY = (
    rf"(?:an?\s+)?(?<![\d$£€.,:-])(?P<n>\d{{1,4}}|{'|'.join(resolve.NUMBERS)})(?:\s+of)?(?:\s+|-)"
)
_IN = r"(?:(?:in|during|throughout|over|within)\s+)?"
_PART = (
    r"(?:(?:(?P<third>early|mid|late)[\s-]+"
    r"|(?:at\s+)?(?:the\s+)?(?:very\s+)?(?P<part>start|beginning|middle|end)\s+of\s+))"
)
_OF_YEAR = rf"(?P<of>(?:(?:of|in)\s+)?(?:{_YEAR}|(?:the|this|last)\s+year\b))"
_NOT_OWN = r"(?<!\bits )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bmy )(?<!\bour )(?<!\byour )"
_PAPERS = (
    r"times|telegraph|mirror|mail|express|people|post|world|independent|herald|roast|school|best"
)
_NEXT = r"(?:next|coming|the following|upcoming|every|each|any|most|per)"

_UNITS = r"(?P<unit>(?:hour|day|week|fortnight|month|year)s?)\b"
_LAST_OR_THIS = r"(?P<which>last|this)\s+"
_DAY_PART = r"(?:\s+(?:night|morning|evening|afternoon)\b)?"
_THIS_UNIT = r"(?P<unit>week|month|quarter|year)\b"

_NO_DATES: tuple[tuple[str, str], ...] = (
    ("a name", rf"\b{_ANY_WEEKDAY}\s+(?:(?:the\s+)?13(?:th)?|{_PAPERS}|prayers)\b"),
    ("a name", rf"\b{_ANY_WEEKDAY}\s+night\s+(?:live|football|lights|takeaway)\b"),
    ("a name", r"\bmail on sunday\b|\bmay day\b|\bmarch madness\b|\bapril fools?\b"),
    ("a name", r"\b(?:USA|Russia|History)\s+today\b|\btoday\s+(?:show|program(?:me)?)\b"),
    ("a name", r"\bsept(?:ember|\.)?\s+11(?:th)?\s+(?:terror\w*\s+)?(?:attack|hijack)\w*"),
    ("to come", r"\btomorrow\b|\blater\s+this\s+\w+"),
    (
        "to come or habitual",
        rf"\b(?:(?:in|on|early|late)\s+)?(?:the\s+)?{_NEXT}\s+(?:\d\d?\s+)?\w+",
    ),
    ("a decade", r"\b(?:in\s+)?(?:the\s+)?(?:(?:early|mid|late)[\s-]+)?(?:1[6-9]|20)\d0s\b"),
)
_DATES: tuple[tuple[str, Reading, str], ...] = (
    ("day in digits", resolve.numeric, rf"{_APART}(?:on\s+)?(?P<date>{_DIGITS})(?![\w/-])"),
    ("month in digits", resolve.iso_month, rf"{_APART}(?:in\s+)?{_ISO_MONTH}(?![\w/-])"),
    ("day", resolve.day, rf"\b{_ON_DAY}{_NUMBER}(?:\s+of)?\s+{_MONTH_YEAR}"),
    ("day", resolve.day, rf"\b{_ON_DAY}{_NUMBER}(?:\s+of)?\s+{_MONTH}"),
    ("day", resolve.day, rf"\b{_ON_DAY}{_MONTH}\s+(?:the\s+)?{_NUMBER}(?:,?\s+{_YEAR})?"),
    ("days", resolve.day, rf"\b{_BETWEEN}{_NUMBER}{_TO}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?"),
    ("days", resolve.day, rf"\b{_BETWEEN}{_MONTH}\s+{_NUMBER}{_TO}{_END}(?:,?\s+{_YEAR})?"),
    ("months", resolve.months, rf"\b(?:{_MONTHS})(?:,?\s+(?:of\s+)?{_YEAR})?"),
    ("month", resolve.month, rf"\b{_IN}{_PART}?{_MONTH_YEAR}"),
    ("month", resolve.month, rf"\b{_IN}{_PART}?(?:{_LAST_OR_THIS})?{_MONTH}(?!['’]s\s+[A-Z])"),
    (
        "weekday",
        resolve.weekday,
        rf"\b(?:on\s+)?(?:{_LAST_OR_THIS})?(?:past\s+)?{_WEEKDAY}{_DAY_PART}",
    ),
    ("weekend", resolve.weekend, rf"\b{_OVER}(?:{_LAST_OR_THIS}|the\s+)(?:past\s+)?weekend\b"),
    (
        "near day",
        resolve.near_day,
        rf"\b(?:the\s+day\s+before\s+)?yesterday\b{_DAY_PART}|\blast\s+night\b",
    ),
    (
        "near day",
        resolve.near_day,
        r"\btoday\b|\btonight\b|\bthis\s+(?:morning|afternoon|evening)\b",
    ),
    ("this", resolve.this_unit, rf"\b{_IN}(?:earlier\s+)?this\s+{_THIS_UNIT}"),
    ("last", resolve.last_unit, rf"\b{_NOT_OWN}(?:earlier\s+)?last\s+{_THIS_UNIT}(?!\s+of\b)"),
    ("last", resolve.last_unit, rf"\b{_IN}{_PART}last\s+(?P<unit>month|week)\b"),
    (
        "rolling",
        resolve.rolling,
        rf"\b{_IN}(?:the|this)\s+(?:last|past)\s+(?:{_HOW_MANY})?{_UNITS}(?!\s+of\b)",
    ),
    (
        "rolling",
        resolve.rolling,
        rf"\b{_IN}{_NOT_OWN}(?:last|past)\s+{_HOW_MANY}{_UNITS}(?!\s+of\b)",
    ),
    ("ago", resolve.ago, rf"\b{_ABOUT}{_HOW_MANY}{_UNITS}\s+ago\b"),
    ("quarter", resolve.quarter, rf"\b{_IN}(?:the\s+)?Q(?P<nth>[1-4])\b(?:\s+{_OF_YEAR})?"),
    ("quarter", resolve.quarter, rf"\b{_IN}(?:the\s+)?{_NTH}[\s-]quarter\b(?:\s+{_OF_YEAR})?"),
    ("half", resolve.half, rf"\b{_IN}(?:the\s+)?(?P<nth>first|second)\s+half\s+{_OF_YEAR}"),
    ("season", resolve.season, rf"\b{_IN}(?:the\s+)?{_PART}?{_SEASON}\s+(?:of\s+)?{_YEAR}"),
    ("season", resolve.season, rf"\b{_IN}{_LAST_OR_THIS}(?:past\s+)?{_SEASON}(?!\s+(?:in|of)\b)"),
    ("season", resolve.season, rf"\b(?:in|during|over)\s+the\s+{_SEASON}(?=\s*(?:$|[?.,;]))"),
    (
        "year",
        resolve.year_in_words,
        rf"\b{_IN}{_PART}(?P<of>(?:the|this|last)\s+year\b)(?!\s+of\b)",
    ),
    ("year", resolve.year, rf"(?<!\w){_IN}(?:the\s+year\s+)?{_PART}?{_YEAR}"),
)
_TABLE = tuple(
    (name, read, re.compile(pattern, re.IGNORECASE))
    for name, read, pattern in (
        *((f"no date: {what}", resolve.nothing, pattern) for what, pattern in _NO_DATES),
        *_DATES,
    )
)


@dataclass(frozen=True, slots=True)
class TemporalExpression:
    """Characters `start` to `end` of a text, which name `period` by the table's row `rule`.

    `read` reads the same words as seen from another day.
    """

    start: int
    end: int
    rule: str
    period: Period
    read: Callable[[date], Period | None]


def mentions(text: str, today: date) -> list[TemporalExpression]:
    """The periods that words of `text` name, seen from `today`, in order and apart.

    Where expressions overlap the longest wins, also one that names no period, such as
    "Friday the 13th". Days that do not exist name none.

    >>> [(found.rule, str(found.period)) for found in mentions("On 9 August", date(2020, 9, 11))]
    [('day', '9 August 2020')]
    """
    matches = [(name, read, found) for name, read, rx in _TABLE for found in rx.finditer(text)]
    matches.sort(key=lambda row: (row[2].start() - row[2].end(), row[2].start()))
    taken = bytearray(len(text))
    kept: list[TemporalExpression] = []
    for name, read, found in matches:
        start, end = found.span()
        if any(taken[start:end]):
            continue
        taken[start:end] = b"x" * (end - start)
        period = _period(read, found, today)
        if period:
            kept.append(TemporalExpression(start, end, name, period, partial(_period, read, found)))
    return sorted(kept, key=lambda mention: mention.start)


def _period(read: Reading, found: re.Match[str], today: date) -> Period | None:
    try:
        period = read(found, today)
    except (ValueError, OverflowError):
        return None
    part = PARTS.get(resolve.group(found, "third") or resolve.group(found, "part"))
    return part_of(period, part) if period and part else period


EVENT_WORD = (
    r"(?:elections?|primary|referendum|vote|poll|ballot|attacks?|strike|walkout|raid|crash|collapse"
    r"|blast|explosion|bombing|shooting|murder|killing|death|fires?|wildfires?|floods?|storm|hurricane"
    r"|(?:earth)?quake|eruption|protests?|riots?|unrest|rally|march|coup|insurrection|invasion|war"
    r"|summit|talks|meeting|conference|debate|hearing|trial|verdict|ruling|match|game|final|race"
    r"|wedding|funeral|ceremony|speech|statement|announcement|launch|landing|deal|resignation"
    r"|derailment|outbreak|festival|concert|budget|lockdown|disaster|accident)"
)
EVENT_PHRASE = (
    rf"(?:the|an?|its|their|his|her|this|that)\s+(?:[^\s,;.?!]+\s+){{0,4}}?{EVENT_WORD}"
    r"(?:\s+(?:in|at|of|near|by|against|on)\s+(?:the\s+)?[^\s,;.?!]+){0,2}"
)

_WH = r"(?:who|whom|whose|which|what|when|where|how|why)"
_FIRST_WH = re.compile(rf"\b{_WH}\b", re.IGNORECASE)
_CLAUSE_START = re.compile(rf"[,;:()]\s|[—–]|\bbut\b|\band\s+(?={_WH}\b)", re.IGNORECASE)
_ASIDE = re.compile(
    r"\b(?:after|following|because|while|despite|amid|although|though|once|when|who|whom|whose"
    r"|which|that|where|as|if|whether|than|during|before|since|until"
    r"|over (?:the|his|her|its|their))\b",
    re.IGNORECASE,
)
_EVENT_BEFORE = re.compile(rf"\b{EVENT_PHRASE}\s+$", re.IGNORECASE)
_DETERMINER_BEFORE = re.compile(
    r"(?:\b(?:the|an?|this|that|its|their|his|her|whose|which)|['’]s)\s+$", re.IGNORECASE
)
_WORD_AFTER = re.compile(r",?\s+[\w“\"‘']")
_TO_COME = re.compile(
    r"\b(?:will|won['’]t|shall|going to|about to|upcoming|gearing up|is to|are to"
    r"|(?:is|are)\b(?:\s+\S+){0,6}?\s+(?:set|due|expected|scheduled|slated|planned|planning))\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:would|scheduled|planned|supposed to|was to|were to|starting|beginning|effective"
    r"|held|hosted|celebrated|observed|tak(?:e|es|ing) place|took place"
    r"|(?:was|were)\b(?:\s+\S+){0,6}?\s+(?:set|due|expected|slated))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:did|was|were|had|[a-z]{2,}ed|won|said|told|fell|took|made|broke|hit|left|went|came|found"
    r"|held|began|lost|gave|met|struck|shot|sold|bought|cut|wrote|spoke|ran|grew|rose|blew|drew|led"
    r"|kept|paid|stole|sank|shut|beat|became|got|saw|sent|brought|quit|put|died)\b",
    re.IGNORECASE,
)
_HABIT = re.compile(
    r"\b(?:every|each|annual(?:ly)?|always|usually|traditionally|typically|often|holiday"
    r"|anniversary|same year|in history)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\bhow (?:many|much|high|low)\b|\bwhat (?:percentage|share|proportion|number|rate)\b"
    r"|\b(?:per ?cent|average|rates?|percentage|prices?)\b",
    re.IGNORECASE,
)
_TELL = (
    r"say|tell|write|report|announce|claim|promise|warn|argue|call|demand|deny|admit|reveal|state"
    r"|publish|print|predict|describe"
)
_TOLD = r"said|told|wrote|written|reported|announced|claimed|promised|warned|argued|demanded|denied"
_STATED = re.compile(
    rf"\bdid\b[^?]*?\b(?:{_TELL})\b|^\W*(?:who|which\s+\w+|what)\s+(?:\w+\s+)?(?:{_TOLD})\b",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"\b(?:articles?|stories|story|coverage|headlines?|editorials?|news|reports?)\b"
    r"(?:\s+(?:that|which|was|were|published|printed|written|dated|from|of|in|on)){0,4}\s*$",
    re.IGNORECASE,
)
_FIRST_SINCE = re.compile(
    r"\b(?:first|last|only|most|least|worst|never"
    r"|(?!(?:prot|arr|inter|for|requ|cont|gu|inv|sugg|harv|pri|unr|w|t|qu|cr|ch|n|r)est\b)\w+est)\b[^.?!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bearing:
    """What the words around a date say of it.

    `asked`: it stands in the sentence that asks. `aside`: in a name, after the name of an
    event or in a clause of its own, so that it tells what the question is about.
    `figure`: a number is asked for. `stated`: what somebody said is asked for. `printed`:
    articles are. `record`: the first or the most of its kind "since" then.
    """

    asked: bool
    aside: bool
    to_come: bool
    planned: bool
    past: bool
    habit: bool
    figure: bool
    stated: bool
    printed: bool
    record: bool


def bearing(question: str, sentence: tuple[int, int], date: tuple[int, int]) -> Bearing:
    """How a sentence of the question uses a date, both given by where they start and end."""
    (left, right), (start, end) = sentence, date
    before, after, whole = question[left:start], question[end:right], question[left:right]
    return Bearing(
        asked=whole.endswith("?") or "?" not in question,
        aside=question[start:end].isdigit() or is_name(before, after) or _is_aside(before),
        to_come=bool(_TO_COME.search(whole)),
        planned=bool(_PLANNED.search(whole)),
        past=bool(_PAST.search(before + after)),
        habit=bool(_HABIT.search(whole)),
        figure=bool(_FIGURE.search(whole)),
        stated=bool(_STATED.search(whole)),
        printed=bool(_PRINTED.search(before)),
        record=bool(_FIRST_SINCE.search(before)),
    )


def is_name(before: str, after: str) -> bool:
    """Whether a date between these words is part of a name, such as "the 2020 election"."""
    if after[:2] in ("'s", "’s"):
        return True
    return bool(_DETERMINER_BEFORE.search(before) and _WORD_AFTER.match(after))


def _is_aside(before: str) -> bool:
    """Whether the words lead into a clause or an event that the date belongs to."""
    if _EVENT_BEFORE.search(before):
        return True
    asks = _FIRST_WH.search(before)
    rest = f"{before[: asks.start()]}{' ' * len(asks[0])}{before[asks.end() :]}" if asks else before
    return bool(_ASIDE.search(_CLAUSE_START.split(rest)[-1]))


_DAY_OF_MONTH = re.compile(
    rf"{_NUMBER}(?:\s+of)?\s+(?P<m>{_ALONE}|{_SHORT})(?:,?\s+(?P<y>\d{{4}}))?"
    rf"|(?P<month>{_ALONE}|{_SHORT})\s+(?P<day>\d\d?)(?:st|nd|rd|th)?"
    r"(?:,?\s+(?P<year>\d{4})|(?=\s*(?:$|[?.!,;])))",
    re.IGNORECASE,
)
_LEAP_YEAR = 2024


def impossible_day(text: str) -> str:
    """The first day in a text that no calendar has, in the text's words; "" where there is none.

    >>> impossible_day("What happened on 31 February 2025?"), impossible_day("on 29 February")
    ('31 February 2025', '')
    """
    for match in _DAY_OF_MONTH.finditer(text):
        month = (match["m"] or match["month"]).lower()[:3]
        number = next(n for n, name in enumerate(month_name) if name.lower()[:3] == month)
        year = int(match["y"] or match["year"] or 0) or _LEAP_YEAR
        if (
            year <= MINYEAR
            or not 0 < int(match["d"] or match["day"]) <= monthrange(year, number)[1]
        ):
            return match[0]
    return ""
