"""Adds articles that readers bring: files and addresses, with the outcome of each.

Knows nothing about Gradio. A file is copied into a folder of the archive's own while it is
read, named by its content, so that no upload takes the place of another one's articles.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import TypeVar, get_args

from rag.archive import Archive, Progress
from rag.corpus.oddities import OddKind
from rag.corpus.outlets import GivenFacts
from rag.corpus.readers import known_suffixes, reader_of
from rag.errors import LockedError, QueryError, RagError
from rag.ingest import IngestReport
from rag.observing import Streamed
from rag.sources.pages import is_address
from rag.store import OutcomeKind
from rag.web.server.guard import LARGEST_FILE

MOST_FILES = 20
MOST_PAGES = 100
LARGEST_UNPACKED = 200 << 20
"""The most bytes that a packed file may unpack to."""

EMBEDDED_AT_ONCE = 5_000
"""The most passages that are embedded here; more are left to `dateline embed`."""

FOLDER = "uploads"
PATIENCE_SECONDS = 60.0
_REFRESH_SECONDS = 0.25
_LONGEST_NAME = 80
_MISSING: Mapping[str, OddKind] = MappingProxyType({"outlet": "no outlet", "date": "no date"})
_NOT_IN_A_NAME = re.compile(r"[^\w.()+-]+")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class UploadOutcome:
    """The result for one file or address; `problem` if not everything was added."""

    name: str
    result: str = "waiting"
    problem: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adding:
    """The progress: the current step in plain words, and all outcomes so far."""

    doing: str
    outcomes: tuple[UploadOutcome, ...]


def add_files(
    archive: Archive, files: Sequence[Path], outlet: str = "", date: str = ""
) -> Iterator[Adding]:
    """Reads uploaded files into the archive one after another; yields the progress.

    `outlet` and `date` are those of articles that name none.
    """
    outcomes = [UploadOutcome(safe_name(path.name)) for path in files]
    for place, path in enumerate(files):
        if why := refusal(path):
            outcomes[place] = replace(outcomes[place], result=why, problem=True)
            continue
        with _copied(archive.folder, path) as copy:
            steps = _patiently(partial(_ingest, archive, copy, (outlet, date)))
            outcomes[place] = yield from _followed(steps, outcomes, place)
    yield from _embedded(archive, outcomes)


def check_choice(files: int, outlet: str, date: str) -> None:
    """Raises QueryError for no file, for too many, and for what is no date."""
    if not files:
        msg = "no file is chosen yet"
        raise QueryError(msg)
    if files > MOST_FILES:
        msg = f"{files} files are chosen; {MOST_FILES} at a time are the most"
        raise QueryError(msg)
    GivenFacts.of(outlet, date)


def add_address(archive: Archive, address: str, *, feed: bool = False) -> Iterator[Adding]:
    """Reads a page or a sitemap, or follows a feed and reads it; yields the progress.

    Raises ConfigError if the setting `network` is off, and QueryError for anything but a web
    address: a path would be one of the server's own files.
    """
    url = address.strip()
    if not is_address(url):
        msg = f"{url[:80]!r} is no web address; paste one that begins with https://"
        raise QueryError(msg)
    outcomes = [UploadOutcome(url)]

    def read(show: Progress) -> IngestReport:
        """The report on what was read from the address."""
        if not feed:
            return archive.ingest(url, vectors=False, limit=MOST_PAGES, progress=show)
        if url not in [each.url for each in archive.feeds.all()]:
            archive.feeds.add(url)
        return archive.feeds.poll(url, vectors=False, limit=MOST_PAGES, progress=show).report

    outcomes[0] = yield from _followed(_patiently(read), outcomes, 0)
    yield from _embedded(archive, outcomes)


def refusal(path: Path) -> str:
    """Why a file is refused; "" if it may be read."""
    if reader_of(path) is None:
        return f"unknown file type {path.suffix!r:.20}; known: {known_suffixes()}"
    if not path.is_file():
        return "the file has gone; choose it again"
    size = path.stat().st_size
    if size > LARGEST_FILE:
        most = LARGEST_FILE >> 20
        return f"{size / 2**20:,.0f} MB is more than the {most} MB that a file may have"
    if _unpacks_beyond(path, LARGEST_UNPACKED):
        return f"it unpacks to more than the {LARGEST_UNPACKED >> 20} MB that a file may hold"
    return "" if size else "the file is empty"


def _unpacks_beyond(path: Path, most: int) -> bool:
    """Whether a packed file unpacks to more bytes; False if it is damaged."""
    try:
        if path.name.lower().endswith(".gz"):
            with gzip.open(path) as packed:
                return any(packed.tell() > most for _ in iter(lambda: packed.read(1 << 20), b""))
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return sum(entry.file_size for entry in archive.infolist()) > most
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        pass
    return False


def safe_name(name: str) -> str:
    """The name of a file without folders, leading dots and special characters.

    >>> safe_name("../../.ssh/My notes;rm -rf.md")
    'My_notes_rm_-rf.md'
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = _NOT_IN_A_NAME.sub("_", last).lstrip("._-")
    return plain[-_LONGEST_NAME:] or "unnamed"


def _ingest(archive: Archive, path: Path, given: tuple[str, str], show: Progress) -> IngestReport:
    outlet, date = given
    return archive.ingest(path, vectors=False, publisher=outlet, published=date, progress=show)


def _followed(
    steps: Generator[str, None, IngestReport], outcomes: list[UploadOutcome], place: int
) -> Generator[Adding, None, UploadOutcome]:
    """Yields the progress of one input; returns its outcome."""
    name = outcomes[place].name
    outcomes[place] = replace(outcomes[place], result="reading")
    streamed = Streamed(steps)
    try:
        for step in streamed:
            yield Adding(f"{name}: {step}", tuple(outcomes))
    except RagError as error:
        return UploadOutcome(name, str(error), problem=True)
    return _outcome(name, streamed.whole)


def _outcome(name: str, report: IngestReport) -> UploadOutcome:
    kinds = get_args(OutcomeKind)
    counts = [f"{report.counts[kind]:,} {kind}" for kind in kinds if report.counts[kind]]
    odd = tuple(f"looked odd: {_named(line, name)}" for line in report.odd.summary())
    found = {each.kind for each in report.odd.articles()}
    missing = [what for what, kind in _MISSING.items() if kind in found]
    ask = (f"Fill in the {' and the '.join(missing)} above and add it again.",) if missing else ()
    notes = (*(each.note for each in report.notable if each.note), *odd, *ask)
    return UploadOutcome(name, ", ".join(counts) or "nothing new", bool(report.failures), notes)


def _named(line: str, name: str) -> str:
    """A line about uploaded files without the folder in which their copies lay.

    >>> _named("2 very short: /a/uploads/0f/news.jsonl:1, /a/uploads/0f/news.jsonl:4", "news.jsonl")
    '2 very short: news.jsonl:1, news.jsonl:4'
    """
    return re.sub(rf"(?<=[:,] )[^,]*/(?={re.escape(name)})", "", line)


def _embedded(archive: Archive, outcomes: Sequence[UploadOutcome]) -> Iterator[Adding]:
    """Embeds the new passages, unless too many are without vectors."""
    done = tuple(outcomes)
    _, passages, embedded = archive.counts()
    if 0 < passages - embedded <= EMBEDDED_AT_ONCE:
        try:
            for step in _patiently(archive.embed):
                yield Adding(f"learning what they mean: {step}", done)
        except RagError as error:
            done = (*done, UploadOutcome("by meaning", f"not yet: {error}", problem=True))
    yield Adding("", done)


def _patiently(call: Callable[[Progress], _T]) -> Generator[str, None, _T]:
    """Yields the call's progress and returns its result; waits for another writer."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return (yield from _watched(call))
        except LockedError:
            if time.monotonic() > until:
                raise
        yield "waiting until others have written"
        time.sleep(_REFRESH_SECONDS)


def _watched(call: Callable[[Progress], _T]) -> Generator[str, None, _T]:
    """The call's progress in words, while it runs in a thread of its own; then its result."""
    steps: SimpleQueue[tuple[int, int]] = SimpleQueue()
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        """Keeps the result of the call, or its error."""
        try:
            results.append(call(lambda _step, done, total: steps.put((done, total))))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    started = time.monotonic()
    thread.start()
    while thread.is_alive():
        thread.join(_REFRESH_SECONDS)
        latest = None
        with suppress(Empty):
            while True:
                latest = steps.get_nowait()
        if latest:
            yield rate_and_time(*latest, time.monotonic() - started)
    if errors:
        raise errors[0]
    return results[0]


def rate_and_time(done: int, total: int, seconds: float) -> str:
    """How far it is, how fast it goes and how long it still takes.

    >>> rate_and_time(20, 80, 10.0)
    '20 of 80, 2.0 a second, about 30 s left'
    """
    rate = done / seconds if seconds else 0.0
    left = f", about {(total - done) / rate:.0f} s left" if rate and total > done else ""
    return f"{done:,} of {total:,}, {rate:.1f} a second{left}"


@contextmanager
def _copied(folder: Path, path: Path) -> Iterator[Path]:
    """The file under a safe name in a folder of the archive, which nobody else may read."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    own = folder / FOLDER / digest
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = own / safe_name(path.name)
    try:
        shutil.copyfile(path, copy)
        yield copy
    finally:
        copy.unlink(missing_ok=True)
        with suppress(OSError):
            own.rmdir()
            own.parent.rmdir()
