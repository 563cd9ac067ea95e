"""Draws events over time as SVG: when each happened, and when it was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.language.periods import Period, day_in_words
from rag.web.rendering.marks import join
from rag.web.views.evidence import Event

MOST_ROWS = 20
"""The most events in the chart; the table has all."""

_ROW = 38
_WORDS, _MARKS = 14, 28
"""Where the words and the marks of a row are, from its top."""
_TOP = 26
_LEFT, _RIGHT = 6.0, 97.0
_LEAST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the days from `first` to `last` to per cent of the width."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """The position of a day in per cent; a day outside gets the nearest end.

        >>> Scale(date(2031, 1, 1), date(2031, 1, 11)).at(date(2031, 1, 6))
        51.5
        """
        share = (day - self.first) / (self.last - self.first)
        return round(_LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0), 2)


def scale_of(events: Sequence[Event]) -> Scale:
    """The scale of all publication days and of the events near them.

    Events of years before would leave no room for the rest, so they are at the edge.
    """
    reported = [
        day for each in events for day in ([each.published] if each.published else each.days)
    ]
    near = max(max(reported) - min(reported), _LEAST)
    days = [*reported, *(day for each in events for day in each.days)]
    nearby = [day for day in days if min(reported) - near <= day <= max(reported) + near]
    first, last = min(nearby), max(nearby)
    return Scale(first, max(last, first + timedelta(days=1)))


def chart_html(events: Sequence[Event]) -> Markup:
    """The first MOST_ROWS events as a figure, one row each: its number in the table, its title."""
    drawn = events[:MOST_ROWS]
    scale = scale_of(drawn)
    rows = join(_row(number, each, scale) for number, each in enumerate(drawn, start=1))
    return Markup(
        '<figure class="chart"><figcaption><span class="key event">happened</span> '
        '<span class="key published">published</span>{}</figcaption>'
        '<svg role="img" aria-label="{}" width="100%" height="{}">{}{}</svg></figure>'
    ).format(
        f" The first {len(drawn)} of {len(events)}." if len(drawn) < len(events) else "",
        text(_summary(drawn)),
        _TOP + _ROW * len(drawn) + 4,
        join(_axis(scale, _TOP + _ROW * len(drawn))),
        rows,
    )


def _summary(events: Sequence[Event]) -> str:
    days = [day for each in events for day in each.days]
    return (
        f"Chart of {len(events)} events, which happened {Period(min(days), max(days), 'day')}, "
        "each with the day it was published. The table below says the same."
    )


def _axis(scale: Scale, height: int) -> Iterator[Markup]:
    middle = scale.first + (scale.last - scale.first) / 2
    for day, anchor in ((scale.first, "start"), (middle, "middle"), (scale.last, "end")):
        yield Markup(
            '<line class="axis" x1="{0}%" x2="{0}%" y1="18" y2="{1}"/>'
            '<text x="{0}%" y="12" text-anchor="{2}">{3}</text>'
        ).format(scale.at(day), height, anchor, day_in_words(day))


def _row(number: int, event: Event, scale: Scale) -> Markup:
    top = _TOP + _ROW * (number - 1)
    y = top + _MARKS
    first, last = (scale.at(day) for day in event.days)
    published = scale.at(event.published) if event.published else None
    return Markup(
        '<g><text class="number" x="0" y="{0}">{1}</text>'
        '<text class="title" x="{2}%" y="{0}">{3}</text>{4}{5}</g>'
    ).format(
        top + _WORDS,
        number,
        _LEFT,
        text(event.title),
        "" if published is None else _published(published, max(first, last), y),
        _happened(first, last, y, outside=event.days[1] < scale.first),
    )


def _published(at: float, event: float, y: int) -> Markup:
    return Markup(
        '<line class="between" x1="{0}%" x2="{1}%" y1="{2}" y2="{2}"/>'
        '<circle class="published" cx="{0}%" cy="{2}" r="5"/>'
    ).format(at, event, y)


def _happened(first: float, last: float, y: int, *, outside: bool) -> Markup:
    if outside:
        return Markup('<text class="outside" x="{}%" y="{}" text-anchor="middle">◂</text>').format(
            first, y + 4
        )
    if last > first:
        return Markup('<line class="event" x1="{}%" x2="{}%" y1="{y}" y2="{y}"/>').format(
            first, last, y=y
        )
    return Markup('<circle class="event" cx="{}%" cy="{}" r="4"/>').format(first, y)
