"""Which labelled questions an archive can be measured on; the others are named, not scored."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.archive import Archive
from rag.corpus.jsonl import raw_lines
from rag.errors import CorpusError
from rag.evaluation.datasets import EvalQuestion, article_id

ARTICLES = ("articles.jsonl.gz", "articles.jsonl")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """The questions to measure, what is odd about the others, and how many were left out."""

    questions: tuple[EvalQuestion, ...]
    warnings: tuple[str, ...] = ()
    left_out: int = 0


def answerable(
    archive: Archive, questions: Sequence[EvalQuestion], data: Path, *, gold_only: bool = False
) -> Labelled:
    """The questions of which the archive holds a relevant article.

    With `gold_only` the silver articles count for nothing. Raises CorpusError where no
    question is labelled, and where the archive holds none of the labelled articles.
    """
    wanted = [replace(question, silver=()) if gold_only else question for question in questions]
    labelled = [question for question in wanted if question.relevant]
    if not labelled:
        names = "'gold_ids'" if gold_only else "'gold_ids' or 'silver_ids'"
        msg = f"no question has {names}; nothing can be measured"
        raise CorpusError(msg)
    known = set(archive.article_ids())
    labelled = _readdressed(labelled, known, data)
    held = [question for question in labelled if known.intersection(question.relevant)]
    if not held:
        first = labelled[0]
        msg = (
            f"{archive.folder} holds none of the articles that the questions name, such as "
            f"{first.relevant[0]!r} of {first.where}; name the archive that was built from them"
        )
        raise CorpusError(msg)
    warnings = tuple(_warnings(labelled, held, known))
    return Labelled(tuple(held), warnings, len(labelled) - len(held))


def out_of_reach(archive: Archive, questions: Sequence[EvalQuestion]) -> list[EvalQuestion]:
    """The questions whose relevant articles all appeared after the date they are asked as of."""
    wanted = sorted({id_ for question in questions for id_ in question.relevant})
    published = {article.id: article.published for article, _ in archive.articles(wanted)}
    return [
        question
        for question in questions
        if question.as_of is not None
        and not any(
            date is not None and date.at < question.as_of
            for date in map(published.get, question.relevant)
        )
    ]


def late_warning(late: Sequence[EvalQuestion]) -> list[str]:
    """What to tell of questions that no search as of their date can answer; [] of none."""
    if not late:
        return []
    first = late[0]
    return [
        f"questions whose relevant articles all appeared after their date, counted as missed: "
        f"{len(late):,}, the first {first.qid!r} ({first.where})"
    ]


def _readdressed(
    questions: Sequence[EvalQuestion], known: Collection[str], data: Path
) -> list[EvalQuestion]:
    """The questions with ids that only the data's own articles file explains put right.

    Data sets shorten an address to make their ids; the archive goes by the address.
    """
    unknown = {id_ for question in questions for id_ in question.relevant} - set(known)
    found = addresses(data, unknown) if unknown else {}
    if not found:
        return list(questions)
    return [
        replace(
            question,
            gold=tuple(found.get(id_, id_) for id_ in question.gold),
            silver=tuple(found.get(id_, id_) for id_ in question.silver),
        )
        for question in questions
    ]


def addresses(data: Path, ids: Collection[str]) -> dict[str, str]:
    """The id by address of those of the articles that the folder's articles file lists."""
    file = next((data / name for name in ARTICLES if (data / name).is_file()), None)
    if file is None:
        return {}
    found: dict[str, str] = {}
    for line in raw_lines(file):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        given = article_id(str(row.get("id") or ""))
        if given in ids and row.get("url"):
            found[given] = article_id(str(row["url"]))
    return found


def _warnings(
    labelled: Sequence[EvalQuestion], held: Sequence[EvalQuestion], known: Collection[str]
) -> list[str]:
    unknown = [
        f"{id_!r} ({question.where})"
        for question in labelled
        for id_ in question.relevant
        if id_ not in known
    ]
    warnings = []
    if unknown:
        listed = ", ".join(unknown[:_NAMED]) + (", ..." if len(unknown) > _NAMED else "")
        warnings.append(f"article ids that are not in the archive: {len(unknown):,}, {listed}")
    if left_out := len(labelled) - len(held):
        warnings.append(f"questions left out, with no article in the archive: {left_out:,}")
    return warnings
