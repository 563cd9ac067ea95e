"""The formats an archive can be fed with, and the one door through which files are read.

To add a format: write a class with `suffixes` and `read(path)` as `Reader` in
`rag.corpus.drafts` describes, which yields a `Draft` for each article and an
`Unread` for each that cannot be read; add an instance to `READERS`. Ids, dates,
language and furniture are settled in `rag.corpus.assembling` for all formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rag.corpus.assembling import assemble
from rag.corpus.decoding import limited
from rag.corpus.drafts import Page, Read, Reader, Unread, shown
from rag.corpus.jsonl import JsonLinesReader
from rag.corpus.markdown import MarkdownReader
from rag.corpus.plain import PlainReader
from rag.corpus.urls import is_same_site
from rag.corpus.webpage import WebpageReader, page_draft
from rag.errors import CorpusError

READERS: tuple[Reader, ...] = (
    MarkdownReader(),
    PlainReader(),
    WebpageReader(),
    JsonLinesReader(),
)


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


def read_file(path: Path, *, now: datetime) -> Iterator[Read | Unread]:
    """Every article of a file in its order, and the reason for each that cannot be read.

    Content never raises. `now` is an aware time; dates after it are kept as unknown.
    """
    reader = reader_of(path)
    if reader is None:
        yield unknown_type(path)
        return
    try:
        for outcome in reader.read(path):
            yield outcome if isinstance(outcome, Unread) else assemble(outcome, now)
    except CorpusError as error:
        yield Unread(shown(path), str(error))


def read_page(page: Page, *, now: datetime) -> Read | Unread:
    """The article of a page that was fetched, known by the address it names as its own.

    That address counts only where it is of the same host and no front page: else any page
    could take another's place in the archive. The outlet is always the host's.
    """
    try:
        draft = page_draft(page.url, limited(page.data), page.charset)
    except CorpusError as error:
        return Unread(page.url, str(error))
    warnings, url = draft.warnings, draft.url or page.url
    if not is_same_site(page.url, url):
        warning = f"names {url!r:.200} as its own address; kept under the one it was read at"
        warnings, url = (*warnings, warning), page.url
    date, authors = draft.date or page.date, draft.authors or page.authors
    known = replace(draft, url=url, publisher="", date=date, authors=authors, warnings=warnings)
    return assemble(known, now)
