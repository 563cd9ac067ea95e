"""An archive is kept in step with folders and feeds, whatever else goes on."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError
from rag.maintenance.watching import Plan, Watch, watch_log
from rag.store import writer_lock
from tests.builders import open_archive, row, write_jsonl
from tests.damages import room
from tests.misbehaving import Site, reply, site

SEEN = "The ferry Marigold sailed from Grevesand on Friday with 41 passengers on board."


@dataclass
class Told:
    """What a watch shows, and what its status line says."""

    lines: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        yield opened


def watching(archive: Archive, plan: Plan) -> tuple[Watch, Told]:
    told = Told()
    return Watch(archive, plan, told.lines.append, told.status.append), told


def story(folder: Path, number: int, text: str, at: int = 1) -> Path:
    """A file of one article that was changed `at` seconds after 1970."""
    path = write_jsonl(folder / f"{number}.jsonl", [row(number, text)])
    os.utime(path, (at, at))
    return path


def test_what_settles_in_a_folder_is_read_and_a_reader_sees_it(
    archive: Archive, news: Path, tmp_path: Path
) -> None:
    archive.ingest(write_jsonl(tmp_path / "old.jsonl", [row(9, "Fog lay over the harbour.")]))
    watch, told = watching(archive, Plan((news,), look=0.0))
    with open_archive(tmp_path / "archive") as reader:
        assert [hit.article.id for hit in reader.search("fog")] == ["courier.example/9"]
        story(news, 1, "The ferry sailed on Monday.")
        watch.round()
        assert told.lines == []
        watch.round()
        assert told.lines == ["1 files: 1 added"]
        assert reader.search("ferry")[0].article.id == "courier.example/1"
        assert reader.coverage() == 1.0
        story(news, 1, "The ferry was late on Monday.", at=2)
        watch.round()
        watch.round()
        assert reader.search("ferry")[0].text == "The ferry was late on Monday."
    watch.round()
    assert told.lines == ["1 files: 1 added", "1 files: 1 revised"]
    assert told.status[-1] == "watching; 1 added, 1 revised, 0 failed so far"


def test_what_is_removed_from_the_folder_stays_in_the_archive(archive: Archive, news: Path) -> None:
    watch, told = watching(archive, Plan((news,), look=0.0))
    path = story(news, 1, "The ferry sailed on Monday.")
    for _ in range(2):
        watch.round()
    path.unlink()
    for _ in range(2):
        watch.round()
    assert archive.counts()[0] == 1
    assert told.lines == ["1 files: 1 added"]


def test_what_is_wrong_is_named_and_stops_nothing(archive: Archive, news: Path) -> None:
    watch, told = watching(archive, Plan((news,), look=0.0, vectors=False))
    (news / "a.jsonl").write_text("{")
    (news / "gone.md").symlink_to(news / "nowhere")
    story(news, 1, "The ferry sailed on Monday.")
    for _ in range(3):
        watch.round()
    assert told.lines[0] == f"{news}/gone.md: a link that leads nowhere"
    assert told.lines[1] == "2 files: 1 failed, 1 added"
    assert told.lines[2].startswith(f"{news}/a.jsonl:1: failed: not valid JSON")
    assert len(told.lines) == 3
    assert archive.counts() == (1, 1, 0)


def test_once_reads_what_has_settled_and_counts_it(archive: Archive, news: Path) -> None:
    story(news, 1, "The ferry sailed on Monday.")
    (news / "a.jsonl").write_text("{")
    report = watching(archive, Plan((news,), look=0.0))[0].once()
    assert report.counts == {"added": 1, "failed": 1}
    again = watching(archive, Plan((news,), look=0.0))[0].once()
    assert again.counts == {"unchanged": 1, "failed": 1}


def test_a_watch_waits_for_another_that_writes(archive: Archive, news: Path) -> None:
    story(news, 1, "The ferry sailed on Monday.")
    archive.folder.mkdir()
    other = ExitStack()
    other.enter_context(writer_lock(archive.folder, "ingest"))
    watch, told = watching(archive, Plan((news,), look=0.0))

    def status(text: str) -> None:
        told.status.append(text)
        if text.startswith("waiting: "):
            other.close()

    watch.status = status
    watch.once()
    waited = [text for text in told.status if text.startswith("waiting: ")]
    assert len(waited) == 1
    assert "is being written by" in waited[0]
    assert told.lines == ["1 files: 1 added"]


def test_a_watch_that_waits_can_be_stopped(archive: Archive, news: Path) -> None:
    story(news, 1, "The ferry sailed on Monday.")
    archive.folder.mkdir()
    watch, told = watching(archive, Plan((news,), look=0.0))

    def status(text: str) -> None:
        if text.startswith("waiting: "):
            watch.stopping.set()

    watch.status = status
    with writer_lock(archive.folder, "ingest"):
        watch.run()
    assert told.lines == []
    assert not archive.exists()


def test_a_full_disk_is_told_and_what_was_to_be_read_is_read_later(
    archive: Archive, news: Path
) -> None:
    for number in range(60):
        story(news, number, f"The ferry sailed to island {number}. " * 20)
    watch, told = watching(archive, Plan((news,), look=0.0))

    def show(text: str) -> None:
        told.lines.append(text)
        watch.stopping.set()

    watch.show = show
    with room(40_000):
        watch.run()
    assert len(told.lines) == 1
    assert "no room to write" in told.lines[0]
    watch.stopping.clear()
    watch.run()
    assert archive.counts()[0] == 60
    assert archive.coverage() == 1.0


def test_nothing_to_watch_is_an_error(archive: Archive, news: Path) -> None:
    path = story(news, 1, "Fog.")
    with pytest.raises(ConfigError, match=r"1\.jsonl' is no folder to watch; .*dateline ingest"):
        watching(archive, Plan((path,)))
    with pytest.raises(ArchiveError, match="there is no archive"):
        watching(archive, Plan(feeds=True))


def test_the_log_tells_what_happened_and_keeps_no_secrets(
    archive: Archive, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_jsonl(news / "1.jsonl", [row(1, "Fog.", date="the day my secret plan began")])
    os.utime(news / "1.jsonl", (1, 1))
    with watch_log(archive.folder) as path, caplog.at_level(logging.DEBUG):
        watching(archive, Plan((news,), look=0.0))[0].once()
    logged = path.read_text(encoding="utf-8")
    assert path == archive.folder / "watch.log"
    messages = [line.split(" ", 3)[3] for line in logged.splitlines()]
    assert messages[:2] == ["started", "1 files: 1 added"]
    assert messages[-1] == "ended"
    assert "date '...'" in messages[2]
    assert "secret" not in logged
    assert "dateline.watch" not in {record.name for record in caplog.records}


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="file"), watch_log(tmp_path / "file"):
        pass


@pytest.fixture
def server() -> Iterator[Site]:
    date = "<meta property='article:published_time' content='2025-05-03'>"
    body = f"<body><article><p>{SEEN}</p></article></body>"
    page = f"<html><head>{date}</head>{body}</html>".encode()
    with site({f"/{number}": reply(page) for number in (1, 2)}) as running:
        yield running


def feed(*numbers: int) -> bytes:
    items = "".join(f"<item><link>/{number}</link></item>" for number in numbers)
    body = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"
    return reply(body.encode(), content_type="application/rss+xml")


@pytest.fixture
def online(tmp_path: Path) -> Iterator[Archive]:
    """An archive that may ask 127.0.0.1."""
    settings = Settings(
        encoder="hashing", network=True, network_hosts=("127.0.0.1",), network_delay=0
    )
    with Archive.open(tmp_path / "a", settings=settings, encoder=HashingEncoder()) as opened:
        yield opened


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.enable_socket
def test_feeds_are_polled_when_their_time_has_come_and_a_reader_sees_what_is_new(
    online: Archive, server: Site
) -> None:
    url = online.feeds.add(server.says("/feed", feed(1), feed(1, 2)))
    clock = Clock()
    watch, told = watching(online, Plan(feeds=True, every=300))
    watch.clock = clock
    watch.round()
    assert told.lines == ["1 feeds, 0 unchanged: 1 added"]
    assert online.search("ferry Marigold")[0].article.id.endswith("/1")
    clock.now += 299
    watch.round()
    assert server.pages().count("/feed") == 1
    clock.now += 1
    watch.round()
    assert server.pages().count("/feed") == 2
    assert online.counts()[0] == 2
    # A clock that was put back by a year must not keep a feed from being read.
    clock.now -= 365 * 86_400
    watch.round()
    assert server.pages().count("/feed") == 3
    assert told.lines[2:] == []
    assert [each.url for each in online.feeds.all()] == [url]


@pytest.mark.enable_socket
def test_a_feed_that_fails_is_asked_half_as_often_and_taken_up_again(
    online: Archive, server: Site
) -> None:
    broken = reply(status=500)
    online.feeds.add(server.says("/feed", broken, broken, feed(1)))
    clock = Clock(datetime.now(UTC).timestamp())
    watch, told = watching(online, Plan(feeds=True, every=300))
    watch.clock = clock
    asked = []
    for _ in range(7):
        watch.round()
        asked.append(server.pages().count("/feed"))
        clock.now += 300
    # After one failure the next poll is due in 600 seconds, after two in 1,200.
    assert asked == [1, 1, 2, 2, 2, 2, 3]
    assert sum("status 500" in line for line in told.lines) == 2
    assert told.lines[-1] == "1 feeds, 0 unchanged: 1 added"


@pytest.mark.enable_socket
def test_a_feed_that_is_removed_meanwhile_stops_nothing(online: Archive, server: Site) -> None:
    url = online.feeds.add(server.says("/feed", feed(1)))
    online.feeds.add(server.says("/other", feed(2)))
    watch, told = watching(online, Plan(feeds=True, every=0))

    def status(text: str) -> None:
        if text.startswith("polling 2") and len(online.feeds.all()) == 2:
            online.feeds.remove(url)

    watch.status = status
    watch.round()
    watch.round()
    assert told.lines == ["1 feeds, 0 unchanged: 1 added"]


def test_run_goes_on_until_it_is_stopped_from_another_thread(archive: Archive, news: Path) -> None:
    story(news, 1, "The ferry sailed on Monday.")
    watch, told = watching(archive, Plan((news,), look=0.001))
    read = threading.Event()

    def show(text: str) -> None:
        told.lines.append(text)
        read.set()

    watch.show = show
    running = threading.Thread(target=watch.run)
    running.start()
    assert read.wait(60)
    watch.stopping.set()
    running.join()
    assert told.lines == ["1 files: 1 added"]
