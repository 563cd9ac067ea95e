"""What is new for saved searches as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Xml

from rag.answers.wording import introduction
from rag.conversations.escaping import for_xml, language_code, web_address
from rag.conversations.references import in_page
from rag.language.words import shortened
from rag.retrieval.alerts import Alert, NewArticle

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a feed is read: its archive's id, its own address and that of the page, "" for none."""

    archive_id: str
    own: str = ""
    page: str = ""


def atom_feed(alerts: Sequence[Alert], place: FeedPlace) -> bytes:
    """The feed of one saved search, or one feed of several, the last article to arrive first.

    An article has the same id in every feed of the archive, so that its revision replaces it in a
    reader. What cannot be searched any more is said in the subtitle. An article of several
    searches is one entry, which names them as categories.
    """
    feed = Xml.Element("feed", {"xmlns": _NAMESPACE})
    _add(feed, "id", _urn(place.archive_id, *(each.saved.id for each in alerts)))
    names = ", ".join(each.saved.name for each in alerts)
    _add(feed, "title", f"Dateline: {names}" if names else "Dateline")
    if problems := [f"{each.saved.name}: {each.problem}" for each in alerts if each.problem]:
        _add(feed, "subtitle", "; ".join(problems))
    found = _entries(alerts)
    begun = [each.saved.created for each in alerts]
    times = [each.arrived for each, _ in found] or begun
    _add(feed, "updated", _moment(max(times, default=datetime.fromtimestamp(0, UTC))))
    _add(Xml.SubElement(feed, "author"), "name", "Dateline")
    _add(feed, "generator", "Dateline")
    for rel, address in (("self", place.own), ("alternate", place.page)):
        if address:
            kind = MEDIA_TYPE if rel == "self" else "text/html"
            Xml.SubElement(feed, "link", {"rel": rel, "type": kind, "href": address})
    for new, searches in found:
        _add_entry(feed, new, searches, place)
    written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def last_arrival(alert: Alert) -> datetime:
    """When something of a feed last came in; where there is nothing, when its search was saved."""
    return max([each.arrived for each in alert.new], default=alert.saved.created)


def _entries(alerts: Sequence[Alert]) -> list[tuple[NewArticle, list[str]]]:
    """Each new article once, with the names of its searches, the last to arrive first."""
    found: dict[str, tuple[NewArticle, list[str]]] = {}
    for alert in alerts:
        for new in alert.new:
            found.setdefault(new.article.id, (new, []))[1].append(alert.saved.name)
    return sorted(found.values(), key=lambda each: -each[0].passage.id)


def _add_entry(feed: Xml.Element, new: NewArticle, searches: list[str], place: FeedPlace) -> None:
    article, passage = new.article, new.passage
    entry = Xml.SubElement(feed, "entry")
    _add(entry, "id", _urn(place.archive_id, article.id))
    title = article.title or article.id
    _add(entry, "title", f"Revised: {title}" if new.revised else title)
    _add(entry, "updated", _moment(new.arrived))
    if article.published:
        _add(entry, "published", _moment(article.published.at))
    for name in article.authors or (article.publisher or "Unknown",):
        _add(Xml.SubElement(entry, "author"), "name", name)
    for rel, address in _links(new, place):
        Xml.SubElement(entry, "link", {"rel": rel, "href": for_xml(address)})
    for name in searches:
        Xml.SubElement(entry, "category", {"term": for_xml(name)})
    words = shortened(article.text[passage.start : passage.end], _LONGEST)
    origin = introduction(article).removesuffix(": ")
    also = f"; also in {', '.join(new.also_in)}" if new.also_in else ""
    summary = _add(entry, "summary", f"{origin}{also}: {words}" if origin else words)
    if code := language_code(article.language):
        summary.set("xml:lang", code)


def _links(new: NewArticle, place: FeedPlace) -> Iterator[tuple[str, str]]:
    """The original as the entry's page, or where it has none the article as Dateline shows it."""
    article, passage = new.article, new.passage
    original = web_address(article.url)
    shown = ""
    if place.page:
        shown = place.page + in_page(article.id, article.revision, passage.start, passage.end)
    if original:
        yield "alternate", original
        if shown:
            yield "related", shown
    elif shown:
        yield "alternate", shown
    else:
        # An entry without content must have one.
        yield "alternate", _urn(place.archive_id, article.id)


def _add(parent: Xml.Element, name: str, words: str) -> Xml.Element:
    element = Xml.SubElement(parent, name)
    element.text = for_xml(words)
    return element


def _urn(*parts: str) -> str:
    name = "\n".join(["dateline", *parts]).encode("utf-8", "replace").decode()
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
