"""From hits to a worded Answer: by a language model, or by the articles' own sentences."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rag.errors import ProviderError
from rag.llms import ChatModel, TokenCounter
from rag.prompts import NO_ANSWER, answer_messages
from rag.reading.citing import cite
from rag.reading.extractive import (
    THRESHOLD,
    Sentence,
    Similarity,
    Vocabulary,
    read,
)
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    Message,
    Published,
    Understood,
    Usage,
)

READ_HITS = 8
"""How many of the best hits the extractive reader reads."""

SHOWN_HITS = 8
"""How many hits an answer carries: what was read, or what is nearest."""

NEAREST = 3
VERBATIM = "the article says it in these words"
LINE_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything its answer must state about how it was asked."""

    text: str
    standalone: str
    history: tuple[Message, ...]
    filters: Filters
    as_of: datetime
    understood: tuple[Understood, ...]
    coverage: float
    retrieval_seconds: float

    @property
    def lacking(self) -> str:
        """What it asks for of which the archive holds nothing; "" where there is no such thing."""
        return ", ".join(one.meaning for one in self.understood if not one.held)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the extractive reader needs to know of words and meanings."""

    vocabulary: Vocabulary
    similarity: Similarity | None


def answer(
    asked: Question, hits: Sequence[Hit], reader: Reader, model: ChatModel | None
) -> Generator[str, None, Answer]:
    """Yields pieces of the answer as they come and returns it whole, with citations.

    A model that fails is replaced by the articles' own sentences, and a note says so.
    Without hits nobody is asked.
    """
    notes: tuple[str, ...] = ()
    if model is not None and hits and not asked.lacking:
        try:
            return (yield from generate(asked, hits, model))
        except ProviderError as error:
            notes = (
                f"The language model did not answer ({error}). These are the articles' own words.",
            )
    result = extract(asked, hits, reader, notes)
    yield result.text
    return result


def generate(
    asked: Question, hits: Sequence[Hit], model: ChatModel
) -> Generator[str, None, Answer]:
    """Streams the model's answer from the hits; raises ProviderError when there is none."""
    started = time.perf_counter()
    messages, shown = answer_messages(
        asked.text,
        hits,
        asked.history,
        asked.as_of,
        budget=model.context_tokens - model.max_tokens,
        count=TokenCounter().count,
    )
    pieces: list[str] = []
    usage = yield from _collected(model.stream(messages), pieces)
    cited = cite("".join(pieces), shown)
    declined = NO_ANSWER in cited.text and not cited.citations
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=cited.text,
        as_of=asked.as_of,
        claims=() if declined else cited.claims,
        citations=() if declined else cited.citations,
        unresolved=cited.unresolved,
        hits=shown,
        abstained=declined,
        reason="the model found no answer in the passages" if declined else "",
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        model=model.name,
        usage=usage,
        timings=_timings(asked, started),
    )


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
        timings=_timings(asked, started),
    )


@dataclass(frozen=True, slots=True)
class Worded:
    """The text of an answer with its claims and citations."""

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()


def word(sentences: Sequence[Sentence]) -> Worded:
    """One line a sentence: outlet and date, the sentence as it stands, and its marker.

    >>> word([Sentence(Article("a", "", "", "It sank.", "Radio North"), 0, 8, 1, 1, 1.0)]).text
    'Radio North: It sank. [1]'
    """
    lines: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    position = 0
    for number, sentence in enumerate(sentences, start=1):
        line = f"{introduction(sentence.article)}{sentence.text} [{number}]"
        lines.append(line)
        citations.append(Citation(number, sentence.article, sentence.start, sentence.end))
        claims.append(Claim(position, position + len(line), (number,), "supported", (VERBATIM,)))
        position += len(line) + len(LINE_BREAK)
    return Worded(LINE_BREAK.join(lines), tuple(claims), tuple(citations))


def introduction(article: Article) -> str:
    """Outlet and date as they stand before a quoted sentence: "Radio North, 3 May 2025: "."""
    parts = [article.publisher, spoken_date(article.published) if article.published else ""]
    named = ", ".join(part for part in parts if part)
    return f"{named}: " if named else ""


def spoken_date(published: Published) -> str:
    """The date as prose has it, as precise as it is known.

    >>> from datetime import UTC
    >>> spoken_date(Published(datetime(2025, 5, 3, tzinfo=UTC), "day"))
    '3 May 2025'
    """
    if published.precision == "year":
        return f"{published.at:%Y}"
    month = f"{published.at:%B %Y}"
    return month if published.precision == "month" else f"{published.at.day} {month}"


def decline(hits: Sequence[Hit]) -> str:
    """What is said instead of an answer: that there is none, and which articles are nearest."""
    articles = {hit.article.id: hit.article for hit in hits}
    nearest = [
        f"- {introduction(article)}{article.title or article.id}"
        for article in list(articles.values())[:NEAREST]
    ]
    if not nearest:
        return "The archive holds nothing on this."
    return LINE_BREAK.join(["The archive does not answer this. Nearest articles:", *nearest])


def _reason(asked: Question, hits: Sequence[Hit]) -> str:
    if asked.lacking:
        return f"the archive holds nothing of {asked.lacking}"
    return "found but not answered" if hits else "nothing found"


def _timings(asked: Question, started: float) -> dict[str, float]:
    return {
        "retrieval": asked.retrieval_seconds,
        "reading": time.perf_counter() - started,
    }


def _collected(
    stream: Generator[str, None, Usage], pieces: list[str]
) -> Generator[str, None, Usage]:
    """Passes a stream on, and keeps its pieces."""
    while True:
        try:
            piece = next(stream)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        pieces.append(piece)
        yield piece
