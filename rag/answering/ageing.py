"""A warning where the newest evidence of an answer is old for what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rag.answering.question import Question
from rag.answering.wording import spoken_date
from rag.records import Citation
from rag.understanding.periods import day_in_words
from rag.understanding.recency import recency

OLD = timedelta(days=30)
"""How old evidence may be for a question about the latest; in daily news, a month is long."""

_MONTH = 30
_YEAR = 365


def old_evidence(asked: Question, citations: Sequence[Citation]) -> tuple[str, ...]:
    """A note that the evidence is old, if the question asks for the latest and it is; else none.

    The newest article cited counts. Without dated citations there is nothing to say.
    """
    dates = [each.article.published for each in citations if each.article.published]
    if not dates or recency(asked.standalone, asked.understood) != "latest":
        return ()
    newest = max(dates, key=lambda published: published.at)
    if asked.as_of - newest.at <= OLD:
        return ()
    today = asked.as_of.date()
    age = _in_words(newest.at.date(), today)
    return (
        f"The newest evidence is of {spoken_date(newest)}, {age} before {day_in_words(today)}: "
        "it may be out of date.",
    )


def _in_words(then: date, now: date) -> str:
    """How much time lies between two days, in the largest unit that makes at least two.

    >>> _in_words(date(2031, 3, 1), date(2031, 6, 10))
    '3 months'
    """
    days = (now - then).days
    for unit, length in (("year", _YEAR), ("month", _MONTH)):
        if days >= 2 * length:
            return f"{days // length} {unit}s"
    return f"{days} days"
