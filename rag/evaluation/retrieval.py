"""Measures whether a system finds the right article, and how far up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.archive import Archive, Progress
from rag.errors import ConfigError
from rag.evaluation.baseline import baseline_system
from rag.evaluation.datasets import EvalQuestion, load_questions, subset_of
from rag.evaluation.journal import Journal, Row
from rag.evaluation.labels import answerable, late_warning, out_of_reach
from rag.evaluation.measures import DEPTH, retrieval_measures, spread
from rag.evaluation.report import Report
from rag.evaluation.runner import (
    Evaluated,
    archive_facts,
    archive_state,
    data_name,
    question_row,
)
from rag.evaluation.summary import compare, grouped, intervals_of, summarise
from rag.evaluation.systems import (
    PASSAGES,
    Rank,
    Split,
    SystemName,
    archive_system,
    best_of_each,
    splitter,
)
from rag.llms import ChatModel

_SNIPPET = 400


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """What to measure: `dated` asks each question as of its date; `now` dates the report.

    `split` says what divides a question that asks for several things; "model" is `llm`.
    """

    data: Path
    report: Path
    now: datetime
    system: SystemName = "full"
    subset: str = ""
    gold_only: bool = False
    dated: bool = True
    baseline: bool = True
    split: Split = "rules"
    llm: ChatModel | None = None


def evaluate_retrieval(
    archive: Archive, options: RetrievalOptions, progress: Progress
) -> Evaluated:
    """Measures a system, and the plain baseline beside it, on the labelled questions.

    Interrupted, the same call goes on where it stopped. Raises ConfigError without the
    extra "eval", CorpusError for data that cannot be measured.
    """
    # A missing package or model is better told now than after an hour of searching.
    retrieval_measures({}, {})
    splitter(options.split, options.llm)
    chosen = subset_of(load_questions(options.data), options.subset)
    labelled = answerable(archive, chosen, options.data, gold_only=options.gold_only)
    late = out_of_reach(archive, labelled.questions) if options.dated else []
    warnings = [*labelled.warnings, *late_warning(late)]
    run = _Run(archive, options, labelled.questions, progress)
    rows = run.rows(options.system)
    baseline = None
    if options.baseline and options.system != "baseline":
        try:
            baseline = _baseline(run.rows("baseline"), rows)
        except ConfigError as error:
            warnings.append(f"no baseline: {error}")
    report = Report(
        suite="retrieval",
        data=data_name(options.data),
        system=options.system,
        n=len(rows),
        measures=summarise(rows),
        intervals=intervals_of(rows),
        settings=_settings(archive, options, labelled.left_out, len(late)),
        timings=spread([row["seconds"] for row in rows]),
        baseline=baseline,
        by_type=grouped(rows, lambda row: str(row["type"])),
        by_year=grouped(rows, lambda row: str(row["year"])),
        questions=rows,
    )
    return Evaluated(report, tuple(warnings))


@dataclass(frozen=True, slots=True)
class _Run:
    """The questions of one evaluation and what is needed to rank for them."""

    archive: Archive
    options: RetrievalOptions
    questions: Sequence[EvalQuestion]
    progress: Progress

    def rows(self, system: SystemName) -> list[Row]:
        """A measured row for each question; what an interrupted run found is taken over."""
        asked = {"system": system, "dated": self.options.dated, "questions": self.questions}
        divided = _splitting(self.options) if system == "full" else {}
        state = archive_state(self.archive) | asked | divided
        journal = Journal(self.options.report, system, state)
        ranked = journal.complete(
            self.questions,
            _ranking(self._system, system, self.options.dated),
            lambda done, total: self.progress(system, done, total),
        )
        return _measured(self.questions, ranked)

    def _system(self, system: SystemName) -> Rank:
        if system == "baseline":
            return baseline_system(self.archive)
        return archive_system(self.archive, system, splitter(self.options.split, self.options.llm))


def _ranking(
    build: Callable[[SystemName], Rank], system: SystemName, dated: bool
) -> Callable[[EvalQuestion], Row]:
    """Ranks articles for a question; the system is built, and warmed up, at the first one."""
    built: list[Rank] = []

    def rank(question: EvalQuestion) -> Row:
        as_of = question.as_of if dated else None
        if not built:
            built.append(build(system))
            built[0](question, as_of)
        started = time.perf_counter()
        found = built[0](question, as_of)
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "found": [
                {"id": item.article_id, "title": item.title, "text": item.passage[:_SNIPPET]}
                for item in best_of_each(found, DEPTH)
            ],
        }

    return rank


def _measured(questions: Sequence[EvalQuestion], ranked: Sequence[Row]) -> list[Row]:
    measures = retrieval_measures(
        {question.qid: question.relevant for question in questions},
        {
            question.qid: [item["id"] for item in row["found"]]
            for question, row in zip(questions, ranked, strict=True)
        },
    )
    return [
        question_row(question)
        | {
            "expected": list(question.relevant),
            "measures": measures[question.qid],
            "score": measures[question.qid]["RR@10"],
        }
        | row
        for question, row in zip(questions, ranked, strict=True)
    ]


def _baseline(rows: Sequence[Row], of_system: Sequence[Row]) -> dict[str, Any]:
    return {
        "system": "baseline",
        "measures": summarise(rows),
        "intervals": intervals_of(rows),
        "timings": spread([row["seconds"] for row in rows]),
        "tests": {name: test.to_dict() for name, test in compare(rows, of_system).items()},
    }


def _splitting(options: RetrievalOptions) -> dict[str, str]:
    """What splits questions, where it is not the rules; with the model's name."""
    if options.split == "rules":
        return {}
    named = options.llm.name if options.llm and options.split == "model" else ""
    return {"split": f"{options.split} {named}".strip()}


def _settings(
    archive: Archive, options: RetrievalOptions, left_out: int, late: int
) -> dict[str, Any]:
    return archive_facts(archive) | {
        "as_of": options.dated,
        "subset": options.subset,
        "gold_only": options.gold_only,
        **_splitting(options),
        "passages_ranked": PASSAGES,
        "left_out": left_out,
        "out_of_reach": late,
        "date": f"{options.now:%Y-%m-%d}",
    }
