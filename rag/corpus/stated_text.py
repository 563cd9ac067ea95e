"""Reads the texts that a page's own data state: the article's body, and the posts of a live blog.

Line breaks and markup are kept, which the page's other data have no use for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
_CALLED_ARTICLE = (
    "//meta[@property='og:type' and contains(@content, 'article')]"
    " | //meta[@property='article:published_time']"
)
_WRAPPING = re.compile(
    r"\A(?:<!--|(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\s{0,9}\*/)?)"
    r"|(?:(?://\s{0,9})?-->|(?://|/\*)?\s{0,9}\]\]>(?:\s{0,9}\*/)?|;)\Z"
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_PARAGRAPH_TAG = re.compile(r"(?:<|\\u003c)p\b", re.IGNORECASE)
_FEWEST = 3
_LONGEST_SCRIPT, _MOST_OBJECTS, _DEEPEST = 2_000_000, 5_000, 30
_ARTICLES = re.compile(r"(?:article|posting|reportage|review|report)$", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_LISTS = frozenset({"profilepage", "searchresultspage", "collectionpage"})
_BREAK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|table|tr|section)\b[^<>]{0,400}>", re.I
)


@dataclass(frozen=True, slots=True)
class StatedPost:
    """A post of a live blog: its time as the page writes it ("" if unknown), heading and text."""

    time: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatedText:
    """What the data of a page state of its text; `live_title` is "" unless it is a live blog.

    `is_article` is set if its data or its meta elements call the page an article, `is_list` if its
    data call it a list of articles or a person's page, and nothing calls it an article.
    """

    paragraphs: tuple[str, ...] = ()
    live_title: str = ""
    posts: tuple[StatedPost, ...] = ()
    is_article: bool = False
    is_list: bool = False


def stated_text(tree: Any) -> StatedText:
    """The texts in the JSON-LD of a page; data that cannot be parsed count as none.

    Of several articles' bodies, the longest is taken.
    """
    bodies: list[str] = []
    live: dict[str, Any] = {}
    is_article = bool(tree.xpath(_CALLED_ARTICLE))
    is_list = False
    for each in _objects(tree):
        types = _types(each)
        is_list |= not _LISTS.isdisjoint(types)
        if any(_ARTICLES.search(name) for name in types):
            is_article = True
            if isinstance(body := each.get("articleBody"), str):
                bodies.append(body)
        if "liveblogposting" in types and not live:
            live = each
    posts = tuple(_posts(live))
    body = max(bodies, key=len, default="")
    title = _text(live.get("headline") or live.get("name"))
    return StatedText(paragraphs_of(body), title, posts, is_article, is_list and not is_article)


def script_markup(tree: Any) -> str:
    """The longest text in the page's scripts that is markup with three paragraphs or more.

    Pages that a program builds in the browser keep their article there. "" if there is none.
    """
    best = ""
    for script in tree.iter("script"):
        text = script.text or ""
        if len(text) > _LONGEST_SCRIPT or not _PARAGRAPH_TAG.search(text):
            continue
        for found in _STRING.finditer(text):
            if len(found[1]) > len(best) and len(_PARAGRAPH_TAG.findall(found[1])) >= _FEWEST:
                try:
                    best = str(json.loads(f'"{found[1]}"', strict=False))
                except ValueError:
                    continue
    return best


def paragraphs_of(text: str) -> tuple[str, ...]:
    r"""The paragraphs of a text that may have markup and escapes, each as one line.

    >>> paragraphs_of("<p>One &amp; all.</p><p>Two.</p>"), paragraphs_of("One.\n\nTwo.")
    (('One & all.', 'Two.'), ('One.', 'Two.'))
    """
    if "&lt;" in text or "&amp;" in text:
        text = unescape(text)
    parts = _BREAK.sub("\n", text).split("\n")
    lines = (" ".join(unescape(_TAG.sub("", part)).split()) for part in parts)
    return tuple(line for line in lines if line)


def _objects(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD, outer ones first; comments and videos are left out."""
    count = 0
    for script in tree.xpath(_SCRIPTS):
        waiting = [(_parsed(script.text or ""), 0)]
        while waiting and count < _MOST_OBJECTS:
            data, depth = waiting.pop(0)
            if isinstance(data, dict):
                count += 1
                yield data
                waiting += [
                    (value, depth + 1)
                    for key, value in data.items()
                    if key in ("@graph", "mainEntity", "mainEntityOfPage") and depth < _DEEPEST
                ]
            elif isinstance(data, list) and depth < _DEEPEST:
                waiting += [(value, depth + 1) for value in data]


def _parsed(script: str) -> Any:
    if len(script) > _LONGEST_SCRIPT:
        return None
    try:
        return json.loads(_WRAPPING.sub("", script.strip()), strict=False)
    except (ValueError, RecursionError):
        return None


def _types(each: dict[str, Any]) -> list[str]:
    value = each.get("@type")
    names = value if isinstance(value, list) else [value]
    return [re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str)]


def _text(value: Any) -> str:
    return " ".join(unescape(value).split()) if isinstance(value, str) else ""


def _posts(live: dict[str, Any]) -> Iterator[StatedPost]:
    updates = live.get("liveBlogUpdate")
    for each in updates if isinstance(updates, list) else [updates]:
        if isinstance(each, dict):
            body = each.get("articleBody") or each.get("text") or each.get("description") or ""
            paragraphs = paragraphs_of(body) if isinstance(body, str) else ()
            heading = _text(each.get("headline") or each.get("name"))
            if paragraphs or heading:
                time = _text(each.get("datePublished") or each.get("dateCreated"))
                yield StatedPost(time, heading, paragraphs)
