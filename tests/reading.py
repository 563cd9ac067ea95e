"""Files written and read at once, for the tests of readers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rag.corpus import Read, Unread, read_file
from rag.records import Article

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""When all files are read."""


def read_all(path: Path, content: str | bytes) -> list[Read | Unread]:
    """What becomes of a file with this content, at this path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_file(path, now=NOW))


def read_only(path: Path, content: str | bytes) -> Read | Unread:
    """The same of a file that holds one article."""
    (outcome,) = read_all(path, content)
    return outcome


def read_article(path: Path, content: str | bytes) -> Read:
    """The one article of a file with this content."""
    outcome = read_only(path, content)
    assert isinstance(outcome, Read), outcome
    return outcome


def texts(outcomes: list[Read | Unread]) -> list[str]:
    """The text of each article; "! " with the reason of what cannot be read."""
    return [o.article.text if isinstance(o, Read) else f"! {o.reason}" for o in outcomes]


def typed(article: Article) -> list[tuple[str, str]]:
    """The kind and the words of each span."""
    return [(span.kind, article.text[span.start : span.end]) for span in article.furniture]
