"""A ranking in the formats of trec_eval; its scores stand for ranks."""

from __future__ import annotations

from rag.evaluation.measures import DEPTH
from rag.evaluation.report import Report


def trec_run(report: Report) -> str:
    """The rankings in TREC's format; the score falls by one with each rank."""
    return "".join(
        f"{_token(row['qid'])} Q0 {_token(item['id'])} {rank} {DEPTH + 1 - rank} {report.system}\n"
        for row in report.questions
        for rank, item in enumerate(row["found"], start=1)
    )


def trec_qrels(report: Report) -> str:
    """The relevant articles of each question in TREC's format."""
    return "".join(
        f"{_token(row['qid'])} 0 {_token(id_)} 1\n"
        for row in report.questions
        for id_ in row["expected"]
    )


def _token(text: str) -> str:
    """The text without white space, which separates the fields of TREC's formats."""
    return "%20".join(text.split())
