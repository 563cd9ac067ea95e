"""Which sentences of a draft state nothing that an archive could bear out."""

from __future__ import annotations

import pytest

from rag.language.check_worthiness import nothing_in


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Will the ferry sail again?", "en"),
        ("Did 41 people really drown on Friday?!", "en"),
        ("Why? ", "en"),
        ("Wird die Fähre wieder fahren?", "de"),
        ("桥什么时候开放？", ""),
        ("متى يفتح الجسر؟", "ar"),
        ("Γιατί έκλεισε η γέφυρα;", "el"),
        ("¿Cuándo abre el puente?", "es"),
    ],
)
def test_questions(words: str, language: str) -> None:
    assert nothing_in(words, language) == "a question"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("I think the owners are to blame.", "en"),
        ("And we firmly believe that the council failed.", "en"),
        ("In my view, the bridge was neglected.", "en"),
        ("The council should act now.", "en"),
        ("Nobody ought to be surprised.", "en"),
        ("We must never forget them.", "en"),
        ("It is time to close the mine.", "en"),
        ("Let us hope for the best.", "en"),
        ("This is a disgrace.", "en"),
        ("The plan is terrible.", "en"),
        ("What a mess!", "en"),
        ("Ich finde den Plan schlecht.", "de"),
        ("À mon avis, le pont est trop cher.", "fr"),
        ("En mi opinión, el puente es caro.", "es"),
    ],
)
def test_opinions(words: str, language: str) -> None:
    assert nothing_in(words, language) == "an opinion"


@pytest.mark.parametrize(
    "words",
    [
        "The mayor said the council should act now.",
        "The plan is a disgrace, according to the mayor.",
        "“I think the owners are to blame,” said Ann Orr.",
        "“Why did nobody warn us?” asked the captain.",
        "The mayor thinks the plan is terrible.",
        "Passengers must show a ticket.",
        "It is clear that the bridge fell on Tuesday.",
        "The wreck is 300 metres long.",
        "The worst fire in ten years killed nine people.",
        "The ferry will sail again in May.",
        "He resigned.",
        "Read was born in Lindow in 1962.",
        "Der Bürgermeister sagte, die Brücke sei schlecht.",
        "41 dead",
    ],
)
def test_what_can_be_verified(words: str) -> None:
    language = "de" if words.startswith("Der") else "en"
    assert nothing_in(words, language) == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("...!", "no words"),
        ("", "no words"),
        ("***", "no words"),
        ("1962", "no words"),
        ("Read the full report below.", "an instruction"),
        ("Please click here.", "an instruction"),
        ("Good morning.", "too short to say anything"),
    ],
)
def test_what_says_nothing(words: str, why: str) -> None:
    assert nothing_in(words) == why


def test_a_short_heading_is_one() -> None:
    assert nothing_in("Background", heading=True) == "a heading"
    assert nothing_in("Ferry sinks off Cape Orrin", heading=True) == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("A year on the quays", "a heading"),
        ("The long wait for a doctor", "a heading"),
        ("The ferry sinks off the cape", ""),
        ("A fire kills nine in a chapel", ""),
        ("More money for the schools", ""),
        ("A year in Vessery", ""),
    ],
)
def test_a_heading_that_says_nothing_of_its_subject_is_passed_over(words: str, why: str) -> None:
    assert nothing_in(words, heading=True) == why
    # Also where a draft does not mark it as one; a sentence has a full stop.
    assert nothing_in(words) == why
    assert nothing_in(f"{words}.") == ""
