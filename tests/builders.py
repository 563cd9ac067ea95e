"""Small articles and archives for tests, each made in one line."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from embeddings import HashingEncoder
from rag.archive import Archive
from rag.config import Settings
from rag.records import Article, Hit, Passage, Published, Span
from rag.store import Facets

P = TypeVar("P")
R = TypeVar("R")


def article(
    text: str = "The ferry sailed on Monday.",
    article_id: str = "courier.example/ferry",
    *,
    title: str = "",
    publisher: str = "The Courier",
    day: str = "2025-05-03",
    language: str = "en",
    furniture: Sequence[Span] = (),
) -> Article:
    """An article of one text; `day` "" leaves the date unknown."""
    published = Published(datetime.fromisoformat(day).replace(tzinfo=UTC), "day") if day else None
    return Article(
        id=article_id,
        url=f"https://{article_id}",
        title=title,
        text=text,
        publisher=publisher,
        published=published,
        language=language,
        furniture=tuple(furniture),
    )


def hit(source: Article, rank: int = 1, start: int = 0, end: int | None = None) -> Hit:
    """A passage of an article that was found at that rank; all of the article without places."""
    passage = Passage(rank, source.id, 1, start, len(source.text) if end is None else end)
    return Hit(passage, source, 1 / rank, rank)


def hits(*articles: Article) -> list[Hit]:
    """These articles as they were found, the best first."""
    return [hit(each, rank) for rank, each in enumerate(articles, start=1)]


def words(texts: Sequence[str]) -> list[int]:
    """Counts tokens as words, so that a limit can be checked by eye."""
    return [len(text.split()) for text in texts]


def write_jsonl(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Writes rows as JSON lines and returns the path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def row(number: int, text: str, **fields: object) -> dict[str, object]:
    """A row of JSONL input: article `number` of The Courier, on 3 May 2025."""
    url = f"https://courier.example/{number}"
    return {
        "url": url,
        "title": f"Story {number}",
        "text": text,
        "date": "2025-05-03",
        "publisher": "The Courier",
        "language": "en",
    } | fields


def open_archive(folder: Path) -> Archive:
    """An archive whose encoder counts words: no model is loaded."""
    settings = Settings(encoder="hashing", chunk_tokens=32)
    return Archive.open(folder, settings=settings, encoder=HashingEncoder())


def drained(stream: Generator[P, None, R]) -> tuple[list[P], R]:
    """All that a generator yields, and what it returns."""
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            return pieces, end.value


def no_facets() -> Facets:
    """The columns of an archive that holds nothing."""
    none = np.empty(0, dtype=np.int64)
    return Facets(0, *[none] * 10, publishers=(), languages=(), sections=())
