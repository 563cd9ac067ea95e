"""Several questions in one text, and what is one question with several parts."""

from __future__ import annotations

import pytest

from rag.questions.sub_queries import questions_apart


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (
            "who is the mayor of brell and when does the ferry strike end",
            ("Who is the mayor of brell?", "When does the ferry strike end?"),
        ),
        (
            "How many wolves are there? Who owns the ferry?",
            ("How many wolves are there?", "Who owns the ferry?"),
        ),
        # It leans on the first, shares a word with it, is no question, or is alone.
        ("Who is Ann Orr and what did she sell?", ()),
        ("Why did the mill burn and who owns the mill?", ()),
        ("The mill burnt in May, but who owns the ferry?", ()),
        ("Who owns the ferry?", ()),
        ("", ()),
    ],
)
def test_questions_about_different_things_are_apart(text: str, apart: tuple[str, ...]) -> None:
    assert questions_apart(text) == apart
