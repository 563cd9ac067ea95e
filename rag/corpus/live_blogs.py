"""Reads live blogs as posts: each under its time and heading, none run into the next."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rag.corpus.page_blocks import HEADINGS, PageBlock
from rag.corpus.post_times import day_of_heading, posted
from rag.corpus.rules import is_reporting
from rag.corpus.stated_text import StatedPost, StatedText
from rag.language.furniture import is_live_title

_DAY = re.compile(r"\s*\d{4}-?\d\d-?\d\d")
_CLOCK = re.compile(
    r"(?:(?:updated|posted|published|at|um|à|kl\.?|\d{1,2}h ago"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?,?)\s+)?"
    r"\d{1,2}\s?[.:h]\s?\d{2}(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:uhr|[A-Z]{2,5})?",
    re.IGNORECASE,
)
_HOUR = r"\d{1,2}[.:h]\d\d(?!\d)(?: ?[ap]\.?m\b\.?)?(?: (?:[A-Z]{2,4}|Uhr)\b)?"
# The time at the start of a heading: "08.15 Uhr: Talks begin".
_OPENING_CLOCK = re.compile(rf"({_HOUR})\s*[:–—|·-]\s*(?=\w)", re.IGNORECASE)
_BOLD_CLOCK = re.compile(rf"({_HOUR})\s*(?:[.:–—|·-]\s*|\Z)", re.IGNORECASE)
_TIME_NAMES = re.compile(r"time|date(?:published)?\b", re.IGNORECASE)
_CLOCK_ONLY = re.compile(rf"(?<!\d){_HOUR}", re.IGNORECASE)
_LIVE = re.compile(
    r"(?:^|[\s_-])(?:live-?(?:blog|feed|ticker|updates?|stream|posts?|text|story|page|event)?"
    r"|ticker)(?:$|[\s_-])",
    re.I,
)
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus|related|recommend\w*|teasers?|replies)(?:$|[\s_-])", re.I
)
_PICTURE = re.compile(r"caption|credit|(?:^|[\s_-])(?:image|photo|picture)(?:$|[\s_-])", re.I)
_TITLE = re.compile(r"(?:^|[\s_-])(?:title|headline|heading)(?:$|\s)", re.IGNORECASE)
_TIME_TAGS = ("time", "span", "div", "p", "a", "b", "strong", "em", "small", "h2", "h3", "h4")
_LONGEST_TIME = 40
_FEWEST, _MOST_POSTS = 2, 2_000
_DASH = " — "


@dataclass(slots=True, eq=False)
class _Post:
    """A post on the page: its time, its heading and its blocks."""

    time: str
    heading: str
    blocks: list[PageBlock]
    day: str = ""


def live_blocks(
    blocks: Sequence[PageBlock],
    chosen: Sequence[PageBlock],
    stated: StatedText,
    title: str = "",
    published: str = "",
) -> list[PageBlock]:
    """The blocks of a live blog, each post under a heading with its time; [] if it is none.

    A heading is "2024-05-07 21:40 — Vote is over": day and time as `post_times.posted` finds them.
    What stands before the first post comes first. Posts that only the page's data have follow
    those that the page shows; both keep their order. `title` and `published` are the page's own.
    """
    called_live = bool(stated.live_title) or is_live_title(title)
    if not called_live and not any(_LIVE.search(_names(block.element)) for block in chosen):
        return []
    elements = _elements(blocks)
    if not stated.live_title and not _is_live(elements, chosen, called_live):
        return _in_one_text(chosen, published) if called_live else []
    owned = _owned(blocks, elements)
    titles = frozenset(_bare(each.heading) for each in stated.posts if each.heading)
    days, headings = _days(blocks, owned, published)
    posts = [post for each in elements if (post := _post(each, owned[each], titles, days[each]))]
    shown = _bare("".join(post.heading + "".join(b.words for b in post.blocks) for post in posts))
    posts += [_of_data(each) for each in stated.posts if not _is_shown(each, shown)]
    if len(posts) < (1 if stated.live_title else _FEWEST):
        return []
    in_posts = {id(block) for each in owned.values() for block in each}
    first = next((i for i, block in enumerate(blocks) if id(block) in in_posts), len(blocks))
    above = {id(block) for block in blocks[:first]}
    before = [block for block in chosen if id(block) in above and id(block) not in headings]
    times = posted([post.time for post in posts], published, [post.day for post in posts])
    laid_out = (_laid_out(post, time) for post, time in zip(posts, times, strict=True))
    return [*before, *chain.from_iterable(laid_out)]


def _in_one_text(chosen: Sequence[PageBlock], published: str) -> list[PageBlock]:
    """The blocks of a live blog whose posts follow each other in one text; [] if it is none.

    A post begins with a clock in bold or in a heading, and goes on to the next.
    """
    before: list[PageBlock] = []
    posts: list[_Post] = []
    day = ""
    for block in chosen:
        if stated := day_of_heading(block.words, published):
            day = stated
        elif (opening := _opening(block)) is not None:
            time, heading, rest = opening
            body = [PageBlock(rest, "paragraph", block.element)] if rest else []
            posts.append(_Post(time, heading, body, day))
        else:
            (posts[-1].blocks if posts else before).append(block)
    if len(posts) <= _FEWEST:
        return []
    times = posted([post.time for post in posts], published, [post.day for post in posts])
    laid_out = (_laid_out(post, time) for post, time in zip(posts, times, strict=True))
    return [*before, *chain.from_iterable(laid_out)]


def _opening(block: PageBlock) -> tuple[str, str, str] | None:
    """Time, heading and other words of a block that begins with a clock in bold; else None."""
    bold = block.words
    if block.kind != "heading":
        first = next(iter(block.element), None)
        if first is None or first.tag not in ("strong", "b") or (block.element.text or "").strip():
            return None
        bold = " ".join(first.text_content().split())
    found = _BOLD_CLOCK.match(bold)
    if found is None or not block.words.startswith(bold):
        return None
    return found[1], bold[found.end() :], block.words[len(bold) :].lstrip(" -–—|·:.")


def _owned(blocks: Sequence[PageBlock], elements: Sequence[Any]) -> dict[Any, list[PageBlock]]:
    """The blocks of each post's element."""
    owned: dict[Any, list[PageBlock]] = {element: [] for element in elements}
    for block in blocks:
        around = (block.element, *block.element.iterancestors())
        owner = next((each for each in around if each in owned), None)
        if owner is not None:
            owned[owner].append(block)
    return owned


def _days(
    blocks: Sequence[PageBlock], owned: Mapping[Any, Sequence[PageBlock]], published: str
) -> tuple[dict[Any, str], set[int]]:
    """The day that stands above each post, "" for none, and the blocks that are such days."""
    owners = {id(block): element for element, inside in owned.items() for block in inside}
    days, headings, day = dict.fromkeys(owned, ""), set(), ""
    for block in blocks:
        if (post := owners.get(id(block))) is not None:
            days[post] = days[post] or day
        elif stated := day_of_heading(block.words, published):
            day = stated
            headings.add(id(block))
    return days, headings


def _names(element: Any) -> str:
    """The names of an element and those around it."""
    around = (element, *element.iterancestors())
    return " ".join(
        f"{each.get('class') or ''} {each.get('id') or ''} {each.get('itemtype') or ''}"
        for each in around
    )


def _bare(words: str) -> str:
    return re.sub(r"\W+", "", words)


def _elements(blocks: Sequence[PageBlock]) -> list[Any]:
    """The elements of the posts: neighbours of one make, each with a time and a text."""
    groups: dict[tuple[Any, str, str], list[Any]] = defaultdict(list)
    seen: set[Any] = set()
    for block in blocks:
        element = block.element
        while element is not None and element not in seen:
            seen.add(element)
            parent = element.getparent()
            if parent is not None and element.tag in ("article", "div", "section", "li"):
                names = (element.get("class") or "") + (element.get("itemprop") or "")
                groups[(parent, element.tag, _make(names))].append(element)
            element = parent
    best: list[Any] = []
    size = 0
    for (parent, _, _), group in groups.items():
        if len(group) < _FEWEST or len(group) > _MOST_POSTS or _is_of_others(parent, group[0]):
            continue
        timed = [each for each in group if _time_element(each) is not None]
        length = sum(len("".join(each.itertext())) for each in timed)
        if len(timed) >= max(_FEWEST, 0.6 * len(group)) and length > size:
            best, size = timed, length
    order = {id(element): place for place, element in enumerate(_in_order(best))}
    return sorted(best, key=lambda each: order[id(each)])


def _in_order(elements: Sequence[Any]) -> Iterator[Any]:
    wanted = set(elements)
    if elements:
        yield from (each for each in elements[0].getparent().iter() if each in wanted)


def _make(names: str) -> str:
    return " ".join(sorted(name for name in names.split() if not any(map(str.isdigit, name))))


def _is_of_others(parent: Any, element: Any) -> bool:
    """Whether these are comments or links to other stories, by their names."""
    while parent is not None:
        if parent.tag in ("aside", "nav", "footer"):
            return True
        if _COMMENTS.search(f"{parent.get('class') or ''} {parent.get('id') or ''}"):
            return True
        parent = parent.getparent()
    return _COMMENTS.search(element.get("class") or "") is not None


def _time_element(element: Any) -> Any:
    """The element with a post's time: one with a date for programs, else one that shows a clock."""
    shown = None
    for each in element.iter(*_TIME_TAGS):
        names = f"{each.get('class') or ''} {each.get('itemprop') or ''}"
        named = each.tag == "time" or _TIME_NAMES.search(names) is not None
        if named and _DAY.match(each.get("datetime") or each.get("content") or ""):
            return each
        if shown is not None or not (named or len(each) == 0):
            continue
        text = "".join(each.itertext()).strip()
        if each.tag in HEADINGS and _OPENING_CLOCK.match(text):
            shown = each
        if len(text) < _LONGEST_TIME and (_CLOCK.search if named else _CLOCK.fullmatch)(text):
            shown = each
    return shown


def _is_live(elements: Sequence[Any], chosen: Sequence[PageBlock], called_live: bool) -> bool:
    """Whether a page without data of its own is a live blog: by names and by its posts' share."""
    if len(elements) < _FEWEST or not (called_live or _LIVE.search(_names(elements[0]))):
        return False
    if any(element.find(f".//h{n}/a") is not None for element in elements[:3] for n in (2, 3)):
        return False
    inside = sum(len(block.words) for each in _owned(chosen, elements).values() for block in each)
    return inside >= 0.5 * sum(len(block.words) for block in chosen)


def _post(
    element: Any, inside: Sequence[PageBlock], titles: frozenset[str], day: str
) -> _Post | None:
    """The post of an element; None if nothing is reported in it.

    Its heading may be one by its class alone, or by the `titles` of the page's data, and may begin
    with its time. `day` is what stands above it.
    """
    timed = _time_element(element)
    text = " ".join("".join(timed.itertext()).split())
    if timed.tag in HEADINGS and (opening := _OPENING_CLOCK.match(text)):
        text = opening[1]
    clock = _CLOCK_ONLY.search(text)
    called_so = (
        block
        for block in inside
        if _bare(block.words) in titles or _TITLE.search(block.element.get("class") or "")
    )
    heading = next((block for block in inside if block.kind == "heading"), None)
    heading = heading or next(called_so, None)
    body = [
        block
        for block in inside
        if block is not heading and not _is_stamp(block, text) and not _is_caption(block, element)
    ]
    while body and not is_reporting(body[-1].words) and body[-1].linked > 0.5:
        body.pop()
    if not any(is_reporting(block.words) for block in body) and heading is None:
        return None
    words = heading.words if heading else ""
    stated = timed.get("datetime") or timed.get("content") or ""
    words = words.removeprefix(text).strip(" -–—|·:") if text else words
    when = stated if _DAY.match(stated) else (clock[0] if clock else text)
    return _Post(when, words, body, day)


def _is_stamp(block: PageBlock, time: str) -> bool:
    """Whether a block only repeats the time of its post, with a name or a label behind it."""
    words = block.words.removeprefix("• ")
    if _CLOCK.fullmatch(words):
        return True
    return bool(time) and words.startswith(time) and not is_reporting(words[len(time) :])


def _is_caption(block: PageBlock, post: Any) -> bool:
    """Whether a block is part of a picture, or has no word."""
    if not re.search(r"\w\w", block.words):
        return True
    for each in (block.element, *block.element.iterancestors()):
        if each is post:
            return False
        if each.tag in ("figure", "figcaption") or _PICTURE.search(each.get("class") or ""):
            return block.kind != "quote"
    return False


def _of_data(stated: StatedPost) -> _Post:
    blocks = [PageBlock(words, "paragraph", None) for words in stated.paragraphs]
    return _Post(stated.time, stated.heading, blocks)


def _is_shown(stated: StatedPost, shown: str) -> bool:
    """Whether the page shows a post of the data: its first words stand there."""
    first = next(iter(stated.paragraphs), stated.heading)
    return _bare(first)[:60] in shown


def _laid_out(post: _Post, time: str) -> Iterator[PageBlock]:
    title = _DASH.join(part for part in (time, post.heading) if part)
    if title:
        element = post.blocks[0].element if post.blocks else None
        yield PageBlock(title, "heading", element)
    yield from (block for block in post.blocks if block.words != post.heading)
