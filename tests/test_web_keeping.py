"""What the page keeps and takes in: conversations, remarks, uploads; without a browser."""

from __future__ import annotations

import gzip
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive
from rag.errors import ConfigError, QueryError
from rag.store import Remark, writer_lock
from rag.web import adding
from rag.web.accounts import Account, Accounts
from rag.web.adding import (
    Adding,
    UploadOutcome,
    add_address,
    add_files,
    check_choice,
    rate_and_time,
    refusal,
    safe_name,
)
from rag.web.chat import REBUILDING, Chat
from rag.web.conversation import Conversation
from rag.web.form import Form
from rag.web.keeping import owner_of, unkept
from rag.web.server.guard import LARGEST_FILE
from rag.web.server.upload_store import UploadStore
from rag.web.server.uploads import Uploads
from rag.web.tabs.add import adding_html
from rag.web.tabs.conversations import list_html, reopened
from rag.web.tabs.feedback import NOT_SAVED, keep_remark, whole_number
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

NOW = datetime(2025, 5, 4, 12, tzinfo=UTC)
FERRY = "The Lindow ferry sank on Friday with 41 people aboard. All 41 people were saved."
SANK = "Which Lindow ferry sank with 41 people aboard?"
LAKE = "The lake at Brennick opened to swimmers on Sunday. The water was 17 degrees warm."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        opened.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY)]))
        yield opened


@pytest.fixture
def chat(archive: Archive) -> Chat:
    return Chat(archive)


def said(chat: Chat, question: str, conversation: Conversation | None = None) -> Conversation:
    """The conversation after one more question."""
    *_, last = chat.ask(Form(question), conversation or Conversation(owner="ada"))
    return last.conversation


def test_each_answer_is_kept_as_it_is_given(chat: Chat) -> None:
    first = said(chat, SANK)
    second = said(chat, "And how many were saved?", first)
    assert second.id == first.id != ""
    assert [turn.saved_number for turn in second.turns] == [1, 2]
    kept = chat.archive.conversations.get("ada", first.id)
    assert [turn.question for turn in kept.turns] == [SANK, "And how many were saved?"]
    assert kept.turns[1].answer["standalone"] == second.turns[1].searched


def test_a_conversation_that_was_deleted_begins_anew(chat: Chat) -> None:
    first = said(chat, SANK)
    chat.archive.conversations.delete("ada", first.id)
    again = said(chat, "And how many were saved?", first)
    assert again.id not in ("", first.id)
    assert [turn.saved_number for turn in again.turns] == [0, 1]


def test_another_readers_conversation_is_not_added_to(chat: Chat) -> None:
    theirs = said(chat, SANK)
    mine = said(chat, "How many were saved?", Conversation(theirs.turns, theirs.id, "bo"))
    assert mine.id != theirs.id
    assert len(chat.archive.conversations.get("ada", theirs.id).turns) == 1


def test_nothing_is_answered_from_an_archive_that_is_being_rebuilt(chat: Chat) -> None:
    with writer_lock(chat.archive.folder, "rebuild"):
        *_, last = chat.ask(Form(SANK), Conversation())
    assert (last.problem, last.question) == (REBUILDING, SANK)
    assert last.conversation.turns == ()
    with writer_lock(chat.archive.folder, "ingest"):
        *_, last = chat.ask(Form(SANK), Conversation())
    assert not last.problem
    assert len(last.conversation.turns) == 1


def test_a_refused_question_is_not_kept(chat: Chat) -> None:
    assert said(chat, " ").id == ""
    assert chat.archive.conversations.find("ada") == []


def test_a_kept_conversation_looks_as_it_did(chat: Chat) -> None:
    before = said(chat, "Who won the zorbing contest?", said(chat, SANK))
    frame = reopened(chat, "ada", before.id, Conversation())
    assert frame.conversation.html() == before.html()
    assert frame.conversation.turns == before.turns
    assert (frame.conversation.id, frame.problem) == (before.id, "")
    assert "cite-target" in (reopened(chat, "ada", said(chat, SANK).id, before).panel or "")


def test_a_shared_conversation_is_read_but_not_owned(chat: Chat) -> None:
    theirs = said(chat, SANK)
    refused = reopened(chat, "bo", theirs.id, Conversation(owner="bo"))
    assert refused.problem == f"there is no conversation {theirs.id!r}; it may have been deleted"
    assert (refused.turns, refused.conversation.id) == (None, "")
    chat.archive.conversations.share("ada", theirs.id, shared=True)
    read = reopened(chat, "bo", theirs.id, Conversation())
    assert len(read.conversation.turns) == 1
    assert (read.conversation.id, read.conversation.turns[0].saved_number) == ("", 0)


def test_the_list_marks_the_open_one_and_escapes_names(chat: Chat) -> None:
    open_one = said(chat, 'Lindow <b>"ferry"</b>?')
    said(chat, SANK)
    shown = list_html(chat.archive, "ada", "", open_one.id)
    assert shown.count("<li ") == 2
    assert shown.count('aria-current="true"') == 1
    assert "Lindow &lt;b&gt;&#34;ferry&#34;&lt;/b&gt;?" in shown
    assert "<b>" not in shown
    assert f'href="export/{open_one.id}.md"' in shown
    assert "No conversation is kept yet." in list_html(chat.archive, "bo", "", "")
    assert "No conversation holds these words." in list_html(chat.archive, "ada", "mill", "")


def test_a_reader_has_a_name_where_there_is_a_login() -> None:
    assert owner_of(None) == ""
    assert owner_of(SimpleNamespace(username=None)) == ""
    assert owner_of(SimpleNamespace(username="ada")) == "ada"


def test_remarks_are_of_the_answer_as_it_was_given(chat: Chat) -> None:
    talked = said(chat, SANK)
    keep_remark(chat, talked, "ada", 1, Remark("wrong citation", 1, "Another ferry."))
    (kept,) = chat.archive.feedback.all()
    assert kept.owner == "ada"
    assert kept.answer == chat.archive.conversations.get("ada", talked.id).turns[0].answer
    for conversation, turn in ((talked, 2), (talked, 0), (unkept(talked), 1)):
        with pytest.raises(QueryError, match=NOT_SAVED):
            keep_remark(chat, conversation, "ada", turn, Remark("helpful"))
    with pytest.raises(QueryError, match="there is no conversation"):
        keep_remark(chat, talked, "bo", 1, Remark("helpful"))


@pytest.mark.parametrize(
    ("value", "number"),
    [("7", 7), ("", None), ("-1", None), ("٣", None), ("1e3", None), ("9" * 7, None)],
)
def test_numbers_of_a_page_are_read_with_care(value: str, number: int | None) -> None:
    assert whole_number(value) == number


def ended(states: Iterator[Adding]) -> tuple[UploadOutcome, ...]:
    *_, last = states
    assert last.doing == ""
    return last.outcomes


def test_files_are_taken_in_and_answer_at_once(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "lake.txt").write_text(LAKE, encoding="utf-8")
    (tmp_path / "more.jsonl").write_text('{"text": "The mill closed."}\n{"text": 3}\n')
    outcomes = ended(add_files(archive, [tmp_path / "lake.txt", tmp_path / "more.jsonl"]))
    assert [(each.result, each.problem) for each in outcomes] == [
        ("1 added", False),
        ("1 added, 1 failed", True),
    ]
    assert any("'text' must be" in note for note in outcomes[1].notes)
    assert "17 degrees" in archive.ask("How warm was the water of the lake at Brennick?").text
    assert archive.coverage() == 1.0
    assert not (archive.folder / "uploads").exists()


def test_the_same_file_is_the_same_article_and_another_is_another(
    archive: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "note.txt"
    path.write_text(LAKE, encoding="utf-8")
    assert ended(add_files(archive, [path]))[0].result == "1 added"
    assert ended(add_files(archive, [path]))[0].result == "1 unchanged"
    path.write_text("The mill at Plover closed for good.", encoding="utf-8")
    assert ended(add_files(archive, [path]))[0].result == "1 added"
    assert archive.counts()[0] == 3


def test_what_cannot_be_read_is_refused_each_with_its_reason(
    archive: Archive, tmp_path: Path
) -> None:
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    outcomes = ended(
        add_files(
            archive,
            [
                file("program.exe", b"MZ"),
                file("empty.txt", b""),
                file("lying.md", b"PK\x03\x04\xff\xfe\x00"),
                tmp_path / "gone.txt",
            ],
        )
    )
    assert all(each.problem for each in outcomes)
    assert outcomes[0].result.startswith("unknown file type '.exe'; known: ")
    assert outcomes[1].result == "the file is empty"
    assert outcomes[2].result == "1 failed"
    assert "binary file" in outcomes[2].notes[0]
    assert outcomes[3].result == "the file has gone; choose it again"
    assert archive.counts()[0] == 1


def test_a_file_that_unpacks_to_too_much_is_refused(archive: Archive, tmp_path: Path) -> None:
    bomb, zipped = tmp_path / "bomb.jsonl.gz", tmp_path / "zipped.txt"
    with gzip.open(bomb, "wb") as packed:
        for _ in range(201):
            packed.write(b" " * (1 << 20))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as packed_zip:
        packed_zip.writestr("a", b" " * (201 << 20))
    assert max(bomb.stat().st_size, zipped.stat().st_size) < 1 << 20
    for outcome in ended(add_files(archive, [bomb, zipped])):
        assert outcome.result == "it unpacks to more than the 200 MB that a file may hold"
    whole = tmp_path / "whole.jsonl.gz"
    whole.write_bytes(gzip.compress(b'{"text": "The mill closed."}\n'))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole.read_bytes()[:-9])
    taken, failed = ended(add_files(archive, [whole, cut]))
    assert (taken.result, failed.problem) == ("1 added", True)


def test_a_file_may_be_so_large(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.touch()
    for size, why in ((LARGEST_FILE, ""), (LARGEST_FILE + 2**20, "51 MB is more than the 50 MB")):
        with path.open("r+b") as file:
            file.truncate(size)
        assert refusal(path).startswith(why)
        assert bool(refusal(path)) == bool(why)


def test_no_file_and_too_many_are_refused() -> None:
    check_choice(20, "", "2025")
    for files, date, why in (
        (0, "", "no file is chosen yet"),
        (21, "", "21 files are chosen; 20 at a time are the most"),
        (1, "someday", "'someday' is not a date"),
    ):
        with pytest.raises(QueryError, match=why):
            check_choice(files, "The Packet", date)


def test_addresses_need_the_network(archive: Archive) -> None:
    for feed in (False, True):
        outcome = ended(add_address(archive, "https://courier.example/feed", feed=feed))[0]
        assert outcome.problem
        assert "network" in outcome.result
    assert issubclass(ConfigError, Exception)


@pytest.mark.parametrize("feed", [False, True])
@pytest.mark.parametrize("given", ["  ", "/etc/passwd", "seeds", "../users.json", "-"])
def test_a_path_of_the_server_is_no_address(archive: Archive, given: str, feed: bool) -> None:
    before = archive.counts()
    with pytest.raises(QueryError, match="is no web address; paste one that begins with https://"):
        next(add_address(archive, given, feed=feed))
    assert archive.counts() == before


def test_another_writer_is_waited_for(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "lake.txt").write_text(LAKE, encoding="utf-8")
    with writer_lock(archive.folder, "test"):
        states = add_files(archive, [tmp_path / "lake.txt"])
        assert next(states).doing == "lake.txt: waiting until others have written"
    assert ended(states)[0].result == "1 added"


def test_a_writer_that_does_not_end_is_named(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "PATIENCE_SECONDS", 0.0)
    (tmp_path / "lake.txt").write_text(LAKE, encoding="utf-8")
    with writer_lock(archive.folder, "test"):
        outcome = ended(add_files(archive, [tmp_path / "lake.txt"]))[0]
    assert outcome.problem
    assert "is being written by process" in outcome.result
    assert threading.active_count() < 20


def test_progress_tells_its_rate_and_the_time_left() -> None:
    assert rate_and_time(5, 5, 2.0) == "5 of 5, 2.5 a second"
    assert rate_and_time(0, 5, 2.0) == "0 of 5, 0.0 a second"
    assert rate_and_time(1, 2, 0.0) == "1 of 2, 0.0 a second"


@given(st.text(max_size=120))
def test_names_lead_nowhere(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 80
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert all(character.isprintable() for character in safe)


def test_only_those_who_may_add_articles_do(tmp_path: Path) -> None:
    class Some(Accounts):
        def __init__(self) -> None:
            pass

        def get(self, name: str) -> Account | None:
            known = {"ada": "admin", "eve": "editor", "bo": "reader"}
            return Account(name, known[name]) if name in known else None  # type: ignore[arg-type]

    closed = Uploads(UploadStore(tmp_path), accounts=Some())
    assert [closed.allowed(name) for name in ("ada", "eve", "bo", "cy", "")] == [
        *(True, True),
        *(False, False, False),
    ]
    assert Uploads(UploadStore(tmp_path)).allowed("")


def test_what_became_of_files_is_escaped() -> None:
    state = Adding("reading <b>", (UploadOutcome("<i>.md", "1 failed", True, ("<u>why",)),))
    assert adding_html(state) == (
        '<p class="working">reading &lt;b&gt;</p><ul class="outcomes"><li class="problem">'
        '<span class="name" dir="auto">&lt;i&gt;.md</span>: 1 failed'
        "<ul><li>&lt;u&gt;why</li></ul></li></ul>"
    )
