"""A clause with its sentence, whether two phrases can be of one, and acts that stay open.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.language.certainty import Status
from rag.language.entities import NUMERALS
from rag.language.moments import without_moments
from rag.language.name_matching import alike, name_words
from rag.language.opposites import base, implied, kinds, near, same, things, verbs
from rag.language.quantities import Quantity, joined_numbers, quantities, quantity_places
from rag.language.roles import Argument, Clause, clauses_of
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, Finding, Severity, Statement, bases_of

_FEW = 3
_CLOCK = re.compile(rf"\s*(?:past|to) (?:{'|'.join(NUMERALS[1:13])})\b")
_FRACTION = re.compile(
    r"\b(half(?! past)|halves|quarters?|thirds?|fifths?|whole|all|entire|full|both)\b",
    re.IGNORECASE,
)
_OF_A_FIGURE = re.compile(
    r"\b(?:half|quarter|third|fifth|tenth)s? of (?:the|that|its|their) \d", re.IGNORECASE
)
_LISTED = re.compile(
    r"(?: [a-z]+)?(?:,| and|, and) (?!not |but |up |down |from |more |less |fewer )"
    r"(?!instead |rather |than )"
    r"(?P<whose>(?:the |an? )?(?:[\w’'-]+ ){1,4})"
    r"(?:to |by |of |with )?"
)
_ONE_IN = re.compile(r"\bone (?:in|out of)(?: every)? $", re.IGNORECASE)
NOT_COUNTED = ("day", "year", "clock", "rank")
"""The units of what one cannot reckon with."""
_WHOLE = word_set("whole all entire full")
SHARES = {"half": 50, "third": 33, "quarter": 25, "fifth": 20, "tenth": 10}
"""Fractions in words, in whole per cent."""
WEAKER: dict[Status, frozenset[Status]] = {
    "fact": frozenset(),
    "now": frozenset(),
    "claimed": frozenset(),
    "coming": frozenset({"fact"}),
    "planned": frozenset({"fact", "now"}),
    "wanted": frozenset({"fact", "now", "coming"}),
    "possible": frozenset({"fact", "now", "coming"}),
}
SHOWN: dict[Status, str] = {
    "fact": "has happened",
    "now": "is so",
    "coming": "will happen",
    "planned": "is planned",
    "wanted": "is wanted or asked for",
    "possible": "may happen",
    "claimed": "is said",
}


@dataclass(frozen=True, slots=True)
class Said:
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

    @property
    def timeless(self) -> Clause:
        """The clause without the phrases that only say when: a day in common makes no event."""
        others = tuple(each for each in self.clause.others if not self.is_time(each[1]))
        return replace(self.clause, others=others)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, as a reader is told it; of several the one with most `weight` is shown."""

    verdict: Severity
    reason: str
    weight: int


def related(one: Argument, two: Argument) -> bool:
    """Whether two phrases can be of the same: a name shared, a word for one thing or its kind."""
    if one.names & two.names or any(alike(a, b) for a in one.names for b in two.names):
        return True
    if two.head in things(one.head) or one.head in kinds(two.head):
        return True
    return bool(one.head in two.words or two.head in one.words)


def distinct(one: Argument, two: Argument, evidence: Evidence) -> bool:
    """Whether two phrases surely are of two who act: nouns that the article has both do something.

    Neither is a pronoun or a name, and no word of the one can stand for the other.
    """
    if one.pronoun or two.pronoun or one.names or two.names or one.all_names & two.all_names:
        return False
    if not {one.head, two.head} <= evidence.actors | verbs("bodies"):
        return False
    vague = verbs("general") | verbs("vague") | frozenset(map(base, NUMERALS))
    bare = not two.words - vague - {two.head}
    if bare and two.head in kinds(one.head) and one.head in evidence.vocabulary:
        # "Three animals" are the wolves of which the article tells.
        return False
    mine, theirs = (one.words | {one.head}) - vague, (two.words | {two.head}) - vague
    meant = frozenset().union(*map(implied, mine)) | things(one.head) | near(one.head)
    other = frozenset().union(*map(implied, theirs)) | things(two.head) | near(two.head)
    if not mine or not theirs or meant & theirs or other & mine:
        return False
    return not any(a[:4] == b[:4] for a in mine for b in theirs)


def measures(*phrases: str) -> bool:
    """Whether one of the phrases measures something: "150 crowns", no "three boats"."""
    return any(quantity.unit for each in phrases for _, quantity in quantity_places(each))


def one_name(one: frozenset[str], two: frozenset[str], evidence: Evidence) -> bool:
    """Whether two names can be of one: a word shared, spelt alike, abbreviated, or so called."""
    if one & two or any(alike(a, b) for a in one for b in two):
        return True
    short = [word for word in (*one, *two) if 2 <= len(word) <= 6]
    letters = ["".join(sorted(word[0] for word in name)) for name in (one, two)]
    if any("".join(sorted(word)) in letters for word in short):
        return True
    return any(a[:4] == b[:4] and len(a) > 4 < len(b) for a in one for b in two)


@lru_cache(1_024)
def shared_out(text: str) -> tuple[tuple[str, Quantity], ...]:
    """Whose each figure of a list is that has one verb: "Ann gets 3 crowns, Ben 4 and Cid 5".

    Each with the phrase before it, the first with all that stands before it.

    >>> [(whose, each.value) for whose, each in shared_out("Ann gets 3 crowns, Ben 4 and Cid 5.")]
    [('Ann gets', 3.0), ('Ben', 4.0), ('Cid', 5.0)]
    """
    places = [each for each in quantity_places(text) if each[1].unit not in NOT_COUNTED]
    found: list[tuple[str, Quantity]] = []
    for (at, one), (then, two) in pairwise(places):
        between = _LISTED.fullmatch(text[at + len(one.text) : then])
        if between is None or (two.unit and two.unit != one.unit):
            if len(found) > 1:
                break
            found = []
            continue
        begins = max(text.rfind(mark, 0, at) for mark in ",;:") + 1
        found = found or [(text[begins:at].strip(), one)]
        found.append((between["whose"].strip(), two))
    return tuple(found)


@lru_cache(1_024)
def figures_of(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text that one can reckon with: no clock, no rank, no day or year."""
    return tuple(q for q in quantities(without_moments(text)) if q.unit not in NOT_COUNTED)


def is_given(text: str, figure: Quantity, words: frozenset[str]) -> bool:
    """Whether a sentence shares figures out, and this one to somebody of the words, base forms."""
    return any(
        held.entails(figure) and words & frozenset(map(base, re.findall(r"\w+", whose)))
        for whose, held in shared_out(text)[1:]
    )


def figures(one: Said) -> dict[str, list[Quantity | str]]:
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
            if quantity.unit not in NOT_COUNTED
            and not _ONE_IN.search(shown, 0, at)
            and not (
                shown[:at].endswith(", ")
                and re.match(r"\s*(?:,|$)", shown[at + len(quantity.text) :])
            )
        ]
        shares = [match[0].lower() for match in _FRACTION.finditer(shown)]
        if _OF_A_FIGURE.search(shown):
            # "Half of the 2.1 million" is the half, not the sum.
            first = []
        shares = ["whole" if each in _WHOLE else each.removesuffix("s") for each in shares]
        if first or shares:
            found.setdefault(name, []).extend([*first[:1], *shares[:1]])
    return found


def named_before(one: Argument, other: Said, evidence: Evidence) -> bool:
    """Whether a name stands in a sentence or in the few before it, or nobody's does."""
    if other.statement is None:
        return True
    at = evidence.statements.index(other.statement)
    near_by = [each.text for each in evidence.statements[max(0, at - _FEW) : at + 1]]
    words = frozenset(word for text in near_by for word in name_words(text))
    return bool(one.names & words) or not words


_NOUN = re.compile(r"[^\W\d_]+")
_WITHOUT = re.compile(r"\b(?:without|no)\s+(?:any\s+)?([a-z]+)")
_WAITING = re.compile(
    r"\b(?:list|due|up|ready|scheduled|waiting|apply|applied|call\w*) for (?:an? |the )?$"
    r"|\bpending (?:an? |the )?$"
)


def only_weaker(mine: Said, words: Sequence[str], text: str) -> Finding | None:
    """That a sentence has an act of the claim only as coming, planned or wanted, or "for" later."""
    clause = mine.clause
    alike = same(clause.verb) | frozenset(words if clause.status == "fact" else ())
    there = [each for each in clauses_of(text) if each.verb in alike and not each.quoted]
    if clause.denied or clause.status not in ("fact", "now", "coming"):
        return None
    if there:
        weaker = all(clause.status in WEAKER[each.status] for each in there)
        status = there[0].status
    else:
        single = [word for word in words if "_" not in word]
        weaker = bool(single) and all(_ahead(word, text) for word in single)
        weaker = weaker and clause.status == "fact"
        status = "planned"
    if not weaker:
        return None
    reason = f"the article says that it {SHOWN[status]}, not that it {SHOWN[clause.status]}"
    return Finding("partly", reason, "role")


def only_open(mine: Said, evidence: Evidence) -> Finding | None:
    """That all sentences with the act of a clause leave open whether it comes to pass."""
    acts = [
        (each, one)
        for each in evidence.statements
        if mine.clause.verb.partition("_")[0] in bases_of(each.text)
        for one in clauses_of(each.text)
        if one.verb == mine.clause.verb and not one.quoted
    ]
    if any(one.status not in ("possible", "wanted", "planned") for _, one in acts):
        return None
    found = [only_weaker(mine, (mine.clause.verb,), each.text) for each, _ in acts]
    return next(filter(None, found), None)


def only_done_to(noun: str, statement: Statement, kind: str) -> bool:
    """Whether a sentence has a thing only as what verbs of one list are done to."""
    found = [
        clause
        for clause in clauses_of(statement.text)
        if any(noun in each.words for each in clause.arguments)
    ]
    return bool(found) and all(
        each.verb in verbs(kind) and each.patient is not None and noun in each.patient.words
        for each in found
    )


def only_feared(words: Sequence[str], statement: Statement, *, undone: bool = False) -> bool:
    """Whether a sentence has an act only as what somebody fears, wants or plans.

    With `undone`, what is called off is no more than that either.
    """
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
    open_still = verbs("feared") | (verbs("undone") if undone else frozenset())
    return bool(holders) and all(each.verb in open_still for each in holders)


def is_lacking(word: str, text: str) -> bool:
    """Whether a sentence has a word only as what there was not: "without charge"."""
    return any(base(match[1]) == word for match in _WITHOUT.finditer(text))


def _ahead(word: str, text: str) -> bool:
    """Whether a sentence has an act only as what something waits for: "a list for inspection"."""
    found = [match for match in _NOUN.finditer(text) if base(match[0]) == word]
    return bool(found) and all(_WAITING.search(text[: match.start()]) for match in found)
