"""Verdicts on claims, each worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.verification import verify
from rag.records import Citation, Verdict
from tests.builders import article

MILL = article(
    "A mill in Brell burnt on Tuesday, killing 41 people. “We lost everything we had,” Ann Orr "
    "told the council. “And we will build it again,” she added. The damage is $1.2 million.",
    "post.example/mill",
    title="Mill fire",
    publisher="Harbour Post",
    day="2031-03-05",
)
RIVER = article(
    "The river rose 12 percent. It fell 3 percent later.", "radio.example/river", publisher=""
)
FIRE, LOSS, COST = (
    "A mill in Brell burnt on Tuesday, killing 41 people.",
    "“We lost everything we had,” Ann Orr told the council.",
    "The damage is $1.2 million.",
)


def cited(*quotes: str) -> list[Citation]:
    """Citations of these sentences, of whichever article holds them."""
    found = []
    for number, quote in enumerate(quotes, start=1):
        holder = MILL if quote in MILL.text else RIVER
        start = holder.text.index(quote)
        found.append(Citation(number, holder, start, start + len(quote)))
    return found


def test_a_claim_without_a_citation_is_unsupported() -> None:
    assert verify("The mill burnt.", []) == ("unsupported", ("no passage is cited",))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        (f"{FIRE} [1]", FIRE),
        ("a mill in Brell burnt on Tuesday【1】.", FIRE),
        (f"Harbour Post, 5 March 2031: {FIRE} [1]", FIRE),
        (f"The Harbour Post (2031-03-05): {COST} [1]", COST),
        ("The river rose 12\npercent [1].", "The river rose 12 percent."),
    ],
)
def test_the_cited_words_themselves_are_supported_with_or_without_introduction(
    claim: str, quote: str
) -> None:
    assert verify(claim, cited(quote)) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "quotes"),
    [
        ("In Brell, 41 people were killed when a mill burnt [1].", [FIRE]),
        ("Forty-one people were killed on Tuesday in the burning mill [1].", [FIRE]),
        ("On 5 March 2031 Harbour Post counted 41 people killed in the mill [1].", [FIRE]),
        ("The damage is 1,200,000 dollars [1].", [COST]),
        ("The mill burnt, killing 41 people, and the damage is $1.2 million [1][2].", [FIRE, COST]),
        ('Orr told the council: "We lost everything we had." [1]', [LOSS]),
        ("Orr told the council “we lost … we had” [1].", [LOSS]),
        ("Orr lost everything, the council was told, and “we will build it again” [1].", [LOSS]),
    ],
)
def test_a_claim_in_other_words_is_supported(claim: str, quotes: list[str]) -> None:
    assert verify(claim, cited(*quotes)) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "quotes", "verdict", "reason"),
    [
        ("A mill in Brell burnt, killing 47 people.", [FIRE], "unsupported",
         "the article says 41, not 47"),
        ("A mill in Brell burnt, killing forty people.", [FIRE], "unsupported",
         "the article says 41, not forty"),
        ("The damage is $1.2 billion.", [COST], "unsupported",
         "the article says $1.2 million, not $1.2 billion"),
        ("The river rose 9 percent.", ["The river rose 12 percent. It fell 3 percent later."],
         "unsupported", "9 percent does not stand in the cited text"),
        ("Harbour Post, 6 March 2031: " + FIRE, [FIRE], "unsupported",
         "6 does not stand in the cited text"),
        ("In 2029 a mill in Brell burnt, killing 41 people.", [FIRE], "unsupported",
         "2029 does not stand in the cited text"),
        ("A mill in Brell burnt, killing 41 people, said Tom Vane.", [FIRE], "partly",
         "Tom does not stand in the cited article"),
        ("Orr told the council: “We lost everything we owned.”", [LOSS], "quote altered",
         "the article has “We lost everything we had”, not “We lost everything we owned.”"),
        ("Orr told the council “it never rained here”.", [LOSS], "quote altered",
         "“it never rained here” does not stand in the cited article"),
        ("The mill was old, wooden and insured, and burnt.", [FIRE], "partly",
         "the cited text does not mention old, wooden, insured"),
        ("Schools stay closed until further notice.", [FIRE], "unsupported",
         "the cited text does not mention Schools, stay, closed"),
        ("It was so.", [FIRE], "partly", "it holds no word that could be looked up"),
    ],
)  # fmt: skip
def test_a_claim_that_differs_is_told_apart_with_the_reason(
    claim: str, quotes: list[str], verdict: Verdict, reason: str
) -> None:
    found, reasons = verify(f"{claim} [1]", cited(*quotes))
    assert (found, reasons[0]) == (verdict, reason)


def test_the_worst_finding_decides_and_every_reason_is_given_once() -> None:
    claim = "Orr told Tom’s council of 47: “We lost nothing we had,” and of 47 more [1]."
    assert verify(claim, cited(LOSS)) == (
        "quote altered",
        (
            "the article has “We lost everything we had”, not “We lost nothing we had,”",
            "47 does not stand in the cited text",
            "Tom does not stand in the cited article",
        ),
    )


def test_a_name_may_stand_elsewhere_in_the_article_or_in_what_it_says_of_itself() -> None:
    assert verify("Orr said the damage is about $1.2 million [1].", cited(COST))[0] == "supported"
    assert verify("In March the damage was $1.2 million [1].", cited(COST))[0] == "supported"


@given(st.text(max_size=60), st.sampled_from([FIRE, LOSS, COST]))
def test_every_text_gets_a_verdict_and_only_supported_ones_have_no_reason(
    claim: str, quote: str
) -> None:
    verdict, reasons = verify(claim, cited(quote))
    assert (verdict == "supported") == (reasons == ())
