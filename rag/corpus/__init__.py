"""Files and folders to articles: one reader per format, and furniture found in all of them."""

from rag.corpus.dates import parse_published
from rag.corpus.drafts import Read, Unread
from rag.corpus.files import count_articles, find_files
from rag.corpus.outlets import Outlets
from rag.corpus.readers import read_file
from rag.corpus.urls import canonical_id

__all__ = [
    "Outlets",
    "Read",
    "Unread",
    "canonical_id",
    "count_articles",
    "find_files",
    "parse_published",
    "read_file",
]
