"""`eval pages`: pages of invented outlets with known truth, counted by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rag.errors import ConfigError, CorpusError
from rag.evaluation.pages import Pages, load_pages
from tests.commands import Commands
from tests.evaluation_data import measured

LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
BODY = "Divers had found a crack in the hull in December and the yard replaced nine plates."


def page(published: str, title: str = "Ferry returns", author: str = "Mira Oldenkamp") -> bytes:
    """A page with a title, an author, a date and two paragraphs."""
    head = (
        f'<meta property="article:published_time" content="{published}">' if published else ""
    ) + f'<meta name="author" content="{author}">'
    return (
        f"<html lang='en'><head>{head}</head><body><article><h1>{title}</h1>"
        f"<p>{LEAD}</p><p>{BODY}</p></article></body></html>"
    ).encode()


def truth(date: str, *paragraphs: str, title: str = "Ferry returns") -> dict[str, object]:
    """What is true of a page, as fundus writes it."""
    return {
        "authors": ["Mira Oldenkamp"],
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": list(paragraphs)}]},
        "publishing_date": date,
        "title": title,
    }


@pytest.fixture
def outlets(tmp_path: Path) -> Path:
    """Two versions of one outlet: all right, and the wrong title, hour and one paragraph of two."""
    folder = tmp_path / "copy" / "xx"
    folder.mkdir(parents=True)
    names = ("Post_2023_05_01.html.gz", "Post_2024_05_20.html.gz")
    for name, published in zip(
        names, ("2023-05-01T10:30:00Z", "2024-05-07T09:00:00Z"), strict=True
    ):
        (folder / name).write_bytes(gzip.compress(page(published)))
    known = {name: {"url": f"https://post.example/{name}", "crawl_date": ""} for name in names}
    (folder / "meta.info").write_text(json.dumps(known))
    versions = {
        "V2": truth("2024-05-07 08:00:00+00:00", LEAD, "Nobody wrote this.", title="Another"),
        "V1": truth("2023-05-01 12:30:00+02:00", LEAD, BODY),
    }
    (folder / "Post.json").write_text(json.dumps(versions))
    return tmp_path / "copy"


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """Five pages: right, a day off, wrong, unknown, and one without text."""
    folder = tmp_path / "tests"
    (folder / "cache").mkdir(parents=True)
    days = {"a": "2024-05-07", "b": "2024-05-08", "c": "2024-06-01", "d": "", "e": ""}
    for name, day in days.items():
        html = page(day) if name != "e" else b"<html><body></body></html>"
        (folder / "cache" / f"{name}.html").write_bytes(html)
    known = {
        f"https://post.example/{name}": {"file": f"{name}.html", "date": "2024-05-07"}
        for name in [*days, "missing"]
    }
    # A page whose day nobody knows has NaN there, and is left out.
    known["https://post.example/undated"] = {"file": "a.html", "date": float("nan")}
    (folder / "eval_default.json").write_text(json.dumps(known))
    return folder


def test_pages_of_outlets_are_compared_field_by_field(outlets: Path, tmp_path: Path) -> None:
    report = measured(Pages(outlets), tmp_path / "out").report
    assert (report.suite, report.data, report.n, report.counted) == ("pages", "copy", 2, "pages")
    assert report.measures == {
        "day": 1.0,
        "minute": 0.5,
        "title": 0.5,
        "authors": 1.0,
        "paragraphs": 0.75,
    }
    assert [row["wrong"] for row in report.questions] == [[], ["title", "paragraphs"]]


def test_dates_have_one_of_six_outcomes(dated: Path, tmp_path: Path) -> None:
    report = measured(Pages(dated), tmp_path / "out").report
    assert report.measures == {"day": 0.2}
    assert report.tables["Dates"].rows == (
        ("right", "1"),
        ("one day off", "1"),
        ("wrong", "1"),
        ("unknown with a note", "1"),
        ("unknown", "0"),
        ("not read", "1"),
    )


def test_a_version_belongs_to_the_page_of_its_age(outlets: Path) -> None:
    assert [(page.qid, page.date) for page in load_pages(outlets)] == [
        ("xx/Post_2023_05_01", "2023-05-01 12:30:00+02:00"),
        ("xx/Post_2024_05_20", "2024-05-07 08:00:00+00:00"),
    ]


def test_a_folder_without_pages_says_which_it_needs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no test pages; name a folder with a copy"):
        load_pages(tmp_path)


def test_truth_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "eval_default.json").write_text("[1,")
    with pytest.raises(CorpusError, match=r"eval_default.json is no JSON"):
        load_pages(tmp_path)
    (tmp_path / "eval_default.json").write_text("[]")
    with pytest.raises(CorpusError, match=r"is no JSON object"):
        load_pages(tmp_path)


def test_the_command_writes_a_report(dated: Path, tmp_path: Path, dateline: Commands) -> None:
    run = dateline("eval", "pages", str(dated), "--report", str(tmp_path / "report"))
    assert run.status == 0
    assert "pages: full on tests, 5 pages" in run.out
    assert (tmp_path / "report" / "report.json").is_file()
