"""Reads the XML of news agencies: NITF, and NewsML-G2 with NITF, HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import paragraphs
from rag.corpus.bylines import parse_authors
from rag.corpus.decoding import decode_xml, read_bytes
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.layout import Part, lay_out, markup_parts
from rag.corpus.formats.xml_trees import attribute, below, first, named, parsed, words
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXT_TYPES = ("", "text/plain")
_NO_ARTICLES = frozenset({"packageItem", "conceptItem", "knowledgeItem", "planningItem"})


@dataclass(frozen=True, slots=True)
class NewsXmlReader:
    """Reads a NITF document, a NewsML-G2 item, or a message of many of these."""

    suffixes: tuple[str, ...] = (".xml", ".nitf", ".newsml")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each news item, or why there is none: cancelled, or without text."""
        data, notes = decode_xml(read_bytes(path))
        for outcome in _outcomes(path, parsed(data)):
            if isinstance(outcome, Draft):
                yield replace(outcome, warnings=(*notes, *outcome.warnings))
            else:
                yield outcome


def _outcomes(path: Path, root: Any) -> Iterator[Draft | Unread]:
    where, kind = printable_path(path), named(root)
    if kind == "nitf":
        yield _nitf(where, root)
    elif kind == "newsItem":
        yield _item(where, root)
    elif kind == "newsMessage":
        yield from _message(where, root)
    else:
        msg = f"its root element {kind!r:.40} is no newsroom XML; known: NewsML-G2, NITF"
        raise CorpusError(msg)


def _message(path: str, root: Any) -> Iterator[Draft | Unread]:
    item_set = first(root, "itemSet")
    items = [] if item_set is None else [each for each in item_set if named(each)]
    for number, item in enumerate(items, start=1):
        where = f"{path}:{number}"
        if named(item) == "newsItem":
            try:
                yield _item(where, item)
            except CorpusError as error:
                yield Unread(where, str(error))
        elif named(item) not in _NO_ARTICLES:
            yield Unread(where, f"element {named(item)!r:.40} is no news item")
    if not items:
        msg = "the message holds no item"
        raise CorpusError(msg)


def _item(where: str, item: Any) -> Draft:
    meta, content = first(item, "itemMeta"), first(item, "contentMeta")
    status = attribute(first(meta, "pubStatus"), "qcode").rpartition(":")[2]
    if status in ("canceled", "cancelled", "withheld"):
        msg = f"its publisher says that it is {status}"
        raise CorpusError(msg)
    parts, nitf = _content(item)
    text, blocks = lay_out(parts)
    if not text:
        msg = "the news item holds no text: its content is elsewhere, or no text"
        raise CorpusError(msg)
    created, made = first(content, "contentCreated"), first(meta, "firstCreated")
    guid = attribute(item, "guid")
    return Draft(
        where,
        text,
        blocks,
        title=words(first(content, "headline")) or words(first(nitf, "hl1")),
        url=guid if is_web_address(guid) and "/" in guid else "",
        source_id=guid,
        publisher=_provider(meta),
        authors=parse_authors(words(first(content, "by"))) or _creators(content),
        date=words(created) or words(made) or words(first(meta, "versionCreated")),
        dated=True,
        language=attribute(first(content, "language"), "tag") or attribute(item, _LANGUAGE),
        section=words(first(content, "subject", "name")),
    )


def _content(item: Any) -> tuple[list[Part], Any]:
    """The paragraphs of the first content that has any, and its root if it is NITF."""
    for holder in below(item, "inlineXML", "inlineData"):
        if named(holder) == "inlineXML":
            nitf, body = first(holder, "nitf"), first(holder, "body.content")
            if body is None:
                body = first(holder, "body")
            parts = markup_parts(holder if body is None else body)
        elif attribute(holder, "contenttype") in _TEXT_TYPES and not attribute(holder, "encoding"):
            nitf = None
            text = "".join(holder.itertext())
            parts = [(block.kind, block.words) for block in paragraphs(text)]
        else:
            continue
        if parts:
            return parts, nitf
    return [], None


def _provider(meta: Any) -> str:
    provider = first(meta, "provider")
    return words(first(provider, "name")) or attribute(provider, "literal")


def _creators(content: Any) -> tuple[str, ...]:
    if content is None:
        return ()
    names = [words(first(creator, "name")) for creator in below(content, "creator")]
    return tuple(dict.fromkeys(filter(None, names)))


def _nitf(where: str, root: Any) -> Draft:
    body = first(root, "body", "body.content")
    text, blocks = lay_out(markup_parts(body) if body is not None else ())
    if not text:
        msg = "the NITF document holds no text"
        raise CorpusError(msg)
    head, data = first(root, "head"), first(root, "pubdata")
    issued = attribute(first(head, "date.issue"), "norm")
    identifier = attribute(first(head, "doc-id"), "id-string")
    address = attribute(data, "ex-ref")
    return Draft(
        where,
        text,
        blocks,
        title=words(first(root, "hl1")) or words(first(head, "title")),
        url=address if is_web_address(address) else "",
        source_id=f"nitf:{identifier}" if identifier else "",
        publisher=attribute(data, "name") or words(first(root, "distributor")),
        authors=_nitf_authors(root),
        date=issued or attribute(data, "date.publication"),
        dated=True,
        language=attribute(root, _LANGUAGE),
        section=attribute(data, "position.section"),
    )


def _nitf_authors(root: Any) -> tuple[str, ...]:
    byline = first(root, "body.head", "byline")
    people = [words(person) for person in below(byline, "person")] if byline is not None else []
    return tuple(dict.fromkeys(filter(None, people))) or parse_authors(words(byline))
