"""Reads saved feeds (RSS, Atom) and WordPress exports (WXR), which are RSS with more fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from rag.corpus.breaking_off import breaks_off, without_end
from rag.corpus.bylines import parse_authors
from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.fields import publisher_name, without_outlet
from rag.corpus.formats.layout import lay_out, titled, xhtml_parts
from rag.corpus.formats.left_out import left_out
from rag.corpus.formats.text_fields import Text, line_of, read_text
from rag.corpus.formats.xml_items import XmlItems
from rag.corpus.formats.xml_trees import attribute, children, named, words
from rag.corpus.urls import is_web_address
from rag.errors import CorpusError
from rag.language.furniture import is_feed_foot

ITEMS = ("item", "entry")
_WORDPRESS = "wordpress.org/export/"
_EXCERPT = "excerpt"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PUBLISHED = ("publish", "published", "")
_NO_ARTICLES = re.compile(
    r"page|attachment|nav_menu_item|revision|custom_css|customize_changeset|oembed_cache"
    r"|user_request|feedback|product|shop_\w+|wp_\w+|acf-\w+|elementor_\w+|popup"
)
_NAMED_MAIL = re.compile(r"\S+@\S+\s*\(([^()]{1,100})\)")
_MAIL = re.compile(r"\S+@\S+")
_FULL_WORDS = 150


@dataclass(frozen=True, slots=True)
class _Channel:
    """What a feed says of itself, and the names behind the logins.

    Its authors are those of entries that name none, and its address is where relative links start.
    """

    title: str = ""
    language: str = ""
    address: str = ""
    authors: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)


def feed_drafts(where: str, items: XmlItems) -> Iterator[Draft | Unread]:
    """The article of each entry, with the path "file:number", or why there is none.

    Of a WordPress export, drafts, pages and attachments are left out and counted. Raises
    CorpusError where there is no entry.
    """
    channel = _Channel()
    skipped: Counter[str] = Counter()
    number = 0
    for number, item in enumerate(items, start=1):
        place = f"{where}:{number}"
        if number == 1:
            channel = _channel(items.head)
        if isinstance(item, str):
            yield Unread(place, item)
        elif kind := _unpublished(item):
            skipped[kind] += 1
        else:
            try:
                yield _draft(place, item, channel, items.text.notes())
            except CorpusError as error:
                yield Unread(place, str(error))
    if not number:
        msg = "the feed holds no entry"
        raise CorpusError(msg)
    yield from left_out(where, skipped)


def _channel(head: Any) -> _Channel:
    if head is None:
        return _Channel()
    about = next(iter(children(head, "channel")), head)
    people = {
        _word(author, "author_login"): line_of(_word(author, "author_display_name"))
        for author in children(about, "author")
        if _word(author, "author_login")
    }
    language = _word(about, "language") or attribute(head, _LANGUAGE)
    title = line_of(_word(about, "title"))
    own = () if people else _authors(about, _Channel())
    return _Channel(title, language, attribute(head, _BASE) or _link(about), own, people)


def _unpublished(item: Any) -> str:
    """Why an entry of a WordPress export is no published article; "" if it is one."""
    of_wordpress = {named(each): words(each) for each in item if _is_of_wordpress(each)}
    kind, status = of_wordpress.get("post_type", ""), of_wordpress.get("status", "")
    if _NO_ARTICLES.fullmatch(kind):
        return kind
    if status not in _PUBLISHED:
        return status
    return "with a password" if of_wordpress.get("post_password") else ""


def _is_of_wordpress(element: Any) -> bool:
    return _WORDPRESS in _namespace(element)


def _namespace(element: Any) -> str:
    return str(element.tag).rpartition("}")[0]


def _source(item: Any) -> str:
    """The name of the feed that an entry was taken from: the title in it, else its own words."""
    for source in children(item, "source"):
        return next(filter(None, map(words, children(source, "title"))), "") or words(source)
    return ""


def _draft(where: str, item: Any, channel: _Channel, warnings: tuple[str, ...]) -> Draft:
    title = line_of(_word(item, "title"))
    (text, blocks), notes = _text(item, title)
    guid = _word(item, "guid", "id")
    link = _link(item)
    link = link and urljoin(channel.address, link)
    permanent = guid if is_web_address(guid) and "//" in guid else ""
    if attribute(next(iter(children(item, "guid")), None), "isPermaLink").lower() == "false":
        permanent = ""
    url = link or permanent
    source = publisher_name(_source(item))
    exported = any(map(_is_of_wordpress, item))
    # With an address, the channel's title is the outlet's name only where it fits the host: many
    # feeds gather articles of others. An export is of one outlet.
    publisher = source or (channel.title if exported or not is_web_address(url) else "")
    return Draft(
        where,
        text,
        blocks,
        title=without_outlet(title, source),
        url=url if is_web_address(url) else "",
        source_id=guid,
        publisher=publisher,
        site_names=(channel.title,),
        authors=_authors(item, channel) or channel.authors,
        date=_date(item),
        dated=True,
        language=attribute(item, _LANGUAGE) or channel.language,
        section=_section(item),
        warnings=(*warnings, *notes),
    )


def _text(item: Any, title: str) -> tuple[Text, tuple[str, ...]]:
    """The full text, else the summary with a warning; raises CorpusError without either."""
    full = [each for each in children(item, "encoded") if _EXCERPT not in _namespace(each)]
    full += children(item, "content")
    for holder in full:
        if (found := _read(holder, title))[0].strip():
            return found, ()
    for holder in children(item, "description", "summary"):
        found = _read(holder, title)
        if found[0].strip():
            short = len(found[0].split()) < _FULL_WORDS or breaks_off(found[0])
            notes = ("the feed has a summary of it only",) if short else ()
            return (found[0], without_end(*found)), notes
    msg = "the entry holds no text"
    raise CorpusError(msg)


def _read(holder: Any, title: str) -> Text:
    """The text of a field, without the line that says where the entry comes from."""
    text, blocks = _whole(holder, title)
    if len(blocks) > 1 and is_feed_foot(blocks[-1].words):
        return text[: blocks[-1].start].rstrip(), blocks[:-1]
    return text, blocks


def _whole(holder: Any, title: str) -> Text:
    kind = attribute(holder, "type").lower()
    if len(holder) and any(named(child) for child in holder):
        return lay_out(titled(xhtml_parts(holder), title))
    value = "".join(holder.itertext(with_tail=False))
    of_atom = named(holder) in ("content", "summary") and "Atom" in str(holder.tag)
    plain = kind in ("text", "text/plain") or (of_atom and not kind)
    html = True if named(holder) == "encoded" else None
    return read_text(value.strip(), title, html=False if plain else html)


def _word(element: Any, *names: str) -> str:
    """The words of the first child of these names that has any; "" if there is none."""
    return next(filter(None, map(words, children(element, *names))), "")


def _link(item: Any) -> str:
    """The address of the entry's page: of RSS, else of Atom's alternate link."""
    for link in children(item, "link"):
        if found := words(link):
            return found
        if attribute(link, "rel") in ("", "alternate") and attribute(link, "href"):
            return attribute(link, "href")
    return ""


def _date(item: Any) -> str:
    """When the entry was published, first of all in UTC as WordPress writes it."""
    zoned = _word(item, "post_date_gmt")
    if zoned and not zoned.startswith("0000"):
        return f"{zoned}Z"
    return _word(item, "pubDate", "published", "date", "issued") or _word(
        item, "post_date", "updated", "modified"
    )


def _authors(item: Any, channel: _Channel) -> tuple[str, ...]:
    found: list[str] = []
    # Where an article has several authors, WordPress has each as a category.
    several = [each for each in children(item, "category") if attribute(each, "domain") == "author"]
    for holder in several or children(item, "creator", "author"):
        written = _word(holder, "name") or words(holder)
        named_in_mail = _NAMED_MAIL.search(written)
        name = named_in_mail[1] if named_in_mail else _MAIL.sub(" ", written)
        if written in channel.people:
            found.append(channel.people[written])
        else:
            found += parse_authors(line_of(name))
    return tuple(dict.fromkeys(filter(None, found)))


def _section(item: Any) -> str:
    """The first category that is no tag."""
    for category in children(item, "category"):
        if attribute(category, "domain") not in ("post_tag", "tag", "post_format", "author"):
            label = attribute(category, "label") or words(category)
            return line_of(label or attribute(category, "term"))
    return ""
