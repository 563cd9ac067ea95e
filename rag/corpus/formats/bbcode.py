"""Turns BBCode, as forums and old news systems store it, into HTML; knows no file format."""

from __future__ import annotations

import re
from html import escape, unescape

_TAGS = {
    **dict.fromkeys(("b", "i", "u", "s", "sub", "sup", "strong", "em"), ""),
    **dict.fromkeys(("size", "color", "colour", "font", "highlight", "left", "right"), ""),
    **dict.fromkeys(("center", "align", "justify", "indent", "p", "paragraph", "article"), "div"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "h2"),
    **dict.fromkeys(("heading", "headline", "title"), "h2"),
    **dict.fromkeys(("list", "ul", "ol"), "ul"),
    "li": "li",
    "quote": "blockquote",
    "blockquote": "blockquote",
    "code": "pre",
    "pre": "pre",
    "table": "table",
    "tr": "tr",
    "td": "td",
    "th": "th",
    "url": "",
    "email": "",
    "spoiler": "",
}
_OF_MEDIA = "img|image|youtube|video|media|attachment|attach|vimeo|tweet|twitter|instagram"
# phpBB adds a mark to each tag of a post: "[b:1a2b3c4d]".
_MARK = r"(?::[0-9a-z]{5,10})?"
_TAG = re.compile(
    rf"\[(/?)({'|'.join(sorted(_TAGS, key=len, reverse=True))}){_MARK}"
    rf"(?:=[\"']?([^\[\]\n]{{0,500}}?)[\"']?{_MARK})?(?:\s+[a-z]+=[^\[\]\n]{{0,300}})?\]",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    rf"\[({_OF_MEDIA}){_MARK}(?:[=\s][^\[\]\n]{{0,300}})?\][^\[\]\n]{{0,2000}}\[/\1{_MARK}\]", re.I
)
_ITEM = re.compile(r"\[\*(?::[0-9a-z]{5,10})?\](.*?)(?=\[\*|\[/list|\[/[uo]l|\Z)", re.S | re.I)
_RULE = re.compile(r"\[hr\]", re.IGNORECASE)
_SPEAKER = re.compile(r"[\"']?([^\"';,=]{2,80})")


def is_bbcode(text: str) -> bool:
    """Whether a text has a tag of BBCode that it opens and closes.

    >>> is_bbcode("[b]Vesk[/b] won."), is_bbcode("He [the mayor] won [b]."), is_bbcode("[url=x]")
    (True, False, False)
    """
    if "[/" not in text:
        return False
    opened = set()
    for tag in _TAG.finditer(text):
        if tag[1] and tag[2].lower() in opened:
            return True
        opened.add(tag[2].lower())
    return _MEDIA.search(text) is not None


def html_of_bbcode(text: str, *, html: bool = False) -> str:
    """The text with its BBCode as HTML: links as their words, quotations with their speaker.

    Pictures and videos go. Unless it is `html` besides, signs of HTML in it are plain signs.

    >>> html_of_bbcode("[quote=Abby Derby]It < holds.[/quote][url=https://a.example]More[/url]")
    '<blockquote>It &lt; holds.<footer><cite>Abby Derby</cite></footer></blockquote>More'
    """
    text = _MEDIA.sub("", text if html else escape(unescape(text), quote=False))
    text = _RULE.sub("<hr>", _ITEM.sub(r"<li>\1</li>", text))
    speakers: list[str] = []

    def tag(found: re.Match[str]) -> str:
        """The HTML tag for one of BBCode."""
        name = found[2].lower()
        element = _TAGS[name]
        if element != "blockquote":
            return f"<{found[1]}{element}>" if element else ""
        if not found[1]:
            speaker = _SPEAKER.match(found[3] or "")
            speakers.append(speaker[1].strip() if speaker else "")
            return "<blockquote>"
        said = speakers.pop() if speakers else ""
        return f"<footer><cite>{said}</cite></footer></blockquote>" if said else "</blockquote>"

    return _TAG.sub(tag, text)
