"""Reads the HTML exports of Europresse, an article at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.export_fields import date_of, people
from rag.corpus.formats.html_documents import documents, words_of
from rag.corpus.formats.layout import lay_out, markup_parts
from rag.errors import CorpusError

_MARK = re.compile(rb"""class\s*=\s*["'][^"']{0,80}\b(?:DocPublicationName|docOcurrContainer)\b""")
_APPEARED = re.compile(r"\b(?:cet article est paru dans|this article appeared in)\b", re.IGNORECASE)
_LONGEST_HEADER = 120
_EDITION = re.compile(r"\s*\((?:site web|web ?site|online|sitio web|sito web)\)\Z", re.IGNORECASE)
_ISSUE = re.compile(r",?\s+(?:no|n[°ºo]|nr|num|issue)\b[.°º]?\s*[\w-]*\d.*\Z", re.IGNORECASE)


def recognises(start: bytes) -> bool:
    """Whether a page that begins so is such an export."""
    return _MARK.search(start) is not None


def articles(path: Path, where: str) -> Iterator[Draft | Unread]:
    """The article of each document, with the path "file:number", counted from 1."""
    number = 0
    for number, element in enumerate(documents(path, "article", _is_document), start=1):
        place = f"{where}:{number}"
        yield Unread(place, element) if isinstance(element, str) else _article(place, element)
    if not number:
        msg = "a Europresse export in which no article can be told from another; export it as HTML"
        raise CorpusError(msg)


def _is_document(element: Any) -> bool:
    return next(_of_class(element, "DocPublicationName", "docOcurrContainer"), None) is not None


def _article(place: str, element: Any) -> Draft | Unread:
    title = _first(element, "rdp__articletitle") or _first(element, "titreArticleVisu")
    title = title or _first(element, "titreArticle")
    container = next(_of_class(element, "docOcurrContainer", "DocText"), None)
    parts = list(markup_parts(container)) if container is not None else []
    body = [(kind, words) for kind, words in parts if not _is_note(words)]
    if lead := _first(element, "rdp__subtitle"):
        body.insert(0, (None, lead))
    try:
        text, blocks = lay_out(body)
    except CorpusError as error:
        return Unread(place, str(error))
    if not text:
        named = f" {title!r:.80}" if title else ""
        return Unread(place, f"the document{named} holds no text")
    header = _first(element, "DocHeader") or _beside_section(element)
    number = _first(element, "publiC-lblNodoc")
    return Draft(
        place,
        text,
        blocks,
        title=title,
        url=_address(element),
        source_id=f"europresse:{number.casefold()}" if number else "",
        publisher=_EDITION.sub("", _ISSUE.sub("", _first(element, "DocPublicationName"))),
        authors=people(_byline(element)),
        date=_date(header),
        dated=True,
        section=_section(header),
    )


def _is_note(words: str) -> bool:
    """Whether a line says no more than where else the article appeared."""
    return len(words) < _LONGEST_HEADER and _APPEARED.search(words) is not None


def _of_class(element: Any, *names: str) -> Iterator[Any]:
    """The elements within one that have any of these classes."""
    for each in element.iter("*"):
        if not set(names).isdisjoint((each.get("class") or "").split()):
            yield each


def _first(element: Any, name: str) -> str:
    """The words of the first element of a class that has any; "" without one."""
    return next(filter(None, map(words_of, _of_class(element, name))), "")


def _beside_section(element: Any) -> str:
    """The words behind the heading of a part, where some exports have the date."""
    part = next(_of_class(element, "DocTitreSousSection"), None)
    beside = part.getnext() if part is not None else None
    return words_of(beside) if beside is not None else ""


def _byline(element: Any) -> str:
    """The words of the line below the title that has the names; "" without one."""
    if named := _first(element, "docAuthors"):
        return named
    title = next(_of_class(element, "titreArticle", "titreArticleVisu"), None)
    if title is None:
        return ""
    beside = (each for each in title.itersiblings("p") if "rdp__" not in (each.get("class") or ""))
    line = next(beside, None)
    if line is None or "sm-margin-bottomNews" not in (line.get("class") or "").split():
        return ""
    return words_of(line)


def _date(header: str) -> str:
    """The date in "Économie, mardi 7 mai 2024 412 mots, p. 5"; "" without one."""
    return date_of(header[:_LONGEST_HEADER])


def _section(header: str) -> str:
    """What stands before the weekday of such a line; "" if nothing does."""
    parts = re.split(r"\d", header, maxsplit=1)[0].split(",")
    return parts[0].strip() if len(parts) > 1 and len(parts[0]) < _LONGEST_HEADER else ""


def _address(element: Any) -> str:
    """Where the article appeared on the web, as the link that says so has it."""
    links = (each for each in element.iter("a") if _APPEARED.search(words_of(each)))
    return str(next((each.get("href") for each in links if each.get("href")), ""))
