"""All that an evaluation needs of an archive beyond `search`, `ask` and `trace`, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from embeddings import Encoder
from rag.archive import Archive
from rag.errors import ConfigError
from rag.records import Article, Filters, Passage
from rag.retrieval.filters import no_later_than
from rag.retrieval.fusion import reciprocal_rank_fusion

_BATCH = 500


def article_ids(archive: Archive) -> list[str]:
    """The ids of all articles, withdrawn ones included, in the order in which they came."""
    return archive.rankers().store.changed_since(0)


def current_articles(
    archive: Archive, ids: Sequence[str] | None = None
) -> Iterator[tuple[Article, Sequence[Passage]]]:
    """The current revisions of these articles, of all without `ids`, with their passages."""
    wanted = article_ids(archive) if ids is None else ids
    return archive.rankers().store.current(wanted)


def duplicate_groups(archive: Archive, ids: Sequence[str]) -> dict[str, str]:
    """The group of each article that has near-duplicates, by article id."""
    store = archive.rankers().store
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= store.groups(ids[first : first + _BATCH])
    return groups


def group_members(archive: Archive, group: str) -> list[Article]:
    """The articles of a group of near-duplicates, by id."""
    return archive.rankers().store.members([group]).get(group, [])


def archive_facts(archive: Archive) -> dict[str, Any]:
    """What a report says of the archive: which one, its size and state, what it is embedded by."""
    articles, passages, embedded = archive.counts()
    rankers = archive.rankers()
    return {
        "archive": str(archive.folder),
        "archive_id": rankers.store.archive_id,
        "change": rankers.store.last_change(),
        "articles": articles,
        "passages": passages,
        "embedded": embedded,
        "encoder": rankers.encoder.fingerprint,
    }


def archive_encoder(archive: Archive) -> Encoder:
    """What the archive's passages are embedded by."""
    return archive.rankers().encoder


def rank_passages(
    archive: Archive,
    query: str,
    count: int,
    *,
    by: Literal["words", "vectors", "both"],
    as_of: datetime | None = None,
) -> list[tuple[Passage, Article]]:
    """The best passages by one ranker alone, or by both fused by reciprocal rank, best first."""
    rankers = archive.rankers()
    filters = no_later_than(Filters(), as_of)
    facets = rankers.store.facets()
    standing = facets.standing(as_of)
    rankings: list[list[int]] = []
    if by != "vectors":
        best = rankers.lexical.search(query, count, filters, standing=standing)
        rankings.append([id_ for id_, _ in best])
    if by != "words":
        allowed = facets.matching(filters) if as_of else None
        vector = rankers.dense.encode(query)
        nearest = rankers.dense.search(vector, count, allowed, standing.then)
        rankings.append([id_ for id_, _ in nearest])
    ids = list(reciprocal_rank_fusion(rankings)) if len(rankings) > 1 else rankings[0]
    stored = rankers.store.passages(ids)
    return [stored[id_] for id_ in ids if id_ in stored]


def require_vectors(archive: Archive, option: str) -> None:
    """Raises ConfigError, naming the option that needs them, where no passage is embedded."""
    if not len(archive.rankers().dense):
        msg = (
            f"{option} needs vectors and {archive.folder} has none; "
            f"run dateline embed --archive {archive.folder}, or use --system bm25"
        )
        raise ConfigError(msg)
