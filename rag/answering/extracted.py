"""An answer in the articles' own sentences, or declined where none is good enough."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rag.answering.question import Question, Reader
from rag.answering.wording import Worded, decline, word
from rag.reading.extractive import THRESHOLD, read
from rag.records import Answer, Hit

READ_HITS = 8
"""How many of the best hits the extractive reader reads."""

SHOWN_HITS = 8
"""How many hits an answer carries: what was read, or what is nearest."""


def extract(
    asked: Question, hits: Sequence[Hit], reader: Reader, notes: tuple[str, ...] = ()
) -> Answer:
    """The sentences of the hits that answer best, or a declined answer below the threshold."""
    started = time.perf_counter()
    reading = read(asked.standalone, hits[:READ_HITS], reader.vocabulary, reader.similarity)
    answered = reading.confidence >= THRESHOLD and not asked.lacking
    worded = word(reading.sentences) if answered else Worded(decline(hits))
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=worded.text,
        as_of=asked.as_of,
        claims=worded.claims,
        citations=worded.citations,
        hits=tuple(hits[:SHOWN_HITS]),
        abstained=not worded.citations,
        reason="" if worded.citations else _reason(asked, hits),
        confidence=reading.confidence,
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=notes,
        timings=asked.timings(started),
    )


def _reason(asked: Question, hits: Sequence[Hit]) -> str:
    if asked.lacking:
        return f"the archive holds nothing of {asked.lacking}"
    return "found but not answered" if hits else "nothing found"
