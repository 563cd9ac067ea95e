"""Parses sitemaps into the addresses they list, newest first; fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from rag.corpus.formats.xml_trees import not_valid
from rag.errors import CorpusError
from rag.language.dates import parse_published
from rag.records import Published
from rag.sources.unpacking import BombError, UnpackingError, unpack

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
