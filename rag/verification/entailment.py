"""A model for entailment as judge of claims, and how it is named in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from embeddings import CrossEncoderEntailment, EncoderError, Entailment, EntailmentModel
from rag.errors import ConfigError
from rag.language.sentences import sentence_spans
from rag.verification.judge import Judge, Judgement

FOLLOWS = 0.5
"""From this probability on a claim follows from what it cites."""

AGAINST = 0.5
"""From this probability on what it cites contradicts a claim that does not follow."""

_WINDOW = 3
_MOST_WINDOWS = 24


def open_checker(name: str) -> EntailmentModel | None:
    """The model for entailment called `name`; None for "". It is loaded at its first use."""
    return _Named(CrossEncoderEntailment(name)) if name else None


def entailment_judge(model: EntailmentModel) -> Judge:
    """A judge that asks a model whether a claim follows from the passages, or from parts of them.

    A claim is compared with each passage in full and with three of its sentences at a time, all in
    one batch; the best decides. It has no opinion where there is no passage.
    """

    def judge(claim: str, passages: Sequence[str]) -> Judgement | None:
        found = entailment(claim, passages, model)
        if found is None:
            return None
        if found.entailed >= FOLLOWS:
            return Judgement("supported")
        if found.contradicted >= AGAINST:
            return Judgement("unsupported", "the checker reads the opposite in the cited text")
        return Judgement("partly", "the checker does not find all of it in the cited text")

    return judge


def entailment(claim: str, passages: Sequence[str], model: EntailmentModel) -> Entailment | None:
    """The best judgement over the passages and their parts; None without a passage.

    What contradicts the claim counts only in the part that comes nearest to bearing it out.
    """
    parts = list(dict.fromkeys(part for text in passages for part in _parts(text)))[:_MOST_WINDOWS]
    if not parts or not claim.strip():
        return None
    return max(model.judge([(part, claim) for part in parts]), key=lambda each: each.entailed)


def first_of(*judges: Judge | None) -> Judge | None:
    """A judge that asks each in turn until one finds a claim supported; None without any.

    The last opinion stands where none does.
    """
    asked = [judge for judge in judges if judge is not None]
    if not asked:
        return None

    def judge(claim: str, passages: Sequence[str]) -> Judgement | None:
        last = None
        for one in asked:
            opinion = one(claim, passages)
            last = opinion or last
            if opinion is not None and opinion.verdict == "supported":
                break
        return last

    return judge


class _Named:
    """A model whose errors name the setting."""

    def __init__(self, model: EntailmentModel) -> None:
        self._model = model

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailment]:
        """What the model says of each pair; ConfigError where it cannot be used."""
        try:
            return self._model.judge(pairs)
        except EncoderError as error:
            msg = f"setting 'checker' (DATELINE_CHECKER): {' '.join(str(error).split())}"
            raise ConfigError(msg) from error


def _parts(text: str) -> Iterator[str]:
    """The text, and each three of its sentences that follow one another."""
    yield text
    spans = sentence_spans(text)
    if len(spans) > _WINDOW:
        for at in range(0, len(spans) - 1, _WINDOW - 1):
            group = spans[at : at + _WINDOW]
            yield text[group[0][0] : group[-1][1]]
