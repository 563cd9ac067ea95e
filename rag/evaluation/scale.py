"""What an archive of so many passages costs: to build, search, change and open; and its recall."""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from embeddings import VectorCache, Vectors
from rag.archive import Archive, Progress
from rag.evaluation.bench import Timed, seconds
from rag.evaluation.bench_archive import Place, build, clocked
from rag.evaluation.measures import percentiles
from rag.indexes.dense import VECTORS
from rag.records import Filters
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
