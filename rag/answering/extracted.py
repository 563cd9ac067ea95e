"""An answer in the articles' own sentences, or declined where none is good enough."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.ageing import old_evidence
from rag.answering.declining import contradicted, reason, suggestions
from rag.answering.question import Question, Reader
from rag.answering.telling import Telling, tell
from rag.answering.wording import Worded, decline, word
from rag.reading.agreement import AGREED, agreement, corroborated
from rag.reading.asked import asked_for
from rag.reading.extractive import READ_HITS, THRESHOLD, Reading, read
from rag.records import Answer, Hit

SHOWN_HITS = 8
"""How many hits an answer carries: what was read, or what is nearest."""


def extract(
    asked: Question, hits: Sequence[Hit], reader: Reader, notes: tuple[str, ...] = ()
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
        suggestions=suggestions(asked, hits) if declined else (),
        confidence=reading.confidence,
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=(*notes, *old_evidence(asked, worded.citations)),
        timings=asked.timings(started),
    )


def read_for(asked: Question, hits: Sequence[Hit], reader: Reader) -> Reading:
    """What the hits say, with the confidence that its answer is one that the question wants.

    Where only a corroborated answer is one, that they agree stands for that a sentence tells it.
    """
    reading = read(asked.standalone, hits, reader.vocabulary, reader.similarity)
    if not asked.corroborated:
        return reading
    share = agreement(asked_for(asked.standalone), hits[:READ_HITS], reading.nearness)
    return replace(reading, confidence=reading.known * corroborated(share), agreed=share)


def _reason(asked: Question, hits: Sequence[Hit], reading: Reading, told: Telling) -> str:
    if told.against:
        return contradicted(told.against.sentence)
    return reason(asked, hits, disagreed=reading.agreed < AGREED)
