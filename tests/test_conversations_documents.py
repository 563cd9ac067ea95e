"""Conversations as documents, and the names of their files."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive
from rag.conversations.documents import (
    answer_markdown,
    answer_plain,
    disposition,
    export_docx,
    export_html,
    file_name,
)
from rag.conversations.exporting import export_json, one_answer, verify_export
from rag.errors import QueryError
from rag.records import Answer, Citation
from rag.store import KeptConversation
from tests.builders import article, open_archive, row, write_jsonl
from tests.commands import Commands

NOW = datetime(2025, 6, 1, 12, 5, tzinfo=UTC)
TEXT = 'It <b>sank</b> & "burnt" [1].\x1b[2J'
QUESTION = "What <i>sank</i>?"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    literal = TEXT.replace("<", "&lt;")
    opened.ingest(write_jsonl(tmp_path / "a.jsonl", [row(1, literal, title="Loss <x>")]))
    return opened


def kept(archive: Archive) -> KeptConversation:
    """Two answers: one that cites, one that is declined and has nothing near."""
    story = archive.article("courier.example/1")
    text = f"The Courier: {story.text} [1]\n\nAnd <script>alert(1)</script>."
    first = Answer(QUESTION, QUESTION, text, NOW, citations=(Citation(1, story, 0, 14),))
    second = Answer("And then?", "And then?", "Nothing.", NOW, abstained=True, reason="none")
    id_, _ = archive.conversations.append("", "", first.to_dict(), NOW)
    archive.conversations.append("", id_, second.to_dict(), NOW)
    return archive.conversations.get("", id_)


def test_html_is_one_file_in_which_nothing_becomes_markup(archive: Archive) -> None:
    written = export_html(kept(archive), archive)
    assert "<title>What &lt;i&gt;sank&lt;/i&gt;?</title>" in written
    assert "default-src 'none'; style-src 'unsafe-inline'" in written
    assert '<p class="asked">Asked 2025-06-01 12:05 UTC, answered as of 2025-06-01' in written
    assert "And &lt;script&gt;alert(1)&lt;/script&gt;." in written
    assert '<blockquote dir="auto">It &lt;b&gt;sank&lt;/b&gt;</blockquote>' in written
    assert "[1] The Courier, 2025-05-03, Loss &lt;x&gt;<br>" in written
    assert '<a href="https://courier.example/1" rel="noopener noreferrer nofollow">' in written
    assert re.search(r"revision 1, characters 0 to 14, digest [0-9a-f]{16,}", written)
    assert "\x1b" not in written
    assert set(re.findall(r"<(\w+)", written)) == {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p"),
        *("figure", "blockquote", "figcaption", "br", "a"),
    }


def test_word_has_the_same_words(archive: Archive) -> None:
    document = Document(io.BytesIO(export_docx(kept(archive), archive)))
    words = [each.text for each in document.paragraphs]
    assert words[0] == QUESTION
    assert words[2] == QUESTION
    assert words[3] == "Asked 2025-06-01 12:05 UTC, answered as of 2025-06-01 12:05 UTC."
    assert words[5] == "And <script>alert(1)</script>."
    assert words[6] == "It <b>sank</b>"
    assert words[7].startswith("[1] The Courier, 2025-05-03, Loss <x>\nhttps://courier.example/1\n")
    assert words[8:] == ["And then?", words[9], "Nothing."]
    assert document.core_properties.title == QUESTION


def test_one_answer_is_an_export_that_holds(archive: Archive) -> None:
    whole = kept(archive)
    one = one_answer(whole, 1)
    assert (one.summary.title, one.summary.turns, len(one.turns)) == (QUESTION, 1, 1)
    assert verify_export(export_json(one, archive), archive).holds
    with pytest.raises(QueryError, match="has no answer 3; it has 2"):
        one_answer(whole, 3)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Who paid?", "Who paid.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ('a"b\r\nSet-Cookie: x', "a b Set-Cookie x.md"),
        ("Où va l’été – et qui paie…", "Où va l’été – et qui paie.md"),
        ("沈んだフェリー", "沈んだフェリー.md"),
        ("evil\u202excod.exe", "evil xcod.exe.md"),
        ("", "Dateline.md"),
        ("???", "Dateline.md"),
        ("con", "Dateline con.md"),
        ("\ud800a", "a.md"),
        ("x" * 200, "x" * 80 + ".md"),
        ("語" * 80, "語" * 60 + ".md"),
    ],
)
def test_a_file_is_named_by_its_title(title: str, name: str) -> None:
    assert file_name(title, "md") == name


@given(st.text(max_size=120))
def test_every_title_makes_a_name_and_a_header_of_plain_letters(title: str) -> None:
    name = file_name(title, "docx")
    assert len(name.encode()) <= 200
    assert not set(name) & set('\\/:*?"<>|\r\n\0')
    header = disposition(name)
    assert header.isascii()
    assert header.count('"') == 2
    assert "\r" not in header
    assert "\n" not in header


def test_an_answer_is_text_with_its_sources() -> None:
    story = replace(article("It sank *here*.", title="Loss [x]"), authors=("Ada Brandt",))
    answer = Answer(
        "What?", "What?", "It sank *here*. [1]", NOW, citations=(Citation(1, story, 0, 7),)
    )
    assert answer_plain(answer) == (
        "What?\n\nIt sank *here*. [1]\n\n"
        "[1] Ada Brandt, “Loss [x],” The Courier, 3 May 2025, https://courier.example/ferry"
    )
    assert answer_markdown(answer) == (
        "**What?**\n\nIt sank \\*here\\*. \\[1\\]\n\n"
        "\\[1\\] Ada Brandt, [Loss \\[x\\]](<https://courier.example/ferry>), "
        "*The Courier*, 3 May 2025"
    )
    declined = replace(answer, abstained=True)
    assert "Nearest, but no answer:\n[1] Ada" in answer_plain(declined)
    assert answer_plain(replace(declined, citations=())) == "What?\n\nIt sank *here*. [1]"


def test_the_command_writes_each_form_and_names_the_file(
    archive: Archive, tmp_path: Path, dateline: Commands
) -> None:
    id_ = kept(archive).summary.id
    archive.close()
    dateline("export", id_, "--format", "docx").refused("a Word file is no text to print")
    for form, ending in (("docx", "docx"), ("html", "html"), ("markdown", "md"), ("json", "json")):
        assert dateline("export", id_, "--format", form, "--out", str(tmp_path)).status == 0
        assert (tmp_path / f"What i sank i.{ending}").stat().st_size > 200
