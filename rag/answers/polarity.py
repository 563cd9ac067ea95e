"""Whether a sentence answers a yes-or-no question with yes or no, where that is sure.

The rules are English. Anything that they cannot tell is left open.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.answers.asked_clause import AskedClause, Reading, read_asked
from rag.language.propositions import Phrase, Proposition, propositions
from rag.language.words import word_set
from rag.questions.form import Form

Polarity = Literal["yes", "no"]

_BE = word_set("is are was were am isn't")
_UNSURE = word_set("can could would should may might must all every each both only more most less")
_ANYONE = word_set("anyone anybody someone somebody")
_PEOPLE = word_set(
    "person people man men woman women child children boy boys girl girls resident residents"
    " passenger passengers worker workers soldier soldiers civilian civilians student students"
    " firefighter firefighters officer officers driver drivers victim victims"
)
_BY_HEARSAY = re.compile(
    r"\b(?:according to|rumou?rs?|used to|claims?|supposed|but not)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")


def polarity(question: str, form: Form, sentence: str) -> Polarity | None:
    """Yes where the sentence asserts what the question asks, no where it denies it; else None.

    It asserts it only with the same subject, verb (or another word for it), object and further
    words, in the same tense, and without a hedge; what somebody only claims, plans or is asked
    to do is left open. It denies it with "not", "nobody" or an opposite, and with no
    restriction that the question has not. None for questions of another form or language and
    for those that deny or ask what can or should be. Whether a later article says otherwise is
    for the caller to see.

    >>> from rag.questions.form import read_form
    >>> polarity("Has Orr resigned?", read_form("Has Orr resigned?"), "Orr has not resigned.")
    'no'
    """
    asked = read_asked(question)
    plain = {word.text.lower() for word in asked.words}
    if form.name != "yes or no" or asked.negative or asked.helper < 0 or plain & _UNSURE:
        return None
    numbers = set(_NUMBER.findall(question))
    if not numbers <= set(_NUMBER.findall(sentence)) or _BY_HEARSAY.search(sentence):
        return None
    found = {
        _answer(asked, plain, reading, said)
        for said in propositions(sentence)
        if not said.open and said.tense == asked.tense
        for reading in asked.readings(said)
    } - {None}
    return found.pop() if len(found) == 1 else None


def _answer(
    asked: AskedClause, plain: set[str], reading: Reading, said: Proposition
) -> Polarity | None:
    """What one proposition answers to the question as read."""
    if said.there != ("there" in plain):
        return None
    is_be = asked.words[asked.helper].text.lower() in _BE
    if said.predicate and not said.there and not is_be:
        return None
    if not said.there and not _same_roles(asked, plain, reading, said):
        return None
    wanted = asked.parts - {reading.verb.partition("_")[0]}
    if reading.relation == "opposite":
        return "no" if not said.denied and wanted <= said.words else None
    if not said.denied:
        return "yes" if wanted <= said.words else None
    named = wanted & asked.names <= said.words
    core = wanted & (reading.subject | (frozenset() if said.there else reading.first_object))
    beyond = _restrictions(asked, said) - asked.stems
    return "no" if named and core <= said.words and not beyond else None


def _same_roles(asked: AskedClause, plain: set[str], reading: Reading, said: Proposition) -> bool:
    """Whether who does it and to whom it is done are the same."""
    doer, thing = said.agent, said.patient
    subject, objects = reading.subject, reading.first_object
    if reading.passive != said.passive:
        return False
    if reading.passive:
        doer, thing = thing, doer
        objects = frozenset()
    if (
        doer.every
        or thing.every
        or not (doer.plain or doer.none)
        or not (thing.plain or thing.none)
    ):
        return False
    if not subject:
        return doer.none or (bool(plain & _ANYONE) and _is_people(doer))
    if doer.none and doer.head not in subject:
        return subject <= doer.words
    if doer.some and "any" not in plain:
        return False
    if doer.head not in subject or not subject <= doer.words:
        return False
    return not thing.head or thing.head in objects or said.predicate or reading.passive


def _is_people(phrase: Phrase) -> bool:
    return any(word.startswith(phrase.head) for word in _PEOPLE) and bool(phrase.head)


def _restrictions(asked: AskedClause, said: Proposition) -> frozenset[str]:
    """The words of a denial that may narrow it; a name is not narrowed by what comes with it."""
    narrowed = said.rest - {"longer", "yet", "still", "ever"}
    for phrase in (said.agent, said.patient):
        if phrase.head not in asked.names and not phrase.none:
            narrowed |= phrase.words - {phrase.head}
        if phrase.none and phrase.words:
            narrowed |= phrase.words - {phrase.head}
    return narrowed
