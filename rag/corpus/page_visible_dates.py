"""Finds a date that a page shows to its readers, where its data have none.

A comment's date, one in a list of other articles, and one whose day and month may be
exchanged are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

from rag.corpus.page_dates import date_in_address, may_be_same
from rag.corpus.page_graph import script_texts
from rag.corpus.page_heading import heading_of, own_parts, without_comments
from rag.corpus.written_dates import WRITTEN, written_dates
from rag.language.dates import local_time, parse_published
from rag.records import Published

_CHANGED = re.compile(
    r"updat|modif|aktualisi|geändert|änderung|mis à jour|revis|stand:|last (?:changed|edited)"
    r"|actualiz|atualiz|aggiorna|bijgewerkt|uppdatera|oppdater",
    re.IGNORECASE,
)
_CHANGED_LATER = re.compile(rf"(?:{_CHANGED.pattern})\D{{0,30}}\d", re.IGNORECASE)
_FIRST = re.compile(r"publi|entry-date|posted|created|post-date|dateline", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d\d)(?![\d/.-])")
_ENDS_DATELINE = re.compile(r"\s*[-–—)\]|:]|\.?\)")
_BIRTH = re.compile(
    r"(?:\b(?:born|birth\w*|geboren|geb\.|née?|naissance|nacid[oa]|nacimiento|nat[oa]|died|death"
    r"|gestorben|mort)\b|[†*✝]|出生(?:日期|年月日)?|生日|生年(?:月日)?|생년(?:월일)?)\W*(?:\w+\W+){0,2}\Z",
    re.IGNORECASE,
)
_CHANGE_LABEL = re.compile(
    r"\b(?:last (?:updated|modified|edited|changed|revised)|letzte (?:änderung|aktualisierung)"
    r"|zuletzt (?:geändert|aktualisiert|bearbeitet|am)|dernière (?:mise à jour|modification)"
    r"|última (?:actualización|modificación|atualização)|ultimo aggiornamento"
    r"|laatst (?:bijgewerkt|gewijzigd)|senast (?:uppdaterad|ändrad)|stand:)"
    r"|\A\W*(?:updated|aktualisiert|mis à jour|actualizado|atualizado|aggiornato|bijgewerkt"
    r"|uppdaterad|oppdatert|opdateret)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:findet|stattfinden|nächste[rns]?|takes? place|will be held|next meeting|aura lieu"
    r"|se tiendra|tendrá lugar|si terrà|vindt plaats|äger rum)\b",
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
_OF_SCRIPTS = re.compile(r"\Adata-.*(?:time|date|epoch|publi)", re.IGNORECASE)
_LAST_OF_TITLE = re.compile(r"\s[|–—-]\s")
_AROUND_HEADING = 12
_BELOW_HEADING = 4
_LONGEST_REST = 15
_DATELINE = 40
_LONGEST_LABELLED = 200
_SHORT = 120
_LONGEST_TEXT = 400
_MOST_TIMES = 100
_LEVELS = 5
_MOST_ELEMENTS = 20_000
_LONGEST_LABEL = 40
_TWO_WEEKS, _TWO_MONTHS = 14, 60


def visible_date(tree: Any, url: str) -> str:
    """The date that a page shows as that of its article; "" if it shows none at a sure place."""
    shown = own_parts(tree)
    if addressed := date_in_address(url):
        return _of_day(addressed, [*_times(shown), *_lone_time(shown)])
    places: Sequence[Callable[[Any], Iterable[str]]]
    places = (_times, _in_window_title, _near_heading, _named_so, _labelled, _in_attributes)
    for place in places:
        for text in place(shown):
            if parse_published(text) is not None:
                return text
    for text in (*_in_scripts(tree), *_lone_time(shown)):
        if parse_published(text) is not None:
            return text
    labelled = dict.fromkeys(_labelled(without_comments(tree)))
    return next(iter(labelled)) if len(labelled) == 1 else ""


def _of_day(day: date, texts: Sequence[str]) -> str:
    """The first text with that day, else the first with a clock a day away; else the day."""
    for text in texts:
        if _day(text) == day:
            return text
    for text in texts:
        moment, near = parse_published(text), (day - timedelta(days=1), day + timedelta(days=1))
        if moment is not None and moment.precision != "day" and moment.at.date() in near:
            return text
    return day.isoformat()


def shown_instead(tree: Any, stated: str, *, or_later: bool = False) -> str:
    """The date shown beside the heading, if it is up to two weeks before the stated one; or "".

    With `or_later` one up to two months after it counts, too, and the last change that the page
    shows counts if it is before the stated date. A day that may be the same moment by other
    clocks does not.
    """
    moment, shown = parse_published(stated), own_parts(tree)
    for text in islice(chain(_times(shown), _near_heading(shown)), 1):
        other = parse_published(text)
        if moment is not None and other is not None and not _may_be_same_day(other, moment):
            days = (local_time(moment).date() - local_time(other).date()).days
            earlier, later = 0 < days <= _TWO_WEEKS, or_later and -_TWO_MONTHS <= days < 0
            return text if earlier or later else ""
    if or_later and (changed := parse_published(text := shown_change(tree))) and moment is not None:
        days = (local_time(moment).date() - local_time(changed).date()).days
        return text if 0 < days <= _TWO_WEEKS and not _may_be_same_day(changed, moment) else ""
    return ""


def _may_be_same_day(shown: Published, stated: Published) -> bool:
    """Whether what is shown may be the stated moment by the clocks of another zone."""
    if "day" in (shown.precision, stated.precision):
        return False
    return not shown.zone and may_be_same(shown, stated)


def is_of_birth(before: str) -> bool:
    """Whether the words before a date say that somebody was born or died then.

    >>> is_of_birth("Born on "), is_of_birth("Benni ")
    (True, False)
    """
    return _BIRTH.search(before) is not None


def _near_heading(tree: Any, reach: int = _AROUND_HEADING, *, around: bool = True) -> Iterator[str]:
    """The dates in short texts near the heading: behind it from the nearest on, then before it.

    `reach` is how many texts count, `around` whether those before it do. The dateline of a long
    text counts as well ("2 November 2021 - The ferry …"), the day on which somebody was born or
    something takes place does not.
    """
    heading = heading_of(tree)
    if heading is None:
        return
    before: list[tuple[str, Any]] = []
    behind: list[tuple[str, Any]] = []
    texts = before
    for element in tree.iter("*"):
        if element is heading:
            texts = behind
        if element.tag == "time" and not _CHANGED.search(_described(element)):
            texts.append((_time_text(element), element))
        words = [element.text, *(child.tail for child in element)]
        texts += [(" ".join(each.split()), element) for each in words if each and each.strip()]
        if len(behind) > reach:
            break
    last = ""
    for text, element in (*behind[:reach], *reversed(before[-reach:] if around else [])):
        label = last if len(last) <= _LONGEST_LABEL else ""
        if not _is_changed(label, text) and not _BIRTH.search(last[-_DATELINE:]):
            yield from _dates_of_line(text, _is_in_prose(element))
        last = text


def _is_changed(label: str, text: str) -> bool:
    """Whether a line is of a change: it, or what stands before it, says so.

    Behind a date, "updated" with a moment of its own speaks of another ("May 3, 2024 / Updated 8
    hours ago").
    """
    dated = next(WRITTEN.finditer(text), None)
    if dated and _CHANGED_LATER.search(text, dated.end()):
        text = text[: dated.start()]
    return _CHANGED.search(f"{label} {text}") is not None


def _is_in_prose(element: Any) -> bool:
    """Whether an element is, or is in, a paragraph that is no short line."""
    paragraph = element if element.tag == "p" else next(element.iterancestors("p"), None)
    return paragraph is not None and len(paragraph.text_content()) > _SHORT


def _dates_of_line(text: str, in_prose: bool) -> Iterator[str]:
    """The dates of a short line; of a long one, or a part of prose, only that of its dateline.

    A part of prose that ends with its date is a line of its own.
    """
    dated = next(WRITTEN.finditer(text), None)
    if len(text) > _SHORT or (in_prose and dated and len(text) - dated.end() > _LONGEST_REST):
        head = text[: _DATELINE + _SHORT]
        for found in WRITTEN.finditer(head):
            if found.start() <= _DATELINE and _ENDS_DATELINE.match(head, found.end()):
                yield from written_dates(found.group())
        return
    if _BIRTH.search(text[: _first_figure(text)]) or _TO_COME.search(text):
        return
    yield from _single_dates(text)
    for short in _SHORT_YEAR.finditer(text):
        stated = f"20{short[3]}-{int(short[2]):02}-{int(short[1]):02}"
        yield from [stated] if parse_published(stated) is not None else []


def _single_dates(text: str) -> Iterator[str]:
    """The dates of a text that are no end of a span of days ("14. - 20. Januar 2022")."""
    for found in WRITTEN.finditer(text):
        if not _SPAN.search(text[: found.start()][-_DATELINE:]):
            yield from written_dates(found.group())
    if not WRITTEN.search(text):
        yield from written_dates(text)


def _first_figure(text: str) -> int:
    return next((place for place, sign in enumerate(text) if sign.isdigit()), 0)


def _in_scripts(tree: Any) -> Sequence[str]:
    """The date of publication that the page's scripts state, if all of them state one day."""
    found = [each for text in script_texts(tree) for each in _STATED_IN_SCRIPT.findall(text)]
    return found[:1] if len({each[:10] for each in found}) == 1 else []


def _labelled(tree: Any) -> Iterator[str]:
    """The dates of texts that say "published", or of those behind them."""
    label = False
    mixed = (each.text_content() for each in tree.iter("p", "small") if len(each))
    for text in chain(tree.itertext(), mixed):
        if text.isspace() or not text:
            continue
        opens = _LABEL.match(text) is not None and len(text) <= _SHORT
        says = len(text) <= _LONGEST_LABELLED and _LABEL_ANYWHERE.search(text) is not None
        if opens or says or (label and len(text) <= _SHORT):
            dates = list(written_dates(text))
            if dates and (opens or label or len(dates) == 1):
                yield dates[0]
        label = opens


def shown_change(tree: Any) -> str:
    """The date that a page shows as that of its last change; "" where it shows none, or several."""
    found: dict[date | None, str] = {}
    label = False
    for text in without_comments(tree).itertext():
        if text.isspace() or len(text) > _LONGEST_LABELLED:
            continue
        words = " ".join(text.split())
        says = _CHANGE_LABEL.search(words) is not None
        if says or label:
            found |= {_day(each): each for each in islice(written_dates(words), 1)}
        label = says and not next(written_dates(words), "")
    return next(iter(found.values())) if len(found) == 1 else ""


def _named_so(tree: Any) -> Sequence[str]:
    """The date in short elements named as that of publication, if all of them have one day."""
    found: list[str] = []
    for element in islice(tree.xpath("//*[@class or @itemprop]"), _MOST_ELEMENTS):
        named = f"{element.get('class', '')} {element.get('itemprop', '')}"
        if len(named) <= _SHORT and _NAMED.search(named) and not _CHANGED.search(named):
            text = _time_text(element)
            found += [text] if len(text) <= _SHORT and _day(text) is not None else []
    return found[:1] if len(set(map(_day, found))) == 1 else []


def _in_attributes(tree: Any) -> Iterator[str]:
    """The date that the first element with one below the heading has for scripts."""
    heading = heading_of(tree)
    below = () if heading is None else heading.xpath("following::*")
    for element in islice(below, _MOST_TIMES):
        for name, value in element.items():
            dated = _OF_SCRIPTS.search(name) and parse_published(value) is not None
            if dated and not _CHANGED.search(f"{name} {_described(element)}"):
                yield value
                return


def _in_window_title(tree: Any) -> Iterator[str]:
    """The date at the end of the window's title, as in "Tunnel to close | Post | 07.05.2024"."""
    title = "".join(tree.xpath("//head/title[1]//text()"))[-_LONGEST_TEXT:]
    yield from islice(_single_dates(_LAST_OF_TITLE.split(title)[-1]), 1)


def _times(tree: Any) -> Iterator[str]:
    """What the page's time elements and the line below its heading say of its article.

    Time elements that are named as of the first publication come first if they have one day, then
    the nearest below the heading, then those named so, and those in the heading's surroundings.
    """
    plain = _unchanged(tree)
    named = [_time_text(each) for each, words in plain if _FIRST.search(words)]
    chosen = [*named, *map(_time_text, _beside_heading(tree, [each for each, _ in plain]))]
    below = next(_near_heading(tree, _BELOW_HEADING, around=False), "")
    if below and len(set(map(_day, named))) != 1:
        yield from (text for text in chosen if _day(text) == _day(below))
        yield below
    yield from dict.fromkeys(chosen)


def _day(text: str) -> date | None:
    moment = parse_published(text)
    return local_time(moment).date() if moment is not None else None


def _lone_time(tree: Any) -> Sequence[str]:
    """The time of a page whose time elements all have one day."""
    texts = [_time_text(each) for each, _ in _unchanged(tree)]
    return texts[:1] if len(set(map(_day, texts))) == 1 else ()


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
    """The date of an element as its attribute has it, else as it shows it.

    The attribute may be of a change: it does not count against "Published 29 June 2019".
    """
    named = element.get("title") if element.tag == "abbr" else ""
    stated = " ".join((element.get("datetime") or element.get("content") or named or "").split())
    shown = " ".join(element.text_content().split())[:_LONGEST_TEXT]
    if stated and (moment := parse_published(stated)) is not None:
        said = next(written_dates(shown), "") if _LABEL.match(shown) else ""
        told = parse_published(said) if said else None
        is_other = told is not None and abs(told.at - moment.at) > timedelta(days=2)
        return said if is_other else stated
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
