"""The parts of a check, each by itself: evidence, names, amounts, dates, stance, wording."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Citation, Published
from rag.verification.checks.amounts import amounts
from rag.verification.checks.dates import appeared, dates
from rag.verification.checks.evidence import Evidence, capitalised, mismatch, sentence
from rag.verification.checks.naming import abbreviates, naming
from rag.verification.checks.quoting import quoting
from rag.verification.checks.stance import stance
from rag.verification.checks.wording import clauses, lacking, wording
from tests.builders import article

WEDNESDAY = Published(datetime(2031, 3, 5, tzinfo=UTC), "day")


def evidence(*texts: str, around: str = "") -> Evidence:
    return Evidence(texts, [around] if around else (), [WEDNESDAY] * len(texts))


def test_evidence_is_the_quotes_and_around_them_all_that_the_articles_say() -> None:
    told = article("Rain fell. The mill of Brell burnt.", title="Fire in Osk", day="2031-03-05")
    held = Evidence.cited([Citation(1, told, 11, 35), Citation(2, told, 0, 10)])
    assert held.texts == ("The mill of Brell burnt.", "Rain fell.")
    assert [one.text for one in held.sentences] == ["The mill of Brell burnt.", "Rain fell."]
    assert held.published == date(2031, 3, 5)
    assert held.outlets == ("The Courier",)
    assert {"osk", "courier"} <= held.known
    assert "osk" not in held.stems
    assert held.names == {"brell", "osk", "courier"}


def test_a_date_known_to_the_month_is_no_day_but_still_a_time() -> None:
    month = Published(datetime(2031, 2, 1, tzinfo=UTC), "month")
    year = Published(datetime(2031, 1, 1, tzinfo=UTC), "year")
    held = Evidence(["It sank on Monday.", "It rose."], (), [month, year])
    assert held.published is None
    assert [moment.days for moment in held.dates] == [
        ((date(2031, 2, 1), date(2031, 2, 28)),),
        ((date(2031, 1, 1), date(2031, 12, 31)),),
    ]
    assert list(appeared("In February 2031: ", held)) == []
    assert [found.reason for found in appeared("On 3 May 2031: ", held)] == [
        "the article appeared on 2031-02 and 2031, not 3 May 2031"
    ]
    assert [found.reason for found in appeared("On 3 May 2031: ", Evidence(["x"]))] == [
        "the article has no date, not 3 May 2031"
    ]


def test_numbers_that_a_tokenizer_pulled_apart_are_read_whole() -> None:
    held = evidence("It drew 1, 187 fans and rose 3. 5 per cent. In 2019, 40 came.")
    assert list(amounts("It drew 1,187 fans, and rose 3.5 per cent; 40 came.", held)) == []


def test_the_nearest_sentence_shares_most_and_enough() -> None:
    held = evidence("The mill burnt in Brell. The ferry sank.")
    claim = sentence("A ferry sank near Brell.")
    nearest = held.nearest(claim)
    assert nearest is not None
    assert nearest.text == "The ferry sank."
    assert held.nearest(claim, 0.9) is None
    assert held.nearest(sentence("It was so.")) is None


def test_what_differs_is_named_only_where_one_thing_does() -> None:
    assert mismatch("47", ["41", "41"], "number").reason == "the article says 41, not 47"
    assert mismatch("47", ["41", "40"], "number").reason == "47 is not in the cited text"


def test_capitals_that_begin_a_sentence_or_a_quotation_tell_of_no_name() -> None:
    text = "Rain fell. Nobody but Ann saw it: “Never,” said Osk’s mayor.\nThen Ola left"
    assert capitalised([text]) == ["Ann", "Osk", "Ola"]


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("KSU", "the Kelm Seafarers’ Union", True),
        ("K.S.U.", "the Kelm Seafarers’ Union", True),
        ("BOF", "the Bank of Osk", False),
        ("BO", "the Bank of Osk", True),
        ("Kelm Seafarers Union", "the KSU", True),
        ("Kelm Seafarers Union", "the NATO", False),
        ("Kelm", "the K", False),
    ],
)
def test_a_name_and_its_letters_are_one(name: str, text: str, same: bool) -> None:
    assert abbreviates(name, evidence(text)) is same


@pytest.mark.parametrize(
    ("claim", "text", "reasons"),
    [
        ("Vane left Osk.", "Tom Vane left Osk.", []),
        ("Mr Vane’s crew left Osk.", "Tom Vane’s crew left Osk.", []),
        ("Mayor Tom Vane left Osk.", "Tom Vane, the mayor, left Osk.", []),
        ("José Núñez left Osk.", "Jose Nunez left Osk.", []),
        ("On Monday Vane left.", "On Tuesday Vane left.", []),
        ("Karl Orr left Osk harbour.", "Tom Vane left Osk harbour.",
         ["the article says Tom Vane, not Karl Orr"]),
        ("The KSU left Osk harbour.", "The Kelm Seafarers Union left Osk harbour.", []),
        ("The Kelm Seafarers Union left Osk harbour.", "The KSU left Osk harbour.", []),
        ("The KST left Osk harbour.", "The Kelm Seafarers Union left Osk harbour.",
         ["the article says Kelm Seafarers Union, not KST"]),
        ("Osk left Vane at the quay.", "Vane left Osk at the quay.",
         ["the article has Osk and Vane the other way round"]),
        ("They feared for Brandt.", "Nothing was heard of them.",
         ["Brandt does not stand in the cited article"]),
    ],
)  # fmt: skip
def test_names_may_vary_but_not_be_others(claim: str, text: str, reasons: list[str]) -> None:
    assert [found.reason for found in naming(claim, evidence(text))] == reasons


def test_two_names_of_one_article_are_two_whatever_their_letters_stand_for() -> None:
    around = (
        "The Kelm Seafarers Union (KSU) met the Brell Orchestra Fund. The BOF left Osk at noon."
    )
    found = naming(
        "The KSU left Osk at noon.", evidence("The BOF left Osk at noon.", around=around)
    )
    assert [one.reason for one in found] == ["the article says BOF, not KSU"]


def test_names_of_the_article_must_belong_together() -> None:
    held = evidence("She left.", around="Ann Orr met Tom Vane. She left.")
    assert list(naming("So Ann Orr left.", held)) == []
    found = list(naming("So Ann Vane left.", held))
    assert [(one.verdict, one.reason) for one in found] == [
        ("partly", "the article has no Ann Vane")
    ]


@pytest.mark.parametrize(
    ("claim", "text", "reasons"),
    [
        ("It sank on 3 March.", "It sank on Monday.", []),
        ("It sank on 5 March 2031.", "It sank.", []),
        ("On 5 March 2031 it was said that it sank on Friday.", "It sank on Monday.",
         ["the article says Monday, not Friday"]),
        ("It sank on Monday, and in 2029 it rose.", "It sank on Monday.",
         ["2029 is not in the cited text"]),
        ("It sank in 2031.", "It sank in 2029.", ["the article says 2029, not 2031"]),
        ("It sank on Friday.", "It sank on Monday.", ["the article says Monday, not Friday"]),
        ("It sank on Friday.", "It sank.", ["Friday is not in the cited text"]),
        ("It sank on 3 May or 4 May.", "It sank on 5 May or 6 May.",
         ["3 May is not in the cited text", "4 May is not in the cited text"]),
    ],
)  # fmt: skip
def test_dates_are_those_of_the_text_or_of_its_article(
    claim: str, text: str, reasons: list[str]
) -> None:
    assert [found.reason for found in dates(claim, evidence(text))] == reasons


@pytest.mark.parametrize(
    ("claim", "text", "reasons"),
    [
        ("It will not close.", "It will not close.", []),
        ("It won’t close.", "It will not close.", []),
        ("Nobody was hurt in Osk.", "No one was hurt in Osk.", []),
        ("Orr said she had not met Vane.", "Orr denied that she had met Vane.", []),
        ("No more than 40 met in Osk.", "As few as 40 met in Osk.", []),
        ("Orr met Vane.", "Orr denied that she had met Vane.",
         ["the article says the opposite: one of them has a “not”"]),
        ("Several were hurt in Osk.", "No one was hurt in Osk.", ["the article denies “hurt”"]),
        ("It will close in May.", "It may close in May.",
         ["the article says that it may happen, not that it will happen"]),
        ("It has closed the mill.", "It will close the mill.",
         ["the article says that it will happen, not that it has happened"]),
        ("Vane stole a boat.", "Vane allegedly stole a boat.",
         ["the article says that it is said to be so, not that it is so"]),
        ("It may close in May.", "It plans to close in May.", []),
        # One cited sentence denies it and another one says it: no finding, whichever is nearest.
        ("Several were hurt in Osk.",
         "No one was hurt in Osk. Two sailors were hurt in Brell.", []),
        ("Not hurt in Osk were sailors and pilots.",
         "Sailors in Osk and two pilots were hurt. Nobody hurt the cook.", []),
        ("Not hurt in Osk were sailors and pilots.", "Sailors in Osk and two pilots were hurt.",
         ["the article does not deny “hurt”"]),
        ("Courts overturned the ban.", "Courts upheld the ban.",
         ["the article says upheld, not overturned"]),
    ],
)  # fmt: skip
def test_yes_no_and_perhaps_are_told_apart(claim: str, text: str, reasons: list[str]) -> None:
    assert [found.reason for found in stance(claim, evidence(text))] == reasons


@pytest.mark.parametrize(
    ("claim", "coverage", "runs", "missing"),
    [
        ("The ferry sank near Osk.", 1.0, 1.0, ()),
        ("Near Osk the ferry sank.", 1.0, 1 / 3, ()),
        ("The raft sank.", 0.5, 0.0, ("raft",)),
        ("The boat sank.", 1.0, 0.0, ()),
        ("KSU reported that it sank.", 1.0, 0.0, ()),
        ("Over 40 sank.", 1.0, 0.0, ()),
    ],
)
def test_wording_is_shared_in_words_and_in_runs(
    claim: str, coverage: float, runs: float, missing: tuple[str, ...]
) -> None:
    found = wording(claim, evidence("The ferry sank near Osk.", "The Kelm Seafarers Union met."))
    assert (found.coverage, found.runs, found.missing) == (coverage, pytest.approx(runs), missing)
    assert (found.closeness, found.weakest) == (None, None)


def test_meanings_are_compared_by_sentence_by_neighbours_and_by_clause() -> None:
    cosines = {"The ferry sank.": 0.4, "Rain fell.": 0.2, "The ferry sank. Rain fell.": 0.6}

    def similarity(claim: str, texts: list[str]) -> list[float]:
        weak = 0.5 if claim.startswith("Ann") else 1.0
        return [weak * cosines[text] for text in texts]

    held = evidence("The ferry sank. Rain fell.")
    found = wording("The old ferry boat sank, and Ann Orr wept.", held, similarity)
    # The best sentence has .4, it and its neighbour .6; the second clause half of the best.
    assert (found.closeness, found.weakest) == (pytest.approx(0.5), pytest.approx(0.2))
    assert wording("It sank.", evidence(), similarity).closeness is None


def test_a_claim_without_words_cannot_be_looked_up() -> None:
    found = wording("It was so.", evidence("It was so."))
    assert [one.reason for one in lacking(found)] == ["it holds no word that could be looked up"]
    assert list(lacking(wording("41.", evidence("41 sank.")))) == []


@given(st.text(alphabet="abAB ,;.and whichwhile", max_size=80))
def test_clauses_lose_no_word_but_their_joints(claim: str) -> None:
    found = clauses(claim)
    assert found
    kept = [letter for letter in "".join(found) if letter.isupper()]
    assert kept == [letter for letter in claim if letter.isupper()]


@given(st.text(max_size=60), st.text(max_size=80))
def test_no_text_breaks_a_check(claim: str, text: str) -> None:
    for check in (quoting, amounts, dates, naming, stance):
        assert all(found.reason for found in check(claim, evidence(text)))
