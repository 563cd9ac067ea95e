"""What questions ask for and what sentences offer, by example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.asked import Kind, expected, offered, without_names


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many schools were closed?", "number"),
        ("What percentage of voters stayed at home?", "number"),
        ("At what age did the mayor retire?", "number"),
        ("When did the strike end?", "date"),
        ("In which month was the bridge opened?", "date"),
        ("Who leads the inquiry?", "name"),
        ("Where was the boat found?", "name"),
        ("What company runs the ferry?", "name"),
        ("What did the council decide?", "thing"),
        ("Why did the levee break?", "any"),
        ("Wann endete der Streik?", "thing"),
    ],
)
def test_question_words_tell_the_kind(question: str, kind: Kind) -> None:
    assert expected(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "offer"),
    [
        # One of the most that count, four, is new: the town of the question is not.
        ("name", "In Orrenby the water reached Issenfurt.", (True, 0.25)),
        ("name", "In Orrenby the water fell.", (False, 0.0)),
        ("name", "The crew was Ada, Bo, Cy, Di and Ed of the Lady Isbel.", (True, 1.0)),
        ("thing", "It rose by two metres.", (True, 0.0)),
        ("thing", "It rose slowly.", (False, 0.0)),
        ("number", "It reached 7.4 metres.", (True, 1.0)),
        ("number", "It rose by two metres.", (True, 1.0)),
        ("number", "It rose slowly.", (False, 0.0)),
        ("date", "It fell on 24 March.", (True, 0.0)),
        ("date", "It fell on Friday.", (True, 0.0)),
        ("date", "It fell fast.", (False, 0.0)),
        ("any", "It rose slowly.", (True, 0.0)),
    ],
)
def test_a_sentence_offers_what_the_question_does_not_hold(
    kind: Kind, sentence: str, offer: tuple[bool, float]
) -> None:
    assert offered(kind, "What happened in Orrenby?", sentence) == offer


def test_a_number_of_the_question_is_no_answer() -> None:
    assert offered("number", "Did 41 or more survive?", "All 41 survived.") == (False, 0.0)


def test_names_are_taken_out_and_the_relation_stays() -> None:
    assert without_names("Which crew left the “Lady Isbel” at Quarne?") == "Which crew left the at"
    assert without_names("Lindqvarn won.") == "Lindqvarn won."
    assert without_names("") == ""


@given(st.text(max_size=60))
def test_any_text_has_a_kind_and_an_offer_in_range(text: str) -> None:
    found, amount = offered(expected(text), text, text)
    assert 0 <= amount <= 1
    assert found or amount == 0
    assert len(without_names(text)) <= len(text)
