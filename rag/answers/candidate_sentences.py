"""A sentence of a hit that may be shown, and how much of a question stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from rag.language.figures import meanings
from rag.language.sentences import sentence_spans
from rag.records import Article, Hit, Similarity


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
