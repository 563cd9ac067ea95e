"""Short forms that texts explain, and questions in the other form."""

from __future__ import annotations

import pytest

from rag.language.entities import Acronym, acronyms, other_wording


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Staff of Harbour Transport Authority (HTA) met.", "HTA", "Harbour Transport Authority"),
        ("The HTA (Harbour Transport Authority) met.", "HTA", "Harbour Transport Authority"),
        ("The Port and Coast Guild (PCG), in Marsk, met.", "PCG", "Port and Coast Guild"),
        ("The Society of Ferry Masters (“SoFM”) met.", "SoFM", "Society of Ferry Masters"),
        ("The Union of Dyke Reeves (UDR; founded 1931) met.", "UDR", "Union of Dyke Reeves"),
        ("A sea-level alarm (SLA) sounded.", "SLA", "sea-level alarm"),
    ],
)  # fmt: skip
def test_a_short_form_in_brackets_stands_for_the_words_that_it_spells(
    text: str, short: str, long: str
) -> None:
    assert list(acronyms(text)) == [Acronym(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The harbour (Marsk) was shut.",
        "Ilse Brandt (MP) spoke in Marsk.",
        "The Harbour Transport Authority (THB) met.",
        "Tickets (VAT included) cost 4 crowns.",
    ],
)
def test_other_brackets_explain_nothing(text: str) -> None:
    assert list(acronyms(text)) == []


TEXTS = ["Nothing here.", "The Harbour Transport Authority (HTA) and Who Helped Out (WHO)."]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Who leads the HTA?", "Who leads the Harbour Transport Authority?"),
        ("Who leads the WHO?", "Who leads the Who Helped Out?"),
        ("who leads the hta", "who leads the Harbour Transport Authority"),
        ("What will the harbour transport authority charge?", "What will the HTA charge?"),
        ("Is the HTA the Harbour Transport Authority?", ""),
        ("What is the HTAX?", ""),
        ("Who leads the ferry line?", ""),
    ],
)
def test_a_question_is_worded_with_the_other_form(question: str, other: str) -> None:
    assert other_wording(question, TEXTS) == other
