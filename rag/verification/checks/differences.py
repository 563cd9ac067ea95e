"""How two clauses of one act differ: in who, to whom, how much, where, how surely, by whose word.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.language.certainty import Status
from rag.language.opposites import base, offices, things, verbs
from rag.language.quantities import Quantity
from rag.language.referents import referent
from rag.language.roles import Argument, Clause
from rag.language.words import word_set
from rag.verification.checks.dates import times
from rag.verification.checks.evidence import Evidence, Severity, bases_of
from rag.verification.checks.saying import (
    SHARES,
    SHOWN,
    WEAKER,
    Difference,
    Said,
    distinct,
    figures,
    is_given,
    measures,
    one_name,
    related,
)

_DIRECTIONS = ("from", "to", "by")
_GOALS = ("to", "from", "with", "against")
_PLACES = word_set("in at near off on above outside inside around")
_OF_THEM = re.compile(r"\d (?:\w+ )?of (?:the|its|their|his|her) ")
_OWNED = re.compile(r"(?:their|its|his|her)\b", re.IGNORECASE)
_YET = re.compile(r"\byet\b", re.IGNORECASE)
_TENSELESS = word_set("cost cut put hit let set shut split spread hurt read quit bid rid shed cast")
_TO_COME: frozenset[Status] = frozenset({"coming", "planned", "wanted", "possible"})


def differences(mine: Said, other: Said, kind: str, evidence: Evidence) -> Iterator[Difference]:
    """How a clause of the claim differs from one of the article that has the same act."""
    ours, theirs = mine.clause, other.clause
    agent, patient = theirs.agent, theirs.patient
    if kind == "converse":
        yield from _converse(mine, other, evidence)
        return
    if ours.predicate and not theirs.predicate and agent is not None:
        # "The slope was open" is compared with "the slope was closed" by whom it is said of.
        agent, patient = patient or agent, None
    elif theirs.predicate and not ours.predicate and ours.agent is None:
        agent, patient = None, agent
    apart = [
        *_of(ours.agent, agent, mine, other, evidence),
        *_of(ours.patient, patient, mine, other, evidence, done_to=True),
    ]
    if kind == "opposite":
        others = ours.agent and agent and not (agent.pronoun or ours.agent.pronoun)
        if others and ours.agent and agent and not related(ours.agent, agent):
            return
        if not apart and ours.denied == theirs.denied and agree(ours, theirs, agent, patient):
            yield Difference("unsupported", f"the article says {theirs.shown}, not {ours.shown}", 9)
        return
    yield from apart
    yield from _turned_round(mine, other)
    waiting = theirs.status in _TO_COME and _YET.search(mine.text)
    if ours.verb in verbs("vague") and not ours.predicate:
        yield from _measures(mine, other)
        sure = ours.status == "fact" and theirs.status in _TO_COME
        open_both = theirs.status == "possible" and ours.status == "coming" and kind == "same"
        done_to = ours.patient and theirs.patient and agree(ours, theirs, agent, patient)
        if (open_both and not ours.patient) or (sure and (done_to or _same_goal(ours, theirs))):
            yield Difference("partly", f"the article says that it {SHOWN[theirs.status]}", 4)
        return
    open_still = ours.denied and (waiting or evidence.counters(theirs.verb, other.statement))
    supposed = ours.status == "possible" and theirs.status not in ("fact", "now")
    if ours.denied != theirs.denied and not open_still and not supposed:
        word = "denies" if theirs.denied else "does not deny"
        yield Difference("unsupported", f"the article {word} “{theirs.shown}”", 8)
    elif ours.status in WEAKER[theirs.status] and kind == "same" and not _open_tense(ours):
        reason = (
            f"the article says that it {SHOWN[theirs.status]}, not that it {SHOWN[ours.status]}"
        )
        yield Difference("partly", reason, 4)
    yield from _speakers(mine, other, evidence)
    if kind == "same" or agree(ours, theirs, agent, patient):
        yield from _measures(mine, other)
        yield from _places(mine, other, evidence)
        yield from times(mine, other, evidence)


def _same_goal(ours: Clause, theirs: Clause) -> bool:
    """Whether two clauses lead to one thing, as "go to court" does, with nothing done to any."""
    goals = [
        {each.head for how, each in one.others if how in ("to", "into")} for one in (ours, theirs)
    ]
    return not ours.patient and not theirs.patient and bool(goals[0] & goals[1])


def _open_tense(clause: Clause) -> bool:
    """Whether a verb may be of the present as well ("cost"), or is denied."""
    return clause.denied or clause.shown.lower() in _TENSELESS


def agree(ours: Clause, theirs: Clause, agent: Argument | None, patient: Argument | None) -> bool:
    """Whether two clauses surely are of the same: what one does, or has done to it, is shared."""
    for one, two in (
        (ours.agent, agent),
        (ours.patient, patient),
        (ours.agent, patient),
        (ours.patient, agent),
    ):
        if one is not None and two is not None and related(one, two):
            return True
    return False


def _of(
    one: Argument | None,
    two: Argument | None,
    mine: Said,
    other: Said,
    evidence: Evidence,
    *,
    done_to: bool = False,
) -> Iterator[Difference]:
    """Whether the claim has another in a role than the article."""
    if one is None or two is None or one.pronoun or mine.is_time(one) or other.is_time(two):
        return
    one = _without_capital(one, evidence)
    theirs = two.names
    if two.pronoun:
        theirs = _meant(two, other)
        if not theirs or not one.names:
            return
    shown = other.shown(two)
    if _OWNED.match(shown) and not done_to:
        return
    reason = f"the article says {shown}, not {mine.shown(one)}"
    if one.names & other.words(two) or theirs & mine.words(one):
        return
    if one.names and theirs:
        if not one_name(one.names, theirs, evidence):
            yield Difference("unsupported", reason, 7)
        return
    of_others = one.all_names and two.all_names and not one.all_names & two.all_names
    if of_others and one.head == two.head and not theirs and not one.names:
        if not one_name(one.all_names, two.all_names, evidence):
            named = [" ".join(sorted(each.all_names)).title() for each in (two, one)]
            yield Difference("unsupported", "the article says {}, not {}".format(*named), 6)
        return
    if two.pronoun or related(one, two):
        return
    elsewhere = [each for each in other.clause.arguments if each is not two]
    if other.text[: two.start].lower().endswith("only ") or shown.lower().startswith("only "):
        yield Difference("unsupported", reason, 6)
        return
    if theirs and not one.names and one.all_names:
        met = theirs | two.all_names | frozenset(w for each in elsewhere for w in each.all_names)
        if not one.all_names & met and not evidence.describes(theirs, one.words):
            yield Difference("unsupported", reason, 5)
            return
    if one.names:
        moved = any(one.names & each.all_names for each in elsewhere) or one.names & two.all_names
        if moved and not evidence.describes(one.names, two.words):
            yield Difference("unsupported", reason, 6)
        return
    yield from _by_nouns(one, two, mine, other, evidence, done_to=done_to)


def _by_nouns(
    one: Argument, two: Argument, mine: Said, other: Said, evidence: Evidence, *, done_to: bool
) -> Iterator[Difference]:
    """Whether the claim has another noun in a role than the article has a noun or a name."""
    theirs, shown = two.names, other.shown(two)
    reason = f"the article says {shown}, not {mine.shown(one)}"
    elsewhere = [each for each in other.clause.arguments if each is not two]
    beside = any(
        one.head == each.head or (not theirs and one.head in each.words) for each in elsewhere
    )
    if theirs:
        given = offices(one.head) | things(one.head) | one.words
        if _of_another_name(one, theirs, evidence) and not evidence.describes(theirs, given):
            yield Difference("unsupported", reason, 6)
            return
        if beside and not evidence.describes(theirs, given):
            yield Difference("unsupported", reason, 6)
    elif beside:
        yield Difference("unsupported" if not done_to else "partly", reason, 5)
    elif _compares(mine, one, other, two) and distinct(one, two, evidence):
        yield Difference("partly", reason, 4)


def _of_another_name(one: Argument, theirs: frozenset[str], evidence: Evidence) -> bool:
    """Whether a noun, as in "the union", is part of another name in the articles than `theirs`."""
    plural = f"{one.head}s"
    return one.head not in map(base, theirs) and not evidence.names.isdisjoint((one.head, plural))


def _compares(mine: Said, one: Argument, other: Said, two: Argument) -> bool:
    """Whether who acts can be compared: not what costs, is expected, or measures something."""
    clause = mine.clause
    open_verb = clause.governs or clause.verb in verbs("either")
    return not open_verb and not measures(mine.shown(one), other.shown(two))


def _without_capital(one: Argument, evidence: Evidence) -> Argument:
    """The phrase without a name that is but the word with which the sentence begins."""
    if one.start or not one.names <= evidence.small_words:
        return one
    return replace(one, names=frozenset(), all_names=one.all_names - one.names)


def _meant(pronoun: Argument, other: Said) -> frozenset[str]:
    """The folded words of the name for which "he" or "she" surely stands; () where unsure."""
    if other.statement is None or pronoun.head not in ("he", "she"):
        return frozenset()
    place = other.statement.start + pronoun.start
    name = referent(other.statement.article, place, "person", pronoun.head == "she")
    return frozenset(word.casefold() for word in (name or "").split())


def _converse(mine: Said, other: Said, evidence: Evidence) -> Iterator[Difference]:
    """Whether who sells in the one is whom the other has buy: "sold to X" is "X bought"."""
    ours, theirs = mine.clause, other.clause
    given = {name: each for name, each in ours.others if name in ("to", "from")}
    taken = {name: each for name, each in theirs.others if name in ("to", "from")}
    pairs = [
        (ours.agent, taken.get("from") or taken.get("to")),
        (given.get("to") or given.get("from"), theirs.agent),
    ]
    for one, two in pairs:
        yield from _of(one, two, mine, other, evidence)


def _speakers(mine: Said, other: Said, evidence: Evidence) -> Iterator[Difference]:
    one, two = mine.clause.speaker, other.clause.speaker
    if one is None or two is None or one.pronoun or is_source(mine.shown(one), evidence):
        return
    theirs = _meant(two, other) if two.pronoun else two.names
    if one.names & other.words(two) or theirs & mine.words(one):
        return
    if one.names and theirs and not one_name(one.names, theirs, evidence):
        said = " ".join(sorted(theirs)) if two.pronoun else other.shown(two)
        yield Difference(
            "unsupported", f"the article has {said} saying so, not {mine.shown(one)}", 7
        )


def is_source(shown: str, evidence: Evidence) -> bool:
    """Whether a claim only says where it was read: the outlet, the passages."""
    if re.search(r"\b(?:passage|article|report|text|source)s?\b", shown, re.IGNORECASE):
        return True
    return any(outlet and outlet.removeprefix("The ") in shown for outlet in evidence.outlets)


def _measures(mine: Said, other: Said) -> Iterator[Difference]:
    """A figure of the claim in a place where the same act has another figure."""
    if mine.clause.status == "wanted" != other.clause.status:
        # What somebody wants may be another number than what is done.
        return
    ours, theirs = figures(mine), figures(other)
    flat = [each for found in theirs.values() for each in found]
    for place, said in ours.items():
        there = theirs.get(place, [])
        for figure in said:
            if isinstance(figure, str):
                shares = [each for each in there if isinstance(each, str)]
                shares += [
                    f"{each.text} of them"
                    for each in there
                    if figure == "whole"
                    and isinstance(each, Quantity)
                    and _OF_THEM.search(other.text)
                ]
                if shares and figure not in shares:
                    yield Difference(
                        "unsupported", f"the article says {shares[0]}, not {figure}", 6
                    )
                continue
            counted = [each for each in there if isinstance(each, Quantity)]
            if figure.unit == "percent" and any(
                SHARES.get(each) == round(figure.value) for each in there if isinstance(each, str)
            ):
                continue
            if any(each.entails(figure) for each in counted):
                continue
            if is_given(other.text, figure, bases_of(mine.text)):
                continue
            if rivals := [each for each in counted if _comparable(each, figure, place)]:
                verdict: Severity = "unsupported" if rivals[0].unit == figure.unit else "partly"
                reason = f"the article says {rivals[0].text}, not {figure.text}"
                yield Difference(verdict, reason, 6)
            elif (
                there
                and not counted
                and not any(isinstance(e, Quantity) and e.entails(figure) for e in flat)
            ):
                yield Difference(
                    "unsupported", f"the article says {there[0]}, not {figure.text}", 6
                )
            elif place in _DIRECTIONS:
                moved = [
                    name
                    for name in _DIRECTIONS
                    if name != place
                    and any(
                        isinstance(e, Quantity) and e.entails(figure) for e in theirs.get(name, [])
                    )
                ]
                if moved:
                    reason = f"the article says {moved[0]} {figure.text}, not {place}"
                    yield Difference("unsupported", reason, 6)


def _comparable(held: Quantity, said: Quantity, place: str) -> bool:
    """Whether one figure can stand where the other does: of one measure, or of the same things."""
    if held.unit != said.unit:
        return place in ("agent", "patient")
    if held.unit or not held.noun or not said.noun or place in ("agent", "patient", "to", "from"):
        return True
    return base(said.noun) in things(base(held.noun))


def _turned_round(mine: Said, other: Said) -> Iterator[Difference]:
    """A name from which it goes in the claim and to which in the article, or the reverse."""
    ours, theirs = dict(mine.clause.others), dict(other.clause.others)
    taker, doer = theirs.get("to"), mine.clause.agent
    acts = other.clause.agent.names if other.clause.agent else frozenset()
    if doer is not None and taker is not None and doer.names & taker.names - acts:
        yield Difference("unsupported", f"the article has it done to {mine.shown(doer)}", 6)
    for here, there in (("from", "to"), ("to", "from")):
        if here not in ours or there not in theirs:
            continue
        same = here in theirs and ours[here].names & theirs[here].names
        if ours[here].names & theirs[there].names and not same:
            shown = mine.shown(ours[here])
            yield Difference("unsupported", f"the article says {there} {shown}, not {here}", 6)


def _places(mine: Said, other: Said, evidence: Evidence) -> Iterator[Difference]:
    """A place in the claim where the same act has another one."""
    for name, each in mine.clause.others:
        there = [two for how, two in other.clause.others if how == name and not other.is_time(two)]
        if name not in (*_PLACES, *_GOALS) or not there or mine.is_time(each):
            continue
        named = frozenset(word for two in there for word in two.all_names)
        differ = bool(each.names and named and not each.all_names & named)
        if name in _GOALS:
            differ = differ and not one_name(each.names, named, evidence)
        strange = (
            name in _PLACES
            and each.head not in evidence.vocabulary
            and not each.names
            and not any(related(each, two) for two in there)
        )
        if differ or (strange and each.head.isalpha()):
            reason = f"the article says {other.shown(there[0])}, not {mine.shown(each)}"
            yield Difference("unsupported" if differ else "partly", reason, 5)
