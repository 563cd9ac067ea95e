"""What a sentence counts for as evidence, and how likely it is that the archive answers at all.

The weights of signals were learned from questions with known answers: `weights.json`, which
`scripts/train_reader.py` writes, and says from what.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from rag.answers.evidence import Evidence
from rag.questions.form import FormName

Weights = Mapping[str, float]
OTHER = "other"
"""The name under which the weights have what counts for a form that none were learned for."""

OFFSET = ""
"""The name under which the weights have what is added whatever the signals are."""


def scored(form: FormName, evidence: Sequence[Evidence], *, by_meaning: bool) -> list[Evidence]:
    """The evidence with its scores, best first; equal ones keep their order.

    A score is the logarithm of the odds that the sentence holds what a question of that form
    asks for. Where no meaning is known, weights count that were learned without it.
    """
    weights = sentence_weights(form, by_meaning=by_meaning)
    found = [replace(each, score=weighed(weights, each.signals)) for each in evidence]
    return sorted(found, key=lambda each: -each.score)


def weighed(weights: Weights, signals: Mapping[str, float]) -> float:
    """The weighted sum of the signals with the offset; each must have a weight.

    >>> weighed({"": -1.0, "near": 2.0}, {"near": 0.75})
    0.5
    """
    return weights[OFFSET] + sum(weights[name] * value for name, value in signals.items())


@cache
def sentence_weights(form: FormName, *, by_meaning: bool) -> Weights:
    """What each signal of a sentence counts for a form, and its offset."""
    table = _table()["by meaning" if by_meaning else "by words"]
    return table.get(form, table[OTHER])


@cache
def confidence_weights(*, by_meaning: bool) -> Weights:
    """What each signal of an answer counts for the odds that it is one."""
    return _table()["by meaning" if by_meaning else "by words"]["confidence"]


@cache
def _table() -> Mapping[str, Mapping[str, Weights]]:
    table: dict[str, dict[str, dict[str, float]]] = json.loads(
        (files(__package__) / "weights.json").read_text(encoding="utf-8")
    )
    return table


THRESHOLD = 0.45
"""The confidence below which the archive is said not to answer; calibrated, see LOG.md."""

# Round numbers near a logistic fit that was cross-validated; see LOG.md.
_NEAR = 12.0
_WORDS = 2.5
_NAMES = 1.0
_MARGIN = 4.0
_WIDEST_MARGIN = 1.0
_LEAD = 2.0
_WIDEST_LEAD = 1.5
_CHOICE = -1.0
_OFFSET = -5.3
_SUREST = 6.0


@dataclass(frozen=True, slots=True)
class SubjectSignals:
    """What speaks for it that the archive knows the subject, each the higher the better.

    `subject` is the cosine of the nearest title, or of a sentence that is far nearer; `words`
    says how rare the words are that the question shares with one passage; `names` is the share
    of its names that one passage holds; `margin` is how far the first hit's score is above that
    of the eighth, and `lead` above that of the twentieth. `choice` is the rarity of a word that
    no passage holds, the logarithm of twice the number of passages: the more there are, the
    nearer comes one of them by chance.
    """

    subject: float
    words: float
    names: float
    margin: float
    lead: float
    choice: float


def knows_subject(signals: SubjectSignals) -> float:
    """The logarithm of the odds that the archive knows the subject, whatever it says of it.

    >>> ferry = SubjectSignals(
    ...     subject=0.7, words=3.4, names=1.0, margin=0.6, lead=1.0, choice=12.0
    ... )
    >>> round(knows_subject(ferry), 1)
    5.0
    """
    return (
        _NEAR * signals.subject
        + _WORDS * signals.words
        + _NAMES * signals.names
        + _MARGIN * min(signals.margin, _WIDEST_MARGIN)
        + _LEAD * min(signals.lead, _WIDEST_LEAD)
        + _CHOICE * signals.choice
        + _OFFSET
    )


def both(one: float, other: float) -> float:
    """The logarithm of the odds that two things hold that have these; at most 6 either way.

    Neither makes up for the other: an archive may know all about a ferry and not where it was
    built.

    >>> round(both(0.0, 0.0), 2), both(9.0, -9.0)
    (-1.1, -6.0)
    """
    chance = 1 / (1 + math.exp(-one)) / (1 + math.exp(-other))
    return max(-_SUREST, min(_SUREST, math.log(chance / (1 - chance))))


def confidence(signals: Mapping[str, float], *, by_meaning: bool) -> float:
    """The probability that the archive answers a question with such signals, by learned weights."""
    odds = weighed(confidence_weights(by_meaning=by_meaning), signals)
    return 1 / (1 + math.exp(-odds))
