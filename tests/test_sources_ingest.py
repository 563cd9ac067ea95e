"""`dateline ingest URL...`: from a server into the archive, and only where that is enabled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import Settings
from rag.store import Database, Runs
from tests.builders import row, write_jsonl
from tests.commands import Commands
from tests.misbehaving import Site, reply, site
from tests.postgresql import ON_BOTH

pytestmark = ON_BOTH

FERRY = "The ferry Marigold sailed from Grevesand on Friday with 41 passengers on board."


def page(text: str) -> bytes:
    """A reply with a page of one dated article."""
    head = '<meta property="article:published_time" content="2025-05-03T09:00:00Z">'
    return reply(f"<html><head>{head}</head><body><article><p>{text}</p></article></body>".encode())


@pytest.fixture
def server() -> Iterator[Site]:
    with site({"/1": page(FERRY), "/2": page(FERRY.replace("41", "17"))}) as running:
        yield running


@pytest.fixture
def offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Commands:
    return Commands(monkeypatch, capsys, tmp_path)


@pytest.fixture
def dateline(offline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The command where the network is enabled and the server is the newsroom's."""
    monkeypatch.setenv("DATELINE_NETWORK", "true")
    monkeypatch.setenv("DATELINE_NETWORK_HOSTS", "127.0.0.1, news.intranet.example")
    monkeypatch.setenv("DATELINE_NETWORK_DELAY", "0")
    return offline


def test_without_the_setting_nothing_is_asked_or_made(
    offline: Commands, server: Site, tmp_path: Path
) -> None:
    url = server.url("/1")
    ended = offline("ingest", url)
    ended.refused(f"'{url}' is on the network", "network = true", "DATELINE_NETWORK=true")
    assert server.asked == []
    assert not (tmp_path / "archive").exists()


def test_private_servers_are_asked_only_by_name(
    offline: Commands, server: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_NETWORK", "true")
    ended = offline("ingest", server.url("/1"))
    ended.refused("'127.0.0.1' leads to '127.0.0.1'", "name its host in network_hosts", status=1)
    assert server.asked == []


def test_a_page_is_found_and_the_same_again_is_unchanged(dateline: Commands, server: Site) -> None:
    ended = dateline("ingest", server.url("/1"))
    assert (ended.status, ended.out) == (
        0,
        "1 added, 0 revised, 0 unchanged, 0 duplicate, 0 failed\n",
    )
    (hit,) = dateline("search", "ferry Marigold passengers", "--json").json
    assert (hit["article"]["url"], hit["article"]["published"][:10]) == (
        server.url("/1"),
        "2025-05-03",
    )
    assert dateline("ingest", server.url("/1")).out.startswith("0 added, 0 revised, 1 unchanged")
    server.says("/1", page(FERRY.replace("41", "42")))
    assert dateline("ingest", server.url("/1")).out.startswith("0 added, 1 revised")


def test_addresses_and_files_are_one_run(dateline: Commands, server: Site, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(9, "The library will close on Sundays.")])
    urls = [server.url("/1"), server.url("/missing"), server.url("/2")]
    ended = dateline("ingest", urls[0], "in.jsonl", *urls[1:])
    assert ended.out == "3 added, 0 revised, 0 unchanged, 0 duplicate, 1 failed\n"
    ended.refused(f"error: {urls[1]}: status 404: there is nothing at this address", status=1)
    database = Database(tmp_path / "archive", Settings().store, read_only=True)
    outcomes = {one.path: one.kind for one in Runs(database).outcomes(1)}
    database.close()
    assert outcomes == {
        "in.jsonl:1": "added",
        urls[0]: "added",
        urls[1]: "failed",
        urls[2]: "added",
    }


def test_a_sitemap_is_read_up_to_the_limit(dateline: Commands, server: Site) -> None:
    links = "".join(f"<url><loc>{server.url(path)}</loc></url>" for path in ("/1", "/2"))
    url = server.says(
        "/map.xml", reply(f"<urlset>{links}</urlset>".encode(), content_type="text/xml")
    )
    ended = dateline("ingest", url, "--limit", 1)
    assert ended.out.startswith("1 added")
    assert "lists more: raise --limit" in ended.err
    assert dateline("ingest", url).out.startswith("1 added, 0 revised, 1 unchanged")


def test_robots_are_heeded_and_a_busy_server_is_left_alone(
    dateline: Commands, server: Site
) -> None:
    server.says("/robots.txt", reply(b"User-agent: *\nDisallow: /1", content_type="text/plain"))
    server.says("/2", reply(status=429, retry_after="3600"))
    ended = dateline("ingest", server.url("/1"), server.url("/2"), server.url("/3"))
    assert ended.out == "0 added, 0 revised, 0 unchanged, 0 duplicate, 3 failed\n"
    assert "robots.txt asks not to be read there" in ended.err
    assert ended.err.count("asks for a pause of 3,600 s; run the same command later") == 2
    assert server.pages() == ["/2"]


def test_hosts_may_stand_in_the_settings_file(
    offline: Commands, server: Site, tmp_path: Path
) -> None:
    text = f"network = true\nnetwork_hosts = {json.dumps(['127.0.0.1'])}\nnetwork_delay = 0\n"
    (tmp_path / "dateline.toml").write_text(text)
    assert offline("ingest", server.url("/1")).out.startswith("1 added")


def test_a_negative_delay_is_refused(offline: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_NETWORK_DELAY", "-1")
    offline("ingest", "https://courier.example/1").refused("setting 'network_delay'")
