"""Measures whether answers hold what was asked, and are declined when they must be.

Without a language model, or with one: the questions, measures and report are the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.archive import NO_FILTERS, Archive, Progress
from rag.evaluation.datasets import UNANSWERABLE, EvalQuestion, load_questions, subset_of
from rag.evaluation.intervals import Statistic, interval, roc_auc
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import Labelled, answerable, late_warning, out_of_reach
from rag.evaluation.measures import MAX_WORDS, capped, holds_answer, spread, token_f1
from rag.evaluation.report import Report
from rag.evaluation.roc import calibration_error, confidences
from rag.evaluation.runner import (
    Evaluated,
    archive_facts,
    archive_state,
    data_name,
    question_row,
)
from rag.evaluation.summary import grouped, intervals_of, summarise
from rag.llms import ChatModel
from rag.reading.markers import MARKER
from rag.records import Answer, Filters

SYSTEM = "extractive"
AUC = "confidence_auc"
SEVERAL_VALUES = ("changed_over_time", "disagreement")
"""Types of questions whose answer is more than one value, each with its date."""
CALIBRATION = "calibration_error"


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
    model: ChatModel | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are put: as of their date or not, to whom, and within which filters.

    With `corroborated` only what the articles found agree on is an answer.
    """

    dated: bool = True
    model: ChatModel | None = None
    filters: Filters = NO_FILTERS
    corroborated: bool = False

    @property
    def system(self) -> str:
        """Who answers: the language model by its name, or the extractive reader."""
        return self.model.name if self.model else SYSTEM

    def ask(self, archive: Archive, question: EvalQuestion) -> tuple[Answer, float]:
        """The archive's answer, and the seconds that it took."""
        started = time.perf_counter()
        answer = archive.ask(
            question.question,
            question.history,
            filters=self.filters,
            as_of=question.as_of if self.dated else None,
            model=self.model,
            corroborated=self.corroborated,
        )
        return answer, time.perf_counter() - started


def evaluate_answers(archive: Archive, options: AnswerOptions, progress: Progress) -> Evaluated:
    """Asks every labelled and every unanswerable question.

    Interrupted, the same call goes on where it stopped. Raises CorpusError for data that
    cannot be measured.
    """
    asking = Asking(options.dated, options.model)
    labelled, declinable = _questions(archive, options)
    questions = [*labelled.questions, *declinable]
    late = out_of_reach(archive, labelled.questions) if options.dated else []
    asked = {"suite": "answers", "dated": options.dated, "questions": questions}
    asked["system"] = asking.system
    journal = Journal(options.report, "answers", archive_state(archive) | asked)
    archive.search(questions[0].question, 1)
    rows = journal.complete(
        questions,
        lambda question: ask_row(archive, question, asking),
        lambda done, total: progress("answering", done, total),
    )
    measures, intervals = measured(rows)
    report = Report(
        suite="answers",
        data=data_name(options.data),
        system=asking.system,
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


def ask_row(archive: Archive, question: EvalQuestion, asking: Asking) -> Row:
    """What a report says of one question: the answer's measures, its confidence and quotes."""
    answer, seconds = asking.ask(archive, question)
    declining = question.unanswerable
    measures = _declining(answer) if declining else answer_measures(answer, question.answers)
    if question.type in SEVERAL_VALUES:
        measures["both_values"] = float(tells_both(answer, question.answers))
    if answer.citations:
        measures["slice_equals_quote"] = float(verbatim(archive, answer))
    if asking.model is not None:
        measures["model_failed"] = float(bool(answer.hits) and not answer.model)
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
    """What an answer to a question with known answers is worth; a declined one holds nothing.

    Of a language model's answer its own text is looked at too, without its markers.
    """
    quotes = [citation.quote for citation in answer.citations]
    text = capped(quotes)
    measures = {
        "answer_in_quotes": float(holds_answer(text, answers)),
        "answer_in_first": float(holds_answer(capped(quotes[:1]), answers)),
        "token_f1": token_f1(text, answers),
        "wrongly_declined": float(answer.abstained),
    }
    if answer.model:
        said = "" if answer.abstained else capped([MARKER.sub(" ", answer.text)])
        measures["answer_in_text"] = float(holds_answer(said, answers))
        measures["text_token_f1"] = token_f1(said, answers)
    if not answer.abstained:
        words = MARKER.sub(" ", answer.text) if answer.model else " ".join(quotes)
        measures["median_words"] = float(len(words.split()))
    return measures


def tells_both(answer: Answer, answers: Sequence[str]) -> bool:
    """Whether two of the answers are quoted, each from an article with an outlet and a date."""
    shown = [c.quote for c in answer.citations if c.article.publisher and c.article.published]
    return sum(any(holds_answer(quote, [one]) for quote in shown) for one in answers) >= 2


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


def measured(rows: Sequence[Row]) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The measures of all rows with their intervals, and of the confidence where defined.

    `confidence_auc` tells answerable from unanswerable questions; `calibration_error` is how
    far the confidence is from the share of answerable ones.
    """
    measures, intervals = summarise(rows), intervals_of(rows)
    labelled = confidences(rows)
    statistics: dict[str, Statistic] = {AUC: roc_auc, CALIBRATION: calibration_error}
    for name, statistic in statistics.items():
        if not math.isnan(roc_auc(labelled)):
            measures[name] = statistic(labelled)
            intervals[name] = interval(labelled, statistic)
    return measures, intervals


def _settings(archive: Archive, options: AnswerOptions) -> dict[str, Any]:
    return archive_facts(archive) | {
        "as_of": options.dated,
        "subset": options.subset,
        "gold_only": options.gold_only,
        "word_cap": MAX_WORDS,
        "date": f"{options.now:%Y-%m-%d}",
    }
