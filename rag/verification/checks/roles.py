"""Whether those who act in a claim, and what they do to whom, are those of the article.

A clause of the claim is compared with the clauses of the article that have the same act. One that
agrees with it is enough; where all differ, the nearest says how. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rag.language.entities import numbers
from rag.language.moments import without_moments
from rag.language.name_matching import alike, name_words
from rag.language.opposites import base, contraries, converses, near, offices, same, things, verbs
from rag.language.quantities import Quantity, quantity_places
from rag.language.referents import referent
from rag.language.roles import Argument, Clause, Status, clauses_of
from rag.language.words import word_set
from rag.verification.checks.evidence import (
    Evidence,
    Finding,
    Severity,
    Statement,
    bases_of,
    joined_numbers,
    sentence,
)

_MOST = 6
_LEAST_SHARED = 0.3
_FEW = 3
_DIRECTIONS = ("from", "to", "by")
_PLACES = word_set("in at near off on above outside inside around")
_ANAPHORIC = re.compile(r"(?:the|this|that|these|those|its|his|her|their|both)\b", re.IGNORECASE)
_WITHOUT = re.compile(r"\b(?:without|no)\s+(?:any\s+)?([a-z]+)")
_CLOCK = re.compile(r"\s*(?:past|to) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b")
_FRACTION = re.compile(
    r"\b(half(?! past)|halves|quarters?|thirds?|fifths?|whole|all|entire|full|both)\b", re.IGNORECASE
)
_WHOLE = word_set("whole all entire full")
_WEAKER: dict[Status, frozenset[Status]] = {
    "fact": frozenset(),
    "now": frozenset(),
    "claimed": frozenset(),
    "coming": frozenset({"fact"}),
    "planned": frozenset({"fact", "now"}),
    "possible": frozenset({"fact", "now", "coming"}),
}
_SHOWN: dict[Status, str] = {
    "fact": "has happened",
    "now": "is so",
    "coming": "will happen",
    "planned": "is planned or wanted",
    "possible": "may happen",
    "claimed": "is said",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause with the sentence that it stands in, and where that is cited or not."""

    clause: Clause
    text: str
    statement: Statement | None = None

    def shown(self, argument: Argument) -> str:
        """The words of a phrase."""
        return " ".join(self.text[argument.start : argument.end].split()).strip(" ,;")

    def words(self, argument: Argument) -> frozenset[str]:
        """The folded words of a phrase, as names are compared."""
        return frozenset(name_words(self.text[argument.start : argument.end]))

    def is_time(self, argument: Argument) -> bool:
        """Whether a phrase only says when: "Tuesday", "the end of 2037"."""
        shown = self.shown(argument)
        return shown != (rest := without_moments(shown)) and len(rest.split()) <= _FEW


@dataclass(frozen=True, slots=True)
class _Difference:
    verdict: Severity
    reason: str
    weight: int


def roles(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """What the article says otherwise of the same act: who, to whom, how much, whether, who says so.

    Words in quotation marks are not read.
    """
    said = sentence(claim)
    near_by = evidence.about(said, _MOST, _FEW)
    there = [
        _Said(clause, each.text, each)
        for each in near_by
        for clause in clauses_of(each.text)
    ]
    clauses = clauses_of(claim)
    for clause in clauses:
        if not clause.governs and not clause.quoted:
            yield from _compared(_Said(_identified(clause, clauses), claim), there, evidence)


def _identified(clause: Clause, clauses: Sequence[Clause]) -> Clause:
    """The clause with the name of its agent: that of "the person who sold it was Ann Orr"."""
    for other in clauses:
        named = next((each for how, each in other.others if how == "is"), None)
        if named is None or not named.names or other.agent is None or clause.agent is None:
            continue
        if clause is not other and clause.agent.start == other.agent.start and not other.denied:
            return replace(clause, agent=named)
    return clause


def _compared(mine: _Said, there: Sequence[_Said], evidence: Evidence) -> Iterator[Finding]:
    candidates = [(each, kind) for each in there if (kind := _same_act(mine.clause, each.clause))]
    agreeing, differing = [], []
    stranger = None
    for other, kind in candidates:
        each = replace(other, clause=_turned(mine.clause, other.clause))
        shared = _shared(mine.clause, each.clause, kind)
        if not shared and kind == "same" and _content(mine.clause) & bases_of(each.text):
            shared = 1
        if shared <= 0:
            continue
        found = list(_differences(mine, each, kind, evidence))
        if found and kind != "near":
            enough = shared >= _LEAST_SHARED * len(_content(mine.clause))
            if enough and _akin(mine.clause, each.clause, kind):
                differing.append((shared, found))
        elif not found and (kind != "opposite" or _undone(mine.clause, each.clause)):
            strange = _stranger(mine, each, evidence)
            stranger = stranger or strange
            apart = kind == "near" and not _agree(
                mine.clause, each.clause, each.clause.agent, each.clause.patient
            )
            agreeing.append((shared, bool(strange) or apart or _silent(mine, each)))
    best = max((shared for shared, silent in agreeing if not silent), default=0)
    if differing:
        shared, found = max(differing, key=lambda one: (one[0], -len(one[1])))
        if shared > best or (best == 0 and not agreeing):
            worst = max(found, key=lambda one: one.weight)
            yield Finding(worst.verdict, worst.reason, "role")
    elif not agreeing:
        yield from _missing(mine, evidence)
    elif not best and stranger:
        yield Finding("partly", stranger, "role")


def _akin(mine: Clause, other: Clause, kind: str) -> bool:
    """Whether two clauses are of one event: one of their phrases is the same, or all is exchanged."""
    if kind == "converse" or _agree(mine, other, other.agent, other.patient):
        return True
    ours = frozenset().union(*(each.words for _, each in mine.others))
    theirs: frozenset[str] = frozenset().union(*(each.words for _, each in other.others))
    bare = mine.patient is None and other.patient is None and not mine.others
    return bool(ours & theirs) or bare or mine.agent is None or other.agent is None


def _turned(mine: Clause, other: Clause) -> Clause:
    """The other clause with what it is said of in the same place: "jobs move", "moves jobs"."""
    if mine.patient is None and mine.agent is not None and other.patient is not None:
        if other.agent is None or (
            _related(mine.agent, other.patient) and not _related(mine.agent, other.agent)
        ):
            return replace(other, agent=other.patient, patient=None)
    if mine.agent is None and mine.patient is not None and other.patient is None and other.agent:
        return replace(other, agent=None, patient=other.agent)
    return other


def _undone(mine: Clause, other: Clause) -> bool:
    """Whether two opposites say the same, since one of them is denied: "not close", "stay open"."""
    return mine.denied != other.denied and _agree(mine, other, other.agent, other.patient)


def _stranger(mine: _Said, other: _Said, evidence: Evidence) -> str:
    """That the article says it of others than the one whom the claim names; "" where it may be."""
    for one, two in (
        (mine.clause.agent, other.clause.agent),
        (mine.clause.patient, other.clause.patient),
    ):
        if one is None or two is None or not one.names or two.names or two.pronoun or two.none:
            continue
        shown = other.shown(two)
        if _ANAPHORIC.match(shown) or not two.head.isalpha() or _related(one, two):
            continue
        if not evidence.describes(one.names, two.words):
            return f"the article says {shown}, not {mine.shown(one)}"
    return ""


def _silent(mine: _Said, other: _Said) -> bool:
    """Whether the other clause lacks a name or a figure where the claim has one."""
    ours, theirs = mine.clause, other.clause
    if ours.agent is not None and ours.agent.names:
        if theirs.agent is None or theirs.agent.pronoun:
            return True
    return bool(_figures(mine)) and not _figures(other)


def _missing(mine: _Said, evidence: Evidence) -> Iterator[Finding]:
    """That no cited sentence has the act of a clause, in any of its usual words."""
    clause = mine.clause
    verb = clause.verb.partition("_")[0]
    if clause.predicate or verb in verbs("vague") or clause.status == "claimed" or len(verb) < 3:
        return
    if clause.agent is not None and _is_source(mine.shown(clause.agent), evidence):
        return
    words = near(clause.verb) | near(verb) | {verb}
    if clause.agent is not None and clause.agent.names and "_" not in clause.verb:
        described = evidence.described(clause.agent.names)
        doers = [word for word in words & evidence.doers if word not in described]
        if doers and not words & described:
            reason = f"the article does not say that {mine.shown(clause.agent)} {clause.shown}"
            yield Finding("unsupported", reason, "role")
            return
    ours = _content(clause)
    for each in evidence.statements:
        there = bases_of(each.text)
        here = [
            word
            for word in there
            if word in words or any("_" not in w and _begins(w, word) for w in words)
        ]
        if here and (not ours or ours & there):
            if not clause.denied and any(_lacking(word, each.text) for word in here):
                yield Finding("unsupported", f"the article denies “{clause.shown}”", "role")
            elif clause.status in ("fact", "now", "coming") and _only_feared(here, each):
                reason = f"the article does not say that it {_SHOWN[clause.status]}"
                yield Finding("partly", f"{reason}: “{clause.shown}”", "role")
            return
    yield Finding("partly", f"the article does not say “{clause.shown}”", "words")


def _content(clause: Clause) -> frozenset[str]:
    """The base forms of what a clause is about; numbers in words are no such."""
    found = (each.words | each.all_names for each in clause.arguments)
    return frozenset(word for words in found for word in words if not numbers(word))


def _lacking(word: str, text: str) -> bool:
    """Whether a sentence has a word only as what there was not: "without charge"."""
    return any(base(match[1]) == word for match in _WITHOUT.finditer(text))


def _only_feared(words: Sequence[str], statement: Statement) -> bool:
    """Whether a sentence has an act only as what somebody fears, wants or plans."""
    holders = [
        clause
        for clause in clauses_of(statement.text)
        if any(
            word in each.words
            for each in clause.arguments
            if each is not clause.agent
            for word in words
        )
    ]
    return bool(holders) and all(each.verb in _feared() for each in holders)


@cache
def _feared() -> frozenset[str]:
    return verbs("feared")


def _begins(word: str, other: str) -> bool:
    return len(word) > 4 and other.startswith(word[:5])


def _same_act(mine: Clause, other: Clause) -> str:
    """"same", "near", "converse" or "opposite"; "" where two clauses have different acts."""
    one, two = mine.verb, other.verb
    if other.quoted:
        return ""
    if one == two or two in same(one):
        return "same"
    if two in contraries(one) or any(each in contraries(one) for each in same(two)):
        return "opposite"
    if one in converses(two):
        return "converse"
    if two in near(one) or one.partition("_")[0] == two.partition("_")[0]:
        return "near"
    return ""


def _shared(mine: Clause, other: Clause, kind: str) -> int:
    """How many content words both clauses have; none shared is nothing in common."""
    if not mine.arguments:
        return 1 if kind == "same" else 0
    ours = frozenset().union(*(each.words | each.all_names for each in mine.arguments))
    theirs: frozenset[str] = frozenset().union(
        *(each.words | each.all_names for each in other.arguments)
    )
    wide = frozenset(word for each in ours for word in (each, *things(each)))
    found = len(wide & theirs)
    pronouns = any(a is not None and (a.pronoun or a.none) for a in (other.agent, other.patient))
    return found if found else int(pronouns and kind == "same")


def _differences(mine: _Said, other: _Said, kind: str, evidence: Evidence) -> Iterator[_Difference]:
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
        if not apart and ours.denied == theirs.denied and _agree(ours, theirs, agent, patient):
            yield _Difference(
                "unsupported", f"the article says {theirs.shown}, not {ours.shown}", 9
            )
        return
    yield from apart
    if ours.verb in verbs("vague") and not ours.predicate:
        yield from _measures(mine, other)
        return
    if ours.denied != theirs.denied:
        word = "denies" if theirs.denied else "does not deny"
        yield _Difference("unsupported", f"the article {word} “{theirs.shown}”", 8)
    elif ours.status in _WEAKER[theirs.status] and kind == "same":
        reason = f"the article says that it {_SHOWN[theirs.status]}, not that it {_SHOWN[ours.status]}"
        yield _Difference("partly", reason, 4)
    yield from _speakers(mine, other, evidence)
    if kind == "same" or _agree(ours, theirs, agent, patient):
        yield from _measures(mine, other)
        yield from _places(mine, other, evidence)


def _agree(ours: Clause, theirs: Clause, agent: Argument | None, patient: Argument | None) -> bool:
    """Whether two clauses surely are of the same: what one does, or has done to it, is shared."""
    for one, two in ((ours.agent, agent), (ours.patient, patient), (ours.agent, patient), (ours.patient, agent)):
        if one is not None and two is not None and _related(one, two):
            return True
    return False


def _related(one: Argument, two: Argument) -> bool:
    if one.names & two.names or any(alike(a, b) for a in one.names for b in two.names):
        return True
    return two.head in things(one.head) or bool(one.head in two.words or two.head in one.words)


def _of(
    one: Argument | None,
    two: Argument | None,
    mine: _Said,
    other: _Said,
    evidence: Evidence,
    *,
    done_to: bool = False,
) -> Iterator[_Difference]:
    """Whether the claim has another in a role than the article."""
    if one is None or two is None or one.pronoun or mine.is_time(one) or other.is_time(two):
        return
    theirs = two.names
    if two.pronoun:
        theirs = _meant(two, other)
        if not theirs or not one.names:
            return
    shown = other.shown(two)
    reason = f"the article says {shown}, not {mine.shown(one)}"
    if one.names & other.words(two) or theirs & mine.words(one):
        return
    if one.names and theirs:
        if not _one_name(one.names, theirs, evidence):
            yield _Difference("unsupported", reason, 7)
        return
    if two.pronoun or _related(one, two):
        return
    elsewhere = [each for each in other.clause.arguments if each is not two]
    if not theirs and not one.names and one.all_names and not two.all_names:
        where = frozenset(
            word for how, each in other.clause.others if how in _PLACES for word in each.names
        )
        if where and not one.all_names & where:
            yield _Difference("unsupported", reason, 5)
            return
    if theirs and not one.names and one.all_names:
        met = theirs | two.all_names | frozenset(w for each in elsewhere for w in each.all_names)
        if not one.all_names & met and not evidence.describes(theirs, one.words):
            yield _Difference("unsupported", reason, 5)
            return
    if one.names:
        moved = any(one.names & each.all_names for each in elsewhere) or one.names & two.all_names
        if moved and not evidence.describes(one.names, two.words):
            yield _Difference("unsupported", reason, 6)
        return
    if theirs:
        if evidence.describes(theirs, offices(one.head) | things(one.head) | one.words):
            return
        if any(one.head == each.head for each in elsewhere):
            yield _Difference("unsupported", reason, 6)
        return
    if any(one.head == each.head or one.head in each.words for each in elsewhere):
        yield _Difference("unsupported" if not done_to else "partly", reason, 5)


def _one_name(one: frozenset[str], two: frozenset[str], evidence: Evidence) -> bool:
    """Whether two names can be of one: a word shared, spelt alike, abbreviated, or so called."""
    if one & two or any(alike(a, b) for a in one for b in two):
        return True
    short = [word for word in (*one, *two) if 2 <= len(word) <= 6]
    letters = ["".join(sorted(word[0] for word in name)) for name in (one, two)]
    if any("".join(sorted(word)) in letters for word in short):
        return True
    return any(a[:4] == b[:4] and len(a) > 4 < len(b) for a in one for b in two)


def _meant(pronoun: Argument, other: _Said) -> frozenset[str]:
    """The folded words of the name for which "he" or "she" surely stands; () where unsure."""
    if other.statement is None or pronoun.head not in ("he", "she"):
        return frozenset()
    place = other.statement.start + pronoun.start
    name = referent(other.statement.article, place, "person", pronoun.head == "she")
    return frozenset(word.casefold() for word in (name or "").split())


def _converse(mine: _Said, other: _Said, evidence: Evidence) -> Iterator[_Difference]:
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


def _speakers(mine: _Said, other: _Said, evidence: Evidence) -> Iterator[_Difference]:
    one, two = mine.clause.speaker, other.clause.speaker
    if one is None or two is None or one.pronoun or _is_source(mine.shown(one), evidence):
        return
    theirs = _meant(two, other) if two.pronoun else two.names
    if one.names & other.words(two) or theirs & mine.words(one):
        return
    if one.names and theirs and not _one_name(one.names, theirs, evidence):
        said = " ".join(sorted(theirs)) if two.pronoun else other.shown(two)
        yield _Difference(
            "unsupported", f"the article has {said} saying so, not {mine.shown(one)}", 7
        )


def _is_source(shown: str, evidence: Evidence) -> bool:
    """Whether a claim only says where it was read: the outlet, the passages."""
    if re.search(r"\b(?:passage|article|report|text|source)s?\b", shown, re.IGNORECASE):
        return True
    return any(outlet and outlet.removeprefix("The ") in shown for outlet in evidence.outlets)


def _measures(mine: _Said, other: _Said) -> Iterator[_Difference]:
    """A figure of the claim in a place where the same act has another figure."""
    ours, theirs = _figures(mine), _figures(other)
    flat = [each for found in theirs.values() for each in found]
    for place, said in ours.items():
        there = theirs.get(place, [])
        for figure in said:
            if isinstance(figure, str):
                rivals = [each for each in there if isinstance(each, str)]
                if rivals and figure not in rivals:
                    yield _Difference("unsupported", f"the article says {rivals[0]}, not {figure}", 6)
                continue
            counted = [each for each in there if isinstance(each, Quantity)]
            if any(each.bears_out(figure) for each in counted):
                continue
            if rivals := [each for each in counted if _comparable(each, figure, place)]:
                verdict: Severity = "unsupported" if rivals[0].unit == figure.unit else "partly"
                reason = f"the article says {rivals[0].text}, not {figure.text}"
                yield _Difference(verdict, reason, 6)
            elif there and not counted and not any(isinstance(e, Quantity) and e.bears_out(figure) for e in flat):
                yield _Difference("unsupported", f"the article says {there[0]}, not {figure.text}", 6)
            elif place in _DIRECTIONS:
                moved = [
                    name for name in _DIRECTIONS if name != place
                    and any(isinstance(e, Quantity) and e.bears_out(figure) for e in theirs.get(name, []))
                ]
                if moved:
                    reason = f"the article says {moved[0]} {figure.text}, not {place}"
                    yield _Difference("unsupported", reason, 6)


def _comparable(held: Quantity, said: Quantity, place: str) -> bool:
    """Whether one figure can stand where the other does: of the same measure, or of the same things."""
    if held.unit != said.unit:
        return place in ("agent", "patient")
    if held.unit or not held.noun or not said.noun or place in ("agent", "patient", "to", "from"):
        return True
    return base(said.noun) in things(base(held.noun))


def _figures(one: _Said) -> dict[str, list[Quantity | str]]:
    """The figures of a clause by the place that they have in it; shares in words among them."""
    clause = one.clause
    places: list[tuple[str, Argument]] = [
        (name, each)
        for name, each in (("agent", clause.agent), ("patient", clause.patient), *clause.others)
        if each is not None and name != "of" and not _CLOCK.match(one.text, each.end)
    ]
    found: dict[str, list[Quantity | str]] = {}
    for name, each in places:
        shown = joined_numbers(without_moments(one.text[each.start : each.end]))
        first = [
            quantity
            for at, quantity in quantity_places(shown)
            if quantity.unit not in ("day", "year", "clock", "rank")
            and not (shown[:at].endswith(", ") and re.match(r"\s*(?:,|$)", shown[at + len(quantity.text) :]))
        ]
        shares = [match[0].lower() for match in _FRACTION.finditer(shown)]
        shares = ["whole" if each in _WHOLE else each.removesuffix("s") for each in shares]
        if first or shares:
            found.setdefault(name, []).extend([*first[:1], *shares[:1]])
    return found


def _places(mine: _Said, other: _Said, evidence: Evidence) -> Iterator[_Difference]:
    """A place in the claim where the same act has another one."""
    for name, each in mine.clause.others:
        there = [
            two for how, two in other.clause.others if how == name and not other.is_time(two)
        ]
        if name not in _PLACES or not there or mine.is_time(each):
            continue
        named = frozenset(word for two in there for word in two.all_names)
        differ = bool(each.names and named and not each.all_names & named)
        strange = each.head not in evidence.vocabulary and not each.names and not any(
            _related(each, two) for two in there
        )
        if differ or (strange and each.head.isalpha()):
            reason = f"the article says {other.shown(there[0])}, not {mine.shown(each)}"
            yield _Difference("unsupported" if differ else "partly", reason, 5)
