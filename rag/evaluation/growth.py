"""How what an archive costs grows with its size: a table, and a chart with logarithmic axes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log10
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rag.errors import ConfigError
from rag.evaluation.tables import Table, as_markdown
from rag.files import write_atomically

Measured = dict[str, Any]
_TOLD = {
    "articles": "articles",
    "passages": "passages",
    "words_cpu_seconds": "words, CPU s",
    "words_seconds": "words, s",
    "vectors_cpu_seconds": "vector index, CPU s",
    "vectors_seconds": "vector index, s",
    "words_peak_mb": "peak MB, words",
    "vectors_peak_mb": "peak MB, vectors",
    "disk_mb": "disk, MB",
    "open_seconds": "open, s",
    "search_cpu_ms": "search, CPU ms",
    "p50_ms": "search p50, ms",
    "p95_ms": "search p95, ms",
    "reader_peak_mb": "peak MB, reader",
    "unchanged_files_per_cpu_second": "unchanged files a CPU s",
    "unchanged_files_per_second": "unchanged files a s",
}
_PANELS = (
    ("CPU time to take in, s", ("words_cpu_seconds", "vectors_cpu_seconds")),
    ("memory at most, MB", ("words_peak_mb", "vectors_peak_mb", "reader_peak_mb")),
    ("disk, MB", ("disk_mb",)),
    ("CPU time of a search, ms", ("search_cpu_ms",)),
)
_COLORS = ("#1f6feb", "#c2410c", "#0f766e")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _GAP = 260, 190, 58, 30, 30, 70
_UNIT = re.compile(r"peak MB, |, CPU s|, MB|, CPU ms")
"""What a panel's title says already."""
_MARKS = re.compile(r"(<!-- sizes -->\n).*?(<!-- end of sizes -->)", re.DOTALL)
_STYLE = Markup(
    "text{font:12px system-ui,sans-serif;fill:#444}"
    ".title{font-weight:600}.grid{stroke:#999;stroke-opacity:.35}"
)


def growth_table(measured: Sequence[Measured]) -> Table:
    """A column for each size, a line for each figure."""
    rows = [(name, *(f"{_value(one, key):,}" for one in measured)) for key, name in _TOLD.items()]
    return Table(rows[0], tuple(rows[1:]))


def growth_chart(measured: Sequence[Measured]) -> Markup:
    """A panel each for time, memory, disk and searches, over the number of articles."""
    width = 2 * (_LEFT + _WIDTH + _RIGHT)
    height = 2 * (_TOP + _HEIGHT + _GAP)
    panels = Markup().join(
        Markup('<g transform="translate({},{})">{}</g>').format(
            _LEFT + (number % 2) * (_WIDTH + _LEFT + _RIGHT),
            _TOP + (number // 2) * (_HEIGHT + _GAP + _TOP),
            _panel(title, keys, measured),
        )
        for number, (title, keys) in enumerate(_PANELS)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="img"><title>What an archive costs, by its articles</title><style>{style}</style>'
        '<rect width="100%" height="100%" fill="#fff"/>{panels}</svg>\n'
    ).format(w=width, h=height, style=_STYLE, panels=panels)


def write_growth(page: Path, measured: Sequence[Measured]) -> Path:
    """Puts the table between the marks of a Markdown page, and the chart beside the page.

    Returns the chart's path. Raises ConfigError where the page has no such marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{page} cannot be read: {error.strerror}; name a Markdown page with --into"
        raise ConfigError(msg) from error
    table = as_markdown(growth_table(measured))
    text, found = _MARKS.subn(lambda marks: f"{marks[1]}{table}{marks[2]}", text, count=1)
    if not found:
        msg = f"{page} has no lines <!-- sizes --> and <!-- end of sizes -->; put them in"
        raise ConfigError(msg)
    chart = page.with_suffix(".svg")
    write_atomically(chart, growth_chart(measured).encode())
    write_atomically(page, text.encode())
    return chart


def _value(one: Measured, key: str) -> float:
    found: float = one["search"][key] if key in ("p50_ms", "p95_ms") else one[key]
    return found


def _panel(title: str, keys: Sequence[str], measured: Sequence[Measured]) -> Markup:
    across = _span([one["articles"] for one in measured])
    up = _span([_value(one, key) for one in measured for key in keys])
    lines = Markup().join(
        _line(number, key, [(one["articles"], _value(one, key)) for one in measured], across, up)
        for number, key in enumerate(keys)
    )
    return Markup('<text class="title" y="-12">{}</text>{}{}{}').format(
        title,
        Markup().join(
            _grid(power, across, upright=True) for power in range(across[0], across[1] + 1)
        ),
        Markup().join(_grid(power, up, upright=False) for power in range(up[0], up[1] + 1)),
        lines,
    )


def _span(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values.

    >>> _span([30, 2000]), _span([100])
    ((1, 4), (2, 3))
    """
    found = [log10(max(value, 0.01)) for value in values]
    low = int(min(found) // 1)
    return low, max(low + 1, -int(-max(found) // 1))


def _at(value: float, span: tuple[int, int], length: int) -> float:
    """Where a value stands on an axis of that length.

    >>> _at(100, (1, 3), 200)
    100.0
    """
    return round((log10(max(value, 0.01)) - span[0]) / (span[1] - span[0]) * length, 1)


def _grid(power: int, span: tuple[int, int], *, upright: bool) -> Markup:
    told = f"{10.0**power:,.10g}"
    if upright:
        x = _at(10.0**power, span, _WIDTH)
        return Markup(
            '<path class="grid" d="M{x} 0V{h}"/>'
            '<text x="{x}" y="{y}" text-anchor="middle">{}</text>'
        ).format(told, x=x, h=_HEIGHT, y=_HEIGHT + 16)
    y = round(_HEIGHT - _at(10.0**power, span, _HEIGHT), 1)
    return Markup(
        '<path class="grid" d="M0 {y}H{w}"/><text x="-6" y="{t}" text-anchor="end">{}</text>'
    ).format(told, y=y, w=_WIDTH, t=y + 4)


def _line(
    number: int,
    key: str,
    points: Sequence[tuple[float, float]],
    across: tuple[int, int],
    up: tuple[int, int],
) -> Markup:
    places = [(_at(x, across, _WIDTH), round(_HEIGHT - _at(y, up, _HEIGHT), 1)) for x, y in points]
    dots = Markup().join(
        Markup('<circle cx="{}" cy="{}" r="3" fill="{}"/>').format(x, y, _COLORS[number])
        for x, y in places
    )
    return Markup(
        '<polyline points="{}" fill="none" stroke="{color}" stroke-width="2"/>{}'
        '<text x="{}" y="{}" style="fill:{color}">{}</text>'
    ).format(
        " ".join(f"{x},{y}" for x, y in places),
        dots,
        number * 100,
        _HEIGHT + 34,
        _UNIT.sub("", _TOLD[key]),
        color=_COLORS[number],
    )
