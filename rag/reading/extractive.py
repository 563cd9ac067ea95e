"""Answers without a model: the sentences of the hits that answer a question best.

It picks and scores sentences; it neither searches nor words the answer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.reading.asked import expected, offered, without_names
from rag.records import Article, Hit
from rag.sentences import sentence_spans

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""How close each text is in meaning to the first one, by cosine."""

MAX_SENTENCES = 3
MAX_WORDS = 80

THRESHOLD = 0.5
"""The confidence below which the archive is said not to answer; calibrated, see LOG.md."""

# Of the sentences of all hits, this many share most words with the question and are compared
# with it in meaning; reading twice as many changes no measure by more than a question.
_COMPARED = 24

# What each property of a sentence adds to its score, where closeness in meaning adds its cosine.
# Round numbers from the middle of the range in which the measures do not move; see LOG.md.
_COVERAGE = 0.5
_PASSAGE = 0.25
_RANK = 0.25
_OFFER = 0.25
_NO_OFFER = -0.25
_LEAD = 0.1

_LEAD_CHARACTERS = 250
_ALIKE = 0.7
_JUDGED = 4
_FEWEST_WORDS = 4


class Vocabulary(Protocol):
    """What the archive knows of words."""

    def terms(self, text: str) -> list[str]:
        """The words of a text, folded and stemmed, without stop words."""
        ...

    def rarity(self, term: str) -> float:
        """Inverse document frequency: high for a word that few passages hold."""
        ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start` to `end` of an article, scored as an answer; higher is better.

    `coverage` is the share of the question's words, by rarity, that stand in it, beside it
    or in its title and heading; `closeness` its cosine with the question, 0 if unknown.
    """

    article: Article
    start: int
    end: int
    passage: int
    rank: int
    coverage: float
    closeness: float = 0.0
    score: float = 0.0

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """The chosen sentences, best first, and how likely they are to answer, from 0 to 1."""

    sentences: tuple[Sentence, ...] = ()
    confidence: float = 0.0


def read(
    question: str, hits: Sequence[Hit], vocabulary: Vocabulary, similarity: Similarity | None
) -> Reading:
    """The sentences of the hits that answer best: at most three, eighty words in all.

    Ties go to the better hit, then to the earlier sentence. Without `similarity` words
    alone decide. No hits, or a question without words, read as nothing.
    """
    candidates = _candidates(question, hits, vocabulary)
    if not candidates:
        return Reading()
    if similarity is not None:
        close = similarity(question, [candidate.text for candidate in candidates])
        candidates = [replace(c, closeness=s) for c, s in zip(candidates, close, strict=True)]
    ranked = sorted(_scored(question, candidates), key=lambda sentence: -sentence.score)
    return Reading(tuple(_select(ranked)), _confidence(question, ranked, similarity))


def _candidates(question: str, hits: Sequence[Hit], vocabulary: Vocabulary) -> list[Sentence]:
    asked = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
    found = [sentence for hit in hits for sentence in _covered(hit, asked, vocabulary)]
    best = sorted(found, key=lambda sentence: -sentence.coverage)[:_COMPARED]
    return sorted(best, key=lambda sentence: (sentence.rank, sentence.start)) if asked else []


def _covered(hit: Hit, asked: dict[str, float], vocabulary: Vocabulary) -> list[Sentence]:
    """The sentences of a hit, each with the share of the question that it covers."""
    article, passage = hit.article, hit.passage
    spans = sentence_spans(article.text, passage.start, passage.end, article.language)
    own = [set(vocabulary.terms(article.text[start:end])) for start, end in spans]
    above = set(vocabulary.terms(f"{article.title} {passage.heading}"))
    total = sum(asked.values())
    sentences = []
    for index, (start, end) in enumerate(spans):
        if not _tells(article.text[start:end]):
            continue
        around = above.union(*own[max(0, index - 1) : index + 2])
        coverage = sum(rarity for term, rarity in asked.items() if term in around) / (total or 1)
        sentences.append(Sentence(article, start, end, passage.id, hit.rank, coverage))
    return sentences


def _tells(text: str) -> bool:
    """Whether a sentence can be an answer: a question cannot, nor can a line of three words."""
    return not text.rstrip("”\"’' ").endswith("?") and len(text.split()) >= _FEWEST_WORDS


def _scored(question: str, candidates: Sequence[Sentence]) -> list[Sentence]:
    kind = expected(question)
    closest: defaultdict[int, float] = defaultdict(float)
    for candidate in candidates:
        closest[candidate.passage] = max(closest[candidate.passage], candidate.closeness)
    scored = []
    for candidate in candidates:
        offers, amount = offered(kind, question, candidate.text)
        score = (
            candidate.closeness
            + _COVERAGE * candidate.coverage
            + _PASSAGE * closest[candidate.passage]
            + _RANK / (candidate.rank + 1)
            + (_OFFER * amount if offers else _NO_OFFER)
            + (_LEAD if candidate.start < _LEAD_CHARACTERS else 0.0)
        )
        scored.append(replace(candidate, score=score))
    return scored


def _select(ranked: Sequence[Sentence]) -> list[Sentence]:
    """The best sentences that fit, leaving out what mostly repeats one already chosen."""
    chosen: list[Sentence] = []
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


def _confidence(question: str, ranked: Sequence[Sentence], similarity: Similarity | None) -> float:
    """How likely the best sentences are to answer: logistic in what they share with the question.

    Names match easily where an archive knows the subject but not the answer, so the
    question's relation is also compared with theirs, both without names.
    """
    best = ranked[:_JUDGED]
    if similarity is None:
        return _logistic(9.0 * max(sentence.coverage for sentence in best) - 4.2)
    relation = similarity(without_names(question), [without_names(s.text) for s in best])
    top = [sentence.score for sentence in best[:MAX_SENTENCES]]
    return _logistic(
        2.5 * sum(top) / len(top)
        + 3.5 * max(sentence.closeness + sentence.coverage for sentence in best)
        + 2.5 * max(relation)
        - 8.15
    )


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
