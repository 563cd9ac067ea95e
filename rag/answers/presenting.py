"""How well each sentence of the evidence says who or what the subject of a question is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from rag.language.context import antecedent
from rag.language.introductions import introductions
from rag.language.name_matching import mentions
from rag.questions.expected_answer import own_words
from rag.questions.form import FormName

if TYPE_CHECKING:
    from rag.answers.signals import Candidate, Key

PRESENTED = frozenset[FormName]({"definition", "topic", "overview"})
"""The forms for which it counts who or what the subject is."""

GOES_ON = re.compile(r"(?:He|She|It|They|His|Her|Its|Their|The|This|That)\b")
"""How a sentence begins that can go on about whom the one before it names."""

_MOST = 32
_BEFORE = 600
_SAID_AGAIN = 0.4
"""What is left of how well a sentence presents somebody in words that a better one has."""


def presented(
    form: FormName, name: str, candidates: Sequence[Candidate], named: Collection[Key]
) -> Mapping[Key, float]:
    """How well sentences say who or what `name` is, from 0 to 1; `named` are those that have it.

    Of a definition the subject of a sentence may stand for it ("She has rowed since 1992"), and
    what a better sentence says already counts less. Ties go to the earlier candidate.
    """
    naming = [each for each in candidates if each.key in named][:_MOST]
    said = {each.key: _presents(each, name) for each in naming}
    if form != "definition":
        return {key: strength for key, (strength, _) in said.items()}
    others = [each for each in candidates if each.key not in named and _goes_on(each, name)]
    said |= {each.key: _presents(each, name, pronoun=True) for each in others}
    found: dict[Key, float] = {}
    known: set[str] = set()
    for key, (strength, words) in sorted(said.items(), key=lambda item: -item[1][0]):
        found[key] = strength * (_SAID_AGAIN if words and words <= known else 1.0)
        known |= words
    return found


def _presents(
    candidate: Candidate, name: str, *, pronoun: bool = False
) -> tuple[float, frozenset[str]]:
    """How well a sentence says who somebody is, and the words in which it does."""
    text = candidate.sentence.text
    best = next(iter(introductions(text, name, pronoun=pronoun)), None)
    return (best.strength, own_words(text[best.start : best.end])) if best else (0.0, frozenset())


def _goes_on(candidate: Candidate, name: str) -> bool:
    """Whether the subject of a sentence stands for somebody whom the text before it names."""
    sentence = candidate.sentence
    text = sentence.article.text
    if GOES_ON.match(sentence.text) is None:
        return False
    if not mentions(text[max(0, sentence.start - _BEFORE) : sentence.start], name):
        return False
    stands_for = antecedent(text, sentence.start, sentence.end)
    return stands_for is not None and bool(mentions(stands_for, name))
