"""What belongs together in a claim: speaker, time, figures, who acts; opposites and rewording."""

from __future__ import annotations

import pytest

from rag.language.opposites import base, contraries, reworded
from rag.language.polarity import counters
from rag.records import Article, Citation, Verdict
from rag.verification.checks.written import joined_numbers
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
