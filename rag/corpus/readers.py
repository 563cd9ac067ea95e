"""The formats an archive can be fed with, and the one door through which files are read.

To add a format: write a class with `suffixes` and `read(path)` as `Reader` in
`rag.corpus.drafts` describes, which yields a `Draft` for each article and an
`Unread` for each that cannot be read; add an instance to `HERE` or `APART`. Ids, dates,
language and furniture are settled in `rag.corpus.assembling` for all formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rag.corpus.assembling import assemble
from rag.corpus.drafts import Page, Read, Reader, Unread, guarded, shown
from rag.corpus.formats.epub import EpubReader
from rag.corpus.formats.mail import MailboxReader, MailReader
from rag.corpus.formats.newsroom import NewsXmlReader
from rag.corpus.formats.pdf import PdfReader
from rag.corpus.formats.tables import CsvReader, ParquetReader
from rag.corpus.formats.warc import WarcReader
from rag.corpus.formats.word import DocxReader
from rag.corpus.jsonl import JsonLinesReader
from rag.corpus.markdown import MarkdownReader
from rag.corpus.plain import PlainReader
from rag.corpus.sandbox import Apart
from rag.corpus.webpage import WebpageReader, fetched_draft
from rag.errors import CorpusError

HERE: tuple[Reader, ...] = (MarkdownReader(), PlainReader(), JsonLinesReader())
"""Read in the process that asks: their code is our own, or Python's."""

APART: tuple[Reader, ...] = (
    WebpageReader(),
    PdfReader(),
    DocxReader(),
    EpubReader(),
    NewsXmlReader(),
    WarcReader(),
    CsvReader(),
    ParquetReader(),
    MailReader(),
    MailboxReader(),
)
"""Read in a worker process, for whatever a file may do to a library."""

READERS = HERE + APART


def reader_of(path: Path) -> Reader | None:
    """The reader that takes files with this name's ending; None where no reader does."""
    name = path.name.lower()
    return next((reader for reader in READERS if name.endswith(reader.suffixes)), None)


def known_suffixes() -> str:
    """The endings of file names that some reader takes, as a list to be shown."""
    return ", ".join(sorted(suffix for reader in READERS for suffix in reader.suffixes))


def unknown_type(path: Path) -> Unread:
    """The outcome for a file that no reader takes; it names the endings that are known."""
    return Unread(shown(path), f"unknown file type {path.suffix!r}; known: {known_suffixes()}")


def read_file(path: Path, *, now: datetime, apart: Apart | None = None) -> Iterator[Read | Unread]:
    """Every article of a file in its order, and the reason for each that cannot be read.

    Content never raises. `now` is an aware time; dates after it are kept as unknown. With
    `apart`, formats that could crash, hang or fill this process are read in its worker.
    """
    reader = reader_of(path)
    if reader is None:
        yield unknown_type(path)
        return
    try:
        outcomes = apart.read(reader, path) if apart and reader in APART else guarded(reader, path)
        for outcome in outcomes:
            yield outcome if isinstance(outcome, Unread) else assemble(outcome, now)
    except CorpusError as error:
        # What a library says of a file may have lines of the file in it.
        yield Unread(shown(path), " ".join(str(error).split()))


def read_page(page: Page, *, now: datetime) -> Read | Unread:
    """The article of a page that was fetched, known by the address it names as its own.

    `rag.corpus.webpage.fetched_draft` says when that counts. Content never raises.
    """
    try:
        return assemble(fetched_draft(page), now)
    except CorpusError as error:
        return Unread(page.url, str(error))
