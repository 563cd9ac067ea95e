"""Whether the times that a claim names are those of what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from rag.language.moments import Moment, moments
from rag.verification.checks.evidence import Evidence, Finding, told_apart


def dates(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The days, months and years that neither the cited text nor its article's date bears out."""
    claimed = moments(claim, evidence.published)
    for said in claimed:
        if any(held.bears_out(said) for held in evidence.moments):
            continue
        free = [
            held
            for held in evidence.moments
            if held.unit == said.unit and not any(held.bears_out(other) for other in claimed)
        ]
        # An article tells of its own day without naming it, but not of another year than it names.
        if _is_publication(said, evidence) and (said.unit == "day" or not free):
            continue
        if any(held.bears_out(said) for held in evidence.moments_around) and not free:
            reason = f"{said.text} stands elsewhere in the article, not in the cited text"
            yield Finding("partly", reason, "date")
            continue
        yield told_apart(said.text, [held.text for held in free], "date")


def _is_publication(said: Moment, evidence: Evidence) -> bool:
    """Whether a date of the calendar is when an article appeared; "on Monday" is no such."""
    return bool(said.year or said.month) and any(day.bears_out(said) for day in evidence.dates)


def appeared(introduction: str, evidence: Evidence) -> Iterator[Finding]:
    """The dates that an introduction gives an article which appeared on another."""
    for said in moments(introduction, evidence.published):
        if not _is_publication(said, evidence):
            days = " and ".join(dict.fromkeys(day.text for day in evidence.dates))
            was = f"the article appeared on {days}" if days else "the article has no date"
            yield Finding("unsupported", f"{was}, not {said.text}", "date")
