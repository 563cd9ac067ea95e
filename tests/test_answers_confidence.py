"""How evidence becomes confidence, by arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.answers.confidence import THRESHOLD, AnswerSignals, by_words, confidence

GOOD = AnswerSignals(
    subject=0.6, words=3.4, names=1.0, margin=0.4, lead=0.8, choice=12.0, answer=1.3
)


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_confidence_is_a_product_of_two_logistics() -> None:
    # Subject: 12 * .6 + 2.5 * 3.4 + 1 + 4 * .4 + 2 * .8 - 12 - 5.3 = 2.6.
    # Relation: 20 * (1.3 - .97) = 6.6.
    assert confidence(GOOD) == pytest.approx(logistic(2.6) * logistic(6.6))


def test_the_more_passages_there_are_the_more_is_asked_of_the_best() -> None:
    # Ten times as many passages: ln 10 = 2.303 more rarity, all of which is taken off.
    more = replace(GOOD, choice=12.0 + math.log(10))
    assert confidence(more) == pytest.approx(logistic(2.6 - 2.3026) * logistic(6.6), rel=1e-4)


def test_neither_subject_nor_relation_makes_up_for_the_other() -> None:
    assert confidence(replace(GOOD, answer=0.9, subject=1.0)) < THRESHOLD
    assert confidence(replace(GOOD, answer=2.0, subject=0.3)) < THRESHOLD
    assert confidence(GOOD) > THRESHOLD


def test_a_margin_counts_up_to_its_widest() -> None:
    assert confidence(replace(GOOD, margin=1.0)) == confidence(replace(GOOD, margin=9.0))
    assert confidence(replace(GOOD, margin=0.9)) < confidence(replace(GOOD, margin=1.0))
    assert confidence(replace(GOOD, lead=1.5)) == confidence(replace(GOOD, lead=9.0))
    assert confidence(replace(GOOD, lead=1.4)) < confidence(replace(GOOD, lead=1.5))


def test_by_words_alone_the_share_decides() -> None:
    assert by_words(1.0) == pytest.approx(logistic(4.8))
    assert by_words(0.0) == pytest.approx(logistic(-4.2))
