"""Who or what somebody is, by one sentence or headline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.introductions import introductions
from rag.language.name_matching import bare_name, fullest_name, mentions, name_words


def said_of(text: str, name: str, *, pronoun: bool = False) -> list[tuple[str, float]]:
    found = introductions(text, name, pronoun=pronoun)
    return [(text[each.start : each.end], each.strength) for each in found]


@pytest.mark.parametrize(
    ("text", "name", "words", "strength"),
    [
        ("Joel Marr, a former tax collector, left.", "marr", "a former tax collector", 1.0),
        ("Ann Orr took the oath as mayor.", "orr", "took the oath as mayor", 0.85),
        ("Marr took over as head coach.", "marr", "took over as head coach", 0.85),
        (
            "“I am glad,” said Ann Orr, a harbour office spokeswoman.",
            "ann orr",
            "a harbour office spokeswoman",
            1.0,
        ),
        (
            "Vesk surgeon general Dr. Joseph Lind said no.",
            "dr. lind",
            "Vesk surgeon general Dr.",
            1.0,
        ),
        ("Gymnast Oksana Chusovina won again on Monday.", "chusovna", "Gymnast", 0.63),
        (
            "Osterberg is the candidate of the ruling party.",
            "osterberg",
            "is the candidate of the ruling party",
            1.0,
        ),
        (
            "Brell Front was formed in 1992 after a split.",
            "brell front",
            "was formed in 1992 after a split",
            0.85,
        ),
        (
            "Gibson became the youngest winner of the cup.",
            "gibson",
            "became the youngest winner of the cup",
            0.95,
        ),
        (
            "A prison gang known as Tren de Vesk has spread.",
            "tren de vesk",
            "A prison gang known as",
            0.855,
        ),
        (
            "The Corvane Circle grew out of a reading club in Vesk.",
            "the corvane circle",
            "grew out of a reading club in Vesk",
            0.6,
        ),
        (
            "The Corvane Guard is composed of retired miners.",
            "corvane guard",
            "is composed of retired miners",
            0.85,
        ),
        (
            "Police arrested Yusuf al-Karim, a baker turned smuggler who fled.",
            "yusuf al karim",
            "a baker turned smuggler who fled",
            1.0,
        ),
        ("The army shot rebel leader Omar al-Basri dead.", "omar al basri", "rebel leader", 0.9),
        (
            "That year, Orr made history by becoming the first woman elected to the council.",
            "orr",
            "the first woman elected to the council",
            0.9,
        ),
        (
            "All eyes are upon Ann Orr, who makes history as the first woman to run the mine.",
            "ann orr",
            "the first woman to run the mine",
            0.9,
        ),
        (
            "Police arrested Ann Orr, who was the mayor of Vesk.",
            "orr",
            "who was the mayor of Vesk",
            0.765,
        ),
        (
            "LK-99, a material that conducts well, made headlines.",
            "lk-99",
            "a material that conducts well",
            0.9,
        ),
        (
            "A former mayor of Vesk, Orr moved to Brell in May.",
            "orr",
            "A former mayor of Vesk",
            1.0,
        ),
        ("The mayor, Ann Orr, spoke.", "orr", "The mayor", 0.7),
        ("Sen. Ann Orr spoke.", "orr", "Sen.", 0.3),
        ("Ann Orr, 36, of Vesk, was charged.", "orr", "36", 0.3),
    ],
)
def test_a_sentence_introduces_a_name(text: str, name: str, words: str, strength: float) -> None:
    assert said_of(text, name)[0] == (words, strength)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ann Orr spoke to the mayor, Bo Lind, and others.", "orr"),
        ("Orr is happy about the sale.", "orr"),
        ("Bo Lind is the mayor.", "ann orr"),
        ("Ann Orr took the tram as usual.", "orr"),
        ("Ann Orr took the oath on Monday.", "orr"),
        ("She is the mayor.", "orr"),
        ("Orr is not the mayor.", "orr"),
        ("Brell Line drivers were hired in May.", "brell line"),
        ("The Corvane Circle began on Monday.", "the corvane circle"),
        ("Orr left on the first train to Vesk.", "orr"),
        ("Orr said the ferry was the first to sail.", "orr"),
        ("Orr posted a Brellbook poll on Monday.", "brellbook"),
        ("", "orr"),
        ("Orr is the mayor.", "?"),
    ],
)
def test_a_sentence_that_says_nothing_of_a_name_gives_nothing(text: str, name: str) -> None:
    assert said_of(text, name) == []


def test_the_subject_stands_for_the_name_where_the_caller_says_so() -> None:
    text = "She is the first woman to lead the party."
    assert said_of(text, "orr", pronoun=True) == [("is the first woman to lead the party", 0.9)]


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        (
            "Claudia Osterberg won. Osterberg is first.",
            "osterberg",
            [("Claudia Osterberg", 1.0), ("Osterberg", 1.0)],
        ),
        (
            "George W. Marr’s house. Marr left.",
            "george marr",
            [("George W. Marr", 1.0), ("Marr", 0.8)],
        ),
        (
            "Members of Brell Front marched. Home Front did not.",
            "brell front",
            [("Brell Front", 1.0)],
        ),
        ("Oksana Chusovina won.", "chusovna", [("Oksana Chusovina", 0.9)]),
        ("The U.S. won.", "us", [("U.S.", 1.0)]),
        ("Ayman al-Zavari left.", "zavari", [("Ayman al-Zavari", 1.0)]),
        ("Ayman al-Zavari left.", "ayman al zavari", [("Ayman al-Zavari", 1.0)]),
        ("Ayman al Zavari left.", "ayman al-zavari", [("Ayman al Zavari", 1.0)]),
        ("Then Zavari left.", "ayman al zavari", [("Zavari", 0.8)]),
        ("On Monday Osterberg won.", "osterberg", [("Osterberg", 1.0)]),
    ],
)
def test_a_name_is_found_as_people_type_it(
    text: str, name: str, found: list[tuple[str, float]]
) -> None:
    assert [(text[m.start : m.end], m.likeness) for m in mentions(text, name)] == found


def test_names_lose_titles_and_gain_first_names() -> None:
    assert name_words("Sen. Ann van Orr’s") == ("ann", "van", "orr")
    assert bare_name("Vesk Gov. Ann Orr") == "Ann Orr"
    assert bare_name("Attorney General's Office") == "Attorney General's Office"
    assert fullest_name("Mayor Ann Orr left. On Monday Orr came.", "Orr") == "Ann Orr"
    assert fullest_name("Ann Orr and Bo Orr left.", "Orr") == "Orr"


@given(st.text(alphabet="AnOr ,.“”’'-\nisthe a", max_size=60), st.text(max_size=8))
def test_odd_text_gives_places_within_it(text: str, name: str) -> None:
    for each in introductions(text, name):
        assert 0 <= each.start < each.end <= len(text)
        assert 0 < each.strength <= 1
