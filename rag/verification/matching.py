"""Which sentence of a passage a claim rests on: what both share, weighed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.language.entities import Number, folded, long_quotations, names, numbers, stems
from rag.language.sentences import sentence_spans
from rag.records import Hit

# What a shared name, number or quotation counts where a shared word counts 1.
_NAME_WEIGHT = 2.0
_NUMBER_WEIGHT = 3.0
_QUOTATION_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, with what it can be recognised by."""

    start: int
    end: int
    folded: str
    stems: frozenset[str]
    numbers: tuple[Number, ...]


def candidates_of(hit: Hit) -> list[Candidate]:
    """The sentences of a passage, furniture left out."""
    article = hit.article
    spans = [
        span
        for start, end in _reporting(hit)
        for span in sentence_spans(article.text, start, end, article.language)
    ]
    found = []
    for start, end in spans:
        quote = article.text[start:end]
        known = frozenset(stems(quote))
        found.append(Candidate(start, end, folded(quote), known, tuple(numbers(quote))))
    return found


def _reporting(hit: Hit) -> Iterator[tuple[int, int]]:
    """The stretches of a passage between its article's furniture."""
    position, end = hit.passage.start, hit.passage.end
    for span in hit.article.furniture:
        if span.end > position and span.start < end:
            yield position, max(position, span.start)
            position = span.end
    yield position, max(position, end)


def best(claim: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidate most like the claim; and a second one that holds numbers it lacks."""
    best = max(candidates, key=likeness(claim, candidates))
    lacking = [number for number in numbers(claim) if not _holds(best, number)]
    added = [sum(_holds(candidate, number) for number in lacking) for candidate in candidates]
    second = candidates[added.index(max(added))]
    return [best, second] if max(added) else [best]


def likeness(claim: str, candidates: Sequence[Candidate]) -> Callable[[Candidate], float]:
    """How much a candidate shares with the claim; a word counts less that many of them have."""
    spread = Counter(stem for candidate in candidates for stem in candidate.stems)
    weights = dict.fromkeys(stems(claim), 1.0)
    weights |= {stem: _NAME_WEIGHT for name in names(claim) for stem in stems(name)}
    quoted = [folded(quotation).strip(" '.,") for quotation in long_quotations(claim)]
    claimed = numbers(claim)

    def score(candidate: Candidate) -> float:
        """What the candidate shares with the claim, weighed."""
        shared = sum(w / spread[s] for s, w in weights.items() if s in candidate.stems)
        quotes = sum(quotation in candidate.folded for quotation in quoted)
        held = sum(_holds(candidate, number) for number in claimed)
        return shared + _QUOTATION_WEIGHT * quotes + _NUMBER_WEIGHT * held

    return score


def _holds(candidate: Candidate, number: Number) -> bool:
    return any(number.equals(other) for other in candidate.numbers)
