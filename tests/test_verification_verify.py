"""Verdicts on claims, each worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Article, Citation, Similarity, Verdict
from rag.verification.judge import Judgement
from rag.verification.verify import SUPPORT_THRESHOLD, grounding, verify
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
        (f"The Harbour Post reported that {FIRE} [1]", FIRE),
        (f"According to Harbour Post, {FIRE} [1]", FIRE),
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
         "unsupported", "the article says 12 percent, not 9 percent"),
        ("Harbour Post, 6 March 2031: " + FIRE, [FIRE], "unsupported",
         "the article appeared on 2031-03-05, not 6 March 2031"),
        ("In 2029 a mill in Brell burnt, killing 41 people.", [FIRE], "unsupported",
         "2029 is not in the cited text"),
        ("A mill in Brell burnt, killing 41 people, said Tom Vane.", [FIRE], "unsupported",
         "Tom does not stand in the cited article"),
        ("Orr told the council: “We lost everything we owned.”", [LOSS], "quote altered",
         "the article has “We lost everything we had”, not “We lost everything we owned.”"),
        ("Orr told the council: “They lost everything we had.”", [LOSS], "quote altered",
         "the article has “We lost everything we had”, not “They lost everything we had.”"),
        ("Orr told the council “it never rained here”.", [LOSS], "quote altered",
         "“it never rained here” does not stand in the cited article"),
        ("The mill was old, wooden and insured, and burnt.", [FIRE], "partly",
         "the article does not say “insured”"),
        ("Schools stay closed until further notice.", [FIRE], "unsupported",
         "the cited text does not mention Schools, closed, notice"),
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
            "47 is not in the cited text",
            "Tom does not stand in the cited article",
        ),
    )


def test_a_name_may_stand_elsewhere_in_the_article_or_in_what_it_says_of_itself() -> None:
    assert verify("Orr said the damage is about $1.2 million [1].", cited(COST))[0] == "supported"
    assert verify("In March the damage was $1.2 million [1].", cited(COST))[0] == "supported"


VOTE = article(
    "Ivo Brandt beat Ann Orr in the vote on Monday, officials said. The Kelm Seafarers’ Union "
    "(KSU) backed neither. Brandt will open the quay in May and may close the mill. He did not "
    "promise 40 more jobs. About 1,187 of the 2,374 votes were counted by 21:30. "
    "“I shall sleep for a week,” Brandt said. Mayor Ulla Sandvik owes the bank 5 million crowns. "
    "The harbour is 5 km long, and 12 per cent of it is ice. Jürgen Öst was formerly its pilot.",
    "post.example/vote",
    title="Brandt wins",
    publisher="Harbour Post",
    day="2031-03-05",
)


def held(start: str, claim: str) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on a claim by the sentence of VOTE that begins so."""
    at = VOTE.text.index(start)
    end = next(e for e in range(at, len(VOTE.text)) if VOTE.text[e] == "." and e > at + 30) + 1
    return verify(f"{claim} [1]", [Citation(1, VOTE, at, end)])


@pytest.mark.parametrize(
    ("start", "claim"),
    [
        ("Ivo", "Brandt beat Orr in the vote on 3 March 2031, officials said."),
        ("Ivo", "On Monday, officials said, Mr Brandt beat Ann Orr in the vote."),
        ("Ivo", "The Harbour Post reported that Ivo Brandt beat Ann Orr in the vote on Monday."),
        ("The Kelm", "The KSU backed neither Ivo Brandt nor Ann Orr."),
        ("(KSU)", "The Kelm Seafarers’ Union backed neither."),
        ("Brandt will", "Brandt will open the quay in May 2031, and may close the mill."),
        ("He did", "Brandt did not promise forty more jobs."),
        ("About", "Nearly 1,200 of the 2,374 votes were counted by 9.30 pm."),
        ("Mayor", "Sandvik owes the bank five million crowns."),
        ("The harbour", "The harbour’s length is 5,000 metres, and 12% of it is ice."),
        ("Jürgen", "Jurgen Ost’s post was formerly that of its pilot."),
        ("“I shall", "“I shall sleep for a week,” said Ivo Brandt."),
        ("Jürgen", "Jürgen Öst was its pilot."),
    ],
)
def test_a_rephrased_fact_is_supported(start: str, claim: str) -> None:
    assert held(start, claim) == ("supported", ())


@pytest.mark.parametrize(
    ("start", "claim", "verdict", "reason"),
    [
        ("Ivo", "Ivo Brandt beat Ann Orr in the vote on Tuesday, officials said.",
         "unsupported", "the article says Monday, not Tuesday"),
        ("Ivo", "Ivo Brandt beat Ann Orr in the vote on 4 March, officials said.",
         "unsupported", "the article says Monday, not 4 March"),
        ("Ivo", "Ann Orr beat Ivo Brandt in the vote on Monday, officials said.",
         "unsupported", "the article has Ann and Orr and Ivo and Brandt the other way round"),
        ("Ivo", "Ivo Brandt beat Ulla Sandvik in the vote on Monday, officials said.",
         "unsupported", "the article says Ann Orr, not Ulla Sandvik"),
        ("Ivo", "Ivo Brandt beat Tom Vane in the vote on Monday, officials said.",
         "unsupported", "the article says Ann Orr, not Tom Vane"),
        ("Ivo", "Ulla Brandt beat Orr in the vote on Monday.",
         "unsupported", "the article says Ivo, not Ulla"),
        ("He did", "Ulla Brandt did not promise 40 more jobs.",
         "partly", "the article has no Ulla Brandt"),
        ("Ivo", "Ivo Brandt lost to Ann Orr in the vote in May, officials said.",
         "unsupported", "May stands elsewhere in the article, not in the cited text"),
        ("Ivo", "Ivo Brandt did not beat Ann Orr in the vote on Monday, officials said.",
         "unsupported", "the article says the opposite: one of them has a “not”"),
        ("He did", "He did promise 40 more jobs.",
         "unsupported", "the article says the opposite: one of them has a “not”"),
        ("He did", "Brandt promised the bank 40 more jobs.",
         "unsupported", "the article denies “promise”"),
        ("Brandt will", "Brandt denied that he will open the quay in May or the mill at any time.",
         "unsupported", "the article does not deny “open”"),
        ("Brandt will", "Brandt will open the quay in May and will close the mill.",
         "partly", "the article says that it may happen, not that it will happen"),
        ("Brandt will", "Brandt may open the quay in May and may close the mill.",
         "partly", "the article says that it will happen, not that it may happen"),
        ("Brandt will", "Brandt closed the mill, and will open the quay in May.",
         "partly", "the article says that it may happen, not that it is so"),
        ("About", "Some 1,187 of the 2,374 votes were counted by 22:30.",
         "unsupported", "the article says 21:30, not 22:30"),
        ("About", "More than 2,000 of the 2,374 votes were counted by 21:30.",
         "unsupported", "the article says 1,187, not more than 2,000"),
        ("Mayor", "Mayor Ulla Sandvik owes the bank 5 million euros.",
         "unsupported", "the article says 5 million crowns, not 5 million euros"),
        ("The harbour", "The harbour is 5 miles long, and 12 per cent of it is ice.",
         "unsupported", "the article says 5 km, not 5 miles"),
        ("The harbour", "The harbour is 5 km long, and 12 percentage points of it is ice.",
         "unsupported", "the article says 12 per cent, not 12 percentage points"),
        ("“I shall", "“I shall sleep for a week,” Ann Orr said.",
         "unsupported",
         "the article has Ivo Brandt saying “I shall sleep for a week”, not Ann Orr"),
    ],
)  # fmt: skip
def test_a_fact_that_differs_is_named_with_what_the_article_says(
    start: str, claim: str, verdict: Verdict, reason: str
) -> None:
    found, reasons = held(start, claim)
    assert (found, reasons[0]) == (verdict, reason)


def test_a_quotation_by_another_speaker_is_named() -> None:
    claim = "Nobody was as tired as Ann Orr, who said: “I shall sleep for a week”"
    reason = "the article has Ivo Brandt saying “I shall sleep for a week”, not Ann Orr"
    assert reason in held("“I shall", claim)[1]


def test_a_word_is_told_from_its_opposite() -> None:
    rose = "The river rose 12 percent."
    verdict, reasons = verify("The river fell 12 percent [1].", cited(rose))
    assert (verdict, reasons[0]) == ("unsupported", "the article says rose, not fell")


def by_meaning(cosine: float) -> Similarity:
    """A comparison that finds every text equally close."""
    return lambda _claim, texts: [cosine] * len(texts)


def test_closeness_in_meaning_decides_where_words_do_not() -> None:
    other_words = "Flames devoured a grinding works; dozens perished."
    assert verify(other_words, cited(FIRE))[0] == "partly"
    # What it adds ("grinding") stays added, however near it is in meaning.
    assert verify(other_words, cited(FIRE), by_meaning(0.8))[0] == "partly"
    same_words = "In Brell 41 people burnt a mill."
    assert verify(same_words, cited(FIRE))[0] == "supported"
    assert verify(same_words, cited(FIRE), by_meaning(0.2)) == (
        "partly",
        ("its words stand there, but in another sense",),
    )


def test_closeness_in_meaning_excuses_no_number_and_verbatim_claims_need_none() -> None:
    def never(_claim: str, _texts: Sequence[str]) -> list[float]:
        raise AssertionError

    assert verify("A fire killed 47.", cited(FIRE), never)[0] == "unsupported"
    assert verify(FIRE, cited(FIRE), never, never) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "opinion", "verdict", "reasons"),
    [
        ("Flames ate a works.", Judgement("supported"), "supported", ()),
        ("Flames ate a works.", None, "partly", ("the article does not say “ate”",)),
        ("A mill in Brell burnt down.", Judgement("partly", "Down to what?"), "partly",
         ("Down to what?",)),
        ("A mill in Brell burnt down.", Judgement("unsupported"), "unsupported",
         ("the judge holds it unsupported",)),
        ("A mill burnt, killing 47.", Judgement("supported"), "unsupported",
         ("the article says 41, not 47",)),
        ("A mill in Brell never burnt.", Judgement("supported"), "unsupported",
         ("the article says the opposite: one of them has a “not”",)),
        ("A mill in Brell burnt on Friday.", Judgement("supported"), "unsupported",
         ("the article says Tuesday, not Friday",)),
        ("A mill in Vane burnt on Tuesday.", Judgement("supported"), "unsupported",
         ("the article says Brell, not Vane",)),
        ("A mill in Brell “turned to ashes”.", Judgement("supported"), "quote altered",
         ("“turned to ashes” does not stand in the cited article",)),
    ],
)  # fmt: skip
def test_a_judge_overrules_words_but_no_fact(
    claim: str, opinion: Judgement | None, verdict: Verdict, reasons: tuple[str, ...]
) -> None:
    assert verify(claim, cited(FIRE), judge=lambda _claim, _passages: opinion) == (verdict, reasons)


def test_the_score_falls_with_every_kind_of_fault_and_rises_with_closeness() -> None:
    whole = grounding(FIRE, [FIRE])
    assert whole > grounding("A mill burnt, killing 41 people.", [FIRE])
    for fault in (
        FIRE.replace("41", "47"),
        FIRE.replace("Brell", "Vane"),
        FIRE.replace("Tuesday", "Friday"),
        FIRE.replace("burnt", "never burnt"),
    ):
        assert whole > grounding(fault, [FIRE])
    told = "Flames ate a works in Brell."
    assert grounding(told, [FIRE], by_meaning(0.9)) > grounding(told, [FIRE], by_meaning(0.1))
    assert grounding(FIRE, []) < SUPPORT_THRESHOLD < whole


@given(st.text(max_size=60), st.lists(st.text(max_size=80), max_size=3))
def test_every_text_has_a_score_from_0_to_1(claim: str, texts: list[str]) -> None:
    assert 0.0 <= grounding(claim, texts) <= 1.0


@given(st.text(max_size=60), st.sampled_from([FIRE, LOSS, COST]))
def test_every_text_gets_a_verdict_and_only_supported_ones_have_no_reason(
    claim: str, quote: str
) -> None:
    verdict, reasons = verify(claim, cited(quote))
    assert (verdict == "supported") == (reasons == ())


def test_a_figure_that_another_takes_the_place_of_is_named_once() -> None:
    quote = "The strike on the ferries will end tomorrow."
    headed = Article("a", "", "Ferry strike ends with 6.5 per cent rise", quote)
    claim = "The ferry strike ended with a rise of 9 per cent [1]."
    _, reasons = verify(claim, [Citation(1, headed, 0, len(quote))])
    assert [each for each in reasons if "9 per cent" in each] == [
        "the article says 6.5 per cent, not 9 per cent"
    ]
