"""Whether the times that a claim, or one of its clauses, names are those of what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.language.entities import QUOTED
from rag.language.moments import Moment, moments
from rag.language.roles import clauses_of
from rag.verification.checks.evidence import Evidence, Finding, mismatch
from rag.verification.checks.saying import Difference, Said

_SEASON = re.compile(
    r"\b(last|past|this|next)\s(?:spring|summer|autumn|fall|winter|season)\b", re.IGNORECASE
)
_YEAR = 12
_APART = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|long|shortly|soon) (?:after|before)\b[^,;]*$"
)
_DEICTIC = re.compile(
    r"\b(?:today(?!['’]s)|tomorrow|yesterday|tonight|this (?:morning|afternoon|evening)"
    r"|last night)\b",
    re.IGNORECASE,
)


def dates(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The days, months and years that neither the cited text nor its article's date bears out."""
    claimed = moments(claim, evidence.published)
    for said in claimed:
        if any(held.entails(said) for held in evidence.moments) or _of_season(said, evidence):
            continue
        free = [
            held
            for held in evidence.moments
            if held.unit == said.unit and not any(held.entails(other) for other in claimed)
        ]
        # An article tells of its own day without naming it, but not of another year than it names.
        if _is_publication(said, evidence) and (said.unit == "day" or not free):
            continue
        if any(held.entails(said) for held in evidence.moments_around) and not free:
            reason = f"{said.text} stands elsewhere in the article, not in the cited text"
            yield Finding("partly", reason, "date")
            continue
        yield mismatch(said.text, [held.text for held in free], "date")


def _of_season(said: Moment, evidence: Evidence) -> bool:
    """Whether a year is that of a "next spring", or a month that of a "July" without a year.

    From the article's day, a month of the past or the coming twelve may be meant.
    """
    day = evidence.published
    if day is None or not said.year:
        return False
    if not said.month:
        steps = {"last": (-1, 0), "past": (-1, 0), "this": (0,), "next": (1,)}
        named = [m[1].lower() for text in evidence.texts for m in _SEASON.finditer(text)]
        return any(said.year - day.year in steps[which] for which in named)
    apart = (said.year - day.year) * 12 + said.month - day.month
    return abs(apart) < _YEAR and any(
        (held.month, held.day, held.year) == (said.month, said.day, 0) for held in evidence.moments
    )


def seen_from(claim: str, evidence: Evidence, today: date | None) -> Iterator[Finding]:
    """A "tomorrow" of the claim that is not the reader's, since the article is of another day.

    What stands in quotation marks is the article's. Without `today`, the reader's day is unknown.
    """
    day = evidence.published
    match = _DEICTIC.search(QUOTED.sub(" ", claim))
    if match is None or day is None or day == today:
        return
    shown = f"{day.day} {day:%B %Y}"
    reason = f"“{match[0]}” is as seen from the article's day, {shown}"
    yield Finding("unsupported" if today else "partly", reason, "date")


def _is_publication(said: Moment, evidence: Evidence) -> bool:
    """Whether a date of the calendar is when an article appeared; "on Monday" is no such."""
    return bool(said.year or said.month) and any(day.entails(said) for day in evidence.dates)


def appeared(introduction: str, evidence: Evidence) -> Iterator[Finding]:
    """The dates that an introduction gives an article which appeared on another."""
    for said in moments(introduction, evidence.published):
        if not _is_publication(said, evidence):
            days = " and ".join(dict.fromkeys(day.text for day in evidence.dates))
            was = f"the article appeared on {days}" if days else "the article has no date"
            yield Finding("unsupported", f"{was}, not {said.text}", "date")


_NEAR_FRONT = 12
"""A time this many characters into a phrase still is what the phrase is about."""


def times(mine: Said, other: Said, evidence: Evidence) -> Iterator[Difference]:
    """A day, month or year of the claim where the same act has another one of that kind.

    "Rejected in April" differs from "rejected in May", though the article has both months.
    """
    ours, theirs = _moments(mine, evidence), _moments(other, evidence)
    for said in ours:
        rivals = [held for held in theirs if held.unit == said.unit or held.unit == "day"]
        if rivals and not any(held.entails(said) for held in theirs):
            reason = f"the article says {rivals[0].text}, not {said.text}"
            yield Difference("unsupported", reason, 6)
        elif not rivals and said.unit == "day" and (act := _day_of(said, other, evidence)):
            yield Difference("unsupported", f"the article has {said.text} for “{act}”", 6)


def _day_of(said: Moment, other: Said, evidence: Evidence) -> str:
    """The other act to which a day belongs, else "": "admitted on Monday, a week after it saw".

    Only an act that comes before or after that other is surely of another day.
    """
    if not other.clause.aside or not _APART.search(other.text[: other.clause.start]):
        return ""
    for clause in clauses_of(other.text):
        if clause.verb == other.clause.verb or clause.aside:
            continue
        named = _moments(Said(clause, other.text, other.statement), evidence)
        if any(each.entails(said) for each in named):
            return clause.shown
    return ""


def _moments(one: Said, evidence: Evidence) -> list[Moment]:
    """The times that the phrases of a clause name, where a phrase begins with one."""
    found: list[Moment] = []
    for how, each in one.clause.others:
        # "May" alone is a verb as often; "in May" is not.
        phrase = f"{how} {one.shown(each)}" if how != "by" else one.shown(each)
        named = moments(phrase, evidence.published)
        if named and phrase.find(named[0].text) <= _NEAR_FRONT:
            found += named[:1]
    return found
