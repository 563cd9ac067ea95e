"""Measures whether the sentences of answers are borne out by what they cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.evaluation.alce import CitedSentence, Supports, cited_sentences, is_supported, scores
from rag.evaluation.answers import Asking, verbatim
from rag.evaluation.datasets import EvalQuestion, load_questions, subset_of
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import answerable, late_warning, out_of_reach
from rag.evaluation.measures import spread
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, archive_facts, archive_state, data_name, question_row
from rag.evaluation.summary import grouped, intervals_of, summarise
from rag.evaluation.support import borne_out, judged_by
from rag.llms import ChatModel
from rag.reading.verification import verify
from rag.records import Answer


@dataclass(frozen=True, slots=True)
class CitationOptions:
    """What to measure; a `judge` decides on support once more, beside the checker."""

    data: Path
    report: Path
    now: datetime
    subset: str = ""
    dated: bool = True
    model: ChatModel | None = None
    judge: ChatModel | None = None

    @property
    def judged_by(self) -> str:
        """The judge's name; "" where the checker alone decides."""
        return self.judge.name if self.judge else ""


def evaluate_citations(archive: Archive, options: CitationOptions, progress: Progress) -> Evaluated:
    """Asks every question that the archive can answer, and measures what the answers cite.

    Interrupted, the same call goes on where it stopped. Raises CorpusError for data that
    cannot be measured, ProviderError where the judge does not answer.
    """
    chosen = subset_of(load_questions(options.data), options.subset)
    labelled = answerable(archive, [q for q in chosen if not q.unanswerable], options.data)
    late = out_of_reach(archive, labelled.questions) if options.dated else []
    asking = Asking(options.dated, options.model)
    asked = {"suite": "citations", "dated": options.dated, "system": asking.system}
    asked |= {"judge": options.judged_by, "questions": labelled.questions}
    journal = Journal(options.report, "citations", archive_state(archive) | asked)
    archive.search(labelled.questions[0].question, 1)
    rows = journal.complete(
        labelled.questions,
        lambda question: _row(archive, question, asking, options.judge),
        lambda done, total: progress("answering", done, total),
    )
    report = Report(
        suite="citations",
        data=data_name(options.data),
        system=asking.system,
        n=len(rows),
        measures=summarise(rows),
        intervals=intervals_of(rows),
        settings=_settings(archive, options, rows)
        | {"left_out": labelled.left_out, "out_of_reach": len(late)},
        timings=spread([row["seconds"] for row in rows]),
        by_type=grouped(rows, lambda row: str(row["type"])),
        by_year=grouped(rows, lambda row: str(row["year"])),
        questions=rows,
    )
    return Evaluated(report, (*labelled.warnings, *late_warning(late)))


def citation_measures(answer: Answer, judge: Supports | None = None) -> dict[str, float]:
    """What the citations of an answer are worth; of a declined one, that it was declined.

    `unresolved` counts the numbers that point nowhere. What a `judge` finds stands beside
    it, with the share of cited sentences on which it agrees with the checker.
    """
    measures = {"wrongly_declined": float(answer.abstained)}
    if answer.abstained:
        return measures
    sentences = cited_sentences(answer)
    found = scores(sentences, borne_out)
    measures |= {
        "citation_recall": found.recall,
        "citation_precision": found.precision,
        "unresolved": float(len(answer.unresolved)),
    }
    return measures | _judged(sentences, judge) if judge else measures


def _judged(sentences: Sequence[CitedSentence], judge: Supports) -> dict[str, float]:
    found = scores(sentences, judge)
    measures = {"judged_recall": found.recall, "judged_precision": found.precision}
    cited = [sentence for sentence in sentences if sentence.citations and not sentence.lost]
    if cited:
        same = [is_supported(one, judge) == is_supported(one, borne_out) for one in cited]
        measures["judge_agrees"] = sum(same) / len(same)
    return measures


def _row(archive: Archive, question: EvalQuestion, asking: Asking, judge: ChatModel | None) -> Row:
    answer, seconds = asking.ask(archive, question)
    measures = citation_measures(answer, judged_by(judge) if judge else None)
    if not answer.abstained:
        cited = {citation.article.id for citation in answer.citations}
        measures["cites_relevant"] = float(bool(cited.intersection(question.relevant)))
    if answer.citations:
        measures["slice_equals_quote"] = float(verbatim(archive, answer))
    if asking.model is not None:
        measures["model_failed"] = float(bool(answer.hits) and not answer.model)
    return question_row(question) | {
        "expected": ["every sentence supported by what it cites"],
        "measures": measures,
        "score": min(measures.get("citation_recall", 1.0), measures.get("citation_precision", 1.0)),
        "sentences": len(answer.claims),
        "citations": len(answer.citations),
        "seconds": seconds,
        "found": faults(answer),
    }


def faults(answer: Answer) -> list[dict[str, str]]:
    """The sentences of an answer that do not score, each with the reason as its title."""
    sentences = () if answer.abstained else cited_sentences(answer)
    return [_fault(sentence) for sentence in sentences if not is_supported(sentence, borne_out)]


def _fault(sentence: CitedSentence) -> dict[str, str]:
    if sentence.lost:
        why = f"cites {', '.join(map(str, sentence.lost))}, which does not exist"
    else:
        why = "; ".join(verify(sentence.text, sentence.citations)[1])
    cited = ", ".join(dict.fromkeys(citation.article.id for citation in sentence.citations))
    return {"id": cited, "title": why, "text": sentence.text}


def _settings(archive: Archive, options: CitationOptions, rows: Sequence[Row]) -> dict[str, Any]:
    return archive_facts(archive) | {
        "as_of": options.dated,
        "subset": options.subset,
        "judge": options.judged_by,
        "sentences": sum(row["sentences"] for row in rows),
        "citations": sum(row["citations"] for row in rows),
        "date": f"{options.now:%Y-%m-%d}",
    }
