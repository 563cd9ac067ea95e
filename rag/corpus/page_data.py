"""Reads what a page says of its article outside the text: title, date, authors and section.

Start at `read_page_data`. `page_graph` reads the page's data as nodes, this module chooses the node
of the article itself, and `page_dates`, `page_authors` and `page_titles` choose each field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.decoding import clean
from rag.corpus.page_authors import find_authors
from rag.corpus.page_dates import (
    CREATED,
    changed_date,
    is_of_last_change,
    stated_date,
    unread_date,
)
from rag.corpus.page_graph import Graph, Node, meta_values, read_graph
from rag.corpus.page_guessed_dates import guessed_date
from rag.corpus.page_heading import heading_of
from rag.corpus.page_titles import choose_title
from rag.corpus.page_visible_dates import shown_change, shown_instead, visible_date
from rag.corpus.page_zones import in_local_time
from rag.corpus.urls import canonical_id, is_web_address, publisher_of

_ARTICLE = re.compile(r"article\Z|posting\Z|\Areport\Z|advertisercontent")
_NEWS = re.compile(r"newsarticle\Z|liveblogposting\Z")
_OWN = frozenset({"mainEntity", "mainEntityOfPage"})
_TELLING = frozenset({"datePublished", "headline"})
_LETTERS = re.compile(r"[\W_]+")
_SHARED = ("og:title", "twitter:title", "title", "dc.title", "headline")
_OUTLET_META = ("og:site_name", "application-name", "twitter:site", "publisher", "cre")
_OUTLET_TYPES = frozenset({"organization", "newsmediaorganization", "website"})
_CHANGED = "no date of publication found; dated by when the page was last changed"


@dataclass(frozen=True, slots=True)
class PageData:
    """What a page says of its article; "" and () where it says nothing.

    `date` is text as the page has it. `outlets` are what the page calls its outlet, and its host.
    `warnings` say what could not be used or is less than sure.
    """

    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    outlets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_page_data(tree: Any) -> PageData:
    """What a parsed page says of its article; changes nothing in the tree."""
    graph, meta, url = read_graph(tree), meta_values(tree), own_address(tree)
    headings = [" ".join(each.text_content().split()) for each in tree.iter("h1")]
    if not any(headings) and (styled := heading_of(tree)) is not None:
        headings = [" ".join(styled.text_content().split())]
    window = " ".join("".join(tree.xpath("//head/title[1]//text()")).split())
    shared = [value for name in _SHARED for key, value in meta if key == name]
    article = choose_article(graph, url, [*shared[:1], *headings, window])
    outlets = _outlets(graph, article, meta, url)
    headline = next(article.texts("headline", "name"), "") if article is not None else ""
    published, warnings = _published(tree, graph, article, meta, url)
    return PageData(
        title=choose_title(shared, headline, headings, window, outlets),
        date=published,
        authors=find_authors(tree, graph, article, meta, outlets),
        section=next(article.texts("articleSection"), "") if article is not None else "",
        outlets=tuple(map(clean, outlets)),
        warnings=warnings,
    )


def declared_language(tree: Any) -> str:
    """The language tag of a page's root element, else of its meta elements; "" without one."""
    stated = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return str(stated) or _first(meta_values(tree), "content-language", "og:locale")


def own_address(tree: Any) -> str:
    """The address that a page states as its own; "" if it states none."""
    links = tree.xpath("//link[@rel='canonical']/@href")
    social = tree.xpath("//meta[@property='og:url']/@content")
    stated = (str(each).strip() for each in (*links, *social))
    return next((each for each in stated if is_web_address(each)), "")


def _published(
    tree: Any, graph: Graph, article: Node | None, meta: Sequence[tuple[str, str]], url: str
) -> tuple[str, tuple[str, ...]]:
    """The date of publication, "" if it is unknown, and what is uncertain about it."""
    if stated := stated_date(graph, article, meta, url):
        of_publication = [(key, value) for key, value in meta if key not in CREATED]
        of_creation = not stated_date(graph, article, of_publication, url)
        if of_creation or is_of_last_change(stated, article, meta):
            # It may be the date of the last change, or of the first draft.
            stated = shown_instead(tree, stated, or_later=of_creation) or stated
        return in_local_time(tree, stated, url), ()
    if shown := visible_date(tree, url):
        return in_local_time(tree, shown, url), ()
    if changed := shown_change(tree):
        return in_local_time(tree, changed, url), (_CHANGED,)
    guessed, warnings = guessed_date(tree, url, declared_language(tree))
    if guessed or warnings:
        return in_local_time(tree, guessed, url), warnings
    if changed := changed_date(article, meta):
        return in_local_time(tree, changed, url), (_CHANGED,)
    return unread_date(graph, article, meta), ()


def choose_article(graph: Graph, url: str, titles: Sequence[str]) -> Node | None:
    """The node of the page's own article; None where no node is one.

    Articles within lists, comments, live posts and others' articles are not the page's. Of
    several, the one with the page's address counts, then the one with a title of the page,
    then news before other articles, then one with a date, then the first.
    """
    known = {_letters(title) for title in titles if title}
    address = canonical_id(url) if url else ""
    best: tuple[tuple[bool, ...], Node] | None = None
    for node in graph.nodes:
        named = any(map(_ARTICLE.search, node.types))
        untyped = not node.types and _TELLING.intersection(node.fields)
        if not (named or untyped) or not _OWN.issuperset(node.path):
            continue
        headline = _letters(next(node.texts("headline", "name"), ""))
        rank = (
            bool(address) and address in _addresses(node),
            len(headline) > 3
            and any(headline in title or title in headline for title in known if title),
            named,
            any(map(_NEWS.search, node.types)),
            "datePublished" in node.fields,
        )
        if best is None or rank > best[0]:
            best = rank, node
    return best[1] if best else None


def _addresses(node: Node) -> set[str]:
    values = [node.id, *node.texts("url"), *node.texts("mainEntityOfPage")]
    values += [each.id for each in node.nodes("mainEntityOfPage")]
    return {canonical_id(value) for value in values if value}


def _outlets(
    graph: Graph, article: Node | None, meta: Sequence[tuple[str, str]], url: str
) -> list[str]:
    """The names by which the page calls its outlet, and the host."""
    names = [value for key, value in meta if key in _OUTLET_META]
    if article is not None:
        names += [name for each in article.nodes("publisher") for name in each.texts("name")]
    for node in graph.nodes:
        if node.types & _OUTLET_TYPES and (not node.path or node.path == ("isPartOf",)):
            names += node.texts("name")
    return [*dict.fromkeys(names), *filter(None, [publisher_of(url)])]


def _first(meta: Sequence[tuple[str, str]], *names: str) -> str:
    return next((value for name in names for key, value in meta if key == name), "")


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.casefold())
