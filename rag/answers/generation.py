"""A language model's answer from the passages found, with its markers made citations."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace

from rag.answers.briefing import briefing
from rag.answers.conflicts import Conflicts
from rag.answers.crosscheck import Crosscheck
from rag.answers.declining import contradicted, ways_on
from rag.answers.extractive import Assessment
from rag.answers.prompts import Brief, Fault, answer_messages, mend_messages
from rag.answers.question import Question
from rag.answers.repair import Again, Repaired, mend
from rag.answers.replies import FORM, as_it_comes, plain_text
from rag.errors import ProviderError
from rag.llms import ChatModel, Reply, TokenCounter, reply_to
from rag.records import Answer, Citation, Hit, Message, Verdict
from rag.verification.citing import Check, Cited, cite
from rag.verification.markers import with_plain_references
from rag.verification.verify import refutes

DECLINED = "the model found no answer in the passages"
"""Why an answer is none where the model says so."""


UNCHECKED = "the time for the answer was up before it could be checked"


@dataclass(frozen=True, slots=True)
class Checking:
    """How a model's answer is checked: `check` is asked about each of its sentences.

    `known` is what the passages say against each other, which the model is told as well, and
    `found` gives what the reader made of them, once the reply is there. With `repair` the model
    is asked once more for the sentences that do not hold.
    """

    check: Check
    known: Conflicts
    found: Callable[[], Assessment]
    repair: bool = True


def generate(
    asked: Question, hits: Sequence[Hit], model: ChatModel, checking: Checking
) -> Generator[str, None, Answer | None]:
    """Streams the model's first reply from the hits; returns what holds of it, None for nothing.

    Raises ProviderError when there is no reply.
    """
    started = _now()
    until = started + model.deadline
    messages, shown = answer_messages(
        asked.text,
        hits,
        asked.history,
        asked.as_of,
        budget=model.prompt_tokens,
        count=TokenCounter().count,
        brief=_brief(asked, checking.known),
    )
    reply = yield from as_it_comes(_stream(model, messages))
    asked.trail.at("check")
    against = Crosscheck(asked.standalone, checking.known, checking.found())

    check = _within(until, checking.check)

    def bind(text: str, reserved: Collection[int] = ()) -> Cited:
        """The text with each sentence bound to what it rests on."""
        found = cite(
            text,
            shown,
            check,
            refuted=lambda cited, claim: _in_time(until) and refutes(cited, claim),
            reserved=reserved,
            question=asked.standalone,
        )
        return against.checked(found)

    again = _again(messages, reply, model, shown, until) if checking.repair else None
    mended = mend(_plain(reply, shown), bind, again, model.max_tokens)
    if not mended.cited.claims:
        return None
    if not mended.declined:
        mended = replace(mended, cited=against.supplemented(mended.cited))
    answer = _answer(asked, shown, mended, model, started)
    premise = against.found.told.against
    if premise and not mended.declined:
        answer = replace(answer, reason=contradicted(premise.sentence))
    return answer


def _brief(asked: Question, known: Conflicts) -> Brief:
    whole = asked.standalone if asked.standalone.split() != asked.text.split() else ""
    return Brief(briefing(asked.form, asked.standalone), whole, known)


def _stream(model: ChatModel, messages: Sequence[Message]) -> Generator[str, None, Reply]:
    """The reply as it comes, by a schema where the model can be bound to one."""
    return model.stream(messages, FORM) if model.structured else model.stream(messages)


def _plain(reply: Reply, shown: Sequence[Hit]) -> Reply:
    """The reply as plain text, whose references are all of the form `[n]`."""
    return replace(reply, text=with_plain_references(plain_text(reply.text), shown))


def _now() -> float:
    return time.perf_counter()


def _in_time(until: float) -> bool:
    return _now() <= until


def _within(until: float, check: Check) -> Check:
    """The check while there is time; what comes later is not borne out by anything.

    What was checked once is not checked again: an answer is bound anew when a sentence of it is
    mended or left out.
    """
    known: dict[tuple[object, ...], tuple[Verdict, tuple[str, ...]]] = {}

    def checked(claim: str, evidence: Sequence[Citation]) -> tuple[Verdict, tuple[str, ...]]:
        """The verdict on a claim, remembered; "unsupported" where the time is up."""
        key = (claim, *((c.article.id, c.article.revision, c.start, c.end) for c in evidence))
        if key in known:
            return known[key]
        if not _in_time(until):
            return "unsupported", (UNCHECKED,)
        known[key] = check(claim, evidence)
        return known[key]

    return checked


def _again(
    messages: Sequence[Message],
    reply: Reply,
    model: ChatModel,
    shown: Sequence[Hit],
    until: float,
) -> Again:
    """Asks for the sentences at fault again, within the model's context and while there is time."""

    def ask(faults: Sequence[Fault]) -> Reply:
        """The model's reply to a list of faults; ProviderError where the time is up."""
        if not _in_time(until):
            msg = "the time for the answer is up"
            raise ProviderError(msg)
        again = mend_messages(
            messages,
            _plain(reply, shown).text,
            faults,
            budget=model.prompt_tokens,
            count=TokenCounter().count,
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
