"""Markdown articles: the raw file is the text, its blocks tell title, byline, date and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.corpus.bylines import parse_authors
from rag.corpus.decoding import decode, read_bytes
from rag.corpus.drafts import Draft, shown
from rag.corpus.furniture import Block, find_furniture
from rag.records import FurnitureKind

_LEAVES = frozenset({"paragraph_open", "heading_open", "fence", "code_block", "html_block"})
_FRONT_MATTER = re.compile(r"\s*---[^\S\n]*\n(.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"(\w+)[^\S\n]*:[^\S\n]*(.*)")
_ITEM = re.compile(r"\s*-\s+(.+)")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
_BOLD = re.compile(r"\s*(?:\*\*(?!\s)([^*\n]+)\*\*|__(?!\s)([^_\n]+)__)\s*")
_MARKS = re.compile(r"(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)|^[^\S\n]*(?:#{1,6}|>)[^\S\n]+", re.MULTILINE)
_HEADING_CLOSE = re.compile(r"[^\S\n]+#+[^\S\n]*$|\n[=-]+[^\S\n]*$")
_CREDIT_IN_BOLD = re.compile(
    r"\S / \S|\b(?:photos?|pictures?|pool|file|handout|courtesy|(?:AFP|AP|Reuters|TASS|EPA|Getty Images))\W*$",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?…。][\"'”’)]*$")
_HEADING_WORDS = 10
_CREDIT_WORDS = 14


@dataclass(frozen=True, slots=True)
class MarkdownReader:
    """Reads one article a file, in the shape that Markdown exports of news have."""

    suffixes: tuple[str, ...] = (".md", ".markdown")

    def read(self, path: Path) -> Iterator[Draft]:
        """The article of the file."""
        text, warnings = decode(read_bytes(path))
        yield markdown_draft(shown(path), text, warnings)


def markdown_draft(path: str, text: str, warnings: tuple[str, ...] = ()) -> Draft:
    """The article that a Markdown text holds; `text` itself stays as it is, marks and all.

    >>> draft = markdown_draft("a.md", "# Ferry returns\\n\\nThe ferry sailed again on Monday.")
    >>> [(span.kind, span.end) for span in draft.furniture]
    [('title', 15)]
    """
    front = _FRONT_MATTER.match(text)
    fields = _fields(front.group(1)) if front else MappingProxyType({})
    start = front.end() if front else 0
    found = _blocks(text, start, titled="title" in fields)
    if front:
        found.insert(0, Block(_skip_blank(text), len(text[:start].rstrip()), "", "title"))
    return Draft(
        path,
        text,
        furniture=find_furniture(text, found),
        title=fields.get("title", ""),
        url=fields.get("url", "") or fields.get("link", ""),
        publisher=fields.get("publisher", ""),
        authors=parse_authors(fields.get("author", "") or fields.get("authors", "")),
        date=fields.get("date", "") or fields.get("published", ""),
        dated=True,
        language=fields.get("language", "") or fields.get("lang", ""),
        section=fields.get("section", ""),
        warnings=warnings,
    )


def plain_words(markup: str) -> str:
    """The words of a Markdown block as a reader sees them: no links, marks or images.

    >>> plain_words("By [Mara Lind](#) for **LNA**")
    'By Mara Lind for LNA'
    """
    words = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", markup)))
    return _MARKS.sub("", _HEADING_CLOSE.sub("", words)).strip()


def _fields(front: str) -> Mapping[str, str]:
    """Front matter as `key: value` lines; the items of a list are joined by semicolons."""
    fields: dict[str, str] = {}
    key = ""
    for line in front.split("\n"):
        if item := _ITEM.fullmatch(line):
            fields[key] = "; ".join(filter(None, [fields.get(key, ""), _unquoted(item[1])]))
        elif field := _FIELD.fullmatch(line):
            key = field[1].lower()
            value = field[2].strip()
            items = value[1:-1].split(",") if value[:1] == "[" and value[-1:] == "]" else [value]
            fields[key] = "; ".join(_unquoted(item) for item in items)
    return fields


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _blocks(text: str, start: int, *, titled: bool) -> list[Block]:
    offsets = [start, *(match.end() for match in re.compile("\n").finditer(text, start)), len(text)]
    parser = MarkdownIt("commonmark").disable("inline")
    blocks: list[Block] = []
    for token in parser.parse(text[start:]):
        if token.type not in _LEAVES or token.map is None:
            continue
        first, last = offsets[token.map[0]], offsets[min(token.map[1], len(offsets) - 1)]
        markup = text[first:last]
        begin = first + len(markup) - len(markup.lstrip())
        end = begin + len(markup.strip())
        if begin < end:
            kind = _kind(token, text[begin:end], titled=titled)
            titled = titled or kind == "title"
            blocks.append(Block(begin, end, plain_words(text[begin:end]), kind))
    return blocks


def _kind(token: Token, markup: str, *, titled: bool) -> FurnitureKind | None:
    """The kind that the markup of a block tells; the words may tell more."""
    if token.type == "heading_open":
        return "title" if token.tag == "h1" and not titled else "heading"
    if token.type != "paragraph_open":
        return None
    if bold := _BOLD.fullmatch(markup):
        return _bold_kind(plain_words(bold[1] or bold[2]))
    without_images = _IMAGE.sub("", markup)
    if not without_images.strip():
        return "photo credit"
    rest, links = _LINK.subn("", without_images)
    return "related link" if links and not re.search(r"\w", rest) else None


def _bold_kind(words: str) -> FurnitureKind | None:
    length = len(words.split())
    if _ENDS_SENTENCE.search(words):
        return None
    if length <= _CREDIT_WORDS and _CREDIT_IN_BOLD.search(words):
        return "photo credit"
    return None


def _skip_blank(text: str) -> int:
    return len(text) - len(text.lstrip())
