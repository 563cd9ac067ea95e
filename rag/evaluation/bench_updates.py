"""What a running archive feels of an update: the cost of a hundred articles, a reader's wait."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import cycle
from multiprocessing.synchronize import Event

from embeddings import Encoder
from rag.archive import Archive, Progress
from rag.evaluation.bench import embedded_texts, queries, seconds
from rag.evaluation.bench_sizes import Place, Timed, build, check
from rag.evaluation.measures import spread
from rag.evaluation.tables import Table
from rag.indexes.encoding import open_encoder
from rag.priority import give_way

ADDED = 100
MOST_ADDING, LEAST_CHECKED, MOST_WAITING = 1.3, 5000, 2.0
"""What must be reached: times embedding alone, files a second, times an idle reader's p95."""

_K = 10
_ROUNDS = 2
_WRITTEN = 100
IDLE_SECONDS = 15.0


def measure_adding(place: Place, count: int, added: int) -> Timed:
    """Adds articles, vectors included, to an archive of `count`; beside encoding them alone.

    In turns, each with articles of its own, so that a change in the machine's load meets both.
    """
    encoder = open_encoder(place.settings.encoder)
    encoder.encode_document(["warm"])
    spent = {"adding": 0.0, "encoding": 0.0}
    passages = 0
    for turn in range(_ROUNDS):
        first = count + turn * added
        texts = _passages(place, added, first)
        passages += len(texts)
        timed: list[tuple[str, Callable[[], object]]] = [
            ("adding", partial(_add, place, encoder, count, added, first)),
            ("encoding", partial(encoder.encode_document, texts)),
        ]
        for name, run in timed if turn % 2 else reversed(timed):
            spent[name] += seconds(run)
    return {
        "articles": count,
        "added": added * _ROUNDS,
        "passages": passages,
        "seconds": round(spent["adding"], 2),
        "encoding_seconds": round(spent["encoding"], 2),
        "ratio": round(spent["adding"] / spent["encoding"], 3),
    }


def _passages(place: Place, added: int, first: int) -> list[str]:
    """The texts that are encoded of the articles, as another archive has them."""
    folder = place.folder / f"alone-{first}"
    with Archive.open(folder, settings=place.settings) as archive:
        archive.ingest(place.articles(added, first), vectors=False)
        ids = archive.article_ids()
        found = embedded_texts(archive, ids)
    shutil.rmtree(folder)
    return found


def _add(place: Place, encoder: Encoder, count: int, added: int, first: int) -> None:
    folder = place.archive(count)
    with Archive.open(folder, settings=place.settings, encoder=encoder) as archive:
        archive.ingest(place.articles(added, first))


def measure_reading(place: Place, count: int, first: int, idle_seconds: float) -> Timed:
    """How long searches take while another process adds articles, and while none does.

    What is added are a hundred articles from number `first` on; the idle reader is timed
    before and after, for `idle_seconds` each.
    """
    context = multiprocessing.get_context("spawn")
    begin = context.Event()
    place.articles(_WRITTEN, first)
    writer = context.Process(target=_write, args=(place, count, first, begin))
    writer.start()
    try:
        with Archive.open(place.archive(count), settings=place.settings) as archive:
            asked = cycle(queries(archive, None))
            archive.search(next(asked), _K)
            idle = _searches(archive, asked, _for(idle_seconds))
            begin.set()
            busy = _searches(archive, asked, writer.is_alive)
            idle += _searches(archive, asked, _for(idle_seconds))
    finally:
        begin.set()
        writer.join()
    return {
        "articles": count,
        "written": _WRITTEN,
        "idle": {"queries": len(idle), **spread(idle)},
        "writing": {"queries": len(busy), **spread(busy)},
        "ratio": round(spread(busy)["p95_ms"] / spread(idle)["p95_ms"], 3),
    }


def _for(duration: float) -> Callable[[], bool]:
    end = time.perf_counter() + duration
    return lambda: time.perf_counter() < end


def _searches(archive: Archive, asked: Iterator[str], going_on: Callable[[], bool]) -> list[float]:
    """Seconds of one search after another; at least one."""
    timed: list[float] = []
    while not timed or going_on():
        timed.append(seconds(partial(archive.search, next(asked), _K)))
    return timed


def _write(place: Place, count: int, first: int, begin: Event) -> None:
    """Another process, as `dateline ingest` is: ready to write, it waits until it is to begin."""
    give_way()
    encoder = open_encoder(place.settings.encoder)
    encoder.encode_document(["warm"])
    begin.wait()
    _add(place, encoder, count, _WRITTEN, first)


def measure_updates(
    place: Place, count: int, progress: Progress, idle_seconds: float = IDLE_SECONDS
) -> dict[str, Timed]:
    """All of it over an archive of so many articles, whose vectors stand in for real ones."""
    steps: list[tuple[str, Callable[[], Timed]]] = [
        ("built", lambda: build(place, count)),
        ("unchanged", lambda: check(place, count)),
        ("adding", lambda: measure_adding(place, count, ADDED)),
        ("reading", lambda: measure_reading(place, count, count + _ROUNDS * ADDED, idle_seconds)),
    ]
    results = {}
    for done, (name, step) in enumerate(steps):
        progress("measuring", done, len(steps))
        results[name] = step()
    progress("measuring", len(steps), len(steps))
    return results


def updates_table(results: Mapping[str, Timed]) -> Table:
    """What was measured beside what must be reached."""
    adding, unchanged, reading = results["adding"], results["unchanged"], results["reading"]
    files = unchanged["unchanged_files_per_second"]
    idle, writing = reading["idle"]["p95_ms"], reading["writing"]["p95_ms"]
    nothing = unchanged["unchanged_files_cost_nothing"] and not unchanged["unchanged_encoded"]
    rows = [
        (
            f"adding {ADDED} articles to {adding['articles']:,}, against embedding them alone",
            f"{adding['ratio']:.2f} times",
            "< 1.3",
            adding["ratio"] < MOST_ADDING,
        ),
        (
            "an unchanged folder, a file each",
            f"{files:,.0f} a second",
            ">= 5,000",
            files >= LEAST_CHECKED,
        ),
        ("embedded or indexed for it", "nothing" if nothing else "something", "nothing", nothing),
        (
            f"p95 of a search while another process writes ({idle:.0f} to {writing:.0f} ms)",
            f"{reading['ratio']:.2f} times",
            "< 2",
            reading["ratio"] < MOST_WAITING,
        ),
    ]
    told = [(what, value, goal, "yes" if held else "no") for what, value, goal, held in rows]
    return Table(("what", "measured", "must be", "held"), tuple(told))
