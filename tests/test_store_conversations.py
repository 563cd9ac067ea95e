"""Conversations as they are stored: turns, titles, order, owners, and what readers remark."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, QueryError
from rag.store import Conversations, Database, Feedback, Remark, writer_lock
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

NOW = datetime(2025, 5, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def said(question: str, text: str = "The ferry sailed. [1]") -> dict[str, object]:
    return {"question": question, "text": text, "citations": [{"number": 1}, {"number": 3}]}


@pytest.fixture
def kept(database: Database) -> Conversations:
    return Conversations(database)


def titles(kept: Conversations, owner: str | None, words: str = "") -> list[str]:
    return [each.title for each in kept.find(owner, words)]


def test_a_conversation_holds_its_answers_in_their_order(kept: Conversations) -> None:
    id_, _ = kept.append("ada", "", said("When did  the\nferry sail?"), NOW)
    assert re.fullmatch(r"[\w-]{24}", id_)
    assert kept.append("ada", id_, said("And the harbour?", "It flooded."), LATER) == (id_, 2)
    found = kept.get("ada", id_)
    assert (found.summary.title, found.summary.turns) == ("When did the ferry sail?", 2)
    assert (found.summary.started, found.summary.changed) == (NOW, LATER)
    assert found.owner == "ada"
    assert [(turn.number, turn.question, turn.at) for turn in found.turns] == [
        (1, "When did  the\nferry sail?", NOW),
        (2, "And the harbour?", LATER),
    ]
    assert found.turns[1].answer == said("And the harbour?", "It flooded.")
    assert kept.answer("ada", id_, 2) == found.turns[1].answer
    with pytest.raises(QueryError, match=rf"conversation '{id_}' has no answer 3; it has 2"):
        kept.answer("ada", id_, 3)


def test_ids_cannot_be_guessed_from_one_another(kept: Conversations) -> None:
    ids = {kept.append("", "", said("Same?"), NOW)[0] for _ in range(50)}
    assert len(ids) == 50
    assert len({id_[:4] for id_ in ids}) > 40


def test_the_last_changed_comes_first_and_a_long_title_is_cut(kept: Conversations) -> None:
    first, _ = kept.append("ada", "", said("First?"), NOW)
    kept.append("ada", "", said("word " * 40), NOW + timedelta(minutes=1))
    assert titles(kept, "ada") == ["word " * 15 + "word…", "First?"]
    kept.append("ada", first, said("More?"), LATER)
    assert titles(kept, "ada")[0] == "First?"


def test_what_has_no_words_has_a_name_all_the_same(kept: Conversations) -> None:
    kept.append("ada", "", said(" \n"), NOW)
    assert titles(kept, "ada") == ["Untitled"]


def test_words_are_looked_for_in_titles_questions_and_answers(kept: Conversations) -> None:
    ferry, _ = kept.append("ada", "", said("Who paid?", "L’ÉNERGIE coûte 100 % plus."), NOW)
    kept.append("ada", "", said("Why did the harbour flood?", "It rained."), LATER)
    kept.rename("ada", ferry, "Ferry file")
    assert titles(kept, "ada", "énergie") == ["Ferry file"]
    assert titles(kept, "ada", "FERRY paid") == ["Ferry file"]
    assert titles(kept, "ada", "100 %") == ["Ferry file"]
    assert titles(kept, "ada", "ferry rained") == []
    assert titles(kept, "ada", "_") == []
    assert len(titles(kept, "ada", "  ")) == 2


def test_nobody_sees_or_changes_anothers_conversation(kept: Conversations) -> None:
    id_, _ = kept.append("ada", "", said("Secret?"), NOW)
    assert titles(kept, "bo") == titles(kept, "", "secret") == []
    assert titles(kept, None) == ["Secret?"]
    assert kept.get(None, id_).owner == "ada"
    unknown = re.escape(f"there is no conversation {id_!r}; it may have been deleted")
    with pytest.raises(QueryError, match=unknown):
        kept.get("bo", id_)
    with pytest.raises(QueryError, match=unknown):
        kept.append("bo", id_, said("Mine?"), NOW)
    with pytest.raises(QueryError, match=unknown):
        kept.rename("bo", id_, "Mine")
    with pytest.raises(QueryError, match=unknown):
        kept.share("bo", id_, shared=True)
    with pytest.raises(QueryError, match=unknown):
        kept.delete("bo", id_)
    assert kept.get("ada", id_).summary.title == "Secret?"


def test_a_shared_conversation_can_be_read_but_not_changed(kept: Conversations) -> None:
    id_, _ = kept.append("ada", "", said("Shared?"), NOW)
    kept.share("ada", id_, shared=True)
    assert kept.get("bo", id_).summary.shared
    assert titles(kept, "bo") == []
    with pytest.raises(QueryError, match="no conversation"):
        kept.append("bo", id_, said("Mine?"), NOW)
    kept.share("ada", id_, shared=False)
    with pytest.raises(QueryError, match="no conversation"):
        kept.get("bo", id_)
    assert not kept.get("ada", id_).summary.shared


def test_a_name_is_kept_on_one_line_and_must_say_something(kept: Conversations) -> None:
    id_, _ = kept.append("ada", "", said("Old?"), NOW)
    assert kept.rename("ada", id_, " New\n name ") == "New name"
    assert kept.get("ada", id_).summary.title == "New name"
    with pytest.raises(QueryError, match=r"' \\t' is not a title for a conversation"):
        kept.rename("ada", id_, " \t")


def test_what_is_deleted_is_gone(kept: Conversations, database: Database) -> None:
    id_, _ = kept.append("ada", "", said("Gone?"), NOW)
    kept.share("ada", id_, shared=True)
    kept.delete("ada", id_)
    with pytest.raises(QueryError, match="no conversation"):
        kept.get("ada", id_)
    with database.read() as connection:
        left = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("conversations", "turns")
        ]
        names = connection.exec_driver_sql("SELECT name FROM settings").scalars().all()
    assert left == [0, 0]
    assert not [name for name in names if id_ in name]


def test_a_kept_answer_that_is_no_object_is_damage(kept: Conversations, database: Database) -> None:
    id_, _ = kept.append("ada", "", said("Hurt?"), NOW)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE turns SET answer = '[1]'")
    with pytest.raises(ArchiveError, match="a saved answer is list, not an object"):
        kept.get("ada", id_)


def test_it_is_kept_while_another_process_holds_the_writers_lock(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a") as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, "The ferry sailed.")]))
        with writer_lock(tmp_path / "a", "test"):
            id_, _ = archive.conversations.append("", "", said("Now?"), NOW)
            archive.feedback.add("", Remark("helpful"), said("Now?"), NOW)
        assert archive.conversations.can_save()
        assert archive.conversations.get("", id_).turns[0].question == "Now?"


def test_a_busy_writer_is_waited_for(tmp_path: Path) -> None:
    Database(tmp_path, Settings().store, create=True).close()
    database = Database(tmp_path, Settings().store, read_only=True)
    writing, done = threading.Event(), threading.Event()
    order: list[str] = []

    def write() -> None:
        with Database(tmp_path, Settings().store).write():
            writing.set()
            done.wait(0.2)
            order.append("writer")

    with ThreadPoolExecutor() as pool:
        busy = pool.submit(write)
        writing.wait(10)
        Conversations(database).append("", "", said("Wait?"), NOW)
        order.append("reader")
        busy.result()
    database.close()
    assert order == ["writer", "reader"]


def test_twenty_readers_at_once_each_keep_their_own(kept: Conversations) -> None:
    def talk(number: int) -> list[str]:
        owner = f"reader {number}"
        id_, _ = kept.append(owner, "", said(f"Question {number}?"), NOW)
        kept.append(owner, id_, said("And then?"), LATER)
        return [turn.question for turn in kept.get(owner, id_).turns]

    with ThreadPoolExecutor(20) as pool:
        talked = list(pool.map(talk, range(20)))
    assert talked == [[f"Question {number}?", "And then?"] for number in range(20)]
    assert all(titles(kept, f"reader {number}") == [f"Question {number}?"] for number in range(20))


def test_nothing_is_kept_where_nothing_may_be_written(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a") as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, "The ferry sailed.")]))
    for path in [*(tmp_path / "a").rglob("*"), tmp_path / "a"]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    with Archive.open(tmp_path / "a") as archive:
        assert not archive.conversations.can_save()
        with pytest.raises(ArchiveError, match="cannot be opened or written"):
            archive.conversations.append("", "", said("Now?"), NOW)


def test_remarks_are_kept_with_the_whole_answer(database: Database) -> None:
    feedback = Feedback(database)
    answer = said("When?")
    assert (
        feedback.add("ada", Remark("wrong citation", 3, " Not the same ferry. "), answer, NOW) == 1
    )
    feedback.add("", Remark("helpful"), answer, LATER)
    first, second = feedback.all()
    assert (first.owner, first.remark) == (
        "ada",
        Remark("wrong citation", 3, "Not the same ferry."),
    )
    assert json.loads(json.dumps(first.to_dict())) == {
        "id": 1,
        "owner": "ada",
        "kind": "wrong citation",
        "citation": 3,
        "note": "Not the same ferry.",
        "at": "2025-05-04T12:00:00+00:00",
        "answer": answer,
    }
    assert (second.id, second.at, second.remark) == (2, LATER, Remark("helpful"))


@pytest.mark.parametrize(
    ("remark", "message"),
    [
        (Remark("great"), "feedback 'great' is unknown; choose one of helpful"),  # type: ignore[arg-type]
        (Remark("helpful", 1), "feedback 'helpful' with the citation 1 makes no sense"),
        (Remark("wrong citation"), "'wrong citation' with the citation None makes no sense"),
        (Remark("wrong citation", 2), r"the answer has no citation 2; it has \[1, 3\]"),
        (Remark("comment", note=" "), "a comment of ' ' says nothing"),
    ],
)
def test_remarks_that_say_nothing_are_refused(
    database: Database, remark: Remark, message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        Feedback(database).add("", remark, said("When?"), NOW)
    assert Feedback(database).all() == []
