"""Which labelled questions an archive can be measured on; the others are named, not scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.corpus.jsonl import raw_lines
from rag.errors import CorpusError
from rag.evaluation.datasets import EvalQuestion, article_id
from rag.evaluation.runner import Loaded

_BATCH = 500
ARTICLES = ("articles.jsonl.gz", "articles.jsonl")


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


@dataclass(frozen=True, slots=True)
class Coverage:
    """The questions to measure, warnings about the others, and how many were left out.

    `out_of_reach` counts those whose relevant articles all appeared after their date.
    """

    archive: Archive
    questions: tuple[EvalQuestion, ...]
    warnings: tuple[str, ...] = ()
    left_out: int = 0
    out_of_reach: int = 0

    def loaded(self, facts: Mapping[str, Any]) -> Loaded[EvalQuestion]:
        """The questions, with the archive, what a suite says of itself and the counts."""
        counts = {"left_out": self.left_out, "out_of_reach": self.out_of_reach}
        return Loaded(
            self.questions, archive_facts(self.archive) | {**facts, **counts}, self.warnings
        )


def covered(
    archive: Archive,
    questions: Sequence[EvalQuestion],
    data: Path,
    *,
    gold_only: bool = False,
    dated: bool = True,
    needs_article: Callable[[EvalQuestion], bool] = lambda _question: True,
) -> Coverage:
    """The questions of which the archive holds a relevant article, in their order.

    Those of which `needs_article` is false stay among them. With `gold_only` silver articles do
    not count; without `dated` nothing is out of reach.
    Raises CorpusError where no question is labelled, and where the archive holds none of the
    labelled articles.
    """
    wanted = [replace(question, silver=()) if gold_only else question for question in questions]
    labelled = [question for question in wanted if question.relevant and needs_article(question)]
    if not labelled:
        names = "'gold_ids'" if gold_only else "'gold_ids' or 'silver_ids'"
        msg = f"no question has {names}; nothing can be measured"
        raise CorpusError(msg)
    known = set(archive.article_ids())
    labelled = _readdressed(labelled, known, data)
    found = [question for question in labelled if known.intersection(question.relevant)]
    if not found:
        first = labelled[0]
        msg = (
            f"{archive.folder} holds none of the articles that the questions name, such as "
            f"{first.relevant[0]!r} of {first.where}; name the archive that was built from them"
        )
        raise CorpusError(msg)
    late = _late(archive, found) if dated else []
    pairs = [(id_, question.where) for question in labelled for id_ in question.relevant]
    unknown = [f"{id_!r} ({where})" for id_, where in pairs if id_ not in known]
    left_out = len(labelled) - len(found)
    warnings = []
    if unknown:
        warnings.append(f"article ids that are not in the archive: {listed(unknown)}")
    if left_out:
        warnings.append(f"questions left out, with no article in the archive: {left_out:,}")
    if late:
        names = listed([f"{question.qid!r} ({question.where})" for question in late], 1)
        warnings.append(
            f"questions whose relevant articles all appeared after their date, "
            f"counted as missed: {names}"
        )
    by_qid = {question.qid: question for question in found}
    measured = tuple(
        by_qid.get(question.qid, question)
        for question in wanted
        if question.qid in by_qid or not needs_article(question)
    )
    return Coverage(archive, measured, tuple(warnings), left_out, len(late))


def listed(names: Sequence[str], most: int = 3) -> str:
    """How many names there are, and the first of them.

    >>> listed(["a", "b"], 1)
    '2, a, ...'
    """
    return ", ".join([f"{len(names):,}", *names[:most], *["..."][: max(0, len(names) - most)]])


def addresses(data: Path, ids: Collection[str]) -> dict[str, str]:
    """The id by address of those of the articles that the folder's articles file lists.

    Data sets shorten an address to make their ids; the archive goes by the address.
    """
    file = next((data / name for name in ARTICLES if (data / name).is_file()), None)
    found: dict[str, str] = {}
    for line in raw_lines(file) if file and ids else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        given = article_id(str(row.get("id") or ""))
        if given in ids and row.get("url"):
            found[given] = article_id(str(row["url"]))
    return found


def _readdressed(
    questions: Sequence[EvalQuestion], known: Collection[str], data: Path
) -> list[EvalQuestion]:
    """The questions with the ids that only the data's own articles file explains corrected."""
    found = addresses(data, {id_ for one in questions for id_ in one.relevant} - set(known))
    return [
        replace(
            question,
            gold=tuple(found.get(id_, id_) for id_ in question.gold),
            silver=tuple(found.get(id_, id_) for id_ in question.silver),
        )
        for question in questions
    ]


def _late(archive: Archive, questions: Sequence[EvalQuestion]) -> list[EvalQuestion]:
    """The questions whose relevant articles all appeared after the date they are asked as of."""
    wanted = sorted({id_ for question in questions for id_ in question.relevant})
    dates = {article.id: article.published for article, _ in archive.articles_with_passages(wanted)}
    return [
        question
        for question in questions
        if question.as_of is not None
        and not any(
            date is not None and date.at < question.as_of
            for date in map(dates.get, question.relevant)
        )
    ]
