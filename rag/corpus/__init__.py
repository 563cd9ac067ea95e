"""Turns files and pages into articles: one reader per format, boilerplate found in all of them."""

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
