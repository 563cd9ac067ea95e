"""An answer in the articles' own sentences, or declined where none is good enough.

Which sentences are told, in which order, and what is said to introduce them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answers.agreement import AGREED, agreement, corroborated
from rag.answers.causes import several_causes
from rag.answers.corrections import corrected, corrections
from rag.answers.declining import contradicted, reason, ways_on
from rag.answers.false_presuppositions import Contradiction, contradiction
from rag.answers.numeric_presuppositions import miscount
from rag.answers.question import Question, ReadingAids
from rag.answers.sentence_selection import (
    MAX_SENTENCES,
    MAX_WORDS,
    READ_HITS,
    THRESHOLD,
    CandidateSentence,
    Reading,
    read,
)
from rag.answers.timeline import DifferingFigures, How, several_figures
from rag.answers.wording import Worded, decline, old_evidence, word
from rag.questions.expected_answer import asked_for
from rag.records import Answer, Hit, Similarity

SHOWN_HITS = 8
"""How many hits an answer carries: what was read, or what is nearest."""

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

    sentences: tuple[CandidateSentence, ...] = ()
    opening: str = ""
    further: int = 0
    against: Contradiction | None = None


def extract(
    asked: Question, hits: Sequence[Hit], reader: ReadingAids, notes: tuple[str, ...] = ()
) -> Answer:
    """The sentences of the hits that answer best, or a declined answer below the threshold.

    A question that takes something for granted which an article denies is answered with what
    the article says; `reason` then says that the premise is contradicted.
    """
    started = time.perf_counter()
    reading = read_for(asked, hits, reader)
    answered = reading.confidence >= THRESHOLD
    told = Telling()
    if not asked.lacking:
        told = tell(asked.standalone, hits, reading, reader.similarity, answered=answered)
    worded = Worded(decline(hits))
    if told.sentences:
        worded = word(told.sentences, told.opening, told.further)
    declined = not worded.citations
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=worded.text,
        as_of=asked.as_of,
        claims=worded.claims,
        citations=worded.citations,
        hits=tuple(hits[:SHOWN_HITS]),
        abstained=declined,
        reason=_reason(asked, hits, reading, told) if declined or told.against else "",
        ways_on=ways_on(asked, hits) if declined else (),
        confidence=reading.confidence,
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=(*notes, *old_evidence(asked, worded.citations)),
        timings=asked.timings(started),
    )


def read_for(asked: Question, hits: Sequence[Hit], reader: ReadingAids) -> Reading:
    """What the hits say, with the confidence that its answer is one that the question wants.

    Where only a corroborated answer is one, that they agree stands for that a sentence tells it.
    """
    reading = read(asked.with_background, hits, reader.vocabulary, reader.similarity)
    if not asked.corroborated:
        return reading
    share = agreement(asked_for(asked.standalone), hits[:READ_HITS], reading.nearness)
    return replace(reading, confidence=reading.known * corroborated(share), agreed=share)


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


def _reason(asked: Question, hits: Sequence[Hit], reading: Reading, told: Telling) -> str:
    if told.against:
        return contradicted(told.against.sentence)
    return reason(asked, hits, disagreed=reading.agreed < AGREED)


def _introduced(
    told: Sequence[CandidateSentence],
    read: Sequence[CandidateSentence],
    opening: str,
    against: Contradiction | None = None,
) -> Telling:
    """What the opening speaks of, then what else was read, as far as there is room."""
    sentences = _fitting([*told, *read])
    spoken_of = {each.text for each in told}
    further = sum(each.text not in spoken_of for each in sentences) if opening else 0
    return Telling(sentences, opening, further, against)


def _account(
    question: str,
    hits: Sequence[Hit],
    read: Sequence[CandidateSentence],
    similarity: Similarity | None,
) -> DifferingFigures | None:
    """Figures or causes that belong together, where they tell of what the best sentence does."""
    found = several_figures(question, hits, similarity)
    return found or several_causes(question, hits, similarity)


def _fitting(sentences: Sequence[CandidateSentence]) -> tuple[CandidateSentence, ...]:
    """The first sentences that fit into an answer, each place of an article once."""
    chosen: dict[str, CandidateSentence] = {}
    room = MAX_WORDS
    for each in sentences:
        length = len(each.text.split())
        if each.text not in chosen and (length <= room or not chosen):
            chosen[each.text] = each
            room -= length
    return tuple(chosen.values())[:MAX_SENTENCES]
