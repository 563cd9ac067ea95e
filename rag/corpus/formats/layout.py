"""Lays paragraphs out as a text with blocks; finds those of HTML, EPUB and newsroom XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from rag.corpus.boilerplate import Block
from rag.corpus.decoding import SIZE_LIMIT, clean
from rag.corpus.page_blocks import page_blocks
from rag.errors import CorpusError
from rag.records import FurnitureKind

Part = tuple[FurnitureKind | None, str]
"""A paragraph as one line, and its kind if the markup says it."""

_GAP = "\n\n"
# No document may contain this character, so it can mark a line break.
_LINE_BREAK = "\ufffe"
_TWO_BREAKS = re.compile(rf"{_LINE_BREAK}\s*{_LINE_BREAK}")
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
# What editors of newsletters and sites put between paragraphs, by the classes they give it: cards
# and buttons of Ghost, Substack, WordPress and Mailchimp, the links of calibre's books.
_WIDGET = re.compile(
    r"(?:^|\s)(?:kg-(?:signup|bookmark|button|cta|email-cta)-card|subscription-widget\S*"
    r"|button-wrapper|embedded-post-wrap|captioned-button-wrap|wp-block-buttons?|sharedaddy"
    r"|jp-relatedposts|addtoany_\S+|jetpack_subscription_widget|wp-block-jetpack-subscriptions\S*"
    r"|calibre_navbar\d*)(?:\s|$)"
)
_KINDS: dict[str, FurnitureKind] = {
    **{f"h{level}": "heading" for level in range(1, 7)},
    "hl2": "heading",
    "caption": "heading",
    "figcaption": "photo credit",
    "media-caption": "photo credit",
    "byline": "byline",
    "dateline": "dateline",
}
_BLOCKS = frozenset(_KINDS) | {
    *("address", "article", "aside", "blockquote", "block", "body", "body.content", "bq"),
    *("caption", "center", "dd", "details", "div", "dl", "dt", "fieldset", "fig", "figure"),
    *("footer", "form", "header", "hr", "html", "li", "main", "media", "nitf", "note", "ol", "p"),
    *("pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
_LEFT_OUT = frozenset(
    {
        *("audio", "button", "canvas", "head", "iframe", "math", "media-metadata", "nav"),
        *("media-producer", "media-reference", "noscript", "object", "picture", "script"),
        *("select", "style", "svg", "template", "title", "video"),
    }
)
_LABELS = frozenset({"span", "time", "a"})
_LABELLED = frozenset({"div", "header", "footer", "section"})
_PICTURES = frozenset({"img", "picture"})
_CELLS = frozenset({"td", "th"})


def lay_out(parts: Iterable[Part]) -> tuple[str, tuple[Block, ...]]:
    r"""The paragraphs joined by blank lines, and the offsets of each; without empty ones.

    Raises CorpusError if they are too long for one article.

    >>> lay_out([("heading", "Ferry"), (None, "It sailed.")])[0]
    'Ferry\n\nIt sailed.'
    """
    blocks: list[Block] = []
    start = 0
    for kind, text in parts:
        words = one_line(text)
        if not words:
            continue
        blocks.append(Block(start, start + len(words), words, kind))
        start += len(words) + len(_GAP)
        if start > SIZE_LIMIT:
            msg = f"its text is longer than the {SIZE_LIMIT >> 20} MB that one article may have"
            raise CorpusError(msg)
    return _GAP.join(block.words for block in blocks), tuple(blocks)


def markup_layout(markup: str) -> tuple[str, tuple[Block, ...]]:
    """The paragraphs of a piece of HTML, as in `lay_out`; ("", ()) if it has no words.

    >>> markup_layout("<p>It sailed.</p>")[0]
    'It sailed.'
    """
    from lxml import html

    markup = _XML_DECLARATION.sub("", markup)
    return lay_out(html_parts(html.document_fromstring(markup or "<html/>")))


def one_line(text: str) -> str:
    """The text in one line, with single spaces and without invisible characters."""
    return " ".join(_CONTROL.sub(" ", clean(text)).split())


def titled(parts: Iterable[Part], title: str) -> Iterator[Part]:
    """The paragraphs; the first one becomes the title if it has the title's words."""
    first = True
    for kind, words in parts:
        is_title = first and bool(title) and one_line(words).casefold() == title.casefold()
        first = first and not words.strip()
        yield ("title", words) if is_title else (kind, words)


def own_title(stated: str, blocks: Iterable[Block]) -> str:
    """The title in a file's properties; "" where the text has a title line and never names it.

    Properties outlive the text that they were written for: programs copy them from templates.
    """
    known = list(blocks)
    told = any(stated.casefold() in block.words.casefold() for block in known)
    return stated if told or all(block.kind != "title" for block in known) else ""


def xhtml_parts(root: Any) -> list[Part]:
    """The paragraphs of a tree of XHTML from an XML parser, as in `html_parts`."""
    from lxml import etree, html

    copy = deepcopy(root)
    for element in copy.iter(etree.Element):
        element.tag = _tag(element)
    etree.cleanup_namespaces(copy)
    written = etree.tostring(copy, encoding="unicode", method="html", with_tail=False)
    return html_parts(html.fragment_fromstring(written, create_parent="div"))


def html_parts(root: Any) -> list[Part]:
    """The paragraphs of a tree of HTML as those of a page: tables, lists, quotations, footnotes.

    What `markup_parts` leaves out is left out here, and goes from the tree.
    """
    pictured = {each for each in root.iter("figure") if _kind(each, "figure")}
    for element in list(root.iter()):
        if element is not root and _is_left_out(element, _tag(element)):
            element.drop_tree()
    for label in root.iter(*_LABELS):
        if _is_label_after_label(label, _tag(label)):
            label.getprevious().tail = " "
    parts: list[Part] = []
    for block in page_blocks(root):
        kind = block.aside or _KINDS.get(_tag(block.element))
        for around in block.element.iterancestors("figure", "figcaption"):
            kind = kind or (_KINDS.get(around.tag) if around not in pictured else "photo credit")
        if block.element in pictured:
            kind = "photo credit"
        parts.append((kind, block.words))
    return parts


def markup_parts(root: Any) -> list[Part]:
    """The paragraphs of a tree of XHTML, NITF or other newsroom XML from lxml, in order.

    Scripts, navigation, buttons and hidden elements are left out. The cells of a row are one
    paragraph if they have only words. Namespaces do not matter.
    """
    from lxml import etree

    paragraphs = _Paragraphs()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event in ("comment", "pi"):
            paragraphs.add(element.tail)
            continue
        tag = _tag(element)
        if event == "start" and _is_left_out(element, tag):
            walk.skip_subtree()
        elif event == "start":
            paragraphs.enter(element, tag)
        elif element is not root:
            paragraphs.leave(element, tag, left_out=_is_left_out(element, tag))
    paragraphs.end()
    return paragraphs.parts


class _Paragraphs:
    """Collects words into paragraphs as elements begin and end."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._words: list[str] = []
        self._kinds: list[FurnitureKind] = []
        self._row: Any = None

    def add(self, text: str | None) -> None:
        """Adds words to the current paragraph."""
        if text:
            self._words.append(text)

    def enter(self, element: Any, tag: str) -> None:
        """Handles the start of an element, which may start a paragraph."""
        if tag == "br":
            self._words.append(_LINE_BREAK)
        elif tag in _CELLS and self._row is not None:
            if "".join(self._words).strip():
                self._words.append(" | ")
        elif tag in _BLOCKS:
            self.end()
            if tag == "tr" and _is_row_of_words(element):
                self._row = element
            if tag == "li":
                self._words.append("• ")
        elif _is_label_after_label(element, tag):
            self._words.append(" ")
        if kind := _kind(element, tag):
            self._kinds.append(kind)
        self.add(element.text)

    def leave(self, element: Any, tag: str, *, left_out: bool) -> None:
        """Handles the end of an element and the words after it."""
        if not left_out:
            if tag in _BLOCKS and not (tag in _CELLS and self._row is not None):
                self.end()
            if self._row is element:
                self._row = None
            if _kind(element, tag):
                self._kinds.pop()
        self.add(element.tail)

    def end(self) -> None:
        """Ends the paragraph; splits it at two line breaks in a row."""
        kind = self._kinds[-1] if self._kinds else None
        text = "".join(self._words)
        self._words.clear()
        for words in _TWO_BREAKS.split(text):
            if words.strip(f" \t\n\r•|\xa0{_LINE_BREAK}"):
                self.parts.append((kind, words))


def _tag(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _is_left_out(element: Any, tag: str) -> bool:
    if tag in _LEFT_OUT or not tag:
        return True
    if _WIDGET.search(element.get("class", "")):
        return True
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None


def _kind(element: Any, tag: str) -> FurnitureKind | None:
    """What the words in an element are; those around a picture are its caption and credit."""
    if tag == "figure" and any(_tag(each) in _PICTURES for each in element.iterdescendants()):
        return "photo credit"
    return _KINDS.get(tag)


def _is_label_after_label(element: Any, tag: str) -> bool:
    """Whether this is the second of two elements that style sheets set apart, such as labels."""
    before = element.getprevious()
    if tag not in _LABELS or before is None or before.tail or _tag(before) not in _LABELS:
        return False
    parent = element.getparent()
    is_word = all(len((one.text or "").strip()) > 1 for one in (before, element))
    return is_word and parent is not None and _tag(parent) in _LABELLED


def _is_row_of_words(row: Any) -> bool:
    cells = [child for child in row if _tag(child) in _CELLS]
    inner = (_tag(each) for cell in cells for each in cell.iterdescendants())
    return len(cells) > 1 and not any(tag in _BLOCKS for tag in inner)
