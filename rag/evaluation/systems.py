"""The systems under measurement: the archive's search, its parts alone, and their plain fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.llms import ChatModel
from rag.records import Filters
from rag.retrieval.ranking import reciprocal_rank_fusion
from rag.retrieval.snapshot import Snapshot
from rag.understanding.followup import standalone_question
from rag.understanding.splitting import split

Split = Literal["rules", "model", "none"]
SystemName = Literal["full", "hybrid", "vectors", "bm25", "baseline"]
SYSTEMS: tuple[SystemName, ...] = get_args(SystemName)

PASSAGES = 100
"""How many passages a system ranks for each question."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article as a system ranked it, with the passage that brought it there."""

    article_id: str
    title: str
    passage: str


Rank = Callable[[EvalQuestion, datetime | None], list[Found]]
"""A question and the moment it is asked as of, None for any time -> passages, best first."""


def by_rules(_question: str) -> tuple[str, ...]:
    """No questions given, so that rules split."""
    return ()


def splitter(split_by: Split, model: ChatModel | None) -> Callable[[str], Sequence[str]]:
    """What splits a question; raises ConfigError for "model" without one."""
    if split_by == "rules":
        return by_rules
    if split_by == "none":
        return lambda question: (question,)
    if model is None:
        msg = "--split model needs a language model; name it with --llm or DATELINE_LLM_MODEL"
        raise ConfigError(msg)
    return lambda question: split(question, model)


def best_of_each(found: Iterable[Found], count: int) -> list[Found]:
    """The first `count` articles, each with its best passage."""
    first: dict[str, Found] = {}
    for item in found:
        first.setdefault(item.article_id, item)
    return list(first.values())[:count]


def archive_system(
    archive: Archive, name: SystemName, parts: Callable[[str], Sequence[str]] = by_rules
) -> Rank:
    """The system of that name over an archive; "baseline" is built in `rag.evaluation.baseline`.

    `parts` splits a question for "full". Raises ConfigError for "vectors" and "hybrid"
    where no passage is embedded.
    """
    if name == "full":
        return _full(archive, parts)
    snapshot = archive.snapshot()
    if name != "bm25" and not len(snapshot.dense):
        msg = (
            f"--system {name} needs vectors and {archive.folder} has none; "
            f"run dateline embed --archive {archive.folder}, or use --system bm25"
        )
        raise ConfigError(msg)
    return _ablation(snapshot, words=name != "vectors", meaning=name != "bm25")


def _full(archive: Archive, parts: Callable[[str], Sequence[str]]) -> Rank:
    def rank(question: EvalQuestion, as_of: datetime | None) -> list[Found]:
        hits = archive.search(
            question.question,
            PASSAGES,
            history=question.history,
            as_of=as_of,
            all_copies=True,
            parts=parts(question.question),
        )
        return [Found(hit.article.id, hit.article.title, hit.text) for hit in hits]

    return rank


def _ablation(snapshot: Snapshot, *, words: bool, meaning: bool) -> Rank:
    """One ranker alone, or the reciprocal rank fusion of both and nothing else."""

    def rank(question: EvalQuestion, as_of: datetime | None) -> list[Found]:
        query = standalone_question(question.question, question.history)
        filters = Filters().no_later_than(as_of)
        facets = snapshot.facets
        standing = facets.standing(as_of)
        rankings: list[list[int]] = []
        if words:
            best = snapshot.lexical.search(query, PASSAGES, filters, standing=standing)
            rankings.append([id_ for id_, _ in best])
        if meaning:
            allowed = facets.matching(filters) if as_of else None
            vector = snapshot.dense.encode(query)
            nearest = snapshot.dense.search(vector, PASSAGES, allowed, standing.then)
            rankings.append([id_ for id_, _ in nearest])
        fused = list(reciprocal_rank_fusion(rankings)) if len(rankings) > 1 else rankings[0]
        return _passages(snapshot, fused)

    return rank


def _passages(snapshot: Snapshot, ids: Sequence[int]) -> list[Found]:
    stored = snapshot.store.passages(ids)
    return [
        Found(article.id, article.title, article.text[passage.start : passage.end])
        for passage, article in (stored[id_] for id_ in ids if id_ in stored)
    ]
