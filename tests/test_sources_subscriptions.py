"""Feeds that an archive follows, from a real server: what is new is read, the rest costs little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError, ForbiddenAddressError, QueryError
from rag.sources.subscriptions import Polled
from rag.store import Database, Feeds, FollowedFeed, Runs, Selection
from tests.misbehaving import Answer, Site, flood, reply, site
from tests.postgresql import ON_BOTH, ON_SQLITE

pytestmark = ON_BOTH

LONG = "The ferry Marigold sailed from Grevesand on Friday with passengers on board. " * 13
"""156 words."""


def page(number: int, date: str = "2025-05-03", text: str = "") -> bytes:
    """A reply with a page of one article."""
    words = text or f"Ferry number {number} sailed from Grevesand on Monday, the office said."
    head = f'<meta property="article:published_time" content="{date}">' if date else ""
    return reply(
        f"<html><head>{head}</head><body><article><p>{words}</p></article></body>".encode()
    )


def item(number: int, more: str = "", link: str = "") -> str:
    """An item of RSS that only summarises."""
    return f"<item><title>Ferry {number}</title><link>{link or f'/{number}'}</link>{more}</item>"


def feed(*items: str, **headers: str) -> bytes:
    """A reply with an RSS feed."""
    inner = "".join(items)
    body = f"<rss version='2.0'><channel><title>The Courier</title>{inner}</channel></rss>"
    return reply(body.encode(), **({"content_type": "application/rss+xml"} | headers))


@pytest.fixture
def server() -> Iterator[Site]:
    with site({f"/{number}": page(number) for number in range(1, 6)}) as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path) as one:
        yield one


def opened(folder: Path, *, network: bool = True) -> Archive:
    """An archive that may ask 127.0.0.1 and does not wait."""
    settings = Settings(
        encoder="hashing",
        chunk_tokens=32,
        network=network,
        network_hosts=("127.0.0.1",),
        network_delay=0,
    )
    return Archive.open(folder / "archive", settings=settings, encoder=HashingEncoder())


def following(archive: Archive, server: Site, *answers: Answer) -> str:
    """The address of a feed with these answers, which the archive now follows."""
    return archive.feeds.add(server.says("/feed", *answers))


def told(polled: Polled) -> list[str]:
    """The kinds that were counted, then each outcome that is worth a word."""
    counts = [f"{count} {kind}" for kind, count in sorted(polled.report.counts.items())]
    return counts + [f"{one.kind} {one.path}: {one.note}" for one in polled.report.notable]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of an archive, but for those that merely being open makes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    return {str(path): path.read_bytes() for path in files if not path.name.endswith("-shm")}


def test_new_entries_are_read_in_full_and_found(archive: Archive, server: Site) -> None:
    url = following(archive, server, feed(item(1), item(2)))
    polled = archive.feeds.poll()
    assert (polled.feeds, polled.unchanged, told(polled)) == (1, 0, ["2 added"])
    hit = archive.search("Ferry number 2 sailed", k=1)[0]
    assert hit.article.url == server.url("/2")
    assert archive.coverage() == 1.0
    (known,) = archive.feeds.all()
    assert (known.url, known.title, set(known.seen)) == (
        url,
        "The Courier",
        {server.url("/1"), server.url("/2")},
    )


def test_a_feed_that_has_not_changed_costs_one_request_and_no_write(
    archive: Archive, server: Site, tmp_path: Path
) -> None:
    validators = {"etag": '"a"', "last_modified": "Sat, 03 May 2025 09:00:00 GMT"}
    following(archive, server, feed(item(1), **validators), b"HTTP/1.1 304 Not Modified\r\n\r\n")
    archive.feeds.poll()
    archive.close()
    before, asked = contents(tmp_path), len(server.asked)
    polled = archive.feeds.poll()
    assert (polled.feeds, polled.unchanged, told(polled)) == (1, 1, [])
    assert server.asked[asked:] == ["/robots.txt", "/feed"]
    assert server.headers[-1]["if-none-match"] == '"a"'
    assert server.headers[-1]["if-modified-since"] == validators["last_modified"]
    archive.close()
    assert contents(tmp_path) == before


def test_the_same_bytes_again_are_no_change(archive: Archive, server: Site, tmp_path: Path) -> None:
    following(archive, server, feed(item(1)))
    archive.feeds.poll()
    before = contents(tmp_path)
    assert archive.feeds.poll().unchanged == 1
    assert contents(tmp_path) == before
    assert server.pages() == ["/feed", "/1", "/feed"]


def test_only_what_is_new_or_changed_is_read_again(archive: Archive, server: Site) -> None:
    following(
        archive, server, feed(item(1), item(2)), feed(item(3), item(1, "<guid>x</guid>"), item(2))
    )
    archive.feeds.poll()
    assert told(archive.feeds.poll()) == ["1 added"]
    assert server.pages() == ["/feed", "/1", "/2", "/feed", "/3"]


def test_an_entry_that_has_changed_is_a_revision(archive: Archive, server: Site) -> None:
    changed = item(1, "<description>Now with more.</description>")
    following(archive, server, feed(item(1), item(2)), feed(changed, item(2)))
    archive.feeds.poll()
    server.says("/1", page(1, text="Ferry number 1 did not sail from Grevesand, the office said."))
    assert told(archive.feeds.poll()) == ["1 revised"]
    assert server.pages()[-1] == "/1"


def test_a_feed_that_changed_without_news_keeps_no_run(
    archive: Archive, server: Site, tmp_path: Path
) -> None:
    first, second = feed(item(1), etag='"a"'), feed(item(1), "<!-- built today -->", etag='"b"')
    following(archive, server, first, second)
    archive.feeds.poll()
    assert archive.feeds.poll().unchanged == 1
    assert archive.feeds.all()[0].etag == '"b"'
    with closing(Database(tmp_path / "archive", Settings().store, read_only=True)) as database:
        assert Runs(database).last() == 1


def test_full_text_in_the_feed_needs_no_page(archive: Archive, server: Site) -> None:
    said = (
        "<author>a@b.example (Mara Lind)</author><pubDate>Fri, 02 May 2025 08:00:00 GMT</pubDate>"
    )
    following(archive, server, feed(item(1, f"{said}<description>{LONG}</description>")))
    archive.feeds.poll()
    assert server.pages() == ["/feed"]
    article = archive.search("ferry Marigold", k=1)[0].article
    assert (article.title, article.authors, article.url) == (
        "Ferry 1",
        ("Mara Lind",),
        server.url("/1"),
    )
    assert str(article.published) == "2025-05-02T08:00:00Z"
    assert article.text.startswith("Ferry 1\n\nThe ferry Marigold sailed")


def test_where_the_text_of_the_feed_gets_lost_the_page_is_read(
    archive: Archive, server: Site
) -> None:
    lost = f"<p>Ferry 1 sailed.</p><template>{LONG}</template>"
    text = {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"url": "/1", "content_html": lost}],
    }
    following(archive, server, reply(json.dumps(text).encode(), content_type="application/json"))
    assert told(archive.feeds.poll())[0] == "1 added"
    assert server.pages() == ["/feed", "/1"]


def test_a_feed_speaks_for_its_own_host_alone(archive: Archive, server: Site) -> None:
    link = f"http://localhost:{server.port}/1"
    following(archive, server, feed(item(1, f"<description>{LONG}</description>", link)))
    (line,) = told(archive.feeds.poll())[1:]
    assert line.startswith(f"failed {link}: 'localhost' leads to ")
    assert archive.counts() == (0, 0, 0)


def test_what_the_page_does_not_say_the_feed_may(archive: Archive, server: Site) -> None:
    server.says("/1", page(1, date=""))
    dated = "<pubDate>Fri, 02 May 2025 08:00:00 GMT</pubDate>"
    following(archive, server, feed(item(1, dated), item(2, dated)))
    assert told(archive.feeds.poll()) == ["2 added"]
    dates = {
        hit.article.url[-1]: str(hit.article.published) for hit in archive.search("ferry number")
    }
    assert dates == {"1": "2025-05-02T08:00:00Z", "2": "2025-05-03"}


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("", "no date found; kept as unknown"),
        ("<pubDate>yesterday</pubDate>", "date 'yesterday' cannot be read; kept as unknown"),
        (
            "<pubDate>Sat, 03 May 2125 09:00:00 GMT</pubDate>",
            "date 'Sat, 03 May 2125 09:00:00 GMT' lies in the future; kept as unknown",
        ),
        (
            "<pubDate>Sat, 31 Feb 2025 09:00:00 GMT</pubDate>",
            "date 'Sat, 31 Feb 2025 09:00:00 GMT' cannot be read; kept as unknown",
        ),
    ],
)
def test_wrong_and_missing_dates_are_named(
    archive: Archive, server: Site, said: str, note: str
) -> None:
    server.says("/1", page(1, date=""))
    following(archive, server, feed(item(1, said)))
    assert told(archive.feeds.poll()) == ["1 added", f"added {server.url('/1')}: {note}"]


def test_entries_that_come_twice_are_named(archive: Archive, server: Site) -> None:
    guid = "<guid isPermaLink='false'>g</guid>"
    following(archive, server, feed(item(1, guid), item(2, guid), item(3), item(3)))
    same = "the feed names other articles by the same guid 'g'"
    assert told(archive.feeds.poll()) == [
        "3 added",
        f"added {server.url('/1')}: {same}",
        f"added {server.url('/2')}: {same}",
        f"added {server.url('/3')}: the feed has it 2 times; the first was read",
    ]


def test_an_entry_without_address_and_text_is_named_once(archive: Archive, server: Site) -> None:
    nameless = "<item><title>Ferry 9</title></item>"
    url = following(archive, server, feed(nameless, item(1)), feed(nameless, item(1), item(2)))
    assert told(archive.feeds.poll()) == [
        "1 added",
        "1 failed",
        f"failed {url}: the entry 'Ferry 9' has neither an address nor a text",
    ]
    assert told(archive.feeds.poll()) == ["1 added"]


FULL = f"<description><![CDATA[<p>{LONG}</p><p>It was late.</p>]]></description>"
NOT_A_LINK = "<guid isPermaLink='false'>https://courier.example/?p={}</guid>"


@pytest.mark.parametrize(
    "guid", [NOT_A_LINK, "<guid>{}</guid>", "<link/>" + NOT_A_LINK, "<guid>tag:x,2025:{}</guid>"]
)
def test_entries_without_an_address_are_known_by_feed_and_guid(
    archive: Archive, server: Site, guid: str
) -> None:
    day = "<pubDate>Sat, 03 May 2025 00:30:00 +0200</pubDate>"
    items = [
        f"<item><title>Ferry {n}</title>{guid.format(n)}{day}"
        f"{FULL.replace('late', f'late by {n} hours')}</item>"
        for n in (1, 2)
    ]
    changed = [items[0].replace("late by", "early by"), items[1]]
    url = following(archive, server, feed(*items), feed(*changed))
    assert told(archive.feeds.poll()) == ["2 added"]
    (hit, *_) = archive.search("It was late by 2 hours", understood=())
    name = next(guid for guid in hit.article.id.split("#")[1:])
    assert hit.article.id == f"feed:{url.removeprefix('http://')}#{name}"
    assert (hit.article.url, hit.article.publisher, hit.article.title) == (
        "", server.url("").removeprefix("http://"), "Ferry 2",
    )  # fmt: skip
    assert str(hit.article.published) == "2025-05-02T22:30:00Z"
    assert hit.article.text == f"{LONG.strip()}\n\nIt was late by 2 hours."
    assert told(archive.feeds.poll()) == ["1 revised"]
    assert server.pages() == ["/feed", "/feed"]


def test_a_summary_without_an_address_is_kept_and_named(archive: Archive, server: Site) -> None:
    short = "<item><guid isPermaLink='false'>7</guid><description>It sailed.</description></item>"
    untitled = "<item><description>It sank off Vesk at night.</description></item>"
    url = following(archive, server, feed(short, untitled))
    counts, *notes = told(archive.feeds.poll())
    assert counts == "2 added"
    assert notes[0].startswith(f"added {url}#7: a summary, and the feed names no page with all")
    assert len(notes) == 2


def test_a_page_that_fails_for_good_is_not_asked_again(archive: Archive, server: Site) -> None:
    following(archive, server, feed(item(7), item(1)), feed(item(7), item(1), item(2)))
    assert told(archive.feeds.poll()) == [
        "1 added",
        "1 failed",
        f"failed {server.url('/7')}: status 404: there is nothing at this address; "
        "check its spelling",
    ]
    assert told(archive.feeds.poll()) == ["1 added"]
    assert server.pages().count("/7") == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(status=500), "status 500"),
        (reply(status=503, retry_after="999"), "'127.0.0.1' is busy"),
        (b"", "the server closed the connection"),
    ],
)
def test_a_page_that_fails_today_is_asked_again(
    archive: Archive, server: Site, answer: Answer, reason: str
) -> None:
    server.says("/2", answer, page(2))
    following(archive, server, feed(item(1), item(2), etag='"a"'))
    polled = archive.feeds.poll()
    assert polled.report.counts == {"added": 1, "failed": 1}
    assert polled.report.failures[0].note.startswith(reason)
    assert told(archive.feeds.poll()) == ["1 added"]
    assert "if-none-match" not in server.headers[-2]
    assert server.pages() == ["/feed", "/1", "/2", "/feed", "/2"]


def test_a_limit_leaves_the_rest_for_the_next_poll(archive: Archive, server: Site) -> None:
    following(archive, server, feed(*(item(number) for number in range(1, 6))))
    assert told(archive.feeds.poll(limit=2)) == ["2 added"]
    assert told(archive.feeds.poll(limit=2)) == ["2 added"]
    assert told(archive.feeds.poll(limit=2)) == ["1 added"]
    assert archive.feeds.poll().unchanged == 1


ENTITIES = b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><title>&b;</title></rss>'
XML = {"content_type": "text/xml"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(status=404), "status 404"),
        (reply(ENTITIES, **XML), "declares entities, which no feed needs"),
        (reply(b"<html><p>The ferry", content_type="text/html"), "no feed: neither RSS"),
        (reply(b"\x89PNG", content_type="image/png"), "of type 'image/png'"),
        (reply(b" " * (10 * 1024 * 1024 + 1), **XML), "larger than the 10 MB that a feed may have"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 524288000\r\n\r\n",
            "announces 524,288,000 bytes",
        ),
        (
            flood(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", b"<item/>" * 9000),
            "on the wire",
        ),
        (reply(b"<rss version='2.0'><channel></rss>", **XML), "the feed is not valid"),
    ],
)
def test_a_feed_that_cannot_be_read_is_named_and_stops_none(
    archive: Archive, server: Site, tmp_path: Path, answer: Answer, reason: str
) -> None:
    bad = archive.feeds.add(server.says("/bad", answer))
    following(archive, server, feed(item(1)))
    polled = archive.feeds.poll()
    assert polled.report.counts == {"added": 1, "failed": 1}
    assert polled.report.failures[0].note.startswith(reason) or reason in told(polled)[2]
    with closing(Database(tmp_path / "archive", Settings().store, read_only=True)) as database:
        (kept,) = Runs(database).outcomes(1)
    assert (kept.path, kept.kind) == (bad, "failed")


def test_a_poll_that_was_cut_off_goes_on_where_it_was(
    archive: Archive, server: Site, tmp_path: Path
) -> None:
    url = following(archive, server, feed(item(1), item(2), etag='"a"'))
    archive.feeds.poll()
    with closing(Database(tmp_path / "archive", Settings().store)) as database:
        Feeds(database).save(FollowedFeed(url))
    assert told(archive.feeds.poll()) == ["2 unchanged"]
    assert archive.counts()[0] == 2


def test_an_empty_feed_is_no_failure(archive: Archive, server: Site) -> None:
    following(archive, server, feed())
    assert told(archive.feeds.poll()) == []


def test_a_broken_encoding_is_named_beside_the_first_entry(archive: Archive, server: Site) -> None:
    body = feed(item(1, "<description>caf\u00e9</description>"), item(2)).decode().encode("latin-1")
    head, _, text = body.partition(b"\r\n\r\n")
    declared = b'<?xml version="1.0" encoding="utf-8"?>' + text
    following(archive, server, reply(declared, content_type="application/rss+xml"))
    first, *rest = told(archive.feeds.poll())
    assert head
    assert (first, len(rest)) == ("2 added", 1)
    assert rest[0].startswith(f"added {server.url('/1')}: not utf-8, though declared so;")


def test_json_feeds_and_redirects_are_followed(archive: Archive, server: Site) -> None:
    text = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1"}]}
    body = json.dumps(text).encode()
    server.says("/a/feed.json", reply(body, content_type="application/feed+json"))
    following(archive, server, reply(status=301, location="/a/feed.json"))
    assert told(archive.feeds.poll()) == ["1 added"]


@ON_SQLITE
def test_feeds_are_added_listed_and_removed_offline(tmp_path: Path) -> None:
    with opened(tmp_path, network=False) as archive:
        with pytest.raises(ArchiveError, match="there is no archive"):
            archive.feeds.all()
        url = archive.feeds.add("HTTPS://Courier.example/feed#x")
        assert url == "https://courier.example/feed"
        with pytest.raises(
            QueryError, match=r"'https://courier\.example/feed' is followed already"
        ):
            archive.feeds.add(url)
        with pytest.raises(ForbiddenAddressError, match="its scheme is 'ftp'"):
            archive.feeds.add("ftp://courier.example/feed")
        assert archive.feeds.all() == [FollowedFeed(url)]
        with pytest.raises(ConfigError, match=rf"'{url}' is on the network, .* network = true"):
            archive.feeds.poll()
        with pytest.raises(
            QueryError, match=r"'https://x\.example/' is not a followed feed.* followed: 'https"
        ):
            archive.feeds.poll("https://x.example")
        assert archive.feeds.remove(f"{url}#y") == url
        with pytest.raises(QueryError, match=r"is not a followed feed; followed: none"):
            archive.feeds.remove(url)
        assert archive.feeds.poll().feeds == 0


def test_only_the_feeds_that_are_named_are_polled(archive: Archive, server: Site) -> None:
    other = archive.feeds.add(server.says("/other", feed(item(2))))
    following(archive, server, feed(item(1)))
    assert archive.feeds.poll(other, other).feeds == 1
    assert server.pages() == ["/other", "/2"]


def test_articles_stay_when_a_feed_goes(archive: Archive, server: Site) -> None:
    url = following(archive, server, feed(item(1)))
    archive.feeds.poll(vectors=False)
    assert archive.coverage() == 0.0
    archive.feeds.remove(url)
    assert archive.counts()[0] == 1


def test_what_was_deleted_does_not_come_back_by_a_feed(archive: Archive, server: Site) -> None:
    changed = feed(item(1, "<description>New</description>"), item(2))
    following(archive, server, feed(item(1)), changed)
    archive.feeds.poll()
    (hit,) = archive.search("Ferry number 1 sailed")
    archive.removals.delete(archive.removals.find(Selection(ids=(hit.article.id,))))
    url = server.url("/1")
    counts, *notes = told(archive.feeds.poll())[-3:]
    assert (counts, notes[0]) == ("1 added", "1 deleted")
    assert notes[1].startswith(f"deleted {url}: was deleted on ")
    assert notes[1].endswith(f"bring it back: dateline ingest {url} --restore-deleted")
    assert [one.article.url for one in archive.search("Ferry sailed")] == [server.url("/2")]
    assert archive.ingest(url, restore_deleted=True).counts == {"added": 1}
    assert archive.article(hit.article.id).url == url
