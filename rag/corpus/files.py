"""Finds the files that hold articles; opens them only to count."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.corpus.decoding import unreadable
from rag.corpus.drafts import Unread, shown
from rag.corpus.jsonl import JsonLinesReader, raw_lines
from rag.corpus.outlets import OUTLETS_FILE, read_outlets
from rag.corpus.readers import known_suffixes, reader_of, unknown_type
from rag.errors import CorpusError

_NO_ARTICLES = frozenset(
    {"questions.jsonl", "tasks.jsonl", "tasks.jsonl.gz", "sources.md", "readme.md"}
)


def find_files(paths: Sequence[Path]) -> Iterator[Path | Unread]:
    """The files to read, each once: `paths` in their order, folders walked in order of name.

    Within folders, hidden names, unknown types and files that describe a corpus
    (README.md, SOURCES.md, questions.jsonl) are passed over without a word;
    a file that is named itself is taken or reported. An `outlets.toml` that cannot
    be used is reported, in folders and beside files that are named themselves.
    """
    seen: set[str] = set()
    for path in paths:
        found = False
        for outcome in _candidates(path):
            if isinstance(outcome, Path) and outcome.name == OUTLETS_FILE:
                if _first_time(outcome, seen):
                    yield from _unusable(outcome)
                continue
            found = True
            if isinstance(outcome, Unread) or _first_time(outcome, seen):
                yield outcome
        if not found:
            yield Unread(shown(path), f"holds no article; known file types: {known_suffixes()}")


def count_articles(path: Path) -> int:
    """How many articles a file claims to hold, for a progress bar; 0 where it cannot be read."""
    reader = reader_of(path)
    if reader is None or not path.is_file():
        return 0
    if not isinstance(reader, JsonLinesReader):
        return 1
    count = 0
    try:
        for line in raw_lines(path):
            count += not line.isspace()
    except (CorpusError, EOFError, OSError, zlib.error):
        return count
    return count


def _candidates(path: Path) -> Iterator[Path | Unread]:
    if path.is_dir():
        yield from _walk(path)
    elif not path.is_file():
        yield Unread(shown(path), _missing(path))
    elif reader_of(path) is None:
        yield unknown_type(path)
    else:
        yield path.parent / OUTLETS_FILE
        yield path


def _walk(folder: Path) -> Iterator[Path | Unread]:
    entered: set[str] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if not path.is_dir():
            yield from _taken(path)
        elif _first_time(path, entered):
            try:
                inside = sorted(path.iterdir(), key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                yield Unread(shown(path), unreadable(error))
                continue
            waiting += [entry for entry in inside if not entry.name.startswith(".")]


def _taken(path: Path) -> Iterator[Path | Unread]:
    if path.name == OUTLETS_FILE:
        yield path
    elif reader_of(path) is not None and path.name.lower() not in _NO_ARTICLES:
        yield path if path.is_file() else Unread(shown(path), _missing(path))


def _unusable(outlets_file: Path) -> Iterator[Unread]:
    if outlets_file.is_file():
        names = read_outlets(outlets_file)
        if isinstance(names, Unread):
            yield names
    elif os.path.lexists(outlets_file) and not outlets_file.is_dir():
        yield Unread(shown(outlets_file), _missing(outlets_file))


def _first_time(path: Path, seen: set[str]) -> bool:
    real = os.path.realpath(path)
    if real in seen:
        return False
    seen.add(real)
    return True


def _missing(path: Path) -> str:
    if path.is_symlink():
        return "a link that leads nowhere"
    return "not a regular file" if path.exists() else "no such file or folder"
