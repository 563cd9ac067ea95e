"""What withdrawn articles would have answered: nothing of it is shown, only that it is withheld.

No index holds withdrawn articles. Those few that share words with a question are scored
beside what was found, by the score of a search, and read as it is.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from rag.answers.declining import withheld
from rag.answers.evidence import SHOWN_HITS
from rag.answers.extractive import read_for
from rag.answers.question import Question, ReadingAids
from rag.answers.scoring import THRESHOLD
from rag.answers.wording import decline, introduction
from rag.indexes.analysis import QuestionVocabulary
from rag.records import Answer, Article, Filters, Hit, Passage
from rag.retrieval.ranking import (
    Query,
    Signals,
    context_terms,
    passage_text,
    query_vector,
    score,
)
from rag.retrieval.snapshot import Snapshot
from rag.store import UNKNOWN_DATE, Withdrawal
from rag.store.revisions import published_seconds
from rag.store.rows import in_range

_LEAST_SHARED = 0.2
"""What is read shares so much of the question's words, counted by how rare they are."""

_MOST_READ = 4


@dataclass(frozen=True, slots=True)
class _Withheld:
    """What would answer a question but was withdrawn; `best` where nothing answers it better."""

    article: Article
    withdrawal: Withdrawal
    best: bool

    def sentence(self) -> str:
        """Which article it is, when it was withdrawn and why; nothing of its text."""
        where = introduction(self.article).removesuffix(": ") or self.article.id
        at = f"{self.withdrawal.at:%Y-%m-%d %H:%M} UTC"
        return f"an article on this ({where}) was withdrawn on {at}: {self.withdrawal.why}"


@dataclass(frozen=True, slots=True)
class _Part:
    """A passage with its words and those of all its article; `opening` where it is its first."""

    passage: Passage
    article: Article
    digest: str
    opening: bool
    words: frozenset[str]
    whole: frozenset[str]


class WithdrawnArticles:
    """The withdrawn articles of one archive, read again when something was withdrawn."""

    def __init__(self) -> None:
        self._change = 0
        self._parts: list[_Part] = []
        self._lock = Lock()

    def check(
        self,
        asked: Question,
        query: Query,
        hits: Sequence[Hit],
        snapshot: Snapshot,
        given: Generator[str, None, Answer],
    ) -> Generator[str, None, Answer]:
        """The answer that is `given`, with a note where a withdrawn article tells of it, too.

        Where that would be the best answer, nobody is asked for another: it is declined.
        """
        found = self._withheld(asked, query, hits, snapshot)
        if found is not None and found.best:
            result = _declined(asked, hits, found)
            yield result.text
            return result
        return _noted((yield from given), found)

    def _withheld(
        self, asked: Question, query: Query, hits: Sequence[Hit], snapshot: Snapshot
    ) -> _Withheld | None:
        """The withdrawn article that would be told of in an answer from these hits; None if none.

        A sentence that stands in an article that was found is told from there.
        """
        weights = snapshot.lexical.term_weights(query.text, context_terms(query, snapshot.lexical))
        near = self._near(asked, weights, snapshot)
        if not near:
            return None
        joint = _joined(query, weights, [*_found(hits, snapshot), *near], snapshot)
        vocabulary = QuestionVocabulary(asked.standalone, snapshot.lexical)
        reading = read_for(asked, joint, ReadingAids(vocabulary, snapshot.similarity()))
        gone = {part.article.id for part in near}
        sentences = reading.sentences if reading.confidence >= THRESHOLD else ()
        for place, sentence in enumerate(sentences):
            article = sentence.article
            if article.id in gone and not any(sentence.text in hit.article.text for hit in hits):
                withdrawal = snapshot.store.tombstones.withdrawn([article.id])
                if article.id in withdrawal:
                    return _Withheld(article, withdrawal[article.id], best=not place)
        return None

    def _near(
        self, asked: Question, weights: Mapping[str, float], snapshot: Snapshot
    ) -> list[_Part]:
        """The few withdrawn passages that share most of the question's words, most first."""
        shared = [
            (_weight(part.words, weights), part)
            for part in self._all(snapshot)
            if _admits(asked, part.article)
        ]
        least = _LEAST_SHARED * sum(weights.values())
        found = [(weight, part) for weight, part in shared if weight > 0 and weight >= least]
        found.sort(key=lambda item: (-item[0], item[1].passage.id))
        return [part for _, part in found[:_MOST_READ]]

    def _all(self, snapshot: Snapshot) -> list[_Part]:
        with self._lock:
            if snapshot.facets.change != self._change:
                self._parts = _withdrawn(snapshot)
                self._change = snapshot.facets.change
            return self._parts


def _declined(asked: Question, hits: Sequence[Hit], found: _Withheld) -> Answer:
    """The answer that there is none, since what would be one was withdrawn."""
    started = time.perf_counter()
    sentence = found.sentence()
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=f"{sentence[0].upper()}{sentence[1:]}\n\n{decline(hits).text}",
        as_of=asked.as_of,
        hits=tuple(hits[:SHOWN_HITS]),
        abstained=True,
        reason=withheld(sentence),
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        timings=asked.timings(started),
    )


def _noted(answer: Answer, found: _Withheld | None) -> Answer:
    """The answer with a note of what is withheld from it."""
    if found is None:
        return answer
    return replace(answer, notes=(*answer.notes, f"Not used: {found.sentence()}"))


def _withdrawn(snapshot: Snapshot) -> list[_Part]:
    """The passages of withdrawn articles, in all their revisions."""
    whole: dict[tuple[str, int], frozenset[str]] = {}
    parts = []
    for passage, article, digest in snapshot.store.tombstones.passages():
        key = (article.id, article.revision)
        opening = key not in whole
        if opening:
            whole[key] = _terms(article, article.text, snapshot)
        words = _terms(article, article.text[passage.start : passage.end], snapshot)
        parts.append(_Part(passage, article, digest, opening, words, whole[key]))
    return parts


def _found(hits: Sequence[Hit], snapshot: Snapshot) -> list[_Part]:
    """What was found, as it is compared with what was withdrawn."""
    ids = [hit.passage.id for hit in hits]
    digests = snapshot.store.digests(ids)
    first_passages = snapshot.facets.first_passages(np.array(ids, dtype=np.int64)).tolist()
    return [
        _Part(
            passage=hit.passage,
            article=hit.article,
            digest=digests.get(hit.passage.id, ""),
            opening=opening == hit.passage.id,
            words=_terms(hit.article, hit.text, snapshot),
            whole=_terms(hit.article, hit.article.text, snapshot),
        )
        for hit, opening in zip(hits, first_passages, strict=True)
    ]


def _joined(
    query: Query, weights: Mapping[str, float], parts: Sequence[_Part], snapshot: Snapshot
) -> list[Hit]:
    """The parts as hits of one search, best first; of equals the one given first."""
    signals = Signals(
        words=np.array([_weight(part.words, weights) for part in parts]),
        article=np.array([_weight(part.whole, weights) for part in parts]),
        cosine=np.array(_cosines(query, parts, snapshot)),
        opening=np.array([part.opening for part in parts], dtype=bool),
        published=np.array([_published(part.article) for part in parts], dtype=np.int64),
        preferred=np.array([_preferred(part.article, query) for part in parts], dtype=float),
    )

    def texts(places: Sequence[int]) -> list[str]:
        """The texts of the passages at these places."""
        return [passage_text(parts[place].passage, parts[place].article) for place in places]

    scores = score(query, signals, snapshot.reranker, texts).tolist()
    ordered = sorted(zip(scores, parts, strict=True), key=lambda item: -item[0])
    return [
        Hit(part.passage, part.article, scored, rank)
        for rank, (scored, part) in enumerate(ordered, start=1)
    ]


def _cosines(query: Query, parts: Sequence[_Part], snapshot: Snapshot) -> list[float]:
    """How near each is in meaning; as near as they are on average where that is not known."""
    if not snapshot.embedded:
        return [0.0] * len(parts)
    vector = query_vector(query, snapshot.dense)
    known = snapshot.dense.cosines(vector, [part.digest for part in parts])
    average = sum(known.values()) / len(known) if known else 0.0
    return [known.get(part.digest, average) for part in parts]


def _published(article: Article) -> int:
    seconds = published_seconds(article)
    return UNKNOWN_DATE if seconds is None else seconds


def _preferred(article: Article, query: Query) -> int:
    return sum(_satisfies(article, filters) for filters in query.preferred)


def _admits(asked: Question, article: Article) -> bool:
    """Whether an article may be told of, be it in the revision of that time or in another."""
    if article.published and article.published.at >= asked.as_of:
        return False
    strict = [one.filters for one in asked.understood if one.strict]
    return all(_satisfies(article, filters) for filters in (asked.filters, *strict))


def _satisfies(article: Article, filters: Filters) -> bool:
    if not in_range(filters, article.published):
        return False
    if filters.publishers and article.publisher not in filters.publishers:
        return False
    if filters.section and article.section.casefold() != filters.section.casefold():
        return False
    return not filters.language or article.language == filters.language


def _terms(article: Article, text: str, snapshot: Snapshot) -> frozenset[str]:
    """The words of a text of the article, and of its title."""
    return frozenset(snapshot.lexical.terms(f"{article.title}\n{text}"))


def _weight(words: Collection[str], weights: Mapping[str, float]) -> float:
    return sum(weight for term, weight in weights.items() if term in words)
