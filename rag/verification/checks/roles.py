"""Whether those who act in a claim, and what they do to whom, are those of the article.

A clause of the claim is compared with the clauses of the article that have the same act. One that
agrees with it is enough; where all differ, the nearest says how. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from rag.language.analysis import analyse
from rag.language.entities import numbers
from rag.language.name_matching import name_words
from rag.language.opposites import (
    base,
    contraries,
    converses,
    implied,
    kinds,
    near,
    reworded,
    same,
    things,
    verbs,
)
from rag.language.roles import Argument, Clause, clauses_of
from rag.verification.checks.differences import agree, differences, is_source
from rag.verification.checks.evidence import Evidence, Finding, Statement, bases_of, sentence
from rag.verification.checks.saying import (
    SHOWN,
    Said,
    figures,
    is_lacking,
    named_before,
    one_name,
    only_done_to,
    only_feared,
    only_open,
    only_weaker,
    related,
)

_MOST = 6
_LEAST_SHARED = 0.3
_FEW = 3
_NO_THING = frozenset(map(base, ("one", "anything", "something", "everything")))
_ANAPHORIC = re.compile(r"(?:the|this|that|these|those|its|his|her|their|both)\b", re.IGNORECASE)


def roles(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """What the article says otherwise of the same act: who, to whom, how much, who says so.

    Words in quotation marks are not read.
    """
    said = sentence(claim)
    near_by = evidence.about(said, _MOST, _FEW)
    there = [Said(clause, each.text, each) for each in near_by for clause in clauses_of(each.text)]
    clauses = clauses_of(claim)
    for clause in clauses:
        saying = clause.governs and clause.verb in verbs("vague")
        if not saying and not clause.quoted:
            found = _compared(Said(_identified(clause, clauses), claim), there, evidence)
            # "Plans to" and "demands that" may be put in other words.
            yield from (each for each in found if each.kind == "role" or not clause.governs)
            yield from _ruled_out(Said(clause, claim), evidence)


def _ruled_out(mine: Said, evidence: Evidence) -> Iterator[Finding]:
    """That something is done in the claim which the article has only as ruled out or avoided."""
    clause = mine.clause
    thing = clause.patient
    if thing is None or clause.denied or clause.verb in verbs("feared") or thing.names:
        return
    if clause.status not in ("fact", "now", "coming"):
        return
    there = [each for each in evidence.statements if thing.words <= bases_of(each.text)]
    if thing.words and there and all(only_done_to(thing.head, each, "ruled_out") for each in there):
        reason = f"the article has {mine.shown(thing)} only as ruled out or avoided"
        yield Finding("unsupported", reason, "role")


def _identified(clause: Clause, clauses: Sequence[Clause]) -> Clause:
    """The clause with the name of its agent: that of "the person who sold it was Ann Orr".

    "Ann Orr said that she would sell it" has it of Ann Orr, too.
    """
    agent, speaker = clause.agent, clause.speaker
    if agent is not None and agent.head in ("he", "she") and speaker is not None and speaker.names:
        return replace(clause, agent=speaker)
    for other in clauses:
        named = next((each for how, each in other.others if how == "is"), None)
        if named is None or not named.names or other.agent is None or clause.agent is None:
            continue
        if clause is not other and clause.agent.start == other.agent.start and not other.denied:
            return replace(clause, agent=named)
    return clause


def _compared(mine: Said, there: Sequence[Said], evidence: Evidence) -> Iterator[Finding]:
    candidates = [(each, kind) for each in there if (kind := _same_act(mine.clause, each.clause))]
    agreeing, differing = [], []
    stranger = None
    for other, kind in candidates:
        each = replace(other, clause=_turned(mine.clause, other.clause))
        shared = _shared(mine.clause, each.clause, kind)
        if kind == "same" and not _size(mine):
            shared = max(shared, 1)
        if kind == "same" and _may_be(mine, each):
            shared += 1
        if not shared and kind == "same" and _content(mine.clause) & bases_of(each.text):
            shared = 1
        if shared <= 0:
            continue
        found = list(differences(mine, each, kind, evidence))
        if found and kind != "near":
            enough = shared >= _LEAST_SHARED * _size(mine)
            if enough and (shared > 1 or _akin(mine.clause, each.clause, kind)):
                differing.append((shared, found))
        elif not found and (kind != "opposite" or _undone(mine.clause, each.clause)):
            strange = _stranger(mine, each, evidence)
            stranger = stranger or strange
            apart = kind == "near" and not agree(
                mine.clause, each.clause, each.clause.agent, each.clause.patient
            )
            bare = kind == "near" and not each.clause.patient and mine.clause.patient is not None
            agreeing.append((shared, bool(strange) or apart or bare or _silent(mine, each)))
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


def _may_be(mine: Said, other: Said) -> bool:
    """Whether the other's agent is a pronoun in a sentence that names the claim's agent."""
    one, two = mine.clause.agent, other.clause.agent
    if one is None or two is None or not one.names or not two.pronoun:
        return False
    return one.names <= frozenset(name_words(other.text))


def _akin(mine: Clause, other: Clause, kind: str) -> bool:
    """Whether two clauses are of one event: one of their phrases is the same, or all change."""
    if kind == "converse" or agree(mine, other, other.agent, other.patient):
        return True
    ours = frozenset().union(*(each.words for _, each in mine.others))
    theirs: frozenset[str] = frozenset().union(*(each.words for _, each in other.others))
    bare = mine.patient is None and other.patient is None and not mine.others
    return bool(ours & theirs) or bare or mine.agent is None or other.agent is None


def _turned(mine: Clause, other: Clause) -> Clause:
    """The other clause with what it is said of in the same place: "jobs move", "moves jobs"."""
    doer, done_to = other.agent, other.patient
    if mine.patient is None and mine.agent is not None and done_to is not None:
        if doer is None or (related(mine.agent, done_to) and not related(mine.agent, doer)):
            return replace(other, agent=done_to, patient=None)
    elif mine.agent is None and mine.patient is not None and done_to is None and doer is not None:
        return replace(other, agent=None, patient=doer)
    return other


def _undone(mine: Clause, other: Clause) -> bool:
    """Whether two opposites say the same, since one of them is denied: "not close", "stay open"."""
    return mine.denied != other.denied and agree(mine, other, other.agent, other.patient)


def _stranger(mine: Said, other: Said, evidence: Evidence) -> str:
    """That the article says it of others than the one whom the claim names; "" where it may be."""
    for one, two in (
        (mine.clause.agent, other.clause.agent),
        (mine.clause.patient, other.clause.patient),
    ):
        if one is None or two is None or not one.names or two.names or two.none:
            continue
        shown = other.shown(two)
        if two.pronoun:
            if two.head in ("he", "she") and not named_before(one, other, evidence):
                return f"the article does not say it of {mine.shown(one)}"
            continue
        called = evidence.described(one.names)
        if (
            _ANAPHORIC.match(shown)
            and not called - one.names
            and not _names_another(one, two, evidence)
        ):
            continue
        if _names_another(one, two, evidence):
            return f"the article says {shown}, not {mine.shown(one)}"
        if (
            any(two.head in implied(word) for word in called)
            or not two.head.isalpha()
            or related(one, two)
        ):
            continue
        if not evidence.describes(one.names, two.words):
            return f"the article says {shown}, not {mine.shown(one)}"
    return ""


def _names_another(one: Argument, two: Argument, evidence: Evidence) -> bool:
    """Whether "the union" stands for a name of the articles that is not the claim's."""
    short = two.head in verbs("bodies") or two.head in ("union", "compani", "firm", "club")
    capital = {base(name) for name in evidence.names}
    own = one.name_bases | frozenset(map(base, evidence.described(one.names)))
    return short and two.head in capital and two.head not in own


def _silent(mine: Said, other: Said) -> bool:
    """Whether the other clause lacks a name or a figure where the claim has one."""
    ours, theirs = mine.clause, other.clause
    named = ours.agent is not None and bool(ours.agent.names)
    if named and (theirs.agent is None or theirs.agent.pronoun):
        return True
    return bool(figures(mine)) and not figures(other)


def _missing(mine: Said, evidence: Evidence) -> Iterator[Finding]:
    """That no cited sentence has the act of a clause, in any of its usual words."""
    clause = mine.clause
    verb = clause.verb.partition("_")[0]
    idle = verbs("vague") | (verbs("general") - verbs("end"))
    if clause.aside:
        return
    if clause.verb in verbs("light") and clause.patient is not None and not clause.denied:
        words = clause.patient.words or {clause.patient.head}
        there = [each for each in evidence.statements if words <= bases_of(each.text)]
        if there and all(only_feared(sorted(words), each, undone=True) for each in there):
            shown = mine.shown(clause.patient)
            yield Finding("partly", f"the article does not say that there was {shown}", "role")
        return
    if (
        clause.predicate
        or clause.verb in idle
        or verb in verbs("vague")
        or clause.status == "claimed"
        or len(verb) < 3
    ):
        return
    if clause.agent is not None and is_source(mine.shown(clause.agent), evidence):
        return
    words = reworded(clause.verb) | reworded(verb) | {verb}
    if clause.agent is not None and clause.agent.names and "_" not in clause.verb:
        described = evidence.described(clause.agent.names)
        doers = [word for word in evidence.doers if word in words or verb in implied(word)]
        if doers and described.isdisjoint((*words, *doers)):
            reason = f"the article does not say that {mine.shown(clause.agent)} {clause.shown}"
            yield Finding("unsupported", reason, "role")
            return
    ours = _content(clause) if _size(mine) else frozenset()
    if clause.agent is not None and clause.agent.names:
        # Who does it stands in many sentences: what it is done to tells which is meant.
        ours = (ours - clause.agent.words - clause.agent.names) or ours
    if left_open := only_open(mine, evidence):
        yield left_open
        return
    telling = near(clause.verb) - verbs("empty")
    against = None
    for each in evidence.statements:
        known = bases_of(each.text) - _others_acts(mine, each.text, evidence) - (idle - telling)
        meant = [word for word in known if _can_mean(word, words, clause.verb)]
        if not meant or (ours and not ours & (_wide(each.text) | _described(each, evidence))):
            continue
        acts = [one for one in clauses_of(each.text) if one.verb in meant and not one.quoted]
        sure = clause.status == "fact" and not clause.denied
        alone = {word.partition("_")[0] for word in meant} <= {one.verb for one in acts}
        if sure and alone and not any(_akin(mine.timeless, one, "near") for one in acts):
            continue
        found = _differently(mine, meant, each)
        if found is None:
            return
        against = against or found
    yield against or Finding("partly", f"the article does not say “{clause.shown}”", "words")


def _can_mean(word: str, words: frozenset[str], verb: str) -> bool:
    """Whether a word of the article can be for an act, given with its other words."""
    if word in words or verb in implied(word):
        return True
    return any("_" not in each and len(each) > 4 and word.startswith(each[:5]) for each in words)


def _differently(mine: Said, words: Sequence[str], other: Statement) -> Finding | None:
    """How a sentence that has the words for an act says otherwise; None where it does not."""
    clause = mine.clause
    if by := _by_another(mine, words, other.text):
        return Finding("unsupported", by, "role")
    if not clause.denied and any(is_lacking(word, other.text) for word in words):
        return Finding("unsupported", f"the article denies “{clause.shown}”", "role")
    if weaker := only_weaker(mine, words, other.text):
        return weaker
    if clause.status in ("fact", "now", "coming") and only_feared(words, other):
        reason = f"the article does not say that it {SHOWN[clause.status]}"
        return Finding("partly", f"{reason}: “{clause.shown}”", "role")
    return None


def _described(statement: Statement, evidence: Evidence) -> frozenset[str]:
    """The base forms of what the articles call those whom a sentence names."""
    named = {each.names for one in clauses_of(statement.text) for each in one.arguments}
    return frozenset().union(*(evidence.described(names) for names in named if names))


@lru_cache(1_024)
def _wide(text: str) -> frozenset[str]:
    """The base forms of the words of a sentence, and what they imply."""
    there = bases_of(text)
    return there.union(*map(implied, there), *map(things, there), *map(kinds, there))


def _others_acts(mine: Said, text: str, evidence: Evidence) -> frozenset[str]:
    """The verbs of a sentence that it says of another name than the claim."""
    agent = mine.clause.agent
    if agent is None or not agent.names:
        return frozenset()
    return frozenset(
        each.verb
        for each in clauses_of(text)
        if each.agent is not None
        and each.agent.names
        and not each.quoted
        and not one_name(agent.names, each.agent.names, evidence)
        and not each.agent.names & evidence.described(agent.names)
    )


def _by_another(mine: Said, words: Sequence[str], text: str) -> str:
    """That an act is that of whom the claim has it done to: "a suit by 62 farmers"; else ""."""
    agent, patient = mine.clause.agent, mine.clause.patient
    if agent is None or patient is None:
        return ""
    [doc] = analyse([text])
    for token in doc:
        if token.pos_ != "NOUN" or base(token.text) not in words:
            continue
        after = (
            each for child in token.children if child.lower_ == "by" for each in child.children
        )
        for doer in after:
            if doer.dep_ != "pobj":
                continue
            if base(doer.text) == patient.head and base(doer.text) not in agent.words:
                return f"the article says {token.text} by {doer.text}, not {mine.shown(agent)}"
    return ""


def _content(clause: Clause) -> frozenset[str]:
    """The base forms of what a clause is about; numbers in words are no such."""
    found = (each.words | each.all_names for each in clause.arguments if not each.none)
    return frozenset(
        word for words in found for word in words if word not in _NO_THING and not numbers(word)
    )


def _size(mine: Said) -> int:
    """How many words a clause is about, a name counted as one; its time is no matter of that."""
    about = [each for each in mine.clause.arguments if not mine.is_time(each)]
    telling = mine.clause.verb not in verbs("vague") | verbs("general") | verbs("light")
    names = {each.names for each in about if each.names and telling}
    of_names = frozenset(base(word) for words in names for word in words)
    words = frozenset().union(*(each.words | each.name_bases for each in about)) - of_names
    return len(names) + len([word for word in words if not numbers(word)])


def _same_act(mine: Clause, other: Clause) -> str:
    """The kind of likeness: "same", "near", "converse" or "opposite"; "" for two acts."""
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
