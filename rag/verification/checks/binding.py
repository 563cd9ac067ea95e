"""Whether what a claim counts and ages belongs to the same thing as in what it cites.

A figure may stand in the article and be of something else: of another sum, another person, another
end of a range. Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.entities import NUMERALS, numbers, stems
from rag.language.moments import without_moments
from rag.language.name_matching import name_words
from rag.language.opposites import base, implied, reworded, things
from rag.language.quantities import joined_numbers, quantities, quantity_places
from rag.language.roles import clauses_of
from rag.language.words import word_set
from rag.verification.checks.evidence import Evidence, Finding, bases_of, capitalised, sentence
from rag.verification.checks.saying import figures_of, shared_out

if TYPE_CHECKING:
    from spacy.tokens import Token

_CLEARLY = 2
_SENTENCES = 4
_FAR_APART = 24
_BETWEEN = re.compile(r"\bfrom\b(?P<one>[^.;]{1,40}?)\bto\b(?P<two>[^.;,]{1,40})")
_NAME = r"(?P<name>[A-Z][\w’'-]+(?: (?:[a-z]{2,3} )?[A-Z][\w’'-]+){0,3})"
_AGES = (
    re.compile(rf"{_NAME}(?: \([^()]*\))?, (?:aged )?(?P<age>\d{{1,3}})(?=[,.;)]| and )"),
    re.compile(rf"{_NAME} \((?:aged )?(?P<age>\d{{1,3}})\)"),
    re.compile(rf"\b(?P<age>\d{{1,3}})-year-old (?:[a-z-]+ ){{0,3}}{_NAME}"),
    re.compile(rf"{_NAME} (?:is|was) (?:aged )?(?P<age>\d{{1,3}})(?: years old)?(?=[,.;]| and )"),
)
_UP_TO = re.compile(r"\b(?:up to|as (?:much|many|long) as|at most|no more than|maximum of)\s*$")
_CAPPED = re.compile(
    r"\b(?:may|might|could|can|up|most|maximum|than|within|limit\w*|as)\b", re.IGNORECASE
)
_COUNT = rf"(?:\d{{1,4}}|{'|'.join(NUMERALS[1:])})"
_PART_OF = re.compile(
    rf"\b(?:{_COUNT}|some|most|half|many|a few|several) of (?:the|its|their|these) "
    rf"(?P<whole>{_COUNT}) (?P<noun>[\w’'-]+)",
    re.IGNORECASE,
)
_ALL = word_set("all every each entire whole both any")
_NONE = word_set("no none neither never nobody")
_PART = word_set("some several many few most half quarter third two-thirds part least only")
_SHARE_OF = re.compile(
    r"\b(?P<share>[\d.]{1,6} (?:per cent|percent)|[\d.]{1,6}%|a (?:half|third|quarter|fifth|tenth))"
    r" of (?P<whole>(?:[\w’'-]+ ){0,3}[\w’'-]+)"
)


def binding(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """Figures, ages and shares that the article has of something else."""
    plain = joined_numbers(claim)
    yield from _of_another_sentence(plain, evidence)
    yield from _other_way_round(plain, evidence)
    yield from _of_another_share(plain, evidence)
    yield from _of_a_part(plain, evidence)
    yield from _ages(plain, evidence)
    yield from _limits(plain, evidence)
    yield from _shares(plain, evidence)
    yield from _universal(claim, evidence)


def _of_another_sentence(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A figure whose sentence says little of the claim, where another with such a figure does."""
    wanted = _telling(claim)
    there = [
        (len(wanted & _wide(each.text)), figures_of(joined_numbers(each.text)))
        for each in evidence.statements
    ]
    claimed = figures_of(claim)
    for said in claimed:
        bearing = [shared for shared, held in there if any(one.entails(said) for one in held)]
        if not said.unit or not bearing:
            continue
        rivals = [
            (shared, one)
            for shared, held in there
            for one in held
            if one.unit == said.unit
            and not any(each.entails(said) for each in held)
            and not any(one.entails(other) for other in claimed)
            and shared >= max(bearing) + _CLEARLY
        ]
        if rivals:
            _, rival = max(rivals, key=lambda each: each[0])
            reason = f"the article says {rival.text} of that, not {said.text}"
            yield Finding("unsupported", reason, "number")
            return


def _telling(text: str) -> frozenset[str]:
    """The base forms of the content words of a text, numbers and units apart."""
    words = re.findall(r"[^\W\d_][\w’'-]*", without_moments(text))
    return frozenset(base(word) for word in words if stems(word) and not numbers(word))


def _wide(text: str) -> frozenset[str]:
    there = bases_of(text)
    return there.union(*map(implied, there), *map(reworded, there), *map(things, there))


def _other_way_round(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A range that goes from the article's end to its beginning: "from ten to eight"."""
    for said in _BETWEEN.finditer(claim):
        mine = _ends(said)
        if mine is None:
            continue
        for text in evidence.around:
            for held in _BETWEEN.finditer(joined_numbers(text)):
                theirs = _ends(held)
                if theirs is not None and mine == theirs[::-1] and mine != theirs:
                    shown = " ".join(held[0].split())
                    yield Finding("unsupported", f"the article says {shown}", "number")
                    return


def _ends(match: re.Match[str]) -> tuple[float, float] | None:
    one, two = (numbers(without_moments(match[end])) for end in ("one", "two"))
    return (one[0].value, two[0].value) if len(one) == len(two) == 1 else None


def _of_another_share(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A figure of a list that the claim gives to whom the list gives another.

    What the claim gives its own figure, it does not give another's.
    """
    mine, given = _telling(claim), figures_of(claim)
    for each in evidence.statements:
        listed = shared_out(each.text)
        acts = frozenset(one.verb for one in clauses_of(each.text)) if listed else frozenset()
        heads = [_telling(whose) - acts for whose, _ in listed]
        common = [frozenset().union(*(h for h in heads if h is not one)) for one in heads]
        right = [any(held.entails(said) for said in given) for _, held in listed]
        for said in given if listed else ():
            owners = [at for at, (_, held) in enumerate(listed) if held.entails(said)]
            if not owners or any(heads[at] & mine - common[at] for at in owners):
                continue
            named = [at for at, own in enumerate(heads) if own & mine - common[at]]
            if others := [at for at in named if not right[at]]:
                shown, whose = listed[others[0]][1].text, listed[others[0]][0]
                reason = f"the article says {shown} for {whose}, not {said.text}"
                yield Finding("unsupported", reason, "number")
                return


def _of_a_part(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """All of a number of which the article says it of a part: "three of the eight were sold"."""
    mine = _telling(claim)
    for said in quantities(without_moments(claim)):
        if said.unit:
            continue
        held = [
            each
            for each in evidence.statements
            if any(not one.unit and one.value == said.value for one in quantities(each.text))
        ]
        parts = [(each, part) for each in held if (part := _PART_OF.search(each.text))]
        if not parts or _PART_OF.search(claim):
            continue
        each, part = parts[0]
        others = [one.text for one in held if one is not each]
        named = frozenset(capitalised([claim])) - frozenset(capitalised(others))
        if others and not named & frozenset(capitalised([each.text])):
            continue
        if [q.value for q in quantities(part["whole"])] != [said.value]:
            continue
        inside = _telling(each.text[part.end("whole") :].split(",")[0])
        said_of_it = mine & _wide(each.text[: part.start()] + each.text[part.end() :])
        inside = inside if not others else frozenset()
        if said_of_it and not mine & (inside - _telling(part["noun"])):
            yield Finding("partly", f"the article says {part[0]}", "number")
            return


def _ages(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """An age that the article gives to another, or another age that it gives to the same."""
    there = [each for text in evidence.around for each in _aged(text)]
    for name, age in _aged(claim):
        theirs = {held for other, held in there if other & name}
        others = {held for other, held in there if not other & name}
        if theirs and age not in theirs:
            yield Finding("unsupported", f"the article says {min(theirs)}, not {age}", "number")
        elif not theirs and age in others:
            yield Finding("unsupported", f"the article says {age} of another", "number")


def _aged(text: str) -> Iterator[tuple[frozenset[str], int]]:
    for pattern in _AGES:
        for match in pattern.finditer(text):
            yield frozenset(name_words(match["name"])), int(match["age"])


def _limits(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A figure that is so in the claim and only the most that may be in the article."""
    if _CAPPED.search(claim):
        return
    for said in figures_of(claim):
        bounds = [
            bool(_UP_TO.search(text[max(0, at - _FAR_APART) : at].lower()))
            or held.text.lower().startswith(("up to", "at most", "as "))
            for text in evidence.texts
            for at, held in quantity_places(text)
            if held.value == said.value and held.unit == said.unit
        ]
        if bounds and all(bounds):
            yield Finding("partly", f"the article says up to {said.text}", "number")
            return


def _shares(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """A share of others than in the article: "of the members" for "of those who voted"."""
    for said in _SHARE_OF.finditer(claim):
        mine = _telling(said["whole"])
        there = [
            each
            for text in evidence.around
            for each in _SHARE_OF.finditer(joined_numbers(text))
            if each["share"].lower() == said["share"].lower()
        ]
        if mine and there and not any(mine & _wide(each["whole"]) for each in there):
            shown = " ".join(there[0][0].split())
            yield Finding("partly", f"the article says {shown}", "number")
            return


def _universal(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """All or none of what the article says of some, of a number, or of part."""
    [doc] = analyse([claim])
    near = evidence.about(sentence(claim), _SENTENCES, 0)
    for token in doc:
        mine = _how_many(token) if token.pos_ == "NOUN" else ""
        if mine not in ("all", "none"):
            continue
        theirs = {
            _how_many(each)
            for one in analyse([each.text for each in near])
            for each in one
            if each.pos_ == "NOUN" and base(each.text) == base(token.text)
        }
        some = "part" in theirs or ("number" in theirs and not numbers(_phrase(token)))
        if some and mine not in theirs:
            shown = _phrase(token)
            yield Finding("partly", f"the article does not say it of “{shown}”", "number")
            return


def _how_many(noun: Token) -> str:
    """Whether it is of "all", "none", "part" or a "number" of what a noun names; "" where open."""
    words = {child.lower_ for child in noun.children}
    head = noun.head
    if head.lower_ == "of":
        words |= {head.head.lower_, *(child.lower_ for child in head.head.children)}
    if words & _NONE:
        return "none"
    if words & _ALL:
        return "all"
    counts = any(word.isdigit() or word in NUMERALS[1:] for word in words)
    if words & _PART or (counts and head.lower_ == "of"):
        return "part"
    return "number" if counts else ""


def _phrase(token: Token) -> str:
    return " ".join(each.text for each in token.subtree)[:60]
