"""Answers without a model: the sentences of the hits that answer a question best.

It picks and scores sentences; it neither searches nor words the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answers.candidate_answers import Offer, known_names, names_asked, offer
from rag.answers.candidate_sentences import (
    CandidateSentence,
    CandidateSentences,
    Vocabulary,
    candidates,
)
from rag.answers.confidence import THRESHOLD, AnswerSignals, by_words, confidence, knows_subject
from rag.questions.expected_answer import Asked, asked_for, own_words, without_names
from rag.records import Hit, Similarity

__all__ = [
    "MAX_SENTENCES",
    "MAX_WORDS",
    "READ_HITS",
    "THRESHOLD",
    "CandidateSentence",
    "Reading",
    "Vocabulary",
    "read",
]

READ_HITS = 8
"""How many of the best hits are read."""

_LAST_HIT = 20
"""The place of the hit above which the first must stand out."""

MAX_SENTENCES = 3
MAX_WORDS = 80

# What each property of a sentence adds to its score, where closeness in meaning adds its cosine.
# Round numbers from the middle of the range in which the measures do not move; see LOG.md.
_COVERAGE = 0.6
_RELATION = 0.6
_FIT = 0.6
_HEADLINES = 0.15
_LEAD = 0.15
_BEHIND = -0.3
_LIKE_ITS_TITLE = -0.5

_TELLS_ITSELF = 0.2
"""By how much a sentence must be nearer than a title to tell as well what a text is about."""

_LEAD_CHARACTERS = 250
_ALIKE = 0.7
_JUDGED = 6
"""How many of the best sentences are compared once more, without names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The chosen sentences, best first, and how likely they are to answer, from 0 to 1.

    `known` is how likely the archive knows the subject at all, `nearness` how near the nearest
    sentence of each passage read is to the question, and `agreed` the share of the passages
    that agree on an answer, 1 where that is not asked.
    """

    sentences: tuple[CandidateSentence, ...] = ()
    confidence: float = 0.0
    known: float = 0.0
    nearness: Mapping[int, float] = field(default_factory=dict)
    agreed: float = 1.0


def read(
    question: str, hits: Sequence[Hit], vocabulary: Vocabulary, similarity: Similarity | None
) -> Reading:
    """The sentences of the hits that answer best: at most three, eighty words in all.

    The best eight hits are read; the others tell how far the best stands out. Ties go to
    the better hit, then to the earlier sentence. Without `similarity` words alone decide.
    No hits, or a question without words, read as nothing.
    """
    first = hits[:READ_HITS]
    found = candidates(question, first, vocabulary)
    if not found.sentences:
        return Reading()
    asked = asked_for(question)
    titles = _titles(first)
    near, near_titles = _closeness(question, found, titles, similarity)
    scored = _scored(asked, first, near, near_titles)
    ranked = sorted(scored, key=lambda sentence: -sentence.score)
    best = _related(question, ranked[:_JUDGED], similarity)
    chosen = tuple(_select([*best, *ranked[_JUDGED:]]))
    if similarity is None:
        covered = by_words(max(sentence.coverage for sentence in best))
        return Reading(chosen, covered, covered, _nearness(near))
    evidence = AnswerSignals(
        subject=max([*near_titles.values(), *(each.closeness - _TELLS_ITSELF for each in near)]),
        words=found.evidence,
        names=_names_held(question, asked, first),
        margin=hits[0].score - _score_at(READ_HITS, hits),
        lead=hits[0].score - _score_at(_LAST_HIT, hits),
        choice=vocabulary.rarity(""),
        answer=max(sentence.closeness + sentence.relation for sentence in best),
    )
    return Reading(chosen, confidence(evidence), knows_subject(evidence), _nearness(near))


def _nearness(sentences: Iterable[CandidateSentence]) -> dict[int, float]:
    """By passage, how near its nearest sentence is to the question, by meaning and words."""
    nearest: dict[int, float] = {}
    for sentence in sentences:
        near = sentence.closeness + _COVERAGE * sentence.coverage
        nearest[sentence.passage] = max(near, nearest.get(sentence.passage, 0.0))
    return nearest


def _score_at(place: int, hits: Sequence[Hit]) -> float:
    """The score of the hit at that place; where there are fewer, nothing matches so well."""
    return hits[place - 1].score if place <= len(hits) else 0.0


def _titles(hits: Iterable[Hit]) -> dict[str, str]:
    """The title of each article that has one, best hit first."""
    return {hit.article.id: hit.article.title for hit in hits if hit.article.title}


def _closeness(
    question: str,
    found: CandidateSentences,
    titles: Mapping[str, str],
    similarity: Similarity | None,
) -> tuple[list[CandidateSentence], dict[str, float]]:
    """The sentences with how close they are to the question, and how close each title is."""
    sentences = found.sentences
    if similarity is None:
        return list(sentences), {}
    close = similarity(question, [*(sentence.text for sentence in sentences), *titles.values()])
    near = [replace(s, closeness=cosine) for s, cosine in zip(sentences, close, strict=False)]
    return near, dict(zip(titles, close[len(sentences) :], strict=True))


def _scored(
    asked: Asked,
    hits: Sequence[Hit],
    sentences: Sequence[CandidateSentence],
    near_titles: Mapping[str, float],
) -> list[CandidateSentence]:
    """The sentences with their scores, as far as they can be told without their relation."""
    known = known_names(hit.text for hit in hits)
    headlines = [own_words(title) for title in _titles(hits).values()]
    behind = {hit.passage.id: min(1.0, hits[0].score - hit.score) for hit in hits}
    scored = []
    for sentence in sentences:
        offered = offer(asked, sentence.text, known)
        score = (
            sentence.closeness
            + _COVERAGE * sentence.coverage
            + _FIT * offered.fit
            + _HEADLINES * _most_headlines(asked, offered, headlines)
            + _LEAD * (sentence.start < _LEAD_CHARACTERS)
            + _BEHIND * behind[sentence.passage]
            + _LIKE_ITS_TITLE * near_titles.get(sentence.article.id, 0.0)
        )
        scored.append(replace(sentence, score=score))
    return scored


def _most_headlines(asked: Asked, offered: Offer, headlines: Sequence[frozenset[str]]) -> int:
    """In how many titles that stands which the sentence offers and most titles hold."""
    answers = offered.answers(asked.kind)
    return max((sum(one in title for title in headlines) for one in answers), default=0)


def _related(
    question: str, sentences: Sequence[CandidateSentence], similarity: Similarity | None
) -> list[CandidateSentence]:
    """The sentences with their relation in their score, best first.

    Names match easily where an archive knows the subject but not the answer, so the
    question's relation is also compared with theirs, both without names.
    """
    if similarity is None:
        return list(sentences)
    alike = similarity(without_names(question), [without_names(s.text) for s in sentences])
    related = [
        replace(sentence, relation=cosine, score=sentence.score + _RELATION * cosine)
        for sentence, cosine in zip(sentences, alike, strict=True)
    ]
    return sorted(related, key=lambda sentence: -sentence.score)


def _names_held(question: str, asked: Asked, hits: Sequence[Hit]) -> float:
    """The largest share of the question's names that one hit holds; 1 where it names none."""
    names = names_asked(question) & asked.words
    if not names:
        return 1.0
    held = (own_words(f"{hit.article.title} {hit.text}") for hit in hits)
    return max(len(names & words) for words in held) / len(names)


def _select(ranked: Sequence[CandidateSentence]) -> list[CandidateSentence]:
    """The best sentences that fit, leaving out what mostly repeats one already chosen."""
    chosen: list[CandidateSentence] = []
    room = MAX_WORDS
    for sentence in ranked:
        length = len(sentence.text.split())
        if any(_alike(sentence.text, other.text) for other in chosen):
            continue
        if not chosen or length <= room:
            chosen.append(sentence)
            room -= length
        if len(chosen) == MAX_SENTENCES:
            break
    return chosen


def _alike(one: str, other: str) -> bool:
    first, second = set(one.lower().split()), set(other.lower().split())
    return len(first & second) >= _ALIKE * min(len(first), len(second))
