"""Parses feeds (RSS, Atom, JSON Feed) into entries; fetches nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from io import BytesIO
from typing import Any

from rag.corpus import Page, urljoined
from rag.corpus.bylines import parse_authors
from rag.corpus.charsets import declared_by_xml, is_no_encoding_of_texts
from rag.corpus.decoding import clean, decode, decode_xml
from rag.errors import CorpusError
from rag.store.rows import digest

LARGEST = 10 * 1024 * 1024
FULL_WORDS = 150
"""A text with fewer words counts as a summary, so that the page is read."""
_JSON_FEED = re.compile(r"https?://jsonfeed\.org/version/")
_BLOCK = re.compile(r"<(?:p|div|li|[ou]l|h[1-6]|blockquote|table|section|pre)\b", re.IGNORECASE)
_BREAK = re.compile(r"(?:<br\s*/?>\s*)+|\n\s*\n")
_EMAIL = re.compile(r"\S+@\S+")
_TAG = re.compile(r"<[^<>]*>")
_CUT_SHORT = re.compile(
    r"(?:\u2026|\.\.\.|\[\u2026\]|\[\.\.\.\]|(?:read|continue|more)\s+(?:more|reading|\xbb))\W*$",
    re.IGNORECASE,
)
_PAGE = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_NO_FEED = "no feed: neither RSS nor Atom nor JSON Feed"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for one article; `text` is all that it has as HTML, `content` the same if full.

    `digest` changes with anything in the entry.
    """

    url: str
    guid: str
    title: str
    authors: tuple[str, ...]
    date: str
    content: str
    text: str
    digest: str

    @property
    def key(self) -> str:
        """Identifies the entry from one poll to the next; never empty."""
        named = " ".join(filter(None, (self.title, self.date))) if self.title else ""
        return self.url or self.guid or named or self.digest


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title, its entries in order, and warnings about the whole feed."""

    title: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()


def parse_feed(page: Page) -> Feed:
    """The feed in the bytes of `page`, its links made absolute.

    Raises CorpusError if it is no feed, is too large, or declares entities.
    """
    if len(page.data) > LARGEST:
        msg = f"larger than the {LARGEST // 1024**2} MB that a feed may have"
        raise CorpusError(msg)
    for name in (page.charset, *declared_by_xml(page.data)):
        if is_no_encoding_of_texts(name):
            msg = f"has the encoding {name!r:.60}, which feeds do not use"
            raise CorpusError(msg)
    if not page.data.strip():
        raise CorpusError(_NO_FEED)
    if page.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(page)
    data, notes = decode_xml(page.data, page.charset)
    if b"<!ENTITY" in data:
        msg = "declares entities, which no feed needs"
        raise CorpusError(msg)
    return _xml_feed(page.url, data, notes)


def _xml_feed(url: str, data: bytes, notes: tuple[str, ...]) -> Feed:
    import feedparser

    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        # feedparser would try plain bytes as the name of a file.
        found = feedparser.parse(BytesIO(data), response_headers=headers)
    # Odd feeds make feedparser fail with errors of the libraries beneath it.
    except Exception as error:
        msg = f"{_NO_FEED} ({type(error).__name__})"
        raise CorpusError(msg) from error
    if not found.get("version") and not found.entries:
        raise CorpusError(_NO_FEED)
    if found.bozo:
        reason = found.bozo_exception
        # The message without its position, which is that in a rewritten feed.
        message = " ".join(getattr(reason, "getMessage", reason.__str__)().split())
        notes = (*notes, f"the feed is not valid ({message:.200}); some entries may be missing")
    entries = tuple(_xml_entry(url, entry, data) for entry in found.entries)
    return Feed(_plain(found.feed.get("title", "")), entries, notes)


def _xml_entry(base: str, entry: dict[str, Any], data: bytes) -> Entry:
    # feedparser's own get() warns where "updated" is missing and "published" is not.
    fields = {key: dict.get(entry, key) or "" for key in ("published", "updated", "summary")}
    texts = [fields["summary"]]
    for content in entry.get("content", ()):
        value = content.get("value") or ""
        texts.append(_paragraphs(value) if content.get("type") == "text/plain" else value)
    authors = [author.get("name") or "" for author in entry.get("authors", ())]
    if len(authors) == 1:
        # feedparser cuts an e-mail address out of it, but takes .example for .exam and "ple".
        authors = [entry.get("author") or ""]
    link, guid = entry.get("link") or "", entry.get("id") or ""
    if link == guid and not _is_page(base, guid, data):
        link = ""
    return _entry(
        urljoined(base, link),
        guid,
        entry.get("title") or "",
        _EntryContent(tuple(authors), fields["published"], fields["updated"], tuple(texts)),
    )


def _is_page(base: str, guid: str, data: bytes) -> bool:
    """Whether a guid can be an address: whole, or a path; not a bare number or name.

    Unless a feed denies it, feedparser takes any guid for a link, and makes it absolute.
    """
    if any(form.encode() in data for form in (guid, escape(guid))):
        return _PAGE.match(guid) is not None
    return "/" in guid.removeprefix(urljoined(base, "."))


def _json_feed(page: Page) -> Feed:
    text, notes = decode(page.data, declared=[page.charset], lossy=True)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"{_NO_FEED}: not valid JSON ({error})"
        raise CorpusError(msg) from error
    if not _JSON_FEED.match(_text(found, "version")):
        raise CorpusError(_NO_FEED)
    items = found.get("items")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    lost = len(items) - len(listed) if isinstance(items, list) else 1
    if lost:
        notes = (*notes, f"the feed is not valid ({lost:,} items are no objects)")
    entries = tuple(_json_entry(page.url, item) for item in listed)
    return Feed(_text(found, "title"), entries, notes)


def _json_entry(base: str, item: Mapping[str, Any]) -> Entry:
    texts = (
        _text(item, "content_html"),
        _paragraphs(_text(item, "content_text")),
        escape(_text(item, "summary")),
    )
    named = item.get("authors")
    listed = named if isinstance(named, list) else [item.get("author")]
    authors = tuple(_text(author, "name") for author in listed)
    dates = (_text(item, "date_published"), _text(item, "date_modified"))
    return _entry(
        urljoined(base, _text(item, "url") or _text(item, "external_url")),
        _text(item, "id"),
        _text(item, "title"),
        _EntryContent(authors, *dates, texts),
    )


@dataclass(frozen=True, slots=True)
class _EntryContent:
    """The fields of an entry other than address and title; `texts` are HTML."""

    authors: tuple[str, ...]
    published: str
    updated: str
    texts: Sequence[str]


def _entry(url: str, guid: str, title: str, source: _EntryContent) -> Entry:
    texts = [clean(text) for text in source.texts]
    content = max(texts, key=len)
    words = _plain(content)
    full = len(words.split()) >= FULL_WORDS and not _CUT_SHORT.search(words)
    blocks = _blocks(content)
    everything = json.dumps([title, source.authors, source.published, source.updated, texts])
    return Entry(
        clean(url),
        clean(guid),
        _plain(title),
        tuple(dict.fromkeys(name for author in source.authors for name in _people(author))),
        clean(source.published or source.updated).strip(),
        blocks if full else "",
        blocks,
        digest(everything),
    )


def _text(record: Any, name: str) -> str:
    """A text of a JSON object; "" if it has none or is no object."""
    value = record.get(name) if isinstance(record, dict) else None
    return value if isinstance(value, str) else ""


def word_count(html: str) -> int:
    """The number of words in a piece of HTML."""
    return len(_plain(html).split())


def _blocks(html: str) -> str:
    """The HTML with bare text wrapped in paragraphs, because readers skip bare text."""
    if first := _BLOCK.search(html):
        bare = html[: first.start()]
        return f"<p>{bare}</p>{html[first.start() :]}" if bare.strip() else html
    return "".join(f"<p>{part}</p>" for part in _BREAK.split(html) if part.strip())


def _plain(html: str) -> str:
    """The words of a piece of HTML, without its tags."""
    return " ".join(clean(unescape(_TAG.sub(" ", html))).split())


def _people(author: str) -> tuple[str, ...]:
    return parse_authors(_EMAIL.sub(" ", _plain(author)).strip(" ()"))


def _paragraphs(text: str) -> str:
    """Plain text as HTML."""
    return "".join(f"<p>{escape(part)}</p>" for part in _BREAK.split(text) if part.strip())
