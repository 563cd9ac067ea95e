"""A name that several people bear: each is shown, told apart; one bearer stays alone."""

from __future__ import annotations

import pytest

from rag.answers.namesakes import namesakes
from rag.questions.form import Form
from tests.builders import article, hit

MAYOR = article("Ivo Brandt, the mayor of Tolbeck, opened the hall. Brandt had waited.", "x/1")
PILOT = article("The pilot, Lena Brandt, 34, was not hurt. Brandt landed on the beach.", "x/2")


def found(subject: str, *texts: str) -> list[str]:
    hits = [hit(article(text, f"x/{n}"), n + 1) for n, text in enumerate(texts)]
    return [each.name for each in namesakes(Form("definition", subject), hits)]


@pytest.mark.parametrize("asked", ["Brandt", "brandt", "Mr Brandt", "BRANDT"])
def test_both_bearers_are_found_however_the_name_is_written(asked: str) -> None:
    both = namesakes(Form("definition", asked), [hit(MAYOR), hit(PILOT, 2)])
    assert [each.name for each in both] == ["Ivo Brandt", "Lena Brandt"]
    assert both[0].presented == "Ivo Brandt (the mayor of Tolbeck)"
    assert [each.sentence.article.id for each in both] == ["x/1", "x/2"]


def test_one_bearer_a_full_name_and_a_street_tell_nobody_apart() -> None:
    street = "Brandt Street was closed. Lake Brandt, a lake near Vesk, was frozen."
    assert found("Brandt", MAYOR.text, street) == []
    assert found("Ivo Brandt", MAYOR.text, PILOT.text) == []


def test_an_initial_and_a_middle_name_are_the_same_bearer() -> None:
    assert found("Brandt", MAYOR.text, "I. Brandt, the mayor of Tolbeck, left.") == []
    assert found("Brandt", MAYOR.text, "Ivo M. Brandt, mayor of Tolbeck, left.") == []


def test_a_given_name_may_have_several_bearers_too() -> None:
    other = "Lena Orr, the harbour master of Vesk, resigned."
    assert found("Lena", PILOT.text, other) == ["Lena Brandt", "Lena Orr"]


def test_who_is_far_rarer_than_another_is_not_meant() -> None:
    many = [f"Ivo Brandt, the mayor of Tolbeck, opened hall {n}." for n in range(6)]
    assert found("Brandt", *many, PILOT.text) == []
    assert found("Brandt", *many[:4], PILOT.text) == ["Ivo Brandt", "Lena Brandt"]
