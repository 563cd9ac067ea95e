"""Turns the parts of a LexisNexis or Nexis Uni document into an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import (
    joined,
    language_of,
    outlet_name,
    people,
    section_of,
)
from rag.corpus.formats.layout import Part, lay_out, one_line
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_GLUED_PLACE = re.compile(r"(?<=[\w.!])\((?=[^()]+\)$)")
_OPENING = 200
_CORRECTION = re.compile(r"^correct|^clarif|^berichtigung|^rectif", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as its database shows it; `title` are lines, `body` paragraphs.

    `below` are paragraphs between the title and the labels.
    `fields` are the values of its labels by the names that `nexis_labels` gives them.
    """

    outlet: str
    date: str
    title: Sequence[str]
    fields: Mapping[str, str]
    body: Sequence[str]
    below: Sequence[str] = ()
    warnings: tuple[str, ...] = ()


def draft_of(where: str, document: Document) -> Draft | Unread:
    """The article of a document, or why there is none: its text is empty or too long.

    The same document has the same id in every export.
    """
    fields = document.fields
    title, below = _title(document.title, fields.get("title", ""))
    try:
        text, blocks = lay_out([*_above([below, *document.below], fields), *_body(document)])
    except CorpusError as error:
        return Unread(where, str(error))
    if not any(paragraph.strip() for paragraph in document.body):
        named = f" {title!r:.80}" if title else ""
        return Unread(where, f"the document{named} holds no text")
    outlet = _GLUED_PLACE.sub(" (", document.outlet)
    address = fields.get("url", "")
    return Draft(
        where,
        text,
        blocks,
        title=title,
        url=address if is_web_address(address) else "",
        source_id=_identity(outlet, document, title),
        publisher=outlet_name(outlet),
        authors=people(fields.get("byline", "")),
        date=document.date,
        dated=True,
        language=language_of(fields.get("language", "")),
        section=section_of(fields.get("section", "")),
        warnings=document.warnings,
    )


def _title(lines: Sequence[str], labelled: str) -> tuple[str, str]:
    """The title, and the headline below it, which a semicolon at a line's end parts from it."""
    if not lines:
        return labelled, ""
    for index, line in enumerate(lines[:-1]):
        if line.endswith(";"):
            return joined(lines[: index + 1]).rstrip("; "), joined(lines[index + 1 :])
    whole = joined(lines).rstrip("; ")
    first, parted, rest = whole.partition(";")
    # Nexis Uni joins both headlines with a semicolon and no space.
    if parted and rest and not rest[0].isspace():
        return first.strip(), rest.strip()
    return whole, ""


def _above(below_title: Sequence[str], fields: Mapping[str, str]) -> list[Part]:
    parts: list[Part] = [("heading", words) for words in below_title]
    if lead := fields.get("lead", ""):
        parts.append((None, lead))
    if place := fields.get("dateline", ""):
        parts.append(("dateline", place))
    return parts


def _body(document: Document) -> list[Part]:
    parts: list[Part] = [(None, paragraph) for paragraph in document.body]
    if note := document.fields.get("correction", ""):
        parts.append((None, note if _CORRECTION.match(note) else f"Correction: {note}"))
    if caption := document.fields.get("picture", ""):
        parts.append(("photo credit", caption))
    return parts


def _identity(outlet: str, document: Document, title: str) -> str:
    """An id that an export does not change, for the database shows none of its own."""
    opening = one_line(" ".join(document.body))[:_OPENING]
    known = (outlet, document.date, title, document.fields.get("section", ""), opening)
    return f"nexis:{hashlib.sha256(chr(0).join(known).encode()).hexdigest()[:24]}"
