"""Finds a date that a page shows to its readers, where its data have none.

A comment's date, one in a list of other articles, and one whose day and month may be
exchanged are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

from rag.corpus.page_dates import date_in_address
from rag.corpus.page_heading import heading_of, own_parts, without_comments
from rag.language.dates import parse_published

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
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\d/-])")
_SHORT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d\d)(?![\d/.-])")
_ENDS_DATELINE = re.compile(r"\s*[-–—)\]|:]|\.?\)")
_BIRTH = re.compile(
    r"(?:\b(?:born|birth\w*|geboren|geb\.|née?|naissance|nacid[oa]|nacimiento|nat[oa]|died|death"
    r"|gestorben|mort)\b|[†*✝]|出生|生年|생년)\W*(?:\w+\W+){0,2}\Z",
    re.IGNORECASE,
)
_LABEL_ANYWHERE = re.compile(
    r"\b(?:published|posted|veröffentlicht|erschienen|publiée?|publicado|pubblicato|gepubliceerd"
    r"|publicerad|publisert)\b",
    re.IGNORECASE,
)
_STATED_IN_SCRIPT = re.compile(
    r"[\"'](?:date_?published|published_?(?:date|at|time|on)|publi(?:sh|cation)_?(?:date|time)"
    r"|first_?publi(?:shed|cation)\w{0,10}|date_?publi\w{0,6})[\"']\s{0,3}:\s{0,3}[\"'](\d{4}-\d\d-\d\d[^\"']{0,26})[\"']",
    re.IGNORECASE,
)
_SPACED_FIGURES = re.compile(r"\b(\d{1,2})\.\s+(\d{1,2})\.\s+(\d{4})")
_LABEL = re.compile(
    r"\s*(?:first )?(?:published|posted|date|datum|veröffentlicht|erschienen|erstellt|publié"
    r"|publicado|pubblicato|geplaatst|publicerad|publisert|mise en ligne|en ligne)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:date[-_]?published|publish(?:ed)?[-_]?(?:date|on|at)|publication[-_]?date|pub[-_]?date"
    r"|(?:entry|post|article|story|news)[-_]date|(?<![-_])published(?![-_]))(?![a-z])",
    re.IGNORECASE,
)
# What stands before the last day of a span: "14. - ", "3. Mai bis ".
_SPAN = re.compile(
    r"(?<![:.\d])\d{1,2}(?:\.|st|nd|rd|th)?\s*(?:[^\W\d_]{3,12}\.?\s*)?"
    r"(?:[-–—]|bis(?: zum)?|to|until|through|till|au|al|t/m)\s*\Z",
    re.IGNORECASE,
)
_LAST_OF_TITLE = re.compile(r"\s[|–—-]\s")
_AROUND_HEADING = 12
_DATELINE = 40
_LONGEST_LABELLED = 200
_LARGEST_SCRIPTS = 2_000_000
_SHORT = 120
_OF_THE_US = re.compile(r"\b(?:E|C|M|P|AK|H)[SD]?T\b")
_HALF_OF_DAY = re.compile(r"\d\s*[ap]\.?m", re.IGNORECASE)
_DAY_FIRST = frozenset({"en-gb", "en-au", "en-nz", "en-ie", "en-in"})
_LONGEST_TEXT = 400
_MOST_TIMES = 100
_LEVELS = 5
_MOST_ELEMENTS = 20_000
_LONGEST_LABEL = 40
_TWO_WEEKS = 14


def visible_date(tree: Any, url: str, tag: str) -> tuple[str, tuple[str, ...]]:
    """The date shown, "" if none is sure, and a warning where one may be read in two ways.

    `tag` is the language tag that the page declares, "" if it has none.
    """
    shown = own_parts(tree)
    if addressed := date_in_address(url):
        for text in (*_times(shown), *_lone_time(shown)):
            moment = parse_published(text)
            if moment is not None and abs(moment.at.date() - addressed) <= timedelta(days=1):
                return text, ()
        return addressed.isoformat(), ()
    for place in (_times, _near_heading, _named_so, _labelled, _in_window_title):
        for text in place(shown):
            if parse_published(text) is not None:
                return text, ()
    for text in (*_in_scripts(tree), *_lone_time(shown)):
        if parse_published(text) is not None:
            return text, ()
    from htmldate import find_date

    for page in (shown, without_comments(tree)):
        if found := find_date(page, original_date=True, extensive_search=False, url=url or None):
            return _sure(shown, date.fromisoformat(found), tag)
    return "", ()


def shown_before(tree: Any, stated: str) -> str:
    """The date shown beside the heading, if it is up to two weeks before the stated one; or ""."""
    moment, shown = parse_published(stated), own_parts(tree)
    for text in islice(chain(_times(shown), _near_heading(shown)), 1):
        earlier = parse_published(text)
        if moment is not None and earlier is not None:
            days = (moment.at.date() - earlier.at.date()).days
            return text if 0 < days <= _TWO_WEEKS else ""
    return ""


def written_dates(text: str) -> Iterator[str]:
    """The dates with day, month and year in a text, with their times, as `parse_published` reads.

    One with slashes counts where day and month cannot be exchanged.

    >>> list(written_dates("Hamburg, 2. November 2021, 14:05 Uhr | dpa"))
    ['2. November 2021, 14:05']
    >>> list(written_dates("08/08/2017")), list(written_dates("03/04/2020"))
    (['2017-08-08'], [])
    """
    for found in _WRITTEN.finditer(text):
        words = re.sub(r"\s*uhr\b", "", " ".join(found.group().split()), flags=re.IGNORECASE)
        whole = _SPACED_FIGURES.sub(r"\1.\2.\3", words)
        day = re.sub(rf"{_CLOCK}\Z", "", whole, count=1, flags=re.IGNORECASE) or whole
        yield from [each for each in (whole, day) if parse_published(each) is not None][:1]
    for slashed in _SLASHED.finditer(text):
        one, other, year = (int(part) for part in slashed.groups())
        month, day_of_month = sorted((one, other))
        if (day_of_month > 12 or one == other) and 1 <= month <= 12 and day_of_month <= 31:
            stated = f"{year}-{month:02}-{day_of_month:02}"
            yield from [stated] if parse_published(stated) is not None else []


def _near_heading(tree: Any) -> Iterator[str]:
    """The dates in short texts near the heading: behind it from the nearest on, then before it.

    The dateline of a long text counts as well ("2 November 2021 - The ferry …"), the day on which
    somebody was born does not.
    """
    heading = heading_of(tree)
    if heading is None:
        return
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
    last = ""
    for text in (*behind[:_AROUND_HEADING], *reversed(before[-_AROUND_HEADING:])):
        if not _CHANGED.search(text) and not _BIRTH.search(last[-_DATELINE:]):
            yield from _dates_of_line(text)
        last = text


def _dates_of_line(text: str) -> Iterator[str]:
    """The dates of a short line; of a long one only that of its dateline."""
    if len(text) > _SHORT:
        head = text[: _DATELINE + _SHORT]
        for found in _WRITTEN.finditer(head):
            if found.start() <= _DATELINE and _ENDS_DATELINE.match(head, found.end()):
                yield from written_dates(found.group())
        return
    if _BIRTH.search(text[: _first_figure(text)]):
        return
    yield from _single_dates(text)
    for short in _SHORT_YEAR.finditer(text):
        stated = f"20{short[3]}-{int(short[2]):02}-{int(short[1]):02}"
        yield from [stated] if parse_published(stated) is not None else []


def _single_dates(text: str) -> Iterator[str]:
    """The dates of a text that are no end of a span of days ("14. - 20. Januar 2022")."""
    for found in _WRITTEN.finditer(text):
        if not _SPAN.search(text[: found.start()][-_DATELINE:]):
            yield from written_dates(found.group())
    if not _WRITTEN.search(text):
        yield from written_dates(text)


def _first_figure(text: str) -> int:
    return next((place for place, sign in enumerate(text) if sign.isdigit()), 0)


def script_texts(tree: Any) -> Iterator[str]:
    """The page's scripts in order, until they have had two million characters."""
    size = 0
    for script in tree.iter("script"):
        text = script.text or ""
        size += len(text)
        if size > _LARGEST_SCRIPTS:
            return
        yield text


def _in_scripts(tree: Any) -> Sequence[str]:
    """The date of publication that the page's scripts state, if all of them state one day."""
    found = [each for text in script_texts(tree) for each in _STATED_IN_SCRIPT.findall(text)]
    return found[:1] if len({each[:10] for each in found}) == 1 else []


def _labelled(tree: Any) -> Iterator[str]:
    """The dates of texts that say "published", or of those behind them."""
    label = False
    for text in tree.itertext():
        if text.isspace() or not text:
            continue
        opens = _LABEL.match(text) is not None and len(text) <= _SHORT
        says = len(text) <= _LONGEST_LABELLED and _LABEL_ANYWHERE.search(text) is not None
        if opens or says or (label and len(text) <= _SHORT):
            dates = list(written_dates(text))
            if dates and (opens or label or len(dates) == 1):
                yield dates[0]
        label = opens


def _named_so(tree: Any) -> Iterator[str]:
    """The dates of short elements whose names say that they hold the date of publication."""
    for element in islice(tree.xpath("//*[@class or @itemprop]"), _MOST_ELEMENTS):
        named = f"{element.get('class', '')} {element.get('itemprop', '')}"
        if len(named) <= _SHORT and _NAMED.search(named) and not _CHANGED.search(named):
            text = _time_text(element)
            if len(text) <= _SHORT:
                yield text


def _in_window_title(tree: Any) -> Iterator[str]:
    """The date at the end of the window's title, as in "Tunnel to close | Post | 07.05.2024"."""
    title = "".join(tree.xpath("//head/title[1]//text()"))[-_LONGEST_TEXT:]
    yield from islice(_single_dates(_LAST_OF_TITLE.split(title)[-1]), 1)


def _times(tree: Any) -> Iterator[str]:
    """What the page's time elements say of its article, those of the first publication first.

    Without such a name, those nearest to the heading.
    """
    plain = _unchanged(tree)
    chosen = [each for each, words in plain if _FIRST.search(words)]
    chosen += _beside_heading(tree, [each for each, _ in plain])
    yield from dict.fromkeys(map(_time_text, chosen))


def _lone_time(tree: Any) -> Sequence[str]:
    """The time of a page whose time elements all have one day."""
    texts = [_time_text(each) for each, _ in _unchanged(tree)]
    return texts[:1] if len({text[:10] for text in texts}) == 1 else ()


def _unchanged(tree: Any) -> Sequence[tuple[Any, str]]:
    """The time elements that are not of a change, with what is said of them."""
    elements = ((each, _described(each)) for each in islice(tree.iter("time"), _MOST_TIMES))
    return [(each, words) for each, words in elements if not _CHANGED.search(words)]


def _beside_heading(tree: Any, elements: Sequence[Any]) -> list[Any]:
    """The time element behind the heading, else before it, in the nearest element with one."""
    heading = heading_of(tree)
    if heading is None:
        return []
    behind = set(heading.xpath("following::time"))
    for around in islice(heading.iterancestors(), _LEVELS):
        if found := [each for each in elements if around in each.iterancestors()]:
            return [*(each for each in found if each in behind), *found][:1]
    return []


def _time_text(element: Any) -> str:
    """The date of an element as its attribute has it, else as it shows it."""
    stated = " ".join((element.get("datetime") or element.get("content") or "").split())
    if stated and parse_published(stated) is not None:
        return stated
    shown = " ".join(element.text_content().split())[:_LONGEST_TEXT]
    return next(written_dates(shown), stated or shown)


def _described(element: Any) -> str:
    """What the classes and the words around a time element say of it."""
    parent = element.getparent()
    around = [element.get(key, "") for key in ("class", "itemprop", "pubdate", "id")]
    if parent is not None:
        around += [parent.get("class", ""), (parent.text or "")[-40:]]
    before = element.getprevious()
    if before is not None:
        label = " ".join(before.text_content().split()) if isinstance(before.tag, str) else ""
        around += [label if len(label) <= _LONGEST_LABEL else "", (before.tail or "")[-40:]]
    return " ".join(around)


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
