"""A sentence or list that names what is asked for, with the number of its items."""

from __future__ import annotations

import pytest

from rag.answers.candidates import CandidateSentence
from rag.answers.listed import listing
from rag.language.sentences import sentence_spans
from rag.questions.form import Form, read_form
from rag.records import Article
from tests.builders import article
from tests.test_answers_evidence import hit


def sentences(text: str) -> list[CandidateSentence]:
    whole = article(text)
    return [CandidateSentence(whole, *span, 1, 1, 1.0) for span in sentence_spans(text)]


def opening(question: str, text: str) -> str:
    found = listing(read_form(question), [], sentences(text))
    return found.opening if found else ""


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "Which villages were evacuated?",
            "The villages of Aldern, Corm and Dunlo were evacuated.",
            "One sentence names 3:",
        ),
        (
            "Which villages were evacuated?",
            "Four villages are empty. Buses took people out of Aldern, Corm, Dunlo and Estwick.",
            "One sentence names 4:",
        ),
        (
            "Which states have banned the app?",
            "Seven banned it, including the states of Ohio, Utah and Texas.",
            "One sentence names at least 3:",
        ),
        # Another series, and two items alone.
        ("Which villages were evacuated?", "Buses, boats and trucks came from Aldern.", ""),
        ("Which villages were evacuated?", "Aldern and Corm were evacuated.", ""),
    ],
)
def test_a_series_counts_where_it_is_tied_to_what_is_asked(
    question: str, text: str, expected: str
) -> None:
    assert opening(question, text) == expected


POINTS = "The candidates are:\n\n- Ann Orr, a pilot\n- Bo Lind\n- Cy Reez\n\nThe vote is in May."


@pytest.mark.parametrize("marks", ["- - -", "* * *", "1. 2. 3.", "a) b) c)", "• • •"])
def test_a_list_with_points_is_shown_whole_with_its_lead(marks: str) -> None:
    text = POINTS
    for mark in marks.split():
        text = text.replace("\n- ", f"\n{mark} ", 1)
    found = listing(read_form("Who are the candidates?"), [hit(article(text))], [])
    assert found is not None
    assert (found.count, found.opening) == (3, "A list of 3:")
    assert found.sentence.text.startswith("The candidates are:")
    assert found.sentence.text.endswith("Cy Reez")


def test_a_list_of_something_else_is_none() -> None:
    other: Article = article(POINTS.replace("candidates", "sponsors"))
    assert listing(Form("list", "the candidates"), [hit(other)], []) is None
    elsewhere = Form("list", "the candidates for the bishopric")
    assert listing(elsewhere, [hit(article(POINTS))], []) is None


def test_a_series_of_the_same_noun_that_is_not_on_what_is_asked_is_none() -> None:
    text = "Chains such as Orr, Lind and Reez had gone bankrupt long ago."
    assert opening("Which chains will open in Vesk?", text) == ""
