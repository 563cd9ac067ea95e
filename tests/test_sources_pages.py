"""Addresses to articles, from a real server: pages, sitemaps, and what is neither."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from rag.corpus import Read, Unread
from rag.sources.addresses import AddressGuard
from rag.sources.fetcher import Fetcher, FetchLimits
from rag.sources.pages import Pages, is_address
from rag.sources.visiting import PolitenessPolicy, Visitor
from tests.misbehaving import Answer, Site, flood, reply, site

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Still:
    """A clock that only goes on while someone sleeps."""

    now: float = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def server() -> Iterator[Site]:
    with site({f"/{number}": page(number) for number in range(1, 6)}) as running:
        yield running


def page(number: int) -> bytes:
    """A reply with a page of its own text."""
    words = f"Ferry number {number} sailed from Grevesand on Monday, the harbour office said."
    head = '<meta property="article:published_time" content="2025-05-03T09:00:00Z">'
    return reply(
        f"<html><head>{head}</head><body><article><p>{words}</p></article></body>".encode()
    )


def listing(server: Site, *paths: str, kind: str = "url") -> bytes:
    """A sitemap of paths of the server; an index with the kind "sitemap"."""
    links = [path if "://" in path else server.url(path) for path in paths]
    inner = "".join(f"<{kind}><loc>{link}</loc></{kind}>" for link in links)
    root = "urlset" if kind == "url" else "sitemapindex"
    return f"<{root}>{inner}</{root}>".encode()


def xml(data: bytes, kind: str = "application/xml") -> bytes:
    """A reply with a sitemap."""
    return reply(data, content_type=kind)


def pages(limit: int = 100) -> Pages:
    """A reader of pages that may ask 127.0.0.1 and waits by a clock of its own."""
    fetcher = Fetcher(AddressGuard(("127.0.0.1",)), FetchLimits(wire=1_000_000))
    return Pages(Visitor(fetcher, PolitenessPolicy(), Still()), limit, NOW)


def told(server: Site, *paths: str, limit: int = 100) -> list[str]:
    """What became of each address: the path of an article, or path and reason."""
    outcomes = list(pages(limit).read([server.url(path) for path in paths]))
    base = server.url("")
    return [
        outcome.path.removeprefix(base)
        if isinstance(outcome, Read)
        else f"{outcome.path.removeprefix(base)}: {outcome.reason.replace(base, '')}"
        for outcome in outcomes
    ]


def test_a_page_is_an_article(server: Site) -> None:
    (outcome,) = pages().read([server.url("/1"), server.url("/1")])
    assert isinstance(outcome, Read)
    assert outcome.article.url == outcome.path == server.url("/1")
    assert outcome.article.text.startswith("Ferry number 1 sailed from Grevesand")
    assert str(outcome.article.published) == "2025-05-03T09:00:00Z"
    assert server.asked == ["/robots.txt", "/1"]


def test_a_page_is_kept_under_the_address_it_leads_to(server: Site) -> None:
    server.says("/old", reply(status=301, location="/2"))
    (outcome,) = pages().read([server.url("/old")])
    assert isinstance(outcome, Read)
    assert outcome.article.url == server.url("/2")


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8"])
def test_the_pages_of_a_sitemap_are_read(server: Site, kind: str) -> None:
    server.says("/map.xml", xml(listing(server, "/1", "/2", "/3", "/1"), kind))
    assert told(server, "/map.xml") == ["/1", "/2", "/3"]


@pytest.mark.parametrize(
    "kind", ["application/gzip", "application/x-gzip", "application/octet-stream"]
)
def test_a_packed_sitemap_is_unpacked(server: Site, kind: str) -> None:
    server.says("/map.xml.gz", xml(gzip.compress(listing(server, "/1", "/2")), kind))
    assert told(server, "/map.xml.gz") == ["/1", "/2"]


def test_no_more_pages_than_the_limit_are_asked_for(server: Site) -> None:
    server.says("/map.xml", xml(listing(server, "/1", "/2", "/3")))
    outcomes = list(pages(limit=2).read([server.url("/map.xml")]))
    assert server.pages() == ["/map.xml", "/1", "/2"]
    first, last = outcomes
    assert isinstance(first, Read)
    assert isinstance(last, Read)
    assert first.warnings == ()
    note = f"the last of 2 pages read; '{server.url('/map.xml')}' lists more: raise --limit"
    assert last.warnings == (note,)
    assert told(server, "/map.xml", limit=3) == ["/1", "/2", "/3"]


def test_the_note_stands_beside_a_failure_too(server: Site) -> None:
    server.says("/map.xml", xml(listing(server, "/missing", "/2")))
    (line,) = told(server, "/map.xml", limit=1)
    assert line.startswith("/missing: status 404")
    assert line.endswith("the last of 1 pages read; '/map.xml' lists more: raise --limit")


def test_an_index_leads_to_the_pages_of_its_sitemaps(server: Site) -> None:
    index = listing(server, "/a.xml", "/b.xml", "/a.xml", "/gone.xml", "/index.xml", kind="sitemap")
    server.says("/index.xml", xml(index))
    server.says("/a.xml", xml(listing(server, "/1", "/2")))
    server.says("/b.xml", xml(listing(server, "/2", "/3")))
    assert told(server, "/index.xml") == [
        "/1",
        "/2",
        "/3",
        "/gone.xml: status 404: there is nothing at this address; check its spelling",
    ]
    assert server.asked.count("/a.xml") == 1


def test_the_sitemaps_behind_the_limit_are_not_asked_for(server: Site) -> None:
    server.says("/index.xml", xml(listing(server, "/a.xml", "/b.xml", kind="sitemap")))
    server.says("/a.xml", xml(listing(server, "/1", "/2", "/3")))
    assert told(server, "/index.xml", limit=2) == ["/1", "/2"]
    assert server.pages() == ["/index.xml", "/a.xml", "/1", "/2"]


def test_what_an_index_must_not_lead_to_is_named(server: Site) -> None:
    server.says("/index.xml", xml(listing(server, "/inner.xml", "/bad.xml", "/1", kind="sitemap")))
    server.says("/inner.xml", xml(listing(server, "/a.xml", kind="sitemap")))
    server.says("/bad.xml", xml(b"<urlset>"))
    inner, bad, wrong = told(server, "/index.xml")
    assert inner == "/inner.xml: an index within an index; name it by itself"
    assert bad.startswith("/bad.xml: not valid XML")
    assert wrong.startswith("/1: of type 'text/html'")


@pytest.mark.parametrize(
    "link",
    ["https://radio.example/1", "file:///etc/passwd", "http://10.0.0.7/", "//radio.example/"],
)
def test_pages_of_other_hosts_are_named_and_not_asked(server: Site, link: str) -> None:
    server.says("/map.xml", xml(f"<urlset><url><loc>{link}</loc></url></urlset>".encode()))
    (line,) = told(server, "/map.xml")
    assert line.endswith(
        "of another host than the sitemap '/map.xml' that lists it; name it by itself"
    )
    assert server.pages() == ["/map.xml"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (xml(b"<urlset/>"), "a sitemap that lists no pages"),
        (xml(b"<rss/>"), "a feed, not a sitemap"),
        (xml(b"\x89PNG", "application/octet-stream"), "not valid XML"),
        (
            xml(b"{}", "application/json"),
            "of type 'application/json'; what is read: application/gzip",
        ),
        (reply(b"<html></html>"), "no article text found in the page"),
        (reply(status=410), "status 410: the content was removed from this address"),
        (flood(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", b"<a>" * 999), "larger than"),
    ],
)
def test_what_cannot_be_read_is_named(server: Site, answer: Answer, reason: str) -> None:
    server.says("/case", answer)
    failed, after = told(server, "/case", "/1")
    assert failed.startswith(f"/case: {reason}")
    assert after == "/1"


def test_where_another_address_failed_it_is_named(server: Site) -> None:
    server.says("/a", reply(status=302, location="/b"))
    (outcome,) = pages().read([server.url("/a")])
    assert isinstance(outcome, Unread)
    assert outcome.path == server.url("/a")
    assert outcome.reason.startswith(f"'{server.url('/b')}': status 404")


def test_addresses_that_may_not_be_asked_are_named() -> None:
    outcomes = list(pages().read(["file:///etc/passwd", "http://10.0.0.7/"]))
    assert [
        outcome.reason.partition(";")[0] for outcome in outcomes if isinstance(outcome, Unread)
    ] == [
        "its scheme is 'file'",
        "'10.0.0.7' leads to '10.0.0.7', which is not on the public internet",
    ]


def test_one_page_by_itself_is_no_sitemap(server: Site) -> None:
    server.says("/map.xml", xml(listing(server, "/1")))
    outcome = pages().article(server.url("/map.xml"))
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith("of type 'application/xml'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTP://a.example", True),
        ("file:///a", True),
        ("a/b.html", False),
        ("C:\\a", False),
        ("a:b", False),
    ],
)
def test_an_address_has_a_scheme(text: str, expected: bool) -> None:
    assert is_address(text) is expected
