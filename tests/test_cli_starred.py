"""`dateline collections`: what readers starred, listed, shown and taken along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.store import Star
from tests.builders import open_archive, row, write_jsonl
from tests.commands import Commands

FERRY = "The ferry sank on Friday. All 41 people were saved."
ONE, TWO = "courier.example/1", "courier.example/2"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        rows = [row(1, FERRY, title="Ferry sinks"), row(2, "Bread costs more.", title="Bread")]
        opened.ingest(write_jsonl(tmp_path / "in.jsonl", rows))
        yield opened


def test_stars_are_added_listed_and_shown(archive: Archive, dateline: Commands) -> None:
    assert "no collection yet" in dateline("collections").out
    assert dateline("collections", "add", "Boats", ONE).out == "Boats: 1 starred\n"
    dateline("collections", "add", "boats", f"https://{TWO}?utm_source=x", ONE)
    (boats,) = archive.collections.all("")
    assert boats.stars == (Star(ONE, 1), Star(TWO, 1))
    assert dateline("collections").out == f"Boats: 2 stars  ({boats.id})\n"
    (listed,) = dateline("collections", "--json").json
    assert (listed["id"], listed["name"], listed["stars"]) == (boats.id, "Boats", 2)
    archive.collections.add("", boats.id, [Star(ONE, 1, 0, 25)])
    assert dateline("collections", "show", boats.id).out.splitlines() == [
        f"Ferry sinks  {ONE}",
        f"Bread  {TWO}",
        f"Ferry sinks  {ONE}",
        "    “The ferry sank on Friday.”",
    ]
    assert dateline("collections", "--owner", "ada").out.startswith("no collection yet")
    dateline("collections", "add", "Boats", "courier.example/9").refused("courier.example/9")


def test_a_collection_is_written_in_each_form(
    archive: Archive, dateline: Commands, tmp_path: Path
) -> None:
    boats = archive.collections.create("", "Boats / lost")
    archive.collections.add("", boats.id, [Star(ONE, 1, 0, 25), Star(TWO, 1)])
    archive.removals.withdraw(TWO, "an error")
    shown = dateline("collections", "export", "boats / lost").out
    assert shown.startswith("# Boats / lost\n")
    assert "> The ferry sank on Friday." in shown
    assert "**Withdrawn.**" in shown
    assert "Bread" not in shown
    (star, gone) = dateline("collections", "export", boats.id, "--format", "json").json["stars"]
    assert (star["quote"], gone["state"]) == ("The ferry sank on Friday.", "withdrawn")
    assert dateline("collections", "export", boats.id, "--format", "csv").out.startswith("outlet,")
    assert "@" in dateline("collections", "export", boats.id, "--format", "bibtex").out
    dateline("collections", "export", boats.id, "--format", "bibtex", "--out", tmp_path)
    assert [each.suffix for each in tmp_path.iterdir() if each.name.startswith("Boats")] == [".bib"]


def test_a_collection_is_deleted_and_an_unknown_one_is_named(
    archive: Archive, dateline: Commands
) -> None:
    archive.collections.create("", "Boats")
    dateline("collections", "export", "Ships").refused("there is no collection 'Ships'", "'Boats'")
    assert dateline("collections", "delete", "BOATS").out == "deleted Boats\n"
    assert archive.collections.all("") == []
