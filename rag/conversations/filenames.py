"""File names made of titles: what every system takes, and a header that names the file."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 80
_LONGEST_BYTES = 180
_FORBIDDEN = re.compile(
    r"[\\/:*?\"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_UNTITLED = "Dateline"


def file_name(title: str, kind: str) -> str:
    """The title as a name of a file of this kind, without what any system forbids in one.

    >>> file_name("Who paid? 10/12: <the> town...", "md")
    'Who paid 10 12 the town.md'
    """
    plain = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title))
    words = " ".join(plain.encode("utf-8", "ignore").decode().split())[:_LONGEST]
    while len(words.encode()) > _LONGEST_BYTES:
        words = words[:-1]
    name = words.strip(" .…-_~")
    if not name or _RESERVED.match(name):
        name = f"{_UNTITLED} {name}".strip()
    return f"{name}.{kind}"


def disposition(name: str) -> str:
    """The header that has a browser keep what it gets as a file of this name.

    >>> print(disposition("Où ?.md"))
    attachment; filename="Ou _.md"; filename*=UTF-8''O%C3%B9%20%3F.md
    """
    marked = unicodedata.normalize("NFKD", name)
    plain = "".join(each for each in marked if not unicodedata.combining(each))
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()'-]", "_", plain)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
