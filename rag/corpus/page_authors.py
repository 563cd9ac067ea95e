"""Finds who wrote the article of a page; who wrote a comment or a claim is nobody of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from rag.corpus.bylines import (
    is_desk,
    is_outlet,
    is_person,
    named_authors,
    opens_byline,
    parse_authors,
    same_person,
)
from rag.corpus.page_graph import Graph, Node
from rag.corpus.page_heading import heading_of
from rag.corpus.page_signatures import signed_by
from rag.corpus.wires import is_agency

_META = (
    (
        "author",
        "article:author",
        "og:article:author",
        "og:author",
        "authors",
        "article:author_name",
        "articleauthor",
        "article_author",
    ),
    ("parsely-author", "sailthru.author", "cxenseparse:author", "byl", "dcsext.author"),
    ("dc.creator", "dcterms.creator", "dc:creator", "citation_author", "creator", "rbauthors"),
)
_ORGANISATIONS = re.compile(r"organi[sz]ation|corporation|newsmedia|\Abrand\Z")
_MOST = 50
_BYLINE_TAGS = ("p", "div", "span", "address", "li", "strong", "em", "h3", "h4", "h5", "h6")
_LABELS = ("strong", "b", "dt", "th", "td", "span", "em")
_LABEL = re.compile(
    r"\s*(?:authors?|written by|by|autor(?:in|en|innen|es|a|as)?|autorin/autor|auteure?s?"
    r"|autor[ei]|auteurs?|forfatter|skribent|von|par|por|di)\s*:?\s*",
    re.IGNORECASE,
)
# What sites call the element of a byline, as in "article-author" or "reporter".
_CALLED_BYLINE = re.compile(
    r"(?<![a-z])(?:by-?lines?|(?:co-?)?authors?|autor(?:in|en|es|a)?|auteure?s?|signature|writers?"
    r"|reporters?|firma|redacteure?|redactor|redakteur|journalista?|assinatura|skribent|forfatter"
    r"|contributors?)(?![a-z])",
    re.IGNORECASE,
)
_CALLED_BY = ("class", "id", "rel", "itemprop", "data-component", "data-testid", "aria-label")
_ANY_LABEL = re.compile(
    r"\A(?:[^\W\d_]{2,20}\s*[:：]|(?:posted|published|written|veröffentlicht|eingestellt|verfasst"
    r"|publié|publicado|pubblicato)\s+(?:by|von|par|por|da))\s*(?=\S)",
    re.IGNORECASE,
)
# Names without blanks behind a label anywhere in a line: "来源：临江日报 记者：李晓明".
_UNSPACED_LABEL = re.compile(
    r"(?:记者|記者|作者|撰文|执笔|執筆)\s*[:：・/／|｜]\s*([^\W\d_a-zA-Z]{2,5})(?!\w)"
)
_MOST_CHILDREN = 4
_LONGEST_BYLINE = 100
_MOST_BELOW = 120
# The page of an account that no person writes under: ".../author/admin/".
_ACCOUNT = re.compile(r"/(?:author|autor|auteur|user)s?/(?:admin|administrator|webmaster|root)/?\Z")
_PARTS_OF_NAMES = ("givenName", "additionalName", "familyName")


def find_authors(
    tree: Any,
    graph: Graph,
    article: Node | None,
    meta: Sequence[tuple[str, str]],
    outlets: Collection[str],
) -> tuple[str, ...]:
    """The authors of a page's article, in order.

    The article's own data come first, then meta elements, then a byline that the page shows.
    A known agency stays beside persons, and so does a desk that the data name; other companies
    and outlets are named only where no place names a person.
    """
    own = list(islice(_of_node(graph, article), _MOST)) if article is not None else []
    of_data = [
        name for name, organisation in own if not organisation or is_agency(name) or is_desk(name)
    ]
    others = _distinct(name for name, _ in own)
    for found in (of_data, *_of_meta(meta), _below_heading(tree), signed_by(tree), _labelled(tree)):
        named = [name for name in found if not is_outlet(name, outlets)]
        if any(is_person(name) for name in named):
            beside = [is_agency(name) or (found is of_data and is_desk(name)) for name in named]
            kept = zip(named, beside, strict=True)
            return _distinct(name for name, stays in kept if stays or is_person(name))
        others = others or _distinct(found)
    called = [name for name in _called_byline(tree) if not is_outlet(name, outlets)]
    return others or _distinct(called or _marked_up(tree))


def _below_heading(tree: Any) -> list[str]:
    """The persons of the byline between the page's heading and its first long paragraph."""
    for element, words in _short_lines_below(tree):
        if element.tag not in _BYLINE_TAGS or len(element) > _MOST_CHILDREN:
            continue
        if unspaced := _UNSPACED_LABEL.findall(words):
            return [name for name in unspaced if is_person(name)]
        if opens_byline(words) and not _byline_within(element):
            persons = [name for name in parse_authors(words) if is_person(name)]
            if persons:
                return persons
    return []


def _called_byline(tree: Any) -> list[str]:
    """The persons of the first element there that the page calls a byline.

    They are its links to authors, else the first of its texts with names.

    >>> from lxml.html import fromstring
    >>> page = '<div><h1>Ferry</h1><p class="writer">Text: Mira Oldenkamp</p></div>'
    >>> _called_byline(fromstring(page))
    ['Mira Oldenkamp']
    """
    for element, _ in _short_lines_below(tree):
        names = " ".join(element.get(key) or "" for key in _CALLED_BY)
        if not _CALLED_BYLINE.search(names):
            continue
        linked = [link.text_content() for link in element.xpath(".//a[@rel='author']")]
        for texts in (linked, *([text] for text in element.itertext())):
            lines = (_ANY_LABEL.sub("", " ".join(text.split())) for text in texts)
            named = [name for line in lines for name in named_authors(line)]
            # "Posted by" and "Veröffentlicht am" stand there as well.
            if found := [name for name in named if is_person(name) and _is_no_label(name)]:
                return found
    return []


def _is_no_label(name: str) -> bool:
    return name[-1] not in ":：" and not any(word[0].islower() for word in name.split())


def _short_lines_below(tree: Any) -> Iterator[tuple[Any, str]]:
    """The short lines between the page's heading and its first long paragraph, with elements."""
    heading = next(iter(tree.iter("h1")), None)
    if heading is None:
        heading = heading_of(tree)
    below = () if heading is None else heading.xpath("following::*")
    for element in islice(below, _MOST_BELOW):
        words = " ".join(element.text_content().split())
        if len(words) <= _LONGEST_BYLINE:
            yield element, words
        elif element.tag == "p" and len(element) <= _MOST_CHILDREN:
            return


def _byline_within(element: Any) -> bool:
    """Whether an element within this one is the byline, and what stands beside it an office."""
    within = (each for each in element.iterdescendants(*_BYLINE_TAGS))
    return any(opens_byline(" ".join(each.text_content().split())) for each in within)


def _labelled(tree: Any) -> list[str]:
    """The persons behind a label of their own, as in "<dt>Author</dt><dd>Mira Oldenkamp</dd>"."""
    for element in tree.iter(*_LABELS):
        if not _LABEL.fullmatch(element.text or ""):
            continue
        beside = element.getnext()
        words = element.tail or ""
        if not words.strip(" :\n\t\r") and beside is not None:
            words = beside.text_content()
        line = " ".join(words.split()).lstrip(": ")
        if persons := [name for name in named_authors(line[:_LONGEST_BYLINE]) if is_person(name)]:
            return persons
    return []


def _marked_up(tree: Any) -> list[str]:
    """The persons whom the classes of the page's elements call authors, as trafilatura finds."""
    from trafilatura.metadata import extract_author

    return [name for name in parse_authors(extract_author(tree) or "") if is_person(name)]


def _of_meta(meta: Sequence[tuple[str, str]]) -> Iterator[list[str]]:
    for names in _META:
        values = [value for key, value in meta if key in names]
        yield [name for value in values[:_MOST] for name in named_authors(value)]


def _of_node(graph: Graph, article: Node) -> Iterator[tuple[str, bool]]:
    """Each name of the article's authors, and whether it is an organisation's."""
    values = article.fields.get("author") or article.fields.get("creator") or ()
    for value in map(graph.resolved, values):
        if isinstance(value, str):
            yield from ((name, False) for name in named_authors(value))
            continue
        organisation = "person" not in value.types and any(map(_ORGANISATIONS.search, value.types))
        organisation |= any(map(_ACCOUNT.search, (value.id, *value.texts("url"))))
        full = list(value.texts("name", "alternateName"))
        parts = " ".join(next(value.texts(part), "") for part in _PARTS_OF_NAMES).split()
        for text in full or [" ".join(parts)]:
            names = (text,) if organisation else named_authors(text)
            yield from ((name, organisation) for name in names if name)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that are another one written in another way."""
    found: list[str] = []
    for name in names:
        if not any(same_person(name, known) for known in found):
            found.append(name)
    return tuple(found)
