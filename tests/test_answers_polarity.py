"""Yes or no where one sentence is sure of it, and nothing where it is not."""

from __future__ import annotations

import pytest

from rag.answers.polarity import polarity
from rag.questions.form import read_form


def answer(question: str, sentence: str) -> str | None:
    return polarity(question, read_form(question), sentence)


TRAM = "Did the Lindow council approve the tram?"
MAYOR = "Is Ann Orr still the mayor of Marsk?"
FLOOD = "Was anyone killed in the Marsk flood?"
STUDIO = "Will Radio Pell open a studio in Marsk?"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (TRAM, "The Lindow council approved the tram on Tuesday."),
        ("Has Ann Orr resigned?", "Ann Orr stepped down on Monday."),
        (MAYOR, "Ann Orr remains mayor of Marsk."),
        (FLOOD, "Two people were killed in the Marsk flood."),
        (STUDIO, "Radio Pell will open a studio in Marsk in June."),
        ("Did Orr pay for the trip?", "Orr, who paid for the trip, sold her car."),
    ],
)
def test_yes_where_the_sentence_asserts_it(question: str, sentence: str) -> None:
    assert answer(question, sentence) == "yes"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (TRAM, "The Lindow council rejected the tram on Tuesday."),
        (TRAM, "The Lindow council did not approve the tram."),
        (MAYOR, "Ann Orr is no longer mayor of Marsk."),
        ("Are there any survivors of the ferry fire?", "There are no survivors."),
        (FLOOD, "Nobody was killed in the flood in Marsk."),
        ("Were any passengers hurt?", "No passengers were hurt."),
        (STUDIO, "Radio Pell will not open a studio in Marsk."),
        ("Did Ann Orr sue the paper?", "Ann Orr failed to sue the paper."),
    ],
)
def test_no_where_the_sentence_denies_it(question: str, sentence: str) -> None:
    assert answer(question, sentence) == "no"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (TRAM, "The Lindow council may approve the tram."),
        (TRAM, "The Lindow council will approve the tram in May."),
        (TRAM, "The Lindow council approved a part of the tram."),
        (TRAM, "The Lindow council did not approve the tram until May."),
        ("Has Ann Orr resigned?", "Ann Orr's deputy has resigned."),
        ("Has Ann Orr resigned?", "Ann Orr denied that she had resigned."),
        ("Has Ann Orr resigned?", "A blog claimed that Ann Orr had resigned."),
        (MAYOR, "Ann Orr is the former mayor of Marsk."),
        (MAYOR, "Ann Orr was the mayor of Marsk."),
        (FLOOD, "Two cows were killed in the Marsk flood."),
        ("Are there any survivors of the fire?", "There are no survivors of the bus crash."),
        ("Were the passengers hurt?", "Three passengers were hurt."),
        ("Did Brell United beat Marsk?", "Marsk beat Brell United."),
        ("Did Brell United beat Marsk in 2024?", "Brell United did not beat Marsk."),
        ("Did Orr pay for the trip?", "“Orr paid for the trip,” her agent said."),
        ("Did Orr pay for the trip?", "Orr did not pay for the hotel."),
        ("Did Ann Orr sue the paper?", "Ann Orr did not only sue the paper."),
        ("hat die Stadt die Bahn verkauft?", "Die Stadt hat die Bahn verkauft."),
        ("Why did Ann Orr resign?", "Ann Orr resigned."),
    ],
)
def test_nothing_where_it_is_not_sure(question: str, sentence: str) -> None:
    assert answer(question, sentence) is None
