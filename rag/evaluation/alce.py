"""Citation recall and precision of one answer, as ALCE (Gao et al., 2023) defines them.

Who decides whether cited text supports a sentence is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.reading.markers import markers
from rag.records import Answer, Citation
from rag.sentences import sentence_spans

Supports = Callable[[str, Sequence[Citation]], bool]
"""Whether cited texts, taken together, support a sentence."""


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of an answer, what it cites, and the numbers in it that point nowhere."""

    text: str
    citations: tuple[Citation, ...]
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Citation recall and precision of an answer, from 0 to 1."""

    recall: float
    precision: float


def cited_sentences(answer: Answer) -> list[CitedSentence]:
    """The sentences of an answer: its claims, and what stands between them, in order."""
    known = {citation.number: citation for citation in answer.citations}
    found = []
    for start, end, numbers in _stretches(answer):
        text = answer.text[start:end]
        marked = [number for marker in markers(text) for number in marker.numbers]
        lost = tuple(n for n in dict.fromkeys(marked) if n not in known)
        cited = dict.fromkeys(n for n in (*numbers, *marked) if n in known)
        found.append(CitedSentence(text, tuple(known[n] for n in cited), lost))
    return found


def scores(sentences: Sequence[CitedSentence], supports: Supports) -> Scores:
    """Recall is the share of sentences that score, precision that of citations that count.

    A sentence scores if it cites, every number exists, and the cited texts together support
    it. A citation counts if its sentence scores, and it supports it alone or the others do
    not without it. Without citations precision is 0, without sentences both are.
    """
    scoring = [sentence for sentence in sentences if is_supported(sentence, supports)]
    counting = sum(_counting(sentence, supports) for sentence in scoring)
    cited = sum(len(sentence.citations) + len(sentence.lost) for sentence in sentences)
    return Scores(
        recall=len(scoring) / len(sentences) if sentences else 0.0,
        precision=counting / cited if cited else 0.0,
    )


def is_supported(sentence: CitedSentence, supports: Supports) -> bool:
    """Whether a sentence scores: it cites, nothing in it points nowhere, and it is supported."""
    cites = bool(sentence.citations) and not sentence.lost
    return cites and supports(sentence.text, sentence.citations)


def _counting(sentence: CitedSentence, supports: Supports) -> int:
    """How many citations of a supported sentence are not redundant."""
    cited = sentence.citations
    if len(cited) == 1:
        return 1
    others = [cited[:place] + cited[place + 1 :] for place in range(len(cited))]
    return sum(
        supports(sentence.text, (one,)) or not supports(sentence.text, rest)
        for one, rest in zip(cited, others, strict=True)
    )


def _stretches(answer: Answer) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Where the sentences stand, and what claims cite: a claim, however long, is one."""
    position = 0
    for claim in sorted(answer.claims, key=lambda claim: claim.start):
        yield from _between(answer.text, position, claim.start)
        yield claim.start, claim.end, claim.citations
        position = max(position, claim.end)
    yield from _between(answer.text, position, len(answer.text))


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """The sentences outside the claims; a bullet or a full stop alone is none."""
    for first, last in sentence_spans(text, start, end) if start < end else ():
        if any(character.isalnum() for character in text[first:last]):
            yield first, last, ()
