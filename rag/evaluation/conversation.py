"""Measures the last turns of conversations: what is found, what is said, what is declined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.errors import CorpusError
from rag.evaluation.answers import Asking, answer_measures, measured, verbatim
from rag.evaluation.datasets import UNANSWERABLE, EvalQuestion, load_questions
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import Labelled, answerable, late_warning, out_of_reach
from rag.evaluation.measures import MAX_WORDS, capped, spread, token_f1, token_recall
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts, archive_state, data_name, question_row
from rag.evaluation.summary import grouped
from rag.llms import ChatModel
from rag.reading.markers import without_markers
from rag.records import Answer

ANSWERABLE = "answerable"
UNDERSPECIFIED = "underspecified"
HITS = 5
LATE_TURN = 7
"""Turns from this one on are counted together: few conversations last so long."""


@dataclass(frozen=True, slots=True)
class ConversationOptions:
    """What to measure: `dated` asks each question as of its date; `now` dates the report."""

    data: Path
    report: Path
    now: datetime
    dated: bool = True
    model: ChatModel | None = None


def evaluate_conversation(
    archive: Archive, options: ConversationOptions, progress: Progress
) -> Evaluated:
    """Asks the last turn of every conversation with the turns before it.

    Interrupted, the same call goes on where it stopped. Raises CorpusError for data without
    conversations, or of which the archive holds nothing.
    """
    labelled = _questions(archive, options.data)
    late = out_of_reach(archive, _with_relevant(labelled)) if options.dated else []
    asking = Asking(options.dated, options.model)
    asked = {"suite": "conversation", "dated": options.dated, "system": asking.system}
    asked |= {"questions": labelled.questions}
    journal = Journal(options.report, "conversation", archive_state(archive) | asked)
    archive.search(labelled.questions[0].question, 1)
    rows = journal.complete(
        labelled.questions,
        lambda question: _row(archive, question, asking),
        lambda done, total: progress("answering", done, total),
    )
    measures, intervals = measured(rows)
    report = Report(
        suite="conversation",
        data=data_name(options.data),
        system=asking.system,
        n=len(rows),
        measures=measures,
        intervals=intervals,
        settings=_settings(archive, options, rows)
        | {"left_out": labelled.left_out, "out_of_reach": len(late)},
        timings=spread([row["seconds"] for row in rows]),
        by_type=grouped(rows, lambda row: str(row["type"])),
        by_turn=grouped(rows, lambda row: _turn(row["turn"])),
        questions=rows,
    )
    return Evaluated(report, (*labelled.warnings, *late_warning(late)))


def answerability(question: EvalQuestion) -> str:
    """Whether the last turn has an answer: "answerable", "partial", "unanswerable" ...

    "underspecified" is a question that has to be asked more exactly first.
    """
    return question.answerability or (UNANSWERABLE if question.unanswerable else ANSWERABLE)


def conversation_measures(answer: Answer, question: EvalQuestion) -> dict[str, float]:
    """What the answer to a last turn is worth, by whether there is one to be had.

    The words said (at most 80) are compared with the reference, or with the short answers
    where there is none. `Hit@5` is whether a relevant article is among the first five that
    the answer was read from.
    """
    kind = answerability(question)
    if kind == UNANSWERABLE:
        return {"declined": float(answer.abstained)}
    if kind == UNDERSPECIFIED:
        return {"underspecified_declined": float(answer.abstained)}
    references = [question.reference] if question.reference else question.answers
    text = said(answer)
    kept = ("wrongly_declined", "median_words")
    known = answer_measures(answer, references)
    return {
        f"Hit@{HITS}": float(_found_relevant(answer, question)),
        "token_f1": token_f1(text, references),
        "token_recall": token_recall(text, references),
    } | {name: known[name] for name in kept if name in known}


def said(answer: Answer) -> str:
    """The words of an answer that are looked at: a model's own, else the quoted ones."""
    if answer.abstained:
        return ""
    if answer.model:
        return capped([without_markers(answer.text)])
    return capped(citation.quote for citation in answer.citations)


def _found_relevant(answer: Answer, question: EvalQuestion) -> bool:
    groups = dict.fromkeys((hit.article.id, *hit.copies, *hit.versions) for hit in answer.hits)
    first = list(groups)[:HITS]
    return any(set(group).intersection(question.relevant) for group in first)


def _questions(archive: Archive, data: Path) -> Labelled:
    """All last turns, but for those with an answer that the archive does not hold."""
    loaded = load_questions(data)
    if not any(question.history for question in loaded):
        msg = f"no question of {data} has a 'history'; a conversation has turns before the last"
        raise CorpusError(msg)
    held = answerable(archive, [q for q in loaded if _has_answer(q)], data)
    by_qid = {question.qid: question for question in held.questions}
    asked = [
        by_qid.get(question.qid, question)
        for question in loaded
        if question.qid in by_qid or not _has_answer(question)
    ]
    return Labelled(tuple(asked), held.warnings, held.left_out)


def _with_relevant(labelled: Labelled) -> list[EvalQuestion]:
    return [question for question in labelled.questions if _has_answer(question)]


def _has_answer(question: EvalQuestion) -> bool:
    return answerability(question) not in (UNANSWERABLE, UNDERSPECIFIED)


def _row(archive: Archive, question: EvalQuestion, asking: Asking) -> Row:
    answer, seconds = asking.ask(archive, question)
    kind = answerability(question)
    measures = conversation_measures(answer, question)
    score = measures.get("token_recall", float(answer.abstained))
    if answer.citations:
        measures["slice_equals_quote"] = float(verbatim(archive, answer))
    if asking.model is not None:
        measures["model_failed"] = float(bool(answer.hits) and not answer.model)
    # To ask back is neither to answer nor to decline: the confidence is not judged by it.
    known = {} if kind == UNDERSPECIFIED else {"answerable": kind != UNANSWERABLE}
    return (
        question_row(question)
        | known
        | {
            "type": kind,
            "turn": 1 + sum(message.role == "user" for message in question.history),
            "expected": [question.reference or "; ".join(question.answers)]
            if _has_answer(question)
            else [],
            "measures": measures,
            "score": score,
            "confidence": answer.confidence,
            "standalone": answer.standalone,
            "seconds": seconds,
            "found": _found(answer),
        }
    )


def _found(answer: Answer) -> list[dict[str, str]]:
    """What was said, with the best article it was read from."""
    text = "(declined)" if answer.abstained else said(answer)
    return [
        {"id": hit.article.id, "title": hit.article.title, "text": text} for hit in answer.hits[:1]
    ]


def _turn(number: int) -> str:
    return f"{LATE_TURN} and later" if number >= LATE_TURN else str(number)


def _settings(
    archive: Archive, options: ConversationOptions, rows: Sequence[Row]
) -> dict[str, Any]:
    return (
        archive_facts(archive)
        | dict(sorted(Counter(str(row["type"]) for row in rows).items()))
        | {
            "as_of": options.dated,
            "word_cap": MAX_WORDS,
            "date": f"{options.now:%Y-%m-%d}",
        }
    )
