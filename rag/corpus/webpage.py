"""Reads HTML pages: trafilatura finds the article, its paragraphs become the text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import Block
from rag.corpus.bylines import parse_authors
from rag.corpus.captures import captured_in_page, modified_in_page
from rag.corpus.charsets import declared_by_page
from rag.corpus.decoding import clean, decode, limited, read_bytes
from rag.corpus.drafts import Draft, Page, printable_path
from rag.corpus.urls import is_same_site
from rag.errors import CorpusError
from rag.records import FurnitureKind

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_PUBLISHED = (
    "//meta[@property='article:published_time' or @property='og:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//time[@itemprop='datePublished']/@datetime",
    "//meta[@name='date' or @name='pubdate' or @name='publish-date' or @name='parsely-pub-date'"
    " or @name='DC.date.issued' or @name='dcterms.created']/@content",
)
# Without a handler, trafilatura would log each page to standard error.
_SILENT = logging.NullHandler()
_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')


@dataclass(frozen=True, slots=True)
class WebpageReader:
    """Reads one article a file; navigation, comments and advertisements are left out."""

    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def read(self, path: Path) -> Iterator[Draft]:
        """The article of the page, extracted paragraph by paragraph."""
        yield page_draft(printable_path(path), read_bytes(path))


def page_draft(path: str, data: bytes, charset: str = "") -> Draft:
    """The article of a page's bytes; `charset` is that of the server, "" if it names none.

    Raises `CorpusError` if the page has no article.
    """
    declared = [label for label in (charset, *declared_by_page(data)) if label]
    page, warnings = decode(data, declared=declared, lossy=True)
    return _draft(path, page, warnings)


def fetched_draft(page: Page) -> Draft:
    """The article of a fetched page, with the address that the page names as its own.

    That address counts only if it is on the same host and no front page: else any page could
    replace another in the archive. The outlet is always that of the host. Raises
    `CorpusError` if the page has no article.
    """
    draft = page_draft(page.url, limited(page.data), page.charset)
    warnings, url = draft.warnings, draft.url or page.url
    if not is_same_site(page.url, url):
        warning = f"names {url!r:.200} as its own address; stored under the address that was read"
        warnings, url = (*warnings, warning), page.url
    date, authors = draft.date or page.date, draft.authors or page.authors
    return replace(draft, url=url, publisher="", date=date, authors=authors, warnings=warnings)


def _draft(path: str, page: str, warnings: tuple[str, ...]) -> Draft:
    from trafilatura import bare_extraction, load_html

    logging.getLogger("trafilatura").addHandler(_SILENT)
    tree = load_html(_XML_DECLARATION.sub("", page))
    if tree is None:
        msg = "not an HTML page"
        raise CorpusError(msg)
    date = _date(tree, page)
    language = next(iter(tree.xpath("/html/@lang")), "")
    found = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    text, blocks = _layout(found.body, found.title or "") if found else ("", ())
    if not text:
        msg = "no article text found in the page"
        raise CorpusError(msg)
    return Draft(
        path,
        text,
        blocks,
        title=clean(found.title or ""),
        url=clean(found.url or ""),
        publisher="" if found.url else clean(found.sitename or ""),
        authors=parse_authors(clean(found.author or "")),
        date=clean(date or found.date or ""),
        dated=True,
        language=str(language),
        section=clean((found.categories or [""])[0]),
        warnings=warnings,
        captured=captured_in_page(page),
        modified=modified_in_page(page),
    )


def _date(tree: Any, page: str) -> str:
    for path in _PUBLISHED:
        for value in tree.xpath(path):
            return str(value).strip()
    found = _JSON_PUBLISHED.search(page)
    return found.group(1) if found else ""


def _layout(body: Any, title: str) -> tuple[str, tuple[Block, ...]]:
    """The paragraphs joined by blank lines, and the offsets of each."""
    blocks: list[Block] = []
    start = 0
    for tag, words in _paragraphs(body):
        kind: FurnitureKind | None = "heading" if tag == "head" else None
        if not blocks and words == " ".join(title.split()):
            kind = "title"
        blocks.append(Block(start, start + len(words), words, kind))
        start += len(words) + 2
    return "\n\n".join(block.words for block in blocks), tuple(blocks)


def _paragraphs(body: Any) -> Iterator[tuple[str, str]]:
    for element in body:
        tag = str(element.tag)
        if tag == "list":
            parts = [("item", f"• {words}") for words in map(_words, element) if words]
        elif tag == "quote" and len(element):
            parts = [("p", _words(child)) for child in element]
        elif tag == "table":
            parts = [("row", " | ".join(filter(None, map(_words, row)))) for row in element]
        else:
            parts = [(tag, _words(element))]
        yield from (part for part in parts if part[1])


def _words(element: Any) -> str:
    for line_break in element.iter("lb"):
        line_break.tail = " " + (line_break.tail or "")
    return " ".join(clean("".join(element.itertext())).split())
