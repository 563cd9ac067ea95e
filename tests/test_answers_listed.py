"""A sentence or list that names what is asked for, with the number of its items."""

from __future__ import annotations

import pytest

from rag.answers.candidates import CandidateSentence
from rag.answers.listed import listing
from rag.language.sentences import sentence_spans
from rag.questions.form import Form, read_form
from rag.records import Article
from tests.builders import article, hit


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


FIRES = """Friday's fire in Brell was not the first. Here's a look at mill fires since the war.

1951: Aldern Mill

Aldern Mill burnt down in a night, and eleven weavers died. It was never rebuilt.

1974: Corm Mill in Vesk

The Corm owners had taken out the sprinklers a year before the fire.

1988: the Dunlo spinning works

Dunlo lost its largest employer when the works burnt out in May.
"""

PARKS = """Four parks opened this year.

Heron Marsh, Vestland: The largest of the new parks, Heron Marsh covers 900 hectares of reeds.

Orr Heath, Marren: Boots are needed on Orr Heath, where the paths are still being laid out.

Black Sound: 20 islands make up the park, which can be reached by boat alone.

Lower Vess: The dams on the Vess are gone, and the salmon are back in its lower course.
"""


def parts(question: str, text: str, title: str) -> list[str]:
    whole = article(text, title=title)
    found = listing(read_form(question), [], [CandidateSentence(whole, 0, 20, 1, 1, 1.0)])
    return [found.opening, *(" ".join(each.text.split()) for each in found.parts)] if found else []


def test_entries_under_heads_are_shown_each_with_its_first_sentence() -> None:
    title = "Brell fire is one of many"
    assert parts("Which other mill fires were there since the war?", FIRES, title) == [
        "A list of 3:",
        "1951: Aldern Mill Aldern Mill burnt down in a night, and eleven weavers died.",
        "1974: Corm Mill in Vesk The Corm owners had taken out the sprinklers a year before the"
        " fire.",
        "1988: the Dunlo spinning works Dunlo lost its largest employer when the works burnt out in"
        " May.",
    ]
    opening, *shown = parts("What are the newest parks?", PARKS, "The newest parks")
    assert opening == "A list of 4:"
    assert [each.split(":")[0] for each in shown] == [
        "Heron Marsh, Vestland",
        "Orr Heath, Marren",
        "Black Sound",
        "Lower Vess",
    ]


def test_long_entries_are_shown_by_their_heads() -> None:
    long = FIRES.replace("and eleven weavers died", "and eleven weavers " + "and more " * 100)
    title = "Brell fire is one of many"
    assert parts("Which other mill fires were there since the war?", long, title) == [
        "A list of 3:",
        "1951: Aldern Mill",
        "1974: Corm Mill in Vesk",
        "1988: the Dunlo spinning works",
    ]


def test_heads_of_something_else_are_no_list() -> None:
    assert parts("Which ferries sank since the war?", FIRES, "Brell fire is one of many") == []
    # Heads of sections are clauses, or say nothing of what follows.
    sections = FIRES.replace("1951: Aldern Mill\n", "Mayor blames the owners\n")
    sections = sections.replace("1974: Corm Mill in Vesk", "Anger in Vesk")
    assert parts("Which mill fires were there?", sections, "Mill fires") == []


def test_a_list_of_which_a_head_is_not_read_is_said_to_be_longer() -> None:
    more = f"{FIRES}\nEstwick Mill burns again\n\nNobody was hurt in the fire of last May there.\n"
    opening, *_ = parts("Which mill fires were there since the war?", more, "Mill fires")
    assert opening == "A list of at least 3:"
