"""`eval quotes`: excerpts traced to their articles, counted by hand in a small archive."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.archive import Archive
from rag.errors import ConfigError, CorpusError
from rag.evaluation.quotes import Quotes, load_excerpts, wrong_fields
from tests.builders import article, open_archive, row, write_jsonl
from tests.commands import Commands
from tests.evaluation_data import ARTICLES, measured


def excerpt(qid: str, text: str, number: int | None = None, **fields: object) -> dict[str, object]:
    """A row of quotes.jsonl, foreign without the number of an article."""
    known: dict[str, object] = {
        "gold_id": f"courier.example/{number}",
        "title": "",
        "publisher": "The Courier",
        "date": "2025/05/03",
        "url": f"https://www.courier.example/{number}/index.html",
    }
    nothing = dict.fromkeys(known)
    return {"qid": qid, "excerpt": text} | (known if number else nothing) | fields


ROWS = [
    excerpt("q1", "The ferry Marigold ran aground.", 1, title="Ferry"),
    excerpt("q2", "The lighthouse keeper retired after forty years.", 4, title="Lamp"),
    excerpt("q3", "The council passed a budget of 12 million crowns.", 3, date="2025-05-04"),
    excerpt("q4", "Nobody of the island remembers that storm.", 9),
    excerpt("n1", "The striker scored three goals in the second half of the match."),
    excerpt("n2", "The lighthouse keeper retired after fifty years."),
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "articles.jsonl", ARTICLES), vectors=False)
    yield opened
    opened.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "quiz"
    folder.mkdir()
    write_jsonl(folder / "quotes.jsonl", ROWS)
    return folder


def test_fully_right_means_all_that_is_told_of_the_article(
    archive: Archive, data: Path, tmp_path: Path
) -> None:
    evaluated = measured(Quotes(archive, data), tmp_path / "out")
    report = evaluated.report
    assert (report.suite, report.data, report.n, report.counted) == (
        "quotes",
        "quiz",
        5,
        "excerpts",
    )
    # q1 is right, q2 has another title and q3 another date; q4's article is not there. n2 is
    # like a sentence of an article, and so not declined.
    assert report.measures == {
        "fully_right": pytest.approx(1 / 3),
        "slice_equals_quote": 1.0,
        "foreign_declined": 0.5,
    }
    assert report.intervals["foreign_declined"] == pytest.approx((0.0945, 0.9055), abs=1e-4)
    rows: dict[str, Any] = {each["qid"]: each for each in report.questions}
    assert {qid: each["wrong"] for qid, each in rows.items()} == {
        "q1": [],
        "q2": ["title"],
        "q3": ["date"],
        "n1": [],
        "n2": [],
    }
    assert {qid: each["outcome"] for qid, each in rows.items()} == {
        "q1": "exact",
        "q2": "exact",
        "q3": "exact",
        "n1": "not found",
        "n2": "altered",
    }
    told = {name: report.settings[name] for name in ("labelled", "foreign", "left_out")}
    assert told == {"labelled": 3, "foreign": 2, "left_out": 1}
    assert evaluated.warnings == (
        "excerpts left out, whose article is not in the archive: 1, 'courier.example/9'",
    )


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"publisher": "the courier", "title": "FERRY  aground"}, []),
        ({"publisher": "Radio North"}, ["publisher"]),
        ({"date": "2025-05"}, []),
        ({"date": ""}, []),
        ({"date": "2025-06"}, ["date"]),
        ({"url": "http://courier.example/ferry?utm_source=mail"}, []),
        ({"gold_id": "courier.example/boat"}, []),
        (
            {"url": "https://courier.example/boat", "gold_id": "courier.example/boat"},
            ["article", "url"],
        ),
    ],
)
def test_what_is_told_is_compared_in_its_canonical_form(
    tmp_path: Path, fields: dict[str, object], wrong: list[str]
) -> None:
    known = {
        "gold_id": "courier.example/ferry",
        "url": "https://courier.example/ferry/",
        "title": "Ferry aground",
    }
    told = excerpt("q1", "The ferry sailed.", 1) | known | fields
    [loaded] = load_excerpts(write_jsonl(tmp_path / "quotes.jsonl", [told]))
    assert wrong_fields(loaded, article(title="Ferry aground")) == wrong


def test_an_outlet_goes_by_its_name_and_by_its_host(tmp_path: Path) -> None:
    for told, held, same in [
        ("CNN", "cnn.com", True),
        ("USA TODAY", "usatoday.com", True),
        ("The Week", "theweek.co.uk", True),
        ("cnn.com", "CNN", True),
        ("CNN", "bbc.com", False),
    ]:
        written = excerpt("q1", "The ferry sailed.", 1, publisher=told, url="")
        written |= {"gold_id": "courier.example/ferry", "date": "2025-05-03"}
        [loaded] = load_excerpts(write_jsonl(tmp_path / "quotes.jsonl", [written]))
        assert (wrong_fields(loaded, article(publisher=held)) == []) is same


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no excerpts; write one JSON object with 'qid' and 'excerpt' a line"),
        ('{"qid": "q1"}', "quotes.jsonl:1: 'excerpt' is missing"),
        (
            '{"qid": "q1", "excerpt": "a"}\n' * 2,
            "quotes.jsonl:2: qid 'q1' stands in quotes.jsonl:1",
        ),
        ('{"qid": "q1", "excerpt": "a", "date": "soon"}', "quotes.jsonl:1: date 'soon' cannot"),
        ("{", "quotes.jsonl:1: not valid JSON"),
    ],
)
def test_bad_excerpts_are_named_by_their_line(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "quotes.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        load_excerpts(tmp_path)


def test_without_excerpts_or_their_articles_nothing_is_measured(
    archive: Archive, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"--data needs a folder with quotes\.jsonl"):
        load_excerpts(tmp_path / "none")
    file = write_jsonl(tmp_path / "quotes.jsonl", [ROWS[3], ROWS[4]])
    with pytest.raises(CorpusError, match="holds none of the excerpts' articles"):
        measured(Quotes(archive, file), tmp_path / "out")


def test_the_command_prints_the_table_and_compares_with_an_earlier_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dateline = Commands(monkeypatch, capsys, tmp_path)
    write_jsonl(tmp_path / "in.jsonl", [*ARTICLES, row(9, str(ROWS[3]["excerpt"]))])
    assert dateline("ingest", "in.jsonl", "--no-vectors").status == 0
    ended = dateline("eval", "quotes", "--data", data, "--report", "out")
    assert ended.out.splitlines()[0] == "quotes: full on quiz, 6 excerpts"
    assert "fully_right" in ended.out
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["fully_right"] == 0.5
    assert "6 excerpts" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    shutil.copytree(tmp_path / "out", tmp_path / "earlier")
    again = dateline("eval", "quotes", "--data", data, "--report", "out", "--compare", "earlier")
    assert "against earlier" in again.out
    dateline("eval", "quotes", "--data", "none", "--report", "out").refused("quotes.jsonl")
