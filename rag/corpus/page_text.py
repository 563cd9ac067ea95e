"""Chooses the blocks of a page that are its article: all of them, and nothing else.

trafilatura finds the article; its choice is carried back to the page's own blocks by marks in
the text. What the choice left out is added where the page itself says that it belongs: in the
same containers, in containers of the same make, or in the page's own data of its article.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.decoding import clean
from rag.corpus.live_blogs import live_blocks
from rag.corpus.not_articles import site_notice, strip_site_notices, why_no_article
from rag.corpus.page_blocks import PageBlock, page_blocks
from rag.corpus.page_completion import Choice, container, is_prose, squeezed
from rag.corpus.page_notices import with_notices
from rag.corpus.stated_text import StatedText, script_markup, stated_text
from rag.errors import CorpusError

_FIRST, _SECOND = (0x1D000, 246), (0x1D300, 87)
"""Marks are two rare musical and divinatory signs, which no extraction takes for words."""
_MARK = re.compile("[\U0001d000-\U0001d0f5][\U0001d300-\U0001d356]")
# Without a handler, trafilatura would log each page to standard error.
_SILENT = logging.NullHandler()

_REGIONS = 5
_LEAST_SHOWN, _MENU = 120, 15
_LONG_STATED = 300
_NOTHING = "no article text found in the page"
_TEASER = "only the start of the article: the rest lies behind a paywall"
_SHARE_OF_REGION = 0.25


@dataclass(frozen=True, slots=True)
class PageText:
    """The article of a page: its blocks in order, warnings, and the title of a live blog.

    `live_title` is "" for all other articles. `walled` articles stop at a paywall.
    """

    blocks: tuple[PageBlock, ...]
    warnings: tuple[str, ...] = ()
    live_title: str = ""
    walled: bool = False


def read_text(tree: Any, title: str = "", published: str = "") -> PageText:
    """The text of the page's article; `title` tells the article from what surrounds it.

    `published` is when the page says that it appeared, which gives the posts of a live blog a day.

    What the site shows besides it is left out. If only the start of an article stands before a
    paywall, that start is the text, with a warning. The tree is changed: use it for nothing else
    afterwards. Raises `CorpusError` if the page has no article, and says what it is instead.
    """
    stated = stated_text(tree)
    blocks = page_blocks(tree)
    chosen = _article_blocks(tree, blocks, stated, title)
    if not stated.live_title and (why := why_no_article(chosen or blocks, title, blocks, stated)):
        raise CorpusError(why)
    chosen, walled = strip_site_notices(chosen)
    if live := live_blocks(blocks, chosen, stated, title, published):
        return PageText(tuple(live), (), stated.live_title)
    known = squeezed(title)
    if all(squeezed(block.words) == known or len(block.words) <= _MENU for block in chosen):
        raise CorpusError(_NOTHING)
    warnings = (_TEASER,) if walled else ()
    return PageText(tuple(with_notices(blocks, chosen)), warnings, walled=walled)


def _article_blocks(
    tree: Any, blocks: Sequence[PageBlock], stated: StatedText, title: str
) -> list[PageBlock]:
    """The blocks of the article; those in the page's data or scripts if the page shows none."""
    from trafilatura import load_html

    _mark(blocks)
    chosen, body = _found(tree, blocks)
    region = _missed(blocks, chosen, title)
    if region is not None:
        _make_plain(region)
        again, found = _found(tree, blocks)
        chosen, body = (again, found) if again else (chosen, body)
        if _missed(blocks, chosen, title) is region:
            own = (n for n, block in enumerate(blocks) if container(block) is region)
            chosen = chosen.union(n for n in own if is_prose(blocks[n]))
    _unmark(blocks)
    words = squeezed("".join(stated.paragraphs))
    found_blocks = [blocks[number] for number in sorted(Choice(blocks, chosen, words, title).all())]
    shown = sum(len(block.words) for block in found_blocks)
    if not stated.live_title and shown < 0.5 * len(words) and len(words) >= _LONG_STATED:
        title_block = [block for block in found_blocks if block.kind == "heading"][:1]
        return title_block + [PageBlock(each, "paragraph", tree) for each in stated.paragraphs]
    if shown < _LEAST_SHOWN and not stated.live_title and (markup := script_markup(tree)):
        inner = load_html(f"<html><body><article>{markup}</article></body></html>")
        return _article_blocks(inner, page_blocks(inner), StatedText(), title)
    # What trafilatura takes out of scripts is on no place of the page.
    return found_blocks or [PageBlock(each, "paragraph", tree) for each in body]


def _mark(blocks: Sequence[PageBlock]) -> None:
    """Puts the mark of each block into its text nodes."""
    for index, block in enumerate(blocks[: _FIRST[1] * _SECOND[1]]):
        first, second = divmod(index, _SECOND[1])
        mark = chr(_FIRST[0] + first) + chr(_SECOND[0] + second)
        for element, place in block.places:
            setattr(element, place, mark + (getattr(element, place) or ""))


def _unmark(blocks: Sequence[PageBlock]) -> None:
    for block in blocks:
        for element, place in block.places:
            setattr(element, place, _MARK.sub("", getattr(element, place) or "", count=1))


def _found(tree: Any, blocks: Sequence[PageBlock]) -> tuple[set[int], list[str]]:
    """The numbers of the blocks that trafilatura finds to be the article, and its own text."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").addHandler(_SILENT)
    found = bare_extraction(tree, with_metadata=False, include_comments=False)
    if found is None or found.body is None:
        return set(), []
    texts = ["".join(element.itertext()) for element in found.body]
    marks = _MARK.findall("".join(texts))
    numbers = {(ord(m[0]) - _FIRST[0]) * _SECOND[1] + ord(m[1]) - _SECOND[0] for m in marks}
    numbers = {number for number in numbers if number < len(blocks)}
    units = {id(blocks[number].unit) for number in numbers if blocks[number].unit is not None}
    whole = (index for index, block in enumerate(blocks) if id(block.unit) in units)
    lines = (" ".join(clean(_MARK.sub("", text)).split()) for text in texts)
    return numbers.union(whole), [line for line in lines if line]


def _missed(blocks: Sequence[PageBlock], chosen: set[int], title: str) -> Any:
    """The container with the article's prose, if another one was taken; else None.

    Another was taken if it has no prose, or only that of a notice about cookies; or if the title
    stands in a container with twice as much prose, of which little was taken.
    """
    sizes: Counter[Any] = Counter()
    taken: Counter[Any] = Counter()
    for index, block in enumerate(blocks):
        if is_prose(block):
            place = container(block)
            sizes[place] += len(block.words)
            taken[place] += len(block.words) if index in chosen else 0
    regions = sorted(sizes, key=lambda each: -sizes[each])[:_REGIONS]
    notices = [region for region in regions if _opens_with_notice(blocks, region)]
    taken -= Counter({region: taken[region] for region in notices})
    for region in regions:
        if region in notices:
            continue
        if taken[region] >= _SHARE_OF_REGION * sizes[region]:
            return None
        total = sum(taken.values())
        if total and (sizes[region] < 2 * total or not _holds_title(blocks, region, title)):
            return None
        return region
    return None


def _opens_with_notice(blocks: Sequence[PageBlock], region: Any) -> bool:
    prose = [block for block in blocks if is_prose(block) and container(block) is region]
    return any(site_notice(block.words) for block in prose[:2])


def _holds_title(blocks: Sequence[PageBlock], region: Any, title: str) -> bool:
    words = squeezed(title)
    headings = (block for block in blocks if block.kind == "heading" and words)
    return any(
        squeezed(block.words) == words
        and region in (container(block), container(block).getparent())
        for block in headings
    )


def _make_plain(region: Any) -> None:
    """Makes a region and all around it plain, so that its names no longer speak against it."""
    while region is not None and region.tag not in ("body", "html"):
        region.tag = "div"
        region.attrib.clear()
        region = region.getparent()
