"""Recognises fronts: lists of headlines that lead elsewhere, each with a line or two."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rag.corpus.page_blocks import HEADINGS, PageBlock
from rag.corpus.rules import is_reporting

_FEWEST, _LONGEST = 4, 300
"""A front has this many teasers at least, and none has more characters."""
_ITEMS = frozenset({"li", "article", "div", "section", "tr", "a"})
_MOST_IN_TEASER = 2
_HEADLINE = 12
_DIGITS = re.compile(r"\d+")


def is_front(blocks: Sequence[PageBlock], page: Sequence[PageBlock]) -> bool:
    """Whether these blocks of a page are a list of headlines, and no article.

    `page` are all its blocks, among which headlines may stand that were not taken.
    """
    numbers = {id(block) for block in blocks}
    places = [place for place, block in enumerate(page) if id(block) in numbers]
    between = page[places[0] : places[-1] + 1] if places else ()
    headlines, prose = _headlines_and_prose(between)
    short = len(prose) >= _FEWEST and all(len(each.words) <= _LONGEST for each in prose.values())
    return _is_list(blocks) or (short and _are_cards(headlines, prose)) or _are_teasers(blocks)


def _is_list(blocks: Sequence[PageBlock]) -> bool:
    headlines, prose = _headlines_and_prose(blocks)
    few = len(headlines) >= _FEWEST and len(prose) < len(headlines) / 2
    return few or _are_cards(headlines, prose)


def _headlines_and_prose(
    blocks: Sequence[PageBlock],
) -> tuple[dict[int, PageBlock], dict[int, PageBlock]]:
    """The blocks that are links for the most part, and those that report, by their places."""
    headlines = {
        place: block
        for place, block in enumerate(blocks)
        if block.linked >= 0.9
        and block.kind in ("heading", "item", "paragraph")
        and (" " in block.words or (len(block.words) >= _HEADLINE and not block.words.isascii()))
    }
    prose = {
        place: block
        for place, block in enumerate(blocks)
        if block.linked < 0.5 and is_reporting(block.words)
    }
    return headlines, prose


def _are_cards(headlines: Mapping[int, PageBlock], prose: Mapping[int, PageBlock]) -> bool:
    """Whether linked headings stand above nearly all lines of reporting, one or two each."""
    headed = sum(block.kind == "heading" for block in headlines.values())
    below = {place + step for place in headlines for step in (1, 2)}
    return headed >= _FEWEST and sum(place in below for place in prose) >= 0.8 * len(prose)


def _are_teasers(blocks: Sequence[PageBlock]) -> bool:
    """Whether nearly all that is reported stands in neighbours of one make, each with a headline.

    Each of them leads to a place of its own, and has little more than that to say.
    """
    prose = [block for block in blocks if block.linked < 0.5 and is_reporting(block.words)]
    if len(prose) < _FEWEST:
        return False
    inside: defaultdict[Any, list[PageBlock]] = defaultdict(list)
    makes: dict[Any, Counter[tuple[str, str]]] = {}
    for block in prose:
        if (item := _item(block.element, makes)) is not None:
            inside[item].append(block)
    teasers = {
        item: target
        for item, own in inside.items()
        if len(own) <= _MOST_IN_TEASER
        and sum(len(block.words) for block in own) <= _LONGEST
        and (target := _target(item))
    }
    told = sum(len(inside[item]) for item in teasers)
    return len(set(teasers.values())) >= _FEWEST and told >= 0.8 * len(prose)


def _item(element: Any, makes: dict[Any, Counter[tuple[str, str]]]) -> Any:
    """The nearest element around that has neighbours of its own make; None without one."""
    for each in (element, *element.iterancestors()):
        parent = each.getparent()
        if parent is None or each.tag not in _ITEMS:
            continue
        if parent not in makes:
            makes[parent] = Counter(map(_make, parent))
        if makes[parent][_make(each)] >= _FEWEST:
            return each
    return None


def _make(element: Any) -> tuple[str, str]:
    return str(element.tag), _DIGITS.sub("", element.get("class") or "")


def _target(item: Any) -> str:
    """Where the headline of a teaser leads; "" if it has none that is a link."""
    links = [item] if item.tag == "a" else item.iter("a")
    for link in links:
        target = str(link.get("href") or "")
        around = any(each.tag in HEADINGS for each in (*link.iterancestors(), *link.iter()))
        if around and len(link.text_content().strip()) >= _HEADLINE and target[:1] != "#":
            return target
    return ""
