"""What an answer does with a question that is odd: asked before, of nobody known, of two things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.records import Message
from tests.builders import open_archive, row, write_jsonl

FERRY = (
    "The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers of the ferry were brought ashore by lifeboat. "
    "The ferry Marigold belongs to Brandt Lines of Grevesand, which bought it in May. "
    "Divers will look at the hull of the ferry on Monday."
)
MILL = "The mill of Orrenby burnt down on Sunday night. Two people were hurt in the mill fire."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    rows = [row(1, FERRY, title="Ferry Marigold aground"), row(2, MILL, title="Mill fire")]
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        yield opened


def test_another_question_is_not_answered_with_the_same_words(archive: Archive) -> None:
    first = "What happened to the ferry Marigold?"
    before = archive.ask(first)
    history = [Message("user", first), Message("assistant", before.text)]
    shown = {each.quote for each in before.citations}
    other = archive.ask("Tell me about the ferry Marigold", history)
    assert not other.abstained
    assert {each.quote for each in other.citations} != shown
    again = archive.ask(first, history)
    assert [each.quote for each in again.citations] == [each.quote for each in before.citations]


def test_a_name_that_no_article_mentions_is_named(archive: Archive) -> None:
    answer = archive.ask("What happened to the Lindow ferry?")
    assert answer.abstained
    assert answer.reason == "found but not answered: no article mentions “Lindow”"
    assert answer.confidence <= 0.4
    # A slip of the hand, and a word made of a name, are no unknown names.
    assert not archive.ask("What happened to the ferry Marigol?").abstained
    assert "mentions" not in archive.ask("Who hurt the Orrenbyan people?").reason


def test_the_latest_of_an_archive_that_has_ended_is_its_newest(tmp_path: Path) -> None:
    asked = "What is the latest on the ferry Marigold?"
    ferry = row(1, FERRY, title="Ferry Marigold aground", date="2025-05-02")
    mill = row(2, MILL, title="Mill fire", date="2025-07-28")
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "one.jsonl", [ferry]))
        ended = archive.ask(asked, as_of="2025-08-01")
        assert any("ferry Marigold" in each.quote for each in ended.citations)
        assert ended.notes[0].endswith("the archive ends on 2 May 2025.")
        archive.ingest(write_jsonl(tmp_path / "two.jsonl", [mill]))
        growing = archive.ask(asked, as_of="2025-08-01")
        assert growing.abstained
        assert growing.text.startswith(
            "The archive has nothing new: the newest article on this is of 2 May 2025"
        )


@pytest.mark.parametrize("question", ["???", "the of and", "Xylophone quartz zebra?"])
def test_where_no_word_is_shared_no_article_is_near(archive: Archive, question: str) -> None:
    answer = archive.ask(question)
    assert answer.text == "The archive holds nothing on this."
    assert answer.reason.startswith("nothing found: no article shares a word")
    assert answer.hits == ()


def test_of_two_questions_each_can_be_asked_alone(archive: Archive) -> None:
    declined = archive.ask("Who sang at the opera and when did the chess final start?")
    assert [each.question for each in declined.ways_on[:2]] == [
        "Who sang at the opera?",
        "When did the chess final start?",
    ]
    answered = archive.ask("What happened to the ferry Marigold? Who was hurt in the mill fire?")
    assert answered.notes == (
        "You asked 2 questions; ask each alone: “What happened to the ferry Marigold?” "
        "“Who was hurt in the mill fire?”",
    )
