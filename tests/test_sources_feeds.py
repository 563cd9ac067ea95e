"""Feeds: RSS, Atom and JSON Feed to the same entries; odd ones named, bombs refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import Page
from rag.errors import CorpusError
from rag.sources.feeds import FULL_WORDS, LARGEST, Entry, Feed, parse_feed, word_count

URL = "https://courier.example/news/feed.xml"
LONG = "The ferry Marigold sailed from Grevesand. " * 25
"""150 words."""
PIECES = [
    "<rss version='2.0'>", "<channel>", "<item>", "<title>", "</title>", "<link>", "</link>",
    "</item>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<content type='html'>",
    "<guid>", "&lt;p&gt;", "<pubDate>", "&#0;", "&#xD800;", "<![CDATA[", "]]>", "\x00", "{", "]",
    '{"version":', "<?xml encoding='x'?>", "<a:b>", "https://[", "<content type='xhtml'><div>",
    "\u0130", "<author>", "@", "(",
]  # fmt: skip


def parse(text: str, encoding: str = "utf-8", charset: str = "") -> Feed:
    """The feed in a text."""
    return parse_feed(Page(URL, text.encode(encoding), charset))


def rss(*items: str) -> str:
    """An RSS feed of items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<rss version="2.0" {space}><channel><title>The Courier</title>{inner}</channel></rss>'


def rss_item(item: str) -> Entry:
    """The entry of an RSS feed with one item."""
    (entry,) = parse(rss(item)).entries
    return entry


def atom(entry: str) -> str:
    """An Atom feed of one entry."""
    space = 'xmlns="http://www.w3.org/2005/Atom"'
    return f"<feed {space}><title>The Courier</title><entry>{entry}</entry></feed>"


def json_feed(*items: Any, **fields: Any) -> str:
    """A JSON Feed of items."""
    given = {"version": "https://jsonfeed.org/version/1.1", "title": "The Courier", "items": items}
    return json.dumps(given | fields)


SAID = "<title type='html'>Ferry &amp;amp; &lt;b&gt;port&lt;/b&gt;</title>"
RSS = rss(
    f"{SAID}<link>/1</link><guid>urn:g1</guid><author>a@b.example (Mara Lind)</author>"
    "<pubDate>Sat, 03 May 2025 09:00:00 GMT</pubDate><description>S</description>"
    f"<content:encoded><![CDATA[<p>{LONG}</p>]]></content:encoded>"
)
ATOM = atom(
    f"{SAID}<link href='../1'/><id>urn:g1</id><author><name>Mara Lind</name></author>"
    "<published>2025-05-03T09:00:00Z</published><summary>S</summary>"
    f"<content type='html'>&lt;p&gt;{LONG}&lt;/p&gt;</content>"
)
JSON_FEED = json_feed(
    {
        "id": "urn:g1",
        "url": "/1",
        "title": "Ferry &amp; <b>port</b>",
        "content_html": f"<p>{LONG}</p>",
        "summary": "S",
        "date_published": "2025-05-03T09:00:00Z",
        "authors": [{"name": "Mara Lind"}],
    }
)


@pytest.mark.parametrize("text", [RSS, ATOM, JSON_FEED], ids=["rss", "atom", "json"])
def test_every_format_says_the_same(text: str) -> None:
    feed = parse(text)
    (entry,) = feed.entries
    assert (feed.title, feed.warnings) == ("The Courier", ())
    assert (entry.url, entry.key, entry.guid) == (
        "https://courier.example/1",
        "https://courier.example/1",
        "urn:g1",
    )
    assert (entry.title, entry.authors) == ("Ferry & port", ("Mara Lind",))
    assert entry.date in ("Sat, 03 May 2025 09:00:00 GMT", "2025-05-03T09:00:00Z")
    assert entry.content.strip() == f"<p>{LONG}</p>"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        (LONG, True),
        (LONG.rstrip(". ").rsplit(" ", 1)[0], False),
        (LONG + "\u2026", False),
        (LONG + "[...]", False),
        (LONG + "<a href='/1'>Read more</a>.", False),
        (LONG + "Continue reading \xbb", False),
        ("", False),
    ],
)
def test_a_summary_is_no_full_text(text: str, full: bool) -> None:
    assert len(LONG.split()) == FULL_WORDS
    entry = rss_item(f"<link>/1</link><description><![CDATA[{text}]]></description>")
    assert bool(entry.content) is full


def test_plain_text_becomes_paragraphs() -> None:
    (entry,) = parse(json_feed({"url": "/1", "content_text": f"A < B.\n\n{LONG}"})).entries
    assert entry.content == f"<p>A &lt; B.</p><p>{LONG}</p>"
    (entry,) = parse(
        atom(f"<link href='/1'/><content type='text'>A &lt; B. {LONG}</content>")
    ).entries
    assert entry.content.startswith("<p>A &lt; B. The ferry")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LONG, f"<p>{LONG}</p>"),
        (f"{LONG}<br/><br />It rained.\n\n", f"<p>{LONG}</p><p>It rained.</p>"),
        (f"{LONG}<p>It rained.</p>", f"<p>{LONG}</p><p>It rained.</p>"),
        (f"<ul><li>{LONG}</li></ul>", f"<ul><li>{LONG}</li></ul>"),
    ],
)
def test_text_that_stands_in_no_paragraph_is_put_into_one(content: str, expected: str) -> None:
    (entry,) = parse(json_feed({"url": "/1", "content_html": content})).entries
    assert entry.content == expected
    assert word_count(content) == word_count(expected)


def test_scripts_do_not_come_through() -> None:
    entry = rss_item(f"<description><![CDATA[<script>x()</script><p>{LONG}</p>]]></description>")
    assert "script" not in entry.content


@pytest.mark.parametrize(
    "item",
    [
        "<link>/1</link><description>B</description>",
        "<link>/1</link><title>T</title>",
        "<link>/1</link><pubDate>today</pubDate>",
        "<link>/1</link><author>M</author>",
    ],
)
def test_whatever_changes_changes_the_digest(item: str) -> None:
    assert rss_item(item).digest == rss_item(item).digest
    assert rss_item(item).digest != rss_item("<link>/1</link>").digest


def test_an_entry_without_an_address_is_known_by_something_else() -> None:
    guid, title, nothing = parse(
        rss("<guid isPermaLink='false'>g</guid>", "<title>T</title>", "")
    ).entries
    assert (guid.key, title.key) == ("g", "T")
    assert nothing.key == nothing.digest != ""


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Mara Lind", ("Mara Lind",)),
        ("By Mara Lind and Ivo Tarn", ("Mara Lind", "Ivo Tarn")),
        ("mara@courier.example (Mara Lind)", ("Mara Lind",)),
        ("Mara Lind &lt;mara@courier.example&gt;", ("Mara Lind",)),
        ("mara@courier.example", ()),
    ],
)
def test_authors_are_named_without_their_mail_addresses(
    author: str, names: tuple[str, ...]
) -> None:
    assert rss_item(f"<author>{author}</author>").authors == names
    two = f"<author><name>{author}</name></author><author><name>Ola Berg</name></author>"
    (entry,) = parse(atom(f"<link href='/1'/>{two}")).entries
    assert entry.authors == (*names, "Ola Berg")


def test_no_date_is_no_date_and_a_change_is_one() -> None:
    assert rss_item("<link>/1</link>").date == ""
    (entry,) = parse(atom("<link href='/1'/><updated>2025-05-04T09:00:00Z</updated>")).entries
    assert entry.date == "2025-05-04T09:00:00Z"


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        ('<?xml version="1.0" encoding="koi8-r"?>', "koi8-r", ""),
        ("", "koi8-r", "koi8-r"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16", ""),
        ("\ufeff", "utf-8", ""),
    ],
)
def test_declared_encodings_are_read(text: str, encoding: str, charset: str) -> None:
    feed = parse(text + rss("<title>Паром вернулся</title>"), encoding, charset)
    assert feed.entries[0].title == "Паром вернулся"


def test_a_broken_encoding_is_named_and_read_on() -> None:
    data = b'<?xml version="1.0" encoding="utf-8"?>' + rss("<title>Caf\xe9 open</title>").encode(
        "latin-1"
    )
    feed = parse_feed(Page(URL, data))
    assert feed.entries[0].title == "Caf\xe9 open"
    assert feed.warnings == ("not utf-8, though declared so; read as Windows-1252",)


def test_unsound_xml_is_named_and_read_on() -> None:
    feed = parse("<rss version='2.0'><channel><item><title>A<b></title><link>/1</link></item>")
    assert [entry.url for entry in feed.entries] == ["https://courier.example/1"]
    assert feed.warnings[0].startswith("the feed is not valid (mismatched tag); some")


def test_items_that_are_no_objects_are_counted() -> None:
    feed = parse(json_feed("a", {"url": "/1", "title": 7, "authors": "x"}, None))
    assert feed.warnings == ("the feed is not valid (2 items are no objects)",)
    assert [(entry.url, entry.title) for entry in feed.entries] == [
        ("https://courier.example/1", "")
    ]
    assert parse(json_feed(items=3)).warnings == ("the feed is not valid (1 items are no objects)",)
    (entry,) = parse(json_feed({"external_url": "/2", "author": {"name": "Mara"}})).entries
    assert (entry.url, entry.authors) == ("https://courier.example/2", ("Mara",))


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + rss("<title>&b;</title>")
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + rss("<title>&a;</title>")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no feed: neither RSS nor Atom nor JSON Feed"),
        (b"hello", "no feed"),
        (b"<html><body>The ferry</body></html>", "no feed"),
        (b"<urlset/>", "no feed"),
        (b'{"items": []}', "no feed"),
        (b'{"version": 1}', "no feed"),
        (b'{"version": "https://jsonfeed.org/version/1"', "no feed.*not valid JSON"),
        (b'{"a":' * 200_000, "no feed.*not valid JSON"),
        (b'{"a": "\xff"', "no feed.*not valid JSON"),
        (BOMB.encode(), "declares entities, which no feed needs"),
        (BOMB.encode("utf-16"), "declares entities"),
        (b"\xef\xbb\xbf" + OUTSIDE.encode(), "declares entities"),
        (b" " * (LARGEST + 1), "larger than the 10 MB that a feed may have"),
    ],
)
def test_what_is_no_feed_is_named(data: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        parse_feed(Page(URL, data))


def test_bytes_are_not_taken_for_the_name_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(rss("<title>A secret</title>"))
    with pytest.raises(CorpusError, match="no feed"):
        parse_feed(Page(URL, str(path).encode()))


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join))
def test_any_text_is_a_feed_or_refused(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    with suppress(CorpusError):
        feed = parse_feed(Page(URL, data))
        for entry in feed.entries:
            assert (entry.key + entry.content + entry.guid).encode() is not None
            assert entry.title == " ".join(entry.title.split())
