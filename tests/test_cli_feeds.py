"""`dateline feed add|list|remove|poll` as a user meets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands import Commands
from tests.misbehaving import Site, reply, site

TEXT = "The ferry Marigold sailed from Grevesand on Friday with 41 passengers on board."


@pytest.fixture
def server() -> Iterator[Site]:
    page = f"<html><body><article><p>{TEXT}</p></article></body></html>".encode()
    items = "<item><link>/1</link></item><item><link>/2</link></item>"
    feed = f"<rss version='2.0'><channel><title>The Courier</title>{items}</channel></rss>".encode()
    answers = {"/1": reply(page), "/feed": reply(feed, content_type="application/rss+xml")}
    with site(answers) as running:
        yield running


@pytest.fixture
def dateline(dateline: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATELINE_NETWORK", "true")
    monkeypatch.setenv("DATELINE_NETWORK_HOSTS", "127.0.0.1")
    monkeypatch.setenv("DATELINE_NETWORK_DELAY", "0")
    return dateline


def test_a_feed_is_followed_polled_and_forgotten(dateline: Commands, server: Site) -> None:
    url = server.url("/feed")
    added = dateline("feed", "add", url)
    assert (added.status, added.out) == (0, f"following {url}\n")
    assert "dateline feed poll --archive archive" in added.err
    polled = dateline("feed", "poll")
    assert polled.out == "1 added, 0 revised, 0 unchanged, 0 duplicate, 1 failed\n"
    assert "1 feeds polled, 0 with nothing new" in polled.err
    polled.refused(f"{server.url('/2')}: status 404", status=1)
    assert dateline("search", "ferry Marigold", "-k", 1, "--json").json[0]["article"]["url"] == (
        server.url("/1")
    )
    again = dateline("feed", "poll", url, "--limit", 5, "--no-vectors")
    assert again.status == 0
    assert "1 feeds polled, 1 with nothing new" in again.err
    assert dateline("feed", "list").out == f"{url}  The Courier\n"
    (listed,) = dateline("feed", "list", "--json").json
    assert listed.pop("last_read") is not None
    assert listed == {
        "url": url,
        "title": "The Courier",
        "entries": 2,
        "last_failed": None,
        "failures": 0,
        "reason": "",
    }
    assert dateline("feed", "remove", url).out == f"no longer following {url}\n"
    assert dateline("feed", "list").out == "no feed is followed\n"


def test_what_is_wrong_is_said_with_what_mends_it(
    dateline: Commands, server: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dateline("feed", "list").refused("there is no archive in 'archive'")
    dateline("feed", "add", "courier.example/feed").refused("only http and https")
    url = server.url("/feed")
    dateline("feed", "add", url)
    dateline("feed", "add", url).refused(f"'{url}' is followed already", "dateline feed poll")
    dateline("feed", "remove", "https://x.example").refused(f"followed: '{url}'")
    monkeypatch.setenv("DATELINE_NETWORK", "false")
    dateline("feed", "poll").refused("DATELINE_NETWORK=true")
    assert server.asked == []
