"""`eval copies`: which pairs are in one group, counted by hand in a small archive."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.cli import main
from rag.errors import ConfigError, CorpusError
from rag.evaluation.copies import Copies, Outline, draw_pairs, load_pairs
from tests.builders import open_archive, row, write_jsonl
from tests.evaluation_data import measured


def numbered(first: int, after: int) -> str:
    return " ".join(f"n{word}" for word in range(first, after))


# 1, 2 and 3 share most of their words; 4 holds under half of those of 5; 6 is like nothing.
ROWS = [
    row(1, numbered(0, 104)),
    row(2, numbered(5, 109), publisher="Radio North"),
    row(3, numbered(10, 114), date="2025-06-20"),
    row(4, numbered(1000, 1104)),
    row(5, numbered(1060, 1164)),
    row(6, numbered(2000, 2104)),
]
PAIRS = [
    {"a": "courier.example/1", "b": "courier.example/3", "jaccard": 0.8},
    {"a": "courier.example/4", "b": "https://www.courier.example/5/index.html"},
    {"a": "n1", "b": "courier.example/1"},
    {"a": "courier.example/1", "b": "courier.example/9"},
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
    yield opened
    opened.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "quiz"
    folder.mkdir()
    write_jsonl(folder / "near_duplicates.jsonl", PAIRS)
    write_jsonl(folder / "articles.jsonl", [{"id": "n1", "url": "https://courier.example/2"}])
    return folder


def test_pairs_are_grouped_or_not_and_unknown_ids_are_named(
    archive: Archive, data: Path, tmp_path: Path
) -> None:
    evaluated = measured(Copies(archive, data, random_pairs=50), tmp_path / "out")
    report = evaluated.report
    assert (report.suite, report.data, report.n, report.counted) == ("copies", "quiz", 11, "pairs")
    # 1-3 and 2-1 are in one group, 4-5 is not; of the ten pairs of one week, those two are out.
    assert report.measures == {"grouped": pytest.approx(2 / 3), "wrongly_grouped": 0.0}
    assert report.intervals["grouped"] == pytest.approx((0.2077, 0.9385), abs=1e-4)
    told = {name: report.settings[name] for name in ("random_pairs", "wrong", "left_out", "groups")}
    assert told == {"random_pairs": 8, "wrong": 0, "left_out": 1, "groups": 1}
    assert report.settings["largest_groups"] == [3]
    assert evaluated.warnings == (
        "article ids that are not in the archive: 1, 'courier.example/9'",
        "pairs left out, with an article missing: 1",
    )
    failed = [each["qid"] for each in report.questions if each["score"] < 1]
    assert failed == ["courier.example/4 courier.example/5"]


def test_random_pairs_in_one_group_are_wrong_unless_they_are_near_duplicates_after_all(
    tmp_path: Path, data: Path
) -> None:
    archive = open_archive(tmp_path / "other")
    rows = [row(1, numbered(0, 104)), row(2, numbered(5, 109)), row(3, numbered(0, 26))]
    archive.ingest(write_jsonl(tmp_path / "other.jsonl", [*rows, *ROWS[3:]]), vectors=False)
    write_jsonl(
        data / "near_duplicates.jsonl",
        [{"a": f"courier.example/{n}", "b": f"courier.example/{n}"} for n in (4, 5)],
    )
    evaluated = measured(Copies(archive, data), tmp_path / "out")
    # 3 is a fifth of 1, and so of its group: no half of their shingles is the same.
    assert evaluated.report.settings["unlisted"] == 1
    assert evaluated.report.settings["random_pairs"] == 14
    assert evaluated.report.settings["wrong"] == 2
    assert evaluated.report.measures == {"grouped": 1.0, "wrongly_grouped": pytest.approx(2 / 14)}
    assert evaluated.report.settings["one_article"] == 2
    assert evaluated.warnings == (
        "random pairs that are near-duplicates though not listed: 1, "
        "'courier.example/1' and 'courier.example/2'",
    )
    archive.close()


def test_random_pairs_are_of_one_week_and_always_the_same() -> None:
    told = {f"x/{n}": Outline((2025, n % 4), f"text {n % 30}") for n in range(40)}
    told["x/undated"] = Outline(None, "undated")
    listed = [("x/0", "x/4"), ("x/8", "x/4")]
    drawn = draw_pairs(told, 30, exclude=listed)
    assert drawn == draw_pairs(dict(reversed(told.items())), 30, exclude=listed)
    assert len({frozenset(pair) for pair in drawn}) == 30
    for one, other in drawn:
        assert told[one].week == told[other].week is not None
        assert told[one].digest != told[other].digest
        assert {one, other} not in [{"x/0", "x/4"}, {"x/4", "x/8"}]


def test_fewer_pairs_are_drawn_where_there_are_fewer() -> None:
    told = {
        "x/1": Outline((2025, 1), "a"),
        "x/2": Outline((2025, 1), "b"),
        "x/3": Outline((2025, 2), "c"),
    }
    assert [set(pair) for pair in draw_pairs(told, 9, exclude=[])] == [{"x/1", "x/2"}]
    assert draw_pairs(told, 9, exclude=[("x/2", "x/1")]) == []
    assert draw_pairs({}, 9, exclude=[]) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no pairs; write one JSON object with 'a' and 'b' a line"),
        ('{"a": "x/1", "b": "x/2"}\n{"a": "x/1"}', "near_duplicates.jsonl:2: 'b' is missing"),
        (
            '{"a": 7, "b": "x/2"}',
            "near_duplicates.jsonl:1: 'a' is 7: Input should be a valid string",
        ),
        ("[]", "near_duplicates.jsonl:1: 'the row' is .*: Input should be"),
        ("{", "near_duplicates.jsonl:1: not valid JSON"),
    ],
)
def test_bad_pairs_are_named_by_their_line(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "near_duplicates.jsonl"
    file.write_text(content, encoding="utf-8")
    for path in (tmp_path, file):
        with pytest.raises(CorpusError, match=message):
            load_pairs(path)


def test_without_pairs_or_without_their_articles_nothing_is_measured(
    archive: Archive, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"--data needs a folder with near_duplicates\.jsonl"):
        load_pairs(tmp_path / "none")
    file = write_jsonl(tmp_path / "near_duplicates.jsonl", [{"a": "x/1", "b": "courier.example/1"}])
    with pytest.raises(CorpusError, match=r"none of the pairs, such as 'x/1' and 'courier"):
        measured(Copies(archive, file), tmp_path / "out")


def test_the_command_prints_the_table_and_writes_the_report(
    archive: Archive,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    out = data.parent / "out"

    def typed(*options: str) -> int:
        line = ["dateline", "eval", "copies", "--data", str(data), "--report", str(out), *options]
        monkeypatch.setattr(sys, "argv", [*line, "--archive", str(archive.folder)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0)

    assert typed() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "copies: full on quiz, 11 pairs"
    assert lines[2].split()[:2] == ["grouped", ".667"]
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["wrongly_grouped"] == 0.0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "11 pairs, " in page
    assert "in one group" in page
    assert typed("--compare", str(out)) == 0
    assert "against" in capsys.readouterr().out
