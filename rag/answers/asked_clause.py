"""What a question says itself, read by word order: subject, verb, objects, when.

Questions parse badly, sentences well. So a sentence's own verb, or what says the opposite of it,
is looked for among the words of the question, and what stands before and after it compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from rag.language.entities import stems
from rag.language.opposites import base, opposites, particles, same, things, verbs
from rag.language.propositions import Phrase, Proposition, Tense
from rag.language.words import word_set

Relation = Literal["same", "opposite"]

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
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
    written = _WORD.findall(question.replace("’", "'"))
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
