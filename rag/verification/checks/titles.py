"""Whether whoever a claim names is what the article says: a judge, a former miner, the owner.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.introductions import introductions
from rag.language.name_matching import INSTITUTIONS, TITLES
from rag.language.opposites import base, base_set, near, offices, things
from rag.language.roles import clauses_of
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, Finding
from rag.verification.checks.naming import name_groups

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_HEAD_ENDS = re.compile(r",|\b(?:of|for|from|in|at|on|to|with|by|who|which|that|and|since|until)\b")
_IS = re.compile(
    r"^(?:who |that )?(?:is|was|are|were|used to be|has been|had been|became)\s+", re.I
)
_NOUN_FOLLOWS = re.compile(
    r"(?:formerly\s+)?(?:a|an|the|his|her|its|their|former|[\w’']+['’]s)\s", re.I
)
_DONE_BY = re.compile(r"\b\w+(?:ed|en) by$")
_CLAUSE = re.compile(r"^(?:who|which|that|whose|where)\b", re.IGNORECASE)
_ARTICLES = word_set("the his her its their our your this that new")
_FORMER = word_set("former ex retired formerly once late then acting deputy vice interim ex-")
_GENERIC = base_set(
    "mr mrs ms miss dr sir person people man woman boy girl name one someone winner"
    " official leader figure member victim resident citizen local expert speaker source"
    " colleague friend employee worker politician"
)
_CALLING = re.compile(
    r"(?:.{2}(?:er|or|ist|ian|ant|ent|eer|man|woman|ess)|chief|head|boss|star|judge|king|queen|guide"
    r"|pilot|nurse|coach|clerk|monk|cook|thief|spy|heir|aide|chair|midwife|architect|surgeon|priest)$"
    r"(?<!number)(?<!member)(?<!paper)(?<!river)(?<!winter)(?<!summer)(?<!daughter)(?<!brother)"
)
_PREFIX = 5


def titles(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Offices and roles that the article does not give to whoever the claim names."""
    for found in name_groups(claim, evidence):
        group = _without_roles(found, evidence)
        names = frozenset(word.casefold() for word in group)
        if names & INSTITUTIONS:
            continue
        before = " ".join(found[: len(found) - len(group)]).lower()
        said = [(before, False)] if before else []
        for phrase, past in [*said, *_phrases(claim, " ".join(group), names)]:
            role = _role(phrase, evidence.small_words)
            if not role or base(role) in _GENERIC or role.casefold() in names:
                continue
            there = evidence.introduced(names)
            if not _given(role, names, there, evidence):
                if there or not _known(role, evidence):
                    reason = f"the article does not call {' '.join(group)} “{role.lower()}”"
                    yield Finding("unsupported", reason, "role")
                    break
            elif (different := _former(phrase, role, there)) and not past:
                yield Finding("partly", different, "role")
                break
            elif other := _other_kind(phrase, role, there):
                yield Finding("unsupported", f"the article says {other}, not {phrase}", "role")
                break


def _without_roles(group: Sequence[str], evidence: Evidence) -> list[str]:
    """A name without the words before it that the article writes small: "Headteacher Ann Orr"."""
    first = 0
    while first < len(group) - 1 and group[first].lower() in evidence.small_words:
        first += 1
    return list(group[first:])


def _phrases(claim: str, name: str, names: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """What the claim says of a name, and whether it says so of the past."""
    for each in introductions(claim, name):
        phrase = claim[each.start : each.end]
        verb = _IS.match(phrase)
        past = bool(re.match(r"(?:who )?(?:was|were|used|had)\b", phrase))
        if verb and not _NOUN_FOLLOWS.match(phrase, verb.end()):
            continue
        yield (phrase[verb.end() :] if verb else phrase), past
    for clause in clauses_of(claim):
        named = next((each for how, each in clause.others if how == "is"), None)
        if named is not None and named.names & names and clause.agent and not clause.denied:
            yield claim[clause.agent.start : clause.agent.end], clause.status == "fact"


def _role(phrase: str, small: frozenset[str]) -> str:
    """The noun that a phrase hangs on: "miner" of "the former miner of Osk".

    One with a capital counts where the article writes it `small`.
    """
    if _CLAUSE.match(phrase):
        return ""
    end = _HEAD_ENDS.search(phrase)
    if _DONE_BY.search(phrase):
        return ""
    words = _WORD.findall(phrase[: end.start()] if end and end.start() else phrase)
    while words and (words[-1].casefold() in ("a", "an", "the", "his", "her", "its", "their")):
        words.pop()
    word = words[-1] if words else ""
    known = word.casefold() in TITLES or len(offices(base(word))) > 1
    common = word.islower() or word.lower() in small
    return word if known or (common and _CALLING.search(word.lower())) else ""


def _given(role: str, names: frozenset[str], there: Sequence[str], evidence: Evidence) -> bool:
    """Whether the article gives somebody that role, in one of its words or by what they do."""
    word = base(role)
    words = offices(word) | things(word) | {word}
    described = evidence.described(names)
    if described & words or any(_alike(word, each) for each in described):
        return True
    for each in evidence.naming(names):
        for clause in clauses_of(each.text):
            doing = clause.agent is not None and clause.agent.all_names & names
            if doing and any(_alike(word, verb) for verb in (clause.verb, *near(clause.verb))):
                return True
    return False


def _alike(role: str, other: str) -> bool:
    """Whether two base forms are of one word: "negotiator" and "negotiate"."""
    least = min(len(role), len(other), _PREFIX)
    return least > 3 and role[:least] == other[:least]


def _known(role: str, evidence: Evidence) -> bool:
    word = base(role)
    return bool((offices(word) | {word}) & evidence.vocabulary)


def _former(phrase: str, role: str, there: Sequence[str]) -> str:
    """That one of claim and article has a former, acting or deputy one and the other has not."""
    mine = _before(phrase, role)
    with_role = [each for each in there if re.search(rf"\b{re.escape(role)}\b", each, re.I)]
    theirs = [_before(each, role) for each in with_role]
    if not theirs or any(bool(mine) == bool(each) for each in theirs):
        return ""
    word = mine or theirs[0]
    return f"the article {'does not say' if mine else 'says'} “{word} {role.lower()}”"


def _other_kind(phrase: str, role: str, there: Sequence[str]) -> str:
    """The article's "tram driver" where the claim has a "bus driver"; "" where they agree."""
    mine = re.search(rf"\b([A-Za-z]{{3,}})\s+{re.escape(role)}\b", phrase)
    if mine is None or mine[1].lower() in _FORMER | _ARTICLES:
        return ""
    for each in there:
        theirs = re.search(rf"\b([A-Za-z]{{3,}})\s+{re.escape(role)}\b", each, re.IGNORECASE)
        if theirs is None or theirs[1].lower() in _FORMER:
            return ""
        if theirs[1].lower() in phrase.lower() or mine[1].lower() in each.lower():
            return ""
        return f"{theirs[1]} {role}"
    return ""


def _before(phrase: str, role: str) -> str:
    """The word just before a role that makes it another one: "former"."""
    found = re.search(rf"(?:([\w-]+)\s+)?(?:([\w-]+)\s+)?\b{re.escape(role)}\b", phrase, re.I)
    words = [word.lower() for word in (found.groups() if found else ()) if word]
    return next((word for word in words if word in _FORMER), "")
