"""Outlets that a question asks about, as carriers of news and not as its subject."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.questions.constraints import find_outlets, without_outlets
from rag.records import Filters, Understood

OUTLETS = [
    "Radio North",
    "The Marren Courier",
    "Lowland News Agency",
    "The Tolbeck Gazette",
    "Kelmark Ledger",
    "The Grevesand Packet",
    "bbc.co.uk",
    "bbc.com",
    "cnn.com",
]
COURIER, GAZETTE, LEDGER, PACKET = (
    ("The Marren Courier",),
    ("The Tolbeck Gazette",),
    ("Kelmark Ledger",),
    ("The Grevesand Packet",),
)
RADIO, AGENCY, BBC, CNN = (
    ("Radio North",),
    ("Lowland News Agency",),
    ("bbc.co.uk", "bbc.com"),
    ("cnn.com",),
)


def found(question: str, strict: bool = True) -> list[tuple[str, ...]]:
    """The publishers of the outlets found, all of which must be as strict as said."""
    understood = find_outlets(question, OUTLETS)
    assert {one.strict for one in understood} <= {strict}
    return [one.filters.publishers for one in understood]


def spans(question: str, *words: str) -> list[tuple[int, int]]:
    """Where the words first stand in the question."""
    return [(question.index(word), question.index(word) + len(word)) for word in words]


def test_what_is_understood_says_what_it_was_taken_for() -> None:
    question = "How many were hurt, according to the BBC?"
    assert find_outlets(question, OUTLETS) == (
        Understood(
            words="the BBC",
            start=33,
            end=40,
            meaning="published by bbc.co.uk or bbc.com",
            filters=Filters(publishers=("bbc.co.uk", "bbc.com")),
            strict=True,
        ),
    )


@pytest.mark.parametrize(
    ("question", "publishers"),
    [
        ("According to Radio North, how many people were hurt?", RADIO),
        ("How many people were hurt according to Radio North", RADIO),
        ("According to Radio North who opened the weir?", RADIO),
        ("How many people were hurt, as reported by Radio North?", RADIO),
        ("Which figure was published in the Gazette on Monday?", GAZETTE),
        ("Who is quoted in the Ledger?", LEDGER),
        ("What does the article in the Packet say about the quay?", PACKET),
        ("What did the Courier report about the flood?", COURIER),
        ("How did Radio North cover the strike?", RADIO),
        ("When did the Packet first write that the abbey was robbed?", PACKET),
        ("Who is the man that the Courier described as a hermit?", COURIER),
        ("Radio North reported that the weir opened late; who opened it?", RADIO),
        ("What does Radio North's article say about the weir?", RADIO),
        ("Who is named in the Courier’s latest story on the strike?", COURIER),
        ("Find the Marren Courier article on wolves.", COURIER),
        ("Summarise the CNN report on the flood.", CNN),
        ("Whose face was on the front page of the Ledger?", LEDGER),
        ("In the Gazette, who is to blame for the debts?", GAZETTE),
        ("Who is to blame for the debts in the Gazette?", GAZETTE),
    ],
)
def test_who_carries_news_is_a_filter(question: str, publishers: tuple[str, ...]) -> None:
    assert found(question) == [publishers]


@pytest.mark.parametrize(
    ("question", "publishers"),
    [
        ("Who told Radio North that the weir opened late?", RADIO),
        ("What did the minister say on Radio North?", RADIO),
        ("What did the Courier say about the levee?", COURIER),
        ("Who spoke in the BBC's interview?", BBC),
        ("Which letters of the bishop were obtained by CNN?", CNN),
        ("How much profit did CNN report for the year?", CNN),
    ],
)
def test_who_may_carry_news_is_a_preference(question: str, publishers: tuple[str, ...]) -> None:
    assert found(question, strict=False) == [publishers]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the BBC's new chairman?",
        "How many staff did CNN lay off?",
        "When did CNN's tower in the harbour burn?",
        "Which is older, the BBC or CNN?",
        "Who bought the Courier?",
        "Who bought shares in the Gazette?",
        "How many jobs will be lost in the Ledger?",
        "What will change in the BBC?",
        "Which company owns Radio North and the Courier?",
        "Which outlets reported the flood?",
        "How many people were hurt?",
        "",
    ],
)
def test_who_is_the_subject_is_no_filter(question: str) -> None:
    assert find_outlets(question, OUTLETS) == ()


@pytest.mark.parametrize(
    "question",
    [
        "What was reported in the packet?",
        "According to the ledger, what did the abbey own?",
        "What did the courier report to the police?",
        "What did the gazette of the province print?",
        "According to the Harbour Courier, who won?",
        "According to the Courier Mail, who won?",
        "According to the BBC Symphony Orchestra, who plays?",
        "What did the CNN/Ledger poll report?",
        "What was reported from the radio mast north of Marren?",
        "Packet reports differ; which of them is right?",
        "What did the people of the North report?",
        "What did the Agency report?",
    ],
)
def test_common_nouns_and_other_names_are_not_meant(question: str) -> None:
    assert find_outlets(question, OUTLETS) == ()


@pytest.mark.parametrize(
    ("question", "publishers"),
    [
        ("What did The Courier and Radio North each report about the flood?", [COURIER, RADIO]),
        ("How did the Courier, the Packet and LNA describe it?", [COURIER, PACKET, AGENCY]),
        ("Do the Gazette and the Ledger disagree on the debts?", [GAZETTE, LEDGER]),
        ("What do the Gazette and the Ledger each say of it?", [GAZETTE, LEDGER]),
        ("Why do the BBC and CNN give different numbers?", [BBC, CNN]),
        ("How does the Courier's account of it differ from Radio North's?", [COURIER, RADIO]),
        ("Compare the Courier's and the Gazette's coverage of the bridge.", [COURIER, GAZETTE]),
        ("What did CNN say about it compared with the BBC?", [CNN, BBC]),
    ],
)
def test_outlets_that_are_compared_are_all_filters(
    question: str, publishers: list[tuple[str, ...]]
) -> None:
    assert found(question) == publishers


def test_one_outlet_alone_does_not_disagree() -> None:
    assert find_outlets("Does the Gazette agree to be sold?", OUTLETS) == ()


def test_an_outlet_that_is_held_against_none_is_left_out() -> None:
    question = "What did the Courier report about the merger with Radio North and the price?"
    assert found(question) == [COURIER]


def test_names_without_capitals_need_a_frame_that_says_it_clearly() -> None:
    assert found("what did radio north report about the bridge") == [RADIO]
    assert found("what did cnn report about the bridge") == [CNN]
    assert found("What did radio north report about the Osier Bridge?") == [RADIO]
    assert found("what masts are there in radio north?") == []
    assert found("who told radio north that?", strict=False) == []
    assert found("What did cnn report about Tolbeck?") == []


def test_no_publishers_no_outlets() -> None:
    assert find_outlets("According to the BBC, who won?", []) == ()


def test_a_frame_must_stand_by_the_name() -> None:
    far = "x " * 60
    assert found(f"According {far}to the Courier, who won?") == []
    assert found(f"According to {far} the Courier, who won?") == []
    assert found(f"In {far}the Courier, who won?") == []


@pytest.mark.parametrize(
    ("question", "words", "rest"),
    [
        ("What did the Courier and LNA each report about the flood?", 2, "the flood?"),
        ("How many deaths did the Courier and LNA each report?", 2, "How many deaths?"),
        ("Do the Courier and LNA disagree on the debts of Rovers?", 2, "the debts of Rovers?"),
        ("How does the Courier's account of the flood differ from LNA's?", 2, "the flood?"),
        ("Compare the Courier's and LNA's coverage of the bridge.", 2, "the bridge."),
        ("Compare how the Courier and LNA covered the bridge.", 2, "the bridge."),
        ("According to the Courier and LNA, who opened the weir?", 2, "who opened the weir?"),
        ("What did LNA say of the flood compared with the Courier?", 2, "the flood?"),
        (
            "Is there a difference between the Courier's report and LNA's report on the levee?",
            2,
            "the levee?",
        ),
        ("Who was hurt, according to a report by LNA?", 1, "Who was hurt?"),
    ],
)
def test_the_question_without_its_outlets(question: str, words: int, rest: str) -> None:
    named = [name for name in ("the Courier", "LNA") if name in question]
    assert len(named) == words
    assert without_outlets(question, spans(question, *named)) == rest


def test_a_question_of_nothing_but_outlets_stays() -> None:
    question = "Do the Courier and LNA differ?"
    assert without_outlets(question, spans(question, "the Courier", "LNA")) == question


def test_odd_characters_do_not_stand_for_outlets() -> None:
    question = "What\x00did LNA report about the flood?"
    assert without_outlets(question, spans(question, "LNA")) == "the flood?"


WORDS = (
    "the The Courier courier's LNA bbc BBC’s cnn.com Radio North and , 's ’ . ? report did"
    " according to in differ from \x00 / & - İ ß ﬁ"
)
ODD = st.lists(st.sampled_from(WORDS.split(" ")), max_size=14).map(" ".join)


@settings(deadline=None)
@given(st.one_of(ODD, st.text(max_size=60)))
def test_what_is_found_is_a_slice_and_never_raises(question: str) -> None:
    understood = find_outlets(question, OUTLETS)
    ends = [0]
    for one in understood:
        assert question[one.start : one.end] == one.words != ""
        assert one.start >= ends[-1]
        assert set(one.filters.publishers) <= set(OUTLETS)
        ends.append(one.end)
    rest = without_outlets(question, [(one.start, one.end) for one in understood])
    assert "\x00" not in rest or rest == question


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6), ODD)
def test_publishers_may_have_any_spelling(publishers: list[str], question: str) -> None:
    for one in find_outlets(question, publishers):
        assert set(one.filters.publishers) <= set(publishers)
