"""Measures whether answers hold what was asked, and are declined when they must be."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from rag.archive import Archive, Progress
from rag.evaluation.datasets import UNANSWERABLE, EvalQuestion, load_questions, subset_of
from rag.evaluation.intervals import interval, roc_auc
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import Labelled, answerable, late_warning, out_of_reach
from rag.evaluation.measures import MAX_WORDS, capped, holds_answer, spread, token_f1
from rag.evaluation.report import Report
from rag.evaluation.runner import (
    Evaluated,
    archive_facts,
    archive_state,
    data_name,
    question_row,
)
from rag.evaluation.summary import grouped, intervals_of, summarise
from rag.records import Answer

SYSTEM = "extractive"
AUC = "confidence_auc"


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """What to measure; `unanswerable` names more questions that must be declined."""

    data: Path
    report: Path
    now: datetime
    unanswerable: Path | None = None
    subset: str = ""
    gold_only: bool = False
    dated: bool = True


def evaluate_answers(archive: Archive, options: AnswerOptions, progress: Progress) -> Evaluated:
    """Asks every labelled and every unanswerable question, without a language model.

    Interrupted, the same call goes on where it stopped. Raises CorpusError for data that
    cannot be measured.
    """
    labelled, declinable = _questions(archive, options)
    questions = [*labelled.questions, *declinable]
    late = out_of_reach(archive, labelled.questions) if options.dated else []
    asked = {"suite": "answers", "dated": options.dated, "questions": questions}
    journal = Journal(options.report, "answers", archive_state(archive) | asked)
    archive.search(questions[0].question, 1)
    rows = journal.complete(
        questions,
        lambda question: _row(archive, question, dated=options.dated),
        lambda done, total: progress("answering", done, total),
    )
    measures, intervals = _summary(rows)
    report = Report(
        suite="answers",
        data=data_name(options.data),
        system=SYSTEM,
        n=len(rows),
        measures=measures,
        intervals=intervals,
        settings=_settings(archive, options)
        | {
            "left_out": labelled.left_out,
            "out_of_reach": len(late),
            "answerable": len(labelled.questions),
            "unanswerable": len(declinable),
        },
        timings=spread([row["seconds"] for row in rows]),
        by_type=grouped(rows, lambda row: str(row["type"])),
        by_year=grouped(rows, lambda row: str(row["year"])),
        questions=rows,
    )
    return Evaluated(report, (*labelled.warnings, *late_warning(late)))


def _questions(archive: Archive, options: AnswerOptions) -> tuple[Labelled, list[EvalQuestion]]:
    """The questions that have an answer in the archive, and those that have none."""
    loaded = load_questions(options.data)
    chosen = subset_of([q for q in loaded if not q.unanswerable], options.subset)
    labelled = answerable(archive, chosen, options.data, gold_only=options.gold_only)
    with_answer = tuple(question for question in labelled.questions if question.answers)
    declinable = [question for question in loaded if question.unanswerable]
    if options.unanswerable is not None:
        asked = {question.question for question in declinable}
        more = load_unanswerable(options.unanswerable)
        declinable += [question for question in more if question.question not in asked]
    return Labelled(with_answer, labelled.warnings, labelled.left_out), declinable


def load_unanswerable(path: Path) -> list[EvalQuestion]:
    """The questions of type "unanswerable" of a file; all of them where none has that type."""
    loaded = load_questions(path)
    typed = [question for question in loaded if question.unanswerable] or loaded
    return [
        replace(question, qid=f"{UNANSWERABLE}/{question.qid}", type=UNANSWERABLE, answers=())
        for question in typed
    ]


def _row(archive: Archive, question: EvalQuestion, *, dated: bool) -> Row:
    as_of = question.as_of if dated else None
    started = time.perf_counter()
    answer = archive.ask(question.question, question.history, as_of=as_of)
    seconds = time.perf_counter() - started
    declining = question.unanswerable
    measures = _declining(answer) if declining else answer_measures(answer, question.answers)
    if answer.citations:
        measures["slice_equals_quote"] = float(verbatim(archive, answer))
    return question_row(question) | {
        "expected": list(question.answers),
        "answerable": not declining,
        "measures": measures,
        "score": measures["declined" if declining else "answer_in_quotes"],
        "confidence": answer.confidence,
        "seconds": seconds,
        "found": _found(answer),
    }


def answer_measures(answer: Answer, answers: Sequence[str]) -> dict[str, float]:
    """What an answer to a question with known answers is worth; a declined one holds nothing."""
    quotes = [citation.quote for citation in answer.citations]
    text = capped(quotes)
    measures = {
        "answer_in_quotes": float(holds_answer(text, answers)),
        "answer_in_first": float(holds_answer(capped(quotes[:1]), answers)),
        "token_f1": token_f1(text, answers),
        "wrongly_declined": float(answer.abstained),
    }
    if not answer.abstained:
        measures["median_words"] = float(len(" ".join(quotes).split()))
    return measures


def _declining(answer: Answer) -> dict[str, float]:
    return {"declined": float(answer.abstained)}


def verbatim(archive: Archive, answer: Answer) -> bool:
    """Whether every citation is the stored article's own words at the place it names."""
    return all(
        archive.article(citation.article.id, citation.article.revision).text[
            citation.start : citation.end
        ]
        == citation.quote
        for citation in answer.citations
    )


def _found(answer: Answer) -> list[dict[str, str]]:
    """What the reader saw: the quotes, or the nearest articles where it was declined."""
    if answer.abstained:
        return [
            {"id": hit.article.id, "title": hit.article.title, "text": "(declined)"}
            for hit in answer.hits[:1]
        ]
    return [
        {"id": citation.article.id, "title": citation.article.title, "text": citation.quote}
        for citation in answer.citations
    ]


def _summary(rows: Sequence[Row]) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The measures of all rows, with the area under the ROC curve where it is defined."""
    measures, intervals = summarise(rows), intervals_of(rows)
    labelled = np.array([[row["confidence"], float(row["answerable"])] for row in rows])
    area = roc_auc(labelled)
    if not math.isnan(area):
        measures[AUC], intervals[AUC] = area, interval(labelled, roc_auc)
    return measures, intervals


def _settings(archive: Archive, options: AnswerOptions) -> dict[str, Any]:
    return archive_facts(archive) | {
        "as_of": options.dated,
        "subset": options.subset,
        "gold_only": options.gold_only,
        "word_cap": MAX_WORDS,
        "date": f"{options.now:%Y-%m-%d}",
    }
