"""`dateline watch` as a process beside readers and the web chat, until a signal ends it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from rag.archive import Archive
from tests.browser.conftest import ADDRESS, running_app
from tests.builders import row, write_jsonl
from tests.commands import Commands, child_command, child_environment
from tests.damages import opened
from tests.misbehaving import reply, site

FERRY = "The ferry Marigold sailed from Grevesand on Friday with 41 passengers on board."

TEXTS = {2: FERRY, 3: "The harbour of Marsk flooded on Monday after three days of rain."}


@contextmanager
def watching(folder: Path, *arguments: object, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A running `dateline watch` over the archive in `folder`; killed where a test fails."""
    with subprocess.Popen(
        child_command("watch", *arguments, "--look", "0.02"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=child_environment(**settings),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that it prints, without the time."""
    assert process.stdout is not None
    printed = process.stdout.readline()
    assert printed, process.stderr.read() if process.stderr else ""
    return printed.partition(" ")[2].strip()


def ended(process: subprocess.Popen[str], by: signal.Signals) -> tuple[int, str]:
    """The exit status after a signal, and what was said on standard error."""
    process.send_signal(by)
    _, said = process.communicate()
    return process.returncode, said


@pytest.mark.enable_socket
def test_readers_and_the_web_chat_see_what_a_watch_reads_without_a_restart(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    with opened(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "old.jsonl", [row(1, "Fog lay over the harbour.")]))
    with running_app(tmp_path / "archive") as app, opened(tmp_path / "archive") as reader:
        url = app.wait_for(ADDRESS)
        assert found(url) == found_by(reader) == ["courier.example/1"]
        with watching(tmp_path, "news") as watch:
            for number in (2, 3):
                write_jsonl(tmp_path / "news" / f"{number}.jsonl", [row(number, TEXTS[number])])
                assert line(watch) == "1 files: 1 added"
                assert f"courier.example/{number}" in found_by(reader)
                assert f"courier.example/{number}" in found(url)
            status, said = ended(watch, signal.SIGTERM)
        assert (status, said) == (0, "stopped\n")
        assert found(url) == found_by(reader)


def found_by(reader: Archive) -> list[str]:
    hits = reader.search("Marigold harbour", all_copies=True)
    return [hit.article.id for hit in hits]


def found(url: str) -> list[str]:
    """What the running web chat finds, by its API."""
    call = f"{url.rstrip('/')}/gradio_api/call/search"
    data = ["Marigold harbour", 10, "", "", [], "", "", ""]
    asked = Request(call, json.dumps({"data": data}).encode(), {"Content-Type": "application/json"})
    with urlopen(asked, timeout=30) as reply_:
        event = json.load(reply_)["event_id"]
    with urlopen(f"{call}/{event}", timeout=30) as reply_:
        lines = reply_.read().decode().splitlines()
    (hits,) = json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))
    return [hit["article"]["id"] for hit in hits]


@pytest.mark.enable_socket
def test_feeds_are_watched_until_ctrl_c(dateline: Commands, tmp_path: Path) -> None:
    date = "<meta property='article:published_time' content='2025-05-03'>"
    page = f"<html><head>{date}</head><body><article><p>{FERRY}</p></article></body></html>"
    item = "<item><link>/{}</link></item>"
    start = "<rss version='2.0'><channel><title>News</title>"
    one, both = (
        reply(
            f"{start}{''.join(map(item.format, numbers))}</channel></rss>".encode(),
            content_type="application/rss+xml",
        )
        for numbers in ((1,), (1, 2))
    )
    settings = {
        "DATELINE_NETWORK": "true",
        "DATELINE_NETWORK_HOSTS": "127.0.0.1",
        "DATELINE_NETWORK_DELAY": "0",
    }
    with site({"/1": reply(page.encode()), "/2": reply(page.encode())}) as server:
        url = server.says("/feed", one, both)
        assert dateline("feed", "add", url).status == 0
        with watching(tmp_path, "--feeds", "--every", "0.05", **settings) as watch:
            assert line(watch) == "1 feeds, 0 unchanged: 1 added"
            assert line(watch) == "1 feeds, 0 unchanged: 1 added"
            with opened(tmp_path / "archive") as reader:
                assert len(reader.search("ferry Marigold", all_copies=True)) == 2
            status, said = ended(watch, signal.SIGINT)
    assert status == 130
    assert "stopped; nothing is lost" in said
    log = (tmp_path / "archive" / "watch.log").read_text(encoding="utf-8").splitlines()
    assert [entry.split(" ", 2)[2] for entry in log] == [
        "INFO started",
        "INFO 1 feeds, 0 unchanged: 1 added",
        "INFO 1 feeds, 0 unchanged: 1 added",
        "INFO ended",
    ]


def test_one_round_ends_with_1_where_an_input_failed(dateline: Commands, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    write_jsonl(tmp_path / "news" / "1.jsonl", [row(1, FERRY)])
    assert dateline("watch", "news", "--once", "--look", 0.01).status == 0
    (tmp_path / "news" / "bad.jsonl").write_text("{")
    again = dateline("watch", "news", "--once", "--look", 0.01)
    assert again.status == 1
    assert "bad.jsonl:1: failed: not valid JSON" in again.out
    assert dateline("info", "--json").json["articles"] == 1


def test_what_cannot_be_watched_is_refused(dateline: Commands, tmp_path: Path) -> None:
    dateline("watch").refused("there is nothing to watch", "--feeds")
    dateline("watch", "nowhere").refused("'nowhere' is no folder to watch", "dateline ingest")
    dateline("watch", "--feeds").refused("there is no archive in 'archive'")
    assert not (tmp_path / "archive").exists()
