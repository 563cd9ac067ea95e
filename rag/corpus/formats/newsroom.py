"""Reads XML files of newsrooms: NITF, NewsML-G2 and 1.2, saved feeds and WordPress exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from rag.corpus.decoding import decode_xml, read_bytes
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.editor_notes import with_note
from rag.corpus.formats.layout import lay_out, titled
from rag.corpus.formats.newsml_g2 import item_draft, nitf_authors
from rag.corpus.formats.newsml_one import newsml_drafts
from rag.corpus.formats.syndication import ITEMS, feed_drafts
from rag.corpus.formats.text_fields import parts_of
from rag.corpus.formats.text_stream import opened
from rag.corpus.formats.xml_items import Opening, XmlItems, opening
from rag.corpus.formats.xml_trees import attribute, below, first, named, parsed, words
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_FEEDS = ("rss", "feed", "RDF")
_NO_ARTICLES = ("packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UNUSABLE = ("canceled", "cancelled", "withheld", "killed")
_KNOWN = "known: NewsML-G2, NewsML 1, NITF, RSS, Atom, WordPress exports"


@dataclass(frozen=True, slots=True)
class NewsXmlReader:
    """Reads a NITF document, NewsML of both kinds, a feed, or an export of WordPress."""

    suffixes: tuple[str, ...] = (".xml", ".nitf", ".newsml", ".rss", ".atom", ".wxr")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each item, or why there is none: cancelled, or without text."""
        where = printable_path(path)
        with opened(path) as file:
            begins = opening(file)
            if begins.name in _FEEDS:
                yield from feed_drafts(where, XmlItems(file, begins, ITEMS))
            elif begins.name == "NewsML":
                yield from newsml_drafts(where, XmlItems(file, begins, ("NewsItem",)))
            elif begins.name == "newsMessage":
                yield from _message(where, path, file, begins)
            else:
                data, notes = decode_xml(read_bytes(path))
                yield _noted(_document(where, parsed(data)), notes)


def _noted(outcome: Draft, notes: tuple[str, ...]) -> Draft:
    return replace(outcome, warnings=(*notes, *outcome.warnings)) if notes else outcome


def _document(where: str, root: Any) -> Draft:
    kind = named(root)
    if kind == "nitf":
        return _nitf(where, root)
    if kind == "newsItem":
        return item_draft(where, root)
    if kind in _NO_ARTICLES:
        inner = Counter(map(named, below(root, "concept", "itemRef", "newsCoverage", "catalog")))
        counted = "".join(f" but {count:,} {name!r}" for name, count in inner.most_common(1))
        msg = f"a {kind} of NewsML-G2 holds no article{counted}"
        raise CorpusError(msg)
    msg = f"its root element {kind!r:.40} is no newsroom XML; {_KNOWN}"
    raise CorpusError(msg)


def _message(where: str, path: Path, file: BinaryIO, begins: Opening) -> Iterator[Draft | Unread]:
    """The articles of a message; one that is damaged or very long is read item by item."""
    names = ("newsItem", *_NO_ARTICLES)
    try:
        data, notes = decode_xml(read_bytes(path))
        item_set = first(parsed(data), "itemSet")
        items: list[Any] = [] if item_set is None else [each for each in item_set if named(each)]
    except CorpusError as error:
        split = XmlItems(file, begins, names)
        found = False
        for number, item in enumerate(split, start=1):
            found = True
            yield from _outcomes(f"{where}:{number}", item)
        if not found:
            raise CorpusError(str(error)) from error
        return
    kinds = Counter(map(named, items))
    for number, item in enumerate(items, start=1):
        for outcome in _outcomes(f"{where}:{number}", item):
            yield _noted(outcome, notes) if isinstance(outcome, Draft) else outcome
    if not set(kinds) - set(_NO_ARTICLES):
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        msg = f"the message holds no news item but {counted}" if kinds else _EMPTY_MESSAGE
        raise CorpusError(msg)


_EMPTY_MESSAGE = "the message holds no item"


def _outcomes(where: str, item: Any | str) -> Iterator[Draft | Unread]:
    if isinstance(item, str):
        yield Unread(where, item)
    elif named(item) == "newsItem":
        try:
            yield item_draft(where, item)
        except CorpusError as error:
            yield Unread(where, str(error))
    elif named(item) not in _NO_ARTICLES:
        yield Unread(where, f"element {named(item)!r:.40} is no news item")


def _nitf(where: str, root: Any) -> Draft:
    head, data = first(root, "head"), first(root, "pubdata")
    docdata = first(head, "docdata")
    status = attribute(docdata, "management-status").lower()
    if status in _UNUSABLE:
        msg = f"its publisher says that it is {status}"
        raise CorpusError(msg)
    body = first(root, "body", "body.content")
    title = words(first(root, "hl1")) or words(first(head, "title"))
    content = lay_out(titled(parts_of(body), title) if body is not None else ())
    if not content[0]:
        msg = "the NITF document holds no text"
        raise CorpusError(msg)
    (text, blocks), notes = with_note(content, *_nitf_notes(docdata))
    issued = attribute(first(head, "date.issue"), "norm")
    identifier = attribute(first(head, "doc-id"), "id-string")
    address = attribute(data, "ex-ref")
    release = attribute(first(head, "date.release"), "norm")
    return Draft(
        where,
        text,
        blocks,
        title=title,
        url=address if is_web_address(address) else "",
        source_id=f"nitf:{identifier}" if identifier else "",
        publisher=attribute(data, "name") or words(first(root, "distributor")),
        authors=nitf_authors(root),
        date=issued or attribute(data, "date.publication"),
        dated=True,
        language=attribute(root, _LANGUAGE),
        section=attribute(data, "position.section"),
        embargoed=release or ("further notice" if status == "embargoed" else ""),
        warnings=notes,
    )


def _nitf_notes(docdata: Any) -> tuple[str, ...]:
    """What the document says to editors, and of a correction."""
    if docdata is None:
        return ()
    corrected = [attribute(each, "info") for each in below(docdata, "correction")]
    said = [attribute(each, "info") for each in below(docdata, "ed-msg")]
    return (*(f"Correction: {info}" for info in corrected if info), *filter(None, said))
