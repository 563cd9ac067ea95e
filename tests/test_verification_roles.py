"""Who did what to whom, how surely and by whose word: claims true and false, by kind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from rag.language.roles import clauses_of
from rag.records import Article, Citation, Verdict
from rag.verification.verify import verify
from tests.builders import article

CLAIMS = Path(__file__).with_name("claims")
FERRY = article(
    "The strike on the Quarne ferries will end tomorrow after 19 days. Quarne Line signed an "
    "agreement that raises pay by 6.5 per cent over two years. Crews will get 4 per cent from 1 "
    "May and 2.5 per cent a year later. The mediator, the former bishop Abel Thorsgate, had shut "
    "both sides in a room. “I gave them herring until they agreed,” he told Radio North. The "
    "government has deducted 2.1 million crowns from its payment to Quarne Line. Repairs may "
    "begin in May if the province pays. The council asked Quarne Line to raise fares. Ann Orr was "
    "paid 300 crowns, Jorun Teague 200 and the cook 100. One of the two skippers was fined. Police "
    "are investigating three stewards. Ivo Brack is not among them. The bank admitted on Monday, a "
    "week after it noticed the loss, that money was gone. The storm killed 40 sheep.",
    "radio.example/ferry",
    publisher="Radio North",
    day="2025-04-25",
)


def whole(claim: str, about: Article = FERRY) -> tuple[Verdict, tuple[str, ...]]:
    return verify(claim, [Citation(1, about, 0, len(about.text))])


@pytest.mark.parametrize(
    "claim",
    [
        "However, the agreement raises pay by 6.5 per cent over two years.",
        "According to Radio North (25 April 2025), the agreement raises pay by 6.5 per cent.",
        "Abel Thorsgate, a former bishop, was the mediator.",
        "The person who brokered the deal was Abel Thorsgate.",
        "“I gave them herring until they agreed,” Thorsgate said.",
        "Crews will get 4 per cent from 1 May.",
        "2.1 million crowns were deducted by the government.",
    ],
)
def test_what_the_article_says_is_supported_in_other_words(claim: str) -> None:
    assert whole(claim) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        ("The agreement raises pay by 6 per cent.", "unsupported", "6 per cent"),
        ("The agreement raises pay by 6.5 per cent a year.", "unsupported", "6.5 per cent a year"),
        ("The agreement cuts pay by 6.5 per cent.", "unsupported", "raises, not cuts"),
        ("The mediator was the former mayor Abel Thorsgate.", "unsupported", "“mayor”"),
        ("Abel Thorsgate was not the mediator.", "unsupported", "“mediator”"),
        ("Both sides had shut the mediator in a room.", "unsupported", "not Both sides"),
        ("Quarne Line has deducted 2.1 million crowns from its payment to the government.",
         "unsupported", "not Quarne Line"),
        ("Repairs will begin in May.", "partly", "may happen"),
        ("Quarne Line will raise fares.", "partly", "is wanted or asked for"),
        ("Jorun Teague was paid 300 crowns.", "unsupported", "200 for Jorun Teague"),
        ("The two skippers were paid.", "partly", "One of the two"),
        ("Ivo Brack is being investigated.", "unsupported", "Brack is not among them"),
        ("The loss was noticed on Monday.", "unsupported", "“admitted”"),
        ("The storm killed 40 people.", "unsupported", "40 sheep, not people"),
        ("The strike will end tomorrow.", "partly", "as seen from the article's day"),
    ],
)  # fmt: skip
def test_what_it_says_otherwise_is_named(claim: str, verdict: Verdict, reason: str) -> None:
    found, reasons = whole(claim)
    assert (found, reason in " ".join(reasons)) == (verdict, True), reasons


def test_a_clause_has_its_roles_in_the_active_and_the_passive_alike() -> None:
    [active] = clauses_of("The bank sold the firm to Ann Orr in May.")
    [passive] = clauses_of("The firm was not sold to Ann Orr by the bank.")
    for found in (active, passive):
        assert found.agent is not None
        assert found.patient is not None
        assert (found.verb, found.agent.head, found.patient.head) == ("sell", "bank", "firm")
    assert (active.denied, passive.denied) == (False, True)
    assert next((how, each.names) for how, each in active.others) == (
        "to",
        frozenset({"ann", "orr"}),
    )


@pytest.mark.parametrize(
    ("sentence", "verb", "status", "denied"),
    [
        ("The firm sold the ship.", "sell", "fact", False),
        ("The firm will sell the ship.", "sell", "coming", False),
        ("The firm may sell the ship.", "sell", "possible", False),
        ("The firm plans to sell the ship.", "sell", "planned", False),
        ("The firm refused to sell the ship.", "sell", "fact", True),
        ("The firm denied that it had sold the ship.", "sell", "claimed", True),
        ("Ann Orr said the firm sold the ship.", "sell", "claimed", False),
    ],
)
def test_how_surely_a_verb_is_so(sentence: str, verb: str, status: str, denied: bool) -> None:
    [found] = [each for each in clauses_of(sentence) if each.verb == verb]
    assert (found.status, found.denied) == (status, denied)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Die Vereinbarung erhöht die Löhne um 6,5 Prozent in zwei Jahren.", "partly"),
        ("Die Vereinbarung erhöht die Löhne um 7 Prozent.", "unsupported"),
        ("Abel Thornfield war der Vermittler, der den Streik nach 19 Tagen beendete.",
         "unsupported"),
        ("L'accord augmente les salaires de 6,5 pour cent sur deux ans.", "partly"),
        ("El acuerdo sube los salarios un 6,5 por ciento en dos años.", "partly"),
    ],
)  # fmt: skip
def test_in_another_language_figures_and_names_are_compared(claim: str, verdict: Verdict) -> None:
    assert whole(claim)[0] == verdict


def claim(line: str) -> str:
    """The claim of a line that may begin with the claim's kind: "quantity: Two ships sank."."""
    return re.sub(r"^[a-z]+: ", "", line)


@pytest.mark.parametrize(
    ("name", "most_flagged", "most_supported"),
    [
        ("first", 2, 6),
        ("second", 2, 3),
        ("third", 3, 3),
        ("fourth", 6, 3),
        ("fifth", 5, 1),
        ("sixth", 8, 8),
        ("seventh", 11, 4),
        ("eighth", 16, 16),
        ("ninth", 20, 16),
        ("tenth", 21, 8),
    ],
)
def test_few_true_claims_are_flagged_and_few_false_ones_supported(
    name: str, most_flagged: int, most_supported: int
) -> None:
    """Of 48, 43, 45, 45, 20, 84, 63, 90, 50, 40 true ones; as many false, but 58, 58, 88, 61."""
    listed = tomllib.loads((CLAIMS / f"{name}.toml").read_text(encoding="utf-8"))["evidence"]
    flagged, supported = [], []
    for number, one in enumerate(listed):
        about = article(
            one["text"].strip(),
            f"claims.example/{number}",
            title=one["title"],
            publisher=one["publisher"],
            day=one["day"],
        )
        flagged += [
            each for each in map(claim, one["true"]) if whole(each, about)[0] != "supported"
        ]
        supported += [
            each for each in map(claim, one["false"]) if whole(each, about)[0] == "supported"
        ]
    assert len(flagged) <= most_flagged, flagged
    assert len(supported) <= most_supported, supported


STRANDED = article(
    "Some 640 visitors were stranded on Quarne Island on Tuesday, the second day of a strike by "
    "ferry crews that has cut the island off from all but one crossing a day. "
    "The coastguard stopped two boats on Tuesday morning. The union met the company.",
    "radio.example/stranded",
    day="2025-04-08",
)


@pytest.mark.parametrize("day", ["Monday", "Tuesday"])
def test_that_something_ended_is_not_supported_by_another_act_of_the_same_day(day: str) -> None:
    verdict, reasons = whole(f"The ferry strike ended on {day}.", STRANDED)
    assert (verdict != "supported", any("“ended”" in each for each in reasons)) == (True, True)
