"""What withdrawn articles would have answered: nothing of it is told, only that it is withheld.

No index holds withdrawn articles. Those few that share words with a question are ranked
beside what was found, by the same measures, and read as it is.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from rag.answering.declining import withheld
from rag.answering.extracted import SHOWN_HITS, read_for
from rag.answering.question import Question, Reader
from rag.answering.wording import decline, introduction
from rag.reading.extractive import THRESHOLD
from rag.records import Answer, Article, Filters, Hit, Passage
from rag.retrieval.ranking import ARTICLE, LEAD, Rankers
from rag.store import Store, Withdrawal

_LEAST_SHARED = 0.2
"""What is read shares so much of the question's words, counted by how rare they are."""

_MOST_READ = 4


@dataclass(frozen=True, slots=True)
class _Held:
    """What would answer a question but was withdrawn; `best` where nothing answers it better."""

    article: Article
    withdrawal: Withdrawal
    best: bool

    def told(self) -> str:
        """Which article it is, when it was withdrawn and why; nothing of its text."""
        where = introduction(self.article).removesuffix(": ") or self.article.id
        at = f"{self.withdrawal.at:%Y-%m-%d %H:%M} UTC"
        return f"an article on this ({where}) was withdrawn on {at}: {self.withdrawal.why}"


@dataclass(frozen=True, slots=True)
class _Part:
    """A passage of a withdrawn article, with its words and those of all the article."""

    passage: Passage
    article: Article
    digest: str
    words: frozenset[str]
    whole: frozenset[str]


class Withheld:
    """The withdrawn articles of one archive, read again when something was withdrawn."""

    def __init__(self) -> None:
        self._change = 0
        self._parts: list[_Part] = []
        self._lock = Lock()

    def heeded(
        self,
        asked: Question,
        hits: Sequence[Hit],
        rankers: Rankers,
        reader: Reader,
        given: Generator[str, None, Answer],
    ) -> Generator[str, None, Answer]:
        """The answer that is `given`, with a note where a withdrawn article tells of it, too.

        Where that would be the best answer, nobody is asked for another: it is declined.
        """
        held = self._held(asked, hits, rankers, reader)
        if held is not None and held.best:
            result = _declined(asked, hits, held)
            yield result.text
            return result
        return _noted((yield from given), held)

    def _held(
        self, asked: Question, hits: Sequence[Hit], rankers: Rankers, reader: Reader
    ) -> _Held | None:
        """The withdrawn article that would be told of in an answer from these hits; None if none.

        A sentence that stands in an article that was found is told from there.
        """
        near = self._near(asked, rankers)
        if not near:
            return None
        joint = _joined(asked.standalone, hits, near, rankers)
        reading = read_for(asked, joint, reader)
        gone = {part.article.id for part in near}
        sentences = reading.sentences if reading.confidence >= THRESHOLD else ()
        for place, sentence in enumerate(sentences):
            article = sentence.article
            if article.id in gone and not any(sentence.text in hit.article.text for hit in hits):
                withdrawal = rankers.store.gone.withdrawn([article.id])
                if article.id in withdrawal:
                    return _Held(article, withdrawal[article.id], best=not place)
        return None

    def _near(self, asked: Question, rankers: Rankers) -> list[_Part]:
        """The few withdrawn passages that share most of the question's words, most first."""
        weights = _weights(asked.standalone, rankers)
        shared = [
            (_weight(part.words, weights), part)
            for part in self._all(rankers)
            if _admits(asked, part.article)
        ]
        least = _LEAST_SHARED * sum(weights.values())
        found = [(weight, part) for weight, part in shared if weight > 0 and weight >= least]
        found.sort(key=lambda item: (-item[0], item[1].passage.id))
        return [part for _, part in found[:_MOST_READ]]

    def _all(self, rankers: Rankers) -> list[_Part]:
        store = rankers.store
        with self._lock:
            change = store.last_change()
            if change != self._change:
                self._parts = _read(store, rankers)
                self._change = change
            return self._parts


def _declined(asked: Question, hits: Sequence[Hit], held: _Held) -> Answer:
    """The answer that there is none, since what would be one was withdrawn."""
    started = time.perf_counter()
    told = held.told()
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=f"{told[0].upper()}{told[1:]}\n\n{decline(hits)}",
        as_of=asked.as_of,
        hits=tuple(hits[:SHOWN_HITS]),
        abstained=True,
        reason=withheld(told),
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        timings=asked.timings(started),
    )


def _noted(answer: Answer, held: _Held | None) -> Answer:
    """The answer with a note of what is withheld from it."""
    if held is None:
        return answer
    return replace(answer, notes=(*answer.notes, f"Not used: {held.told()}"))


def _read(store: Store, rankers: Rankers) -> list[_Part]:
    whole: dict[tuple[str, int], frozenset[str]] = {}
    parts = []
    for passage, article, digest in store.gone.passages():
        key = (article.id, article.revision)
        if key not in whole:
            whole[key] = _terms(f"{article.title}\n{article.text}", rankers)
        said = f"{article.title}\n{article.text[passage.start : passage.end]}"
        parts.append(_Part(passage, article, digest, _terms(said, rankers), whole[key]))
    return parts


def _joined(
    question: str, hits: Sequence[Hit], near: Sequence[_Part], rankers: Rankers
) -> list[Hit]:
    """Both as hits of one search, best first; of equals what was found comes first."""
    found = [
        _Part(
            hit.passage,
            hit.article,
            "",
            _terms(f"{hit.article.title}\n{hit.text}", rankers),
            _terms(f"{hit.article.title}\n{hit.article.text}", rankers),
        )
        for hit in hits
    ]
    weights = _weights(question, rankers)
    parts = [*found, *near]
    words = _shares([_weight(part.words, weights) for part in parts])
    whole = _shares([_weight(part.whole, weights) for part in parts])
    cosines = _cosines(question, hits, near, rankers)
    scored = [
        (word + ARTICLE * all_of_it + cosine + LEAD * (part.passage.start == 0), part)
        for word, all_of_it, cosine, part in zip(words, whole, cosines, parts, strict=True)
    ]
    ordered = sorted(scored, key=lambda item: -item[0])
    return [
        Hit(part.passage, part.article, score, rank)
        for rank, (score, part) in enumerate(ordered, start=1)
    ]


def _cosines(
    question: str, hits: Sequence[Hit], near: Sequence[_Part], rankers: Rankers
) -> list[float]:
    """How near each is in meaning, found ones first; 0 where that is not known."""
    dense = rankers.dense
    if not len(dense):
        return [0.0] * (len(hits) + len(near))
    vector = dense.encode(question)
    digests = rankers.store.digests([hit.passage.id for hit in hits])
    asked = [digests.get(hit.passage.id, "") for hit in hits] + [part.digest for part in near]
    known = dense.cosines(vector, asked)
    return [known.get(digest, 0.0) for digest in asked]


def _admits(asked: Question, article: Article) -> bool:
    """Whether an article may be told of, be it in the revision of that time or in another."""
    if article.published and article.published.at >= asked.as_of:
        return False
    strict = [one.filters for one in asked.understood if one.strict]
    return all(_satisfies(article, filters) for filters in (asked.filters, *strict))


def _satisfies(article: Article, filters: Filters) -> bool:
    at = article.published.at if article.published else None
    after, before = filters.published_from, filters.published_before
    if after is not None and (at is None or at < after):
        return False
    if before is not None and (at is None or at >= before):
        return False
    if filters.publishers and article.publisher not in filters.publishers:
        return False
    if filters.section and article.section.casefold() != filters.section.casefold():
        return False
    return not filters.language or article.language == filters.language


def _weights(question: str, rankers: Rankers) -> dict[str, float]:
    lexical = rankers.lexical
    return {term: lexical.rarity(term) for term in lexical.terms(question)}


def _terms(text: str, rankers: Rankers) -> frozenset[str]:
    return frozenset(rankers.lexical.terms(text))


def _weight(words: Collection[str], weights: Mapping[str, float]) -> float:
    return sum(weight for term, weight in weights.items() if term in words)


def _shares(values: Sequence[float]) -> list[float]:
    best = max(values, default=0.0)
    return [value / best if best else 0.0 for value in values]
