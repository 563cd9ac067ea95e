"""What an archive of a given size costs: time, memory and disk, and what a second look costs."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rag.archive import Archive
from rag.config import Settings
from rag.corpus.jsonl import raw_lines
from rag.errors import ConfigError
from rag.evaluation.bench import peak_megabytes, seconds
from rag.evaluation.generated import Generator, Row, write_articles
from rag.evaluation.measures import spread
from rag.evaluation.stand_in import StandIn
from rag.indexes.encoding import open_encoder

Timed = dict[str, Any]
_T = TypeVar("_T")
_QUERIES = 100
_K = 10
_FILES = ("archive.db", "vectors.db", "lexical", "dense.faiss", "inputs.db")


@dataclass(frozen=True, slots=True)
class Place:
    """Where articles are kept while something is measured, and how they are taken in.

    They are generated, or those of the file `given`, of JSON lines.
    """

    folder: Path
    settings: Settings
    given: Path | None = None

    def articles(self, count: int, first: int = 0) -> Path:
        """A file of `count` articles from number `first` on, written unless it is there.

        Raises ConfigError where not so many are given.
        """
        path = self.folder / f"{first}-{count}.jsonl"
        return path if path.exists() else write_articles(path, self._rows(count, first))

    def _rows(self, count: int, first: int) -> Iterable[Row]:
        if self.given is None:
            return Generator().rows(count, first)
        try:
            lines = list(islice(raw_lines(self.given), first, first + count))
        except OSError as error:
            msg = f"{self.given} cannot be read: {error.strerror}"
            raise ConfigError(msg) from error
        if len(lines) < count:
            held = first + len(lines) if lines else "fewer"
            msg = f"{self.given} holds {held} articles; {first + count:,} are needed: lower --n"
            raise ConfigError(msg)
        return map(json.loads, lines)

    def folder_of(self, count: int) -> Path:
        """A folder of these articles, a file each, written unless it is there."""
        folder = self.folder / f"{count}-files"
        if not folder.exists():
            folder.mkdir()
            for number, line in enumerate(raw_lines(self.articles(count))):
                (folder / f"{number}.jsonl").write_bytes(line)
        return folder

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
    return built | alone(partial(read, place, count))


def build(place: Place, count: int) -> Timed:
    """Takes the articles in by their words, then with vectors that stand in for real ones."""
    source = place.articles(count)
    archive, _ = place.opened(count)
    with archive:
        words, words_cpu = seconds_and_cpu(lambda: archive.ingest(source, vectors=False))
        memory = peak_megabytes()
        vectors, vectors_cpu = seconds_and_cpu(archive.embed)
        articles, passages, embedded = archive.counts()
    sizes = {name: disk_bytes(place.archive(count) / name) for name in _FILES}
    return {
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        "text_mb": _megabytes(source.stat().st_size),
        "words_seconds": round(words, 2),
        "words_cpu_seconds": round(words_cpu, 2),
        "vectors_seconds": round(vectors, 2),
        "vectors_cpu_seconds": round(vectors_cpu, 2),
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
        before = time.process_time()
        timed = [seconds(partial(archive.search, text, _K)) for text in titles()]
        worked = time.process_time() - before
    return {
        "open_seconds": round(opening, 2),
        "search": spread(timed),
        "search_cpu_ms": round(1000 * worked / len(timed), 2),
        "reader_peak_mb": peak_megabytes(),
    }


def read(place: Place, count: int) -> Timed:
    """What a reader and a second look at the same articles cost, in that order."""
    return search(place, count) | check(place, count)


def check(place: Place, count: int) -> Timed:
    """Takes in once more what has not changed, in one file and in a file each.

    Says how fast, the archive open, and whether anything was done for it.
    """
    archive, encoder = place.opened(count)
    with archive:
        told = _again(archive, place.articles(count), "unchanged", count)
        told |= _again(archive, place.folder_of(count), "unchanged_files", count)
    return told | {"unchanged_encoded": encoder.encoded}


def _again(archive: Archive, source: Path, name: str, count: int) -> Timed:
    archive.ingest(source)
    before = stamps(archive.folder)
    counts: list[dict[Any, int]] = []
    spent, worked = seconds_and_cpu(lambda: counts.append(archive.ingest(source).counts))
    kept = stamps(archive.folder) == before
    return {
        f"{name}_per_second": round(count / spent, 1),
        f"{name}_per_cpu_second": round(count / worked, 1),
        f"{name}_cost_nothing": counts == [{"unchanged": count}] and kept,
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of all that must stay as it is where nothing has changed."""
    paths = [folder / "vectors.db", folder / "dense.faiss", *sorted(folder.glob("lexical/*"))]
    told = {path.name: path.stat() for path in paths if path.is_file() and path.suffix != ".lock"}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in told.items()}


def titles() -> list[str]:
    """What is searched for: titles of generated articles."""
    return [str(row["title"]) for row in islice(Generator(seed=1).rows(_QUERIES), _QUERIES)]


def seconds_and_cpu(run: Callable[[], object]) -> tuple[float, float]:
    """How long a call takes by the clock, and by what this process works, on all its cores."""
    before = time.process_time()
    return seconds(run), time.process_time() - before


def disk_bytes(path: Path) -> int:
    """The bytes of a file with those that stand beside it for its database, or of a folder."""
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _megabytes(size: int) -> float:
    return round(size / 1e6, 1)
