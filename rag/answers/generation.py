"""A language model's answer from the passages found, with its markers made citations."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass

from rag.answers.declining import ways_on
from rag.answers.prompts import Fault, answer_messages, repair_messages, size
from rag.answers.question import Question
from rag.answers.repair import Again, Repaired, mend
from rag.errors import ProviderError
from rag.llms import ChatModel, Reply, TokenCounter, reply_to
from rag.records import Answer, Hit, Message
from rag.verification.citing import Check, Cited, cite
from rag.verification.verify import verify

DECLINED = "the model found no answer in the passages"
"""Why an answer is none where the model says so."""


@dataclass(frozen=True, slots=True)
class Checking:
    """How a model's answer is checked: `check` is asked about each of its sentences.

    With `repair` the model is asked once more for an answer that does not hold.
    """

    check: Check = verify
    repair: bool = True


def generate(
    asked: Question, hits: Sequence[Hit], model: ChatModel, checking: Checking
) -> Generator[str, None, Answer | None]:
    """Streams the model's first reply from the hits; returns what holds of it, None for nothing.

    Raises ProviderError when there is no reply.
    """
    started = time.perf_counter()
    budget = model.prompt_tokens
    messages, shown = answer_messages(
        asked.text, hits, asked.history, asked.as_of, budget=budget, count=TokenCounter().count
    )

    def bind(text: str, reserved: Collection[int] = ()) -> Cited:
        return cite(text, shown, checking.check, reserved=reserved)

    reply = yield from model.stream(messages)
    again = _again(messages, reply, model) if checking.repair else None
    mended = mend(reply, bind, again, model.max_tokens)
    return _answer(asked, shown, mended, model, started) if mended.cited.claims else None


def _again(messages: Sequence[Message], reply: Reply, model: ChatModel) -> Again:
    """Asks for the answer again, within the model's context."""

    def ask(faults: Sequence[Fault]) -> Reply:
        again = repair_messages(messages, reply.text, faults)
        room = model.prompt_tokens
        if size(again, TokenCounter().count) > room:
            msg = f"the answer and its faults do not fit into the context of {model.name!r}"
            raise ProviderError(msg)
        return reply_to(again, model)

    return ask


def _answer(
    asked: Question, shown: Sequence[Hit], mended: Repaired, model: ChatModel, started: float
) -> Answer:
    cited = mended.cited
    return Answer(
        question=asked.text,
        standalone=asked.standalone,
        text=cited.text,
        as_of=asked.as_of,
        claims=() if mended.declined else cited.claims,
        citations=cited.citations,
        unresolved=cited.unresolved,
        hits=tuple(shown),
        abstained=mended.declined,
        reason=DECLINED if mended.declined else "",
        ways_on=ways_on(asked, shown) if mended.declined else (),
        filters=asked.filters,
        understood=asked.understood,
        coverage=asked.coverage,
        notes=mended.notes,
        model=model.name,
        timings=asked.timings(started),
    )
