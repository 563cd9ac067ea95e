"""Numbers of a claim that one step leads to from those of the article, and those that none does."""

from __future__ import annotations

import pytest

from rag.language.quantities import quantities
from rag.verification.checks.amounts import amounts
from rag.verification.checks.evidence import Evidence

YARD = Evidence(
    (
        "Of the 88 hulls that the yard tested, 37 of the wooden ones floated and 25 of the others. "
        "Each ticket for the launch cost 60 crowns, and 140 were sold. "
        "The yard gives half of its prize of 50,000 crowns to the school. "
        "The crossing took 64 minutes in 2028 and takes nine minutes now. "
        "The dock was opened in 1962 and widened in 1987. "
        "The yard has triple the space that it had with 300 acres.",
    )
)


def unfounded(claim: str) -> list[str]:
    return [finding.reason for finding in amounts(claim, YARD)]


@pytest.mark.parametrize(
    "claim",
    [
        "In all, 62 of the hulls floated.",  # 37 + 25
        "Wooden hulls that floated were ahead by 12.",  # 37 - 25
        "The tickets brought in 8,400 crowns.",  # 140 x 60
        "The school gets 25,000 crowns.",  # half of 50,000
        "The crossing has become 55 minutes shorter.",  # 64 - 9
        "The time has fallen by more than 80 percent.",  # 55 of 64
        "The dock was 25 years old when it was widened.",  # 1987 - 1962
        "The yard has 900 acres.",  # three times 300
        "The crossing is shorter by 55.",  # of minutes
    ],
)
def test_a_number_that_one_step_leads_to_is_borne_out(claim: str) -> None:
    assert unfounded(claim) == []
    assert quantities(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "In all, 63 of the hulls floated.",
        "Twelve hulls floated.",  # 37 - 25, but nothing says that it is a difference
        "The tickets brought in 8,500 crowns.",
        "The school gets 20,000 crowns.",
        "The crossing has become 54 minutes shorter.",
        "The time has fallen by more than 90 percent.",
        "The dock was 26 years old when it was widened.",
        "The yard has 600 acres.",
    ],
)
def test_a_number_that_no_step_leads_to_is_named(claim: str) -> None:
    assert len(unfounded(claim)) == 1
