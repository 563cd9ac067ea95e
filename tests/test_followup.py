"""Which questions lean on the conversation, and what they become."""

from __future__ import annotations

import pytest

from rag.records import Message
from rag.understanding.followup import standalone_question

FIRST = "When did the ferry strike at Grevesand begin?"
HISTORY = [Message("user", FIRST), Message("assistant", "It began on 2 April. [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "And when did it end?",
        "How many people did that affect?",
        "What about the harbour?",
        "Why?",
        "Who is their leader?",
    ],
)
def test_a_question_that_leans_on_the_last_one_is_asked_with_it(question: str) -> None:
    assert standalone_question(question, HISTORY) == f"{FIRST} {question}"


@pytest.mark.parametrize("question", ["Which outlet reported the Skarrow mine licence first?"])
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert standalone_question(question, HISTORY) == question


def test_without_history_nothing_is_added() -> None:
    assert standalone_question("And when did it end?", []) == "And when did it end?"
    only_answers = [Message("assistant", "Hello.")]
    assert standalone_question("Why?", only_answers) == "Why?"
