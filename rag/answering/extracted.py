"""An answer in the articles' own sentences, or declined where none is good enough."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rag.answering.ageing import old_evidence
from rag.answering.declining import contradicted, reason, suggestions
from rag.answering.question import Question, Reader
from rag.answering.telling import Telling, tell
from rag.answering.wording import Worded, decline, word
from rag.reading.extractive import THRESHOLD, read
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
    reading = read(asked.standalone, hits, reader.vocabulary, reader.similarity)
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
        reason=_reason(asked, hits, told) if declined or told.against else "",
        suggestions=suggestions(asked, hits) if declined else (),
        confidence=reading.confidence,
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=(*notes, *old_evidence(asked, worded.citations)),
        timings=asked.timings(started),
    )


def _reason(asked: Question, hits: Sequence[Hit], told: Telling) -> str:
    return contradicted(told.against.sentence) if told.against else reason(asked, hits)
