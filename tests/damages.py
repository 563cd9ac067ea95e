"""A small archive, what it finds, and the ways in which its files and its disk can fail."""

from __future__ import annotations

import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.config import Settings
from tests.builders import row, write_jsonl

SUBJECTS = ["harbour wall", "copper mine", "ferry licence", "night train", "school roof"]
ROWS = [
    row(n, f"The {SUBJECTS[n % 5]} was discussed in town {n}. It costs {n * 7} crowns. " * 3)
    for n in range(60)
]
REVISED = [{**ROWS[n], "text": f"The {SUBJECTS[n % 5]} is finished in town {n}."} for n in range(9)]
QUERIES = ["harbour wall", "town 7", "night train crowns", "school roof finished"]
Damage = Callable[[bytes], bytes]
Found = list[tuple[str, int, str, str]]
"""What the queries find: article, rank, text and title of each hit."""


def opened(folder: Path) -> Archive:
    """The archive as the command opens it."""
    return Archive.open(folder, settings=Settings(encoder="hashing"))


def results(folder: Path) -> Found:
    """What the queries find: equal for two archives only if they hold the same."""
    with opened(folder) as archive:
        filters = archive.filters("2025-05-03", "2025-05-03", ["The Courier"], "en")
        found = [archive.search(query, 20) for query in QUERIES]
        found.append(archive.search("crowns", 50, filters=filters))
    return [
        (hit.article.id, hit.rank, hit.text, hit.article.title) for hits in found for hit in hits
    ]


def built(folder: Path) -> Path:
    """A sound archive with revisions and vectors, beside the two files that it was made of."""
    with opened(folder / "archive") as archive:
        archive.ingest(write_jsonl(folder / "in.jsonl", ROWS))
        archive.ingest(write_jsonl(folder / "new.jsonl", REVISED))
    return folder / "archive"


def allowed(archive: Path, scratch: Path) -> list[Found]:
    """What a sound archive may find: as it is, and with its indexes built again.

    What was revised or deleted still counts where BM25 asks how common a word is, until
    then: what scores nearly the same may change places.
    """
    again = Path(shutil.copytree(archive, scratch / "again"))
    with opened(again) as rebuilt:
        rebuilt.rebuild()
    return [results(archive), results(again)]


def flipped(data: bytes, at: int) -> bytes:
    """The data with one bit turned round."""
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


DAMAGES: dict[str, Damage] = {
    "emptied": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "random": lambda data: random.Random(1).randbytes(len(data)),
    "bit": lambda data: flipped(data, len(data) // 2),
    "late bit": lambda data: flipped(data, len(data) * 9 // 10),
}


def page_overwritten(data: bytes, part: float) -> bytes:
    start = int(len(data) * part) // 4096 * 4096
    return data[:start] + random.Random(2).randbytes(4096) + data[start + 4096 :]


STORE_DAMAGES: dict[str, Damage] = {
    "emptied": lambda _: b"",
    "cut in the header": lambda data: data[:50],
    "cut at a tenth": lambda data: data[: len(data) // 10],
    "cut at a half": lambda data: data[: len(data) // 2],
    "cut by a page": lambda data: data[:-4096],
    "random": lambda data: random.Random(1).randbytes(len(data)),
    "a text": lambda _: b"This is a note about the harbour and nothing else. " * 200,
    "header flipped": lambda data: flipped(data, 3),
    **{
        f"page at {part}": lambda data, part=part: page_overwritten(data, part)  # type: ignore[misc]
        for part in (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95)
    },
}


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA application_id = 99")
        connection.execute("CREATE TABLE bookmarks (name TEXT)")
        connection.execute("INSERT INTO bookmarks VALUES ('harbour')")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Takes the right to write from a folder and all in it."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)


@contextmanager
def room(size: int) -> Iterator[None]:
    """Lets no file grow beyond `size` bytes: writing more fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def mounted(folder: Path, option: str) -> Iterator[None]:
    """Makes the folder a small disk of its own, or changes the one that it is already."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no small file system can be mounted here")
    try:
        yield
    finally:
        if not option.startswith("remount"):
            subprocess.run(["umount", str(folder)], check=True)
