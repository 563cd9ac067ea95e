"""What is sent of a file, so that it is read on any machine as it would be read here.

Only this machine needs to have the files: their bytes are sent. A file of JSON lines is sent in
parts; any other as a whole, with the `columns.toml` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.corpus.drafts import Read, Unread, printable_path
from rag.corpus.formats.columns import COLUMNS_FILE, configured_columns
from rag.corpus.formats.substack import TEXTS
from rag.corpus.jsonl import numbered_lines, outcomes_of_lines
from rag.corpus.readers import assembled, read_file
from rag.corpus.sandbox import Sandbox
from rag.errors import CorpusError

_LARGEST = 64 << 20
"""The bytes of a file that is sent as a whole; a larger one is read here."""

_TABLES = (".csv", ".tsv")

_LINES = 1 << 19
"""The bytes of lines that are sent together, at least."""


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file and what its reader looks at beside it, by name; `shown` is its printable path."""

    shown: str
    absolute: str
    name: str
    data: bytes
    beside: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """The bytes to send."""
        return len(self.data) + sum(map(len, self.beside.values()))

    def read(self, now: datetime, sandbox: Sandbox) -> Iterator[Read | Unread]:
        """The outcomes of `read_file` for the file where it came from."""
        with TemporaryDirectory(prefix="dateline-") as folder:
            for name, data in {**self.beside, self.name: self.data}.items():
                (Path(folder) / name).write_bytes(data)
            for outcome in read_file(Path(folder, self.name), now=now, sandbox=sandbox):
                yield self._as_there(outcome, folder)

    def _as_there(self, outcome: Read | Unread, folder: str) -> Read | Unread:
        """The outcome with the file's own path in the place of its copy's."""
        copy = printable_path(Path(folder, self.name))

        def put_right(text: str) -> str:
            """The text with the file's own path for that of its copy."""
            return text.replace(copy, self.shown)

        if isinstance(outcome, Unread):
            return replace(outcome, path=put_right(outcome.path), reason=put_right(outcome.reason))
        id_ = outcome.article.id.replace(copy, self.absolute)
        return replace(
            outcome,
            article=replace(outcome.article, id=id_),
            path=put_right(outcome.path),
            warnings=tuple(map(put_right, outcome.warnings)),
        )


@dataclass(frozen=True, slots=True)
class SomeLines:
    """Some of a file's JSON lines, each with its number, and the columns that are configured."""

    shown: str
    absolute: str
    lines: tuple[tuple[int, bytes], ...]
    columns: Mapping[str, str]

    @property
    def size(self) -> int:
        """The bytes to send."""
        return sum(len(line) for _, line in self.lines)

    def read(self, now: datetime, _sandbox: Sandbox) -> Iterator[Read | Unread]:
        """The outcome of each line; drafts that were not published are not yet summed up."""
        for outcome in outcomes_of_lines(self.absolute, self.lines, self.columns):
            read = outcome if isinstance(outcome, Unread) else assembled(outcome, now)
            yield replace(read, path=self.shown + read.path.removeprefix(self.absolute))


Parcel = WholeFile | SomeLines


def packed(path: Path) -> WholeFile | None:
    """The file to send; None for one that is to be read where it is.

    Such a file is too large, or its reader looks for more beside it than `columns.toml`, or it
    cannot be read, which is said by whoever tries.
    """
    beside = path.parent / COLUMNS_FILE
    try:
        has_texts = path.suffix.lower() in _TABLES and (path.parent / TEXTS).is_dir()
        if has_texts or path.stat().st_size > _LARGEST:
            return None
        settings = {COLUMNS_FILE: beside.read_bytes()} if beside.is_file() else {}
        data = path.read_bytes()
    except OSError:
        return None
    shown = printable_path(path)
    return WholeFile(shown, str(Path(shown).absolute()), path.name, data, settings)


def packed_lines(path: Path) -> Iterator[SomeLines]:
    """The lines of a file in parts; raises CorpusError after what can be read of it."""
    shown, columns = printable_path(path), configured_columns(path)
    absolute = str(Path(shown).absolute())
    some: list[tuple[int, bytes]] = []
    size = 0
    trouble: CorpusError | None = None
    try:
        for numbered in numbered_lines(path):
            some.append(numbered)
            size += len(numbered[1])
            if size >= _LINES:
                yield SomeLines(shown, absolute, tuple(some), columns)
                some, size = [], 0
    except CorpusError as error:
        trouble = error
    if some:
        yield SomeLines(shown, absolute, tuple(some), columns)
    if trouble:
        raise trouble
