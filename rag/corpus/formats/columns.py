"""Maps the columns of a table to fields of an article: by `columns.toml`, or by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.corpus.decoding import read_bytes
from rag.errors import CorpusError

COLUMNS_FILE = "columns.toml"
TABLES = (".csv", ".tsv", ".parquet")
FIELDS = (
    *("text", "id", "url", "title", "publisher", "authors", "date", "language", "section"),
    *("captured", "modified"),
)
_TABLE, _FILES = "columns", "files"
_EXAMPLE = f'write text = "body" below [{_TABLE}], or below [{_FILES}."name.csv"]'
_OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "text": ("body", "content", "article", "article_text", "full_text", "fulltext", "story"),
    "id": ("article_id", "guid", "uuid"),
    "url": ("link", "uri", "address", "permalink", "source_url", "article_url"),
    "title": ("headline", "heading", "hed"),
    "publisher": ("outlet", "source", "publication", "newspaper", "site"),
    "authors": ("author", "byline", "by"),
    "date": (
        *("published", "published_at", "publish_date", "pub_date", "pubdate", "date_published"),
        *("publication_date", "published_date", "datetime", "timestamp"),
    ),
    "language": ("lang",),
    "section": ("category", "topic", "desk"),
    "captured": (
        *("captured_at", "crawled", "crawled_at", "crawl_date", "date_crawled", "date_download"),
        *("download_date", "fetched", "fetched_at", "retrieved", "retrieved_at", "scraped_at"),
        *("scrape_date", "snapshot", "snapshot_date", "access_date", "accessed"),
    ),
    "modified": (
        *("date_modified", "date_modify", "modified_at", "modified_date", "last_modified"),
        *("updated", "updated_at", "update_date", "last_updated"),
    ),
}


def column_map(path: Path, columns: Sequence[str]) -> Mapping[str, str]:
    """The column of each field that the table in `path` has, at least `text`.

    `columns.toml` in the same folder comes first: its entries for this file, then for all.
    The rest goes by name, ignoring case and punctuation. Raises CorpusError.

    >>> column_map(Path("news/a.csv"), ["Headline", "Body", "Pub date"])
    {'text': 'Body', 'title': 'Headline', 'date': 'Pub date'}
    """
    configured = _configured(path)
    used = set(configured.values())
    for field, column in configured.items():
        if column not in columns:
            msg = (
                f"{COLUMNS_FILE} says that {field!r} is the column {column!r:.60}, "
                f"which is not in the table; columns found: {_listed(columns)}"
            )
            raise CorpusError(msg)
    named = {_plain(column): column for column in reversed(columns) if column not in used}
    guessed = {
        field: named[name]
        for field in FIELDS
        for name in map(_plain, (*reversed(_OTHER_NAMES.get(field, ())), field))
        if name in named
    }
    known = {
        field: (guessed | configured)[field] for field in FIELDS if field in guessed | configured
    }
    if "text" not in known:
        msg = (
            f"no column is known as the text; columns found: {_listed(columns)}; "
            f"name it in a file {COLUMNS_FILE} beside this one: {_EXAMPLE}"
        )
        raise CorpusError(msg)
    return known


def column_settings(path: Path) -> str:
    """The text of `columns.toml` that applies to a table; "" if there is none."""
    if not path.name.lower().endswith(TABLES):
        return ""
    beside = path.parent / COLUMNS_FILE
    try:
        return beside.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _configured(path: Path) -> dict[str, str]:
    beside = path.parent / COLUMNS_FILE
    if not beside.is_file():
        return {}
    try:
        table = tomllib.loads(read_bytes(beside).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{COLUMNS_FILE} is not valid TOML: {error}"
        raise CorpusError(msg) from error
    for key in table:
        if key not in (_TABLE, _FILES):
            msg = f"{COLUMNS_FILE}: unknown key {key!r:.60}; {_EXAMPLE}"
            raise CorpusError(msg)
    of_file = _section(table.get(_FILES, {}), f"[{_FILES}]").get(path.name, {})
    return _columns(table.get(_TABLE, {})) | _columns(of_file)


def _columns(section: object) -> dict[str, str]:
    columns: dict[str, str] = {}
    for field, column in _section(section, f"[{_TABLE}]").items():
        if field not in FIELDS:
            msg = f"{COLUMNS_FILE}: unknown field {field!r:.60}; known: {', '.join(FIELDS)}"
            raise CorpusError(msg)
        if not isinstance(column, str) or not column:
            msg = f"{COLUMNS_FILE}: {field!r} is {column!r:.60}, not the name of a column"
            raise CorpusError(msg)
        columns[field] = column
    return columns


def _section(section: object, name: str) -> Mapping[str, Any]:
    if not isinstance(section, dict):
        msg = f"{COLUMNS_FILE}: {name} is no table; {_EXAMPLE}"
        raise CorpusError(msg)
    return section


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns[:8])[:200] or "none"
