"""Reads JSON lines, plain or gzipped: one article a line; a bad line does not stop the others."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from rag.corpus.decoding import EMPTY, SIZE_LIMIT, decode, limited, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.columns import configured_columns
from rag.corpus.formats.json_articles import JsonArticles
from rag.corpus.formats.left_out import summed_up
from rag.errors import CorpusError

_GZIP_MARK = b"\x1f\x8b"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PEEKED = 1024


@dataclass(frozen=True, slots=True)
class JsonLinesReader:
    """Reads an article from each line by the names of its fields, or by `columns.toml`.

    A line may hold one of any kind that `rag.corpus.formats.json_articles` knows.
    """

    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each line that is not blank, or why it has none."""
        where, columns = printable_path(path), configured_columns(path)
        yield from summed_up(where, outcomes_of_lines(where, numbered_lines(path), columns))


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, each with its number.

    Raises CorpusError at the end of what can be read of a damaged file, and for an empty one.
    """
    number = found = 0
    try:
        for number, line in enumerate(raw_lines(path), start=1):
            if line.strip():
                found += 1
                yield number, line
    except (EOFError, zlib.error) as error:
        msg = f"the gzip file is damaged or cut off after line {number}; those lines are read"
        raise CorpusError(msg) from error
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
    if not found:
        raise CorpusError(EMPTY)


def outcomes_of_lines(
    where: str, lines: Iterable[tuple[int, bytes]], columns: Mapping[str, str]
) -> Iterator[Draft | Unread]:
    """The article of each numbered line of the file `where`, or why it has none."""
    articles = JsonArticles(columns)
    for number, line in lines:
        yield from _outcomes(f"{where}:{number}", line, articles)


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


def _outcomes(where: str, line: bytes, articles: JsonArticles) -> Iterator[Draft | Unread]:
    try:
        text, warnings = decode(limited(line))
        record = _record(text)
    except CorpusError as error:
        yield Unread(where, str(error))
        return
    yield from articles.of_record(where, record, warnings)


def _record(line: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        msg = f"not valid JSON: {error.msg} at column {error.colno}"
        if line.lstrip().startswith("["):
            msg = "a JSON array, not JSON lines; write one article a line, or name it .json"
        raise CorpusError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = "not valid JSON: a number is too long or the nesting too deep"
        raise CorpusError(msg) from error
    if not isinstance(record, dict):
        msg = f"not an article: a line must be a JSON object, not {type(record).__name__}"
        raise CorpusError(msg)
    return record
