"""What readers said of answers, as labelled questions; a person looks through them first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.evaluation.datasets import UNANSWERABLE
from rag.store import KeptRemark


def question_rows(remarks: Sequence[KeptRemark]) -> list[dict[str, Any]]:
    """The questions that were remarked on, each once, as rows of `questions.jsonl`.

    The articles that a helpful answer cites are gold, unless a reader calls the citation
    wrong; where an answer that declines helped, the question is unanswerable. What was only
    found wanting has no gold: `notes` say what readers wrote, for whoever completes the row.
    """
    by_question: dict[tuple[str, str], list[KeptRemark]] = {}
    for each in remarks:
        asked = str(each.answer.get("standalone") or each.answer.get("question", ""))
        day = str(each.answer.get("as_of", ""))[:10]
        if asked.strip():
            by_question.setdefault((" ".join(asked.split()), day), []).append(each)
    return [
        _row(number, asked, day, said)
        for number, ((asked, day), said) in enumerate(by_question.items(), start=1)
    ]


def _row(number: int, asked: str, day: str, said: Sequence[KeptRemark]) -> dict[str, Any]:
    wrong = {id_ for each in said for id_ in _wrong(each)}
    helpful = [each.answer for each in said if each.remark.kind == "helpful"]
    gold = dict.fromkeys(id_ for answer in helpful for id_ in _cited(answer) if id_ not in wrong)
    row: dict[str, Any] = {"qid": f"reader-{number}", "question": asked, "date": day}
    if any(answer.get("abstained") for answer in helpful) and not gold:
        row["type"] = UNANSWERABLE
    return row | {"gold_ids": list(gold), "notes": [note for each in said for note in _note(each)]}


def _cited(answer: Mapping[str, Any]) -> list[str]:
    return [str(each["article_id"]) for each in answer.get("citations", ())]


def _wrong(said: KeptRemark) -> Iterator[str]:
    for each in said.answer.get("citations", ()):
        if said.remark.citation is not None and each.get("number") == said.remark.citation:
            yield str(each["article_id"])


def _note(said: KeptRemark) -> Iterator[str]:
    wrong = ", ".join(_wrong(said))
    told = f"{said.remark.kind} ({wrong})" if wrong else said.remark.kind
    if said.remark.note or wrong or said.remark.kind == "unhelpful":
        yield f"{told}: {said.remark.note}".removesuffix(": ")
