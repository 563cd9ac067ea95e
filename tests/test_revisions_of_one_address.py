"""Several states of one address become revisions, in the order in which they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from tests.builders import open_archive, row, write_jsonl
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

URL = "https://courier.example/tunnel"
LEAD = (
    "The council of Marsk voted on Tuesday to close the harbour tunnel for eleven weeks while "
    "its drains are replaced. The work will cost {} million crowns, the city said."
)
HTML = (
    "<html><head><title>Tunnel to close</title><meta property='article:published_time' "
    "content='2024-05-07T10:00:00Z'></head><body><article><h1>Tunnel to close</h1><p>{}</p>"
    "<p>Engineer Lio Vant told councillors that 412 metres of pipe had rusted through and that "
    "buses will replace the trams until then.</p></article></body></html>"
)


def capture(at: str, cost: str, url: str = URL) -> bytes:
    page = HTML.format(LEAD.format(cost)).encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"WARC-Record-ID: <urn:uuid:{at}>\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def warc(path: Path, captures: Sequence[tuple[str, str]]) -> Path:
    path.write_bytes(b"".join(capture(at, cost) for at, cost in captures))
    return path


def costs(archive: Archive, id_: str = "courier.example/tunnel") -> list[str]:
    """The costs in the revisions of the article, in the order in which they were valid."""
    found = (each.article.text.partition("cost ")[2][:3] for each in archive.history(id_))
    return list(found)


def cost_on(archive: Archive, day: int) -> str:
    as_of = datetime(2024, 5, day, 23, tzinfo=UTC)
    hits = archive.search("cost of the tunnel work", as_of=as_of, understood=())
    return hits[0].article.text.partition("cost ")[2][:3] if hits else ""


FIRST, SECOND, THIRD = (
    ("2024-05-07T12:00:00Z", "5.9"),
    ("2024-05-09T12:00:00Z", "6.2"),
    ("2024-05-11T12:00:00Z", "6.8"),
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path / "archive")


@pytest.mark.parametrize(
    "order", [[FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND], [SECOND, THIRD, FIRST]]
)
def test_captures_of_one_run_are_revisions_in_the_order_of_their_times(
    archive: Archive, tmp_path: Path, order: list[tuple[str, str]]
) -> None:
    path = warc(tmp_path / "a.warc", order)
    assert archive.ingest(path).counts == {"added": 1, "revised": 2}
    assert costs(archive) == ["5.9", "6.2", "6.8"]
    assert [cost_on(archive, day) for day in (7, 8, 9, 10, 12)] == [
        "5.9", "5.9", "6.2", "6.2", "6.8",
    ]  # fmt: skip
    # Once more it changes nothing, and is not even read.
    assert archive.ingest(path).counts == {"unchanged": 3}


@pytest.mark.parametrize("files", [(FIRST, SECOND, THIRD), (THIRD, FIRST, SECOND)])
def test_captures_of_several_runs_find_their_places(
    archive: Archive, tmp_path: Path, files: Sequence[tuple[str, str]]
) -> None:
    paths = [warc(tmp_path / f"{n}.warc", [one]) for n, one in enumerate(files)]
    for path in paths:
        archive.ingest(path)
    assert costs(archive) == ["5.9", "6.2", "6.8"]
    assert [cost_on(archive, day) for day in (8, 10, 12)] == ["5.9", "6.2", "6.8"]
    assert archive.ingest(*paths).counts == {"unchanged": 3}
    assert costs(archive) == ["5.9", "6.2", "6.8"]


def test_the_same_text_captured_twice_is_one_revision(archive: Archive, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc", [FIRST, (SECOND[0], "5.9")])
    assert archive.ingest(path).counts == {"added": 1, "duplicate": 1}
    assert costs(archive) == ["5.9"]


def state(cost: str, date: str | None) -> dict[str, object]:
    return row(1, LEAD.format(cost), date=date, url=URL)


def test_rows_with_one_address_are_revisions_by_date(archive: Archive, tmp_path: Path) -> None:
    rows = [state("6.2", "2024-05-09"), state("5.9", "2024-05-07"), state("6.8", "2024-05-11")]
    path = write_jsonl(tmp_path / "a.jsonl", rows)
    report = archive.ingest(path)
    assert (report.counts, report.failures) == ({"added": 1, "revised": 2}, ())
    assert costs(archive) == ["5.9", "6.2", "6.8"]
    assert [cost_on(archive, day) for day in (8, 10, 12)] == ["5.9", "6.2", "6.8"]
    # A row is added, and the others are read again.
    write_jsonl(path, [*rows, state("7.1", "2024-05-13")])
    assert archive.ingest(path).counts == {"unchanged": 3, "revised": 1}
    assert costs(archive) == ["5.9", "6.2", "6.8", "7.1"]


@pytest.mark.parametrize("date", ["2024-05-07", None])
def test_without_dates_that_differ_the_later_row_counts(
    archive: Archive, tmp_path: Path, date: str | None
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [state("5.9", date), state("6.2", date)])
    assert archive.ingest(path).counts == {"added": 1, "revised": 1}
    assert costs(archive) == ["5.9", "6.2"]
    path.write_text(f"{path.read_text()}\n")
    assert archive.ingest(path).counts == {"unchanged": 2}
    assert costs(archive) == ["5.9", "6.2"]


def test_states_far_apart_in_a_file_are_revisions_too(archive: Archive, tmp_path: Path) -> None:
    others = [row(number, f"Ferry {number} sailed to Vesk again.") for number in range(2, 202)]
    rows = [state("6.2", "2024-05-09"), *others, state("5.9", "2024-05-07")]
    archive.ingest(write_jsonl(tmp_path / "a.jsonl", rows), vectors=False)
    assert costs(archive) == ["5.9", "6.2"]


def test_different_articles_at_one_address_are_no_states_of_one(
    archive: Archive, tmp_path: Path
) -> None:
    rows = [state("5.9", "2024-05-07"), row(1, "Snow fell in Lindow all night.", url=URL)]
    report = archive.ingest(write_jsonl(tmp_path / "a.jsonl", rows))
    assert report.counts == {"added": 1, "failed": 1}
    assert report.failures[0].note.endswith("the first was kept: give each its own URL")
    assert costs(archive) == ["5.9"]


def test_saved_pages_of_one_address_are_revisions(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    address = f"<link rel='canonical' href='{URL}'>"
    for name, cost, mark in (
        ("a", "6.2", "<!-- FILE ARCHIVED ON 12:00:00 May 09, 2024 AND RETRIEVED FROM X -->"),
        (
            "b",
            "5.9",
            f"<!--\n Page saved with SingleFile \n url: {URL} \n"
            " saved date: Tue May 07 2024 14:00:00 GMT+0200 (Central European Summer Time)\n-->",
        ),
    ):
        page = HTML.format(LEAD.format(cost)).replace("<head>", f"<head>{address}")
        (folder / f"{name}.html").write_text(page.replace("<html>", f"<html>{mark}"))
    assert archive.ingest(folder).counts == {"added": 1, "revised": 1}
    assert costs(archive) == ["5.9", "6.2"]
    assert [cost_on(archive, day) for day in (8, 10)] == ["5.9", "6.2"]


def changed_state(cost: str, changed: str) -> dict[str, object]:
    return state(cost, "2024-05-07") | {"modified": changed}


NEWER, OLDER = ("6.2", "2024-05-09T12:00:00Z"), ("5.9", "2024-05-07T12:00:00Z")


@pytest.mark.parametrize("order", [[NEWER, OLDER], [OLDER, NEWER]])
def test_texts_of_several_runs_are_in_the_order_in_which_they_were_changed(
    archive: Archive, tmp_path: Path, order: list[tuple[str, str]]
) -> None:
    paths = [
        write_jsonl(tmp_path / f"{place}.jsonl", [changed_state(*one)])
        for place, one in enumerate(order)
    ]
    for path in paths:
        archive.ingest(path)
    assert costs(archive) == ["5.9", "6.2"]
    assert [cost_on(archive, day) for day in (8, 10)] == ["5.9", "6.2"]
    for path in paths:
        path.write_text(f"{path.read_text()}\n")
        assert archive.ingest(path).counts == {"unchanged": 1}
    assert costs(archive) == ["5.9", "6.2"]


def test_what_does_not_say_when_it_was_changed_is_in_the_order_of_the_runs(
    archive: Archive, tmp_path: Path
) -> None:
    archive.ingest(write_jsonl(tmp_path / "a.jsonl", [state("5.9", "2024-05-07")]))
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [state("6.2", "2024-05-07")]))
    assert costs(archive) == ["5.9", "6.2"]
    # The second was seen today: before, the first was.
    assert [cost_on(archive, day) for day in (8, 10)] == ["5.9", "5.9"]
    archive.ingest(write_jsonl(tmp_path / "c.jsonl", [changed_state("6.8", OLDER[1])]))
    assert costs(archive) == ["5.9", "6.2", "6.8"]


def test_a_text_changed_in_silence_is_the_later_one(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(write_jsonl(tmp_path / "a.jsonl", [changed_state("5.9", NEWER[1])]))
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [changed_state("6.2", NEWER[1])]))
    assert costs(archive) == ["5.9", "6.2"]
    assert cost_on(archive, 10) == "5.9"
