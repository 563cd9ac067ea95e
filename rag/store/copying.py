"""Copies a store row by row into an empty one of either engine, and compares both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from rag.errors import ArchiveError
from rag.store import schema
from rag.store.database import Database

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table by name, how many rows it has, and the SHA-256 of them all, in hexadecimal."""

    name: str
    rows: int
    sha256: str


def copy_rows(source: Database, target: Database) -> list[CopiedTable]:
    """Copies every row with its number into the empty `target`; what it copied, by table.

    All of one moment, all or nothing. Raises ArchiveError where the target holds any row, and
    where a table has other rows in the end than in the source.
    """
    copied = []
    with source.read() as reading, target.write() as writing:
        for table in schema.metadata.sorted_tables:
            if writing.execute(select(table).limit(1)).first() is not None:
                msg = f"{target.place} holds an archive already; name an empty one in its place"
                raise ArchiveError(msg)
        for table in schema.metadata.sorted_tables:
            before = _digested(table, _copied(reading, writing, table))
            after = _digested(table, _rows(writing, table))
            if after != before:
                msg = (
                    f"{target.place} holds other rows in the table {table.name!r} "
                    f"({after.rows:,}) than {source.place} ({before.rows:,}); nothing was copied"
                )
                raise ArchiveError(msg)
            copied.append(after)
        target.place.count_from(writing, source.place.counters(reading))
    return copied


def _copied(reading: Connection, writing: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Inserts the rows of the source, and yields them."""
    batch: list[dict[str, Any]] = []
    for row in _rows(reading, table):
        batch.append(row)
        if len(batch) == _BATCH:
            writing.execute(insert(table), batch)
            batch = []
        yield row
    if batch:
        writing.execute(insert(table), batch)


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table, in the order of their keys, a batch at a time in memory."""
    query = select(table).order_by(*table.primary_key)
    with connection.execute(query, execution_options={"yield_per": _BATCH}) as found:
        for row in found:
            yield row._asdict()


def _digested(table: Table, rows: Iterable[dict[str, Any]]) -> CopiedTable:
    digest, number = hashlib.sha256(), 0
    for row in rows:
        digest.update(json.dumps(list(row.values())).encode())
        number += 1
    return CopiedTable(table.name, number, digest.hexdigest())
