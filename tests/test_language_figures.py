"""Which quantity a question asks for, in the words that people use."""

from __future__ import annotations

import pytest

from rag.language.figures import quantity


@pytest.mark.parametrize(
    "question",
    [
        "How much did the flood cost?",
        "How high was the damage of the flood?",
        "How much damage did the flood do?",
        "What was the damage of the flood?",
        "How costly was the flood?",
        "How large were the losses of the flood?",
        "How steep was the price of the flood?",
        "How much will it cost?",
    ],
)
def test_these_ask_for_a_sum_of_money(question: str) -> None:
    asked = quantity(question)
    assert asked is not None
    assert (asked.unit, asked.heads) == ("money", frozenset())


@pytest.mark.parametrize(
    "question", ["What was the toll of the flood?", "How high was the death toll of the flood?"]
)
def test_a_toll_is_the_number_of_the_dead(question: str) -> None:
    asked, dead = quantity(question), quantity("How many dead of the flood?")
    assert asked is not None
    assert dead is not None
    assert (asked.unit, asked.heads, asked.about) == (dead.unit, dead.heads, frozenset({"flood"}))


@pytest.mark.parametrize(
    "question",
    ["How high did the river rise?", "How tall is the tower?", "What is the toll on the bridge?"],
)
def test_these_ask_for_no_quantity_that_news_revises(question: str) -> None:
    assert quantity(question) is None
