"""The systems that `retrieval` compares: the archive's search, its parts alone, and plain BM25."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.measures import missing
from rag.llms import ChatModel
from rag.questions.followup import standalone_question
from rag.questions.splitting import split
from rag.records import Filters
from rag.retrieval.ranking import reciprocal_rank_fusion

Split = Literal["rules", "model", "none"]
SystemName = Literal["full", "hybrid", "vectors", "bm25", "baseline"]

PASSAGES = 100
"""How many passages a system ranks for each question."""

PASSAGE_WORDS = 180
OVERLAP_WORDS = 30
"""How the baseline cuts articles into passages."""


@dataclass(frozen=True, slots=True)
class RankedArticle:
    """An article as a system ranked it, with the passage that brought it there."""

    article_id: str
    title: str
    passage: str


Rank = Callable[[EvalQuestion, datetime | None], list[RankedArticle]]
"""A question and the moment it is asked as of, None for any time -> passages, best first."""


def splitter(split_by: Split, model: ChatModel | None) -> Callable[[str], Sequence[str]]:
    """What splits a question, nothing where rules do; ConfigError for "model" without one."""
    if split_by == "none":
        return lambda question: (question,)
    if split_by == "rules":
        return lambda _question: ()
    if model is None:
        msg = "--split model needs a language model; name it with --llm or DATELINE_LLM_MODEL"
        raise ConfigError(msg)
    return lambda question: split(question, model)


def best_of_each(found: Iterable[RankedArticle], count: int) -> list[RankedArticle]:
    """The first `count` articles, each with its best passage."""
    first: dict[str, RankedArticle] = {}
    for item in found:
        first.setdefault(item.article_id, item)
    return list(first.values())[:count]


def archive_system(
    archive: Archive, name: SystemName, parts: Callable[[str], Sequence[str]] = lambda _question: ()
) -> Rank:
    """The system of that name over an archive; `parts` splits a question for "full".

    Raises ConfigError for "vectors" and "hybrid" where no passage is embedded, and for
    "baseline" without bm25s.
    """
    if name == "baseline":
        return _baseline(archive)
    if name == "full":

        def search(question: EvalQuestion, as_of: datetime | None) -> list[RankedArticle]:
            """The articles of the hits, best first."""
            hits = archive.search(
                question.question,
                PASSAGES,
                history=question.history,
                as_of=as_of,
                all_copies=True,
                parts=parts(question.question),
            )
            return [RankedArticle(hit.article.id, hit.article.title, hit.text) for hit in hits]

        return search
    if name != "bm25" and not archive.snapshot().embedded:
        msg = (
            f"--system {name} needs vectors and {archive.folder} has none; "
            f"run dateline embed --archive {archive.folder}, or use --system bm25"
        )
        raise ConfigError(msg)
    return _ablation(archive, words=name != "vectors", meaning=name != "bm25")


def _ablation(archive: Archive, *, words: bool, meaning: bool) -> Rank:
    """One ranker alone, or the reciprocal rank fusion of both and nothing else."""

    def rank(question: EvalQuestion, as_of: datetime | None) -> list[RankedArticle]:
        """The articles of the best passages, by the rankings that are switched on."""
        snapshot = archive.snapshot()
        query = standalone_question(question.question, question.history)
        filters = Filters().no_later_than(as_of)
        rankings: list[list[int]] = []
        if words:
            best = snapshot.lexical.search(query, PASSAGES, filters)
            rankings.append([id_ for id_, _ in best])
        if meaning:
            vector = snapshot.dense.encode(query)
            nearest = snapshot.vectors.search(vector, PASSAGES, filters)
            rankings.append([id_ for id_, _ in nearest])
        ids = list(reciprocal_rank_fusion(rankings)) if len(rankings) > 1 else rankings[0]
        stored = snapshot.store.passages(ids)
        return [
            RankedArticle(article.id, article.title, article.text[passage.start : passage.end])
            for passage, article in (stored[id_] for id_ in ids if id_ in stored)
        ]

    return rank


def cut(text: str, size: int = PASSAGE_WORDS, overlap: int = OVERLAP_WORDS) -> list[str]:
    """The text in pieces of `size` words, each beginning with the end of the one before it.

    >>> cut("one two three four", 3, 1)
    ['one two three', 'three four']
    """
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[first : first + size]) for first in starts] if words else []


def _baseline(archive: Archive) -> Rank:
    """Lucene's BM25 by bm25s in memory, English stemmer and stop words, over current articles.

    Passages have their titles; the date a question is asked as of does not count.
    """
    try:
        import bm25s
        import Stemmer
    except ImportError as error:
        raise ConfigError(missing("bm25s or PyStemmer")) from error
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        """The texts as stems without stop words."""
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    @cache
    def indexed() -> tuple[list[RankedArticle], Any]:
        """The passages of the archive, and their BM25 index."""
        passages = [
            RankedArticle(article.id, article.title, piece)
            for article in archive.articles()
            for piece in cut(article.text)
        ]
        index = bm25s.BM25(method="lucene")
        if passages:
            titled = tokens([f"{item.title}\n{item.passage}" for item in passages])
            index.index(titled, show_progress=False)
        return passages, index

    def rank(question: EvalQuestion, _as_of: datetime | None) -> list[RankedArticle]:
        """The articles of the passages that share a word with the question, best first."""
        passages, index = indexed()
        if not passages:
            return []
        query = tokens([standalone_question(question.question, question.history)])
        count = min(PASSAGES, len(passages))
        rows, scores = index.retrieve(query, k=count, show_progress=False)
        # bm25s fills the list up with passages that share no word with the query.
        return [passages[i] for i, score in zip(rows[0], scores[0], strict=True) if score > 0]

    return rank
