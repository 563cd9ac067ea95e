"""Counts how passages were found, after the search."""

from __future__ import annotations

from rag.archive import Archive
from rag.records import Answer


def count_by_words(archive: Archive, answer: Answer) -> int:
    """The number of hits that share a word with the question; meaning found the others."""
    ids = [hit.passage.id for hit in answer.hits]
    return len(archive.word_scores(answer.standalone, ids)) if ids else 0
