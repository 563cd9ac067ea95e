"""What a language model makes of the same questions, beside the articles' own sentences.

Reporters' questions and quiz questions are asked alike. Each answer has the measures of its kind,
and those by which the two ways to answer are compared: is it right, is anything false in it marked
"supported", do its citations hold, what did it cost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rag.evaluation.answers import Answers
from rag.evaluation.citations import checker_supports, citation_scores, cited_sentences
from rag.evaluation.datasets import EvalQuestion, load_questions
from rag.evaluation.measures import capped, holds_answer
from rag.evaluation.report import Row
from rag.evaluation.reporters import Reporters, holds, normalised
from rag.evaluation.runner import Loaded, Suite
from rag.evaluation.tables import Table
from rag.language.words import shortened
from rag.records import Answer
from rag.verification.markers import without_markers

OUTCOMES: Final = "Right with the model, and without"
SIDE_BY_SIDE: Final = "Side by side"
FALSE_SENTENCES: Final = "Marked supported, and false by the labels"

COLUMNS: Final = (
    *("right", "vital", "false_supported", "citation_recall", "citation_precision"),
    *("wrongly_declined", "declined", "model_failed"),
    *("median_tokens_read", "median_tokens_written", "median_seconds"),
)
"""The measures that a page's table of such runs has."""

ENOUGH = 0.5
"""An answer that shows this share of the vital facts is right."""

_SHOWN = 600


@dataclass(frozen=True)
class WithModel(Answers):
    """Asks every question of a set of the model, and once more without it.

    With `sample` only so many are asked, spread evenly over the set.
    """

    groups = ("kind",)

    sample: int | None = None

    def load(self) -> Loaded[EvalQuestion]:
        """Quiz questions, then reporters' questions; a set may have one kind only."""
        kinds = {bool(each.form) for each in load_questions(self.data, self.subset, forms=None)}
        suites = (super().load, Reporters(self.archive, self.data, self.asking).load)
        loaded = [load() for load, kind in zip(suites, (False, True), strict=True) if kind in kinds]
        samples = [each for part in loaded for each in part.samples]
        asked = samples if self.sample is None else spread(samples, self.sample)
        unanswerable = sum(each.unanswerable for each in asked)
        counts = {
            name: sum(part.settings.get(name, 0) for part in loaded)
            for name in ("left_out", "out_of_reach")
        }
        return Loaded(
            asked,
            {
                **loaded[0].settings,
                **counts,
                "answerable": len(asked) - unanswerable,
                "unanswerable": unanswerable,
                "questions": len(samples),
                "sample": self.sample,
                "columns": list(COLUMNS),
            },
            [warning for part in loaded for warning in part.warnings],
        )

    def ask(self, sample: EvalQuestion) -> Answer:
        """The answer to one question; its `total` time has all that was waited for."""
        started = time.perf_counter()
        answer = super().ask(sample)
        total = time.perf_counter() - started
        return replace(answer, timings={**answer.timings, "total": total})

    def measure(self, sample: EvalQuestion, answer: Answer) -> Row:
        """The measures of the question's kind, and those by which the two ways are compared."""
        if sample.form:
            row = Reporters(self.archive, self.data, self.asking).measure(sample, answer)
        else:
            row = super().measure(sample, answer)
        false = false_sentences(sample, answer)
        measures = compared_measures(sample, answer) | row["measures"]
        if "near_miss_right" in measures:
            measures["right"] = measures["near_miss_right"]
        if sample.stale and not answer.abstained:
            measures["false_supported"] = float(bool(false))
        more = {
            "measures": measures,
            "kind": sample.form or sample.type,
            "text": answer.text,
            "by_model": bool(answer.model),
            "verdicts": [claim.verdict for claim in answer.claims],
            "false": [[sentence, fact] for sentence, fact in false],
        }
        return row | more

    def baseline(self) -> Suite[EvalQuestion, Answer] | None:
        """The articles' own sentences, asked for in the same way."""
        return replace(self, asking=replace(self.asking, model=None))

    def compared(self, rows: Sequence[Row], others: Sequence[Row]) -> Mapping[str, Table]:
        """How often each way is right, both texts of each question, and what is false."""
        return {
            OUTCOMES: outcomes(rows, others),
            SIDE_BY_SIDE: side_by_side(rows, others),
            FALSE_SENTENCES: Table(
                ("system", "qid", "sentence", "what no longer, or never, was so"),
                tuple(
                    (system, str(row["qid"]), sentence, fact)
                    for system, group in ((self.system, rows), ("without", others))
                    for row in group
                    for sentence, fact in row["false"]
                ),
            ),
        }


def spread(samples: Sequence[EvalQuestion], count: int) -> list[EvalQuestion]:
    """So many of the samples, evenly spaced and in their order; all where there are no more.

    Of 5, at most 2 are the first and the third.
    """
    total = len(samples)
    if count >= total:
        return list(samples)
    return [samples[place * total // count] for place in range(count)]


def compared_measures(question: EvalQuestion, answer: Answer) -> dict[str, float]:
    """What an answer by a model or without one is worth, and what it cost.

    `right` looks at the text alone, not at what stands in quotes beside it: at least half of the
    vital facts, or the first eighty words with one of the answers; a question that cannot be
    answered must be declined. Citation recall and precision are those
    of ALCE, by the checker. Tokens are those of all requests made for the answer.
    """
    declined = float(answer.abstained)
    measures = {"declined" if question.unanswerable else "wrongly_declined": declined}
    right = _right(question, answer)
    if right is not None:
        measures["right"] = float(right)
    if not answer.abstained:
        recall, precision = citation_scores(cited_sentences(answer), checker_supports)
        measures |= {"citation_recall": recall, "citation_precision": precision}
    return measures | {
        "median_tokens_read": float(answer.usage.prompt_tokens),
        "median_tokens_written": float(answer.usage.completion_tokens),
        "median_seconds": answer.timings.get("total", 0.0),
    }


def false_sentences(question: EvalQuestion, answer: Answer) -> list[tuple[str, str]]:
    """Sentences marked "supported" that state a stale fact, each with that fact.

    A sentence is not false that also states a fact of the question, nor one that comes after a
    vital fact: an earlier figure may stand below the one that replaced it.
    """
    found = []
    current = False
    for claim in answer.claims:
        sentence = without_markers(answer.text[claim.start : claim.end])
        text = normalised(sentence)
        stale = [fact for fact in question.stale if holds(fact, text)]
        right = [fact for fact in question.nuggets if holds(fact, text)]
        if stale and not right and not current and claim.verdict == "supported":
            found.append((" ".join(sentence.split()), stale[0].fact))
        current = current or any(fact.vital for fact in right)
    return found


def outcomes(rows: Sequence[Row], others: Sequence[Row]) -> Table:
    """How many questions each way answers right, and how many sentences it marks supported."""
    pairs = [
        (bool(row["measures"]["right"]), bool(other["measures"]["right"]))
        for row, other in zip(rows, others, strict=True)
        if "right" in row["measures"]
    ]
    names = ("both", "only with", "only without", "neither")
    each = ((True, True), (True, False), (False, True), (False, False))
    counts = [str(pairs.count(pair)) for pair in each]
    marked = ("supported with", "false with", "supported without", "false without")
    heading = ("", *names, *marked)
    return Table(heading, (("questions", *counts, *_sentences(rows), *_sentences(others)),))


def side_by_side(rows: Sequence[Row], others: Sequence[Row]) -> Table:
    """What was asked, what is expected, and both answers, each with whether it is right."""
    heading = ("qid", "question", "expected", "right with", "with", "right without", "without")
    return Table(
        heading,
        tuple(
            (
                *(str(row["qid"]), str(row["question"])),
                "; ".join(row["expected"]),
                *(_mark(row), shortened(row["text"], _SHOWN)),
                *(_mark(other), shortened(other["text"], _SHOWN)),
            )
            for row, other in zip(rows, others, strict=True)
        ),
    )


def _right(question: EvalQuestion, answer: Answer) -> bool | None:
    """Whether the answer's own text holds what it must; None where no label says what that is."""
    text = "" if answer.abstained else without_markers(answer.text)
    if question.unanswerable:
        return answer.abstained
    vital = [nugget for nugget in question.nuggets if nugget.vital]
    if vital:
        shown = sum(holds(nugget, normalised(text)) for nugget in vital)
        return shown / len(vital) >= ENOUGH
    return holds_answer(capped([text]), question.answers) if question.answers else None


def _mark(row: Row) -> str:
    right = row["measures"].get("right")
    return "" if right is None else "yes" if right else "no"


def _sentences(rows: Sequence[Row]) -> Iterator[str]:
    """How many sentences are marked supported, and how many of them are false."""
    yield str(sum(row["verdicts"].count("supported") for row in rows))
    yield str(sum(len(row["false"]) for row in rows))
