"""Whether the numbers of a claim, with their units, stand in what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from rag.language.moments import without_moments
from rag.language.quantities import Quantity, quantities
from rag.verification.checks.evidence import Evidence, Finding, told_apart


def amounts(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The numbers that no number of the cited text bears out, exactly or rounded."""
    claimed = quantities(without_moments(claim))
    same = [held for held in evidence.quantities if any(_equal(held, said) for said in claimed)]
    free = [held for held in evidence.quantities if held not in same]
    for said in claimed:
        # A number that the claim gives as it is cannot also be what it rounds another to.
        if any(_equal(held, said) for held in same) or any(held.bears_out(said) for held in free):
            continue
        rivals = [
            _shown(held)
            for held in free
            if _comparable(held, said) and not any(held.bears_out(other) for other in claimed)
        ]
        yield told_apart(_shown(said), rivals, "number")


def _equal(held: Quantity, said: Quantity) -> bool:
    return held.bears_out(said) and said.bears_out(held)


def _comparable(held: Quantity, said: Quantity) -> bool:
    """Whether one can stand in the other's place: the same measure, or the same number."""
    return held.unit == said.unit or held.value == said.value


def _shown(quantity: Quantity) -> str:
    """The number as it is written, and for a plain one also on which side the true one lies."""
    side = {"above": "more than ", "below": "less than "}.get(quantity.bound, "")
    return f"{side}{quantity.text}"
