"""The formats that an archive reads, and the functions that read files and pages.

To add a format: write a class with `suffixes` and `read(path)` as `Reader` in
`rag.corpus.drafts` describes, which yields a `Draft` for each article and an
`Unread` for each that cannot be read; add an instance to `HERE` or `APART`. Ids, dates,
language and furniture are settled in `rag.corpus.assembling` for all formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from rag.corpus.assembling import EmbargoError, assemble
from rag.corpus.drafts import Draft, Page, Read, Reader, Unread, guarded, printable_path
from rag.corpus.formats.epub import EpubReader
from rag.corpus.formats.json_files import JsonReader
from rag.corpus.formats.mail import MailboxReader, MailReader
from rag.corpus.formats.newsroom import NewsXmlReader
from rag.corpus.formats.pdf import PdfReader
from rag.corpus.formats.rtf_files import RtfReader
from rag.corpus.formats.substack import SubstackReader
from rag.corpus.formats.tables import CsvReader, ParquetReader
from rag.corpus.formats.warc import WarcReader
from rag.corpus.formats.word import DocxReader
from rag.corpus.jsonl import JsonLinesReader
from rag.corpus.markdown import MarkdownReader
from rag.corpus.plain import PlainReader
from rag.corpus.sandbox import Sandbox
from rag.corpus.webpage import WebpageReader, fetched_draft
from rag.errors import CorpusError

HERE: tuple[Reader, ...] = (MarkdownReader(), PlainReader(), JsonLinesReader())
"""Read in this process: their code is our own, or Python's."""

SANDBOXED: tuple[Reader, ...] = (
    WebpageReader(),
    PdfReader(),
    DocxReader(),
    RtfReader(),
    EpubReader(),
    NewsXmlReader(),
    WarcReader(),
    CsvReader(),
    ParquetReader(),
    JsonReader(),
    SubstackReader(),
    MailReader(),
    MailboxReader(),
)
"""Read in a worker process, because a bad file may crash or hang their libraries."""

READERS = HERE + SANDBOXED


def reader_of(path: Path) -> Reader | None:
    """The reader for files with this name's ending; None if there is none."""
    name = path.name.lower()
    return next((reader for reader in READERS if name.endswith(reader.suffixes)), None)


def known_suffixes() -> str:
    """All file name endings that can be read, as text for messages."""
    return ", ".join(sorted(suffix for reader in READERS for suffix in reader.suffixes))


def unknown_type(path: Path) -> Unread:
    """The outcome for a file without a reader; it names the known endings."""
    return Unread(
        printable_path(path), f"unknown file type {path.suffix!r}; known: {known_suffixes()}"
    )


def read_file(
    path: Path, *, now: datetime, sandbox: Sandbox | None = None
) -> Iterator[Read | Unread]:
    """Every article of a file in order, and the reason for each that cannot be read.

    Content never raises. `now` is an aware time; later dates count as unknown. With
    `sandbox`, formats that could crash or hang this process are read in its worker.
    """
    reader = reader_of(path)
    if reader is None:
        yield unknown_type(path)
        return
    try:
        outcomes = (
            sandbox.read(reader, path) if sandbox and reader in SANDBOXED else guarded(reader, path)
        )
        for outcome in outcomes:
            yield outcome if isinstance(outcome, Unread) else assembled(outcome, now)
    except CorpusError as error:
        # A message of a library may contain lines of the file.
        yield Unread(printable_path(path), " ".join(str(error).split()))


class Reading(Protocol):
    """Reads files in the order given; what is no path is passed on in its place."""

    def __call__(
        self, items: Iterable[Path | Any]
    ) -> Iterator[tuple[Path, Iterator[Read | Unread]] | Any]:
        """Each file with what `read_file` gives of it, to be taken before the next file is."""
        ...


@dataclass(frozen=True, slots=True)
class ReadingHere:
    """Reads one file after the other, in this process and its sandbox."""

    now: datetime
    sandbox: Sandbox

    def __call__(
        self, items: Iterable[Path | Any]
    ) -> Iterator[tuple[Path, Iterator[Read | Unread]] | Any]:
        """Each file with its outcomes, or what is no path."""
        for each in items:
            if isinstance(each, Path):
                yield each, read_file(each, now=self.now, sandbox=self.sandbox)
            else:
                yield each


def assembled(draft: Draft, now: datetime) -> Read | Unread:
    """The article of a draft, or why it may not be read yet."""
    try:
        return assemble(draft, now)
    except EmbargoError as error:
        return Unread(draft.path, str(error), skipped=True)


def read_page(page: Page, *, now: datetime) -> Read | Unread:
    """The article of a fetched page, with the page's own address as its id.

    `rag.corpus.webpage.fetched_draft` says when that address counts. Content never raises.
    """
    try:
        return assemble(fetched_draft(page), now)
    except CorpusError as error:
        return Unread(page.url, str(error))
