"""What an archive of a given size costs: time, memory and disk, and what a second look costs."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rag.archive import Archive
from rag.config import Settings
from rag.encoding import open_encoder
from rag.evaluation.bench import peak_megabytes
from rag.evaluation.generated import Generator, write_articles
from rag.evaluation.measures import spread
from rag.evaluation.stand_in import StandIn

Timed = dict[str, Any]
_T = TypeVar("_T")
_QUERIES = 100
_K = 10
_FILES = ("archive.db", "vectors.db", "lexical", "dense.faiss", "inputs.db")


@dataclass(frozen=True, slots=True)
class Place:
    """Where generated articles are kept while something is measured, and how they are taken in."""

    folder: Path
    settings: Settings

    def articles(self, count: int, first: int = 0) -> Path:
        """A file of so many generated articles, written unless it is there."""
        path = self.folder / f"{first}-{count}.jsonl"
        return path if path.exists() else write_articles(path, Generator().rows(count, first))

    def archive(self, count: int) -> Path:
        """The folder of the archive of so many articles."""
        return self.folder / f"archive-{count}"

    def opened(self, count: int) -> tuple[Archive, StandIn]:
        """That archive, with a stand-in for its encoder."""
        encoder = StandIn(open_encoder(self.settings.encoder))
        return Archive.open(self.archive(count), settings=self.settings, encoder=encoder), encoder


def alone(function: Callable[[], _T]) -> _T:
    """The result of a function called in a process of its own, whose memory nothing else fills."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function).result()


def measure_size(place: Place, count: int) -> Timed:
    """What it costs to build an archive of so many articles, to search it, and to check it."""
    place.articles(count)
    built = alone(partial(build, place, count))
    searched = alone(partial(search, place, count))
    return built | searched | alone(partial(check, place, count))


def build(place: Place, count: int) -> Timed:
    """Takes the articles in by their words, then with vectors that stand in for real ones."""
    source = place.articles(count)
    archive, _ = place.opened(count)
    with archive:
        words = seconds(lambda: archive.ingest(source, vectors=False))
        memory = peak_megabytes()
        vectors = seconds(archive.embed)
        articles, passages, embedded = archive.counts()
    sizes = {name: disk_bytes(place.archive(count) / name) for name in _FILES}
    return {
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        "text_mb": _megabytes(source.stat().st_size),
        "words_seconds": round(words, 2),
        "vectors_seconds": round(vectors, 2),
        "words_peak_mb": memory,
        "vectors_peak_mb": peak_megabytes(),
        "disk_mb": _megabytes(sum(sizes.values())),
        "disk": {name: _megabytes(size) for name, size in sizes.items()},
    }


def search(place: Place, count: int) -> Timed:
    """How long a search takes, its encoder left out, and what memory a reader needs."""
    archive, _ = place.opened(count)
    with archive:
        opening = seconds(lambda: archive.search("first words of an archive", _K))
        timed = [seconds(partial(archive.search, text, _K)) for text in titles()]
    return {
        "open_seconds": round(opening, 2),
        "search": spread(timed),
        "reader_peak_mb": peak_megabytes(),
    }


def check(place: Place, count: int) -> Timed:
    """Takes in once more what has not changed: how fast, and whether anything was done for it."""
    archive, encoder = place.opened(count)
    with archive:
        before = stamps(place.archive(count))
        spent = seconds(lambda: archive.ingest(place.articles(count)))
        counts = dict(archive.ingest(place.articles(count)).counts)
        kept = stamps(place.archive(count)) == before
    return {
        "unchanged_per_second": round(count / spent, 1),
        "unchanged": counts == {"unchanged": count} and kept and not encoder.encoded,
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of all that must stay as it is where nothing has changed."""
    paths = [folder / "vectors.db", folder / "dense.faiss", *sorted(folder.glob("lexical/*"))]
    told = {path.name: path.stat() for path in paths if path.is_file() and path.suffix != ".lock"}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in told.items()}


def titles() -> list[str]:
    """What is searched for: titles of generated articles."""
    return [str(row["title"]) for row in islice(Generator(seed=1).rows(_QUERIES), _QUERIES)]


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def disk_bytes(path: Path) -> int:
    """The bytes of a file with those that stand beside it for its database, or of a folder."""
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _megabytes(size: int) -> float:
    return round(size / 1e6, 1)
