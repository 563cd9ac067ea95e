"""A language model's answer from the passages found, with its markers made citations."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence

from rag.answering.question import Question
from rag.llms import ChatModel, TokenCounter
from rag.prompts import NO_ANSWER, answer_messages
from rag.reading.citing import cite
from rag.records import Answer, Hit, Usage


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
        timings=asked.timings(started),
    )


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
