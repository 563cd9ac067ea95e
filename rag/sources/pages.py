"""Addresses to articles: one page each, or what a sitemap lists; each failure is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rag.corpus import Page, Read, Unread, read_page, urljoined
from rag.corpus.urls import publisher_of
from rag.errors import CorpusError, FetchError
from rag.sources.fetcher import Fetched
from rag.sources.sitemaps import Sitemap, parse_sitemap
from rag.sources.visiting import Visitor

PAGE_KINDS = frozenset({"text/html", "application/xhtml+xml"})
# The last three are what servers say of a sitemap that is a .gz file.
_SITEMAP_KINDS = frozenset(
    {
        "application/xml",
        "text/xml",
        "application/gzip",
        "application/x-gzip",
        "application/octet-stream",
    }
)
_MOST_SITEMAPS = 100
"""How many sitemaps of one index are read, at most."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_address(given: object) -> bool:
    """Whether an input is to be read from the network, or refused there; a path is not.

    >>> is_address("https://courier.example/1"), is_address("news/1.html")
    (True, False)
    """
    return isinstance(given, str) and _ADDRESS.match(given) is not None


@dataclass(slots=True)
class Pages:
    """Reads the pages at addresses, and up to `limit` of each sitemap among them."""

    visitor: Visitor
    limit: int
    now: datetime
    _seen: set[str] = field(default_factory=set)

    def read(self, urls: Sequence[str]) -> Iterator[Read | Unread]:
        """The article of each page, or why there is none; a page that is named twice comes once."""
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
        """What the first links lead to; the last outcome tells of those that were left out."""
        held: Read | Unread | None = None
        for number, link in enumerate(links):
            if number == self.limit:
                note = f"the last of {number:,} pages read; {url!r} lists more: raise --limit"
                held = noted(held, note) if held else None
                break
            if held:
                yield held
            held = link if isinstance(link, Unread) else self.article(link)
        yield held or Unread(url, "a sitemap that lists no pages")

    def _links(self, base: str, sitemap: Sitemap) -> Iterator[str | Unread]:
        """The pages of a sitemap, or of the sitemaps of an index; only of the same host."""
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


def noted(outcome: Read | Unread, note: str) -> Read | Unread:
    """The outcome with one more remark for whoever reads the log."""
    if isinstance(outcome, Unread):
        return replace(outcome, reason=f"{outcome.reason}; {note}")
    return replace(outcome, warnings=(*outcome.warnings, note))


def bare_reason(error: FetchError, url: str) -> str:
    """The error's reason alone; where another address than `url` failed, that is named too."""
    return error.reason if error.url == url else str(error)
