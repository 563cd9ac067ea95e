"""Whether the numbers of a claim, with their units, stand in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.moments import without_moments
from rag.language.opposites import base
from rag.language.quantities import Quantity, quantities, quantity_places
from rag.language.synonyms import kinds
from rag.verification.checks.arithmetic import worked_out
from rag.verification.checks.evidence import Evidence, Finding, mismatch
from rag.verification.checks.written import joined_numbers

_RATE = re.compile(
    r"\s*(?:[\w’'-]+\s){0,2}?(?:(?P<every>(?:a|an|per|each|every)\s(?P<unit>second|minute|hour|day"
    r"|night|week|month|quarter|year|decade|person|head|household|pupil|passenger|customer|car|trip"
    r"|ticket|kilo|kilogram|tonne|litre|mile|kilomet(?:re|er)))|(?P<adverb>hourly|daily|weekly|monthly"
    r"|annually|yearly))\b(?!\s(?:later|ago|earlier|before|after|old))",
    re.IGNORECASE,
)
_ANIMAL = base("animal")
_PEOPLE = frozenset(map(base, ("people", "person", "persons", "men", "women", "children")))
_MEASURES = ("length", "mass", "volume", "area", "speed", "degrees", "power")
_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "annually": "year",
    "yearly": "year",
}


def amounts(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """The numbers that no number of the cited text bears out, exactly or rounded where it says so.

    What a claim works out itself may differ: "by two, from eight to ten".
    """
    plain = joined_numbers(without_moments(claim))
    claimed = quantities(plain)
    same = [held for held in evidence.quantities if any(_equal(held, said) for said in claimed)]
    free = [held for held in evidence.quantities if held not in same]
    for said in claimed:
        # A number that the claim gives as it is cannot also be what it rounds another to.
        bearing = [held for held in same if _equal(held, said)]
        bearing += [held for held in free if held.entails(said)]
        if bearing and not _only_bare(said, bearing, evidence):
            continue
        if worked_out(said, plain, evidence):
            continue
        rivals = [
            _shown(held)
            for held in free
            if _comparable(held, said) and not any(held.entails(other) for other in claimed)
        ]
        yield mismatch(_shown(said), rivals, "number")
    yield from _of_no_people(claimed, evidence)
    yield from _rates(plain, evidence)


def _only_bare(said: Quantity, bearing: Sequence[Quantity], evidence: Evidence) -> bool:
    """Whether numbers without a unit bear out one with a unit, which the article gives otherwise.

    "19 miles" is not the 19 of "19 to 12" where the article has "nine miles". Money, times and
    shares are often left without their unit.
    """
    if said.unit.split(" ")[-1] not in _MEASURES or any(held.unit or held.noun for held in bearing):
        return False
    return any(held.unit == said.unit for held in evidence.quantities)


def _equal(held: Quantity, said: Quantity) -> bool:
    return held.entails(said) and said.entails(held)


def _comparable(held: Quantity, said: Quantity) -> bool:
    """Whether one can stand in the other's place: the same measure, or the same number."""
    return held.unit == said.unit or held.value == said.value


def _shown(quantity: Quantity) -> str:
    """The number as it is written, and for a plain one also on which side the true one lies."""
    side = {"above": "more than ", "below": "less than "}.get(quantity.bound, "")
    return f"{side}{quantity.text}"


def _of_no_people(claimed: Sequence[Quantity], evidence: Evidence) -> Iterator[Finding]:
    """A number of people that the article has only of animals: "204 sheep"."""
    for said in claimed:
        if base(said.noun) not in _PEOPLE:
            continue
        there = [base(held.noun) for held in evidence.quantities if held.entails(said)]
        if there and all(noun not in _PEOPLE and _ANIMAL in kinds(noun) for noun in there):
            held = next(each for each in evidence.quantities if each.entails(said))
            reason = f"the article says {held.text} {held.noun}, not {said.noun}"
            yield Finding("unsupported", reason, "number")


def _rates(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A number "a month" that the article gives a year, or for no time at all."""
    for _, said, rate in _with_rates(claim):
        if not rate:
            continue
        there: list[str] = []
        around = [found for each in evidence.sentences for found in _with_rates(each.text)]
        for _, held, other in around:
            if held.entails(said):
                there.append(other)
        if there and not any(there) and rate in {each for _, _, each in around}:
            continue
        if there and rate not in there:
            known = next(filter(None, there), "")
            shown = (
                f"the article says {said.text} a {known}" if known else "the article does not say"
            )
            reason = f"{shown}, not a {rate}" if known else f"{shown} {said.text} a {rate}"
            yield Finding("unsupported", reason, "number")


def _with_rates(text: str) -> Iterator[tuple[int, Quantity, str]]:
    """Each number with its place and for what it is given: "month" of "5 marks a month"."""
    for at, quantity in quantity_places(text):
        match = _RATE.match(text, at + len(quantity.text))
        unit = (match["unit"] or _ADVERBS[match["adverb"].lower()]).lower() if match else ""
        yield at, quantity, unit
