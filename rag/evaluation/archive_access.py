"""All that an evaluation needs of an archive beyond `search`, `ask` and `trace`, in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from rag.archive import Archive
from rag.errors import ConfigError
from rag.records import Article, Filters, Passage
from rag.retrieval.ranking import reciprocal_rank_fusion


def archive_facts(archive: Archive) -> dict[str, Any]:
    """What a report says of the archive: which one, its size and state, what it is embedded by."""
    articles, passages, embedded = archive.counts()
    archive_id, change = archive.state()
    return {
        "archive": str(archive.folder),
        "archive_id": archive_id,
        "change": change,
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        "encoder": archive.encoder.fingerprint,
    }


def rank_passages(
    archive: Archive,
    query: str,
    count: int,
    *,
    by: Literal["words", "vectors", "both"],
    as_of: datetime | None = None,
) -> list[tuple[Passage, Article]]:
    """The best passages by one ranker alone, or by both fused by reciprocal rank, best first."""
    snapshot = archive.snapshot()
    filters = Filters().no_later_than(as_of)
    facets = snapshot.facets
    standing = facets.standing(as_of)
    rankings: list[list[int]] = []
    if by != "vectors":
        best = snapshot.lexical.search(query, count, filters, standing=standing)
        rankings.append([id_ for id_, _ in best])
    if by != "words":
        allowed = facets.matching(filters) if as_of else None
        vector = snapshot.dense.encode(query)
        nearest = snapshot.dense.search(vector, count, allowed, standing.then)
        rankings.append([id_ for id_, _ in nearest])
    ids = list(reciprocal_rank_fusion(rankings)) if len(rankings) > 1 else rankings[0]
    stored = snapshot.store.passages(ids)
    return [stored[id_] for id_ in ids if id_ in stored]


def require_vectors(archive: Archive, option: str) -> None:
    """Raises ConfigError, naming the option that needs them, where no passage is embedded."""
    if not len(archive.snapshot().dense):
        msg = (
            f"{option} needs vectors and {archive.folder} has none; "
            f"run dateline embed --archive {archive.folder}, or use --system bm25"
        )
        raise ConfigError(msg)
