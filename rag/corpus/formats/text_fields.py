"""Reads text fields: HTML as a page is read, plain text as it stands; knows no file format."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from rag.corpus.boilerplate import Block, paragraphs
from rag.corpus.decoding import clean
from rag.corpus.formats.bbcode import html_of_bbcode, is_bbcode
from rag.corpus.formats.layout import Part, html_parts, lay_out, markup_parts, one_line, titled

Text = tuple[str, tuple[Block, ...]]
"""A text and its paragraphs."""

_BLOCK_NAMES = (
    r"p|div|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|table|thead|tbody|tfoot|tr|td|th|section|article"
    r"|aside|figure|figcaption|pre|hr|html|body|head|header|footer|main|center|script|style|iframe"
)
_INLINE_NAMES = (
    r"a|abbr|b|big|cite|code|del|em|font|i|img|ins|mark|q|s|small|span|strike|strong|sub|sup|time"
    r"|u|video|audio|source|picture|svg|noscript|wbr"
)
_ATTRIBUTES = r"(?:\s[^<>]{0,5000})?"
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_NAMES}|br){_ATTRIBUTES}/?>|<!--", re.IGNORECASE)
_TAG = re.compile(rf"<(/?)({_BLOCK_NAMES}|{_INLINE_NAMES}|br){_ATTRIBUTES}/?>", re.IGNORECASE)
_STARTS = re.compile(rf"\s*<(?:{_BLOCK_NAMES}|{_INLINE_NAMES}|br|!--|!doctype)\b|\s*<!--", re.I)
_ESCAPED_TAG = re.compile(rf"&lt;/(?:{_BLOCK_NAMES}|strong|em|a|b|i|span)&gt;", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_NEWLINE = re.compile(r"\n\s*")
_AFTER_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES}){_ATTRIBUTES}/?>\s*\Z|-->\s*\Z", re.IGNORECASE)
_BEFORE_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})\b|<!--", re.IGNORECASE)
_LOOK_BACK = 300
_SHORT_CODE = re.compile(
    r"\[/?(?:gallery|embed|audio|video|playlist|su_\w{1,30}|vc_\w{1,30}|et_pb_\w{1,30})"
    r"(?:\s[^\[\]]{0,2000})?/?\]"
    r"|\[[a-z][\w-]{1,40}(?:\s+[\w-]{1,40}=(?:\"[^\"<>]{0,400}\"|'[^'<>]{0,400}'|[\w.:/-]{1,200})){1,20}"
    r"\s*/?\]",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"\[(/?)caption(?:\s[^\[\]]{0,2000})?\]", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_COMMENT = re.compile(r"<!--[^<>]{0,400}-->")
_WORD = re.compile(r"\w")
_ENOUGH_TAGS = 2


def is_html(text: str) -> bool:
    """Whether a text is HTML: it begins with a tag, closes one that it opens, or breaks lines.

    >>> is_html("It rained.<br>It <b>stopped</b>."), is_html("Rates < 5% and > 2%"), is_html("<3")
    (True, False, False)
    """
    if "<" not in text:
        return False
    if (_STARTS.match(text) and _TAG.search(text)) or _COMMENT.search(text):
        return True
    opened: set[str] = set()
    breaks = 0
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if tag[1] and name in opened:
            return True
        opened.add(name)
        breaks += name in ("br", "p", "img", "hr")
        if breaks == _ENOUGH_TAGS:
            return True
    return breaks > 0 and "br" in opened


def read_text(value: str, title: str = "", *, html: bool | None = None) -> Text:
    r"""The text of a field and its paragraphs; the first one is the title if it says the same.

    HTML is laid out as a page is: paragraphs apart, without scripts and hidden elements.
    Text without tags keeps its characters, but for character references ("&amp;"). Where
    `html` is None, the text itself says which it is.

    >>> read_text("<p>It rained.</p><p>Fog &amp; wind came.</p>")[0]
    'It rained.\n\nFog & wind came.'
    >>> read_text("Rates below <5% & falling")[0]
    'Rates below <5% & falling'
    """
    text = value
    if html is not False and is_bbcode(text):
        # Lines are paragraphs there, as in plain text.
        text = _with_breaks(html_of_bbcode(text, html=html or is_html(text)))
        html = True
    if html is None and not is_html(text) and _ESCAPED_TAG.search(text):
        text = unescape(text)
    if is_html(text) if html is None else html:
        parts = html_parts(html_tree(_with_paragraphs(text)))
        return lay_out(titled((part for part in parts if _WORD.search(part[1])), title))
    text = clean(text if html is False else _REFERENCE.sub(_character, text))
    return text, tuple(paragraphs(text))


def parts_of(element: Any) -> list[Part]:
    """The paragraphs of an element; one without elements in it is read as a field is."""
    if any(isinstance(child.tag, str) for child in element):
        return list(markup_parts(element))
    text, blocks = read_text("".join(element.itertext()).strip())
    return [(block.kind, text[block.start : block.end]) for block in blocks]


def line_of(value: str) -> str:
    """A field such as a title as one line, without tags and character references.

    >>> line_of("Ferry <em>&amp;</em> fog"), line_of("Rates < 5% & > 2%")
    ('Ferry & fog', 'Rates < 5% & > 2%')
    """
    bare = _TAG.sub("", value) if is_html(value) else value
    return one_line(_REFERENCE.sub(_character, bare)) if "&" in bare else one_line(bare)


def html_tree(page: str) -> Any:
    """The tree of an HTML page or a piece of one; an empty tree where there is nothing to read."""
    from lxml import etree, html

    try:
        return html.document_fromstring(_XML_DECLARATION.sub("", page))
    except etree.ParserError:
        return html.document_fromstring("<html/>")


def _with_paragraphs(text: str) -> str:
    """HTML in which the blank lines between bare texts are breaks, as WordPress shows them.

    Where nothing but inline elements stands in it, lines are paragraphs as in plain text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "[" in text:
        text = _SHORT_CODE.sub("", _CAPTION.sub(r"<\1figure>", text))
    if _BLANK_LINE.search(text.strip()):
        return _BLANK_LINE.sub(_break, text)
    return text if _BLOCK_TAG.search(text) else _NEWLINE.sub("<br><br>", text)


def _with_breaks(text: str) -> str:
    """The lines of a text as breaks, unless it breaks lines by itself."""
    return text if re.search(r"<(?:br|p)\b", text, re.I) else _NEWLINE.sub(_break, text)


def _break(gap: re.Match[str]) -> str:
    before = gap.string[max(0, gap.start() - _LOOK_BACK) : gap.start()]
    between_blocks = _AFTER_BLOCK.search(before) or _BEFORE_BLOCK.match(gap.string, gap.end())
    return gap[0] if between_blocks else "<br><br>"


def _character(reference: re.Match[str]) -> str:
    return unescape(reference[0])
