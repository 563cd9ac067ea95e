"""Which sentences of the hits can answer a question, and how much of it stands in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from rag.language.figures import meanings
from rag.language.sentences import sentence_spans
from rag.records import Article, Hit, Similarity

# Of the sentences of all hits, this many share most words with the question and are compared
# with it in meaning; reading twice as many changes no measure by more than a question.
COMPARED = 24

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
class CandidateSentence:
    """Characters `start` to `end` of an article, scored as an answer; higher is better.

    `coverage` is the share of the question's words, by rarity, that stand in it, beside it
    or in its title and heading; `closeness` its cosine with the question, 0 if unknown.
    `relation` is that of both without their names, 0 where they were not compared.
    """

    article: Article
    start: int
    end: int
    passage: int
    rank: int
    coverage: float
    closeness: float = 0.0
    score: float = 0.0
    relation: float = 0.0

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class CandidateSentences:
    """The sentences to be compared, in the order of their hits.

    `matched` is the rarity of the question's words that one passage and its title hold, summed:
    that of the passage that holds most. Ten rare words tell more than one, whatever their share.
    """

    sentences: tuple[CandidateSentence, ...] = ()
    matched: float = 0.0

    @property
    def evidence(self) -> float:
        """What the words that one passage holds tell: the logarithm of their rarity."""
        return math.log1p(self.matched)


def candidates(question: str, hits: Sequence[Hit], vocabulary: Vocabulary) -> CandidateSentences:
    """The 24 sentences that share most with the question; none for one without words."""
    asked = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
    if not asked:
        return CandidateSentences()
    found: list[CandidateSentence] = []
    matched = 0.0
    for hit in hits:
        sentences, words = _covered(hit, asked, vocabulary)
        found += sentences
        matched = max(matched, _rarity(asked, words))
    best = sorted(found, key=lambda sentence: -sentence.coverage)[:COMPARED]
    ordered = sorted(best, key=lambda sentence: (sentence.rank, sentence.start))
    return CandidateSentences(tuple(ordered), matched)


def _covered(
    hit: Hit, asked: Mapping[str, float], vocabulary: Vocabulary
) -> tuple[list[CandidateSentence], set[str]]:
    """The sentences of a hit, each with the share of the question it covers; and all its words."""
    article, passage = hit.article, hit.passage
    spans = sentence_spans(article.text, passage.start, passage.end, article.language)
    own = [set(vocabulary.terms(article.text[start:end])) for start, end in spans]
    above = set(vocabulary.terms(f"{article.title} {passage.heading}"))
    total = sum(asked.values()) or 1
    sentences = []
    for index, (start, end) in enumerate(spans):
        if not _tells(article.text[start:end]):
            continue
        around = above.union(*own[max(0, index - 1) : index + 2])
        coverage = _rarity(asked, around) / total
        sentences.append(CandidateSentence(article, start, end, passage.id, hit.rank, coverage))
    return sentences, above.union(*own)


def _rarity(asked: Mapping[str, float], words: set[str]) -> float:
    """The rarity of those of the asked words that are among the others, summed."""
    return sum(rarity for term, rarity in asked.items() if term in words)


def _tells(text: str) -> bool:
    """Whether a sentence can be an answer: a question cannot, nor can a line of three words."""
    return not text.rstrip("”\"’' ").endswith("?") and len(text.split()) >= _FEWEST_WORDS


COVERAGE_WEIGHT = 0.5
"""What the share of the question around a sentence counts where its cosine counts 1."""


def survey(
    hits: Sequence[Hit], about: frozenset[str]
) -> Iterator[tuple[CandidateSentence, frozenset[str]]]:
    """The sentences of the hits, best hit first, each with the meanings of the words around it.

    Around are its neighbours in the passage, the passage's heading and the article's title;
    `coverage` is the share of `about` among them. A text that several hits hold comes once.
    """
    seen: set[str] = set()
    for hit in hits:
        article, passage = hit.article, hit.passage
        spans = sentence_spans(article.text, passage.start, passage.end, article.language)
        own = [meanings(article.text[start:end]) for start, end in spans]
        above = meanings(f"{article.title} {passage.heading}")
        for place, (start, end) in enumerate(spans):
            if article.text[start:end] in seen:
                continue
            seen.add(article.text[start:end])
            around = above.union(*own[max(0, place - 1) : place + 2])
            coverage = len(about & around) / max(1, len(about))
            yield CandidateSentence(article, start, end, passage.id, hit.rank, coverage), around


def weighed(
    question: str, sentences: Sequence[CandidateSentence], similarity: Similarity | None, most: int
) -> dict[CandidateSentence, CandidateSentence]:
    """The `most` sentences with the largest coverage, each with its closeness and score.

    Without `similarity` all are equally close.
    """
    best = sorted(dict.fromkeys(sentences), key=lambda each: -each.coverage)[:most]
    close: Sequence[float] = [1.0] * len(best)
    if similarity is not None and best:
        close = similarity(question, [each.text for each in best])
    return {
        each: replace(each, closeness=near, score=near + COVERAGE_WEIGHT * each.coverage)
        for each, near in zip(best, close, strict=True)
    }


def day_of(article: Article) -> datetime:
    """When the article appeared; one of unknown date comes before all others."""
    return article.published.at if article.published else datetime.min.replace(tzinfo=UTC)
