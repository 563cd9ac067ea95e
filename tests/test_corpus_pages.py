"""Pages that were fetched: the address they are known by, their outlet and their encoding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.corpus import Page, Read, Unread, read_page, urljoined
from rag.corpus.urls import is_same_site

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://www.harbour.example/2024/ferry?utm_source=x"
LEAD = "The ferry sailed again on Monday after eleven weeks in dock, the harbour office said."


def page(head: str = "", text: str = LEAD) -> str:
    """A page of one paragraph."""
    return f"<html><head><title>Ferry returns</title>{head}</head><body><article><p>{text}</p>" + (
        "<p>Divers had found a crack in the hull in December.</p></article></body></html>"
    )


def read(html: str, url: str = URL) -> Read:
    """The article of a page."""
    outcome = read_page(Page(url, html.encode()), now=NOW)
    assert isinstance(outcome, Read)
    return outcome


def test_a_page_is_known_by_where_it_was_read() -> None:
    outcome = read(page('<meta property="og:site_name" content="The Courier">'))
    article = outcome.article
    assert (article.id, article.url, article.publisher) == (
        "harbour.example/2024/ferry",
        URL,
        "harbour.example",
    )
    assert (outcome.path, article.title) == (URL, "Ferry returns")
    assert article.text.startswith(LEAD)


@pytest.mark.parametrize(
    "host", ["www.harbour.example", "m.harbour.example", "amp.harbour.example"]
)
def test_its_own_address_on_the_same_host_goes_before(host: str) -> None:
    canonical = "https://harbour.example/2024/03/02/ferry-returns/"
    outcome = read(page(f'<link rel="canonical" href="{canonical}">'), f"https://{host}/x")
    assert outcome.article.id == "harbour.example/2024/03/02/ferry-returns"
    assert outcome.article.url == canonical
    assert outcome.warnings == ()


@pytest.mark.parametrize(
    "canonical",
    [
        "https://courier.example/2024/scoop",
        "https://x.harbour.example/a",
        "https://harbour.example/",
    ],
)
def test_no_page_takes_the_place_of_anothers(canonical: str) -> None:
    outcome = read(page(f'<link rel="canonical" href="{canonical}">'))
    assert (outcome.article.id, outcome.article.publisher) == (
        "harbour.example/2024/ferry",
        "harbour.example",
    )
    assert outcome.warnings[0] == (
        f"names '{canonical}' as its own address; stored under the address that was read"
    )


def test_the_servers_word_on_the_encoding_goes_first() -> None:
    data = page('<meta charset="cp1251">', "Паром вернулся в понедельник, сказали в порту.")
    outcome = read_page(Page(URL, data.encode("koi8-r"), "koi8-r"), now=NOW)
    assert isinstance(outcome, Read)
    assert outcome.article.text.startswith("Паром вернулся")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty: it holds no text"),
        (b"<html><body></body></html>", "no article text found"),
        (b"a" * (20 * 1024 * 1024 + 1), "larger than the 20 MB"),
        (b"<html><body>" + b"<div>" * 20_000, "no article text found"),
    ],
)
def test_a_page_without_an_article_is_named(data: bytes, reason: str) -> None:
    outcome = read_page(Page(URL, data), now=NOW)
    assert isinstance(outcome, Unread)
    assert outcome.path == URL
    assert outcome.reason.startswith(reason)


@pytest.mark.parametrize(
    ("url", "named", "same"),
    [
        ("https://courier.example/a", "http://www.courier.example/b", True),
        ("https://courier.example/", "https://courier.example/", True),
        ("https://courier.example/a", "https://courier.example", False),
        ("https://courier.example/a", "https://m.courier.example/a", False),
        ("https://courier.example/a", "", False),
        ("https://mail.example/a", "https://il.example/a", False),
    ],
)
def test_one_site_is_one_host(url: str, named: str, same: bool) -> None:
    assert is_same_site(url, named) is same


def test_links_are_joined_where_they_can_be() -> None:
    assert urljoined("https://courier.example/a/b", "../c") == "https://courier.example/c"
    assert urljoined("https://courier.example/a", "") == ""
    assert urljoined("https://courier.example/a", "http://[") == ""
