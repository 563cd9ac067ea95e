"""The plain baseline: BM25 over 180-word passages with their titles, without dates.

Passages overlap by 30 words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.measures import missing
from rag.evaluation.systems import PASSAGES, Found, Rank
from rag.records import Article
from rag.understanding.followup import standalone_question

PASSAGE_WORDS = 180
OVERLAP_WORDS = 30


def baseline_system(archive: Archive) -> Rank:
    """Lucene's BM25 by bm25s in memory, English stemmer and stop words, over current articles.

    It takes no notice of the date a question is asked as of. Raises ConfigError without
    bm25s and PyStemmer.
    """
    try:
        import bm25s
        import Stemmer
    except ImportError as error:
        raise ConfigError(missing("bm25s or PyStemmer")) from error
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    passages = list(_passages(current_articles(archive)))
    if not passages:
        return lambda _question, _as_of: []
    index = bm25s.BM25(method="lucene")
    index.index(tokens([f"{item.title}\n{item.passage}" for item in passages]), show_progress=False)

    def rank(question: EvalQuestion, _as_of: datetime | None) -> list[Found]:
        query = standalone_question(question.question, question.history)
        count = min(PASSAGES, len(passages))
        rows, scores = index.retrieve(tokens([query]), k=count, show_progress=False)
        # bm25s fills the list up with passages that share no word with the query.
        return [passages[i] for i, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return rank


def current_articles(archive: Archive) -> Iterator[Article]:
    """Every article of an archive in its current revision, in the order they came."""
    for article, _ in archive.articles():
        yield article


def cut(text: str, size: int = PASSAGE_WORDS, overlap: int = OVERLAP_WORDS) -> list[str]:
    """The text in pieces of `size` words, each beginning with the end of the one before it.

    >>> cut("one two three four", 3, 1)
    ['one two three', 'three four']
    """
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[first : first + size]) for first in starts] if words else []


def _passages(articles: Iterable[Article]) -> Iterator[Found]:
    for article in articles:
        for piece in cut(article.text):
            yield Found(article.id, article.title, piece)
