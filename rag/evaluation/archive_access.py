"""What several suites need to know of an archive beyond its articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.archive import Archive

_BATCH = 500


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


def duplicate_groups(archive: Archive, ids: Sequence[str]) -> dict[str, str]:
    """The group of each article that has near-duplicates, by article id; however many there are."""
    groups: dict[str, str] = {}
    for first in range(0, len(ids), _BATCH):
        groups |= archive.groups(ids[first : first + _BATCH])
    return groups
