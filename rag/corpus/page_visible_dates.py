"""Finds a date that a page shows to its readers, where its data have none.

A comment's date, one in a list of other articles, and one whose day and month may be
exchanged are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from rag.corpus.page_dates import date_in_address
from rag.language.dates import parse_published
from rag.language.identification import likely_language

_NOT_THE_ARTICLES = re.compile(
    r"comment|kommentar|disqus|respond|replies|related|sidebar|widget|recommend|teaser|most-?read"
    r"|latest|popular|newsticker|breaking|weather|wetter|calendar|kalender|archive-?list|promo",
    re.IGNORECASE,
)
_NEVER = frozenset({"nav", "script", "style", "noscript", "template"})
_CHANGED = re.compile(r"updat|modif|aktualisi|geändert|mis à jour|revis|stand:", re.IGNORECASE)
_FIRST = re.compile(r"publi|entry-date|posted|created|post-date|dateline", re.IGNORECASE)
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d/-])"
    r"(?P<rest>,?\s*(?:-|at|um|à|\|)?\s*\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,4}\)?)?)?",
    re.IGNORECASE,
)
_OF_THE_US = re.compile(r"\b(?:E|C|M|P|AK|H)[SD]?T\b")
_HALF_OF_DAY = re.compile(r"\d\s*[ap]\.?m", re.IGNORECASE)
_YEAR_FIRST = frozenset({"zh", "ja", "ko", "hu", "lt", "mn"})
_LONGEST_TEXT = 400
_LONGEST_SAMPLE = 3_000
_MOST_TIMES = 200


def visible_date(tree: Any, url: str, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date shown, "" if none is sure, and a warning where one may be read in two ways.

    `tag` is the language tag that the page declares, "" if it has none.
    """
    shown = _pruned(tree)
    addressed = date_in_address(url)
    for text in _times(shown):
        moment = parse_published(text)
        if moment is None:
            continue
        if addressed and abs(moment.at.date() - addressed) > timedelta(days=1):
            continue
        return text, ()
    if addressed:
        return addressed.isoformat(), ()
    from htmldate import find_date

    found = find_date(shown, original_date=True, extensive_search=False, url=url or None)
    if not found:
        return "", ()
    return _sure(shown, date.fromisoformat(found), tag)


def _pruned(tree: Any) -> Any:
    """A copy of the page without comments, lists of other articles and the like."""
    copy = deepcopy(tree)
    heading = next(iter(copy.iter("h1")), None)
    above = set(heading.iterancestors()) if heading is not None else set()
    for element in list(copy.iter()):
        if not isinstance(element.tag, str) or element in above or element.getparent() is None:
            continue
        if element.tag in ("html", "head", "body", "main", "article"):
            continue
        named = f"{element.get('class', '')} {element.get('id', '')}"
        if element.tag in _NEVER or _NOT_THE_ARTICLES.search(named):
            element.drop_tree()
    return copy


def _times(tree: Any) -> Iterator[str]:
    """What the page's time elements say, those of the first publication first."""
    elements = [each for each, _ in zip(tree.iter("time"), range(_MOST_TIMES), strict=False)]
    named = [(_described(each), each) for each in elements]
    first = [each for words, each in named if _FIRST.search(words) and not _CHANGED.search(words)]
    others = [each for words, each in named if not _CHANGED.search(words)]
    for element in (*first, *(others if len(others) < 4 else others[:1])):
        yield " ".join((element.get("datetime") or element.text_content()).split())


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
    for text in shown.itertext():
        for written in _NUMERIC.finditer(text[:_LONGEST_TEXT]):
            figures = {int(written["first"]), int(written["second"])}
            year = int(written["year"]) % 100
            if figures == {found.day, found.month} and year == found.year % 100:
                return _in_order(written, tag, _language(shown, tag))
    return found.isoformat(), ()


def _language(shown: Any, tag: str) -> str:
    words = " ".join(text for each in shown.iter("p") for text in each.itertext())
    return likely_language(tag, words[:_LONGEST_SAMPLE])


def _in_order(written: re.Match[str], tag: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The date with day and month told apart by the place or the language; else a warning."""
    first, second, rest = int(written["first"]), int(written["second"]), written["rest"] or ""
    year = int(written["year"]) if len(written["year"]) == 4 else 2000 + int(written["year"])
    american = tag.lower() == "en-us" and bool(_HALF_OF_DAY.search(rest))
    if american or _OF_THE_US.search(rest):
        day, month = second, first
    elif (language and language != "en" and language not in _YEAR_FIRST) or tag.lower() in (
        "en-gb", "en-au", "en-nz", "en-ie", "en-in", "en-za",
    ):  # fmt: skip
        day, month = first, second
    else:
        text = " ".join(written.group().split())
        return "", (f"day and month of {text!r:.60} may be either; kept as unknown",)
    return f"{year}-{month:02}-{day:02} {rest.strip(' ,-|')}".strip(), ()
