"""Answers questions from a news archive; every sentence cites the exact words it rests on."""

from rag.archive import Archive
from rag.errors import (
    ArchiveError,
    ConfigError,
    CorpusError,
    LockedError,
    ProviderError,
    QueryError,
    RagError,
    StaleIndexError,
)
from rag.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Filters,
    Hit,
    Message,
    Passage,
    Published,
    Span,
    Usage,
)
from rag.verification.quotes.records import Recheck, Trace

__all__ = [
    "Answer",
    "Archive",
    "ArchiveError",
    "Article",
    "Citation",
    "Claim",
    "ConfigError",
    "CorpusError",
    "Filters",
    "Hit",
    "LockedError",
    "Message",
    "Passage",
    "ProviderError",
    "Published",
    "QueryError",
    "RagError",
    "Recheck",
    "Span",
    "StaleIndexError",
    "Trace",
    "Usage",
]
