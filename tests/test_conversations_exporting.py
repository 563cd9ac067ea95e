from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.archive import Archive
from rag.conversations.exporting import export_json, export_markdown, verify_export
from rag.conversations.stored_answers import UNREADABLE, restored
from rag.errors import ArchiveError, QueryError
from rag.evaluation.datasets import load_questions
from rag.records import Answer
from rag.store import KeptConversation, KeptTurn, Remark, Summary
from rag.store.rows import article_digest
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

NOW = datetime(2025, 5, 4, 12, tzinfo=UTC)
FERRY = "The Lindow ferry sank on Friday with 41 people aboard. All 41 people were saved."
HARBOUR = "The harbour of Marsk flooded on Monday after three days of rain."
SANK = "Which Lindow ferry sank with 41 people aboard?"
BOTH = "When did the Lindow ferry sink, and when did the harbour of Marsk flood?"
"""Asks for what two articles say, so that its answer cites both."""
ARTICLE = {"id": "a", "title": "", "publisher": "", "published": None, "url": "", "digest": None}
TURN = {"number": 1, "question": "", "at": "2025-05-04T12:00:00+00:00"}
ODD = st.text(alphabet="ab 1.#>-+*_`~[]()!<>{}$&|\\\n:/=@", max_size=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, FERRY), row(2, HARBOUR)]))
    return tmp_path / "archive"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    with open_archive(folder) as opened:
        yield opened


@pytest.fixture
def talked(archive: Archive) -> str:
    """A kept conversation of one answer."""
    said = archive.ask(SANK, as_of=NOW).to_dict()
    return archive.conversations.append("", "", said, NOW)[0]


@pytest.fixture
def dateline(dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("PYTHONUTF8", "1")
    return dateline


def revise(archive: Archive, text: str) -> None:
    path = archive.folder.parent / "revised.jsonl"
    archive.ingest(write_jsonl(path, [row(1, text)]))


def test_an_export_holds_every_quote_and_the_digest_of_its_article(
    archive: Archive, talked: str
) -> None:
    exported = export_json(archive.conversations.get("", talked), archive)
    assert json.loads(json.dumps(exported)) == exported
    assert (exported["format"], exported["version"]) == ("dateline conversation", 1)
    assert (exported["id"], exported["title"]) == (talked, SANK)
    (turn,) = exported["turns"]
    cited = turn["answer"]["citations"][0]
    assert cited["article_id"] == "courier.example/1"
    assert cited["revision"] == 1
    stored = archive.article("courier.example/1")
    assert stored.text[cited["start"] : cited["end"]] == cited["quote"]
    assert exported["articles"][0] == {
        "id": "courier.example/1",
        "title": "Story 1",
        "publisher": "The Courier",
        "published": "2025-05-03",
        "url": "https://courier.example/1",
        "revision": 1,
        "digest": article_digest(stored),
    }


def test_what_was_exported_holds_until_the_archive_changes(archive: Archive, talked: str) -> None:
    exported = export_json(archive.conversations.get("", talked), archive)
    found = verify_export(exported, archive)
    assert found.holds
    assert found.to_dict()["answers"][0]["holds"]
    revise(archive, FERRY.replace("41", "47"))
    changed = verify_export(exported, archive)
    assert not changed.holds
    assert changed.findings == ()
    assert changed.answers[0].citations[0].status == "changed"


def test_what_was_altered_in_an_export_is_found(archive: Archive, talked: str) -> None:
    exported = export_json(archive.conversations.get("", talked), archive)
    exported["articles"][0]["digest"] = "0" * 32
    found = verify_export(exported, archive)
    assert found.findings == (
        "revision 1 of 'courier.example/1' is not what was exported: its digest differs",
    )
    exported["articles"][0] |= {"revision": 7}
    assert verify_export(exported, archive).findings == (
        "the archive does not hold revision 7 of 'courier.example/1'",
    )
    del exported["articles"][0]
    assert "the export cites 'courier.example/1', but does not list it" in (
        verify_export(exported, archive).findings
    )
    assert not verify_export(exported, archive).holds


def test_an_article_that_has_gone_is_exported_without_a_digest(
    archive: Archive, talked: str, tmp_path: Path
) -> None:
    kept = archive.conversations.get("", talked)
    with open_archive(tmp_path / "other") as other:
        other.ingest(write_jsonl(tmp_path / "b.jsonl", [row(9, "The mill closed.")]))
        listed = export_json(kept, other)["articles"]
    assert listed[0]["digest"] is None
    assert listed[0]["url"] == "https://courier.example/1"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": "else"}, "this is no export, but 'else' of version 1"),
        ({"version": 2}, "of version 2; give the JSON that `dateline export` wrote"),
        ({"turns": {}}, r"this is no export: turns must be a list, not \{\}; give the JSON"),
        ({"turns": [3]}, r"turns\[0\] must be an object, not 3"),
        ({"turns": [TURN | {"answer": 3}]}, r"turns\[0\]\.answer must be an object, not 3"),
        ({"articles": None}, "articles must be a list, not None"),
        ({"articles": [{"id": 1}]}, r"articles\[0\]\.id must be text, not 1"),
        ({"articles": [ARTICLE | {"revision": True}]}, "revision must be a whole number, not True"),
        ({"articles": [ARTICLE | {"revision": 0}]}, "revision must be 1 or more, not 0"),
        ({"articles": [ARTICLE | {"revision": 10**30}]}, "revision must be less than 92"),
        ({"articles": [ARTICLE | {"id": "\ud800"}]}, "id must be the id of an article, not '"),
    ],
)
def test_what_is_no_export_is_refused(
    archive: Archive, talked: str, changed: dict[str, object], message: str
) -> None:
    exported = export_json(archive.conversations.get("", talked), archive) | changed
    with pytest.raises(QueryError, match=message):
        verify_export(exported, archive)


def test_markdown_reads_as_it_was_said(archive: Archive, talked: str) -> None:
    text = export_markdown(archive.conversations.get("", talked), archive)
    digest = article_digest(archive.article("courier.example/1"))
    assert text.startswith(f"# {SANK}\n\nExported from Dateline; begun 2025-05-04 12:00 UTC.\n")
    assert "> The Lindow ferry sank on Friday with 41 people aboard.\n>\n> \\[1\\] The" in text
    assert "address: https://courier.example/1" in text
    assert f"courier.example/1, revision 1, characters 0 to 54, digest {digest}" in text


def test_nearest_sentences_are_exported_as_such(archive: Archive) -> None:
    sank, none = archive.ask(SANK, as_of=NOW), archive.ask("Who won the zorbing contest?")
    said = replace(none, as_of=NOW, citations=sank.citations[:1])
    id_, _ = archive.conversations.append("", "", said.to_dict(), NOW)
    kept = archive.conversations.get("", id_)
    shown = export_markdown(kept, archive)
    assert "Nearest, but no answer:\n\n> The Lindow ferry sank on Friday" in shown
    exported = export_json(kept, archive)
    assert [each["id"] for each in exported["articles"]] == ["courier.example/1"]
    assert verify_export(exported, archive).holds
    claiming = sank.to_dict()["claims"]
    exported["turns"][0]["answer"] |= {"text": sank.text, "claims": claiming}
    [answer] = verify_export(exported, archive).answers
    assert "the answer is declined, and yet it makes claims" in answer.findings


@given(ODD, ODD)
def test_nothing_that_was_said_becomes_markup(question: str, quote: str) -> None:
    cited = {"article_id": quote, "title": question, "publisher": quote, "published": None}
    place = {"number": 1, "url": quote, "start": 0, "end": 1, "quote": quote}
    answer = Answer(question, question, quote, NOW).to_dict() | {"citations": [cited | place]}
    turn = KeptTurn(1, question, answer, NOW)
    kept = KeptConversation(Summary("id", question or "x", NOW, NOW, 1), "", (turn,))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(export_markdown(kept, _Nothing()))
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "softbreak", "hardbreak", "text_special"}
    kinds = {token.type for token in tokens}
    assert not kinds & {"fence", "code_block", "html_block", "table_open", "bullet_list_open"}
    assert not kinds & {"ordered_list_open", "hr"}


class _Nothing(Archive):
    """An archive that holds no article."""

    def __init__(self) -> None:
        pass

    def article(self, article_id: str, revision: int | None = None) -> object:  # type: ignore[override]
        raise ArchiveError(article_id)


def test_a_kept_answer_comes_back_as_it_was(archive: Archive) -> None:
    for question in (SANK, "Who won the zorbing contest?", "What did The Courier say in May 2025?"):
        answer = archive.ask(question, as_of=NOW)
        again = restored(json.loads(json.dumps(answer.to_dict())), archive.article)
        assert again.to_dict() == answer.to_dict()
        assert again.citations == answer.citations
        assert again.claims == answer.claims


def test_an_answer_shows_the_revision_it_was_made_from(archive: Archive) -> None:
    kept = archive.ask(SANK, as_of=NOW).to_dict()
    revise(archive, FERRY.replace("41", "47"))
    again = restored(kept, archive.article)
    assert again.citations[0].article.revision == 1
    assert again.citations[0].quote == "The Lindow ferry sank on Friday with 41 people aboard."
    assert again.unresolved == ()


def test_what_can_no_longer_be_cited_is_said(archive: Archive) -> None:
    kept = archive.ask(BOTH, as_of=NOW).to_dict()
    assert [cited["number"] for cited in kept["citations"]] == [1, 2, 3]
    kept["citations"][0]["quote"] = "Something else."
    kept["citations"][1]["article_id"] = "gone.example/1"
    again = restored(kept, archive.article)
    assert again.unresolved == (1, 2)
    assert [citation.number for citation in again.citations] == [3]
    assert again.notes[-1] == "The words behind [1], [2] are no longer in the archive."


def test_a_stored_answer_that_cannot_be_read_is_exported_as_it_is(
    archive: Archive, talked: str
) -> None:
    sank = archive.conversations.get("", talked).turns[0]
    turns = (sank, KeptTurn(2, "And then?", {"text": "It *sank*.", "hits": 3}, NOW))
    kept = KeptConversation(Summary("id", "Ferries", NOW, NOW, 2), "", turns)
    exported = export_json(kept, archive)
    assert [turn["answer"] for turn in exported["turns"]] == [turn.answer for turn in turns]
    markdown = export_markdown(kept, archive)
    assert f"Asked 2025-05-04 12:00 UTC. {UNREADABLE}\n\nIt \\*sank\\*.\n" in markdown
    assert "> The Lindow ferry sank on Friday with 41 people aboard.\n" in markdown
    with pytest.raises(QueryError, match=r"turns\[1\]\.answer\.question is missing; "):
        verify_export(exported, archive)


def test_an_article_exported_without_its_revision_is_compared_with_the_newest(
    archive: Archive, talked: str
) -> None:
    exported = export_json(archive.conversations.get("", talked), archive)
    for each in exported["articles"]:
        each["revision"] = None
    assert verify_export(exported, archive).findings == ()
    exported["articles"].append(ARTICLE | {"revision": None})
    assert verify_export(exported, archive).findings == ("the archive does not hold 'a'",)


@pytest.mark.parametrize("broken", [{}, {"text": "It sank."}, {"text": "It sank.", "hits": 3}])
def test_what_is_no_answer_is_shown_as_its_text(
    archive: Archive, broken: dict[str, object]
) -> None:
    again = restored(broken, archive.article)
    assert again.text == broken.get("text", "")
    assert (again.citations, again.notes) == ((), (UNREADABLE,))


def test_conversations_are_listed_exported_and_verified_by_command(
    folder: Path, talked: str, dateline: Commands, tmp_path: Path
) -> None:
    at = ("--archive", folder)
    listed = dateline("conversations", *at).out
    assert listed == f"{talked}  2025-05-04 12:00    1  {SANK}\n"
    assert dateline("conversations", *at, "--search", "lindow", "--json").json[0]["id"] == talked
    assert dateline("conversations", *at, "--owner", "ada").out == "no conversation is kept\n"
    out = tmp_path / "kept.json"
    assert f"written: {out}" in dateline("export", talked, *at, "--out", out).err
    assert dateline("export", talked, *at).json == json.loads(out.read_text(encoding="utf-8"))
    assert dateline("export", talked, *at, "--format", "markdown").out.startswith(f"# {SANK}\n")
    assert "the export holds\n" in dateline("verify-export", out, *at).out
    dateline("export", "nobody", *at).refused("there is no conversation 'nobody'")
    dateline("export", talked, *at, "--out", tmp_path / "no" / "x").refused("cannot be read or wri")


def test_an_export_that_no_longer_holds_ends_with_1(
    folder: Path, talked: str, dateline: Commands, tmp_path: Path
) -> None:
    at, out = ("--archive", folder), tmp_path / "kept.json"
    dateline("export", talked, *at, "--out", out)
    with open_archive(folder) as archive:
        revise(archive, FERRY.replace("41", "47"))
    ended = dateline("verify-export", out, *at)
    assert ended.status == 1
    assert "“41”" in ended.out
    assert ended.out.endswith("the export no longer holds\n")
    assert json.loads(dateline("verify-export", out, *at, "--json").out)["holds"] is False
    out.write_text("# Markdown")
    dateline("verify-export", out, *at).refused("is not JSON", "`dateline export`")
    out.write_text("[]")
    dateline("verify-export", out, *at).refused("holds no export")
    dateline("verify-export", tmp_path / "none.json", *at).refused("name the file of an export")


def test_remarks_become_questions_that_can_be_measured_with(
    folder: Path, dateline: Commands, tmp_path: Path
) -> None:
    with open_archive(folder) as archive:
        feedback = archive.feedback
        both = archive.ask(BOTH, as_of=NOW).to_dict()
        none = archive.ask("Who won the zorbing contest?", as_of=NOW).to_dict()
        assert none["abstained"]
        wrong = next(
            each["number"] for each in both["citations"] if each["article_id"].endswith("/2")
        )
        feedback.add("ada", Remark("helpful"), both, NOW)
        feedback.add("bo", Remark("wrong citation", wrong, "Another story."), both, NOW)
        feedback.add("bo", Remark("helpful"), none | {"citations": both["citations"]}, NOW)
        feedback.add(
            "bo", Remark("unhelpful", note="Too short."), _asked(archive, "And Marsk?"), NOW
        )
        feedback.add("bo", Remark("helpful"), {"question": " "}, NOW)
    at, out = ("--archive", folder), tmp_path / "questions.jsonl"
    assert "3 questions" in dateline("feedback", "questions", *at, "--out", out).err
    ferry, zorbing, marsk = load_questions(out)
    assert (ferry.question, ferry.gold, ferry.date) == (BOTH, ("courier.example/1",), "2025-05-04")
    assert zorbing.unanswerable
    assert (marsk.gold, marsk.unanswerable) == ((), False)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert rows[0]["notes"] == ["wrong citation (courier.example/2): Another story."]
    assert rows[2]["notes"] == ["unhelpful: Too short."]
    exported = dateline("feedback", "export", *at).out.splitlines()
    assert [json.loads(line)["owner"] for line in exported] == ["ada", "bo", "bo", "bo", "bo"]
    assert json.loads(exported[0])["answer"] == both
    listed = dateline("feedback", "list", *at).out.splitlines()
    assert listed[1] == (f"2  2025-05-04 12:00  wrong citation [{wrong}]: Another story.  ({BOTH})")
    assert len(dateline("feedback", "list", *at, "--json").json) == 5


def _asked(archive: Archive, question: str) -> dict[str, object]:
    return archive.ask(question, as_of=NOW).to_dict()


def test_nobody_has_said_anything_yet(folder: Path, dateline: Commands) -> None:
    assert dateline("feedback", "list", "--archive", folder).out == "nobody has said anything yet\n"
    assert dateline("feedback", "export", "--archive", folder).out == ""


def test_what_a_terminal_would_obey_is_shown_and_never_written(
    folder: Path, dateline: Commands
) -> None:
    hostile = "The \x1b]0;owned\x07 Grell barge burnt \x9b2J on Sunday with 12 crates aboard."
    with open_archive(folder) as archive:
        path = write_jsonl(folder.parent / "b.jsonl", [row(3, hostile, title="B\x1b[31marge")])
        archive.ingest(path)
        said = archive.ask("Which Grell barge burnt with 12 crates?", as_of=NOW).to_dict()
        id_ = archive.conversations.append("", "", said, NOW)[0]
    quote = said["citations"][0]["quote"]
    # What is a command to a terminal in one byte is a character of Windows-1252.
    assert "\x1b" in quote
    assert "burnt ›2J" in quote
    at = ("--archive", folder)
    markdown = dateline("export", id_, *at, "--format", "markdown").out
    as_json = dateline("export", id_, *at).out
    for written in (markdown, as_json, dateline("search", "Grell barge", *at, "--json").out):
        assert not {c for c in written if c != "\n" and (c < " " or "\x7f" <= c <= "\x9f")}
    assert "burnt ›2J on Sunday" in markdown
    assert markdown.count("Control characters are shown as \ufffd; the JSON export has each") == 1
    assert json.loads(as_json)["turns"][0]["answer"]["citations"][0]["quote"] == quote
