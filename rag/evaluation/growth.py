"""How what an archive costs grows with its size: a table, and a chart with logarithmic axes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path

from rag.errors import ConfigError
from rag.evaluation.bench import Timed
from rag.evaluation.report import template
from rag.evaluation.tables import Table, as_markdown
from rag.store.files import write_atomically

_LABELS = {
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
_UNIT = re.compile(r"peak MB, |, CPU s|, MB|, CPU ms")
"""What a panel's title says already."""


def growth_table(measured: Sequence[Timed]) -> Table:
    """A column for each size, a line for each figure."""
    rows = [(name, *(f"{_value(one, key):,}" for one in measured)) for key, name in _LABELS.items()]
    return Table(rows[0], tuple(rows[1:]))


def growth_chart(measured: Sequence[Timed]) -> str:
    """An SVG with a panel each for time, memory, disk and searches, over the number of articles."""
    panels = {
        title: {_UNIT.sub("", _LABELS[key]): [_value(one, key) for one in measured] for key in keys}
        for title, keys in _PANELS
    }
    return chart(
        "What an archive costs, by its articles", [m["articles"] for m in measured], panels
    )


def chart(
    title: str, across: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[float]]]
) -> str:
    """An SVG with logarithmic axes: a panel for each title, in it a line for each name."""
    xs = _powers(across)
    drawn = []
    for head, values in panels.items():
        up = _powers([value for line in values.values() for value in line])
        lines = [
            (name, [(_at(x, xs), _at(y, up)) for x, y in zip(across, line, strict=True)])
            for name, line in values.items()
        ]
        drawn.append({"title": head, "across": _grid(xs), "up": _grid(up), "lines": lines})
    return str(template("growth.svg.jinja").render(title=title, panels=drawn))


def write_growth(page: Path, measured: Sequence[Timed]) -> Path:
    """Puts the table between the marks of a Markdown page, and the chart beside the page.

    Returns the chart's path. Raises ConfigError where the page has no such marks.
    """
    text = between_marks(page, "sizes", as_markdown(growth_table(measured)))
    file = page.with_suffix(".svg")
    write_atomically(file, growth_chart(measured).encode())
    write_atomically(page, text.encode())
    return file


def between_marks(page: Path, name: str, content: str) -> str:
    """The text of a Markdown page with other content between the marks of that name.

    Raises ConfigError where it cannot be read or has no such marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{page} cannot be read: {error.strerror}; name a Markdown page with --into"
        raise ConfigError(msg) from error
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        msg = f"{page} has no lines {begin.strip()} and {end}; put them in"
        raise ConfigError(msg)
    return f"{before}{begin}{content}{end}{after}"


def _value(one: Timed, key: str) -> float:
    found: float = one["search"][key] if key in ("p50_ms", "p95_ms") else one[key]
    return found


def _powers(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values.

    >>> _powers([30, 2000]), _powers([100])
    ((1, 4), (2, 3))
    """
    found = [log10(max(value, 0.01)) for value in values]
    low = floor(min(found))
    return low, max(low + 1, ceil(max(found)))


def _at(value: float, powers: tuple[int, int]) -> float:
    """Where a value stands on an axis, from 0 to 1.

    >>> _at(100, (1, 3))
    0.5
    """
    return (log10(max(value, 0.01)) - powers[0]) / (powers[1] - powers[0])


def _grid(powers: tuple[int, int]) -> list[tuple[str, float]]:
    lines = [10.0**power for power in range(powers[0], powers[1] + 1)]
    return [(f"{line:,.10g}", round(_at(line, powers), 3)) for line in lines]
