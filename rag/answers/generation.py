"""A language model's answer from the passages found, with its markers made citations."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, replace

from rag.answers.declining import ways_on
from rag.answers.prompts import Fault, answer_messages, fitting_repair
from rag.answers.question import Question
from rag.answers.repair import Again, Repaired, mend
from rag.answers.replies import FORM, as_it_comes, plain_text
from rag.errors import ProviderError
from rag.llms import ChatModel, Reply, TokenCounter, reply_to
from rag.records import Answer, Citation, Hit, Message, Verdict
from rag.verification.citing import Check, Cited, cite
from rag.verification.references import with_plain_references
from rag.verification.verify import verify

DECLINED = "the model found no answer in the passages"
"""Why an answer is none where the model says so."""


UNCHECKED = "the time for the answer was up before it could be checked"


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

    until = started + model.deadline

    def bind(text: str, reserved: Collection[int] = ()) -> Cited:
        check = _within(until, checking.check)
        return cite(text, shown, check, reserved=reserved, question=asked.standalone)

    reply = yield from as_it_comes(_stream(model, messages))
    again = _again(messages, reply, model, shown, until) if checking.repair else None
    mended = mend(_plain(reply, shown), bind, again, model.max_tokens)
    return _answer(asked, shown, mended, model, started) if mended.cited.claims else None


def _stream(model: ChatModel, messages: Sequence[Message]) -> Generator[str, None, Reply]:
    """The reply as it comes, by a schema where the model can be bound to one."""
    return model.stream(messages, FORM) if model.structured else model.stream(messages)


def _plain(reply: Reply, shown: Sequence[Hit]) -> Reply:
    """The reply as plain text, whose references are all of the form `[n]`."""
    return replace(reply, text=with_plain_references(plain_text(reply.text), shown))


def _within(until: float, check: Check) -> Check:
    """The check while there is time; what comes later is not borne out by anything."""

    def checked(claim: str, evidence: Sequence[Citation]) -> tuple[Verdict, tuple[str, ...]]:
        if time.perf_counter() > until:
            return "unsupported", (UNCHECKED,)
        return check(claim, evidence)

    return checked


def _again(
    messages: Sequence[Message],
    reply: Reply,
    model: ChatModel,
    shown: Sequence[Hit],
    until: float,
) -> Again:
    """Asks for the answer again, within the model's context and while there is time."""

    def ask(faults: Sequence[Fault]) -> Reply:
        if time.perf_counter() > until:
            msg = "the time for the answer is up"
            raise ProviderError(msg)
        again = fitting_repair(
            messages, reply.text, faults, model.prompt_tokens, TokenCounter().count
        )
        return _plain(reply_to(again, model, FORM if model.structured else None), shown)

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
        left_out=mended.left_out,
        model=model.name,
        timings=asked.timings(started),
    )
