"""Sitemaps: what they list, newest first, and what is no sitemap."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import CorpusError
from rag.sources import pages
from rag.sources.pages import parse_sitemap

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
BOMB = (
    '<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    "<urlset><url><loc>https://courier.example/&c;</loc></url></urlset>"
)
PIECES = [
    "<urlset>", "</urlset>", "<url>", "</url>", "<loc>", "</loc>", "<sitemapindex>", "<sitemap>",
    "https://courier.example/1", "<lastmod>2025-05-03</lastmod>", "<!-- -->", "<?x y?>", "&amp;",
    "&a;", "<!DOCTYPE urlset>", "<?xml version='1.0' encoding='utf-16'?>", "<![CDATA[x]]>", "\x00",
]  # fmt: skip


def urlset(*entries: str) -> bytes:
    """A sitemap of pages."""
    inner = "".join(f"<url>{entry}</url>" for entry in entries)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<urlset {NAMESPACE} {NEWS}>{inner}</urlset>".encode()


def test_pages_are_listed_newest_first_and_once() -> None:
    found = parse_sitemap(
        urlset(
            "<loc>https://courier.example/1</loc>",
            "<loc> https://courier.example/2 </loc><lastmod>2025-05-03</lastmod>",
            "<lastmod>2025-05-04T10:00:00+02:00</lastmod><loc>https://courier.example/3</loc>",
            "<loc>https://courier.example/4</loc><news:news><news:publication_date>2025-05-04T09:00Z"
            "</news:publication_date></news:news>",
            "<loc>https://courier.example/5</loc><lastmod>soon</lastmod>",
            "<loc>https://courier.example/2</loc>",
            "<lastmod>2025-05-09</lastmod>",
        )
    )
    assert found.kind == "pages"
    assert [url[-1] for url in found.urls] == ["4", "3", "2", "1", "5"]


def test_an_index_lists_sitemaps() -> None:
    inner = "<sitemap><loc>https://courier.example/a.xml.gz</loc></sitemap>"
    data = f"<sitemapindex {NAMESPACE}>{inner}<!-- more --></sitemapindex>".encode()
    assert parse_sitemap(data).kind == "sitemaps"
    assert parse_sitemap(gzip.compress(data)).urls == ("https://courier.example/a.xml.gz",)


def test_only_as_many_as_the_protocol_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_ENTRIES", 2)
    data = urlset(*(f"<loc>https://courier.example/{n}</loc>" for n in range(5)))
    assert [url[-1] for url in parse_sitemap(data).urls] == ["0", "1"]


def test_an_image_of_a_page_is_no_page() -> None:
    data = urlset("<loc>https://a.example/1</loc><image><loc>https://a.example/1.png</loc></image>")
    assert parse_sitemap(data).urls == ("https://a.example/1",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not valid XML"),
        (b"hello", "not valid XML: Start tag expected"),
        (b"<urlset><url><loc>https://a.example/1</loc></url>", "not valid XML"),
        (b"<urlset><url><loc>caf\xe9</loc></url></urlset>", "not valid XML"),
        (BOMB.encode(), "declares a document type, which no sitemap needs"),
        (BOMB.encode("utf-16"), "declares a document type"),
        (b'<!DOCTYPE urlset SYSTEM "file:///etc/passwd"><urlset/>', "declares a document type"),
        (b"<rss><channel/></rss>", "a feed, not a sitemap"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "a feed, not a sitemap"),
        (b"<html/>", "XML, but no sitemap: its first element is 'html'"),
        (gzip.compress(bytes(60_000_000), mtime=0), "unpacks to more than the 52,428,800 bytes"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-4], "its compressed data ends too early"),
        (b"<urlset>" + b"<url>" * 3000, "not valid XML: Excessive depth|not valid XML"),
    ],
)
def test_what_is_no_sitemap_is_named(data: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        parse_sitemap(data)


@given(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_bytes_are_a_sitemap_or_refused(text: str, encoding: str) -> None:
    with suppress(CorpusError):
        assert all(parse_sitemap(text.encode(encoding)).urls)
