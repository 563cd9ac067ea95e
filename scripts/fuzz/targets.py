"""What is fuzzed: each target takes any bytes, and raises only where something is wrong."""

from __future__ import annotations

import io
import math
import socket
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from rag.corpus import Page, read_file, read_page
from rag.corpus.assembling import assemble
from rag.corpus.drafts import Draft, Reader, Unread
from rag.corpus.formats.rtf_files import RtfReader
from rag.corpus.jsonl import JsonLinesReader
from rag.corpus.markdown import MarkdownReader
from rag.corpus.plain import PlainReader
from rag.corpus.urls import canonical_id, publisher_of, slug_words, urljoined
from rag.errors import CorpusError, FetchError
from rag.language.dates import parse_published
from rag.records import Article
from rag.sources import fetcher, visiting
from rag.sources.addresses import parse_target
from rag.sources.feeds import parse_feed
from rag.sources.pages import parse_sitemap
from rag.sources.wire import BombError, Deadline, UnpackingError, Wire, ask, unpack

NOW = datetime(2026, 1, 5, tzinfo=UTC)
_URL = "https://courier.example/news/"


@dataclass(frozen=True)
class Target:
    """One thing to fuzz, and inputs to begin with."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix="dateline-fuzz-"))


def _written(data: bytes, suffix: str) -> Path:
    path = _folder() / f"input{suffix}"
    path.write_bytes(data)
    return path


def _own_reader(reader: Reader) -> Callable[[bytes], None]:
    """A reader whose code is our own: it raises nothing but CorpusError."""

    def run(data: bytes) -> None:
        path = _written(data, reader.suffixes[0])
        with suppress(CorpusError):
            for outcome in reader.read(path):
                _check(outcome)

    return run


def _library_reader(suffix: str) -> Callable[[bytes], None]:
    """A reader around a library, as a file of this kind comes in."""

    def run(data: bytes) -> None:
        path = _written(data, suffix)
        for outcome in read_file(path, now=NOW):
            if not isinstance(outcome, Unread):
                _check_article(outcome.article)

    return run


def _check(outcome: Draft | Unread) -> None:
    if isinstance(outcome, Unread):
        assert outcome.reason
        return
    with suppress(CorpusError):
        _check_article(assemble(outcome, NOW).article)


def _check_article(article: Article) -> None:
    assert article.id
    assert article.text.strip()
    assert article.text.encode()
    for span in article.furniture:
        assert 0 <= span.start <= span.end <= len(article.text)
    if article.published is not None:
        assert article.published.at.tzinfo is not None


def _page(data: bytes) -> None:
    outcome = read_page(Page(_URL, data, ""), now=NOW)
    if not isinstance(outcome, Unread):
        _check_article(outcome.article)


def _feed(data: bytes) -> None:
    with suppress(CorpusError):
        for entry in parse_feed(Page(_URL, data, "")).entries:
            assert entry.key
            with suppress(FetchError):
                parse_target(entry.url)


def _sitemap(data: bytes) -> None:
    with suppress(CorpusError):
        parse_sitemap(data)


def _url(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(ValueError):
        first = canonical_id(text)
        assert canonical_id(f"https://{first}") == first, (text, first)
    publisher_of(text)
    slug_words(text)
    urljoined(_URL, text)
    with suppress(FetchError):
        target = parse_target(text)
        assert target.scheme in ("http", "https")
        assert parse_target(target.url) == target, (text, target)


def _date(data: bytes) -> None:
    found = parse_published(data.decode("utf-8", "replace"))
    if found is not None:
        assert found.at.tzinfo is not None
        assert parse_published(str(found)) is not None, str(found)


def _reply(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, suppress(FetchError):
        theirs.setblocking(False)
        sent = theirs.send(data) if data else 0
        theirs.shutdown(socket.SHUT_WR)
        target = parse_target(_URL)
        wire = Wire(target.url, Deadline(target.url, 20), 20, 100_000, ours)
        reply = ask(wire, target, {})
        known = fetcher._validators(reply)
        assert all(v.isascii() and v.isprintable() for v in (known.etag, known.modified))
        if reply.status in (301, 302):
            parse_target(fetcher._location(target, reply))
        fetcher._check_status(target, reply)
        fetcher._kind(target, reply, ())
        assert len(b"".join(reply.body)) <= sent


def _wish(data: bytes) -> None:
    wished = visiting._seconds(data.decode("latin-1"), NOW.timestamp())
    assert wished is None or (wished >= 0 and math.isfinite(wished)), wished


def _packed(data: bytes) -> None:
    with suppress(UnpackingError, BombError):
        assert len(unpack(data, 100_000)) <= 100_000


def _substack() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("posts.csv", "post_id,is_published,title\n1.fog,true,Fog\n")
        archive.writestr("posts/1.fog.html", "<p>Fog lay over the harbour.</p>")
    return made.getvalue()


_HTML = b"<html><head><title>Fog</title></head><body><article><p>Fog lay over the harbour.</p>"
_RSS = (
    b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>A</title><item>"
    b"<title>B</title><link>/1</link><guid>g</guid><pubDate>Sat, 03 May 2025 09:00:00 GMT</pubDate>"
    b"<description>C &amp; D</description></item></channel></rss>"
)
_JSON_FEED = (
    b'{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":"/1",'
    b'"content_html":"<p>B</p>","date_published":"2025-05-03T09:00:00Z"}]}'
)
_ATOM = (
    b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='/1'/><id>g</id>"
    b"<published>2025-05-03T09:00:00Z</published><content type='html'>&lt;p&gt;B</content></entry>"
)
_WXR = _RSS.replace(b"<rss ", b"<rss xmlns:wp='http://wordpress.org/export/1.2/' ").replace(
    b"<guid>", b"<wp:status>draft</wp:status><guid>"
)
_G2 = (
    b"<newsItem guid='urn:1'><itemMeta><embargoed>2025-05-03T09:00:00Z</embargoed><edNote>Corrects "
    b"the day.</edNote></itemMeta><contentSet><inlineXML><p>Fog</p></inlineXML></contentSet>"
    b"</newsItem>"
)
_NEWSML = (
    b"<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>A</HeadLine></NewsLines><ContentItem>"
    b"<DataContent><p>Fog</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
)
_SITEMAP = (
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url>"
    b"<loc>https://courier.example/1</loc><lastmod>2025-05-03</lastmod></url></urlset>"
)

_NEXIS = (
    b"          1 of 2 DOCUMENTS\n\n          The Post\n\n          May 7, 2024 Tuesday\n\nFog\n\n"
    b"BYLINE: Mara Lind\n\nSECTION: NEWS; Pg. 1\n\nLENGTH: 6 words\n\n\n"
    b"Fog lay over the harbour.\n\n"
    b"LOAD-DATE: May 8, 2024\n\nLANGUAGE: ENGLISH\n\n          Copyright 2024 The Post\n\n"
    b"          2 of 2 DOCUMENTS\n\n          The Post\n\n          7 mai 2024\n\n"
    b"Rain\n\nIt rained.\n"
)
_NEXIS_UNI = (
    rb"{\rtf1\ansi Fog\par The Post\par May 7, 2024\par Length:\~6 words\par Body\par "
    rb"Fog lay over the harbour.\par Load-Date:\~May 8, 2024\par End of Document\par\page "
    rb"Rain\par The Post\par May 8, 2024\par Body\par It rained.\par End of Document\par}"
)
_FACTIVA = (
    b"Fog\nMara Lind\n6 words\n7 May 2024\n14:05 GMT\nThe Post\nPOST\nA1\nEnglish\n(c) 2024\n\n"
    b"Fog lay over the harbour.\n\nDocument POST000020240507ek570001\n"
)
_FACTIVA_CODES = (
    b"HD\tFog\nWC\t6 words\nPD\t7 May 2024\nSN\tThe Post\nLA\tEnglish\nLP\tFog lay.\n"
    b"TD\tIt rained.\n"
    b"AN\tDocument POST000020240507ek570001\n"
)
_FACTIVA_PAGE = (
    b"<html><body><div class='article enArticle'><div id='hd'>Fog</div><div>6 words</div>"
    b"<div>7 May 2024</div><div>The Post</div><div>English</div><div>(c) 2024</div>"
    b"<p class='articleParagraph enarticleParagraph'>Fog lay.</p>"
    b"<p>Document POST000020240507ek570001</p></div></body></html>"
)
_EUROPRESSE = (
    b"<html><body><article><header><span class='DocPublicationName'>Le Matin</span><span class="
    b"'DocHeader'>lundi 6 mai 2024</span></header><p class='titreArticleVisu'>Brume</p><div class="
    b"'docOcurrContainer'><p>La brume couvrait le port.</p></div><div class='publiC-lblNodoc'>"
    b"news\xc2\xb7x</div></article></body></html>"
)
_LIVE = (
    b"<html><head><title>Fog live</title><meta property='article:published_time' content="
    b"'2025-05-03T09:00:00+02:00'></head><body><main><h1>Fog live</h1><div class='live-blog'><div "
    b"class='post'><b>10.20 CEST</b><h2>Fog lifts</h2><p>The fog has lifted at last.</p></div><div "
    b"class='post'><b>9.05</b><h2>Fog</h2><p>Fog lies over the harbour.</p></div></div></main>"
)
_LETTER = (
    b"From: The Post <post@post.example>\nSubject: =?utf-8?Q?Fw=3A_Fog?=\nDate: Sat, 03 May 2025 "
    b"09:00:00 +0200\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n"
    b"---------- Forwarded message ---------\nFrom: A <a@post.example>\nDate: Fri, 2 May 2025\n"
    b"Subject: Fog\n\nFog lay \nover the harbour.\n"
)
_PARTS = (
    b"From: The Post <post@post.example>\nSubject: Fog\nMIME-Version: 1.0\nContent-Type: "
    b"multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html; charset=latin-1\n"
    b"Content-Transfer-Encoding: quoted-printable\n\n<p>Fog lay=20over.</p>\n--b--\n"
)
_WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://courier.example/1\r\nWARC-Date: "
    b"2025-05-03T09:00:00Z\r\nContent-Type: application/http\r\nContent-Length: 122\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><article><p>Fog lay over the "
    b"harbour.</p></article></body>\r\n\r\n"
)
_WET = (
    b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://courier.example/1\r\n"
    b"WARC-Date: 2025-05-03T09:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: 25\r\n\r\n"
    b"Fog lay over the harbour.\r\n\r\n"
)
_PROQUEST = (
    b"____________________________________________________________\n\nFog\n\nAuthor: Lind, Mara\n\n"
    b"Full text: Fog lay over the harbour.\nIt rained.\n\nPublication title: The Post; Orrel\n\n"
    b"Publication date: May 7, 2024\n\nProQuest document ID: 1\n\n"
    b"____________________________________________________________\n"
)

TARGETS = {
    "markdown": Target(
        _own_reader(MarkdownReader()),
        (
            b"# Fog\n\n*By Mara Lind*\n\n3 May 2025\n\nFog lay.\n\nOriginal url: https://a.example\n",
        ),
    ),
    "plain": Target(_own_reader(PlainReader()), (b"Fog\n\nFog lay over the harbour.\n",)),
    "nexis": Target(_own_reader(PlainReader()), (_NEXIS,)),
    "nexis uni": Target(_own_reader(RtfReader()), (_NEXIS_UNI,)),
    "factiva": Target(_own_reader(PlainReader()), (_FACTIVA, _FACTIVA_CODES)),
    "factiva page": Target(_library_reader(".html"), (_FACTIVA_PAGE,)),
    "europresse": Target(_library_reader(".html"), (_EUROPRESSE,)),
    "proquest": Target(_own_reader(PlainReader()), (_PROQUEST,)),
    "rtf": Target(
        _own_reader(RtfReader()),
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset128 A;}}Fog\'e9\u8217?\par\bin1 x}",),
    ),
    "jsonl": Target(
        _own_reader(JsonLinesReader()),
        (b'{"url":"https://a.example/1","title":"A","text":"Fog lay.","date":"2025-05-03"}\n',),
    ),
    "json": Target(
        _library_reader(".json"),
        (
            b'{"articles":[{"title":"A","content":"<p>Fog lay.</p>","embargo":"2025-05-03"}]}',
            b'[{"uri":"urn:1","type":"text","headlines":[{"value":"A"}],"bodies":[{"value":"B"}]}]',
            b'{"db":[{"meta":{},"data":{"posts":[{"id":1,"html":"<p>Fog.</p>"}]}}]}',
        ),
    ),
    "csv": Target(
        _library_reader(".csv"),
        (
            b"title,body\nA,<p>Fog &amp; rain</p>\n",
            b"sep=;\nTitel;Volltext\nA;[quote=B]Fog[/quote] [b]rain[/b]\n",
        ),
    ),
    "substack": Target(_library_reader(".zip"), (_substack(),)),
    "mail": Target(_library_reader(".eml"), (_LETTER, _PARTS)),
    "mailbox": Target(
        _library_reader(".mbox"),
        (b"From - Sat May  3 09:00:00 2025\n" + _LETTER + b"\nFrom a\n>From b\n\n" + _PARTS,),
    ),
    "warc": Target(_library_reader(".warc"), (_WARC, _WET)),
    "newsroom": Target(_library_reader(".xml"), (_RSS, _ATOM, _WXR, _G2, _NEWSML)),
    "html": Target(_library_reader(".html"), (_HTML, _LIVE)),
    "page": Target(_page, (_HTML + b"<link rel='canonical' href='https://courier.example/1'>",)),
    "feed": Target(_feed, (_RSS, _ATOM, _JSON_FEED)),
    "sitemap": Target(_sitemap, (_SITEMAP,)),
    "url": Target(
        _url,
        (
            b"https://www.courier.example:443/a/../b/index.html?utm_source=x&id=1#top",
            b"HTTP://[::1]:80/%7Ea//?b=%2F",
            "https://zeit\u00fcng.example/\u00fc?q=%C3%BC".encode(),
        ),
    ),
    "date": Target(
        _date,
        (
            b"Published 3 May 2025, 9:15 a.m. EDT",
            b"2025-05-03T09:15:00.123+02:00",
            b"Sat, 03 May 2025 09:00:00 GMT",
            "3. M\u00e4rz 2025".encode(),
            b"03/05/2025",
            b"2025-05-03T0z:01:00.123+02:00",
        ),
    ),
    "reply": Target(
        _reply,
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 3\r\n"
            b'ETag: "1"\r\n\r\nabc',
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            b"HTTP/1.1 301 Moved\r\nLocation: ../b\r\n\r\n",
        ),
    ),
    "retry-after": Target(_wish, (b"120", b"Sat, 03 May 2025 09:00:00 GMT")),
    "packed": Target(_packed, (bytes.fromhex("1f8b0800000000000203 4b4c4a06 00c241243503000000"),)),
}
