"""Finds the zone of a moment that a page states in UTC or without one.

The page shows the same moment by its own clocks, or its scripts name it with an offset; else the
country of its address has one zone. The moment in UTC stays; the day by the clocks of the place is
found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from functools import cache
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rag.corpus.page_dates import date_in_address, is_utc, may_be_same
from rag.corpus.page_graph import script_texts
from rag.corpus.written_dates import written_dates
from rag.language.dates import in_zone, local_time, parse_published
from rag.records import Published

_NEVER = frozenset({"nav", "script", "style", "noscript", "template"})
_YEAR_AND_CLOCK = re.compile(r"(?=.*(?:19|20)\d\d)(?=.*\d[:.h]\d\d)", re.DOTALL)
# Countries whose other zones are those of islands, or of no clock in use.
_MAINLAND = {
    "cl": "America/Santiago",
    "cn": "Asia/Shanghai",
    "ec": "America/Guayaquil",
    "es": "Europe/Madrid",
    "nz": "Pacific/Auckland",
    "pt": "Europe/Lisbon",
    "ua": "Europe/Kyiv",
}
_WIDEST_OFFSET = timedelta(hours=14)
_HALF_HOUR = timedelta(minutes=30)
_MOST_CLOCKS = 8
_MOST_TIMES = 100
_SHORT = 120
# Endings of countries that are sold to anybody: they say nothing of a place.
_SOLD = frozenset(
    "ac ag ai am as bz cc cd co dj fm gg gl gs im io is la ly me ms nu pn pw sc sh so st tk tl to"  # noqa: SIM905
    " tv vc ws".split()
)


def in_local_time(tree: Any, stated: str, url: str = "") -> str:
    """A moment stated in UTC or without a zone, by the clocks of the place where it appeared.

    The page may show it by other clocks (the same minutes, a whole number of half hours apart),
    its scripts may name it with an offset, or the country of its address `url` has one zone but
    for islands. If none of that helps and the address has the day before or after, that day is all
    that is known. The text comes back unchanged if it names a zone, or if nothing names one.
    """
    moment = parse_published(stated)
    if moment is None or moment.precision not in ("minute", "second"):
        return stated
    if moment.zone and not is_utc(moment.zone):
        return stated
    shown = _shown(tree, moment) if moment.zone else _zoned(tree, moment)
    found = shown or _in_scripts(tree, moment) or _in_country(url, moment)
    return found or (_day_of_address(url, moment) if moment.zone else "") or stated


def _shown(tree: Any, moment: Published) -> str:
    """The moment in UTC by the clocks by which the page shows it; else ""."""
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
    return ""


def _in_scripts(tree: Any, moment: Published) -> str:
    """The same moment as the page's scripts name it, with an offset other than that of UTC."""
    days = (moment.at.date() + timedelta(days=shift) for shift in (-1, 0, 1))
    pattern = re.compile(
        rf"(?:{'|'.join(map(str, days))})[T ]\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?[+-]\d\d:?\d\d"
    )
    for text in script_texts(tree):
        for written in islice(pattern.findall(text), _MOST_TIMES):
            other = parse_published(written)
            if other is None or is_utc(other.zone):
                continue
            same = (
                may_be_same(moment, other) if not moment.zone else _minute(other) == _minute(moment)
            )
            if same:
                return str(written)
    return ""


def _minute(moment: Published) -> str:
    return f"{moment.at:%Y-%m-%d %H:%M}"


def _in_country(url: str, moment: Published) -> str:
    """The moment by the clocks of the address's country, if its mainland has the same time."""
    host = urlsplit(url).hostname or ""
    ending = host.rpartition(".")[2]
    if len(ending) != 2 or ending in _SOLD:
        return ""
    mainland = _MAINLAND.get(ending)
    zones = (mainland,) if mainland else _zones_of("gb" if ending == "uk" else ending)
    # As text: moments of two zones are equal as values.
    clocks = {local_time(in_zone(moment, zone)).isoformat() for zone in zones}
    return clocks.pop() if len(clocks) == 1 else ""


@cache
def _zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country that the system knows."""
    from babel.core import get_global

    names: list[str] = []
    for name in get_global("territory_zones").get(country.upper(), ()):
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            continue
        names.append(name)
    return tuple(names)


def _day_of_address(url: str, moment: Published) -> str:
    """The day in the address, if it is the one before or after the moment's day in UTC."""
    day: date | None = date_in_address(url)
    if day is None or abs(day - moment.at.date()) != timedelta(days=1):
        return ""
    return day.isoformat()


def _zoned(tree: Any, local: Published) -> str:
    """The first time element, or short text, with a zone that may name the same moment; or ""."""
    times = (str(each.get("datetime", "")) for each in islice(tree.iter("time"), _MOST_TIMES))
    shown = islice(_short_texts_with_clocks(tree), _MOST_CLOCKS)
    for value in chain(times, chain.from_iterable(map(written_dates, shown))):
        moment = parse_published(value) if value else None
        exact = moment is not None and moment.precision in ("minute", "second")
        if moment is not None and exact and moment.zone and may_be_same(local, moment):
            shown_at = local_time(moment)
            if shown_at.replace(tzinfo=UTC) == local.at.replace(second=0):
                # What the page shows has no seconds; its data may.
                return local.at.replace(tzinfo=shown_at.tzinfo).isoformat()
            return value
    return ""


def _short_texts_with_clocks(tree: Any) -> Iterator[str]:
    for element in tree.iter("*"):
        if element.tag in _NEVER:
            continue
        for text in (element.text, element.tail):
            if text and len(text) <= 2 * _SHORT and _YEAR_AND_CLOCK.search(text):
                yield " ".join(text.split())
