"""Tells the words of an article from those that an answer puts around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answers.wording import introduction
from rag.records import Answer, Citation, Claim
from rag.verification.markers import without_markers

_DAY = re.compile(r"(?:[^\n–]{1,60} – )?")
"""The day that heads a sentence of a chronology."""

_NAME = re.compile(r"(?:\[[^\[\]\n]{1,80}\] )?")
"""The name that a quoted pronoun stands for."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A claim that only quotes: what is `cited`, what stands before, and the marker `after`.

    Before them are the `day` of a chronology, the `origin` (outlet and date) and the `name` that
    a quoted pronoun stands for, in brackets; each is "" where it is not there.
    """

    day: str
    origin: str
    name: str
    cited: Citation
    after: str


def quotation(answer: Answer, claim: Claim) -> Quotation | None:
    """The claim as a quotation; None where it says anything in words of its own."""
    said = answer.text[claim.start : claim.end]
    for citation in answer.citations:
        if citation.number not in claim.citations:
            continue
        origin = introduction(citation.article)
        origin = origin if origin in said else ""
        day, _, rest = said.partition(origin) if origin else ("", "", said)
        name, words, after = rest.partition(citation.quote)
        plain = _DAY.fullmatch(day) and _NAME.fullmatch(name)
        if words and plain and not without_markers(after).strip():
            return Quotation(day, origin, name, citation, after)
    return None


def only_quotes(answer: Answer, start: int, end: int) -> bool:
    """Whether characters `start` to `end` of an answer are quotations and nothing else."""
    position = start
    for claim in sorted(answer.claims, key=lambda each: each.start):
        if claim.end <= start or claim.start >= end:
            continue
        if answer.text[position : claim.start].strip() or quotation(answer, claim) is None:
            return False
        position = claim.end
    return position > start and not answer.text[position:end].strip()
