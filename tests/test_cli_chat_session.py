"""A conversation: what is carried on, what is stopped, and what a citation points at."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive
from rag.cli.chat_session import ChatSession, ChatTurn, Scope, surroundings
from rag.errors import QueryError
from rag.llms import ScriptedModel
from rag.records import Answer, Citation, Filters, Message, Span
from tests.builders import article, drained, open_archive, row, write_jsonl

FERRY = (
    "The sea was rough. The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers came ashore. Nobody was hurt. The crew stayed."
)
BUDGET = "The council passed a budget of 12 million crowns."
GROUNDED = "The ferry Marigold ran aground off Grevesand on Friday."
WHERE = "Where did the ferry Marigold run aground?"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, FERRY), row(2, BUDGET)]))
    return opened


def whole(stream: Generator[str, None, Answer]) -> tuple[str, Answer]:
    """The pieces together, and the answer."""
    pieces, answer = drained(stream)
    return "".join(pieces), answer


def cited(text: str, start: int, end: int) -> Citation:
    return Citation(1, article(text), start, end)


def test_an_answer_is_asked_for_with_the_turns_before_it(archive: Archive) -> None:
    model = ScriptedModel(f"{GROUNDED} [1]", "All 41 passengers came ashore. [1]")
    session = ChatSession(archive, model)
    pieces, first = whole(session.ask(WHERE))
    assert pieces == f"{GROUNDED} [1]"
    assert session.turns == (ChatTurn(WHERE, first.text, first),)
    _, second = whole(session.ask("How many passengers came ashore?"))
    assert [message.content for message in model.asked[1][1:3]] == [WHERE, GROUNDED]
    assert session.history() == [
        Message("user", WHERE),
        Message("assistant", first.text),
        Message("user", "How many passengers came ashore?"),
        Message("assistant", second.text),
    ]
    assert [citation.number for citation in second.citations] == [1]
    assert session.context(1).citation.quote == "All 41 passengers came ashore."


def test_a_cleared_conversation_starts_afresh(archive: Archive) -> None:
    session = ChatSession(archive)
    whole(session.ask(WHERE))
    session.turns = ()
    assert session.history() == []
    with pytest.raises(QueryError, match=r"has no citation \[1\]; it cites nothing"):
        session.context(1)


def test_a_forgotten_turn_is_the_last_one(archive: Archive) -> None:
    session = ChatSession(archive)
    whole(session.ask(WHERE))
    whole(session.ask("How large is the budget in crowns?"))
    session.turns = session.turns[:-1]
    assert [turn.question for turn in session.turns] == [WHERE]


def test_a_stopped_answer_keeps_what_was_written_and_ends_the_request(archive: Archive) -> None:
    closed: list[bool] = []

    class Watched(ScriptedModel):
        def stream(self, messages):  # type: ignore[no-untyped-def]
            try:
                yield from super().stream(messages)
            finally:
                closed.append(True)

    session = ChatSession(archive, Watched("It ran aground [1] and there it stays."))
    stream = session.ask(WHERE)
    assert [next(stream), next(stream)] == ["It ", "ran "]
    assert closed == []
    stream.close()
    assert closed == [True]
    assert session.turns == (ChatTurn(WHERE, "It ran "),)
    assert session.history()[1:] == [Message("assistant", "It ran ")]
    with pytest.raises(QueryError, match="cites nothing"):
        session.context(1)


def test_stopped_before_its_first_word_a_question_has_no_reply(archive: Archive) -> None:
    class Interrupted(ScriptedModel):
        def stream(self, messages):  # type: ignore[no-untyped-def]
            raise KeyboardInterrupt

    session = ChatSession(archive, Interrupted())
    with pytest.raises(KeyboardInterrupt):
        whole(session.ask(WHERE))
    assert session.history() == [Message("user", WHERE)]


def test_a_refused_question_does_not_stay(archive: Archive) -> None:
    session = ChatSession(archive)
    with pytest.raises(QueryError, match="10,001 characters"):
        whole(session.ask("x" * 10_001))
    assert session.turns == ()


def test_a_failing_model_is_replaced_by_the_articles_words(archive: Archive) -> None:
    session = ChatSession(archive, ScriptedModel())
    _, answer = whole(session.ask(WHERE))
    assert "did not answer" in answer.notes[0]
    assert answer.citations[0].quote == GROUNDED
    assert session.turns[0].text == answer.text


def test_the_scope_holds_for_every_question(archive: Archive) -> None:
    before = datetime(2025, 1, 1, tzinfo=UTC)
    _, early = whole(ChatSession(archive, scope=Scope(as_of=before)).ask(WHERE))
    assert (early.abstained, early.as_of, early.hits) == (True, before, ())
    elsewhere = Filters(publishers=("Radio North",))
    _, other = whole(ChatSession(archive, scope=Scope(elsewhere)).ask(WHERE))
    assert (other.filters, other.hits) == (elsewhere, ())


def test_a_citation_is_shown_between_two_sentences_on_each_side(archive: Archive) -> None:
    session = ChatSession(archive)
    whole(session.ask(WHERE))
    context = session.context(1)
    assert context.citation.quote == GROUNDED
    assert context.before == ("The sea was rough.",)
    assert context.after == ("All 41 passengers came ashore.", "Nobody was hurt.")
    assert (context.now.status, context.now.reason) == ("holds", "")
    with pytest.raises(QueryError, match=r"no citation \[9\]; it cites \[1\]"):
        session.context(9)


def test_furniture_is_no_context() -> None:
    text = "By Ilse Brandt.\n\nIt blew. It sank. It rose."
    signed = article(text, furniture=[Span(0, 15, "byline")])
    place = text.index("It sank.")
    citation = Citation(1, signed, place, place + 8)
    assert surroundings(citation) == (("It blew.",), ("It rose.",))


def test_of_a_long_article_no_half_sentence_is_shown() -> None:
    text = " ".join(f"Sentence {n:04} of it ends." for n in range(300))
    place = text.index("Sentence 0200")
    citation = cited(text, place, place + len("Sentence 0200 of it ends."))
    assert surroundings(citation) == (
        ("Sentence 0198 of it ends.", "Sentence 0199 of it ends."),
        ("Sentence 0201 of it ends.", "Sentence 0202 of it ends."),
    )


@given(st.text("ab .!?\n“”", min_size=1, max_size=80), st.data())
def test_context_stands_in_the_article_around_the_citation(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    before, after = surroundings(cited(text, start, end))
    assert all(one in text[:start] for one in before)
    assert all(one in text[end:] for one in after)
    assert max(len(before), len(after)) <= 2


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        (FERRY, "holds", ""),
        (FERRY.replace("Nobody", "No one"), "holds", ""),
        (f"At noon, then. {FERRY}", "holds", "the same words stand at another place"),
        (FERRY.replace("Friday", "Sunday"), "changed", "“Sunday”, not “Friday”"),
    ],
)
def test_a_revision_after_the_answer_is_told(
    archive: Archive, tmp_path: Path, text: str, status: str, reason: str
) -> None:
    session = ChatSession(archive)
    whole(session.ask(WHERE))
    archive.ingest(write_jsonl(tmp_path / "again.jsonl", [row(1, text)]))
    told = session.context(1)
    assert told.citation.quote == GROUNDED
    assert told.now.status == status
    assert reason in told.now.reason
    assert bool(told.now.reason) == bool(reason)
