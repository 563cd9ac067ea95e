"""Reads tables with one article a row: CSV and TSV, and Parquet with pyarrow."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.corpus.decoding import EMPTY, SIZE_LIMIT, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.columns import Fields, NoTextColumnError, column_fields
from rag.corpus.formats.fields import fields_draft
from rag.corpus.formats.installing import library
from rag.corpus.formats.left_out import summed_up
from rag.corpus.formats.substack import is_export, post_drafts, texts_in
from rag.corpus.formats.text_stream import TextLines
from rag.errors import CorpusError

_DELIMITERS = ",;\t|"
# The line by which spreadsheets tell each other what parts the fields.
_SEPARATOR = re.compile(r"\"?sep=([,;\t|])\"?", re.IGNORECASE)
_ROWS_AT_ONCE = 64
# How databases write a line break into a table with tabs; none is within a path ("C:\\new").
_ESCAPED_LINE = re.compile(r"(?<!\\)(?:\\r)?\\n(?![a-z]|\\\\)")
_WITHIN_QUOTES = "the table ends within a quoted field; it may be cut short"


@dataclass(frozen=True, slots=True)
class CsvReader:
    """Reads an article from each row below the header; a bad row does not stop the others."""

    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each row, with the path "file:line"."""
        try:
            with path.open("rb") as file:
                lines = _Lines(file)
                yield from summed_up(printable_path(path), _rows(path, lines))
        except OSError as error:
            raise CorpusError(unreadable(error)) from error


class _Lines(TextLines):
    """The lines of a table; `quotes` counts the quotation marks since it was last set."""

    quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in super().__iter__():
            self.quotes += line.count('"')
            yield line


def _rows(path: Path, lines: _Lines) -> Iterator[Draft | Unread]:
    csv.field_size_limit(SIZE_LIMIT)
    every = iter(lines)
    header = next((line for line in every if line.strip()), "")
    if not header:
        raise CorpusError(EMPTY)
    delimiter = max(_DELIMITERS, key=header.count)
    if named := _SEPARATOR.fullmatch(header.strip("\r\n")):
        delimiter, header = named[1], next((line for line in every if line.strip()), "")
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    if is_export(names):
        yield from post_drafts(printable_path(path), names, every, texts_in(path.parent))
        return
    rows = csv.reader(every, delimiter=delimiter)
    fields = _fields(path, names, rows)
    before, within = 0, False
    last: Draft | Unread | None = None
    lines.quotes = 0
    try:
        for row in rows:
            where, before = f"{printable_path(path)}:{before + 2}", rows.line_num
            if any(map(str.strip, row)):
                if delimiter == "\t":
                    row = [_ESCAPED_LINE.sub("\n", value) for value in row]
                if last is not None:
                    yield last
                last = _outcome(where, fields, names, row, lines.notes())
                within, lines.quotes = lines.quotes % 2 == 1, 0
    except csv.Error as error:
        msg = f"line {rows.line_num + 1}: {error}; the rows above it are read"
        raise CorpusError(msg) from error
    if last is None:
        msg = "holds no row below the names of its columns"
        raise CorpusError(msg)
    if within and isinstance(last, Draft):
        last = replace(last, warnings=(*last.warnings, _WITHIN_QUOTES))
    yield last


def _fields(path: Path, names: list[str], rows: Iterable[list[str]]) -> Fields:
    """The columns of each field; a table without a text is refused with the number of its rows."""
    try:
        return column_fields(path, names)
    except NoTextColumnError as error:
        count = sum(1 for row in rows if any(map(str.strip, row)))
        msg = f"{error}; rows left out: {count:,}"
        raise CorpusError(msg) from error


def _outcome(
    where: str,
    fields: Fields,
    names: list[str],
    row: list[str],
    warnings: tuple[str, ...],
) -> Draft | Unread:
    if len(row) != len(names):
        return Unread(where, f"has {len(row)} fields where the first row names {len(names)}")
    return _draft(where, fields, dict(zip(names, row, strict=True)), warnings)


def _draft(
    where: str, fields: Fields, row: Mapping[str, Any], warnings: tuple[str, ...] = ()
) -> Draft | Unread:
    try:
        return fields_draft(where, row, fields, warnings)
    except CorpusError as error:
        return Unread(where, str(error))


@dataclass(frozen=True, slots=True)
class ParquetReader:
    """Reads an article from each row; opens only the columns that it needs."""

    suffixes: tuple[str, ...] = (".parquet",)

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of each row, with the path "file:row", counted from 1."""
        yield from summed_up(printable_path(path), self._rows(path))

    def _rows(self, path: Path) -> Iterator[Draft | Unread]:
        parquet = library("pyarrow.parquet", "Parquet", "pyarrow")
        arrow = library("pyarrow", "Parquet", "pyarrow")
        number = 0
        try:
            with path.open("rb") as file:
                if not file.peek(1):
                    raise CorpusError(EMPTY)
                with closing(parquet.ParquetFile(file)) as table:
                    fields = column_fields(path, list(table.schema_arrow.names))
                    for number, row in enumerate(_table_rows(table, fields), start=1):
                        yield _draft(f"{printable_path(path)}:{number}", fields, row)
        except arrow.ArrowException as error:
            msg = f"damaged after row {number}, or no Parquet file: {error!s:.200}"
            raise CorpusError(msg) from error
        except OSError as error:
            raise CorpusError(unreadable(error)) from error
        if not number:
            msg = "holds no row"
            raise CorpusError(msg)


def _table_rows(table: Any, fields: Fields) -> Iterator[Mapping[str, Any]]:
    columns = list(dict.fromkeys(name for names in fields.values() for name in names))
    batches = table.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns, use_threads=False)
    for batch in batches:
        yield from batch.to_pylist()
