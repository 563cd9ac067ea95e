"""What an archive of so many passages costs, how that grows, and its recall.

It is built, opened, searched and changed; a table and a chart show what each takes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil, floor, log, log10
from pathlib import Path

import numpy as np

from embeddings import VectorCache, Vectors
from rag.archive import Archive, Progress
from rag.errors import ConfigError
from rag.evaluation.bench import Timed, seconds
from rag.evaluation.bench_archive import Place, build, clocked
from rag.evaluation.measures import percentiles
from rag.evaluation.report import template
from rag.evaluation.tables import Table, as_markdown
from rag.indexes.dense import VECTORS
from rag.records import Filters
from rag.store.files import write_atomically
from rag.store.tombstones import Selection

SIZES = (10_000, 100_000, 1_000_000)
CHANGED = 100
"""Articles that are added, and then removed."""
_QUERIES, _EXACT_QUERIES, _K = 60, 40, 10
_TRIAL = 40
_WORDS = 8
_AT_ONCE = 5_000
_KILOBYTE = 1024
_NO_FILTERS = Filters()
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


def measure_scale(place: Place, sizes: Sequence[int], progress: Progress) -> list[Timed]:
    """What archives of about so many passages cost, the smallest first.

    Each is built, read and changed in processes of their own, whose memory nothing else fills,
    and removed before the next.
    """
    measured = []
    each = _passages_an_article(place)
    for done, size in enumerate(sorted(sizes)):
        progress("measuring", done, len(sizes))
        articles = max(CHANGED, round(size / each))
        found: Timed = {}
        for step in (build, read, change):
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                found |= pool.submit(step, place, articles).result()
        measured.append(found)
        for path in sorted(place.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    progress("measuring", len(sizes), len(sizes))
    return measured


def read(place: Place, _articles: int) -> Timed:
    """Opens the archive in a new process, and searches it in every way."""
    before = _resident()
    asked = [" ".join(text.split()[:_WORDS]) for text in place.material.sentences]
    asked = asked[:: max(1, len(asked) // _QUERIES)][:_QUERIES]
    with place.opened(place.mixing()) as archive:
        cold = seconds(lambda: archive.search("words of a first search", _K))
        found: Timed = {"cold_seconds": round(cold, 2)}
        for name, search in _searches(archive).items():
            worked = time.process_time()
            found |= _named(name, percentiles([seconds(partial(search, text)) for text in asked]))
            cpu = 1000 * (time.process_time() - worked) / len(asked)
            found[f"{name}_cpu_ms"] = round(cpu, 2)
        found["memory_mb"] = round((_resident() - before) / 1e6, 1)
        found["recall_at_10"] = round(recall(archive, asked[:_EXACT_QUERIES]), 3)
    return found


def _searches(archive: Archive) -> dict[str, Callable[[str], object]]:
    """The ways to search, on one state of the archive; vectors of questions cost nothing here."""
    now = archive.snapshot()
    end = datetime(2020, 6, 1, tzinfo=UTC)
    month = Filters(published_from=end - timedelta(days=30), published_before=end)
    return {
        "words": lambda text: now.lexical.search(text, _K, _NO_FILTERS),
        "meaning": lambda text: now.vectors.search(now.dense.encode(text), _K, _NO_FILTERS),
        "both": lambda text: archive.search(text, _K, understood=()),
        "filtered": lambda text: archive.search(text, _K, filters=month, understood=()),
    }


def recall(archive: Archive, texts: Sequence[str]) -> float:
    """The share of the ten nearest passages, by exact comparison, that the index finds."""
    now = archive.snapshot()
    queries = np.stack([now.dense.encode(text) for text in texts])
    nearest = _exact(archive, queries)
    shares = [
        len({id_ for id_, _ in now.vectors.search(query, _K, _NO_FILTERS)} & true) / len(true)
        for query, true in zip(queries, nearest, strict=True)
    ]
    return float(np.mean(shares))


def _exact(archive: Archive, queries: Vectors) -> list[set[int]]:
    """The ids of the ten nearest passages of each query, each passage compared."""
    digests = archive.snapshot().store.current_digests()
    ids: list[int] = []
    cosines: list[Vectors] = []
    with VectorCache(archive.folder / VECTORS, read_only=True) as cache:
        for first in range(0, len(digests), _AT_ONCE):
            some = digests[first : first + _AT_ONCE]
            known = cache.get(archive.encoder.fingerprint, [digest for _, digest in some])
            ids += [id_ for id_, digest in some if digest in known]
            rows = np.stack([known[digest] for _, digest in some if digest in known])
            cosines.append(queries @ rows.T)
    nearest = np.argsort(-np.hstack(cosines), axis=1, kind="stable")[:, :_K]
    return [{ids[place] for place in places} for places in nearest.tolist()]


def change(place: Place, articles: int) -> Timed:
    """Adds a hundred articles to the archive and to an empty one; then removes them."""
    found: Timed = {"added": CHANGED}
    # The first one pays for what is loaded once.
    for turn, name in enumerate(("warm", "alone", "archive")):
        source = place.articles(CHANGED, articles + turn * CHANGED)
        end = "" if name == "archive" else f"_{name}"
        with place.opened(place.mixing(), name) as archive:
            before = set(archive.article_ids()) if archive.exists() else set()
            found |= clocked(f"adding{end}", partial(archive.ingest, source))
            added = [id_ for id_ in archive.article_ids() if id_ not in before]
            preview = archive.removals.find(Selection(ids=tuple(added)))
            found |= clocked(f"removing{end}", partial(archive.removals.delete, preview))
    return {name: value for name, value in found.items() if "_warm_" not in name}


def machine() -> str:
    """The machine in a line: system, processors, Python."""
    model = platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    day = time.strftime("%Y-%m-%d")
    return f"{day}, {platform.system()}, {model}, {cores} cores, Python {platform.python_version()}"


def _passages_an_article(place: Place) -> float:
    """How many passages an article becomes, by the first few."""
    with place.opened(place.mixing(), "trial") as archive:
        archive.ingest(place.articles(_TRIAL), vectors=False)
        articles, passages, _ = archive.counts()
    return passages / articles


def _resident() -> int:
    """The bytes of this process that are in memory now; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * _KILOBYTE for line in lines if line.startswith("VmRSS"))


def _named(name: str, timed: Timed) -> Timed:
    return {f"{name}_{key}": value for key, value in timed.items()}


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
