"""What a question says itself, read by word order: subject, verb, objects, when.

`lacks_deed` tells whether any sentence tells the deed of "Did X ...?" or "When will X ...?", by X.
Questions parse badly, sentences well. So a sentence's own verb, or what says the opposite of it,
is looked for among the words of the question, and what stands before and after it compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rag.answers.candidates import READ_CHARACTERS, known_names
from rag.answers.evidence import Evidence
from rag.language.analysis import analyse
from rag.language.entities import stems
from rag.language.opposites import (
    base,
    converses,
    implied,
    near,
    opposites,
    particles,
    reworded,
    same,
    things,
    verbs,
)
from rag.language.propositions import Phrase, Proposition, Tense, propositions
from rag.language.speech_cues import SAYING
from rag.language.words import without_possessive, word_set
from rag.questions.asked_words import participles
from rag.records import Hit

Relation = Literal["same", "opposite"]

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
"""A word, with apostrophes, full stops and hyphens within it."""

_BE = word_set("is are was were am be been being isn't aren't wasn't weren't")
_HAVE = word_set("has have had hasn't haven't hadn't")
_DO = word_set("do does did don't doesn't didn't")
_WILL = word_set("will won't shall")
_MODAL = word_set("can could would should may might must can't couldn't wouldn't shouldn't")
_AUXILIARIES = _BE | _HAVE | _DO | _WILL | _MODAL
_NEGATIVE = word_set("not never no cannot without")
_AFTERWARDS = word_set(
    "who whom whose which that when while where after before because since until if whether than"
)
_PLACED = word_set(
    "in on at of for to from with by over under into during about after before since until than as"
    " against between through across near within without"
)
_FUTURE_CHAIN = re.compile(
    r"\b(?:plans?|planning|going|set|due|expected|want(?:s|ing)?|intends?|hopes?|scheduled) to\b"
)
_FILLING = word_set("really still ever any actually now yet already just some so many much true")
_ANYONE = word_set("anyone anybody someone somebody any")
_UNCOUNTED = _FILLING | _AUXILIARIES | _ANYONE
_DID = re.compile(
    r"(?:and |so |but )?(?:(?:why|when|where|how|whom?) )?(?=did\b(?!n['’]t| not\b))"
    r"|(?:and |so |but )?(?:when|where) (?=(?P<now>does|do|will)\b(?!n['’]t| not\b))",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"(?:and |so |but )?(?:why|when|where|how|(?P<who>who)) "
    r"(?:was|were|will(?=.* be\b)|(?:is|are)(?=.* (?:being|to be)\b)) ",
    re.IGNORECASE,
)
LIGHT = frozenset(map(base, word_set("be have do get give make take go come say tell happen mean")))
"""Verbs that say too little to be looked for."""

_WORDED = frozenset(
    map(
        base,
        SAYING | word_set("mention refer cite discuss talk speak want need think feel believe"),
    )
)
"""What is shown to be done by the words of whoever does it, or is only in their mind."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question: as written and by its base form; `name` where it has a capital."""

    text: str
    stem: str
    name: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The question read with one of its words as the verb, which a sentence's verb relates to."""

    relation: Relation
    verb: str
    written: str
    subject: frozenset[str]
    objects: frozenset[str]
    first_object: frozenset[str]
    passive: bool


@dataclass(frozen=True, slots=True)
class AskedClause:
    """A question of one clause; `helper` is the place of its auxiliary, -1 without one."""

    words: tuple[Word, ...]
    helper: int
    tense: Tense
    negative: bool

    @property
    def names(self) -> frozenset[str]:
        """The stems of its names."""
        return frozenset(word.stem for word in self.words if word.name)

    @property
    def stems(self) -> frozenset[str]:
        """The stems of all its content words."""
        return frozenset(word.stem for word in self.words if word.stem)

    @property
    def parts(self) -> frozenset[str]:
        """The words that must all be said again: without auxiliary, question word and "really"."""
        return frozenset(
            word.stem
            for word in self.words[self.helper + 1 :]
            if word.stem and word.text.lower() not in _UNCOUNTED
        )

    def readings(self, said: Proposition) -> Iterator[Reading]:
        """The question with each of its words as verb that the sentence's verb is or opposes."""
        for place in range(self.helper + 2, len(self.words)):
            verb = self.verb(place)
            relation = _relation(verb, said.verb)
            if relation is not None and (found := self.at(place, verb, relation)) is not None:
                yield replace(found, passive=found.passive and not said.predicate)

    def verb(self, place: int) -> str:
        """The base form of the word there, with a particle that belongs to it."""
        word = base(self.words[place].text)
        for after in self.words[place + 1 : place + 4]:
            if after.text.lower() in particles(word):
                return f"{word}_{after.text.lower()}"
        return word

    def at(self, place: int, verb: str, relation: Relation) -> Reading | None:
        """The question with the word at a place as its verb; None where it cannot be."""
        start = self.helper + 1
        light = next((n for n in range(start + 1, place) if self.verb(n) in verbs("light")), -1)
        before = self.words[start : light if light > 0 else place]
        plain = [word.text.lower() for word in before]
        chain = next((n for n, word in enumerate(plain) if word == "to" and n > 0), -1)
        if chain > 0:
            if not _FUTURE_CHAIN.search(" ".join(plain[chain - 1 :])):
                return None
            before, plain = before[: chain - 1], plain[: chain - 1]
        if not _AFTERWARDS.isdisjoint(plain):
            return None
        after = self.words[place + 1 :]
        measured = self.words[: max(0, self.helper)]
        subject = frozenset(word.stem for word in before if _counts(word))
        objects = frozenset(word.stem for word in (*after, *measured) if _counts(word))
        bound = [w.text.lower() for w in after]
        particle = verb.partition("_")[2]
        ends = next((n for n, w in enumerate(bound) if w in _PLACED and w != particle), len(bound))
        first = frozenset(word.stem for word in after[:ends] if _counts(word))
        first = first | frozenset(word.stem for word in measured if _counts(word))
        if not subject and _ANYONE.isdisjoint(plain) and "there" not in plain:
            return None
        helper = self.words[self.helper].text.lower() if self.helper >= 0 else ""
        written = self.words[place].text.lower()
        passive = (helper in _BE or "been" in plain) and not written.endswith("ing")
        text = f"{self.words[place].text} {particle}".strip()
        return Reading(relation, verb, text, subject, objects, first, passive)


def read_asked(question: str) -> AskedClause:
    """The question by word order; "now" is the tense of one without auxiliary.

    >>> asked = read_asked("Why did Orr resign?")
    >>> asked.tense, sorted(asked.parts)
    ('done', ['orr', 'resign'])
    """
    written = WORD.findall(question.replace("’", "'"))
    written = [re.sub(r"'s$", "", word) for word in written]
    words = tuple(
        Word(word, base(word) if stems(word) else "", number > 0 and word[0].isupper())
        for number, word in enumerate(written)
    )
    plain = [word.text.lower() for word in words]
    helper = next((n for n, word in enumerate(plain) if word in _AUXILIARIES), -1)
    negative = any(word in _NEGATIVE or word.endswith("n't") for word in plain)
    return AskedClause(words, helper, _tense(plain, helper), negative)


def _tense(plain: list[str], helper: int) -> Tense:
    word = plain[helper] if helper >= 0 else ""
    if word in _WILL or _FUTURE_CHAIN.search(" ".join(plain)) or "next" in plain:
        return "coming"
    if word in ("did", "was", "were", *_HAVE):
        return "done"
    if word in ("is", "are") and "been" in plain:
        return "done"
    return "now"


def _counts(word: Word) -> bool:
    return bool(word.stem) and word.text.lower() not in _UNCOUNTED


def _relation(asked: str, said: str) -> Relation | None:
    if not asked:
        return None
    if said in same(asked):
        return "same"
    opposite = said in opposites(asked) or any(each in opposites(asked) for each in same(said))
    return "opposite" if opposite else None


def alike(asked: frozenset[str], phrase: Phrase) -> bool:
    """Whether the words of the question can mean what a phrase names: its head is among them."""
    return not asked.isdisjoint(things(phrase.head))


@lru_cache(1_024)
def bases(text: str) -> frozenset[str]:
    """The base forms of the words of a text that say something."""
    words = map(without_possessive, WORD.findall(text))
    return frozenset(base(word) for word in words if stems(word))


def written_names(hits: Sequence[Hit]) -> frozenset[str]:
    """The names in the hits, in small letters, without those that are words there as well."""
    texts = [hit.text for hit in hits]
    return known_names(texts).difference(*map(_words, texts))


@lru_cache(1_024)
def _words(text: str) -> frozenset[str]:
    """All words of a text as they stand there."""
    return frozenset(WORD.findall(text))


def _full_name(question: str, last: str, hits: Sequence[Hit]) -> str:
    """The name of two words that ends so in a question, as it or the hits write it; else "".

    `last` is a base form.
    """
    words = WORD.findall(question)
    for one, other in pairwise(words):
        name = f"{one[0].upper()}{one[1:]} {other[0].upper()}{other[1:]}"
        if base(other) == last and stems(one) and any(name in hit.text for hit in hits):
            return name
    return ""


def lacks_deed(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> bool:
    """Whether no sentence has the verb of such a question beside X, in whatever words.

    Where the question takes it for granted, one where it is done to X is none, if X does it in no
    other. False for other questions.
    """
    verb, doer = _deed(question, hits)
    did = _DID.match(question)
    active = did is not None and not did["now"]
    loose = active or re.search(r"\b(?:was|were)\b", question, re.IGNORECASE) is None
    presumes = not question.lower().startswith("did")
    if not verb or verb in LIGHT or (presumes and verb in _WORDED):
        return False
    wanted = near(verb) | opposites(verb) | converses(verb)
    wanted |= frozenset() if active else reworded(verb)
    others = frozenset([doer]) if doer else bases(question) - {verb}
    named = bases(_full_name(question, doer, hits)) if doer else frozenset[str]()
    telling = []
    for each in evidence:
        found = bases(each.text)
        tells = not wanted.isdisjoint(found)
        tells = tells or (loose and any(verb in implied(word) for word in found))
        if named and not named <= bases(each.sentence.article.text[:READ_CHARACTERS]):
            continue
        if tells and not others.isdisjoint(found | bases(each.sentence.article.title)):
            telling.append(each.text)
    if not active or not presumes:
        return not telling
    who = _doer(read_asked(question), verb)
    roles = {_role(text, near(verb), who) for text in telling} if who else set[str]()
    return not telling or ("done to" in roles and "does" not in roles)


def _doer(asked: AskedClause, verb: str) -> frozenset[str]:
    """The words of whoever a question has do it, by word order; none where it does not say."""
    places = range(asked.helper + 2, len(asked.words))
    found = (asked.at(n, verb, "same") for n in places if asked.words[n].stem == verb)
    reading = next(filter(None, found), None)
    return reading.subject if reading and not reading.passive else frozenset()


def _role(text: str, acts: frozenset[str], who: frozenset[str]) -> str:
    """Whether somebody "does" one of some acts in a sentence, or has it "done to" them; else "".

    It is done to whom it is "against", too: "a lawsuit against Orr".
    """
    told = [said for said in propositions(text) if said.verb.partition("_")[0] in acts]
    if any(said.agent.pronoun or who & said.agent.words for said in told):
        return "does"
    against = (base(word) for word in re.findall(r"\bagainst (?:the )?([\w’'-]+)", text))
    suffers = any(who & said.patient.words for said in told) or not who.isdisjoint(against)
    return "done to" if suffers else ""


def _deed(question: str, hits: Sequence[Hit]) -> tuple[str, str]:
    """The verb and the head of the subject of a question "Did X ...?", by their base forms.

    Questions in small letters get the capitals that the hits write their words with.
    """
    asks = _DID.match(question)
    if asks is None or _WAS.match(question):
        return _done(question)
    names = written_names(hits)
    said = question[asks.end() :]
    plain = said
    if said.islower():
        plain = WORD.sub(lambda m: m[0].capitalize() if m[0] in names else m[0], said)
    [doc] = analyse([plain])
    root = next(token for token in doc if token.dep_ == "ROOT")
    if root.pos_ == "VERB" and root.tag_ == "VB":
        doers = [child for child in root.children if child.dep_ == "nsubj"]
        return base(root.text), base(doers[0].text) if doers else ""
    others = [each.lower_ for each in doc if each.is_lower and each.is_alpha and not each.is_stop]
    return (base(others[0]), "") if len(others) == 1 else ("", "")


def _done(question: str) -> tuple[str, str]:
    """The participle of a question "Who was ...?", by its base form, beside no head."""
    asks = _WAS.match(question)
    words = WORD.findall(question[asks.end() :]) if asks else []
    if asks and asks["who"]:
        words = words[:1]
    relative = next((n for n, word in enumerate(words) if word in ("who", "that", "which")), None)
    done = re.compile(participles())
    verb = next((w for w in words[:relative] if w.islower() and done.fullmatch(w)), "")
    return base(verb) if verb else "", ""
