"""The quotation marks of an answer, held against the articles it cites."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.llms import ScriptedModel
from rag.records import Citation, Verdict
from rag.verification.quotes.checking import check_quotations, with_quotations
from rag.verification.verify import verify
from tests.builders import article, open_archive, row, write_jsonl

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
            "not found",
            "it does not stand in the cited article",
        ),
        (
            "She said “the striker scored three goals”.",
            "not found",
            "it does not stand in the cited article",
        ),
    ],
)
def test_each_quotation_is_held_against_what_is_cited(text: str, outcome: str, reason: str) -> None:
    [found] = check_quotations(text, [FERRY, FERRY])
    assert (found.outcome, found.reason) == (outcome, reason)
    assert text[found.start - 1] in '“"'
    assert text[found.end] in '”"'
    place = found.citation
    if outcome == "not found":
        assert place is None
        return
    assert place is not None
    assert (place.article, place.number) == (FERRY, 1)
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


def agree(_claim: str, _evidence: Sequence[Citation]) -> tuple[Verdict, tuple[str, ...]]:
    return "supported", ()


@pytest.mark.parametrize(
    ("claim", "verdict", "reasons"),
    [
        ("Ann Orr said “the ferry will be sold by the end of May”. [1]", "supported", ()),
        ("The ferry has 41 sailors. [1]", "supported", ()),
        (
            "Orr said “the ferry will be sold by the end of June”. [1]",
            "quote altered",
            ("the article has “The ferry will be sold by the end of May”",),
        ),
        (
            "Bo Lind said: “The ferry will be sold”. [1]",
            "unsupported",
            ("the article has Ann Orr say it, not Bo Lind",),
        ),
        (
            "Lind said “nobody told the seven engineers”. [1]",
            "quote altered",
            ("it does not stand in the cited article",),
        ),
    ],
)
def test_a_check_is_joined_by_that_of_quotations(
    claim: str, verdict: str, reasons: tuple[str, ...]
) -> None:
    assert with_quotations(agree)(claim, [Citation(1, FERRY, 0, 40)]) == (verdict, reasons)


def test_a_verdict_that_fails_already_stays() -> None:
    altered = "Orr said “the ferry will be sold by the end of June”. [1]"
    assert with_quotations(verify)(altered, []) == ("unsupported", ("no passage is cited",))
    verdict, reasons = with_quotations(verify)(altered, [Citation(1, FERRY, 0, 60)])
    assert (verdict, len(reasons)) == (
        "quote altered",
        len(verify(altered, [Citation(1, FERRY, 0, 60)])[1]),
    )


def test_a_models_quotation_of_another_speaker_is_left_out(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, FERRY.text)]))
    told = "The ferry has 41 sailors [1]."
    reply = f"{told} Bo Lind said: “The ferry will be sold by the end of May” [1]."
    answer = archive.ask("What of the ferry?", model=ScriptedModel(reply, reply))
    assert answer.text.replace(" [1]", "") == "The ferry has 41 sailors."
    assert "not Bo Lind" in " ".join(answer.notes)


@given(st.text(alphabet="the ferry sold ‘’“”\"'[].…\n", max_size=80))
def test_any_text_can_be_checked(text: str) -> None:
    for found in check_quotations(text, [FERRY, BRIDGE]):
        assert 0 <= found.start < found.end <= len(text)
        assert (found.citation is None) == (found.outcome == "not found")
