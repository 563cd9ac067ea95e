"""What a running archive feels of an update: the cost of a hundred articles, a reader's wait."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from multiprocessing.synchronize import Event

from embeddings import Encoder
from rag.archive import Archive
from rag.chunking import embedding_text
from rag.encoding import open_encoder
from rag.evaluation.bench_sizes import Place, Timed, seconds, titles
from rag.evaluation.measures import spread

_K = 10
_LATER = 1_000_000
"""The number of the first article that comes after an archive was built."""

_WRITTEN = 400
_IDLE_SECONDS = 15.0


def measure_adding(place: Place, count: int, added: int, rounds: int = 2) -> Timed:
    """Adds articles, vectors included, to an archive of `count`; beside encoding them alone.

    In turns, each with articles of its own, so that a change in the machine's load meets both.
    """
    encoder = open_encoder(place.settings.encoder)
    encoder.encode_document(["warm"])
    spent = {"adding": 0.0, "encoding": 0.0}
    passages = 0
    for turn in range(rounds):
        first = _LATER + turn * added
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
        "added": added * rounds,
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
        store = archive.rankers().store
        found = [
            embedding_text(article, passage.start, passage.end, passage.heading)
            for article, passages in store.current(store.changed_since(0))
            for passage in passages
        ]
    shutil.rmtree(folder)
    return found


def _add(place: Place, encoder: Encoder, count: int, added: int, first: int) -> None:
    folder = place.archive(count)
    with Archive.open(folder, settings=place.settings, encoder=encoder) as archive:
        archive.ingest(place.articles(added, first))


def measure_reading(place: Place, count: int, written: int = _WRITTEN) -> Timed:
    """How long searches take while another process adds articles, and while none does."""
    context = multiprocessing.get_context("spawn")
    begin = context.Event()
    place.articles(written, 2 * _LATER)
    writer = context.Process(target=_write, args=(place, count, written, begin))
    writer.start()
    try:
        with Archive.open(place.archive(count), settings=place.settings) as archive:
            archive.search(titles()[0], _K)
            idle = _searches(archive, _for(_IDLE_SECONDS))
            begin.set()
            busy = _searches(archive, writer.is_alive)
            idle += _searches(archive, _for(_IDLE_SECONDS))
    finally:
        writer.join()
    return {
        "articles": count,
        "written": written,
        "idle": {"queries": len(idle), **spread(idle)},
        "writing": {"queries": len(busy), **spread(busy)},
        "ratio": round(spread(busy)["p95_ms"] / spread(idle)["p95_ms"], 3),
    }


def _for(duration: float) -> Callable[[], bool]:
    end = time.perf_counter() + duration
    return lambda: time.perf_counter() < end


def _searches(archive: Archive, going_on: Callable[[], bool]) -> list[float]:
    """Seconds of one search after another; at least one."""
    timed: list[float] = []
    for text in cycle(titles()):
        timed.append(seconds(partial(archive.search, text, _K)))
        if not going_on():
            return timed
    return timed


def _write(place: Place, count: int, written: int, begin: Event) -> None:
    """Another process: ready to write, it waits until it is to begin."""
    encoder = open_encoder(place.settings.encoder)
    encoder.encode_document(["warm"])
    begin.wait()
    _add(place, encoder, count, written, 2 * _LATER)
