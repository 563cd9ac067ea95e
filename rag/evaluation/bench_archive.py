"""What updates of an archive cost, and what a reader feels meanwhile.

An update is measured by the cost of a hundred articles, by a second look at what is unchanged, and
by how long a reader waits meanwhile. Vectors are by chance unless embedding itself is measured.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from multiprocessing.synchronize import Event
from pathlib import Path

from embeddings import Encoder
from rag.archive import Archive, Progress
from rag.config import Settings
from rag.corpus.jsonl import raw_lines
from rag.errors import ConfigError
from rag.evaluation.bench import (
    Timed,
    embedded_texts,
    one_by_one,
    peak_megabytes,
    queries,
    seconds,
)
from rag.evaluation.bench_data import ArticleRow, Material, Mixing, write_articles
from rag.evaluation.measures import percentiles
from rag.evaluation.tables import Table
from rag.indexes.encoding import open_encoder
from rag.indexes.engines import open_engines
from rag.indexes.protocols import IndexFiles
from rag.maintenance.priority import give_way

ADDED = 100
MOST_ADDING, LEAST_CHECKED, MOST_WAITING = 1.3, 5000, 2.0
"""What must be reached: times embedding alone, files a second, times an idle reader's p95."""

IDLE_SECONDS = 15.0
_K = 10
_ROUNDS = 2
_ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Place:
    """Where archives are built to be measured, of what, and with which settings.

    Articles are made of `material`, or are those of the file `given`, of JSON lines.
    """

    folder: Path
    settings: Settings
    material: Material
    given: Path | None = None

    def articles(self, count: int, first: int = 0) -> Path:
        """A file of `count` articles from number `first` on, written unless it is there.

        Raises ConfigError where not so many are given.
        """
        path = self.folder / f"{first}-{count}.jsonl"
        return path if path.exists() else write_articles(path, self._rows(count, first))

    def _rows(self, count: int, first: int) -> Iterable[ArticleRow]:
        if self.given is None:
            return self.material.rows(count, first)
        try:
            lines = list(islice(raw_lines(self.given), first, first + count))
        except OSError as error:
            msg = f"{self.given} cannot be read: {error.strerror}"
            raise ConfigError(msg) from error
        if len(lines) < count:
            found = first + len(lines) if lines else "fewer"
            msg = f"{self.given} holds {found} articles; {first + count:,} are needed: lower --n"
            raise ConfigError(msg)
        return map(json.loads, lines)

    def files(self, count: int) -> Path:
        """A folder of these articles, a file each."""
        folder = self.folder / f"{count}-files"
        folder.mkdir()
        for number, line in enumerate(raw_lines(self.articles(count))):
            (folder / f"{number}.jsonl").write_bytes(line)
        return folder

    def mixing(self) -> Mixing:
        """What takes the encoder's place where embedding is not measured."""
        return Mixing(open_encoder(self.settings), self.material.vectors)

    def opened(self, encoder: Encoder, name: str = _ARCHIVE) -> Archive:
        """The archive of that name, with an encoder."""
        return Archive.open(self.folder / name, settings=self.settings, encoder=encoder)


def build(place: Place, count: int) -> Timed:
    """Takes the articles in by words, then with vectors; says how long, and how much disk."""
    source = place.articles(count)
    with place.opened(place.mixing()) as archive:
        words = clocked("words", lambda: archive.ingest(source, vectors=False))
        words["words_peak_mb"] = peak_megabytes()
        vectors = clocked("vectors", archive.embed)
        vectors["vectors_peak_mb"] = peak_megabytes()
        articles, passages, embedded = archive.counts()
    files = (place.folder / _ARCHIVE).rglob("*")
    disk = sum(file.stat().st_size for file in files if file.is_file())
    return {
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        **words,
        **vectors,
        "disk_mb": round(disk / 1e6, 1),
    }


def check(place: Place, count: int) -> Timed:
    """Takes in once more what has not changed, in one file and in a file each.

    Says how fast, the archive open, and whether anything was done for it.
    """
    encoder = place.mixing()
    found: Timed = {}
    with place.opened(encoder) as archive:
        sources = {"unchanged": place.articles(count), "unchanged_files": place.files(count)}
        for name, source in sources.items():
            archive.ingest(source)
            indexes = open_engines(place.settings).files
            before = _stamps(archive.folder, indexes)
            started, cpu = time.perf_counter(), time.process_time()
            counts = archive.ingest(source).counts
            spent, worked = time.perf_counter() - started, time.process_time() - cpu
            same = counts == {"unchanged": count} and _stamps(archive.folder, indexes) == before
            found |= {
                f"{name}_per_second": round(count / spent, 1),
                f"{name}_per_cpu_second": round(count / worked, 1),
                f"{name}_cost_nothing": same,
            }
    return found | {"unchanged_encoded": encoder.encoded}


def measure_updates(
    place: Place, count: int, progress: Progress, idle_seconds: float = IDLE_SECONDS
) -> dict[str, Timed]:
    """All of it over an archive of so many articles, whose vectors stand in for real ones."""
    after = count + _ROUNDS * ADDED
    steps = {
        "built": partial(build, place, count),
        "unchanged": partial(check, place, count),
        "adding": partial(measure_adding, place, count),
        "reading": partial(measure_reading, place, count, after, idle_seconds),
    }
    return one_by_one(steps, progress)


def measure_adding(place: Place, count: int) -> Timed:
    """Adds articles, vectors included, to an archive of `count`; beside encoding them alone.

    In turns, each with articles of its own, so that a change in the machine's load meets both.
    """
    encoder = open_encoder(place.settings)
    encoder.encode_document(["warm"])
    spent = {"adding": 0.0, "encoding": 0.0}
    passages = 0
    for turn in range(_ROUNDS):
        first = count + turn * ADDED
        folder = place.folder / f"alone-{first}"
        with Archive.open(folder, settings=place.settings) as archive:
            archive.ingest(place.articles(ADDED, first), vectors=False)
            texts = embedded_texts(archive)
        shutil.rmtree(folder)
        passages += len(texts)
        timed: list[tuple[str, Callable[[], object]]] = [
            ("adding", partial(_add, place, encoder, first)),
            ("encoding", partial(encoder.encode_document, texts)),
        ]
        for name, run in timed if turn % 2 else reversed(timed):
            spent[name] += seconds(run)
    return {
        "articles": count,
        "added": ADDED * _ROUNDS,
        "passages": passages,
        "seconds": round(spent["adding"], 2),
        "encoding_seconds": round(spent["encoding"], 2),
        "ratio": round(spent["adding"] / spent["encoding"], 3),
    }


def measure_reading(place: Place, count: int, first: int, idle_seconds: float) -> Timed:
    """How long searches take while another process adds articles, and while none does.

    What is added are a hundred articles from number `first` on; the idle reader is timed
    before and after, for `idle_seconds` each.
    """
    context = multiprocessing.get_context("spawn")
    begin = context.Event()
    place.articles(ADDED, first)
    writer = context.Process(target=_write, args=(place, first, begin))
    writer.start()
    try:
        with Archive.open(place.folder / _ARCHIVE, settings=place.settings) as archive:
            asked = cycle(queries(archive, None))
            archive.search(next(asked), _K)
            idle = _searches(archive, asked, _for(idle_seconds))
            begin.set()
            busy = _searches(archive, asked, writer.is_alive)
            idle += _searches(archive, asked, _for(idle_seconds))
    finally:
        begin.set()
        writer.join()
    alone, meanwhile = percentiles(idle), percentiles(busy)
    return {
        "articles": count,
        "written": ADDED,
        "idle": {"queries": len(idle), **alone},
        "writing": {"queries": len(busy), **meanwhile},
        "ratio": round(meanwhile["p95_ms"] / alone["p95_ms"], 3),
    }


def updates_table(results: Mapping[str, Timed]) -> Table:
    """What was measured beside what must be reached."""
    adding, unchanged, reading = results["adding"], results["unchanged"], results["reading"]
    files = unchanged["unchanged_files_per_second"]
    idle, writing = reading["idle"]["p95_ms"], reading["writing"]["p95_ms"]
    nothing = unchanged["unchanged_files_cost_nothing"] and not unchanged["unchanged_encoded"]
    rows = [
        (
            f"adding {ADDED} articles to {adding['articles']:,}, against embedding them alone",
            *(f"{adding['ratio']:.2f} times", "< 1.3", adding["ratio"] < MOST_ADDING),
        ),
        (
            "an unchanged folder, a file each",
            *(f"{files:,.0f} a second", ">= 5,000", files >= LEAST_CHECKED),
        ),
        ("embedded or indexed for it", "nothing" if nothing else "something", "nothing", nothing),
        (
            f"p95 of a search while another process writes ({idle:.0f} to {writing:.0f} ms)",
            *(f"{reading['ratio']:.2f} times", "< 2", reading["ratio"] < MOST_WAITING),
        ),
    ]
    shown = tuple((what, value, goal, "yes" if done else "no") for what, value, goal, done in rows)
    return Table(("what", "measured", "must be", "reached"), shown)


def clocked(name: str, run: Callable[[], object]) -> Timed:
    """The seconds of a call by the clock, and by what this process works, on all its cores."""
    before = time.process_time()
    spent = seconds(run)
    worked = time.process_time() - before
    return {f"{name}_seconds": round(spent, 2), f"{name}_cpu_seconds": round(worked, 2)}


def _stamps(folder: Path, indexes: IndexFiles) -> dict[str, tuple[int, int]]:
    """Size and time of change of all that must stay as it is where nothing has changed."""
    files = [folder / name for name in ("vectors.db", *indexes.files)]
    folders = [folder / name for name in indexes.folders]
    paths = [*files, *sorted(path for each in folders for path in each.glob("*"))]
    found = {path.name: path.stat() for path in paths if path.is_file() and path.suffix != ".lock"}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in found.items()}


def _add(place: Place, encoder: Encoder, first: int) -> None:
    with place.opened(encoder) as archive:
        archive.ingest(place.articles(ADDED, first))


def _write(place: Place, first: int, begin: Event) -> None:
    """Another process, as `dateline ingest` is: ready to write, it waits until it is to begin."""
    give_way()
    encoder = open_encoder(place.settings)
    encoder.encode_document(["warm"])
    begin.wait()
    _add(place, encoder, first)


def _for(duration: float) -> Callable[[], bool]:
    end = time.perf_counter() + duration
    return lambda: time.perf_counter() < end


def _searches(archive: Archive, asked: Iterator[str], going_on: Callable[[], bool]) -> list[float]:
    """Seconds of one search after another; at least one."""
    timed: list[float] = []
    while not timed or going_on():
        timed.append(seconds(partial(archive.search, next(asked), _K)))
    return timed
