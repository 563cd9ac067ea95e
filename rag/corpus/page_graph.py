"""Reads the data that a page states of itself: JSON-LD, microdata and RDFa as nodes, meta as pairs.

Nodes of both kinds have one form, so that whoever asks need not know which a page uses. What a
node says of another one (its video, its comments, the claim that it checks) stays that node's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any

_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
_WRAPPING = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)")
_WRAPPING_END = re.compile(r"(?:(?://\s*)?-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>|;)\s*\Z")
_TOKEN = re.compile(r'[^"/,]++|"(?:[^"\\]|\\.)*+"|/\*|.', re.DOTALL)
_CLOSES = re.compile(r"\s*[}\]]")
_LONGEST_SCRIPT = 2_000_000
_MOST_NODES = 5_000
_MOST_WITHIN = 2_000
_MOST_SCRIPTS = 100
_MANY = 100
_DEEPEST = 40
_MOST_REFERENCES = 50
_ADDRESSES = frozenset({"a", "area", "link"})
_SOURCES = frozenset({"audio", "embed", "iframe", "img", "source", "track", "video"})
_LARGEST_SCRIPTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that a page describes: its types in small letters, and its fields.

    A value is a text or another node. `path` are the fields that lead to it from the top, none
    for a node of the top; `id` is the name by which others refer to it, "" if it has none.
    """

    types: frozenset[str]
    fields: Mapping[str, tuple[Any, ...]]
    path: tuple[str, ...] = ()
    id: str = ""

    def texts(self, *names: str) -> Iterator[str]:
        """The texts of the first of these fields that has any, without blanks around them."""
        for name in names:
            found = [value for value in self.fields.get(name, ()) if isinstance(value, str)]
            if found:
                yield from found
                return

    def nodes(self, name: str) -> Iterator[Node]:
        """The nodes of a field, in order."""
        yield from (value for value in self.fields.get(name, ()) if isinstance(value, Node))


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes of a page: those of JSON-LD first, each kind in the order of the page."""

    nodes: tuple[Node, ...] = ()
    ids: Mapping[str, Node] = field(default_factory=dict)

    def resolved(self, value: Any) -> Any:
        """The node that a bare reference names; any other value unchanged."""
        if isinstance(value, Node) and value.id and not value.fields:
            return self.ids.get(value.id, value)
        return value


def read_graph(tree: Any) -> Graph:
    """Every node of a page's JSON-LD, microdata and RDFa; what cannot be parsed is left out."""
    nodes: list[Node] = []
    for script in islice(tree.xpath(_SCRIPTS), _MOST_SCRIPTS):
        data, most = _parsed(script.text or ""), len(nodes) + _MOST_NODES
        with suppress(RecursionError):
            for each in _articles_first(data):
                _collect(each, (), nodes, min(most, len(nodes) + _MOST_WITHIN))
    for content in islice(tree.xpath("//meta[@name='parsely-page']/@content"), 1):
        _collect(_of_parsely(_parsed(content)), (), nodes, len(nodes) + _MOST_WITHIN)
    nodes.extend(_microdata(tree))
    full = {node.id: node for node in reversed(nodes) if node.id and node.fields}
    return Graph(tuple(nodes), full)


def _of_parsely(data: Any) -> Any:
    """What a page states for Parse.ly in one meta element, by the names of schema.org."""
    if not isinstance(data, dict):
        return None
    return {
        "@type": "NewsArticle",
        "headline": data.get("title"),
        "datePublished": data.get("pub_date"),
        "author": data.get("authors") or data.get("author"),
        "articleSection": data.get("section"),
        "url": data.get("link"),
    }


def meta_values(tree: Any) -> Sequence[tuple[str, str]]:
    """Each meta element's name or property in small letters and its content, in order.

    Elements within the scope of an item of RDFa are that item's and are left out.
    """
    found: list[tuple[str, str]] = []
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        if content and not (_names(element) and _owner(element) is not None):
            names = (element.get(key) for key in ("property", "name", "http-equiv"))
            found.extend((name.strip().lower(), content) for name in names if name)
    return found


def _parsed(script: str) -> Any:
    """The data of a script; None where it is no JSON even without comments and spare commas."""
    if len(script) > _LONGEST_SCRIPT:
        return None
    bare = _WRAPPING_END.sub("", _WRAPPING.sub("", script.strip()))
    for text in (script, bare, ""):
        try:
            return json.loads(text or _repaired(bare), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _repaired(text: str) -> str:
    """The text without comments and without commas before a closing bracket.

    What stands in strings stays. An open string or comment ends the repair.
    """
    parts: list[str] = []
    place = 0
    while found := _TOKEN.match(text, place):
        piece, place = found.group(), found.end()
        if piece == '"':
            break
        if piece == "/*":
            end = text.find("*/", place)
            if end < 0:
                break
            place = end + 2
        elif piece != "," or not _CLOSES.match(text, place):
            parts.append(piece)
    return "".join(parts)


def _articles_first(data: Any) -> list[Any]:
    """The things that a script describes; of very many the articles first, in their order."""
    members = data.get("@graph") if isinstance(data, dict) and len(data) <= 2 else data
    things = members if isinstance(members, list) else [data]
    # A script may have lists within its list.
    things = [each for thing in things for each in (thing if isinstance(thing, list) else [thing])]
    if len(things) <= _MANY:
        return things
    return sorted(things, key=lambda each: not _is_article(each))


def _is_article(data: Any) -> bool:
    types = _types(data.get("@type")) if isinstance(data, dict) else ()
    return any(name.endswith(("article", "posting")) for name in types)


def _collect(data: Any, path: tuple[str, ...], nodes: list[Node], most: int) -> Node | None:
    """The node of a JSON object; it and all within it are appended, outer ones first.

    Nothing is appended to `most` nodes.
    """
    if not isinstance(data, dict) or len(path) > _DEEPEST or len(nodes) >= most:
        return None
    place = len(nodes)
    fields: dict[str, tuple[Any, ...]] = {}
    node = Node(_types(data.get("@type")), fields, path, _text(data.get("@id")))
    nodes.append(node)
    for key, value in data.items():
        if key in ("@graph", "@list", "@set"):
            # The members of a graph are on the level of the graph itself.
            for each in value if isinstance(value, list) else [value]:
                _collect(each, path, nodes, most)
        elif not key.startswith("@"):
            name = _local(key)
            values = value if isinstance(value, list) else [value]
            read = (_value(each, (*path, name), nodes, most) for each in values)
            fields[name] = fields.get(name, ()) + tuple(each for each in read if each)
    if not fields and not node.types and not node.id:
        del nodes[place]
    return node


def _value(data: Any, path: tuple[str, ...], nodes: list[Node], most: int) -> str | Node | None:
    if isinstance(data, dict):
        if "@value" in data:
            return _text(data["@value"])
        return _collect(data, path, nodes, most)
    return _text(data)


def _text(data: Any) -> str:
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return ""
    # Texts are escaped once or twice: "&amp;quot;" is a quotation mark.
    return " ".join(unescape(unescape(str(data))).split())


def _types(value: Any) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    return frozenset(_local(each).lower() for each in values if isinstance(each, str))


def _local(name: str) -> str:
    """A name without its vocabulary: "schema:author" and "http://schema.org/author" are author."""
    return re.split(r"[/#:]", name.strip().rstrip("/#"))[-1]


def _microdata(tree: Any) -> Iterator[Node]:
    """The items of microdata and RDFa, outer ones first; `itemref` is followed once."""
    items: dict[Any, Node] = {}
    built: dict[Any, dict[str, tuple[Any, ...]]] = {}
    for scope in tree.iter():
        if not isinstance(scope.tag, str) or not _is_item(scope):
            continue
        if len(items) >= _MOST_NODES:
            break
        owner = _owner(scope) if _names(scope) else None
        outer = items[owner].path if owner in items else ()
        names = tuple(map(_local, _names(scope)[:1])) if owner in items else ()
        built[scope] = {}
        types = _types((scope.get("itemtype") or scope.get("typeof") or "").split())
        identifier = scope.get("itemid") or scope.get("resource") or ""
        items[scope] = Node(types, built[scope], (outer + names)[:_DEEPEST], identifier)
    for element in tree.iter():
        if items and isinstance(element.tag, str) and _names(element):
            owner = _owner(element)
            if owner in built:
                _add(built[owner], element, items)
    references = ((scope, name) for scope in items for name in scope.get("itemref", "").split())
    for scope, name in islice(references, _MOST_REFERENCES):
        for element in tree.xpath("//*[@id=$name][1]/descendant-or-self::*[@itemprop]", name=name):
            if _owner(element) not in built:
                _add(built[scope], element, items)
    yield from items.values()


def _add(fields: dict[str, tuple[Any, ...]], element: Any, items: Mapping[Any, Node]) -> None:
    value = items.get(element) or _property(element)
    for name in map(_local, _names(element)):
        fields[name] = fields.get(name, ()) + ((value,) if value else ())


def _owner(element: Any) -> Any:
    """The nearest element around it that is an item."""
    return next(filter(_is_item, element.iterancestors()), None)


def _is_item(element: Any) -> bool:
    """Whether an element is an item of microdata, or one of RDFa in the words of schema.org."""
    if "itemscope" in element.attrib:
        return True
    types = (element.get("typeof") or "").split()
    return any(map(_is_of_schema, types))


def _names(element: Any) -> list[str]:
    """The names under which an element is a property of the item around it."""
    if "itemprop" in element.attrib:
        return list(element.get("itemprop").split())
    return [name for name in (element.get("property") or "").split() if _is_of_schema(name)]


def _is_of_schema(name: str) -> bool:
    return ":" not in name or name.startswith(("schema:", "http://schema.org/"))


def _property(element: Any) -> str:
    tag, stated = element.tag, element.get("content")
    if stated is not None:
        return _text(stated)
    if tag in _ADDRESSES and not (text := _text(element.text_content())):
        return _text(element.get("href"))
    if tag in _ADDRESSES:
        return text
    if tag in _SOURCES:
        return _text(element.get("src"))
    if tag == "time" and element.get("datetime"):
        return _text(element.get("datetime"))
    return _text(element.text_content())


def script_texts(tree: Any) -> Iterator[str]:
    """The page's scripts in order, until they have had two million characters."""
    size = 0
    for script in tree.iter("script"):
        text = script.text or ""
        size += len(text)
        if size > _LARGEST_SCRIPTS:
            return
        yield text
