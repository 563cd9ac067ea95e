"""Finds the lead of an article by its place: a sentence between the title and the first prose.

Most pages set it in a header of its own, under a name that only they know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rag.corpus.bylines import opens_byline
from rag.corpus.not_articles import site_notice
from rag.corpus.page_blocks import PageBlock
from rag.corpus.rules import is_date_line, is_reporting, paragraph_kind

_REACH = 30
_BELOW = 8
_MOST = 3
_SHORTEST = 40
_SHORTEST_HEADING = 60
_MOST_LINKED = 0.3
_BESIDES = frozenset({"nav", "form", "footer", "aside", "figcaption", "figure", "dialog"})
_OTHER = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|audio|author\w*|bio|breadcrumbs?|byline|captions?|comments?"
    r"|consent|cookies?|copyright|credits?|date|disclaimer|donat\w+|gallery|hidden|image|info"
    r"|legend|login|menu|meta|modal|newsletters?|note|notice|picture|photo|player|popup|promo\w*"
    r"|recommend\w*|related|share|sharing|sidebar|signup|social|sponsor\w*|subscri\w+|tags?"
    r"|time|toolbar|tooltip|video|widget)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[\W_]+")


def leads_below_title(blocks: Sequence[PageBlock], first: int, title: str) -> Iterator[int]:
    """The numbers of up to three sentences right below the title and above the block `first`.

    A heading as long as a sentence becomes a paragraph. None without a heading that has the
    title, or one of the first rank, less than 30 blocks above; links, captions, bylines, dates
    and what the site says to its visitors are no leads.
    """
    place = _title_place(blocks, first, _squeezed(title))
    if place is None:
        return
    element = blocks[place].element
    around = {element, *element.iterancestors()}
    count = 0
    for number in range(place + 1, min(first, place + 1 + _BELOW)):
        block = blocks[number]
        if _squeezed(block.words) not in _squeezed(blocks[place].words) and _is_lead(block, around):
            if block.kind == "heading":
                block.kind = "paragraph"
            yield number
            count += 1
            if count == _MOST:
                return


def _title_place(blocks: Sequence[PageBlock], first: int, title: str) -> int | None:
    above = range(first - 1, max(-1, first - 1 - _REACH), -1)
    titled = (number for number in above if title and _squeezed(blocks[number].words) == title)
    ranked = (number for number in above if _is_of_first_rank(blocks[number].element))
    return next(titled, next(ranked, None))


def _is_of_first_rank(element: Any) -> bool:
    return element.tag == "h1" or any(each.tag == "h1" for each in element.iterancestors())


def _is_lead(block: PageBlock, around_title: set[Any]) -> bool:
    words = block.words
    if block.kind == "heading":
        sentence = len(words) >= _SHORTEST_HEADING and not _is_of_first_rank(block.element)
    else:
        sentence = block.kind == "paragraph" and is_reporting(words)
    return (
        sentence
        and len(words) >= _SHORTEST
        and block.linked < _MOST_LINKED
        and not opens_byline(words)
        and not is_date_line(words)
        and paragraph_kind(words) is None
        and site_notice(words) is None
        and not _is_named_otherwise(block.element, around_title)
    )


def _is_named_otherwise(element: Any, around_title: set[Any]) -> bool:
    """Whether the names of an element, or of those around it alone, say that it is no lead."""
    while element is not None and element not in around_title:
        names = _CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")
        hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true"
        if hidden or element.tag in _BESIDES or _OTHER.search(names):
            return True
        element = element.getparent()
    return False


def _squeezed(words: str) -> str:
    return _LETTERS.sub("", words).casefold()
