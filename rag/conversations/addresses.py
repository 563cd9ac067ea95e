"""Addresses that lead to a sentence: in the original by text fragments, on the page by a query."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from rag.conversations.escaping import web_address

_LONGEST_WHOLE = 8
_EDGE = 4
_DIRECTIVE = ":~:"


def at_sentence(url: str, words: str, page: int = 0) -> str:
    """The address of a web page, opened at the words; of a PDF, at the `page` from 1 on.

    Short words are named whole, longer ones by their first and last words, so that a page whose
    markup differs still has them. "" for what is no address of a web page.

    >>> at_sentence("https://a.example/1", "Six, or so: well-known & loved.")
    'https://a.example/1#:~:text=Six%2C%20or%20so%3A%20well%2Dknown%20%26%20loved.'
    """
    address = web_address(url)
    if not address:
        return ""
    base, _, fragment = address.partition("#")
    fragment = fragment.partition(_DIRECTIVE)[0]
    if page and urlsplit(base).path.lower().endswith(".pdf"):
        return f"{base}#page={page}"
    found = words.split()
    if not found:
        return f"{base}#{fragment}" if fragment else base
    return f"{base}#{fragment}{_DIRECTIVE}text={_range(found)}"


def in_page(article_id: str, revision: int, start: int, end: int) -> str:
    """The query of the page that opens an article at some of its characters.

    >>> in_page("a.example/1", 2, 10, 45)
    '?article=a.example%2F1&revision=2&at=10-45'
    """
    asked = {"article": article_id, "revision": revision, "at": f"{start}-{end}"}
    return "?" + urlencode(asked, errors="replace")


def _range(words: list[str]) -> str:
    if len(words) <= _LONGEST_WHOLE:
        return _encoded(words)
    return f"{_encoded(words[:_EDGE])},{_encoded(words[-_EDGE:])}"


def _encoded(words: list[str]) -> str:
    """The words as text of a directive, where a comma, an ampersand and a hyphen mean something."""
    # Half of a surrogate pair has no UTF-8.
    return quote(" ".join(words), safe="", errors="replace").replace("-", "%2D")
