"""Which sentences are told as the answer, in which order, and what is said to introduce them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.reading.accounts import several_causes
from rag.reading.corrections import corrected, corrections
from rag.reading.extractive import MAX_SENTENCES, MAX_WORDS, Reading, Sentence, Similarity
from rag.reading.miscounts import miscount
from rag.reading.premises import Contradiction, contradiction
from rag.reading.timeline import Account, How, several_figures
from rag.records import Hit

OPENINGS: Mapping[How, str] = {
    "changed": "The figure has changed; the latest comes first:",
    "differ": "Outlets differ:",
    "several": "The articles give more than one figure; the latest comes first:",
    "accounts": "Outlets give different accounts:",
}
"""What is said before sentences that belong together; no claim of its own."""

OTHERWISE = "The articles say otherwise:"
"""What is said before a sentence that contradicts what the question takes for granted."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The sentences of an answer, and what introduces the first of them; "" where nothing does.

    `further` sentences are told beside those that the opening speaks of.
    """

    sentences: tuple[Sentence, ...] = ()
    opening: str = ""
    further: int = 0
    against: Contradiction | None = None


def tell(
    question: str,
    hits: Sequence[Hit],
    reading: Reading,
    similarity: Similarity | None,
    *,
    answered: bool,
) -> Telling:
    """What is told of the hits: against a false premise, of several figures or causes, or as read.

    What a correction took back is not told; what puts it right is. A false premise is named
    also where there is no answer.
    """
    against = contradiction(question, hits) or miscount(question, hits)
    if not answered and against is None:
        return Telling()
    notices = corrections(hits)
    read = corrected(reading.sentences, notices) if answered else []
    if against is not None and not any(each.overrules(against.sentence) for each in notices):
        return _introduced([against.sentence], read, OTHERWISE, against)
    account = _account(question, hits, read, similarity)
    if account is None:
        return Telling(tuple(read))
    told = corrected(account.sentences, notices)
    return _introduced(told, read, OPENINGS[account.how] if len(told) > 1 else "")


def _introduced(
    told: Sequence[Sentence],
    read: Sequence[Sentence],
    opening: str,
    against: Contradiction | None = None,
) -> Telling:
    """What the opening speaks of, then what else was read, as far as there is room."""
    sentences = _fitting([*told, *read])
    spoken_of = {each.text for each in told}
    further = sum(each.text not in spoken_of for each in sentences) if opening else 0
    return Telling(sentences, opening, further, against)


def _account(
    question: str, hits: Sequence[Hit], read: Sequence[Sentence], similarity: Similarity | None
) -> Account | None:
    """Figures or causes that belong together, where they tell of what the best sentence does."""
    found = several_figures(question, hits, similarity)
    return found or several_causes(question, hits, similarity)


def _fitting(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The first sentences that fit into an answer, each place of an article once."""
    chosen: dict[str, Sentence] = {}
    room = MAX_WORDS
    for each in sentences:
        length = len(each.text.split())
        if each.text not in chosen and (length <= room or not chosen):
            chosen[each.text] = each
            room -= length
    return tuple(chosen.values())[:MAX_SENTENCES]
