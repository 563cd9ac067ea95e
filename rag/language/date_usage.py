"""How the sentence around a date uses it, by rules on words; knows nothing of the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
