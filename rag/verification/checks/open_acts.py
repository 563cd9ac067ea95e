"""Whether a sentence has an act or a thing only as planned, wanted, feared, ruled out or lacking.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.opposites import base, same, verbs
from rag.language.roles import clauses_of
from rag.verification.checks.differences import SHOWN, WEAKER
from rag.verification.checks.evidence import Evidence, Finding, Statement, bases_of
from rag.verification.checks.saying import Said

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
