"""Reads the articles at addresses: one page each, or the pages of a sitemap; reports failures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from rag.corpus import Page, Read, Unread, read_page, urljoined
from rag.corpus.formats.xml_trees import not_valid
from rag.corpus.urls import publisher_of
from rag.errors import CorpusError, FetchError, QueryError
from rag.language.dates import parse_published
from rag.language.words import word_set
from rag.records import Published
from rag.sources.fetcher import Fetched
from rag.sources.visiting import Visitor
from rag.sources.wire import BombError, UnpackingError, unpack

PAGE_KINDS = frozenset({"text/html", "application/xhtml+xml"})
# Servers give the last three types to a sitemap that is a .gz file.
_SITEMAP_KINDS = word_set(
    "application/xml text/xml application/gzip application/x-gzip application/octet-stream"
)
_MOST_SITEMAPS = 100
"""The most sitemaps of one index that are read."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_address(value: object) -> bool:
    """Whether an input is an address with a scheme; a path is not.

    >>> is_address("https://courier.example/1"), is_address("news/1.html")
    (True, False)
    """
    return isinstance(value, str) and _ADDRESS.match(value) is not None


def files_and_addresses(inputs: Iterable[object]) -> tuple[list[Path], list[str]]:
    """The files and folders among inputs, and the addresses; a list or tuple stands for its items.

    Raises QueryError for what is no path.

    >>> files_and_addresses(["b", ("a.txt", "https://courier.example/1")])[1]
    ['https://courier.example/1']
    """
    files: list[Path] = []
    addresses: list[str] = []
    for each in inputs:
        if isinstance(each, (list, tuple)):
            more, further = files_and_addresses(each)
            files += more
            addresses += further
        elif isinstance(each, str) and is_address(each):
            addresses.append(each)
        elif isinstance(each, (str, PathLike)):
            files.append(Path(each))
        else:
            msg = f"a path or an address must be text or a Path, not {each!r:.80}"
            raise QueryError(msg)
    return files, addresses


@dataclass(slots=True)
class Pages:
    """Reads the pages at addresses, and up to `limit` of each sitemap among them."""

    visitor: Visitor
    limit: int
    now: datetime
    _seen: set[str] = field(default_factory=set)

    def read(self, urls: Sequence[str]) -> Iterator[Read | Unread]:
        """The article of each page, or why there is none; each page is read once."""
        for url in urls:
            if self._first_time(url):
                yield from self._named(url)

    def article(self, url: str) -> Read | Unread:
        """The article of one page, or why there is none."""
        try:
            fetched = self.visitor.visit(url, PAGE_KINDS)
        except FetchError as error:
            return Unread(url, bare_reason(error, url))
        return self._read(fetched)

    def _read(self, fetched: Fetched) -> Read | Unread:
        return read_page(Page(fetched.url, fetched.body, fetched.charset), now=self.now)

    def _named(self, url: str) -> Iterator[Read | Unread]:
        try:
            fetched = self.visitor.visit(url, PAGE_KINDS | _SITEMAP_KINDS)
            if fetched.kind in PAGE_KINDS:
                yield self._read(fetched)
                return
            sitemap = parse_sitemap(fetched.body)
        except FetchError as error:
            yield Unread(url, bare_reason(error, url))
        except CorpusError as error:
            yield Unread(url, str(error))
        else:
            yield from self._listed(url, self._links(fetched.url, sitemap))

    def _listed(self, url: str, links: Iterator[str | Unread]) -> Iterator[Read | Unread]:
        """The outcomes of the first `limit` links; the last one has a note if there are more."""
        previous: Read | Unread | None = None
        for number, link in enumerate(links):
            if number == self.limit:
                note = f"the last of {number:,} pages read; {url!r} lists more: raise --limit"
                previous = with_note(previous, note) if previous else None
                break
            if previous:
                yield previous
            previous = link if isinstance(link, Unread) else self.article(link)
        yield previous or Unread(url, "a sitemap that lists no pages")

    def _links(self, base: str, sitemap: Sitemap) -> Iterator[str | Unread]:
        """The pages on the same host that a sitemap, or the sitemaps of an index, lists."""
        if sitemap.kind == "pages":
            yield from self._pages(base, base, sitemap)
            return
        for link in sitemap.urls[:_MOST_SITEMAPS]:
            url = urljoined(base, link) or link
            if not self._first_time(url):
                continue
            try:
                fetched = self.visitor.visit(url, _SITEMAP_KINDS, named_by=base)
                inner = parse_sitemap(fetched.body)
            except FetchError as error:
                yield Unread(url, bare_reason(error, url))
            except CorpusError as error:
                yield Unread(url, str(error))
            else:
                if inner.kind == "pages":
                    yield from self._pages(base, fetched.url, inner)
                else:
                    yield Unread(url, "an index within an index; name it by itself")

    def _pages(self, site: str, base: str, sitemap: Sitemap) -> Iterator[str | Unread]:
        for link in sitemap.urls:
            url = urljoined(base, link) or link
            if not self._first_time(url):
                continue
            if publisher_of(url) == publisher_of(site):
                yield url
            else:
                reason = f"of another host than the sitemap {base!r} that lists it"
                yield Unread(url, f"{reason}; name it by itself")

    def _first_time(self, url: str) -> bool:
        new = url not in self._seen
        self._seen.add(url)
        return new


def with_note(outcome: Read | Unread, note: str) -> Read | Unread:
    """The outcome with a note added to its reason or its warnings."""
    if isinstance(outcome, Unread):
        return replace(outcome, reason=f"{outcome.reason}; {note}")
    return replace(outcome, warnings=(*outcome.warnings, note))


def bare_reason(error: FetchError, url: str) -> str:
    """The reason of the error, with its address if that is not `url`."""
    return error.reason if error.url == url else str(error)


MOST_ENTRIES = 50_000
"""The most entries that the protocol allows in a sitemap; later ones are ignored."""
_LARGEST = 50 * 1024 * 1024
_ENTRIES = {"urlset": "url", "sitemapindex": "sitemap"}
_FEEDS = frozenset({"rss", "feed", "RDF"})
_DATES = frozenset({"lastmod", "publication_date"})


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses that a sitemap lists; in an index these are sitemaps."""

    kind: Literal["pages", "sitemaps"]
    urls: tuple[str, ...]


def parse_sitemap(data: bytes) -> Sitemap:
    """The sitemap in `data`, which may be gzip; addresses without a date come last.

    Raises CorpusError if it is no sitemap, is not valid XML or declares entities.

    >>> parse_sitemap(b"<urlset><url><loc>https://courier.example/1</loc></url></urlset>").urls
    ('https://courier.example/1',)
    """
    try:
        unpacked = unpack(data, _LARGEST)
    except BombError as error:
        msg = f"unpacks to more than the {_LARGEST:,} bytes that a sitemap may have"
        raise CorpusError(msg) from error
    except UnpackingError as error:
        raise CorpusError(str(error)) from error
    return _parsed(unpacked)


def _parsed(data: bytes) -> Sitemap:
    from lxml.etree import XMLSyntaxError

    found: list[tuple[str, Published | None]] = []
    kind = ""
    try:
        for event, element in _events(data):
            if event == "start":
                kind = kind or _kind(element)
            elif _name(element) == _ENTRIES[kind]:
                found.extend(_entry(element))
                _forget(element)
                if len(found) == MOST_ENTRIES:
                    break
    except XMLSyntaxError as error:
        raise not_valid(error) from error
    found.sort(key=lambda entry: (entry[1] is None, -entry[1].at.timestamp() if entry[1] else 0))
    urls = tuple(dict.fromkeys(url for url, _ in found))
    return Sitemap("pages" if kind == "urlset" else "sitemaps", urls)


def _events(data: bytes) -> Iterator[tuple[str, Any]]:
    from lxml.etree import iterparse

    # Entities are not resolved: they could be bombs or files of this machine.
    yield from iterparse(
        BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _kind(root: Any) -> str:
    name = _name(root)
    if root.getroottree().docinfo.internalDTD is not None:
        msg = "declares a document type, which no sitemap needs"
        raise CorpusError(msg)
    if name in _FEEDS:
        msg = "a feed, not a sitemap"
        raise CorpusError(msg)
    if name not in _ENTRIES:
        msg = f"XML, but no sitemap: its first element is {name!r:.80}"
        raise CorpusError(msg)
    return name


def _entry(element: Any) -> Iterator[tuple[str, Published | None]]:
    """The address and the date of an entry; nothing if it has no address."""
    url, date = "", None
    for inner in element.iter():
        name, words = _name(inner), (inner.text or "").strip()
        if name == "loc" and not url:
            url = words
        elif name in _DATES:
            date = date or parse_published(words)
    if url:
        yield url, date


def _name(element: Any) -> str:
    """The element's name without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _forget(element: Any) -> None:
    """Frees the elements read so far, so that a long sitemap needs little memory."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
