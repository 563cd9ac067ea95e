"""What the hits say to a question: its evidence, best first, and how likely it is to answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answers.asked_relation import says_all
from rag.answers.candidates import CandidateSentence, Vocabulary, names_asked, respelt
from rag.answers.evidence import READ_HITS, Evidence, collect, read_hits
from rag.answers.plans import choose
from rag.answers.scoring import SubjectSignals, both, confidence, knows_subject, scored
from rag.answers.signals import FACTUAL
from rag.language.name_matching import mentions
from rag.questions.expected_answer import asked_for, own_words
from rag.questions.form import Form
from rag.records import Hit, Similarity

SAID = 0.5
"""The least confidence where the best sentence has all the words of a question for one fact, or
the name of which all that there is, or the latest, is asked for."""

_LAST_HIT = 20
"""The place of the hit above which the first must stand out."""

_TELLS_ITSELF = 0.2
"""By how much a sentence must be nearer than a title to say as well what a text is about."""

_COVERAGE = 0.6
_WHO_IS = re.compile(r"who (?:is|are|was|were)\b", re.IGNORECASE)
"""Who somebody is stands beside what somebody did, not in the same words."""

_BEST, _SAYING = 3, 12
_STEEP, _NEAR_ENOUGH = 20.0, 0.97
"""How fast it becomes likely that a sentence tells a relation, and the cosines where it is even."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The evidence, best first, the sentences chosen from it, and how likely they are to answer.

    `confidence` and `known`, how likely the archive knows the subject at all, are from 0 to 1.
    `nearness` is how near the nearest sentence of each passage read is to the question, and
    `agreed` the share of the passages that agree on an answer, 1 where that is not asked.
    `form` is that of the question, with mistyped words put right.
    """

    evidence: tuple[Evidence, ...] = ()
    sentences: tuple[CandidateSentence, ...] = ()
    confidence: float = 0.0
    known: float = 0.0
    nearness: Mapping[int, float] = field(default_factory=dict)
    agreed: float = 1.0
    form: Form = field(default_factory=lambda: Form("fact"), compare=False)


def read(
    question: str,
    form: Form,
    hits: Sequence[Hit],
    vocabulary: Vocabulary,
    similarity: Similarity | None,
) -> Reading:
    """What the hits say to a question of that form; nothing for no hits and for no words.

    Ties go to the better hit, then to the earlier sentence. Without `similarity` words alone
    decide. Mistyped words are read as those that are meant.
    """
    if meant := respelt(question, read_hits(form.name, hits), vocabulary):
        question = _in_words(question, meant)
        sides = tuple(_in_words(side, meant) for side in form.sides)
        subject, matter = _in_words(form.subject, meant), _in_words(form.matter, meant)
        form = replace(form, subject=subject, matter=matter, sides=sides)
    evidence = scored(
        form.name,
        collect(question, form, hits, vocabulary, similarity),
        by_meaning=similarity is not None,
    )
    if not evidence:
        return Reading(form=form)
    signals = answer_signals(question, form, evidence, hits, vocabulary)
    best = evidence[0]
    one_thing = form.name in FACTUAL and asked_for(question).kind not in ("thing", "any")
    if one_thing and not _WHO_IS.match(question):
        evidence = _saying_it_first(question, form, evidence)
    sure = form.name in FACTUAL and says_all(
        question, best, form.matter, loosely=form.name in ("figure", "date")
    )
    if form.name in ("latest", "topic"):
        sure = any(_names(each.text, form.subject) for each in evidence[:_BEST])
    return Reading(
        evidence=tuple(evidence),
        sentences=tuple(choose(form.name, evidence, form.subject)),
        confidence=max(
            confidence(signals, by_meaning=similarity is not None), SAID if sure else 0.0
        ),
        known=1 / (1 + math.exp(-signals["known"])),
        nearness=_nearness(evidence),
        form=form,
    )


def _saying_it_first(question: str, form: Form, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, before it a sentence that says all that is asked, where the best does not.

    The best stays first where it has the kind of thing and every word that is asked for.
    """
    best = evidence[0]
    if best.signals["fit"] == best.signals["own"] == 1:
        return list(evidence)
    said = (each for each in evidence[:_SAYING] if says_all(question, each, form.matter))
    first = next(said, best)
    return [replace(first, score=best.score), *(each for each in evidence if each is not first)]


def _names(text: str, subject: str) -> bool:
    """Whether a text names whom or what is asked about, by a name that is written as one."""
    return any(text[each.start : each.end].istitle() for each in mentions(text, subject))


def _in_words(text: str, meant: Mapping[str, str]) -> str:
    return re.sub(r"\w+", lambda found: meant.get(found[0], found[0]), text)


def answer_signals(
    question: str,
    form: Form,
    evidence: Sequence[Evidence],
    hits: Sequence[Hit],
    vocabulary: Vocabulary,
) -> dict[str, float]:
    """What speaks for there being an answer, by name; `evidence` is best first and not empty."""
    read_now = read_hits(form.name, hits)
    first = evidence[0].signals
    best = evidence[:_BEST]

    def most(name: str) -> float:
        """The highest value that a signal has in the evidence."""
        return max(each.signals[name] for each in evidence)

    subject = SubjectSignals(
        subject=max(most("title"), most("closeness") - _TELLS_ITSELF),
        words=_matched(question, read_now, vocabulary),
        names=_names_held(question, read_now),
        margin=hits[0].score - _score_at(READ_HITS, hits),
        lead=hits[0].score - _score_at(_LAST_HIT, hits),
        choice=vocabulary.rarity(""),
    )
    known = knows_subject(subject)
    found = {
        "known": known,
        "names": subject.names,
        "margin": min(1.0, subject.margin),
        "lead": min(1.5, subject.lead),
        "best": evidence[0].score,
        "best three": sum(each.score for each in best) / len(best),
        "closeness": most("closeness"),
        "related": most("related"),
        "own": most("own"),
        "mentions": most("mentions"),
        "titled": most("titled"),
        "introduces": most("introduces"),
        "speaks": most("speaks"),
        "matter": most("to matter"),
        "first own": first["own"],
        "first related": first["related"],
        "relation": most("relation"),
        "first matter": first["to matter"],
        "first fit": first["fit"],
        "headlines": most("headlines"),
        "headline": most("headline"),
        "first headline": first["headline"],
        "definition": float(form.name == "definition"),
        "statement": float(form.name == "statement"),
    }
    return found | _of_a_relation(form, evidence, known)


def _of_a_relation(form: Form, evidence: Sequence[Evidence], known: float) -> dict[str, float]:
    """What counts besides where one relation of a subject is asked for; 0 elsewhere."""
    first = evidence[0].signals

    def joint(name: str) -> float:
        """The most of a signal where something of the kind that is asked for stands."""
        return max(each.signals["fit"] * each.signals[name] for each in evidence)

    nearest = max(each.signals["closeness"] + each.signals["relation"] for each in evidence)
    found = {
        "": 1.0,
        " closeness": max(each.signals["closeness"] for each in evidence),
        " related": first["related"],
        " answer": nearest,
        " both": both(known, _STEEP * (nearest - _NEAR_ENOUGH)),
        " own": first["own"],
        " fit": first["fit"],
        " best": evidence[0].score,
        " joint": joint("own"),
        " joint related": joint("related"),
        " joint matter": joint("to matter"),
        " joint closeness": joint("closeness"),
    }
    factual = float(form.name in FACTUAL)
    return {f"factual{name}": factual * value for name, value in found.items()}


def _nearness(evidence: Sequence[Evidence]) -> dict[int, float]:
    """By passage, how near its nearest sentence is to the question, by meaning and words."""
    nearest: dict[int, float] = {}
    for each in evidence:
        near = each.signals["closeness"] + _COVERAGE * each.signals["coverage"]
        nearest[each.sentence.passage] = max(near, nearest.get(each.sentence.passage, 0.0))
    return nearest


def _matched(question: str, hits: Sequence[Hit], vocabulary: Vocabulary) -> float:
    """The logarithm of how rare the words are that the question shares with one passage."""
    asked = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
    held = (
        frozenset(vocabulary.terms(f"{hit.article.title} {hit.passage.heading} {hit.text}"))
        for hit in hits
    )
    rarity = (sum(w for term, w in asked.items() if term in words) for words in held)
    return math.log1p(max(rarity, default=0.0))


def _score_at(place: int, hits: Sequence[Hit]) -> float:
    """The score of the hit at that place; where there are fewer, nothing matches so well."""
    return hits[place - 1].score if place <= len(hits) else 0.0


def _names_held(question: str, hits: Sequence[Hit]) -> float:
    """The largest share of the question's names that one hit holds; 1 where it names none."""
    names = names_asked(question) & asked_for(question).words
    if not names:
        return 1.0
    held = (own_words(f"{hit.article.title} {hit.text}") for hit in hits)
    return max(len(names & words) for words in held) / len(names)
