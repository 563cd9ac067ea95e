"""Whether a clause of a claim is of the time at which the article has the same act."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.moments import Moment, moments
from rag.language.roles import clauses_of
from rag.verification.checks.evidence import Evidence
from rag.verification.checks.saying import Difference, Said

_APART = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|long|shortly|soon) (?:after|before)\b[^,;]*$"
)
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
