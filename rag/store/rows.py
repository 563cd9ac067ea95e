"""Articles and passages as rows of the database, and back."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from rag.corpus.chunking import embedding_text
from rag.records import Article, Passage, Published, Span

_DIGESTS = 256


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
        at = datetime.fromtimestamp(row.published, UTC)
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


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970, as dates are stored and filtered."""
    return int(moment.timestamp())
