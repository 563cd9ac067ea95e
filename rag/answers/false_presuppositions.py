"""What a question takes for granted and an article says otherwise.

The rules are English, and few: they would rather miss a false premise than deny a true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answers.asked_clause import AskedClause, Reading, alike, read_asked
from rag.answers.candidates import CandidateSentence, day_of, relevant_sentences
from rag.language.analysis import analyse
from rag.language.entities import number_places
from rag.language.figures import Quantity, counted, figures, meanings
from rag.language.opposites import base, opposites, particles, same, things, verbs
from rag.language.periods import CALENDAR_NAMES
from rag.language.propositions import Phrase, Proposition, propositions
from rag.language.words import word_set
from rag.records import Hit

_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_NOT = re.compile(
    r"\b(?:not|never|no|nobody|none|neither|nor|cannot|nothing|refused|failed"
    r"|declined)\b|n['’]t\b",
    re.IGNORECASE,
)
_CALENDAR = frozenset(
    base(word)
    for word in CALENDAR_NAMES - {"may"}
    | word_set("week month year today yesterday wo never longer")
)
_LEAST_COVERED = 0.4
"""So much of the question must stand around the sentence that denies."""
_CUE = 0.3
"""What a word that may deny counts where all words of the question count 1."""
_ANALYSED = 8
"""So many sentences are analysed at most."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence that says otherwise, and the word of the question that it speaks against."""

    sentence: CandidateSentence
    presumed: str


@dataclass(frozen=True, slots=True)
class _Near:
    """A sentence near to the question, the words around it, and what it says."""

    sentence: CandidateSentence
    around: frozenset[str]
    said: Sequence[Proposition]


def contradiction(question: str, hits: Sequence[Hit]) -> Contradiction | None:
    """A sentence of the hits that denies what the question takes for granted; else None.

    It denies the verb of the question of the same subject and object ("did not resign"), says
    its opposite ("approved" for "threw out"), that the subject took no part in what it is said
    to have done, or that the thing asked about is no more. None where another sentence says what
    the question does, and for a question that takes nothing for granted or denies something.
    At most eight English sentences are analysed.
    """
    asked = read_asked(question)
    if not _ASKS.search(question) or asked.negative or not asked.names | asked.parts:
        return None
    candidates = _candidates(question, asked, hits)
    analyse([sentence.text for sentence, _ in candidates])
    near = [_Near(sentence, around, propositions(sentence.text)) for sentence, around in candidates]
    found = [
        Contradiction(each.sentence, presumed)
        for each in near
        for said in each.said
        for presumed in _spoken_against(asked, said, each)
    ]
    found = [each for each in found if not _is_affirmed(asked, each, near)]
    return max(found, key=lambda each: each.sentence.coverage, default=None)


def _candidates(
    question: str, asked: AskedClause, hits: Sequence[Hit]
) -> list[tuple[CandidateSentence, frozenset[str]]]:
    """The few English sentences that share most with the question and may deny or affirm it.

    None where none of them has a word that denies.
    """
    about = meanings(question)
    asked_verbs = {asked.verb(n) for n in range(asked.helper + 1, len(asked.words))} - {""}
    affirming = frozenset().union(*(same(verb) for verb in asked_verbs))
    denying = frozenset().union(*(opposites(verb) for verb in affirming))
    denying |= verbs("end") | verbs("stay_away")
    found = []
    for sentence, around in relevant_sentences(hits, about):
        if sentence.coverage < _LEAST_COVERED or sentence.article.language not in ("en", ""):
            continue
        said, negated = _verbs(sentence.text), bool(_NOT.search(sentence.text))
        if (cue := bool(said & denying)) or negated or said & affirming:
            own = len(meanings(sentence.text) & about) / max(1, len(about))
            shared = sentence.coverage + own + _CUE * cue
            found.append((shared, cue or negated, sentence, around))
    found.sort(key=lambda each: (-each[0], each[2].rank, each[2].start))
    best = found[:_ANALYSED]
    may_deny = any(denies for _, denies, _, _ in best)
    return [(sentence, around) for _, _, sentence, around in best if may_deny]


@lru_cache(4_096)
def _verbs(text: str) -> frozenset[str]:
    """The base forms of all words of a text, and those with a particle within three words."""
    words = [word.lower() for word in _WORD.findall(text)]
    bases = [base(word) for word in words]
    found = set(bases)
    for place, verb in enumerate(bases):
        near = words[place + 1 : place + 4]
        found |= {f"{verb}_{particle}" for particle in particles(verb) if particle in near}
    return frozenset(found)


def _spoken_against(asked: AskedClause, said: Proposition, near: _Near) -> Iterator[str]:
    """The words of the question that a proposition speaks against."""
    if said.open:
        return
    for reading in asked.readings(said):
        denies = said.denied if reading.relation == "same" else not said.denied
        timely = asked.tense == "coming" or said.tense != "coming"
        if denies and timely and _is_about(reading, said, near, asked):
            yield reading.written
    yield from _no_part(asked, said, near)
    yield from _at_an_end(asked, said)


def _is_about(reading: Reading, said: Proposition, near: _Near, asked: AskedClause) -> bool:
    """Whether a proposition is about whom and what the question is."""
    doer, thing = said.agent, said.patient
    subject, objects = reading.subject, reading.first_object
    if reading.passive:
        subject, objects = frozenset(), reading.subject
        if not thing.head:
            doer, thing = Phrase(), doer
    elif not reading.first_object and not doer.head:
        doer, thing = thing, doer
    if subject and doer.head and not _names_same(subject, doer, near, asked):
        return False
    if subject and not doer.head and not near.around >= subject:
        return False
    if objects and thing.head and not _names_same(objects, thing, near, asked):
        return False
    if objects and not thing.head:
        return not objects.isdisjoint(said.words)
    if not objects and not _is_around(reading, near, asked):
        return False
    if said.denied and not said.rest <= asked.stems | _CALENDAR:
        return False
    if thing.head and not objects and reading.objects and not alike(reading.objects, thing):
        return False
    wider = reading.relation == "opposite" or said.agent.none or said.patient.none
    return bool(doer.head or thing.head) and (wider or bool(objects) or not thing.head)


def _is_around(reading: Reading, near: _Near, asked: AskedClause) -> bool:
    """Whether what else the question says stands around: its names, or half of its words."""
    named = not asked.names.isdisjoint(reading.subject)
    others = reading.objects & asked.names if named else reading.objects
    return 2 * len(others & near.around) >= len(others)


def _may_be_about(reading: Reading, said: Proposition) -> bool:
    """Whether a proposition may be about whom or what the question is."""
    phrases = [each for each in (said.agent, said.patient) if each.head]
    words = reading.subject | reading.objects
    return any(each.pronoun or alike(words, each) for each in phrases)


def _names_same(
    asked_words: frozenset[str], phrase: Phrase, near: _Near, asked: AskedClause
) -> bool:
    """Whether a phrase names what the words of the question do; a pronoun by what is around it."""
    if phrase.none:
        return True
    if phrase.pronoun:
        return asked_words <= near.around
    if alike(asked_words, phrase):
        named = asked_words & asked.names
        theirs = phrase.words - asked_words - things(phrase.head)
        ours = asked_words - phrase.words - things(phrase.head)
        return named <= phrase.words | near.around and not (theirs and ours)
    return bool(asked_words & asked.names) and asked_words <= phrase.words


def _no_part(asked: AskedClause, said: Proposition, near: _Near) -> Iterator[str]:
    """The verb of achieving something where the subject took no part: "won't be at the Games"."""
    stays = said.verb in verbs("take_part") and said.denied and not said.predicate
    leaves = said.verb in verbs("stay_away") and not said.denied
    if not (stays or leaves) or said.agent.pronoun:
        return
    event = said.rest | said.patient.words
    for place in range(asked.helper + 2, len(asked.words)):
        verb = asked.verb(place)
        reading = asked.at(place, verb, "opposite") if verb in verbs("achieve") else None
        if reading is None or not alike(reading.subject, said.agent):
            continue
        others = asked.names - reading.subject
        same_event = not reading.objects.isdisjoint(event) or others <= near.around
        if event and same_event and reading.subject & asked.names <= said.agent.words:
            yield reading.written


def _at_an_end(asked: AskedClause, said: Proposition) -> Iterator[str]:
    """The verb of the question where what it is to happen to, or who is to do it, is no more."""
    if said.verb not in verbs("end") or said.denied or asked.tense != "coming":
        return
    thing = said.patient if said.patient.head else said.agent
    place = next(
        (
            n
            for n in range(asked.helper + 2, len(asked.words))
            if asked.words[n - 1].text.lower() == "to" and asked.words[n].stem
        ),
        asked.helper + 2,
    )
    if place >= len(asked.words):
        return
    reading = asked.at(place, asked.verb(place), "opposite")
    if reading is None or reading.verb in verbs("end"):
        return
    objects = reading.first_object or reading.subject
    named = objects & asked.names
    if (named and named <= thing.words) or (objects and objects <= thing.words):
        yield reading.written


def _is_affirmed(asked: AskedClause, found: Contradiction, near: Sequence[_Near]) -> bool:
    """Whether a sentence says what the question does, in an article that is no older if it asks
    for what is to come.
    """
    for each in near:
        older = day_of(each.sentence.article) < day_of(found.sentence.article)
        if asked.tense == "coming" and older:
            continue
        for said in each.said:
            if (asked.tense == "coming") != (said.tense == "coming"):
                continue
            for reading in asked.readings(said):
                if reading.written != found.presumed:
                    continue
                if (
                    reading.verb in verbs("achieve")
                    and not reading.objects & asked.names <= said.words
                ):
                    continue
                affirms = said.denied == (reading.relation == "opposite")
                if affirms and _may_be_about(reading, said):
                    return True
    return False


_LEAST_COVERED_BY_COUNT = 0.6
_FEWEST_SHARED = 2
_NEAR = 3.0


def miscount(question: str, hits: Sequence[Hit]) -> Contradiction | None:
    """A sentence that gives another number of what the question counts; else None.

    It is looked for only where none of the hits holds the question's own number, and must
    share two more words with the question in the clause of its number.
    """
    about = meanings(question)
    presumed = list(_presumed(question, about))
    if not presumed:
        return None
    told = [sentence for sentence, _ in relevant_sentences(hits, about)]
    values = {number.value for hit in hits for _, number in number_places(hit.text)}
    for text, value, asked in presumed:
        if value in values:
            continue
        rivals = [each for each in told if _gives_another(each, value, asked)]
        if rivals:
            return Contradiction(max(rivals, key=lambda each: each.coverage), text)
    return None


def _presumed(question: str, about: frozenset[str]) -> Iterator[tuple[str, float, Quantity]]:
    """The numbers of things in a question, each with what it counts."""
    for start, number in number_places(question):
        thing = counted(question[start + len(number.text) :])
        if number.kind == "count" and thing:
            yield number.text, number.value, Quantity("count", thing, about - thing)


def _gives_another(sentence: CandidateSentence, value: float, asked: Quantity) -> bool:
    return sentence.coverage >= _LEAST_COVERED_BY_COUNT and any(
        figure.named
        and not figure.earlier
        and figure.value != value
        and max(figure.value, value) <= _NEAR * min(figure.value, value)
        and len(asked.about & figure.clause) >= _FEWEST_SHARED
        for figure in figures(sentence.text, asked)
    )
