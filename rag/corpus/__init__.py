"""Turns files and pages into articles: one reader per format, boilerplate found in all of them."""

from typing import TYPE_CHECKING

from rag.on_demand import on_demand

if TYPE_CHECKING:
    from rag.corpus.drafts import Page, Read, Unread
    from rag.corpus.files import count_articles, find_files
    from rag.corpus.outlets import Outlets
    from rag.corpus.readers import read_file, read_page
    from rag.corpus.urls import canonical_id, urljoined

__all__ = [
    "Outlets",
    "Page",
    "Read",
    "Unread",
    "canonical_id",
    "count_articles",
    "find_files",
    "read_file",
    "read_page",
    "urljoined",
]

__getattr__ = on_demand(
    __name__,
    {
        "Page": "rag.corpus.drafts",
        "Read": "rag.corpus.drafts",
        "Unread": "rag.corpus.drafts",
        "count_articles": "rag.corpus.files",
        "find_files": "rag.corpus.files",
        "Outlets": "rag.corpus.outlets",
        "read_file": "rag.corpus.readers",
        "read_page": "rag.corpus.readers",
        "canonical_id": "rag.corpus.urls",
        "urljoined": "rag.corpus.urls",
    },
)
