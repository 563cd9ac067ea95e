"""Answers without a model: the sentences of the hits that answer a question best.

It picks and scores sentences; it neither searches nor words the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.records import Article, Hit
from rag.sentences import sentence_spans

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""How close each text is in meaning to the first one, by cosine."""

MAX_SENTENCES = 3
MAX_WORDS = 80
THRESHOLD = 0.5


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
    """Characters `start` to `end` of an article, scored as an answer; higher is better."""

    article: Article
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The sentence's own words."""
        return self.article.text[self.start : self.end]


def rank_sentences(
    question: str, hits: Sequence[Hit], vocabulary: Vocabulary, similarity: Similarity | None
) -> list[Sentence]:
    """Every sentence of the hits scored as an answer, best first; ties by rank, then place."""
    spans = [(hit, *span) for hit in hits for span in _sentences(hit)]
    if not spans:
        return []
    asked = {term: vocabulary.rarity(term) for term in vocabulary.terms(question)}
    texts = [hit.article.text[start:end] for hit, start, end in spans]
    close = similarity(question, texts) if similarity else [0.0] * len(texts)
    scored = [
        Sentence(hit.article, start, end, _score(asked, vocabulary, hit, text, near))
        for (hit, start, end), text, near in zip(spans, texts, close, strict=True)
    ]
    return sorted(scored, key=lambda sentence: -sentence.score)


def select(ranked: Sequence[Sentence]) -> list[Sentence]:
    """At most three of the best sentences, eighty words in all; none said twice."""
    chosen: list[Sentence] = []
    words = 0
    for sentence in ranked:
        length = len(sentence.text.split())
        said = any(sentence.text == other.text for other in chosen)
        if said or (chosen and words + length > MAX_WORDS):
            continue
        chosen.append(sentence)
        words += length
        if len(chosen) == MAX_SENTENCES:
            break
    return chosen


def _sentences(hit: Hit) -> Iterator[tuple[int, int]]:
    passage, article = hit.passage, hit.article
    return iter(sentence_spans(article.text, passage.start, passage.end, article.language))


def _score(
    asked: dict[str, float], vocabulary: Vocabulary, hit: Hit, text: str, near: float
) -> float:
    total = sum(asked.values()) or 1.0
    found = set(vocabulary.terms(text))
    overlap = sum(weight for term, weight in asked.items() if term in found) / total
    return overlap + near
