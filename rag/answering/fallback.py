"""The answer of a language model, or the articles' own sentences where there is none."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rag.answering.extracted import extract
from rag.answering.generated import generate
from rag.answering.question import Question, Reader
from rag.errors import ProviderError
from rag.llms import ChatModel
from rag.records import Answer, Hit


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
