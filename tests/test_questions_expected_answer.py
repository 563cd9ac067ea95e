"""What questions ask for, by example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.questions.expected_answer import Kind, asked_for, own_words, without_names


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many schools were closed?", "number"),
        ("How much arsenic was in the water?", "number"),
        ("What was the magnitude of the quake?", "number"),
        ("How much did the ferry cost?", "money"),
        ("How much did ferry prices rise?", "number"),
        ("How big was the severance the mayor got?", "money"),
        ("What's the ferry fare now?", "money"),
        ("How high is the wall?", "number"),
        ("What percentage of voters stayed at home?", "percent"),
        ("At what age did the mayor retire?", "number"),
        ("When did the strike end?", "date"),
        ("In which month was the bridge opened?", "date"),
        ("What is the release date of the film?", "date"),
        ("Who leads the inquiry?", "person"),
        ("Which singer opened the festival?", "person"),
        ("Where was the boat found?", "place"),
        ("Which island was evacuated?", "place"),
        ("Which countries signed the treaty?", "country"),
        ("Which state sued the mill?", "state"),
        ("On what continent does the heron winter?", "continent"),
        ("Which film won?", "work"),
        ("What company runs the ferry?", "name"),
        ("Which ferry ran aground?", "name"),
        ("Who died when the boat sank, and which firm owned it?", "name"),
        ("What did the council decide?", "thing"),
        ("Why did the levee break?", "any"),
        ("Wann endete der Streik?", "thing"),
    ],
)
def test_question_words_and_nouns_tell_the_kind(question: str, kind: Kind) -> None:
    assert asked_for(question).kind == kind


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Which social media platform was down this week?", "social media platform"),
        ("Which of the following towns flooded?", "following towns"),
        ("Which airline recently said it would close?", "airline"),
        ("What is the name of the Orrenby ferry that sank?", "Orrenby ferry"),
        ("How many people have been arrested?", "people"),
        ("how many people fell ill", "people"),
        ("Who was the coach of the club?", "coach"),
        ("A strike closed which port, and which school?", "school"),
        ("When did it end?", ""),
    ],
)
def test_the_focus_is_the_noun_phrase_that_is_asked_for(question: str, focus: str) -> None:
    assert asked_for(question).focus == focus


def test_the_unit_is_the_singular_of_the_last_word() -> None:
    assert asked_for("How many wind turbines were built?").unit == "turbine"
    assert asked_for("When did it end?").unit == ""


def test_an_animal_is_probably_no_name() -> None:
    assert asked_for("Which animals got away?").common
    assert not asked_for("Which firms got away?").common


def test_own_words_are_without_case_and_possessive_endings() -> None:
    assert own_words("Orr’s boat, ORR's") == {"orr", "boat"}


def test_names_are_taken_out_and_the_relation_stays() -> None:
    assert without_names("Which crew left the “Lady Isbel” at Quarne?") == "Which crew left the at"
    assert without_names("Lindqvarn won.") == "Lindqvarn won."
    assert without_names("") == ""


@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    asked = asked_for(text)
    assert len(asked.focus.split()) <= 4
    assert asked.unit == asked.unit.lower()
    assert len(without_names(text)) <= len(text)
