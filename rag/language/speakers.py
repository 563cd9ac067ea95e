"""Whether two speakers are the same: by name, by acronym, by the role that an article gives.

Rules are for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.language.analysis import analyse
from rag.language.introductions import introductions
from rag.language.name_matching import TITLES, alike, folded_words, is_role, mentions, name_words
from rag.language.sentences import sentence_spans
from rag.language.speech_cues import SPEAKING_FOR
from rag.language.words import word_set

_CLOSE_TO = re.compile(
    r"(?:lawyer|attorney|agent|mother|father|wife|husband|brother|sister|son|daughter|friend|family"
    r"|publicist|manager|widow|colleague|neighbor|neighbour|supporter|ally|rival|critic|relative)s?$"
)
_TITLE_ALONE, _ENOUGH = 0.2, 60
_AT_ONCE = 8
"""So many sentences are analysed together: one by one they take three times as long."""
OFFICES = TITLES | word_set(
    "pope governor senator representative president executive minister mayor founder director"
    " head leader king queen chair spokesperson owner author coach manager sheriff captain"
    " commissioner superintendent principal chancellor dean speaker pastor officer lawyer attorney"
    " mother father wife husband brother sister son daughter suspect victim"
)
"""Words for what somebody is to an institution or to others, and titles, folded."""


def same_person(one: str, other: str) -> bool:
    """Whether two names may be of the same speaker: they share a name, or one is an acronym.

    >>> same_person("President Orr", "Ann Orr"), same_person("WFC", "World Ferry Council")
    (True, True)
    """
    ours, theirs = _telling(one), _telling(other)
    if ours & theirs or not ours or not theirs:
        return True
    return _initials(one) == "".join(theirs) or _initials(other) == "".join(ours)


def _telling(name: str) -> set[str]:
    return {word for word in name_words(name) if len(word) > 1} - _NO_NAMES


_NO_NAMES = word_set(
    "a an and as at but by for from he her his in it of on or she the their they to with"
)


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Z]\w+", name)).casefold()


_GROUP = re.compile(
    r"[A-Z][\w’'.-]+ (?:fans?|supporters?|critics?|voters?|allies|ally|opponents?|followers?"
    r"|backers?|donors?|loyalists?|detractors?|rivals?|impersonators?|victims?|protesters?)$"
)
"""Others than the one whom they are called by: "two dozen Ann Orr fans"."""


def matches_speaker(speaker: str, asked: str, around: str = "") -> float:
    """How well the speaker of an attribution fits whom a question names, from 0 to 1.

    By name, half a name, acronym or typo; by role ("the pope", "oregon's governor") with what
    the article `around` says of either. Words of somebody who speaks for an organisation count
    as nearly its own; those of somebody's agent, lawyer or mother are not his or hers. An empty
    speaker fits nobody.

    >>> matches_speaker("Ann Orr", "orr"), matches_speaker("Ann Orr", "bo lind")
    (1.0, 0.0)
    >>> matches_speaker("Ann Orr", "tolbeck's mayor", "Ann Orr, the mayor of Tolbeck, spoke.")
    0.9
    """
    if not name_words(speaker) or not name_words(asked):
        return 0.0
    if _GROUP.search(speaker) and not _GROUP.search(asked):
        return 0.1
    return max(_by_name(speaker, asked, around), _by_role(speaker, asked, around))


def _by_name(speaker: str, asked: str, around: str) -> float:
    """How well two names agree, word by word."""
    ours, theirs = name_words(speaker), name_words(asked)
    if ours == theirs:
        return 1.0
    if _initials(speaker) == "".join(theirs) or _initials(asked) == "".join(ours):
        return 0.95
    shared = [word for word in theirs if any(alike(word, other) for other in ours)]
    if not shared or all(word in _NO_NAMES | TITLES for word in shared):
        return 0.0
    if _is_office_of(asked, theirs, shared) or (
        _GROUP.search(speaker) and not _GROUP.search(asked)
    ):
        return 0.1
    if _speaks_for(speaker) and not _speaks_for(asked):
        return 0.8 if len(shared) == len(theirs) and _for_organisation(asked, around) else 0.1
    if len(shared) == len(theirs) and (
        len(theirs) > 1 or ours[-1:] == theirs or alike(ours[-1], theirs[-1])
    ):
        return 1.0 if set(shared) <= set(ours) else 0.9
    if all(any(alike(word, other) for other in theirs) for word in ours):
        return 0.9
    if len(theirs) == 1:
        return 0.7
    last = alike(ours[-1], theirs[-1])
    return 0.3 if last and len(ours) > 1 and not alike(ours[0], theirs[0]) else 0.5 if last else 0.1


def _is_office_of(asked: str, words: Sequence[str], shared: Sequence[str]) -> bool:
    """Whether an office of what a speaker is called is asked for: "pepsi's ceo" is not Pepsi."""
    last = re.search(r"['’]s? [\w-]+$", asked)
    office = words[-1] if last else words[0] if re.search(r" (?:of|at) ", asked) else ""
    return (
        bool(office)
        and office not in shared
        and bool(role_words(office))
        and (is_role(office) or not OFFICES.isdisjoint(role_words(office)))
    )


def _speaks_for(speaker: str) -> bool:
    words = re.findall(r"[\w-]+", speaker.casefold())
    return any(SPEAKING_FOR.match(word) or _CLOSE_TO.match(word) for word in words)


def _for_organisation(asked: str, around: str) -> bool:
    """Whether an article names `asked` as something other than a person."""
    found = mentions(around, asked)
    if not found:
        return False
    left, right = max(0, found[0].start - 100), found[0].end + 100
    [doc] = analyse([around[left:right]], named=True)
    people = [name for name in doc.ents if name.label_ == "PERSON"]
    at = found[0].start - left
    return not any(name.start_char <= at < name.end_char for name in people)


_ROLE_WORDS = {
    "gov": "governor",
    "sen": "senator",
    "rep": "representative",
    "pres": "president",
    "ceo": "executive",
    "chief": "executive",
    "pontiff": "pope",
    "prez": "president",
    "premier": "minister",
    "pm": "minister",
    "congressman": "representative",
    "congresswoman": "representative",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "chairman": "chair",
    "chairwoman": "chair",
    "monarch": "king",
    "creator": "founder",
    "boss": "executive",
    "lawyer": "attorney",
    "cop": "officer",
    "vp": "vice",
}
_ROLE_FILLERS = _NO_NAMES | word_set("former new current ex who what top its this that prime")


def role_words(words: str) -> list[str]:
    """The words of a role, folded, one spelling for those that mean the same; small ones left out.

    >>> role_words("Oregon's former congresswoman")
    ['oregon', 'representative']
    """
    found = [word for part in name_words(f"x {words}")[1:] for word in part.split("-")]
    return [_ROLE_WORDS.get(word, word) for word in found if word not in _ROLE_FILLERS]


def is_of_person(role: str) -> bool:
    """Whether a role is one that only persons have: "the mayor of Tolbeck", "a gymnast"."""
    return any(word in OFFICES or is_role(word) for word in role_words(role))


def _by_role(speaker: str, asked: str, around: str) -> float:
    """How well a speaker fits a role that is asked for, or a role that speaks a name asked for."""
    wanted = role_words(asked)
    if not wanted or (_speaks_for(speaker) and not _speaks_for(asked)):
        return 0.0
    own = role_words(speaker)
    if _covers(own, wanted) == 1 and (set(wanted) & OFFICES or len(wanted) > 1):
        return 0.9
    unnamed = speaker[:1].islower() or speaker.casefold().startswith(("the ", "a ", "an "))
    if not around or (_is_titled_name(asked) and not unnamed):
        return 0.0
    described = [*own, *_described(speaker, around)]
    role = [word for word in wanted if word in described]
    if role and any(word in OFFICES or is_role(word) for word in role):
        rest = [word for word in wanted if word not in role]
        everywhere = set(role_words(around))
        if not rest:
            return 0.9
        if len(rest) <= len(role) + 1 and all(_anywhere(word, everywhere) for word in rest):
            return 0.8
        return 0.0
    if unnamed:
        roles = [word for word in own if word not in wanted]
        if roles and _covers(_described(asked, around), roles) == 1:
            return 0.8
    return 0.0


def _is_titled_name(asked: str) -> bool:
    """Whether it is a name after a title: then nobody else who has the title is meant.

    >>> _is_titled_name("Mayor Orr"), _is_titled_name("the mayor of Tolbeck")
    (True, False)
    """
    words = asked.casefold().split()
    named = next((at for at, word in enumerate(words) if word not in TITLES), 0)
    return named > 0 and words[named] not in _ROLE_FILLERS


def _anywhere(word: str, words: set[str]) -> bool:
    return word in words or any(alike(word, other) for other in words)


def _covers(ours: Sequence[str], wanted: Sequence[str]) -> float:
    """The share of the wanted words that are among ours."""
    return sum(word in ours for word in wanted) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=512)
def _described(name: str, around: str) -> tuple[str, ...]:
    """The words with which an article introduces a name, folded; titles included."""
    found: list[str] = []
    sentences = [each for each in _that_may_name(name, around) if mentions(each, name)]
    for at, sentence in enumerate(sentences):
        if at % _AT_ONCE == 0:
            analyse(sentences[at : at + _AT_ONCE])
        for each in introductions(sentence, name):
            if each.strength >= _TITLE_ALONE:
                found += role_words(sentence[each.start : each.end])
        if len(found) > _ENOUGH:
            break
    return tuple(found)


def _that_may_name(name: str, around: str) -> Iterator[str]:
    """The sentences of an article that have a name's first word, or one like it, or its last."""
    asked = name_words(name)
    if not asked:
        return
    sentences = _sentences(around)
    known = frozenset[str]().union(*(words for _, words in sentences))
    wanted = {word for word in known if word == asked[-1] or alike(word, asked[0])}
    yield from (sentence for sentence, words in sentences if not wanted.isdisjoint(words))


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each sentence of a text with its folded words: a question looks for many names in one."""
    sentences = (text[left:right] for left, right in sentence_spans(text))
    return tuple((sentence, folded_words(sentence)) for sentence in sentences)
