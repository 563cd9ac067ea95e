"""WARC: the pages that a crawl kept."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.corpus import Read, Unread
from tests.reading import read_all

pytest.importorskip("warcio")
LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."
PAGE = (
    "<html lang='en'><head><title>Ferry sails</title>"
    "<meta property='article:published_time' content='2025-05-03T08:15:00Z'></head><body>"
    f"<article><h1>Ferry sails</h1><p>{LEAD}</p><p>Ninety people went ashore on the island, "
    "where a band was playing, and the mayor was glad of it.</p></article></body></html>"
)


def record(
    url: str,
    body: bytes,
    *,
    kind: str = "response",
    type_: str = "text/html; charset=utf-8",
    status: str = "200 OK",
    headers: Sequence[str] = (),
) -> bytes:
    """A record of a WARC file, with the reply of the server in it where it is a response."""
    if kind == "response":
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {type_}", *headers]
        body = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        type_ = "application/http; msgtype=response"
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2025-06-01T00:00:00Z",
        "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>",
        f"Content-Type: {type_}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"


def read(folder: Path, content: bytes, name: str = "a.warc") -> list[Read | Unread]:
    return read_all(folder / name, content)


URL = "https://courier.example/ferry"
RECORDS = [
    record("", b"software: a crawler", kind="warcinfo", type_="application/warc-fields"),
    record(URL, PAGE.encode()),
    record("https://courier.example/a.png", b"\x89PNG", type_="image/png"),
    record("https://courier.example/gone", PAGE.encode(), status="404 Not Found"),
    record("https://courier.example/zipped", b"PK\x03\x04", type_="application/zip"),
    record(
        "https://ledger.example/b", gzip.compress(PAGE.encode()), headers=["Content-Encoding: gzip"]
    ),
    record("https://courier.example/empty", b"<html></html>"),
    record("https://courier.example/text", LEAD.encode(), kind="conversion", type_="text/plain"),
]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_that_were_fetched_are_articles(tmp_path: Path, name: str) -> None:
    packed = map(gzip.compress, RECORDS) if name.endswith("gz") else RECORDS
    first, second, empty, text = read(tmp_path, b"".join(packed), name)
    assert isinstance(first, Read)
    assert first.article.id == "courier.example/ferry"
    assert first.path == f"{tmp_path}/{name}:2"
    assert LEAD in first.article.text
    assert first.article.publisher == "courier.example"
    assert str(first.article.published) == "2025-05-03T08:15:00Z"
    assert isinstance(second, Read)
    assert (second.article.id, second.path) == ("ledger.example/b", f"{tmp_path}/{name}:6")
    assert second.article.text == first.article.text
    reason = "'https://courier.example/empty': no article text found in the page"
    assert empty == Unread(f"{tmp_path}/{name}:7", reason)
    assert isinstance(text, Read)
    assert (text.article.text, text.article.url) == (LEAD, "https://courier.example/text")


def test_a_page_cannot_take_the_place_of_another_host(tmp_path: Path) -> None:
    page = PAGE.replace("<title>", '<link rel="canonical" href="https://ledger.example/x"><title>')
    (outcome,) = read(tmp_path, record(URL, page.encode()))
    assert isinstance(outcome, Read)
    assert outcome.article.id == "courier.example/ferry"
    (warning,) = outcome.warnings
    assert warning.startswith("names 'https://ledger.example/x' as its own address")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_what_is_cut_off_is_named_and_what_comes_before_is_read(
    tmp_path: Path, packed: bool, share: float
) -> None:
    content = gzip.compress(RECORDS[1]) if packed else RECORDS[1]
    name = "a.warc.gz" if packed else "a.warc"
    first, fault = read(tmp_path, content + content[: int(len(content) * share)], name)
    assert isinstance(first, Read)
    assert isinstance(fault, Unread)
    cut_off = fault.reason.endswith("it is cut off in the midst of a record")
    assert cut_off or fault.reason.startswith("damaged after record 1, or no WARC file: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"plain words\n", "damaged after record 0, or no WARC file: "),
        (
            gzip.compress(gzip.compress(RECORDS[1], mtime=0), mtime=0),
            "damaged after record 0, or no WARC file: ",
        ),
        (RECORDS[1][8:], "it holds no page that was fetched with success, in 1 records"),
        (RECORDS[2], "it holds no page that was fetched with success, in 1 records"),
    ],
    ids=["empty", "text", "archive in archive", "no version", "pictures"],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (outcome,) = read(tmp_path, content, "a.warc.gz")
    assert isinstance(outcome, Unread)
    assert outcome.reason.startswith(reason)


def test_a_page_that_unpacks_to_too_much_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + b"x" * (21 << 20))
    records = record(URL, bomb, headers=["Content-Encoding: gzip"]) + RECORDS[1]
    first, second = read(tmp_path, records)
    assert isinstance(first, Unread)
    assert first.reason.endswith("larger than the 20 MB that one article may have; split it")
    assert isinstance(second, Read)
