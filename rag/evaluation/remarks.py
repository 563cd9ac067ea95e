"""What readers said of answers, as labelled questions; a person looks through them first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from rag.errors import QueryError
from rag.evaluation.datasets import UNANSWERABLE
from rag.records.answer_json import AnswerJson, read_answer
from rag.store import KeptRemark, Remark


def question_rows(remarks: Sequence[KeptRemark]) -> list[dict[str, Any]]:
    """The questions that were remarked on, each once, as rows of `questions.jsonl`.

    The articles that a helpful answer cites are gold, unless a reader calls the citation
    wrong; where an answer that declines helped, the question is unanswerable. What was only
    found wanting has no gold: `notes` say what readers wrote, for whoever completes the row.
    """
    by_question: dict[tuple[str, str], list[_Remarked]] = {}
    for each in _readable(remarks):
        asked = " ".join((each.answer.standalone or each.answer.question).split())
        if asked:
            by_question.setdefault((asked, f"{each.answer.as_of:%Y-%m-%d}"), []).append(each)
    return [
        _row(number, asked, day, group)
        for number, ((asked, day), group) in enumerate(by_question.items(), start=1)
    ]


class _Remarked(NamedTuple):
    remark: Remark
    answer: AnswerJson


def _readable(remarks: Sequence[KeptRemark]) -> Iterator[_Remarked]:
    """The remarks with their answers, without those whose answer cannot be read."""
    for each in remarks:
        with suppress(QueryError):
            yield _Remarked(each.remark, read_answer(each.answer))


def _row(number: int, asked: str, day: str, remarks: Sequence[_Remarked]) -> dict[str, Any]:
    wrong = {id_ for each in remarks for id_ in _wrong(each)}
    helpful = [each.answer for each in remarks if each.remark.kind == "helpful"]
    answered = [answer for answer in helpful if not answer.abstained]
    cited = [citation.article_id for answer in answered for citation in answer.citations]
    gold = dict.fromkeys(id_ for id_ in cited if id_ not in wrong)
    row: dict[str, Any] = {"qid": f"reader-{number}", "question": asked, "date": day}
    if any(answer.abstained for answer in helpful) and not gold:
        row["type"] = UNANSWERABLE
    return row | {
        "gold_ids": list(gold),
        "notes": [note for each in remarks for note in _note(each)],
    }


def _wrong(one: _Remarked) -> Iterator[str]:
    for each in one.answer.citations:
        if one.remark.citation is not None and each.number == one.remark.citation:
            yield each.article_id


def _note(one: _Remarked) -> Iterator[str]:
    wrong = ", ".join(_wrong(one))
    kind = f"{one.remark.kind} ({wrong})" if wrong else one.remark.kind
    if one.remark.note or wrong or one.remark.kind == "unhelpful":
        yield f"{kind}: {one.remark.note}".removesuffix(": ")
