"""Answers questions from a news archive; every sentence cites the exact words it rests on."""

from typing import TYPE_CHECKING

from rag.on_demand import on_demand

if TYPE_CHECKING:
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

_HOMES = dict.fromkeys(__all__, "rag.records") | {
    "Archive": "rag.archive",
    "Recheck": "rag.verification.quotes.records",
    "Trace": "rag.verification.quotes.records",
    **{name: "rag.errors" for name in __all__ if name.endswith("Error")},
}
__getattr__ = on_demand(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
