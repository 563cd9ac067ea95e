"""What looks odd about articles as they come in: named, counted, and written to a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.corpus.oddities import Oddities, odd_kinds
from rag.records import Article, Span
from rag.web.adding import add_files
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

LONG = "The ferry Marigold sailed from Grevesand on Friday with passengers on board. " * 3
"""36 words."""


def article(text: str = LONG, id_: str = "a", **fields: object) -> Article:
    given = {"publisher": "The Courier", "published": None} | fields
    return Article(id_, "", "Ferry", text, **given)  # type: ignore[arg-type]


def test_what_is_odd_about_one_article() -> None:
    assert odd_kinds(article()) == ["no date"]
    assert odd_kinds(article(publisher="")) == ["no date", "no outlet"]
    assert odd_kinds(article("The ferry sailed.")) == ["no date", "very short"]
    # 200 letters without a space are no short text in Chinese.
    assert odd_kinds(article("市" * 200)) == ["no date"]
    half = len(LONG) // 2
    boilerplate = (Span(0, half + 1, "related link"),)
    assert odd_kinds(article(furniture=boilerplate)) == ["no date", "mostly boilerplate"]
    assert odd_kinds(article(furniture=(Span(0, half, "related link"),))) == ["no date"]
    assert odd_kinds(article(furniture=(Span(0, len(LONG), "title"),))) == ["no date"]


def repeated(*outlets: str) -> list[str]:
    odd = Oddities()
    for number, outlet in enumerate(outlets):
        odd.look_at(f"{number}.md", article(id_=str(number), publisher=outlet))
    return [each.path for each in odd.articles() if each.kind == "repeated text"]


def test_a_text_is_repeated_at_three_addresses_of_one_outlet_or_five_of_any() -> None:
    assert repeated("A", "A") == []
    assert repeated("A", "A", "A") == ["0.md", "1.md", "2.md"]
    assert repeated("A", "A", "B", "B") == []
    assert len(repeated("A", "B", "C", "D", "E")) == 5


def test_both_parts_of_a_run_are_looked_at_together() -> None:
    parts = [Oddities(), Oddities()]
    for number in range(4):
        parts[number % 2].look_at(f"{number}.md", article(id_=str(number)))
    assert (parts[0] + parts[1]).summary() == [
        "4 without a date: 0.md, 2.md, 1.md, …",
        "4 with the same text as many others: 0.md, 2.md, 1.md, …",
    ]
    assert len((parts[0] + Oddities()).articles()) == 2


ROWS = [
    row(1, "Snow fell.", date=None),
    row(2, LONG),
    *(row(number, f"Please accept cookies. {LONG}") for number in (3, 4, 5)),
    {"text": ""},
]


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "in.jsonl", ROWS)


def test_an_ingest_reports_what_looked_odd_among_what_is_new(
    tmp_path: Path, odd_file: Path
) -> None:
    archive = open_archive(tmp_path / "archive")
    assert archive.ingest(odd_file).odd.summary() == [
        f"1 without a date: {odd_file}:1",
        f"1 very short: {odd_file}:1",
        f"3 with the same text as many others: {odd_file}:3, {odd_file}:4, {odd_file}:5",
    ]
    assert archive.ingest(odd_file).odd.summary() == []


def written(dateline: Commands, odd_file: Path, name: str) -> str:
    path = odd_file.parent / name
    options = ["--archive", "archive", "--no-vectors", "--report", path]
    ended = dateline("ingest", odd_file, *options)
    assert "looked odd: 1 very short" in ended.err
    return path.read_text(encoding="utf-8")


def test_the_report_as_json_holds_counts_and_inputs(dateline: Commands, odd_file: Path) -> None:
    found = json.loads(written(dateline, odd_file, "a.json"))
    assert (found["counts"]["added"], found["counts"]["failed"]) == (5, 1)
    assert found["inputs"][0] == {
        "input": f"{odd_file}:6",
        "result": "failed",
        "article": "",
        "note": "field 'text' is empty",
    }
    assert [each["note"] for each in found["inputs"] if each["result"] == "odd"] == [
        "no date", "very short", *["repeated text"] * 3,
    ]  # fmt: skip


def test_the_report_as_a_table_holds_no_formula(dateline: Commands, tmp_path: Path) -> None:
    path = tmp_path / "ice.md"
    path.write_text("# Ice\n\nIce.\n")
    path = path.rename(tmp_path / "=1+1.md")
    rows = list(csv.reader(written(dateline, path.relative_to(tmp_path), "a.csv").splitlines()))
    assert rows[0] == ["input", "result", "article", "note"]
    assert [each[3] for each in rows if each[1] == "odd"] == ["no date", "no outlet", "very short"]
    assert {each[0] for each in rows[1:]} == {"'=1+1.md"}


def test_the_report_as_text_names_each_input(dateline: Commands, odd_file: Path) -> None:
    lines = written(dateline, odd_file, "a.txt").splitlines()
    assert lines[:3] == ["5 added, 1 failed", "", "Looked odd:"]
    assert f"odd  {odd_file}:1: very short" in lines


@pytest.mark.parametrize("name", [".", "none/a.json"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(
    dateline: Commands, odd_file: Path, name: str
) -> None:
    options = ["--archive", "archive", "--no-vectors", "--report", name]
    dateline("ingest", odd_file, *options).refused("for the report" if "/" in name else "folder")
    assert not Archive.open("archive").exists()


def test_the_page_shows_what_looked_odd_by_the_names_of_the_files(
    tmp_path: Path, odd_file: Path
) -> None:
    archive = open_archive(tmp_path / "archive")
    (*_, last) = add_files(archive, [odd_file])
    notes = last.outcomes[0].notes
    assert tuple(note for note in notes if note.startswith("looked odd"))[-2:] == (
        "looked odd: 1 very short: in.jsonl:1",
        "looked odd: 3 with the same text as many others: in.jsonl:3, in.jsonl:4, in.jsonl:5",
    )
