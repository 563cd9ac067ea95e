"""The operators of a search, as they are read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QueryError
from rag.questions.operators import FIELDS, Both, Either, Leaf, Operators, Without, parse_operators

FERRY, STRIKE, BOAT = Leaf("ferry"), Leaf("strike"), Leaf("boat")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("ferry AND strike", Both(FERRY, STRIKE)),
        ("ferry OR strike", Either(FERRY, STRIKE)),
        ("ferry -strike", Both(FERRY, Without(STRIKE))),
        ("ferry NOT strike", Both(FERRY, Without(STRIKE))),
        ("ferry AND NOT strike", Both(FERRY, Without(STRIKE))),
        ("ferry strike OR boat", Either(Both(FERRY, STRIKE), BOAT)),
        ("ferry (strike OR boat)", Both(FERRY, Either(STRIKE, BOAT))),
        ("ferry AND (strike OR boat)", Both(FERRY, Either(STRIKE, BOAT))),
        ("(ferry OR boat) -(strike)", Both(Either(FERRY, BOAT), Without(STRIKE))),
        ("NOT NOT ferry", FERRY),
        ('"calm weather"', Leaf("calm weather", exact=True)),
        ("“calm weather” ferry", Both(Leaf("calm weather", exact=True), FERRY)),
        ("„calm weather“", Leaf("calm weather", exact=True)),
        ("«calm weather»", Leaf("calm weather", exact=True)),
        ('-"calm weather" ferry', Both(Without(Leaf("calm weather", exact=True)), FERRY)),
        ("title:ferry", Leaf("ferry", "title")),
        ('title:"ferry sinks"', Leaf("ferry sinks", "title", exact=True)),
        ("Title: ferry", Leaf("ferry", "title")),
        ('author:"Ada Brandt"', Leaf("Ada Brandt", "author", exact=True)),
        ("ferry -title:strike", Both(FERRY, Without(Leaf("strike", "title")))),
        (
            "ferry AND (outlet:Packet OR outlet:Courier)",
            Both(FERRY, Either(Leaf("Packet", "outlet"), Leaf("Courier", "outlet"))),
        ),
        ("rail-worker AND strike", Both(Leaf("rail-worker"), STRIKE)),
    ],
)
def test_operators_are_read(text: str, node: object) -> None:
    found = parse_operators(text)
    assert found is not None
    assert (found.limits, found.node) == ((), node)


@pytest.mark.parametrize(
    ("text", "words", "limits"),
    [
        ("outlet:Packet ferry", "ferry", (Leaf("Packet", "outlet"),)),
        (
            'ferry strike outlet:"Radio North"',
            "ferry strike",
            (Leaf("Radio North", "outlet", True),),
        ),
        ("date:2025-03", "", (Leaf("2025-03", "date"),)),
        (
            "ferry after:2025-03-01 before:2025-04",
            "ferry",
            (Leaf("2025-03-01", "after"), Leaf("2025-04", "before")),
        ),
        (
            "How did the ferry sink? outlet:Packet",
            "How did the ferry sink",
            (Leaf("Packet", "outlet"),),
        ),
    ],
)
def test_words_beside_outlets_and_dates_are_searched_for_as_they_stand(
    text: str, words: str, limits: tuple[Leaf, ...]
) -> None:
    assert parse_operators(text) == Operators(words, limits, None)


def test_what_holds_for_the_whole_search_is_apart_and_what_is_left_out_is_not_looked_for() -> None:
    found = parse_operators("(ferry OR boat) -strike outlet:Packet author:Brandt title:Orrin")
    assert found is not None
    assert found.words == "ferry boat Orrin"
    assert found.limits == (Leaf("Packet", "outlet"),)


@pytest.mark.parametrize(
    "text",
    [
        "ferry strike",
        "Who owns the ferry?",
        'Who said "we had four minutes to leave her"?',
        'What did the captain mean by "four minutes"',
        "rail and road or sea, not air",
        "temperatures of -5 degrees",
        "the Paris - London train",
        "rail-worker strike",
        "Mayor: no more ferries",
        "ferry (Lindow)",
        "Who is NOT going?",
        "the captain's boat",
        "The captain resigned after:",
        "Before: the storm",
        "A sailor won the cup for the “longest voyage” in a bathtub",
    ],
)
def test_a_plain_question_uses_none(text: str) -> None:
    assert parse_operators(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AND", "'AND' has operators only; add words to search for"),
        ('""', "'\"\"' has no words; add some to search for"),
        ("-", "'-' has no words; add some"),
        ("(((", "has no words"),
        ("، ؟", "has no words"),
        ("title:", "title: needs something after it, such as title:ferry"),
        ("(-Outlet: )", 'outlet: needs something after it, such as outlet:"Radio North"'),
        (
            "title:(ferry OR boat)",
            "title: takes no bracket; name it for each word, as in title:ferry OR title:…",
        ),
        ("NOT OR", "has operators only"),
        ("-ferry", "only what to leave out; add words"),
        ("NOT ferry", "only what to leave out"),
        ('"ferry sank', "the quotation mark in '\"ferry sank' is not closed; close it, or leave"),
        ("ferry AND", "AND needs words before and after it"),
        ("OR ferry", "OR needs words before and after it"),
        ("ferry AND OR boat", "AND needs words"),
        ("ferry AND (boat", "a bracket is not closed"),
        ("ferry AND boat)", "closed that was not opened"),
        ("ferry AND ()", "a bracket needs words"),
        ("ferry AND title:", "title: needs something after it, such as title:ferry"),
        ('outlet:""', 'outlet: needs something after it, such as outlet:"Radio North"'),
        ("ferry AND date: ", "date: needs something after it, such as date:2025-03"),
        ("(" * 21 + "ferry AND boat", "more than 20 brackets"),
        ("ferry AND " * 50 + "boat", "combines 51 words and fields; 50 are the most"),
    ],
)
def test_mistakes_are_explained(text: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_operators(text)
    assert message in str(caught.value)


PIECES = st.sampled_from(
    ["AND", "OR", "NOT", "-", "(", ")", '"', "“", "”", "«", " ", "ferry", "å", "1", ":", "?", "\n"]
    + [f"{name}:" for name in FIELDS]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_nothing_but_a_query_error_is_raised(text: str) -> None:
    with suppress(QueryError):
        parse_operators(text)


PLAIN = st.lists(
    st.from_regex(r"[a-zåé0-9]{1,8}[,.;]?", fullmatch=True), min_size=1, max_size=12
).map(" ".join)


@given(PLAIN)
def test_plain_words_use_no_operators(text: str) -> None:
    assert parse_operators(text) is None
    assert parse_operators(f"{text}?") is None


@given(st.lists(st.sampled_from(["ferry", "boat", "strike"]), min_size=1, max_size=8))
def test_words_combined_are_all_looked_for_in_their_order(words: list[str]) -> None:
    found = parse_operators(f'{" AND ".join(words)} AND "quay"')
    assert found is not None
    assert found.words == " ".join([*words, "quay"])
