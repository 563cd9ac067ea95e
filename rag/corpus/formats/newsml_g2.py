"""Reads the news items of NewsML-G2: NITF, HTML or plain text, with embargo and editor's note."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from rag.corpus.bylines import parse_authors
from rag.corpus.drafts import Draft
from rag.corpus.formats.editor_notes import with_note
from rag.corpus.formats.layout import Part, lay_out, titled, xhtml_parts
from rag.corpus.formats.text_fields import parts_of, read_text
from rag.corpus.formats.xml_trees import attribute, below, children, first, named, words
from rag.corpus.notices import find_notices
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UNUSABLE = ("canceled", "cancelled", "withheld")
_BODIES = ("body.content", "body", "nitf", "html")
_PROSE = frozenset(
    {
        *_BODIES,
        *("article", "section", "div", "main", "p", "h1", "h2", "h3", "ul", "ol", "blockquote"),
        "block",
    }
)
_SHORT_HEADLINE = re.compile(r"short|seo|social|mobile|slug|kicker|overline", re.IGNORECASE)
_WITHOUT_END = "further notice"
_ELSEWHERE = "its content is elsewhere, or no text"


def item_draft(where: str, item: Any) -> Draft:
    """The article of a news item. Raises CorpusError for one without text, or not to be used."""
    meta, content = first(item, "itemMeta"), first(item, "contentMeta")
    status = attribute(first(meta, "pubStatus"), "qcode").rpartition(":")[2].lower()
    if status in _UNUSABLE:
        msg = f"its publisher says that it is {status}"
        raise CorpusError(msg)
    parts, nitf = _content(item)
    title = _headline(content) or words(first(nitf, "hl1"))
    dateline = words(first(content, "dateline"))
    laid_out = lay_out(below_dateline(parts, dateline, title))
    if not laid_out[0]:
        msg = f"the news item holds no text: {_content_kinds(item)}"
        raise CorpusError(msg)
    notes = [_note(note) for note in children(meta, "edNote")]
    (text, blocks), warnings = with_note(laid_out, *notes)
    created, made = first(content, "contentCreated"), first(meta, "firstCreated")
    guid = attribute(item, "guid")
    return Draft(
        where,
        text,
        blocks,
        title=title,
        url=guid if is_web_address(guid) and "/" in guid else "",
        source_id=guid,
        publisher=_provider(item, meta),
        authors=parse_authors(words(first(content, "by")))
        or _creators(content)
        or nitf_authors(nitf),
        date=words(created) or words(made) or words(first(meta, "versionCreated")),
        dated=True,
        language=attribute(first(content, "language"), "tag") or attribute(item, _LANGUAGE),
        section=words(first(content, "subject", "name")),
        embargoed=_embargo(meta),
        warnings=(*warnings, *_signals(meta, text)),
    )


def _headline(content: Any) -> str:
    """The main headline, else the first one that is not called a short one."""
    if content is None:
        return ""
    found = [(attribute(each, "role"), words(each)) for each in below(content, "headline")]
    main = [line for role, line in found if "main" in role.lower()]
    other = [line for role, line in found if not _SHORT_HEADLINE.search(role)]
    return next(filter(None, [*main, *other, *(line for _, line in found)]), "")


def _note(element: Any) -> str:
    """The words of a note to editors, under the label of a correction if it is marked as one."""
    marked = attribute(element, "role").rpartition(":")[2].lower().startswith("correct")
    return f"Correction: {words(element)}" if marked and words(element) else words(element)


def _signals(meta: Any, text: str) -> tuple[str, ...]:
    """What to say of a version that is marked as a correction and does not say of what."""
    codes = [attribute(signal, "qcode").rpartition(":")[2] for signal in children(meta, "signal")]
    marked = any(code.lower().startswith("correct") for code in codes)
    if not marked or any(notice.kind == "correction" for notice in find_notices(text)):
        return ()
    return ("its publisher marks this version as a correction, without saying of what",)


def _embargo(meta: Any) -> str:
    """The end of the embargo; an element without one stands for an embargo without an end."""
    held = children(meta, "embargoed")
    return (words(held[0]) or _WITHOUT_END) if held else ""


def below_dateline(parts: list[Part], dateline: str, title: str) -> list[Part]:
    """The paragraphs with the dateline below the title, if they do not begin with it themselves.

    >>> below_dateline([("heading", "Fog"), (None, "Fog lay.")], "VESK (LNA) -", "Fog")
    [('title', 'Fog'), ('dateline', 'VESK (LNA) -'), (None, 'Fog lay.')]
    """
    found = list(titled(parts, title))
    first_of_text = 1 if found and found[0][0] == "title" else 0
    opening = " ".join(words for _, words in found[first_of_text : first_of_text + 1])
    begins = " ".join(opening.split()).casefold()
    if not dateline or not found or begins.startswith(dateline.casefold()):
        return found
    return [*found[:first_of_text], ("dateline", dateline), *found[first_of_text:]]


def _content(item: Any) -> tuple[list[Part], Any]:
    """The paragraphs of the first content that has any, and its root if it is NITF."""
    for holder in below(item, "inlineXML", "inlineData"):
        kind = attribute(holder, "contenttype").partition(";")[0].lower()
        nitf = None
        if named(holder) == "inlineXML":
            nitf, prose = first(holder, "nitf"), _prose(holder)
            parts = _parts(prose) if prose is not None else []
        elif attribute(holder, "encoding") or kind not in _TEXT_TYPES:
            continue
        else:
            text, blocks = read_text("".join(holder.itertext()).strip(), html=_TEXT_TYPES[kind])
            parts = [(block.kind, text[block.start : block.end]) for block in blocks]
        if parts:
            return parts, nitf
    return [], None


def _parts(prose: Any) -> list[Part]:
    is_xhtml = "xhtml" in str(prose.tag).partition("}")[0]
    return xhtml_parts(prose) if is_xhtml else parts_of(prose)


_TEXT_TYPES: dict[str, bool | None] = {
    "": None,
    "text/plain": False,
    "text/html": True,
    "application/xhtml+xml": True,
}


def _prose(holder: Any) -> Any:
    """The element with the paragraphs of an inline content; None where it is no prose."""
    for name in _BODIES:
        if (body := first(holder, name)) is not None:
            return body
    if any(named(child).lower() in _PROSE for child in holder):
        return holder
    return None


def _content_kinds(item: Any) -> str:
    """What the inline content of an item is instead of text, with a count."""
    for holder in below(item, "inlineXML"):
        for root in filter(named, holder):
            inner = Counter(named(child) for child in root if named(child))
            many = "".join(f" with {count} {name!r:.40}" for name, count in inner.most_common(1))
            if inner:
                return f"its content is {named(root)!r:.40}{many}"
    return _ELSEWHERE


def _provider(item: Any, meta: Any) -> str:
    """The name of the provider, else the code that it is known by, else who has the rights."""
    provider = first(meta, "provider")
    named_so = words(first(provider, "name")) or attribute(provider, "literal")
    code = attribute(provider, "qcode").rpartition(":")[2]
    return named_so or code or words(first(item, "rightsInfo", "copyrightHolder", "name"))


def _creators(content: Any) -> tuple[str, ...]:
    if content is None:
        return ()
    names = [words(first(creator, "name")) for creator in below(content, "creator")]
    return tuple(dict.fromkeys(filter(None, names)))


def nitf_authors(root: Any) -> tuple[str, ...]:
    """The people in the byline of a NITF document."""
    byline = first(root, "body.head", "byline") if root is not None else None
    if byline is None:
        return ()
    people = [words(person) for person in below(byline, "person")]
    line = words(byline)
    for title in below(byline, "byttl"):
        line = line.removesuffix(words(title)).strip(" ,")
    return tuple(dict.fromkeys(filter(None, people))) or parse_authors(line)
