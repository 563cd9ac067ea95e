"""Finds what of an archive bears a sentence of a draft out, or comes nearest to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from rag.answers.candidates import CandidateSentence
from rag.answers.timeline import later_figure
from rag.language.entities import stems
from rag.records import Article, Citation, Filters, Hit, Verdict
from rag.retrieval.near_duplicates import distinct_hits
from rag.retrieval.ranking import Query, rank
from rag.retrieval.snapshot import Snapshot
from rag.verification.citing import Check
from rag.verification.matching import Candidate, candidates_of, likeness

NOT_FOUND = "nothing in the archive says this"
"""The reason where not even the nearest sentence is about the same."""

_HITS = 6
_PASSAGES = 12
_TRIED = 5
_ALIKE = 2
_LONGEST = 4_000
_REMEMBERED = 2_000
_BY_HIT = 0.3
_NEAR = 0.45
"""From this share of its words on, the nearest sentence is taken to be about the same."""

_AKIN = 0.2
"""From this share on, the nearest sentence is shown though it is not about the same."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of an article; `share` is how much of a draft's sentence it holds, from 0 to 1.

    `also_in` names the other outlets that carry it.
    """

    article: Article
    start: int
    end: int
    share: float = 1.0
    also_in: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.start : self.end]

    def citation(self, number: int = 1) -> Citation:
        """The sentence as a citation of this number."""
        return Citation(number, self.article, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Borne:
    """The verdict on a sentence, why it is no better one, and the evidence that it is given by."""

    verdict: Verdict
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def share(self) -> float:
        """How much of the sentence the best of the evidence holds, from 0 to 1."""
        return max((each.share for each in self.evidence), default=0.0)


class Bearings:
    """Bears sentences out by one state of an archive, within filters, by one way to check."""

    def __init__(
        self, snapshot: Snapshot, check: Check, filters: Filters, as_of: datetime | None
    ) -> None:
        self._snapshot = snapshot
        self._check = check
        self._filters = filters
        self._as_of = as_of
        self._candidates: dict[int, list[Candidate]] = {}
        self._read: tuple[Query | None, list[Hit]] = (None, [])

    @cached_property
    def _now(self) -> datetime:
        return self._as_of or datetime.now(UTC)

    def bear_out(
        self,
        words: str,
        context: str = "",
        share: float = 0.0,
        *,
        language: str = "",
        known: Sequence[Evidence] = (),
    ) -> Borne:
        """The verdict on a sentence by the nearest evidence: that which supports it, if any does.

        `language` is the sentence's, where it is known: what is in another one need not have its
        words, but a name. `context` is what stands before it, which counts as much as `share`
        says, from 0 to 1. What is `known` to hold its quotations is read beside every
        other sentence.
        """
        near = [*known, *self.nearest(words, context, share)]
        best = Borne("unsupported", (NOT_FOUND,), ())
        for group in _groups(near, known):
            verdict, reasons = self._check(words, [each.citation() for each in group])
            borne = Borne(verdict, reasons, group)
            if verdict == "supported":
                return borne
            # Of those that do not bear it out the nearest says why; partly is better if as near.
            if not best.evidence or (
                verdict == "partly" and best.verdict != "partly" and borne.share >= best.share
            ):
                best = borne
        near_enough = _AKIN if best.verdict == "partly" else _NEAR
        far = best.share < near_enough if not _foreign(language, best) else not best.share
        if far and best.verdict in ("partly", "unsupported"):
            shown = best.evidence[:1] if best.share >= _AKIN else ()
            return Borne("unsupported", (NOT_FOUND,), shown)
        return best

    def nearest(self, words: str, context: str = "", share: float = 0.0) -> list[Evidence]:
        """The sentences of the archive that are most like these words, best first."""
        hits = self._hits(words, context, share)
        every = [(hit, one) for hit in hits for one in self._sentences(hit)]
        alike = likeness(words, [one for _, one in every])
        sought = _weights(words, [one for _, one in every])
        best = max((hit.score for hit in hits), default=0.0) or 1.0
        found = []
        for hit, one in every:
            held = _share(one, sought)
            evidence = Evidence(hit.article, one.start, one.end, held, hit.also_in)
            found.append((held + _BY_HIT * hit.score / best, alike(one), evidence))
        by_words = sorted(found, key=lambda each: -each[0])[:_TRIED]
        # What has the same figures and quotations comes beside what has the same words.
        by_likeness = sorted(found, key=lambda each: -each[1])[:_ALIKE]
        ordered = (each[2] for each in (*by_words[:1], *by_likeness, *by_words[1:]))
        return list({(each.article.id, each.start): each for each in ordered}.values())[:_TRIED]

    def later_figure(
        self, words: str, context: str = "", share: float = 0.0
    ) -> CandidateSentence | None:
        """A later article's sentence whose figure took the place of one in these words, if any."""
        hits = self._hits(words, context, share)
        return later_figure(words, hits, self._snapshot.similarity())

    def _hits(self, words: str, context: str, share: float) -> list[Hit]:
        """What is read for some words; remembered for the last ones."""
        query = Query(
            text=words[:_LONGEST],
            filters=self._filters,
            as_of=self._now,
            context=context[:_LONGEST],
            share=share if context else 0.0,
        )
        if self._read[0] != query:
            self._read = query, self._found(query)
        return self._read[1]

    def _found(self, query: Query) -> list[Hit]:
        scores = rank(query, self._snapshot)
        ids = list(scores)[:_PASSAGES]
        store = self._snapshot.store
        found = store.passages(ids)
        ranked = [(scores[id_], *found[id_]) for id_ in ids if id_ in found]
        hits = distinct_hits(ranked, _HITS, store, self._filters)
        store.verify([(hit.passage, hit.article) for hit in hits])
        return hits

    def _sentences(self, hit: Hit) -> list[Candidate]:
        id_ = hit.passage.id
        if id_ not in self._candidates:
            if len(self._candidates) >= _REMEMBERED:
                self._candidates.clear()
            self._candidates[id_] = candidates_of(hit)
        return self._candidates[id_]


def _groups(near: Sequence[Evidence], known: Sequence[Evidence]) -> Iterator[tuple[Evidence, ...]]:
    """What is checked together: each sentence, then the nearest with each of the others."""
    kept = tuple(dict.fromkeys(known))
    others = [each for each in near if each not in kept]
    if kept:
        yield kept
    yield from ((*kept, each) for each in others)
    if not kept:
        yield from ((others[0], each) for each in others[1:] if _linked(others[0], each))


def _linked(one: Evidence, other: Evidence) -> bool:
    """Whether two sentences may bear out a third together: of one article, or with a word shared.

    Else "Lund scored twice" and "Water broke in three times" would say that he did it three times.
    """
    if one.article.id == other.article.id:
        return True
    return not set(stems(one.text)).isdisjoint(stems(other.text))


def _foreign(language: str, borne: Borne) -> bool:
    """Whether the evidence is known to be in another language than the sentence."""
    others = {each.article.language for each in borne.evidence} - {"", language}
    return bool(language and others)


def _weights(words: str, candidates: Sequence[Candidate]) -> dict[str, float]:
    """The stems of a sentence with what each counts: less that many candidates have."""
    spread = Counter(stem for one in candidates for stem in one.stems)
    return {stem: 1 / (1 + spread[stem]) ** 0.5 for stem in stems(words)}


def _share(candidate: Candidate, sought: dict[str, float]) -> float:
    """How much of the sought words a sentence holds, from 0 to 1; 0 where none is sought."""
    whole = sum(sought.values())
    held = sum(weight for stem, weight in sought.items() if stem in candidate.stems)
    return held / whole if whole else 0.0
