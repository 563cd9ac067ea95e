"""Reads NewsML 1.0 to 1.2: the texts of each news item, one article for each headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.corpus.bylines import parse_authors
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.editor_notes import with_note
from rag.corpus.formats.layout import Part, lay_out
from rag.corpus.formats.newsml_g2 import below_dateline
from rag.corpus.formats.text_fields import parts_of
from rag.corpus.formats.xml_items import XmlItems
from rag.corpus.formats.xml_trees import attribute, below, children, first, named, words
from rag.errors import CorpusError

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UNUSABLE = ("canceled", "cancelled", "withheld", "killed")
_BESIDE = re.compile(
    r"head-?line|style-?sheet|logo|contact|caption|photo|picture|image|thumbnail|quicklook|preview"
    r"|video|audio|graphic|keywords?|slug-?line|by-?line|date-?line|copyright\w*|abstract|summary"
)
_NO_TEXT_TYPES = re.compile(r"text/css|image/.*|video/.*|audio/.*|application/(?!xhtml|xml|nitf).*")
_NOTES = re.compile(r"advisory-?line|ed(?:itorial)?-?note|correction.*|instruction.*", re.I)
_REVISION = re.compile(r":\d{1,6}[NUA]?\Z")


@dataclass(frozen=True, slots=True)
class _Story:
    """A headline's component of a news item and the paragraphs that belong to it."""

    component: Any
    parts: list[Part]


def newsml_drafts(where: str, items: XmlItems) -> Iterator[Draft | Unread]:
    """The articles of each news item with the path "file:number", or why there are none.

    A file with one item has the path "file". Raises CorpusError where there is no item.
    """
    waiting: list[tuple[int, Any]] = []
    number = 0
    for number, item in enumerate(items, start=1):
        waiting.append((number, item))
        if number > 1:
            for each in waiting:
                yield from _outcomes(f"{where}:{each[0]}", each[1], items)
            waiting.clear()
    for _, item in waiting:
        yield from _outcomes(where, item, items)
    if not number:
        msg = "the NewsML holds no news item"
        raise CorpusError(msg)


def _outcomes(where: str, item: Any | str, items: XmlItems) -> Iterator[Draft | Unread]:
    if isinstance(item, str):
        yield Unread(where, item)
        return
    try:
        yield from _drafts(where, item, items.text.notes())
    except CorpusError as error:
        yield Unread(where, str(error))


def _drafts(where: str, item: Any, warnings: tuple[str, ...]) -> Iterator[Draft]:
    management = first(item, "NewsManagement")
    status = attribute(first(management, "Status"), "FormalName").lower()
    if status in _UNUSABLE:
        msg = f"its publisher says that it is {status}"
        raise CorpusError(msg)
    stories = _stories(item)
    if not stories:
        kinds = ", ".join(dict.fromkeys(_media(item))) or "none"
        msg = f"the news item holds no text; its media: {kinds:.80}"
        raise CorpusError(msg)
    for number, story in enumerate(stories, start=1):
        place = where if len(stories) == 1 else f"{where}#{number}"
        yield _draft(place, item, story, (warnings, _part(story, number) if number > 1 else ""))


def _draft(where: str, item: Any, story: _Story, more: tuple[tuple[str, ...], str]) -> Draft:
    management, component = first(item, "NewsManagement"), story.component
    title = _line(component, "HeadLine")
    dateline = _line(component, "DateLine")
    laid_out = lay_out(below_dateline(story.parts, dateline, title))
    (text, blocks), notes = with_note(laid_out, *_notes(item, component))
    byline = _line(component, "ByLine")
    warnings, suffix = more
    return Draft(
        where,
        text,
        blocks,
        title=title,
        source_id=_identifier(item) + suffix,
        publisher=_party(component, "Provider") or _party(component, "Source") or _provider(item),
        authors=parse_authors(byline) or parse_authors(_party(component, "Creator")),
        date=words(first(management, "FirstCreated"))
        or words(first(management, "ThisRevisionCreated")),
        dated=True,
        language=_language(component),
        embargoed=_embargo(management),
        warnings=(*warnings, *notes),
    )


def _stories(item: Any) -> list[_Story]:
    """The texts of an item by the component that has their headline, alternatives chosen from."""
    by_component: dict[int, tuple[Any, list[tuple[Any, list[Part]]]]] = {}
    for content in below(item, "ContentItem"):
        if _is_beside(content, item) or not (parts := _parts(content)):
            continue
        component = _headlined(content, item)
        by_component.setdefault(id(component), (component, []))[1].append((content, parts))
    return [_Story(component, _chosen(found)) for component, found in by_component.values()]


def _chosen(found: list[tuple[Any, list[Part]]]) -> list[Part]:
    """The paragraphs of all main contents; of equivalent ones, those of the first with markup."""
    main = [one for one in found if "main" in _role(one[0]) or "body" in _role(one[0])] or found
    equivalent = any(
        attribute(above, "EquivalentsList").lower() == "yes"
        for content, _ in main
        for above in content.iterancestors()
        if named(above) == "NewsComponent"
    )
    texts = {" ".join(words for _, words in parts).casefold() for _, parts in main}
    if equivalent or len(texts) == 1:
        marked = [parts for content, parts in main if len(first(content, "DataContent")) > 0]
        return max(marked or [parts for _, parts in main], key=len)
    return [part for _, parts in main for part in parts]


def _headlined(content: Any, item: Any) -> Any:
    """The innermost component around a content that has a headline; else the outermost one."""
    component = content
    for above in content.iterancestors():
        if above is item:
            break
        if named(above) == "NewsComponent":
            component = above
            if any(_of_lines(lines, "HeadLine") for lines in children(above, "NewsLines")):
                break
    return component


def _parts(content: Any) -> list[Part]:
    """The paragraphs of a content item, as markup or as plain text; none where it is no text."""
    data = first(content, "DataContent")
    mime = attribute(first(content, "MimeType"), "FormalName").lower()
    media = attribute(first(content, "MediaType"), "FormalName").lower()
    if data is None or first(content, "Encoding") is not None or _NO_TEXT_TYPES.fullmatch(mime):
        return []
    if media and media not in ("text", "complexdata", "multimedia"):
        return []
    if any(named(child) for child in data):
        body = next(
            (
                b
                for n in ("body.content", "body", "nitf", "html")
                if (b := first(data, n)) is not None
            ),
            data,
        )
        return parts_of(body)
    return parts_of(data)


def _is_beside(content: Any, item: Any) -> bool:
    """Whether a content stands beside the text: a caption, a style sheet, a contact."""
    return any(_BESIDE.fullmatch(role) for role in _roles(content, item))


def _roles(content: Any, item: Any) -> Iterator[str]:
    for above in content.iterancestors():
        if above is item:
            return
        if named(above) == "NewsComponent":
            for role in children(above, "Role"):
                yield attribute(role, "FormalName").replace(" ", "").lower()


def _role(content: Any) -> str:
    component = next((a for a in content.iterancestors() if named(a) == "NewsComponent"), None)
    roles = children(component, "Role")
    return attribute(roles[0], "FormalName").lower() if roles else ""


def _line(component: Any, name: str) -> str:
    """A news line of the component or of the nearest one around it that has it."""
    for each in (component, *component.iterancestors()):
        for lines in children(each, "NewsLines"):
            if found := _of_lines(lines, name):
                return found
    return ""


def _of_lines(lines: Any, name: str) -> str:
    """A line of some news lines; Superdesk writes "Headline" for "HeadLine"."""
    found = (words(each) for each in lines.iterdescendants() if named(each).lower() == name.lower())
    return next(found, "")


def _party(component: Any, role: str) -> str:
    for each in (component, *component.iterancestors()):
        for metadata in children(each, "AdministrativeMetadata"):
            for holder in children(metadata, role):
                if found := attribute(first(holder, "Party"), "FormalName"):
                    return found
    return ""


def _provider(item: Any) -> str:
    return words(first(item, "Identification", "NewsIdentifier", "ProviderId"))


def _language(component: Any) -> str:
    for each in (component, *component.iterancestors()):
        for metadata in children(each, "DescriptiveMetadata"):
            if found := attribute(first(metadata, "Language"), "FormalName"):
                return found
        if found := attribute(each, _LANGUAGE):
            return found
    return ""


def _identifier(item: Any) -> str:
    """The public identifier without its revision, so that revisions are states of one article."""
    identifier = first(item, "Identification", "NewsIdentifier")
    parts = [words(first(identifier, name)) for name in ("ProviderId", "DateId", "NewsItemId")]
    if all(parts):
        return "urn:newsml:" + ":".join(parts)
    return _REVISION.sub("", words(first(identifier, "PublicIdentifier")))


def _part(story: _Story, number: int) -> str:
    """What tells the second and later articles of one item apart: the language, else a number."""
    return f"#{_language(story.component) or ''}{number}"


def _embargo(management: Any) -> str:
    """When an embargoed item may be used, as the item says."""
    if attribute(first(management, "Status"), "FormalName").lower() != "embargoed":
        return ""
    return words(first(management, "StatusWillChange", "DateAndTime")) or "further notice"


def _notes(item: Any, component: Any) -> list[str]:
    """The advisory lines of the item, and its editors' notes."""
    found = []
    for line in below(item, "NewsLine"):
        kind = attribute(first(line, "NewsLineType"), "FormalName").replace(" ", "")
        if _NOTES.fullmatch(kind):
            found.append(words(first(line, "NewsLineText")))
    management = first(item, "NewsManagement")
    found += [attribute(each, "FormalName") for each in children(management, "Instruction")]
    return [note for note in found if note and component is not None]


def _media(item: Any) -> Iterator[str]:
    for content in below(item, "ContentItem"):
        for name in ("MediaType", "MimeType", "Format"):
            if kind := attribute(first(content, name), "FormalName"):
                yield kind
                break
