"""Articles and passages as rows of the database, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Table, cast, delete, insert

from rag.corpus.chunking import embedding_text
from rag.language.dates import local_time
from rag.language.words import storable_text
from rag.records import Article, Filters, Passage, Published, Span
from rag.store import schema

NAME_LENGTH = 80
"""The longest name of what a reader keeps, in characters."""

_DIGESTS = 256
_DAY = 86_400
_FARTHEST_ZONE = 15 * 3_600


class DamagedRowError(Exception):
    """A row differs from what was stored in it."""


def digest(text: str) -> str:
    """The first 128 bits of a text's SHA-256, in hexadecimal: equal texts, equal digests."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@lru_cache(_DIGESTS)
def article_digest(article: Article) -> str:
    """A digest of everything that a reader sees; URL and boilerplate rules do not change it.

    Cached, because ingest needs it four times for each article.
    """
    seen: list[object] = [
        article.title,
        article.text,
        article.publisher,
        list(article.authors),
        [str(article.published), article.published.zone] if article.published else None,
        article.language,
        article.section,
    ]
    # Articles without pages keep the digests of archives from before there were pages.
    if article.pages:
        seen.append(list(article.pages))
    return digest(json.dumps(seen, ensure_ascii=False))


def article_row(article: Article) -> dict[str, Any]:
    """The columns of `revisions` that come from the article itself."""
    published = article.published
    return {
        "article_id": article.id,
        "revision": article.revision,
        "digest": article_digest(article),
        "text_digest": digest(article.text),
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "published": seconds(published.at) if published else None,
        "published_precision": published.precision if published else None,
        "published_zone": published.zone if published else None,
        "language": article.language,
        "section": article.section,
        "furniture": [[span.start, span.end, span.kind] for span in article.furniture],
        "pages": list(article.pages),
    }


def article_record(row: Row[Any]) -> Article:
    """The article that `article_row` stored; raises DamagedRowError if the row has none."""
    try:
        return _article(row)
    except (TypeError, ValueError, OverflowError, OSError, KeyError) as error:
        msg = f"article {row.article_id!r} cannot be read: {error!r}"
        raise DamagedRowError(msg) from error


def _article(row: Row[Any]) -> Article:
    published = None
    if row.published is not None:
        at = moment(row.published)
        published = Published(at, row.published_precision, row.published_zone or "")
    return Article(
        id=row.article_id,
        url=row.url,
        title=row.title,
        text=row.text,
        publisher=row.publisher,
        authors=tuple(row.authors),
        published=published,
        language=row.language,
        section=row.section,
        revision=row.revision,
        furniture=tuple(Span(*span) for span in row.furniture),
        pages=tuple(row.pages),
    )


def passage_record(row: Row[Any]) -> Passage:
    """The passage in a row of `passages`."""
    return Passage(row.id, row.article_id, row.revision, row.start, row.end, row.heading)


def revision_of(passage: Passage, articles: Mapping[tuple[str, int], Article]) -> Article:
    """The revision that a passage is a slice of; raises DamagedRowError where there is none."""
    article = articles.get((passage.article_id, passage.revision))
    if article is None:
        msg = f"passage {passage.id} belongs to no article"
        raise DamagedRowError(msg)
    return article


def is_superseded(table: Table, superseded: bool) -> ColumnElement[bool]:
    """Whether a row is superseded, or current, among those that are asked for by article id.

    Of the two conditions SQLite takes the plain column for the narrower one, and would read
    every current row of the archive; by what is computed it looks up nothing.
    """
    return cast(table.c.superseded, Integer) == int(superseded)


def check_article(article: Article, stored: str) -> None:
    """Raises DamagedRowError if `stored` is not the article's digest."""
    if article_digest(article) != stored:
        msg = f"article {article.id!r} does not have its checksum"
        raise DamagedRowError(msg)


def check_passage(passage: Passage, article: Article, stored: str) -> None:
    """Raises DamagedRowError if `stored` is not the digest of the passage's encoded text."""
    encoded = embedding_text(article, passage.start, passage.end, passage.heading)
    if digest(encoded) != stored:
        msg = f"passage {passage.id} of article {article.id!r} does not have its checksum"
        raise DamagedRowError(msg)


def storable(value: Any) -> Any:
    """The JSON value with U+FFFD for characters that not every database can store.

    >>> storable({"text": "a" + chr(0), "numbers": [1, None]})
    {'text': 'a�', 'numbers': [1, None]}
    """
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable(name): storable(each) for name, each in value.items()}
    return [storable(each) for each in value] if isinstance(value, list | tuple) else value


def short_name(text: str) -> str:
    """The text as a name on one line, at most `NAME_LENGTH` characters that can be stored."""
    plain = " ".join(storable_text(text).split())
    return plain if len(plain) <= NAME_LENGTH else plain[: NAME_LENGTH - 1].rstrip() + "…"


def put_setting(connection: Connection, name: str, value: str = "") -> None:
    """Stores a value with the archive, or with "" none."""
    table = schema.settings
    connection.execute(delete(table).where(table.c.name == name))
    if value:
        connection.execute(insert(table).values(name=name, value=value))


def seconds(at: datetime) -> int:
    """Whole seconds since 1970, as dates are stored and filtered."""
    return int(at.timestamp())


def moment(stamp: int) -> datetime:
    """The moment, in UTC, of whole seconds since 1970."""
    return datetime.fromtimestamp(stamp, UTC)


def wall_clock(published: Published) -> int:
    """Seconds since 1970 by the clocks of the place where an article appeared."""
    offset = local_time(published).utcoffset()
    return seconds(published.at) + (int(offset.total_seconds()) if offset else 0)


def is_edge_of_day(bound: datetime) -> bool:
    """Whether a bound of a filter is midnight UTC, which stands for the edge of a day.

    Days are those of the place where an article appeared: such a bound is compared with its
    `wall_clock`, every other one with the moment it appeared.
    """
    return seconds(bound) % _DAY == 0


def in_range(filters: Filters, published: Published | None) -> bool:
    """Whether an article of that date satisfies the dates of the filters."""
    first, before = filters.published_from, filters.published_before
    if published is None:
        return first is None and before is None
    return (first is None or seconds(first) <= _compared(first, published)) and (
        before is None or seconds(before) > _compared(before, published)
    )


def widest_range(filters: Filters) -> tuple[int | None, int | None]:
    """Seconds from which, and before which, all appeared that `in_range` admits, and some more."""
    first, before = filters.published_from, filters.published_before
    spare = [_FARTHEST_ZONE if each and is_edge_of_day(each) else 0 for each in (first, before)]
    return (
        seconds(first) - spare[0] if first else None,
        seconds(before) + spare[1] if before else None,
    )


def _compared(bound: datetime, published: Published) -> int:
    return wall_clock(published) if is_edge_of_day(bound) else seconds(published.at)
