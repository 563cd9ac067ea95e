"""How well a sentence answers: a weighted sum of its signals, with weights that were learned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from rag.answers.evidence import Evidence
from rag.questions.form import FormName

Weights = Mapping[str, float]


def scored(form: FormName, evidence: Sequence[Evidence], *, by_meaning: bool) -> list[Evidence]:
    """The evidence with its scores, best first; equal ones keep their order.

    A score is the logarithm of the odds that the sentence holds what a question of that form
    asks for. Where no meaning is known, weights count that were learned without it.
    """
    weights = weights_of(form, by_meaning=by_meaning)
    bias = weights[""]
    found = [
        replace(each, score=bias + sum(weights[name] * value for name, value in each.signals.items()))
        for each in evidence
    ]
    return sorted(found, key=lambda each: -each.score)


@cache
def weights_of(form: FormName, *, by_meaning: bool) -> Weights:
    """What each signal adds for a form, by its name; "" is what every sentence has.

    `weights.json` holds them, for all forms and what each form adds to them. It is written
    by `scripts/train_reader.py`.
    """
    text = (files(__package__) / "weights.json").read_text(encoding="utf-8")
    table = json.loads(text)["by meaning" if by_meaning else "by words"]
    own = table.get(form, {})
    return {name: value + own.get(name, 0.0) for name, value in table["all"].items()}
