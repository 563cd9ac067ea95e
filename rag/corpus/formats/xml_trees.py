"""Parses XML safely: expands no entity, fetches nothing, limits the depth."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Any

from rag.corpus.decoding import EMPTY
from rag.corpus.formats.layout import one_line
from rag.errors import CorpusError

_REFERENCE = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def parsed(data: bytes) -> Any:
    """The root of an XML document; raises CorpusError if it is invalid or harmful.

    HTML's character names, which NITF and XHTML take from a DTD, work without it.
    """
    from lxml import etree

    if not data.strip():
        raise CorpusError(EMPTY)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(_REFERENCE.sub(_numbered, data), parser)
    except etree.XMLSyntaxError as error:
        raise not_valid(error) from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        msg = "declares entities, which could expand without end; remove them"
        raise CorpusError(msg)
    return root


def not_valid(error: SyntaxError) -> CorpusError:
    r"""What to raise for what lxml cannot parse: its reason on one line.

    >>> str(not_valid(SyntaxError("CData section not finished\n<p>It sailed")))
    'not valid XML: CData section not finished <p>It sailed'
    """
    return CorpusError(f"not valid XML: {' '.join((error.msg or 'it ends too early').split())}")


def of_piece(text: str) -> Any:
    """The tree of the beginning of a document, as far as it goes; None where nothing is there."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    bare = _DECLARATION.sub("", text)
    data = _REFERENCE.sub(_numbered, bare.encode("utf-8", "replace"))
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def children(element: Any, *names: str) -> list[Any]:
    """The elements of these names directly below an element, in order, whatever their namespace."""
    return [each for each in element if named(each) in names] if element is not None else []


def named(element: Any) -> str:
    """The name of an element without its namespace; "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def below(element: Any, *names: str) -> list[Any]:
    """The elements of these names below an element, in order, whatever their namespace."""
    return [each for each in element.iterdescendants() if named(each) in names]


def first(element: Any, *path: str) -> Any:
    """The first descendant along a path of names; None if one is missing."""
    for name in path:
        found = below(element, name) if element is not None else []
        element = found[0] if found else None
    return element


def words(element: Any) -> str:
    """The text of an element as one line; "" for None."""
    return one_line("".join(element.itertext(with_tail=False))) if element is not None else ""


def attribute(element: Any, name: str) -> str:
    """An attribute as one line; "" if there is none, or no element."""
    return one_line(element.get(name, "")) if element is not None else ""


def _numbered(reference: re.Match[bytes]) -> bytes:
    name = reference.group(1).decode("ascii")
    if name in _OF_XML or name not in name2codepoint:
        return reference.group()
    return b"&#%d;" % name2codepoint[name]
