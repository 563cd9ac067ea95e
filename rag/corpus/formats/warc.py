"""Reads web archives (WARC) with warcio: the pages of a crawl, and their plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import paragraphs
from rag.corpus.decoding import EMPTY, SIZE_LIMIT, decode, limited, unreadable
from rag.corpus.drafts import Draft, Page, Unread, printable_path
from rag.corpus.formats.installing import library
from rag.corpus.webpage import fetched_draft
from rag.errors import CorpusError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_PAGES = ("text/html", "application/xhtml+xml")
_OK = "200"
_CUT_OFF = "it is cut off in the midst of a record"


@dataclass(frozen=True, slots=True)
class WarcReader:
    """Reads each page that was fetched with success, and each text extracted from one."""

    suffixes: tuple[str, ...] = (".warc", ".warc.gz", ".wet", ".wet.gz")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each record, with the path "file:number"; skips pictures and the like.

        Raises CorpusError if the file has no article.
        """
        warcio = library("warcio", "WARC", "warcio")
        exceptions = library("warcio.exceptions", "WARC", "warcio")
        number = outcomes = 0
        try:
            with path.open("rb") as file:
                if not file.peek(1):
                    raise CorpusError(EMPTY)
                records = warcio.ArchiveIterator(file)
                for number, record in enumerate(records, start=1):
                    if (
                        outcome := _outcome(f"{printable_path(path)}:{number}", record)
                    ) is not None:
                        outcomes += 1
                        yield outcome
                # warcio silently skips a record that is cut off in its head.
                if number and records.offset < path.stat().st_size:
                    raise EOFError(_CUT_OFF)
        except OSError as error:
            raise CorpusError(unreadable(error)) from error
        except (exceptions.ArchiveLoadFailed, EOFError, ValueError, AttributeError) as error:
            msg = f"damaged after record {number}, or no WARC file: {error}"
            raise CorpusError(msg) from error
        if not outcomes:
            msg = f"it holds no page that was fetched with success, in {number:,} records"
            raise CorpusError(msg if number else "no WARC file: it holds no record")


def _outcome(where: str, record: Any) -> Draft | Unread | None:
    """The article of a record, or why it has none; None for a record of another kind."""
    kind, url = record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or ""
    headers = record.http_headers if kind == "response" else record.rec_headers
    content_type = headers.get_header("Content-Type") or "" if headers else ""
    type_ = content_type.partition(";")[0].strip().lower()
    if kind == "response" and not (headers and headers.get_statuscode() == _OK):
        return None
    charset = _CHARSET.search(content_type)
    captured = record.rec_headers.get_header("WARC-Date") or ""
    try:
        if kind in ("response", "resource") and type_ in _PAGES:
            page = Page(url, _bytes(record), charset.group(1) if charset else "")
            return replace(fetched_draft(page), path=where, captured=captured)
        if kind == "conversion" and type_ == "text/plain":
            text, warnings = decode(_bytes(record))
            blocks = tuple(paragraphs(text))
            return Draft(where, text, blocks, url=url, warnings=warnings, captured=captured)
    except CorpusError as error:
        return Unread(where, f"{url!r:.200}: {error}")
    return None


def _bytes(record: Any) -> bytes:
    data = limited(record.content_stream().read(SIZE_LIMIT + 1))
    record.raw_stream.read(SIZE_LIMIT)
    if record.raw_stream.limit > 0:
        raise CorpusError(_CUT_OFF)
    return data
