"""Reads JSON lines, plain or gzipped: one article a line; a bad line does not stop the others."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from rag.corpus.boilerplate import paragraphs
from rag.corpus.bylines import parse_authors
from rag.corpus.decoding import EMPTY, SIZE_LIMIT, clean, decode, limited, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.errors import CorpusError

_GZIP_MARK = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PEEKED = 1024


@dataclass(frozen=True, slots=True)
class JsonLinesReader:
    """Reads lines with `text` (required), `id`, `url`, `title`, `publisher`, `authors`, `date`."""

    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each line that is not blank, or why it has none."""
        number = found = 0
        try:
            for number, line in enumerate(raw_lines(path), start=1):
                if line.strip():
                    found += 1
                    yield _outcome(f"{printable_path(path)}:{number}", line)
        except (EOFError, zlib.error) as error:
            msg = f"the gzip file is damaged or cut off after line {number}; those lines are read"
            raise CorpusError(msg) from error
        except OSError as error:
            raise CorpusError(unreadable(error)) from error
        if not found:
            raise CorpusError(EMPTY)


def raw_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, gzipped or not; longer ones are cut one byte past the limit.

    Raises `CorpusError` for a file that is no text, `OSError`, `EOFError` and
    `zlib.error` as the file is read.
    """
    with path.open("rb") as file:
        if file.peek(2)[:2] != _GZIP_MARK:
            yield from _lines(file)
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield from _lines(unpacked)


def _lines(file: BufferedReader | gzip.GzipFile) -> Iterator[bytes]:
    start = file.peek(_PEEKED)[:_PEEKED]
    if start.startswith(_UTF16_MARKS):
        msg = "UTF-16; save it as UTF-8"
        raise CorpusError(msg)
    if b"\x00" in start:
        msg = "a binary file: it holds NUL bytes"
        raise CorpusError(msg)
    while line := file.readline(SIZE_LIMIT + 1):
        yield line
        rest = line
        while len(rest) > SIZE_LIMIT and not rest.endswith(b"\n"):
            rest = file.readline(SIZE_LIMIT + 1)


def _outcome(where: str, line: bytes) -> Draft | Unread:
    try:
        text, warnings = decode(limited(line))
        return record_draft(where, _record(text), warnings)
    except CorpusError as error:
        return Unread(where, str(error))


def _record(line: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        msg = f"not valid JSON: {error.msg} at column {error.colno}"
        if line.lstrip().startswith("["):
            msg = "a JSON array, not JSON lines; write one article a line"
        raise CorpusError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = "not valid JSON: a number is too long or the nesting too deep"
        raise CorpusError(msg) from error
    if not isinstance(record, dict):
        msg = f"not an article: a line must be a JSON object, not {type(record).__name__}"
        raise CorpusError(msg)
    return record


def record_draft(where: str, record: Mapping[str, Any], warnings: tuple[str, ...]) -> Draft:
    """The article of a mapping with the fields of a line; raises CorpusError without a text."""
    text = _text(record)
    fields = {name: _string(record.get(name)) for name in _FIELDS}
    odd = tuple(
        f"field {name!r} is {record[name]!r:.60}, not text; left out"
        for name, value in fields.items()
        if value is None
    )
    if not isinstance(record.get("authors"), str | list | None):
        odd += (f"field 'authors' is {record['authors']!r:.60}, not names; left out",)
    known = {name: value or "" for name, value in fields.items()}
    return Draft(
        where,
        text,
        tuple(paragraphs(text)),
        title=known["title"],
        url=known["url"],
        source_id=known["id"],
        publisher=known["publisher"],
        authors=_authors(record.get("authors")),
        date=known["date"] or known["published"],
        language=known["language"],
        section=known["section"],
        warnings=warnings + odd,
        captured=known["captured"],
        modified=known["modified"],
    )


_FIELDS = (
    *("id", "url", "title", "publisher", "date", "published", "language", "section"),
    *("captured", "modified"),
)


def _text(record: Mapping[str, Any]) -> str:
    text = record.get("text")
    if text is None and "question" in record:
        msg = (
            "a question, not an article: it has 'question' but no 'text'; "
            "leave question files out, they are for `dateline eval`"
        )
        raise CorpusError(msg)
    if text is None:
        named = ", ".join(sorted(record)[:8]) or "none"
        msg = f"the required field 'text' is missing; fields found: {named}"
        raise CorpusError(msg)
    if not isinstance(text, str):
        msg = f"field 'text' must be a string, not {type(text).__name__}"
        raise CorpusError(msg)
    if not text or text.isspace():
        msg = "field 'text' is empty"
        raise CorpusError(msg)
    return clean(text)


def _string(value: object) -> str | None:
    """The value as one line; "" for null, None if it cannot be text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(clean(value).split())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == value // 1 else str(value)
    return None


def _authors(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return parse_authors(clean(value))
    if not isinstance(value, list):
        return ()
    entries = [entry.get("name") if isinstance(entry, dict) else entry for entry in value]
    names = [" ".join(clean(entry).split()) for entry in entries if isinstance(entry, str)]
    return tuple(dict.fromkeys(filter(None, names)))
