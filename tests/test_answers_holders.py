"""Who holds the office that a question names, by what articles say of people."""

from __future__ import annotations

import pytest

from rag.answers.holders import holder, office_asked
from tests.builders import article, hit


def named(subject: str, *texts: str) -> str:
    """Who holds the office by articles of which each is a day newer than the one before."""
    hits = [
        hit(article(text, f"x/{n}", day=f"2025-05-{n + 1:02}"), n + 1)
        for n, text in enumerate(texts)
    ]
    found = holder(subject, hits)
    return found.name if found else ""


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("the mayor of Tolbeck", "Ann Orr, the mayor of Tolbeck, opened the hall."),
        ("tolbeck's mayor", "Tolbeck mayor Ann Orr opened the hall."),
        ("the mayor of Tolbeck", "Ann Orr was sworn in as mayor of Tolbeck on Monday."),
        ("the head of the hospital", "Dr Ann Orr, director of the hospital, thanked the nurses."),
        ("who leads the inquiry", "Judge Ann Orr, who heads the inquiry, said little."),
        ("the chair of the inquiry", "Judge Ann Orr, who heads the inquiry, said little."),
        (
            "who leads the fox count",
            "Foxes are few, said Ann Orr, the biologist who led the count.",
        ),
        ("the governor of Vestland", "Vestland has a law. Governor Ann Orr signed it."),
        (
            "the ceo of brell airlines",
            "Bo Lind, Orr Airlines CEO, met Ann Orr, Brell Airlines CEO.",
        ),
        (
            "the main scientist of brell probe",
            "Brell Probe landed, said the mission’s lead scientist, Ann Orr.",
        ),
    ],
)
def test_an_apposition_a_title_and_an_oath_give_an_office(subject: str, text: str) -> None:
    assert named(subject, text) == "Ann Orr"


@pytest.mark.parametrize(
    "text",
    [
        "Ann Orr, the former mayor of Tolbeck, opened the hall.",
        "Ann Orr, the deputy mayor of Tolbeck, opened the hall.",
        "Tolbeck laughed. Ann Orr, the mayor of Vesk, opened the hall.",
        "Ann Orr, a candidate for mayor of Tolbeck, opened the hall.",
        "Ann Orr, who heads the hospital of Tolbeck, met the mayor.",
        "Ann Orr, a pilot from Tolbeck, met the mayor.",
    ],
)
def test_another_office_gives_none(text: str) -> None:
    assert named("the mayor of Tolbeck", text) == ""


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Who replaced the Brell Line CEO", "Ann Orr has been appointed acting CEO of Brell Line."),
        ("who succeeds the mayor of Tolbeck", "Ann Orr, Tolbeck's new mayor, opened the hall."),
        ("Who took over from the Tolbeck mayor", "Ann Orr was sworn in as mayor of Tolbeck."),
        ("the Vestland state attorney general", "Vestland state Attorney General Ann Orr sued."),
    ],
)
def test_who_takes_over_an_office_is_not_who_had_it(subject: str, text: str) -> None:
    old = "The board of Brell Line fired CEO Bo Lind. Bo Lind, the mayor of Tolbeck, left."
    assert named(subject, text, old) == "Ann Orr"
    assert named(subject, old) == ""


def test_the_newest_article_counts() -> None:
    old = "Ann Orr, the mayor of Tolbeck, opened the hall."
    new = "Bo Lind, the mayor of Tolbeck, closed the hall."
    assert named("the mayor of Tolbeck", old, new) == "Bo Lind"
    assert named("the mayor of Tolbeck", new, old) == "Ann Orr"


def test_a_name_and_an_office_of_nothing_are_no_offices() -> None:
    assert office_asked("Ann Orr") is None
    assert office_asked("the mayor") is None
    assert office_asked("") is None


def test_what_an_institution_runs_makes_nobody_its_head() -> None:
    text = (
        "Ann Orr, a spokeswoman for the office, which runs the jail, said little of the Reez gang."
    )
    assert named("the leader of the Reez gang", text) == ""


def test_the_new_holder_is_the_one_who_takes_office() -> None:
    before = "He was praised by Marsk’s first and only woman Prime Minister Bo Lind."
    after = "Marsk voted. New Labour Prime Minister Ann Orr was sworn in on Monday."
    assert named("the new prime minister of marsk", f"{before} {after}") == "Ann Orr"


def test_its_office_is_that_of_what_the_sentence_before_names() -> None:
    planned = "“We wait,” said Ann Orr, chief executive of Vesk General."
    taken = "The Harl Hospital Trust opens in May. Ann Orr takes office as its chief executive."
    assert named("the ceo of the hospital trust", planned, taken) == "Ann Orr"
    assert named("the ceo of the hospital trust", planned) == ""


RESIGNED = (
    "Ann Orr, the mayor of Tolbeck, said little.",
    "Ann Orr, the mayor of Tolbeck for six years, has resigned.",
    "Tolbeck slept. Cara Moll, the acting mayor, opened the hall.",
)


def test_who_has_resigned_holds_an_office_no_more_once_somebody_else_does() -> None:
    assert named("the mayor of Tolbeck", *RESIGNED) == "Cara Moll"
    assert named("the mayor of Tolbeck", *RESIGNED[:2]) == "Ann Orr"
    hits = [hit(article(text, f"x/{n}"), n + 1) for n, text in enumerate(RESIGNED)]
    was = holder("the mayor of Tolbeck", hits, past=True)
    assert was is not None
    assert was.name == "Ann Orr"


def test_who_only_speaks_of_a_resignation_stays() -> None:
    said = "Ann Orr, the mayor of Tolbeck, said that Bo Lind resigned."
    assert named("the mayor of Tolbeck", "Tolbeck woke. Mayor Cara Moll rose.", said) == "Ann Orr"
