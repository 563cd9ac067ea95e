"""Tells what kind of JSON a value is, and makes the articles of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from rag.corpus.drafts import Draft, Unread
from rag.corpus.formats.columns import fields_of
from rag.corpus.formats.fields import Record, record_draft
from rag.corpus.formats.ghost import ghost_drafts, is_ghost
from rag.corpus.formats.ninjs import is_ninjs, ninjs_drafts
from rag.errors import CorpusError

LISTS = frozenset(
    {
        *("articles", "items", "posts", "stories", "results", "docs", "documents", "records"),
        *("data", "news", "entries", "hits", "rows", "value"),
    }
)
"""The names under which the objects of services and exports have their articles."""

_WRAPPERS = ("_source", "fields", "attributes", "node")
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class JsonArticles:
    """Makes articles of JSON values; `configured` are the names in `columns.toml`, by field."""

    configured: Mapping[str, str] = field(default_factory=dict)

    def of_record(
        self, where: str, record: Record, warnings: tuple[str, ...] = ()
    ) -> Iterator[Draft | Unread]:
        """The article of an object, or the articles of a ninjs item; why there are none."""
        try:
            if is_ninjs(record):
                yield from ninjs_drafts(where, record, warnings)
            else:
                yield record_draft(where, unwrapped(record), warnings, self.configured)
        except CorpusError as error:
            yield Unread(where, str(error))

    def of_document(
        self, where: str, document: Record, warnings: tuple[str, ...] = ()
    ) -> Iterator[Draft | Unread]:
        """The articles of the object that is a whole file, numbered where it is a list of many."""
        if is_ghost(document):
            yield from ghost_drafts(where, document)
        elif is_ninjs(document) or self._has_text(document):
            yield from self.of_record(where, document, warnings)
        else:
            records = _transposed(document, self.configured) or _records_in(document)
            for number, record in enumerate(records, start=1):
                yield from self.of_record(f"{where}:{number}", record, warnings)
            if not records:
                yield from self.of_record(where, document, warnings)

    def _has_text(self, record: Record) -> bool:
        fields = fields_of(tuple(record), tuple(self.configured.items()))
        return any(isinstance(record.get(name), str) for name in fields.get("text", ()))


def unwrapped(record: Record) -> Record:
    """The record with the fields of an inner object, as search services have them.

    >>> unwrapped({"webTitle": "Ferry", "fields": {"bodyText": "It sailed."}})["bodyText"]
    'It sailed.'
    """
    for name in _WRAPPERS:
        if isinstance(inner := record.get(name), dict):
            # Without the inner object itself: "_source" would stand for a field "source".
            return {key: value for key, value in record.items() if key != name} | inner
    return record


def _records_in(value: Any, depth: int = 0) -> list[Record]:
    """The objects of the first list of objects below a value, those under known names first."""
    if depth > _DEEPEST or not isinstance(value, Mapping):
        return []
    for name in sorted(value, key=lambda name: name not in LISTS):
        inner = value[name]
        if isinstance(inner, list) and name in LISTS:
            if records := [one for one in inner if isinstance(one, dict)]:
                return list(records)
        elif found := _records_in(inner, depth + 1):
            return found
    # What pandas writes with orient="index": a record under each id.
    inner = list(value.values())
    return _alike(inner) if depth == 0 else []


def of_feed(record: Record, feed: Record) -> Record:
    """The entry of a JSON Feed with the feed's authors, where it has none; others as they are."""
    authors = feed.get("authors") or feed.get("author")
    named = record.get("authors") or record.get("author")
    if named or not authors or "jsonfeed.org" not in str(feed.get("version")):
        return record
    return {**record, "authors": authors}


def _alike(values: list[Any]) -> list[Record]:
    """The values if they are all objects, and the first of them has a text."""
    if len(values) < 2 or not all(isinstance(value, dict) for value in values):
        return []
    return values if "text" in fields_of(tuple(values[0])) else []


def _transposed(document: Record, configured: Mapping[str, str]) -> list[Record]:
    """The rows of a table that is written column by column, as pandas does; else none."""
    columns, data = document.get("columns"), document.get("data")
    if isinstance(columns, list) and isinstance(data, list):
        names = list(map(str, columns))
        return [dict(zip(names, row, strict=False)) for row in data if isinstance(row, list)]
    names = list(document)
    fields = fields_of(tuple(names), tuple(configured.items()))
    texts = document.get(next(iter(fields.get("text", ())), ""))
    if not isinstance(texts, dict) or not any(isinstance(t, str) for t in texts.values()):
        return []
    if not all(isinstance(document[name], dict) for name in islice(names, 50)):
        return []
    return [{name: _at(document[name], row) for name in names} for row in texts]


def _at(column: Any, row: str) -> Any:
    return column.get(row) if isinstance(column, dict) else None
