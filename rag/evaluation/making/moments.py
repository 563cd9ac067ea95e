"""When did it happen: questions whose answer is the one date of a sentence."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from rag.evaluation.making.drafts import Draft
from rag.evaluation.making.wording import clause, is_clear, plain, tidy

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
)
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?)(?:,?\s\d{{4}})?"
)
_YEAR = r"(?:1[89]|20)\d\d"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s)?"
_WHEN = re.compile(
    rf",?\s?\b(?:(?:on|On)\s{_WEEKDAY}(?P<day>{_DAY})"
    rf"|(?:in|In)\s(?P<month>{_MONTH}\s{_YEAR})|(?:in|In)\s(?P<year>{_YEAR}))(?![\w-])"
)
_ANY_DATE = re.compile(rf"\b{_YEAR}\b|\b{_MONTH}(?=\s|$)|\b\d{{4}}s\b")
_PERFECT = ("has", "have", "had")
_PLANNED = re.compile(r"(?:set|due|scheduled|expected|planned)\b")
# Words by which the date may belong to something else than the verb that is asked about.
_ELSEWHEN = re.compile(
    r"\b(?:born\s[A-Z]\w*|since|until|prior|every|after|before|when|that|(?:of|for|by|from)\s\w+ing)\b"
    r"|\b(?:for|about|of|after|before)\s(?:an?|the)\s\w+$"
)


def moment_drafts(sentence: str, common: Container[str] = ()) -> Iterator[Draft]:
    """A question for the date of a sentence that names one day, month or year.

    >>> [d.question for d in moment_drafts("The Osier Bridge was opened in 1968.")]
    ['In which year was the Osier Bridge opened?']
    """
    shown = " ".join(sentence.split())
    found = list(_WHEN.finditer(shown))
    if len(found) != 1:
        return
    match = found[0]
    rest = shown[: match.start()] + shown[match.end() :]
    text = plain(rest.lstrip(" ,"), common)
    if not text or _ANY_DATE.search(text) or not _ends_clause(shown, match):
        return
    divided = clause(text)
    if divided is None or divided.auxiliary in _PERFECT or _ELSEWHEN.search(text):
        return
    if divided.rest[:1].isdigit():
        return
    if divided.auxiliary in ("is", "are") and not _PLANNED.match(divided.rest):
        return
    kind, answer = next((name, value) for name, value in match.groupdict().items() if value)
    asked = "In which year" if kind == "year" else "When"
    question = tidy(f"{asked} {divided.asked(divided.rest)}")
    if is_clear(question, answer):
        yield Draft(question, (answer,), sentence, "date")


def _ends_clause(text: str, match: re.Match[str]) -> bool:
    """Whether the date stands at the beginning of the sentence or ends its main clause."""
    if match.start() == 0:
        return True
    follows = re.match(r"\.|,\s(?!\d)|\s(?:in|at|near|with|for)\s", text[match.end() :])
    return bool(follows) and "," not in text[: match.start()]
