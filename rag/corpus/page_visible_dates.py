"""Finds a date that a page shows to its readers, where its data have none.

A comment's date, one in a list of other articles, and one whose day and month may be
exchanged are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

from rag.corpus.page_dates import date_in_address
from rag.language.dates import parse_published

_NOT_THE_ARTICLES = re.compile(
    r"comment|kommentar|disqus|\brespond|replies|reader-?post|(?<!no-)related|recommend|teaser"
    r"|most-?read",
    re.IGNORECASE,
)
_TEASER = re.compile("teaser", re.IGNORECASE)
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
_LAST_OF_TITLE = re.compile(r"\s[|–—-]\s")
_LEAST_HEADING = 8
_FEWEST_OF_LOW_RANK = 3
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
_TWO_WEEKS = 14


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
    if near := _near_heading(shown) or _in_window_title(shown) or _in_scripts(tree):
        return near, ()
    from htmldate import find_date

    for page in (shown, _without(deepcopy(tree), (_NOT_THE_ARTICLES,))):
        if found := find_date(page, original_date=True, extensive_search=False, url=url or None):
            return _sure(shown, date.fromisoformat(found), tag)
    return _labelled(shown), ()


def shown_before(tree: Any, stated: str) -> str:
    """The date of the time element beside the heading, if it is up to two weeks before; or ""."""
    moment = parse_published(stated)
    for text in islice(_times(_pruned(tree)), 1):
        shown = parse_published(text)
        if moment is not None and shown is not None:
            days = (moment.at.date() - shown.at.date()).days
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


def _near_heading(tree: Any) -> str:
    """The date in a short text nearest to the heading, behind it rather than before; else "".

    The dateline of a long text counts as well ("2 November 2021 - The ferry …"), the day on which
    somebody was born does not.
    """
    heading = heading_of(tree)
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
    last = ""
    for text in (*behind[:_AROUND_HEADING], *reversed(before[-_AROUND_HEADING:])):
        if not _CHANGED.search(text) and not _BIRTH.search(last[-_DATELINE:]):
            for found in _dates_of_line(text):
                return found
        last = text
    return ""


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
    yield from written_dates(text)
    for short in _SHORT_YEAR.finditer(text):
        stated = f"20{short[3]}-{int(short[2]):02}-{int(short[1]):02}"
        yield from [stated] if parse_published(stated) is not None else []


def _first_figure(text: str) -> int:
    return next((place for place, sign in enumerate(text) if sign.isdigit()), 0)


def heading_of(tree: Any) -> Any:
    """The heading with the article's title: the longest that the page's own titles repeat.

    Without one, the first heading of the first rank that has words; None without that.
    """
    stated = [
        *tree.xpath("//head/title[1]//text()"),
        *tree.xpath("//meta[@property='og:title']/@content"),
    ]
    titles = " ".join(" ".join(stated).split())
    best, length = None, 0
    for element in tree.iter("h1", "h2", "h3", "h4"):
        words = " ".join(element.text_content().split())
        known = len(words) > max(length, _LEAST_HEADING) and words in titles
        if known and (element.tag == "h1" or len(words.split()) >= _FEWEST_OF_LOW_RANK):
            best, length = element, len(words)
    if best is not None:
        return best
    return next((each for each in tree.iter("h1") if each.text_content().strip()), None)


def script_texts(tree: Any) -> Iterator[str]:
    """The page's scripts in order, until they have had two million characters."""
    size = 0
    for script in tree.iter("script"):
        text = script.text or ""
        size += len(text)
        if size > _LARGEST_SCRIPTS:
            return
        yield text


def _in_scripts(tree: Any) -> str:
    """The date of publication that the page's scripts state, if all of them state one day."""
    found = [each for text in script_texts(tree) for each in _STATED_IN_SCRIPT.findall(text)]
    return found[0] if len({each[:10] for each in found}) == 1 else ""


def _labelled(tree: Any) -> str:
    """The date of the first text that says "published", or of the one behind it; else ""."""
    label = False
    for text in tree.itertext():
        if text.isspace() or not text:
            continue
        opens = _LABEL.match(text) is not None and len(text) <= _SHORT
        says = len(text) <= _LONGEST_LABELLED and _LABEL_ANYWHERE.search(text) is not None
        if opens or says or (label and len(text) <= _SHORT):
            dates = list(written_dates(text))
            if dates and (opens or label or len(dates) == 1):
                return dates[0]
        label = opens
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
    heading = heading_of(tree)
    above = set(heading.iterancestors()) if heading is not None else set()
    beside = (heading.getprevious(), heading.getnext()) if heading is not None else ()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element in above or element.getparent() is None:
            continue
        named = f"{element.get('class', '')} {element.get('id', '')}"
        if any(element is each for each in beside):
            named = _TEASER.sub("", named)
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
