"""Canonical ids, publishers and slugs of web addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import canonical_id
from rag.corpus.urls import is_web_address, publisher_of, slug_words

ODD = st.text(alphabet="abW.w:/?&=;#%4125@!\"' index.htmlquotpref", max_size=40)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://www.Harbour.example/2024/06/12/ferry/x/index.html?utm_source=a#top",
            "harbour.example/2024/06/12/ferry/x",
        ),
        ("http://harbour.example/ferry", "harbour.example/ferry"),
        ("//harbour.example/ferry/", "harbour.example/ferry"),
        ("harbour.example/ferry", "harbour.example/ferry"),
        ("  HTTPS://HARBOUR.EXAMPLE/Ferry  ", "harbour.example/Ferry"),
        ("https://harbour.example", "harbour.example"),
        ("https://harbour.example/index.php", "harbour.example"),
        ("https://harbour.example/a/index.htm/", "harbour.example/a"),
        ("https://harbour.example/my-index.html", "harbour.example/my-index.html"),
        ("https://harbour.example:443/a", "harbour.example/a"),
        ("http://harbour.example:80/a", "harbour.example/a"),
        ("http://harbour.example:8080/a", "harbour.example:8080/a"),
        ("https://mara:secret@harbour.example/a", "harbour.example/a"),
        ("https://harbour.example./a", "harbour.example/a"),
        ("https://harbour.example/a//b", "harbour.example/a/b"),
        ("https://harbour.example/a;jsessionid=12AB", "harbour.example/a"),
        ("", ""),
    ],
)
def test_how_an_article_was_linked_does_not_change_its_id(url: str, expected: str) -> None:
    assert canonical_id(url) == expected


@pytest.mark.parametrize(
    "query",
    [
        "?utm_medium=mail&UTM_Source=x",
        "?fbclid=1",
        "?gclid=1&ref=home",
        "?cmp=a",
        "?cid=external-feeds",
        "?amp",
        "?outputType=amp",
        "&ref=other.example",
        "?a=&a=".replace("a=", "mc_cid=1"),
        "?&&",
        "#~:text=ferry",
    ],
)
def test_tracking_parameters_and_fragments_are_dropped(query: str) -> None:
    assert canonical_id(f"https://harbour.example/ferry{query}") == "harbour.example/ferry"


def test_parameters_that_name_the_article_are_kept_in_order_of_name() -> None:
    url = "https://harbour.example/show?page=2&id=7&utm_term=x&cid=12"
    assert canonical_id(url) == "harbour.example/show?cid=12&id=7&page=2"


@pytest.mark.parametrize(
    "junk", ["&quot;", "&quot", '"', "%22", "!", "&ref=shop.example", "'>", " ", "&#39;"]
)
def test_junk_that_pages_leave_at_the_end_of_links_is_dropped(junk: str) -> None:
    assert canonical_id(f"https://harbour.example/a/index.html{junk}") == "harbour.example/a"


def test_escaped_ampersands_part_parameters() -> None:
    url = "https://harbour.example/a?id=1&amp;utm_source=x&amp;page=2"
    assert canonical_id(url) == "harbour.example/a?id=1&page=2"


def test_an_ampersand_within_a_path_stays() -> None:
    assert canonical_id("https://harbour.example/at&t-wins") == "harbour.example/at&t-wins"


def test_percent_encoding_is_brought_to_one_form() -> None:
    assert canonical_id("http://a.example/%7emara/caf%c3%a9") == "a.example/~mara/caf%C3%A9"
    assert canonical_id("http://a.example/~mara/café") == "a.example/~mara/caf%C3%A9"
    assert canonical_id("http://a.example/100%") == "a.example/100%25"


def test_hosts_with_other_letters_have_one_form() -> None:
    expected = "xn--mnchen-3ya.example/a"
    assert canonical_id("https://MÜNCHEN.example/a") == expected
    assert canonical_id("https://www.xn--mnchen-3ya.example/a") == expected


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), ODD))
def test_applying_it_again_changes_nothing(url: str) -> None:
    once = canonical_id(url)
    assert canonical_id(once) == once


@settings(deadline=None)
@given(ODD)
def test_scheme_and_www_never_matter(url: str) -> None:
    assert canonical_id(f"https://www.h.example/{url}") == canonical_id(f"//h.example/{url}")


def test_the_publisher_is_the_host() -> None:
    assert publisher_of("https://www.harbour.example/2024/ferry?x=1") == "harbour.example"
    assert publisher_of("http://theharbour.co.example") == "theharbour.co.example"
    assert publisher_of("") == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://harbour.example/a?b=c#d",
        "harbour.example/a",
        "//harbour.example",
        "http://localhost:8000/a",
        "http://[::1]/a",
    ],
)
def test_web_addresses_are_recognised(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url", ["", "#", "n/a", "none", "javascript:alert(1)", "two words.example", "/a/b", "a@b"]
)
def test_other_texts_are_no_web_addresses(url: str) -> None:
    assert not is_web_address(url)


def test_an_address_of_more_than_2000_characters_is_refused() -> None:
    assert is_web_address("https://a.example/" + "x" * 1_982)
    assert not is_web_address("https://a.example/" + "x" * 1_983)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example/2024/03/ferry-returns-a71419/", "Ferry returns"),
        ("https://h.example/story/ferry-to-vesk/5834998001/", "Ferry to vesk"),
        ("https://h.example/storm_of_2021.html", "Storm of 2021"),
        ("https://h.example/news/ferry-and-storm/click", "Ferry and storm"),
        ("https://h.example/h_e4a664d8138d4c48", ""),
        ("https://h.example/", ""),
        ("", ""),
    ],
)
def test_a_slug_gives_the_words_of_a_title(url: str, expected: str) -> None:
    assert slug_words(url) == expected
