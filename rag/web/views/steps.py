"""How passages were found, told after the search."""

from __future__ import annotations

from rag.archive import Archive
from rag.records import Answer


def count_by_words(archive: Archive, answer: Answer) -> int:
    """How many of the passages found share a word with the question; the rest only its meaning."""
    ids = [hit.passage.id for hit in answer.hits]
    return len(archive.word_scores(answer.standalone, ids)) if ids else 0
