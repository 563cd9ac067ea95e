"""The quotation marks of an answer, held against the articles it cites."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quotes.checking import check_answer, check_quotations
from rag.records import Answer, Article, Citation, Claim, Hit, Passage
from tests.builders import article

FERRY = article(
    "“The ferry will be sold by the end of May,” said Ann Orr. Its 41 sailors keep their jobs.",
    "courier.example/ferry",
    title="Ferry to be sold",
)
BRIDGE = article(
    "“Nobody told the seven engineers,” Bo Lind said on Monday.", "courier.example/bridge"
)


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("Ann Orr said “the ferry will be sold” soon.", "exact", ""),
        ('The mayor said "the ferry ... by the end of May".', "exact", ""),
        (
            "Bo Lind said: “The ferry will be sold”.",
            "attributed to someone else",
            "the article has Ann Orr say it, not Bo Lind",
        ),
        (
            "Orr said “the ferry will be sold by the end of June”.",
            "altered",
            "the article has “The ferry will be sold by the end of May”",
        ),
        (
            "Lind said “nobody told the seven engineers”.",
            "elsewhere",
            "it stands in courier.example/bridge, which is not cited for it",
        ),
        (
            "She said “the striker scored three goals”.",
            "not found",
            "it does not stand in the cited article",
        ),
    ],
)
def test_each_quotation_is_held_against_what_is_cited(text: str, outcome: str, reason: str) -> None:
    [found] = check_quotations(text, [FERRY], [FERRY, BRIDGE])
    assert (found.outcome, found.reason) == (outcome, reason)
    assert text[found.start - 1] in '“"'
    place = found.citation
    if outcome == "not found":
        assert place is None
        return
    assert place is not None
    assert place.article == (BRIDGE if outcome == "elsewhere" else FERRY)
    assert place.number == (2 if outcome == "elsewhere" else 1)
    assert place.quote == place.article.text[place.start : place.end]
    assert bool(found.changes) == (outcome == "altered")


def test_terms_and_texts_without_marks_are_no_quotations() -> None:
    assert check_quotations("The “ferry sale” is sold, Orr said.", [FERRY]) == ()
    assert check_quotations("", [FERRY]) == ()


def test_without_a_citation_a_quotation_is_not_found() -> None:
    [found] = check_quotations("“The ferry will be sold”", [])
    assert (found.outcome, found.reason) == ("not found", "no article is cited for it")


def test_of_several_near_wordings_the_nearest_is_shown() -> None:
    rival = article(
        "“The ferry will be kept in use by the end of June,” said Cato Munk.", "x/rival"
    )
    [found] = check_quotations("“The ferry will be kept in use by the end of May”", [FERRY, rival])
    assert found.citation is not None
    assert found.citation.number == 2
    changed = [each for each in found.changes if each.kind != "same"]
    assert [(each.asked, each.stored) for each in changed] == [("May", "June")]


def _hit(of: Article) -> Hit:
    return Hit(Passage(1, of.id, 1, 0, len(of.text)), of, 1.0, 1)


def test_an_answers_quotations_are_placed_in_its_text() -> None:
    first = "Ann Orr said “the ferry will be sold by the end of May”. [1]"
    second = "He said “nobody told the seven engineers”. [1]"
    text = f"{first}\n\n{second}"
    answer = Answer(
        question="What of the ferry?",
        standalone="What of the ferry?",
        text=text,
        as_of=datetime(2025, 6, 1, tzinfo=UTC),
        claims=(
            Claim(0, len(first), (1,), "supported"),
            Claim(len(first) + 2, len(text), (1, 9), "supported"),
        ),
        citations=(Citation(1, FERRY, 0, 40),),
        hits=(_hit(FERRY), _hit(BRIDGE)),
    )
    found = check_answer(answer)
    assert [(text[each.start : each.end], each.outcome) for each in found] == [
        ("the ferry will be sold by the end of May", "exact"),
        ("nobody told the seven engineers", "elsewhere"),
    ]


@given(st.text(alphabet="the ferry sold ‘’“”\"'[].…\n", max_size=80))
def test_any_text_can_be_checked(text: str) -> None:
    for found in check_quotations(text, [FERRY], [BRIDGE]):
        assert 0 <= found.start < found.end <= len(text)
        assert (found.citation is None) == (found.outcome == "not found")
