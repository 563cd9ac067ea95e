"""Whether a clause of a claim is of the time at which the article has the same act."""

from __future__ import annotations

from collections.abc import Iterator

from rag.language.moments import Moment, moments
from rag.verification.checks.evidence import Evidence
from rag.verification.checks.saying import Difference, Said

_NEAR_FRONT = 12
"""A time this many characters into a phrase still is what the phrase is about."""


def times(mine: Said, other: Said, evidence: Evidence) -> Iterator[Difference]:
    """A day, month or year of the claim where the same act has another one of that kind.

    "Rejected in April" differs from "rejected in May", though the article has both months.
    """
    ours, theirs = _moments(mine, evidence), _moments(other, evidence)
    for said in ours:
        rivals = [held for held in theirs if held.unit == said.unit or held.unit == "day"]
        if rivals and not any(held.bears_out(said) for held in theirs):
            reason = f"the article says {rivals[0].text}, not {said.text}"
            yield Difference("unsupported", reason, 6)


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
