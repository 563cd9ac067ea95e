"""The revisions of an article, when each stood, and what it changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive
from rag.errors import ArchiveError
from rag.records import Answer
from rag.retrieval.history import condensed, later_texts, text_changes
from rag.verification.quotes.records import Change, shown
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

FIRST = "The ferry Marigold ran aground.\n\nAll 41 passengers came ashore."
SECOND = (
    "Updated May 5, 2025, 12:00 p.m. UTC\n\nThe ferry Marigold ran aground.\n\n"
    "Only 38 passengers came ashore.\n\nCorrection: An earlier version misstated their number."
)
NOW = datetime(2025, 7, 1, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    opened = open_archive(tmp_path / "archive")
    for text, title in ((FIRST, "Ferry aground"), (SECOND, "Ferry aground, 38 ashore")):
        rows = [row(1, text, title=title), row(2, "Fog lay over the harbour.", date="")]
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
    return opened


def test_each_revision_says_when_it_stood_and_what_it_changed(archive: Archive) -> None:
    first, second = archive.history("courier.example/1")
    noon = datetime(2025, 5, 5, 12, tzinfo=UTC)
    assert (first.since, first.until) == (datetime(2025, 5, 3, tzinfo=UTC), noon)
    assert (second.since, second.until) == (noon, None)
    assert (first.article.revision, second.article.revision) == (1, 2)
    assert (first.run, second.run) == (1, 2)
    assert (first.changes, first.fields, first.notices) == ((), (), ())
    assert second.fields == ("title",)
    assert [notice.kind for notice in second.notices] == ["update", "correction"]
    assert shown(second.changes) == (
        "{+Updated May 5, 2025, 12:00 p.m. UTC+} The ferry Marigold ran aground. "
        "[-All 41-]{+Only 38+} passengers came ashore "
        "{+Correction: An earlier version misstated their number+}"
    )


def test_an_only_revision_stands_from_its_publication_where_that_is_known(archive: Archive) -> None:
    (only,) = archive.history("courier.example/2")
    assert (only.since, only.until, only.changes) == (None, None, ())
    with pytest.raises(ArchiveError, match=r"no article 'courier.example/9'; dateline"):
        archive.history("courier.example/9")


def test_an_answer_that_cites_what_stands_is_left_as_it_is(archive: Archive) -> None:
    answer = Answer("Who?", "Who?", "Nobody.", NOW)
    assert later_texts(answer, archive.snapshot().store) is answer


def test_marks_that_differ_between_the_same_words_are_shown() -> None:
    assert text_changes("It sank.", "It sank!") == (Change("replaced", "It sank.", "It sank!"),)
    assert text_changes("It sank.", "It sank.") == ()


def test_long_stretches_that_did_not_change_are_cut() -> None:
    words = " ".join(str(n) for n in range(20))
    cut = "0 1 2 3 4 5 6 7 … 12 13 14 15 16 17 18 19"
    changes = (Change("same", words, words), Change("replaced", words, "20"))
    assert condensed(changes) == (Change("same", words, cut), changes[1])
    short = (Change("same", "It sank.", "It sank."),)
    assert condensed(short) == short


LINES = st.lists(st.sampled_from(["It sank.", "Four died.", "", "Five died.", "éé", "…"]))


@given(LINES, LINES)
def test_a_diff_holds_all_words_of_both_texts(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    changes = text_changes(before, after)
    if before == after:
        assert changes == ()
        return
    kept = [
        "".join(character for character in text if character.isalnum()) for text in (before, after)
    ]
    asked, stored = ([change.asked for change in changes], [change.stored for change in changes])
    assert kept == [
        "".join(character for part in parts for character in part if character.isalnum())
        for parts in (asked, stored)
    ]


@pytest.fixture
def dateline(dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    return dateline


def test_the_command_shows_an_article_and_each_of_its_revisions(
    dateline: Commands, archive: Archive
) -> None:
    archive.close()
    show = ("article", "courier.example/1", "--archive", archive.folder)
    shown_now = dateline(*show)
    address = "https://courier.example/1"
    heading = "Ferry aground, 38 ashore, The Courier, 2025-05-03"
    assert shown_now.out == f"{heading}\n{address}\n\n{SECOND}\n"
    assert dateline(*show, "--revision", 1).out.endswith(f"2025-05-03\n{address}\n\n{FIRST}\n")
    told = dateline(*show, "--revision", 1, "--json").json
    assert (told["id"], told["revision"], told["text"]) == ("courier.example/1", 1, FIRST)
    dateline(*show, "--revision", 3).refused("no article 'courier.example/1' revision 3")
    dateline("article", "x/1", "--archive", archive.folder).refused("no article 'x/1'")


def test_the_command_shows_the_history_of_an_article(dateline: Commands, archive: Archive) -> None:
    archive.close()
    show = ("article", "courier.example/1", "--archive", archive.folder, "--history")
    out = dateline(*show).out
    assert "stood from 2025-05-03 00:00 UTC until 2025-05-05 12:00 UTC; came with run 1" in out
    assert "stood from 2025-05-05 12:00 UTC and still stands; came with run 2" in out
    assert "correction: Correction: An earlier version misstated their number." in out
    assert "changed beside the text: title" in out
    assert "[-All 41-]{+Only 38+} passengers came ashore" in out
    second = dateline(*show, "--json").json[1]
    assert (second["since"], second["until"]) == ("2025-05-05T12:00:00+00:00", None)
    assert second["notices"][0] == {
        "kind": "update",
        "start": 0,
        "end": 35,
        "at": "2025-05-05T12:00Z",
        "text": "Updated May 5, 2025, 12:00 p.m. UTC",
    }
    assert json.dumps(second["changes"]).count('"replaced"') == 1
    (first,) = dateline(*show, "--revision", 1, "--json").json
    assert first["revision"] == 1
    undated = ("article", "courier.example/2", "--archive", archive.folder, "--history")
    assert "stood from an unknown time and still stands" in dateline(*undated).out


def test_the_command_traces_words_in_the_text_that_stood(
    dateline: Commands, archive: Archive
) -> None:
    archive.close()
    trace = ("quote", "All 41 passengers came ashore", "--archive", archive.folder, "--json")
    assert dateline(*trace, "--as-of", "2025-05-04").json["outcome"] == "exact"
    assert dateline(*trace, "--as-of", "2025-05-06").json["outcome"] != "exact"
    assert dateline(*trace).json["outcome"] != "exact"
