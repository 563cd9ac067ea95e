"""An unchanged input is not read again, and everything that could make it another one is seen."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.corpus import readers
from rag.store.inputs import FILE, Known, KnownInputs, mark
from tests.builders import open_archive, row, write_jsonl

ROWS = [row(n, f"The ferry sailed to island {n} on Monday.") for n in range(3)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """It knows a JSONL file of three articles and a Markdown file."""
    opened = open_archive(tmp_path / "archive")
    news = tmp_path / "news"
    news.mkdir()
    write_jsonl(news / "a.jsonl", ROWS)
    (news / "b.md").write_text("# Fog\n\n3 May 2025\n\nFog lay over the harbour on Tuesday.\n")
    assert opened.ingest(news).counts == {"added": 4}
    return opened


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    reading = readers.read_file

    def noted(path: Path, **options: object) -> object:
        names.append(path.name)
        return reading(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(readers, "read_file", noted)
    return names


def test_unchanged_files_are_not_read_and_their_articles_are_counted(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    report = archive.ingest(tmp_path / "news")
    assert (report.counts, report.notable) == ({"unchanged": 4}, ())
    assert read == []
    assert archive.ingest(tmp_path / "news" / "a.jsonl").counts == {"unchanged": 3}
    assert read == []
    assert archive.counts() == (4, 4, 4)


def test_a_changed_file_is_read_and_the_others_are_not(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    write_jsonl(
        tmp_path / "news" / "a.jsonl", [*ROWS[:2], row(2, "The ferry sank."), row(3, "Ice.")]
    )
    report = archive.ingest(tmp_path / "news")
    assert report.counts == {"unchanged": 3, "revised": 1, "added": 1}
    assert read == ["a.jsonl"]
    assert archive.ingest(tmp_path / "news").counts == {"unchanged": 5}
    assert read == ["a.jsonl"]


def test_a_file_whose_article_was_revised_since_is_read_again(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    later = write_jsonl(tmp_path / "later.jsonl", [row(1, "The ferry to island 1 was late.")])
    assert archive.ingest(later).counts == {"revised": 1}
    assert archive.ingest(tmp_path / "news").counts == {"revised": 1, "unchanged": 3}
    assert read == ["later.jsonl", "a.jsonl"]
    assert archive.article("courier.example/1").text == ROWS[1]["text"]


def test_another_archive_knows_nothing_of_it(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).write_bytes((archive.folder / FILE).read_bytes())
    assert open_archive(tmp_path / "other").ingest(tmp_path / "news").counts == {"added": 4}
    assert sorted(read) == ["a.jsonl", "b.md"]


def test_the_same_article_in_two_files_is_a_duplicate_each_time(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    write_jsonl(tmp_path / "news" / "c.jsonl", ROWS[:1])
    for expected in (["c.jsonl"], []):
        read.clear()
        report = archive.ingest(tmp_path / "news")
        assert report.counts == {"unchanged": 4, "duplicate": 1}
        assert read == expected


def test_what_cannot_be_used_is_named_each_time(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    odd = write_jsonl(tmp_path / "odd.jsonl", [row(7, "Snow fell.", date="long ago"), {"text": ""}])
    other = write_jsonl(tmp_path / "other.jsonl", [row(7, "Rain fell.")])
    notes: list[list[str]] = []
    for _ in range(2):
        report = archive.ingest(odd, other)
        notes.append([outcome.note for outcome in report.notable])
    assert notes[0] == notes[1]
    assert len(notes[0]) == 3
    assert read == ["odd.jsonl", "other.jsonl"] * 2


def test_what_was_said_of_an_article_is_said_again_without_reading_it(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    (tmp_path / "undated.md").write_text("# Ice\n\nIce closed the canal for a week.\n")
    said = [archive.ingest(tmp_path / "undated.md").notable for _ in range(2)]
    assert [[each.note for each in notable] for notable in said] == [
        ["no date found; kept as unknown"]
    ] * 2
    assert read == ["undated.md"]


def test_a_date_that_is_yet_to_come_is_looked_at_each_time(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    path = write_jsonl(tmp_path / "early.jsonl", [row(8, "Frost fell.", date="2999-01-01")])
    notes = [archive.ingest(path).notable[0].note for _ in range(2)]
    assert notes == ["date '2999-01-01' lies in the future; kept as unknown"] * 2
    assert read == ["early.jsonl", "early.jsonl"]


def test_a_file_with_a_text_that_was_refused_is_read_again(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    rows = [row(5, "Rain fell."), row(5, "Snow fell."), row(6, "Hail fell.")]
    path = write_jsonl(tmp_path / "twice.jsonl", rows)
    said = [archive.ingest(path) for _ in range(2)]
    assert [report.counts for report in said] == [
        {"added": 2, "failed": 1},
        {"unchanged": 2, "failed": 1},
    ]
    assert said[0].notable == said[1].notable
    assert read == ["twice.jsonl"] * 2


def test_an_outlet_that_gets_a_name_is_seen(
    archive: Archive, tmp_path: Path, read: list[str]
) -> None:
    news = tmp_path / "news"
    write_jsonl(news / "a.jsonl", [row(1, "The ferry sank.", publisher=None)])
    archive.ingest(news)
    read.clear()
    (news / "outlets.toml").write_text('[outlets]\n"courier.example" = "The Courier"\n')
    assert archive.ingest(news).counts == Counter({"revised": 1, "unchanged": 1})
    assert read == ["a.jsonl", "b.md"]
    assert archive.publishers()["The Courier"] == 3


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_damage_costs_that_everything_is_read_once_more(
    archive: Archive, tmp_path: Path, read: list[str], damage: bytes
) -> None:
    (archive.folder / FILE).write_bytes(damage)
    counts = [archive.ingest(tmp_path / "news").counts for _ in range(3)]
    assert counts == [{"unchanged": 4}] * 3
    assert sorted(read[:2]) == ["a.jsonl", "b.md"]
    read.clear()
    assert archive.ingest(tmp_path / "news").counts == {"unchanged": 4}
    assert read == []


def test_what_is_kept_is_known_under_the_same_mark_alone(tmp_path: Path) -> None:
    known = KnownInputs(tmp_path)
    articles = (
        Known("courier.example/1", "abcd", ":1", ""),
        Known("courier.example/2", "ef01", ":2", "no date found; kept as unknown"),
    )
    known.keep({"/news/a.jsonl": (b"1", articles), "/news/b.md": (b"2", ())})
    assert known.known({"/news/a.jsonl": b"1", "/news/b.md": b"3", "/c": b"1"}) == {
        "/news/a.jsonl": articles
    }
    known.keep({"/news/a.jsonl": (b"4", ())})
    assert known.known({"/news/a.jsonl": b"1"}) == {}
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:
        database.execute("UPDATE input SET held = '[1]'")
    assert known.known({"/news/a.jsonl": b"4"}) == {}


def test_a_mark_tells_of_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Fog.")
    (tmp_path / "b").write_text("Fog.")
    (tmp_path / "c").write_text("Rain.")
    marks = [mark(tmp_path / name, "") for name in "abc"]
    assert (marks[0] == marks[1], marks[0] == marks[2]) == (True, False)
    assert mark(tmp_path / "a", "courier.example") != marks[0]
    with pytest.raises(FileNotFoundError, match="nowhere"):
        mark(tmp_path / "nowhere", "")
