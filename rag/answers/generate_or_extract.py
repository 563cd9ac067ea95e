"""The answer of a language model, or the articles' own sentences where there is none."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.answers.extractive import extract, read_for
from rag.answers.generation import Checking, generate
from rag.answers.question import Question, ReadingAids
from rag.errors import ProviderError
from rag.llms import ChatModel, Metered
from rag.records import Answer, Claim, Hit, Verdict
from rag.verification.citing import Check
from rag.verification.entailment import first_of
from rag.verification.judge import Judge, model_judge
from rag.verification.verify import verify

NOTHING_HOLDS = (
    "The articles bear out nothing of what the language model wrote. "
    "These are the articles' own words."
)


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
    hold. A model that fails, or of whose reply nothing holds, is replaced by the articles'
    own sentences, and a note says so. Without hits nobody is asked, nor for an answer that is
    to be corroborated: those are the articles' own words.
    """
    if model is None or not hits or asked.lacking or asked.corroborated:
        return (yield from _own_words(asked, hits, reader))
    meter = Metered(model)
    judge = first_of(trust.checker, model_judge(meter) if trust.judge else None)
    today = asked.day
    check = trust.also(partial(verify, similarity=reader.similarity, judge=judge, today=today))
    note = NOTHING_HOLDS
    try:
        written = yield from generate(asked, hits, meter, Checking(check, trust.repair))
        if written is not None:
            sure = read_for(asked, hits, reader).confidence * share_held(written.claims)
            return replace(written, usage=meter.usage, confidence=sure)
    except ProviderError as error:
        note = f"The language model did not answer ({error}). These are the articles' own words."
    result = yield from _own_words(asked, hits, reader, (note,))
    return replace(result, usage=meter.usage)


def share_held(claims: Sequence[Claim]) -> float:
    """The share of the claims that hold, one that holds in part as a half; 1 without claims.

    >>> share_held([Claim(0, 9, (1,), "supported"), Claim(10, 19, (1,), "partly")])
    0.75
    """
    return sum(HOLDS[claim.verdict] for claim in claims) / len(claims) if claims else 1.0


def _own_words(
    asked: Question, hits: Sequence[Hit], reader: ReadingAids, notes: tuple[str, ...] = ()
) -> Generator[str, None, Answer]:
    result = extract(asked, hits, reader, notes)
    yield result.text
    return result
