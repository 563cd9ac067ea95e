"""Finds the files with articles; opens them only to count."""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.corpus.decoding import unreadable
from rag.corpus.drafts import Unread, printable_path
from rag.corpus.formats.columns import COLUMNS_FILE
from rag.corpus.formats.substack import is_text_of_export
from rag.corpus.jsonl import JsonLinesReader, raw_lines
from rag.corpus.links import LEADS_OUT, Roots
from rag.corpus.outlets import OUTLETS_FILE, Outlets, read_outlets
from rag.corpus.readers import known_suffixes, reader_of, unknown_type
from rag.errors import CorpusError

_NO_ARTICLES = frozenset(
    {"questions.jsonl", "tasks.jsonl", "tasks.jsonl.gz", "sources.md", "readme.md", COLUMNS_FILE}
)
_MOST_TYPES = 8


def find_files(paths: Sequence[Path], within: Sequence[Path] = ()) -> Iterator[Path | Unread]:
    """The files to read, each once: `paths` in order, folders sorted by name.

    Within folders, hidden names, files that describe a corpus (README.md, SOURCES.md,
    questions.jsonl) and the texts of an export that its table names are passed over without a
    word, and files of unknown types are counted; a file that is named itself is taken or
    reported. An `outlets.toml` that cannot be used is reported, in folders and beside files
    that are named themselves.

    A link that leads out of the folders is skipped, and named; one that was named itself is
    not, unless the files were found in the folders `within` and must not lead out of these.
    """
    seen = _Seen()
    outlets = Outlets.of([*paths, *within])
    roots = Roots(within or [path for path in paths if path.is_dir()])
    for path in paths:
        if within and not roots.hold(path):
            yield Unread(printable_path(path), LEADS_OUT, skipped=True)
            continue
        found = False
        unknown: Counter[str] = Counter()
        for outcome in _candidates(path, roots, unknown):
            if isinstance(outcome, Path) and outcome.name == OUTLETS_FILE:
                if seen.first_time(outcome):
                    yield from _unusable(outcome, outlets)
                continue
            found = True
            if isinstance(outcome, Unread) or seen.first_time(outcome):
                yield outcome
        if not found:
            yield Unread(
                printable_path(path), f"holds no article; known file types: {known_suffixes()}"
            )
        if unknown:
            yield Unread(printable_path(path), _left_out(unknown), skipped=True)


def check_exist(paths: Sequence[Path]) -> None:
    """Raises CorpusError, naming them, where there are paths of nothing."""
    missing = [repr(str(path)) for path in paths if not path.exists()]
    if missing:
        msg = f"no such file or folder: {', '.join(missing)}"
        raise CorpusError(msg)


def count_articles(path: Path) -> int:
    """How many articles a file seems to have, for a progress bar; 0 if it is unreadable."""
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


def _left_out(unknown: Counter[str]) -> str:
    """The number of files of unknown types, the most frequent types first.

    >>> _left_out(Counter({".xyz": 2, "": 1}))
    '3 files of unknown types were left out: .xyz (2), without an ending'
    """
    counted = [
        (printable_path(Path(ending)) if ending else "without an ending")
        + (f" ({count:,})" if count > 1 else "")
        for ending, count in unknown.most_common(_MOST_TYPES)
    ]
    more = ["…"] if len(unknown) > _MOST_TYPES else []
    total = unknown.total()
    files = "file of an unknown type was" if total == 1 else "files of unknown types were"
    return f"{total:,} {files} left out: {', '.join(counted + more)}"


def _candidates(path: Path, roots: Roots, unknown: Counter[str]) -> Iterator[Path | Unread]:
    if path.is_dir():
        yield from _walk(path, roots, unknown)
    elif not path.is_file():
        yield Unread(printable_path(path), _missing(path))
    elif reader_of(path) is None:
        yield unknown_type(path)
    else:
        yield path.parent / OUTLETS_FILE
        yield path


def _walk(folder: Path, roots: Roots, unknown: Counter[str]) -> Iterator[Path | Unread]:
    entered: set[str] = set()
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield from _accepted(path, roots, unknown)
        elif path.is_symlink() and not roots.hold(path):
            yield Unread(printable_path(path), LEADS_OUT, skipped=True)
        elif (real := os.path.realpath(path)) not in entered:
            entered.add(real)
            try:
                waiting += reversed(_inside(path))
            except OSError as error:
                yield Unread(printable_path(path), unreadable(error))


def _inside(folder: Path) -> list[tuple[Path, bool]]:
    """The entries of a folder, sorted, and whether each is a folder; no hidden names."""
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    visible = [entry for entry in inside if entry.name[0] != "."]
    # Path.is_dir() does not raise for links that form a circle.
    return [
        (folder / one.name, (folder / one.name).is_dir() if one.is_symlink() else one.is_dir())
        for one in visible
    ]


def _accepted(path: Path, roots: Roots, unknown: Counter[str]) -> Iterator[Path | Unread]:
    if path.name == OUTLETS_FILE:
        yield path
    elif path.name.lower() in _NO_ARTICLES or is_text_of_export(path):
        return
    elif reader_of(path) is None:
        if not path.is_symlink():
            unknown[path.suffix.lower()] += 1
    elif not path.is_file():
        yield Unread(printable_path(path), _missing(path))
    elif path.is_symlink() and not roots.hold(path):
        yield Unread(printable_path(path), LEADS_OUT, skipped=True)
    else:
        yield path


def _unusable(outlets_file: Path, outlets: Outlets) -> Iterator[Unread]:
    if outlets_file.is_file() and not outlets.reach(outlets_file):
        yield Unread(printable_path(outlets_file), LEADS_OUT, skipped=True)
    elif outlets_file.is_file():
        names = read_outlets(outlets_file)
        if isinstance(names, Unread):
            yield names
    elif os.path.lexists(outlets_file) and not outlets_file.is_dir():
        yield Unread(printable_path(outlets_file), _missing(outlets_file))


class _Seen:
    """The files found so far, by their real paths."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, str] = {}

    def first_time(self, file: Path) -> bool:
        """Whether the file was not found before."""
        real = self._place(file)
        if real in self._files:
            return False
        self._files.add(real)
        return True

    def _place(self, file: Path) -> str:
        if file.is_symlink():
            return os.path.realpath(file)
        folder, name = os.path.split(file)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return f"{self._folders[folder]}{os.sep}{name}"


def _missing(path: Path) -> str:
    if path.is_symlink():
        return "a link that leads nowhere"
    return "not a regular file" if path.exists() else "no such file or folder"
