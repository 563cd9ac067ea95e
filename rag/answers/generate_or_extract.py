"""The answer of a language model, or the articles' own sentences where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from rag.answers.candidates import names_one
from rag.answers.conflicts import conflicts
from rag.answers.crosscheck import is_sure
from rag.answers.extractive import Assessment, assess, compose, extract
from rag.answers.generation import Checking, generate
from rag.answers.question import Question, ReadingAids
from rag.errors import ProviderError
from rag.llms import ChatModel, Metered
from rag.questions.expected_answer import particular
from rag.records import Answer, Claim, Hit, Verdict
from rag.verification.citing import Check
from rag.verification.judge import Judge, first_of, model_judge
from rag.verification.markers import without_markers
from rag.verification.verify import verify

OWN_WORDS = "These are the articles' own words."
NOTHING_HOLDS = f"The articles bear out nothing of what the language model wrote. {OWN_WORDS}"

MODEL_DECLINED = f"The language model found no answer in the passages. {OWN_WORDS}"
NO_EVIDENCE = (
    "The language model wrote an answer, but no sentence of the articles answers the question; "
    "it is left out."
)

HOPELESS = 0.2
"""The reader's confidence below which a model's answer is left out: articles come near, at most.

It stays, as one that holds in part, where it names something of the kind that is asked for. Where
one particular thing is asked for, it must name that in any case.
"""


def _nothing_more(check: Check) -> Check:
    return check


@dataclass(frozen=True, slots=True)
class GenerationPolicy:
    """What a model may do for an answer beside writing it.

    `repair` lets it mend, once, what the articles do not bear out; `judge` lets it decide
    where rules and meaning do not, and `checker` is another judge, asked first. `also` adds to
    the check of each of its sentences.
    """

    repair: bool = True
    judge: bool = False
    checker: Judge | None = None
    also: Callable[[Check], Check] = _nothing_more


TRUSTED = GenerationPolicy()

HOLDS: Mapping[Verdict, float] = {
    "supported": 1.0,
    "partly": 0.5,
    "unsupported": 0.0,
    "quote altered": 0.0,
}
"""How much of a claim with each verdict holds."""


def answer(
    asked: Question,
    hits: Sequence[Hit],
    reader: ReadingAids,
    model: ChatModel | None,
    trust: GenerationPolicy = TRUSTED,
) -> Generator[str, None, Answer]:
    """Yields pieces of the answer as they come and returns it whole, with citations.

    The pieces are the model's first reply, which is checked, and mended where it does not
    hold; they wait for nothing that the reader finds out, which reads meanwhile. The reader's
    answer, in the articles' own sentences, takes the place of one that fails, of which nothing
    holds, or that declines where the reader is sure; it declines itself where it finds no
    evidence at all. A note says so. Without hits nobody is asked, nor for an answer that is
    to be corroborated: those are the articles' own words.
    """
    if model is None or not hits or asked.lacking or asked.corroborated:
        return (yield from _own_words(extract(asked, hits, reader)))
    meter = Metered(model)
    judge = first_of(trust.checker, model_judge(meter) if trust.judge else None)
    check = trust.also(partial(verify, similarity=reader.similarity, judge=judge, today=asked.day))
    known = conflicts(asked.standalone, hits, reader.similarity)
    started = time.perf_counter()
    asked.trail.at("compose")
    with _meanwhile(partial(assess, asked, hits, reader)) as found:
        try:
            written = yield from generate(
                asked, hits, meter, Checking(check, known, found, trust.repair)
            )
            note = _overruled(written, found())
        except ProviderError as error:
            written = None
            note = f"The language model did not answer ({error}). {OWN_WORDS}"
        if written is not None and not note:
            sure = found().confidence * share_held(written.claims)
            return replace(written, usage=meter.usage, confidence=sure)
        asked.trail.at("read")
        read = found()
        asked.trail.at("compose")
        own = compose(asked, hits, read, (note,), started)
    return replace((yield from _own_words(own)), usage=meter.usage)


def _overruled(written: Answer | None, found: Assessment) -> str:
    """Why the reader's answer takes the place of the one that a model wrote; "" where it stays."""
    if written is None:
        return NOTHING_HOLDS
    if written.abstained:
        return MODEL_DECLINED if is_sure(found) or found.told.against else ""
    if found.told.sentences:
        return ""
    wanted = particular(written.standalone)
    if found.unmentioned or (wanted is None and found.confidence < HOPELESS):
        return NO_EVIDENCE
    holding = (claim for claim in written.claims if HOLDS[claim.verdict])
    texts = (without_markers(written.text[claim.start : claim.end]) for claim in holding)
    # What the article says in other words than the question, the reader may not find.
    offers = wanted is None or any(names_one(wanted, text) for text in texts)
    return "" if offers else NO_EVIDENCE


@contextmanager
def _meanwhile(read: Callable[[], Assessment]) -> Iterator[Callable[[], Assessment]]:
    """Reads in another thread; what is given waits for it. Nobody waits at the end."""
    pool = ThreadPoolExecutor(1, "reader")
    try:
        yield pool.submit(read).result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def share_held(claims: Sequence[Claim]) -> float:
    """The share of the claims that hold, one that holds in part as a half; 1 without claims.

    >>> share_held([Claim(0, 9, (1,), "supported"), Claim(10, 19, (1,), "partly")])
    0.75
    """
    return sum(HOLDS[claim.verdict] for claim in claims) / len(claims) if claims else 1.0


def _own_words(own: Answer) -> Generator[str, None, Answer]:
    yield own.text
    return own
