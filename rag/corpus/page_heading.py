"""Finds the heading of a page's article, and what on the page belongs to other articles.

Knows nothing of dates or authors; those who look for them ask here where to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

_NOT_THE_ARTICLES = re.compile(
    r"comment|kommentar|disqus|\brespond|replies|reader-?post|(?<!no-)related|recommend|teaser"
    r"|most-?read",
    re.IGNORECASE,
)
_TEASER = re.compile("teaser", re.IGNORECASE)
_BESIDE_IT = re.compile(
    r"sidebar|latest|popular|newsticker|breaking|weather|wetter|calendar|kalender|archive-?list"
    r"|promo(?!ted)",
    re.IGNORECASE,
)
_LARGEST_SHARE = 0.4
_NEVER = frozenset({"nav", "script", "style", "noscript", "template"})
_WHOLE = frozenset({"head", "body", "main", "article"})
# Posts of other sites within an article: their dates and authors are not its own.
_EMBEDDED = re.compile(
    r"instagram-media|twitter-(?:tweet|video)|tiktok-embed|bluesky-embed|mastodon-embed|fb-post"
    r"|reddit-(?:card|embed)|telegram-post",
    re.IGNORECASE,
)
_STYLED = ("b", "strong", "font", "big", "td", "th", "div", "p", "span", "center", "dt")
_MOST_STYLED = 2_000
_LEAST_HEADING = 8
_FEWEST_OF_LOW_RANK = 3
_OF_CARDS = frozenset({"h2", "h3", "h4", "h5", "p", "div", "article", "time"})
_FEWEST_OF_CARD = 6


def heading_of(tree: Any) -> Any:
    """The heading with the article's title: the longest that the page's own titles repeat.

    Without one, the first heading of the first rank that has words, else an element that is styled
    as a heading and has the title; None without that.
    """
    stated = [
        *tree.xpath("//head/title[1]//text()"),
        *tree.xpath("//meta[@property='og:title']/@content"),
    ]
    titles = _letters(" ".join(stated))
    best, length = None, 0
    for element in tree.iter("h1", "h2", "h3", "h4"):
        words = " ".join(element.text_content().split())
        known = len(words) > max(length, _LEAST_HEADING) and _letters(words) in titles
        if known and (element.tag == "h1" or len(words.split()) >= _FEWEST_OF_LOW_RANK):
            best, length = element, len(words)
    if best is not None:
        return best
    first = next((each for each in tree.iter("h1") if each.text_content().strip()), None)
    return first if first is not None else _styled_heading(tree, titles)


def _styled_heading(tree: Any, titles: str) -> Any:
    """The element of another kind, in bold or large letters, that has the page's title alone."""
    for element in islice(tree.iter(*_STYLED), _MOST_STYLED):
        words = " ".join(element.text_content().split())
        known = len(words) > _LEAST_HEADING and _letters(words) in titles
        if known and len(words.split()) >= _FEWEST_OF_LOW_RANK and _is_in_body(element):
            return element
    return None


def _is_in_body(element: Any) -> bool:
    return any(each.tag == "body" for each in element.iterancestors())


def _letters(text: str) -> str:
    """Letters and figures alone: a heading may have other dashes than the title."""
    return "".join(filter(str.isalnum, text.casefold()))


def own_parts(tree: Any) -> Any:
    """A copy of the page without comments, posts of other sites and lists of other articles."""
    return _without(deepcopy(tree), (_NOT_THE_ARTICLES, _BESIDE_IT))


def without_comments(tree: Any) -> Any:
    """A copy of the page without comments, posts of other sites and related articles."""
    return _without(deepcopy(tree), (_NOT_THE_ARTICLES,))


def _is_beside(element: Any, heading: Any, of_site: Collection[Any]) -> bool:
    """Whether an element without the heading is a caption, a header of the site, or a card.

    A card is a link to another article that holds a heading of its own, or a block.
    """
    if element.tag == "figcaption":
        return True
    if element.tag not in ("header", "a") or heading is None or element in heading.iter("a"):
        return False
    if element.tag == "header":
        return element in of_site
    if not element.get("href"):
        return False
    parts = {each.tag for each in element.iterdescendants() if isinstance(each.tag, str)}
    words = element.text_content().split()
    return not parts.isdisjoint(_OF_CARDS) and len(words) >= _FEWEST_OF_CARD


def _without(tree: Any, patterns: Sequence[re.Pattern[str]]) -> Any:
    """The tree without the elements that a pattern names, if they are no large part of it."""
    menus = (each for menu in tree.iter("nav", "form") for each in menu.iterancestors("header"))
    of_site = {each for each in menus if each.find(".//h1") is None}
    for element in list(tree.iter(*_NEVER)):
        if element.getparent() is not None:
            element.drop_tree()
    largest = _LARGEST_SHARE * len(tree.text_content())
    heading = heading_of(tree)
    above = set(heading.iterancestors()) if heading is not None else set()
    beside = (heading.getprevious(), heading.getnext()) if heading is not None else ()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element in above or element.getparent() is None:
            continue
        if _is_beside(element, heading, of_site):
            element.drop_tree()
            continue
        named = f"{element.get('class', '')} {element.get('id', '')}"
        if any(element is each for each in beside):
            named = _TEASER.sub("", named)
        named_so = any(pattern.search(named) for pattern in patterns)
        removed = _EMBEDDED.search(named) is not None or (
            named_so and element.tag not in _WHOLE and len(element.text_content()) < largest
        )
        if removed:
            element.drop_tree()
    return tree
