"""What belongs together in a claim: speaker, time, figures, who acts; opposites and rewording."""

from __future__ import annotations

import pytest

from rag.language.opposites import base, contraries, counters, reworded
from rag.language.quantities import joined_numbers
from rag.records import Article, Citation, Verdict
from rag.verification.verify import verify
from tests.builders import article

COUNCIL = article(
    "The council of Ostby voted by 21 to 9 on Tuesday to keep the tram line, which is eight miles "
    "long. Trams will run every ten minutes from May. “A town without rails has no future,” said "
    "Mayor Irma Lund. Treasurer Odd Falk warned that the repair of the line would cost £4.2m. The "
    "workshop escaped closure. Mr. Falk ruled out tax increases. The bus firm, which had bid in "
    "January, rejected the plan. Prime Minister Siv Rask praised the vote. Four drivers and one "
    "inspector were hurt when a tram left the rails in March; the drivers were treated in Ostby.",
    "ostby.example/trams",
    publisher="Ostby Post",
    day="2035-02-15",
)
MATCH = article(
    "Ostby Rovers 3, Falkenau Town 1. Rovers scored twice in the last minutes.",
    "ostby.example/match",
    publisher="Ostby Post",
    day="2035-02-15",
)


def whole(claim: str, about: Article = COUNCIL) -> tuple[Verdict, str]:
    verdict, reasons = verify(claim, [Citation(1, about, 0, len(about.text))])
    return verdict, "; ".join(reasons)


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        ("Odd Falk said that a town without rails had no future.", "unsupported", "Irma Lund"),
        ("The council voted by 21 to 4 to keep the tram line.", "unsupported", "says 21 to 9"),
        ("Trams will run every five minutes from May.", "unsupported", "every ten minutes"),
        ("The tram line is 21 miles long.", "unsupported", "eight miles"),
        ("The council voted on Monday to keep the tram line.", "unsupported", "Tuesday"),
        ("Odd Falk announced tax increases.", "unsupported", "denies"),
        ("Transport Minister Siv Rask praised the vote.", "unsupported", "Prime, not Transport"),
        ("Siv Rask condemned the vote.", "unsupported", "praised, not condemned"),
        ("The workshop was closed.", "partly", "closed"),
        ("The council rejected the plan.", "partly", "not The council"),
    ],
)  # fmt: skip
def test_what_belongs_together_otherwise_is_named(
    claim: str, verdict: Verdict, reason: str
) -> None:
    found, reasons = whole(claim)
    assert (found, reason in reasons) == (verdict, True), (found, reasons)


@pytest.mark.parametrize(
    "claim",
    [
        "Irma Lund, the mayor, said that a town without rails had no future.",
        "The council voted by 21 to 9 to keep the tram line.",
        "Trams will run every ten minutes from May.",
        "The line is eight miles long.",
        "The council voted on 13 February to keep the tram line.",
        "The repair of the line would cost more than £4 million.",
    ],
)
def test_what_belongs_together_in_other_words_is_supported(claim: str) -> None:
    assert whole(claim) == ("supported", "")


def test_a_result_says_who_won() -> None:
    assert whole("Ostby Rovers beat Falkenau Town.", MATCH)[0] != "unsupported"
    verdict, reason = whole("Falkenau Town beat Ostby Rovers.", MATCH)
    assert verdict == "unsupported"
    assert reason.startswith("the article says Ostby Rovers 3, Falkenau Town 1")
    assert whole("Ostby Rovers lost to Falkenau Town.", MATCH)[0] == "unsupported"


def test_opposites_come_from_a_wide_list_and_converses_are_none() -> None:
    assert base("include") in contraries(base("exclude"))
    assert base("sell") not in contraries(base("buy"))
    assert base("dismissed") in reworded(base("layoffs"))


def test_a_word_counters_what_stands_close_to_it() -> None:
    far = "He denied it. " + "The old tram went on through the snow for hours. " * 2 + "It closed."
    assert counters("The owners would stop building.", base("build"))
    assert not counters(far, base("closed"))
    assert not counters("The bid was refused.", base("refuse"))


def test_short_millions_and_joined_ranks_are_read_as_written_out() -> None:
    assert joined_numbers("$3m, 40mn and 2tn") == "$3 million, 40 million and 2 trillion"
    assert joined_numbers("5 m of rope, a second-hand car") == "5 m of rope, a second hand car"


MILL = article(
    "Orla’s council bought the mill of 1886 in 1974. A third of the beams left. Builder Lars Eng "
    "has shown interest in restoring it. The work begins in May, provided the ministry approves "
    "the grant. A trust will decide by June whether to move. Curator Siv Rask apologised for the "
    "delay. The club is to receive 900 crowns for its help, which its owner, Finn Aas, called an "
    "insult. Her own party’s group leader, Odd Falk, voted against the plan. “I can no longer "
    "explain this to my neighbours,” he said. He resigned from his post afterwards. A boat was to "
    "tow the wheel to Ostby if the wind dropped. An expert group headed by Ida Moe found the beams "
    "sound. The trust must begin repairs within two years or leave.",
    "ostby.example/mill",
    publisher="Ostby Post",
    day="2033-02-15",
)


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        ("Lars Eng has restored the mill.", "partly", "may happen"),
        ("The ministry has approved the grant.", "partly", "may happen"),
        ("The ministry has agreed to the grant.", "partly", "may happen"),
        ("The trust has moved.", "partly", "may happen"),
        ("Finn Aas apologised for the delay.", "unsupported", "Siv Rask, not Finn Aas"),
        ("Finn Aas welcomed the help.", "partly", "is planned"),
        ("The wheel sank off Ostby.", "partly", "sank"),
        ("Lars Eng resigned afterwards.", "unsupported", "not Lars Eng"),
        ("Ostby’s council bought the mill.", "unsupported", "Orla's council, not Ostby's council"),
        ("The mill was built in the eighteenth century.", "unsupported", "eighteenth"),
        ("One in five of the beams left.", "unsupported", "five"),
        (
            "The council has been there for over sixty years, since it bought the mill.",
            "unsupported",
            "sixty",
        ),
    ],
)
def test_what_is_left_open_or_said_of_another_is_no_fact_of_the_claim(
    claim: str, verdict: Verdict, reason: str
) -> None:
    found, reasons = whole(claim, MILL)
    assert (found, reason in reasons) == (verdict, True), (found, reasons)


@pytest.mark.parametrize(
    "claim",
    [
        "The mill dates from the nineteenth century.",
        "About one in three of the beams left.",
        "The council has been there for almost sixty years, since it bought the mill.",
        "Odd Falk resigned afterwards.",
        "Orla’s council bought the mill.",
        "The beams were found sound by experts headed by Ida Moe.",
        "The work begins in May if the ministry approves the grant.",
    ],
)
def test_what_is_worked_out_or_supposed_is_borne_out(claim: str) -> None:
    assert whole(claim, MILL)[0] == "supported", whole(claim, MILL)


def test_a_pronoun_far_from_a_name_is_not_that_name() -> None:
    about = article(
        "Mayor Dolores Finn survived the vote by one voice. An inquiry is to report in January. "
        "It cost 900 crowns. The group’s leader, Cyril Oates, voted against her. “I can no longer "
        "explain this to my neighbours,” he said. He resigned from his post afterwards.",
        "ostby.example/vote",
        publisher="Ostby Post",
        day="2033-02-15",
    )
    assert whole("Finn resigned after the vote.", about)[0] != "supported"
    assert whole("Oates resigned afterwards.", about)[0] == "supported"


def test_a_condition_without_if_is_no_denial() -> None:
    about = article(
        "The university must begin renovation within two years or give the building back to Ostby.",
        "ostby.example/hall",
        publisher="Ostby Post",
        day="2033-02-15",
    )
    claim = "Should the university fail to begin renovation within two years, Ostby gets it back."
    assert "deny" not in whole(claim, about)[1]
