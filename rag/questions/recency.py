"""How much a question cares that an article is new, by rules on its words; no weights here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.records import Understood

Recency = Literal["latest", "at the time", "timeless", "open"]

_UP_TO_NOW = re.compile(
    r"^(?:(?:in|during|over|within|throughout)\s+)?(?:(?:the\s+)?(?:earlier\s+)?"
    r"(?:this|past|today|tonight|last\s+\w+\s+(?:hour|day|week|month|year)s?)\b"
    r"|the\s+last\s+(?:hour|day|week|month|year)\b)",
    re.IGNORECASE,
)

_RULES: tuple[tuple[Recency, str, str], ...] = (
    ("at the time", "a past that is not dated", r"\bat the time\b|\bback then\b|\bin those days\b"),
    (
        "latest",
        "words for the present",
        r"\b(?:latest|newest|most recent|recent|recently|lately|now|nowadays|current|currently"
        r"|presently|at present|at the moment|right now|these days|so far|to date|still|no longer"
        r"|not yet|up to date|ongoing|today|tonight)\b"
        r"|\b(?:this|past|last)\s+(?:week|weekend|month|morning|season|spring|summer|autumn|winter)\b"
        r"|\bthis year\b",
    ),
    (
        "timeless",
        "what a thing is or means",
        r"^\W*what(?:['’]s|\s+is|\s+are)\s+an?\s|\bwhat\s+do(?:es)?\b.*\b(?:mean|stand\s+for)\b"
        r"|\b(?:meaning|definition|origins?|history)\s+of\b|\bdifference\s+between\b",
    ),
    (
        "timeless",
        "how the world works",
        r"^\W*why\s+do\b(?!\s+(?:the|these|those)\b)|\bhow\s+do(?:es)?\b.*\bwork\b"
        r"|^\W*what\s+causes\b",
    ),
    (
        "timeless",
        "who made it, and in which year",
        r"\bwho\s+(?:first\s+)?(?:invented|discovered|founded|wrote|composed|painted|coined|designed)\b"
        r"|\bwhen\s+was\b.*\b(?:born|founded|built|invented|discovered|established)\b"
        r"|\b(?:what|which)\s+year\b",
    ),
    (
        "timeless",
        "the first or most in all of history",
        r"^\W*(?:who|what|which\s+\w+)\s+(?:is|was|are|were)\s+the\b.*"
        r"\b(?:in\s+(?:\w+\s+)?history|of\s+all\s+time|ever)\b",
    ),
    (
        "latest",
        "who holds an office",
        r"^\W*who(?:['’]s|\s+is|\s+are)\s+(?:the|in)\b|\bwho\s+(?:leads|heads|runs|owns|chairs|governs)\b",
    ),
    (
        "latest",
        "how things stand",
        r"^\W*(?:is|are)\s+(?:the|there)\b|\bhow\s+(?:many|much)\s+"
        r"(?:(?!did\b|was\b|were\b)\w+\s+){0,3}?(?:are|is|has|have|remain)\b"
        r"|\b(?:is|are)\s+(?:not\s+|also\s+)?being\b",
    ),
    (
        "latest",
        "what has come about",
        r"\b(?:has|have|hasn['’]t|haven['’]t)\s+(?:\w+\s+){0,5}?"
        r"(?:been|become|begun|bought|broken|come|done|fallen|found|given|gone|grown|had|held|left"
        r"|lost|made|met|paid|put|risen|said|sent|shut|sold|stolen|struck|taken|told|won|\w{2,}ed)\b",
    ),
)
_COMPILED = tuple((answer, re.compile(pattern, re.IGNORECASE)) for answer, _, pattern in _RULES)


def recency(question: str, dates: Sequence[Understood]) -> Recency:
    """Whether the question asks for the latest, for a past time, for what lasts, or leaves it open.

    `dates` are what `find_dates` made of it, and decide first: a time that reaches up to
    now, or "since" some time, asks for the latest; one that is over, for what was said
    then. A date that only helps to name something decides nothing. After that the first
    rule that fits decides, and where none does, the question is "open".

    >>> recency("Who is the mayor of Marren?", ()), recency("What is a levee?", ())
    ('latest', 'timeless')
    """
    if any(_UP_TO_NOW.search(found.words) for found in dates):
        return "latest"
    if any(found.filters.published_before for found in dates):
        return "at the time"
    if any(found.strict for found in dates):
        return "latest"
    return next((answer for answer, rule in _COMPILED if rule.search(question)), "open")
