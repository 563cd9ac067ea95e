"""Finds a date that a page shows to its readers, where its data have none.

A comment's date, one in a list of other articles, and one whose day and month may be
exchanged are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta, timezone
from itertools import chain, islice
from typing import Any

from rag.corpus.page_dates import date_in_address, is_utc, may_be_same
from rag.language.dates import local_time, parse_published
from rag.records import Published

_NOT_THE_ARTICLES = re.compile(
    r"comment|kommentar|disqus|\brespond|replies|reader-?post|(?<!no-)related|recommend|teaser"
    r"|most-?read",
    re.IGNORECASE,
)
_BESIDE_IT = re.compile(
    r"sidebar|latest|popular|newsticker|breaking|weather|wetter|calendar|kalender|archive-?list"
    r"|promo",
    re.IGNORECASE,
)
_LARGEST_SHARE = 0.4
_NEVER = frozenset({"nav", "script", "style", "noscript", "template"})
_WHOLE = frozenset({"head", "body", "main", "article"})
_CHANGED = re.compile(r"updat|modif|aktualisi|geändert|mis à jour|revis|stand:", re.IGNORECASE)
_FIRST = re.compile(r"publi|entry-date|posted|created|post-date|dateline", re.IGNORECASE)
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d/-])"
    r"(?P<rest>,?\s*(?:-|at|um|à|\|)?\s*\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,4}\)?)?)?",
    re.IGNORECASE,
)
_CLOCK = (
    r"(?:,?\s*(?:[-–|•·]|um|at|à|alle|kl\.?|ore|às|@)?\s*\d{1,2}[:.h]\d\d(?::\d\d)?"
    r"(?:\s*(?:uhr|h)\b|\s*[ap]\.?m\b\.?)?(?:\s*\(?[A-Z]{2,4}\)?(?![a-z]))?)?"
)
_WRITTEN = re.compile(
    r"(?<![\d/.-])(?:\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d\d"
    r"|\d{1,2}(?:\.|st|nd|rd|th|er)?\s+(?:de\s+|of\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d\d年\d{1,2}月\d{1,2}日"
    rf")(?![\d/-]){_CLOCK}",
    re.IGNORECASE,
)
_SPACED_FIGURES = re.compile(r"\b(\d{1,2})\.\s+(\d{1,2})\.\s+(\d{4})")
_YEAR_AND_CLOCK = re.compile(r"(?=.*(?:19|20)\d\d)(?=.*\d[:.h]\d\d)", re.DOTALL)
_LABEL = re.compile(
    r"\s*(?:first )?(?:published|posted|date|datum|veröffentlicht|erschienen|erstellt|publié"
    r"|publicado|pubblicato|geplaatst|publicerad|publisert)\b",
    re.IGNORECASE,
)
_LAST_OF_TITLE = re.compile(r"\s[|–—-]\s")
_WIDEST_OFFSET = timedelta(hours=14)
_HALF_HOUR = timedelta(minutes=30)
_MOST_CLOCKS = 8
_LEAST_HEADING = 8
_AROUND_HEADING = 12
_SHORT = 120
_OF_THE_US = re.compile(r"\b(?:E|C|M|P|AK|H)[SD]?T\b")
_HALF_OF_DAY = re.compile(r"\d\s*[ap]\.?m", re.IGNORECASE)
_DAY_FIRST = frozenset({"en-gb", "en-au", "en-nz", "en-ie", "en-in"})
_LONGEST_TEXT = 400
_MOST_TIMES = 100
_LEVELS = 5


def visible_date(tree: Any, url: str, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date shown, "" if none is sure, and a warning where one may be read in two ways.

    `tag` is the language tag that the page declares, "" if it has none.
    """
    shown = _pruned(tree)
    addressed = date_in_address(url)
    for text in _times(shown):
        moment = parse_published(text)
        if moment is not None and (
            addressed is None or abs(moment.at.date() - addressed) <= timedelta(days=1)
        ):
            return text, ()
    if addressed:
        return addressed.isoformat(), ()
    if near := _near_heading(shown) or _in_window_title(shown):
        return near, ()
    from htmldate import find_date

    for page in (shown, _without(deepcopy(tree), (_NOT_THE_ARTICLES,))):
        if found := find_date(page, original_date=True, extensive_search=False, url=url or None):
            return _sure(shown, date.fromisoformat(found), tag)
    return _labelled(shown), ()


def in_local_time(tree: Any, stated: str) -> str:
    """A moment stated in UTC or without a zone, with the zone in which the page shows it.

    The text comes back unchanged if it names another zone, or if the page does not show the
    same moment by other clocks: the same minutes, a whole number of half hours apart.
    """
    moment = parse_published(stated)
    if moment is None or moment.precision not in ("minute", "second"):
        return stated
    if not moment.zone:
        return _zoned(tree, moment) or stated
    if not is_utc(moment.zone):
        return stated
    for text in islice(_short_texts_with_clocks(tree), _MOST_CLOCKS):
        for written in written_dates(text):
            shown = parse_published(written)
            if shown is None or shown.precision not in ("minute", "second"):
                continue
            apart = shown.at.replace(second=0) - moment.at.replace(second=0)
            if not apart and shown.zone and not is_utc(shown.zone):
                return local_time(replace(moment, zone=shown.zone)).isoformat()
            if not shown.zone and apart and abs(apart) <= _WIDEST_OFFSET and not apart % _HALF_HOUR:
                return moment.at.astimezone(timezone(apart)).isoformat()
    return stated


def _zoned(tree: Any, local: Published) -> str:
    """The first time element, or short text, with a zone that may name the same moment; or ""."""
    times = (str(each.get("datetime", "")) for each in islice(tree.iter("time"), _MOST_TIMES))
    shown = islice(_short_texts_with_clocks(tree), _MOST_CLOCKS)
    for value in chain(times, chain.from_iterable(map(written_dates, shown))):
        moment = parse_published(value) if value else None
        exact = moment is not None and moment.precision in ("minute", "second")
        if moment is not None and exact and moment.zone and may_be_same(local, moment):
            return value
    return ""


def _short_texts_with_clocks(tree: Any) -> Iterator[str]:
    for element in tree.iter("*"):
        if element.tag in _NEVER:
            continue
        for text in (element.text, element.tail):
            if text and len(text) <= 2 * _SHORT and _YEAR_AND_CLOCK.search(text):
                yield " ".join(text.split())


def written_dates(text: str) -> Iterator[str]:
    """The dates with day, month and year in a text, with their times, as `parse_published` reads.

    >>> list(written_dates("Hamburg, 2. November 2021, 14:05 Uhr | dpa"))
    ['2. November 2021, 14:05']
    """
    for found in _WRITTEN.finditer(text):
        words = re.sub(r"\s*uhr\b", "", " ".join(found.group().split()), flags=re.IGNORECASE)
        whole = _SPACED_FIGURES.sub(r"\1.\2.\3", words)
        day = re.sub(rf"{_CLOCK}\Z", "", whole, count=1, flags=re.IGNORECASE) or whole
        yield from [each for each in (whole, day) if parse_published(each) is not None][:1]


def _near_heading(tree: Any) -> str:
    """The date in a short text nearest to the heading, behind it rather than before; else ""."""
    heading = _heading(tree)
    if heading is None:
        return ""
    before: list[str] = []
    behind: list[str] = []
    texts = before
    for element in tree.iter("*"):
        if element is heading:
            texts = behind
        words = [element.text, *(child.tail for child in element)]
        texts += [" ".join(each.split()) for each in words if each and not each.isspace()]
        if len(behind) > _AROUND_HEADING:
            break
    for text in (*behind[:_AROUND_HEADING], *reversed(before[-_AROUND_HEADING:])):
        if len(text) <= _SHORT and not _CHANGED.search(text):
            for found in written_dates(text):
                return found
    return ""


def _heading(tree: Any) -> Any:
    """The page's heading of the first rank, else one that the window's title repeats."""
    if (first := next(iter(tree.iter("h1")), None)) is not None:
        return first
    window = " ".join("".join(tree.xpath("//head/title[1]//text()")).split())
    for element in tree.iter("h2", "h3"):
        words = " ".join(element.text_content().split())
        if len(words) > _LEAST_HEADING and words in window:
            return element
    return None


def _labelled(tree: Any) -> str:
    """The date of the first text that says "published"; else ""."""
    for text in tree.itertext():
        if _LABEL.match(text) and len(text) <= _SHORT:
            for found in written_dates(text):
                return found
    return ""


def _in_window_title(tree: Any) -> str:
    """The date at the end of the window's title, as in "Tunnel to close | Post | 07.05.2024"."""
    title = "".join(tree.xpath("//head/title[1]//text()"))[-_LONGEST_TEXT:]
    return next(written_dates(_LAST_OF_TITLE.split(title)[-1]), "") if title else ""


def _pruned(tree: Any) -> Any:
    """A copy of the page without comments, lists of other articles and the like."""
    return _without(deepcopy(tree), (_NOT_THE_ARTICLES, _BESIDE_IT))


def _without(tree: Any, patterns: Sequence[re.Pattern[str]]) -> Any:
    """The tree without the elements that a pattern names, if they are no large part of it."""
    largest = _LARGEST_SHARE * len(tree.text_content())
    heading = next(iter(tree.iter("h1")), None)
    above = set(heading.iterancestors()) if heading is not None else set()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element in above or element.getparent() is None:
            continue
        named = f"{element.get('class', '')} {element.get('id', '')}"
        removed = element.tag in _NEVER or (
            element.tag not in _WHOLE
            and any(pattern.search(named) for pattern in patterns)
            and len(element.text_content()) < largest
        )
        if removed:
            element.drop_tree()
    return tree


def _times(tree: Any) -> Iterator[str]:
    """What the page's time elements say of its article, those of the first publication first.

    Without such a name, those nearest to the heading, or the one of a page that has one only.
    """
    elements = list(islice(tree.iter("time"), _MOST_TIMES))
    plain = [(each, words) for each in elements if not _CHANGED.search(words := _described(each))]
    chosen = [each for each, words in plain if _FIRST.search(words)]
    chosen += _beside_heading(tree, [each for each, _ in plain])
    texts = [_time_text(each) for each in chosen]
    if len({_time_text(each)[:10] for each, _ in plain}) == 1:
        texts += [_time_text(each) for each, _ in plain]
    yield from dict.fromkeys(texts)


def _beside_heading(tree: Any, elements: Sequence[Any]) -> list[Any]:
    """The first time element within the nearest element around the heading that has one."""
    heading = next(iter(tree.iter("h1")), None)
    for around in islice(heading.iterancestors(), _LEVELS) if heading is not None else ():
        if found := [each for each in elements if around in each.iterancestors()]:
            return found[:1]
    return []


def _time_text(element: Any) -> str:
    return " ".join((element.get("datetime") or element.text_content()).split())


def _described(element: Any) -> str:
    """What the classes and the words around a time element say of it."""
    parent = element.getparent()
    around = [element.get(key, "") for key in ("class", "itemprop", "pubdate", "id")]
    if parent is not None:
        around += [parent.get("class", ""), (parent.text or "")[-40:]]
    before = element.getprevious()
    return " ".join([*around, (before.tail or "")[-40:] if before is not None else ""])


def _sure(shown: Any, found: date, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date found, unless only figures show it whose day and month may be exchanged."""
    if found.day > 12 or found.day == found.month:
        return found.isoformat(), ()
    stated = map(str, shown.xpath("//meta/@content | //@datetime | //@title"))
    for text in chain(shown.itertext(), stated):
        for written in _NUMERIC.finditer(text[:_LONGEST_TEXT]):
            figures = {int(written["first"]), int(written["second"])}
            year = int(written["year"]) % 100
            if figures == {found.day, found.month} and year == found.year % 100:
                return in_order(written, tag)
    return found.isoformat(), ()


def in_order(written: re.Match[str], tag: str) -> tuple[str, tuple[str, ...]]:
    """The date with day and month in the order of its country; else "" and a warning.

    The country must be named: by a zone of the United States, or by the page's language tag
    (for "en-US" together with a.m. or p.m.). A language alone says nothing.
    """
    first, second, rest = int(written["first"]), int(written["second"]), written["rest"] or ""
    year = int(written["year"]) if len(written["year"]) == 4 else 2000 + int(written["year"])
    country = tag.replace("_", "-").lower()
    if _OF_THE_US.search(rest) or (country == "en-us" and _HALF_OF_DAY.search(rest)):
        day, month = second, first
    elif country in _DAY_FIRST:
        day, month = first, second
    else:
        text = " ".join(written.group().split())
        return "", (f"day and month of {text!r:.60} may be exchanged",)
    return f"{year}-{month:02}-{day:02} {rest.strip(' ,-|')}".strip(), ()
