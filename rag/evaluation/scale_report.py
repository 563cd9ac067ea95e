"""What archives of several sizes cost: how each figure grows, and a chart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil, floor, log, log10
from pathlib import Path

from rag.errors import ConfigError
from rag.evaluation.bench import Timed
from rag.evaluation.report import template
from rag.evaluation.tables import Table, as_markdown
from rag.store.files import write_atomically

LABELS = {
    "articles": "articles",
    "words_cpu_seconds": "build by words, CPU s",
    "words_seconds": "build by words, s",
    "vectors_cpu_seconds": "build by meaning, CPU s",
    "vectors_seconds": "build by meaning, s",
    "words_peak_mb": "memory at most, by words, MB",
    "vectors_peak_mb": "memory at most, by meaning, MB",
    "disk_mb": "disk, MB",
    "memory_mb": "memory beside the model, MB",
    "cold_seconds": "open and search for the first time, s",
    "words_cpu_ms": "search by words, CPU ms",
    "words_p50_ms": "search by words p50, ms",
    "words_p95_ms": "search by words p95, ms",
    "meaning_cpu_ms": "search by meaning, CPU ms",
    "meaning_p50_ms": "search by meaning p50, ms",
    "meaning_p95_ms": "search by meaning p95, ms",
    "both_cpu_ms": "search by both, CPU ms",
    "both_p50_ms": "search by both p50, ms",
    "both_p95_ms": "search by both p95, ms",
    "filtered_cpu_ms": "search in a month, CPU ms",
    "filtered_p50_ms": "search in a month p50, ms",
    "filtered_p95_ms": "search in a month p95, ms",
    "recall_at_10": "recall@10 against exact search",
    "adding_cpu_seconds": "add 100 articles, CPU s",
    "adding_seconds": "add 100 articles, s",
    "adding_alone_cpu_seconds": "add 100 to an empty archive, CPU s",
    "adding_alone_seconds": "add 100 to an empty archive, s",
    "removing_cpu_seconds": "remove 100 articles, CPU s",
    "removing_seconds": "remove 100 articles, s",
    "removing_alone_cpu_seconds": "remove 100 from an archive of 100, CPU s",
    "removing_alone_seconds": "remove 100 from an archive of 100, s",
}
"""The figures of a size in the order of the table, and how they are called there."""
_STEADY = ("articles", "recall_at_10")
_PANELS = {
    "to build, CPU s": {"words": "words_cpu_seconds", "meaning": "vectors_cpu_seconds"},
    "disk and memory, MB": {"disk": "disk_mb", "memory": "memory_mb"},
    "a search, CPU ms": {
        "words": "words_cpu_ms",
        "meaning": "meaning_cpu_ms",
        "both": "both_cpu_ms",
    },
    "100 articles, CPU s": {"adding": "adding_cpu_seconds", "removing": "removing_cpu_seconds"},
}


def scale_table(measured: Sequence[Timed]) -> Table:
    """A column for each size, a line for each figure; the last column says how it grows.

    1.0 there: in proportion to the passages; 0.0: not at all.
    """
    heads = ("passages", *(f"{one['passages']:,}" for one in measured), "grows by")
    rows = [
        (name, *(f"{one[key]:,}" for one in measured), _growth(measured, key))
        for key, name in LABELS.items()
    ]
    return Table(heads, tuple(rows))


def _growth(measured: Sequence[Timed], key: str) -> str:
    """The power of the passages by which a figure grows from the smallest to the largest.

    >>> _growth([{"passages": 10, "disk_mb": 2.0}, {"passages": 1000, "disk_mb": 20.0}], "disk_mb")
    'n^0.50'
    """
    first, last = measured[0], measured[-1]
    sizes = last["passages"] / first["passages"]
    if sizes <= 1 or key in _STEADY or min(first[key], last[key]) <= 0:
        return ""
    return f"n^{log(last[key] / first[key]) / log(sizes):.2f}"


def scale_chart(measured: Sequence[Timed]) -> str:
    """An SVG over the passages, with logarithmic axes: building, space, searching, changing."""
    xs = _powers([one["passages"] for one in measured])
    across = [_at(one["passages"], xs) for one in measured]
    panels = []
    for title, lines in _PANELS.items():
        up = _powers([one[key] for key in lines.values() for one in measured])
        drawn = [
            (name, list(zip(across, (_at(one[key], up) for one in measured), strict=True)))
            for name, key in lines.items()
        ]
        panels.append({"title": title, "across": _grid(xs), "up": _grid(up), "lines": drawn})
    return str(template("scale.svg.jinja").render(panels=panels))


def write_report(folder: Path, measured: Sequence[Timed], machine: str) -> None:
    """Writes `scale.json`, `scale.md` and `scale.svg` into a folder, made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    table = as_markdown(scale_table(measured))
    written = json.dumps({"machine": machine, "measured": list(measured)}, indent=2) + "\n"
    page = f"# What archives cost\n\n{table}\n![chart](scale.svg)\n\nMeasured: {machine}.\n"
    for name, text in (
        ("scale.json", written),
        ("scale.md", page),
        ("scale.svg", scale_chart(measured)),
    ):
        write_atomically(folder / name, text.encode())


def write_into(page: Path, measured: Sequence[Timed], machine: str) -> Path:
    """Puts the table between the marks `scale` of a Markdown page, and the chart beside the page.

    Returns the chart's path. Raises ConfigError where the page has no such marks.
    """
    content = f"{as_markdown(scale_table(measured))}\nMeasured: {machine}.\n"
    text = _between_marks(page, content)
    file = page.with_name(f"{page.stem}-scale.svg")
    write_atomically(file, scale_chart(measured).encode())
    write_atomically(page, text.encode())
    return file


def _between_marks(page: Path, content: str) -> str:
    """The text of a Markdown page with other content between its marks.

    Raises ConfigError where it cannot be read or has no such marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"{page} cannot be read: {error.strerror}; name a Markdown page with --into"
        raise ConfigError(msg) from error
    begin, end = "<!-- scale -->\n", "<!-- end of scale -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        msg = f"{page} has no lines {begin.strip()} and {end}; put them in"
        raise ConfigError(msg)
    return f"{before}{begin}{content}{end}{after}"


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
