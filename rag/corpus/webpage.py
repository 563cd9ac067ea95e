"""Reads HTML pages: trafilatura finds the article, its paragraphs become the text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.corpus.boilerplate import Block
from rag.corpus.breaking_off import without_end
from rag.corpus.captures import captured_in_page, modified_in_page
from rag.corpus.charsets import declared_by_page
from rag.corpus.decoding import clean, decode, limited, read_bytes
from rag.corpus.drafts import Draft, Page, Unread, printable_path
from rag.corpus.formats.html_exports import html_export
from rag.corpus.page_blocks import PageBlock
from rag.corpus.page_data import declared_language, read_page_data
from rag.corpus.page_text import read_text
from rag.corpus.urls import is_same_site
from rag.errors import CorpusError

_TABLE_ROLES = {"table": "table", "grid": "table", "rowgroup": "tbody", "row": "tr"} | {
    **dict.fromkeys(("columnheader", "rowheader"), "th"),
    **dict.fromkeys(("cell", "gridcell"), "td"),
}
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# Without a handler, trafilatura would log each page to standard error.
_SILENT = logging.NullHandler()


@dataclass(frozen=True, slots=True)
class WebpageReader:
    """Reads one article a file; navigation, comments and advertisements are left out."""

    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of the page, extracted paragraph by paragraph; each one of an export."""
        articles = html_export(path, printable_path(path))
        if articles is None:
            yield page_draft(printable_path(path), read_bytes(path))
        else:
            yield from articles


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
    replace another in the archive. The outlet is always that of the host, whatever the page
    calls itself: `assemble` takes only a name that fits the host. Raises
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
    from trafilatura import load_html
    from trafilatura.metadata import extract_metadata

    logging.getLogger("trafilatura").addHandler(_SILENT)
    tree = load_html(_XML_DECLARATION.sub("", page))
    if tree is None:
        msg = "not an HTML page"
        raise CorpusError(msg)
    # What a component shows in its shadow is text of the page.
    for shadow in tree.xpath("//template[@shadowrootmode or @shadowroot]"):
        shadow.tag = "div"
    for element in tree.xpath("//*[@role='table' or @role='grid']/descendant-or-self::*[@role]"):
        element.tag = _TABLE_ROLES.get(element.get("role"), element.tag)
    # Before the text is read, which changes the tree.
    declared, data = declared_language(tree), read_page_data(tree)
    found = extract_metadata(
        tree, date_config={"original_date": True, "extensive_search": False}, extensive=False
    )
    article = read_text(tree, data.title or found.title or "", data.date)
    title = clean(article.live_title or data.title or found.title or "")
    text, blocks = _layout(article.blocks, title)
    if article.walled:
        blocks = without_end(text, blocks, cut=True)
    return Draft(
        path,
        text,
        blocks,
        title=title,
        url=clean(found.url or ""),
        publisher="" if found.url else clean(found.sitename or ""),
        authors=data.authors,
        date=clean(data.date),
        dated=True,
        language=declared,
        section=clean(data.section or (found.categories or [""])[0]),
        warnings=(*warnings, *data.warnings, *article.warnings),
        captured=captured_in_page(page),
        modified=modified_in_page(page),
        site_names=data.outlets,
    )


def _layout(found: Sequence[PageBlock], title: str) -> tuple[str, tuple[Block, ...]]:
    """The paragraphs joined by blank lines, and the offsets of each."""
    blocks: list[Block] = []
    start = 0
    for block in found:
        headed = block.kind == "heading" or getattr(block.element, "tag", "") == "caption"
        kind = "heading" if headed else block.aside
        if not blocks and block.words == " ".join(title.split()):
            kind = "title"
        blocks.append(Block(start, start + len(block.words), block.words, kind))
        start += len(block.words) + 2
    return "\n\n".join(block.words for block in blocks), tuple(blocks)
