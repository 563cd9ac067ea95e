"""Weights of signals that were learned from questions with known answers: `weights.json`.

`scripts/train_reader.py` writes that file, and says from what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
