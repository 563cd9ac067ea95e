"""Reads Markdown: the raw file is the text; its blocks mark title, byline, date and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.corpus.boilerplate import Block
from rag.corpus.bylines import parse_authors
from rag.corpus.decoding import decode, read_bytes
from rag.corpus.drafts import Draft, printable_path
from rag.corpus.rules import is_byline, is_date_line, is_reporting
from rag.records import FurnitureKind

_LEAVES = frozenset({"paragraph_open", "heading_open", "fence", "code_block", "html_block"})
_FRONT_MATTER = re.compile(r"\s*---[^\S\n]*\n(.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FRONT_LINE = re.compile(r"|\s.*|#.*|-\s.*|[\w-]+\s*:(?:\s.*)?")
_LONGEST_FRONT = 10_000
_FIELD = re.compile(r"([\w-]+)\s*:\s*(.*)")
_ITEM = re.compile(r"\s*-\s+(.+)")
_TARGET = r"\((?:[^()\n]|\([^()\n]*\))*\)"
_IMAGE = re.compile(rf"!\[[^\[\]\n]*\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]\n]*)\]{_TARGET}")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_BOLD = re.compile(r"\s*(?:\*\*(?!\s)([^*\n]+)\*\*|__(?!\s)([^_\n]+)__)\s*")
_MARKS = re.compile(
    r"(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)|^[^\S\n]*(?:#{1,6}|>)[^\S\n]+", re.MULTILINE
)
_BULLET = re.compile(r"^[-+*][^\S\n]+")
_HEADING_CLOSE = re.compile(r"(?<=\S)[^\S\n]+#+[^\S\n]*$|\n[=-]+[^\S\n]*$")
_CREDIT_IN_BOLD = re.compile(
    r"\S / \S|\b(?:photos?|pictures?|pool|file|handout|courtesy"
    r"|AFP|AP|Reuters|TASS|EPA|Getty Images)\W*$",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?…。:][\"'”’)*_]*$")
_NEWLINE = re.compile("\n")
_CREDIT_WORDS = 14
_LABEL_WORDS = 8


@dataclass(frozen=True, slots=True)
class MarkdownReader:
    """Reads one article a file, as Markdown exports of news have it."""

    suffixes: tuple[str, ...] = (".md", ".markdown")

    def read(self, path: Path) -> Iterator[Draft]:
        """The article of the file."""
        text, warnings = decode(read_bytes(path))
        yield markdown_draft(printable_path(path), text, warnings)


def markdown_draft(path: str, text: str, warnings: tuple[str, ...] = ()) -> Draft:
    r"""The article of a Markdown text; `text` stays unchanged, with its markup.

    >>> draft = markdown_draft("a.md", "# Ferry returns\n\nThe ferry sailed again on Monday.")
    >>> [(block.kind, block.words) for block in draft.blocks]
    [('title', 'Ferry returns'), (None, 'The ferry sailed again on Monday.')]
    """
    front = front_matter(text)
    fields = _fields(front.group(1)) if front else {}
    blocks = _blocks(text, front.end() if front else 0)
    if front:
        begin = front.start(1) - len(front.group()[: front.start(1)].lstrip())
        blocks.insert(
            0, Block(begin, len(front.group().rstrip()), fields.get("title", ""), "title")
        )
    return Draft(
        path,
        text,
        tuple(blocks),
        title=fields.get("title", ""),
        url=fields.get("url") or fields.get("link", ""),
        publisher=fields.get("publisher", ""),
        authors=parse_authors(fields.get("author") or fields.get("authors", "")),
        date=fields.get("date") or fields.get("published", ""),
        dated=True,
        language=fields.get("language") or fields.get("lang", ""),
        section=fields.get("section", ""),
        warnings=warnings,
    )


def plain_words(markup: str) -> str:
    """The visible words of a Markdown block, without links, marks and images.

    >>> plain_words("By [Mara Lind](#) for **LNA**")
    'By Mara Lind for LNA'
    """
    words = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", markup)))
    return _BULLET.sub("• ", _MARKS.sub("", _HEADING_CLOSE.sub("", words)).strip())


def front_matter(text: str) -> re.Match[str] | None:
    """The front matter; None if there is prose between the two rules."""
    front = _FRONT_MATTER.match(text, 0, _LONGEST_FRONT)
    if front and all(_FRONT_LINE.fullmatch(line) for line in front.group(1).split("\n")):
        return front
    return None


def _fields(front: str) -> dict[str, str]:
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


def _blocks(text: str, start: int) -> list[Block]:
    """The leaf blocks from `start` on, with their offsets."""
    offsets = [start, *(match.end() for match in _NEWLINE.finditer(text, start)), len(text)]
    titled = reported = False
    blocks: list[Block] = []
    for token in MarkdownIt("commonmark").disable("inline").parse(text[start:]):
        if token.type not in _LEAVES or token.map is None:
            continue
        first, last = offsets[token.map[0]], offsets[min(token.map[1], len(offsets) - 1)]
        markup = text[first:last].strip()
        if not markup:
            continue
        begin = text.index(markup, first)
        words = plain_words(markup)
        kind = _kind(token, markup, words)
        if kind == "title" and titled:
            kind = "heading"
        if kind is None and not reported and _is_bold_label(markup, words):
            kind = "photo credit"
        titled = titled or kind == "title"
        reported = reported or (kind is None and is_reporting(words))
        blocks.append(Block(begin, begin + len(markup), words or markup, kind))
    return blocks


def _kind(token: Token, markup: str, words: str) -> FurnitureKind | None:
    """The kind that the markup of a block implies, None if it implies none."""
    if token.type == "heading_open":
        # In Markdown, a rule right below a paragraph turns it into a heading.
        if token.markup in ("-", "=") and is_reporting(words):
            return None
        return "title" if token.tag == "h1" else "heading"
    if token.type != "paragraph_open":
        return None
    if _BOLD.fullmatch(markup):
        credit = _CREDIT_IN_BOLD.search(markup) and len(markup.split()) <= _CREDIT_WORDS
        return "photo credit" if credit and not _ENDS_SENTENCE.search(markup) else None
    without_images = _IMAGE.sub("", markup)
    if not without_images.strip():
        return "photo credit"
    rest, links = _LINK.subn("", without_images)
    return "related link" if links and not re.search(r"\w", rest) else None


def _is_bold_label(markup: str, words: str) -> bool:
    """Whether a bold line above the reporting is a picture's credit, judged by its position."""
    return (
        _BOLD.fullmatch(markup) is not None
        and len(words.split()) <= _LABEL_WORDS
        and not _ENDS_SENTENCE.search(words)
        and not is_byline(words)
        and not is_date_line(words)
    )
