"""Measures how far a judge of answers agrees with people, before its verdicts are trusted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from embeddings import Encoder
from rag.archive import Progress
from rag.errors import CorpusError
from rag.evaluation.correlation import Agreement, kappa, kendall, spearman, tabled
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.human_ratings import (
    PREFERRED,
    RATED,
    Aspect,
    HumanRatings,
    Preference,
    Rated,
    load_human_ratings,
)
from rag.evaluation.intervals import Floats, interval
from rag.evaluation.journal import Journal, Row
from rag.evaluation.judge import GOOD, AnswerJudge, CheckerJudge, ModelJudge
from rag.evaluation.measures import spread
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, question_row
from rag.evaluation.summary import intervals_of, summarise
from rag.llms import ChatModel
from rag.reading.extractive import Similarity

_PEOPLE = "one person"


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """What to measure; without a `model` the deterministic checker is the judge.

    With an `encoder` the checker compares meanings, too.
    """

    data: Path
    report: Path
    now: datetime
    model: ChatModel | None = None
    encoder: Encoder | None = None


def evaluate_judge(options: JudgeOptions, progress: Progress) -> Evaluated:
    """Has a judge rate and compare what people rated and compared.

    For each aspect of a rating: Spearman's and Kendall's correlation with the mean of the
    people's ratings, kappa of good against not good, and how far off the judge is. For each
    aspect of a pair: how often the judge prefers what people together prefer, a tie counting
    half, and kappa of first, second and tie. Beside it stands how far one person agrees with
    the others. Interrupted, the same call goes on where it stopped.
    """
    ratings = load_human_ratings(options.data)
    judge = _judge(options)
    both: list[Rated | Preference] = [*ratings.rated, *ratings.preferences]
    items = {item.qid: item for item in both}
    if not items:
        msg = f"{options.data} holds no rated answer and no pair; nothing can be measured"
        raise CorpusError(msg)
    questions = [_question(item) for item in items.values()]
    journal = Journal(
        options.report,
        "judge",
        {"judge": judge.name, "encoder": _fingerprint(options), "items": both},
    )
    rows = journal.complete(
        questions,
        lambda question: question_row(question) | _judged(judge, items[question.qid]),
        lambda done, total: progress("judging", done, total),
    )
    report = _report(options, judge, ratings, rows)
    return Evaluated(report, tuple(_warnings(rows)))


def _judge(options: JudgeOptions) -> AnswerJudge:
    if options.model is not None:
        return ModelJudge(options.model)
    return CheckerJudge(remembering(options.encoder) if options.encoder else None)


def remembering(encoder: Encoder) -> Similarity:
    """The cosine of texts with a claim; no text is encoded twice."""
    known: dict[str, Floats] = {}

    def vectors(texts: Sequence[str]) -> Floats:
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(new, encoder.encode_document(new).astype(np.float64), strict=True))
        return np.stack([known[text] for text in texts])

    def similarity(claim: str, texts: Sequence[str]) -> list[float]:
        return [float(cosine) for cosine in vectors(texts) @ vectors([claim])[0]] if texts else []

    return similarity


def _fingerprint(options: JudgeOptions) -> str:
    return options.encoder.fingerprint if options.encoder and not options.model else "none"


def _question(item: Rated | Preference) -> EvalQuestion:
    if isinstance(item, Preference):
        return EvalQuestion(item.qid, item.question, item.qid, type="pair")
    last = item.conversation.splitlines()[-1] if item.conversation else ""
    return EvalQuestion(item.qid, last, item.qid, type="rating")


def _judged(judge: AnswerJudge, item: Rated | Preference) -> Row:
    if isinstance(item, Preference):
        said = judge.prefer(item)
        people = {aspect: float(item.label(aspect)) for aspect in PREFERRED}
        measures = {
            f"{aspect}_agreed": _agreed(said[aspect], people[aspect])
            for aspect in PREFERRED
            if aspect in said and people[aspect]
        }
        shown = [item.first, item.second]
    else:
        said = judge.rate(item)
        people = {aspect: item.rating(aspect) for aspect in RATED}
        measures = {
            f"{aspect}_error": abs(said[aspect] - people[aspect])
            for aspect in RATED
            if aspect in said
        }
        shown = [item.response]
    return {
        "expected": [f"{aspect} {value:.2f}" for aspect, value in people.items()],
        "judge": dict(said),
        "people": people,
        "measures": measures,
        "score": _score(measures),
        "found": [
            {
                "id": ", ".join(f"{name} {value:.2f}" for name, value in said.items()),
                "title": "",
                "text": text,
            }
            for text in shown
        ],
    }


def _agreed(said: float, wanted: float) -> float:
    return 0.5 if said == 0 else float((said > 0) == (wanted > 0))


def _score(measures: Mapping[str, float]) -> float:
    """How well one item was judged, from 0 to 1; 1 where nothing was to be judged."""
    values = [1 - value if name.endswith("_error") else value for name, value in measures.items()]
    return fmean(values) if values else 1.0


def _report(
    options: JudgeOptions, judge: AnswerJudge, ratings: HumanRatings, rows: Sequence[Row]
) -> Report:
    measures, intervals = _summary(rows, judge.good)
    people, people_intervals = _summary(list(_people(ratings)), GOOD)
    return Report(
        suite="judge",
        data=options.data.resolve().name,
        system=judge.name,
        n=len(rows),
        measures=measures,
        intervals=intervals,
        settings={
            "as_of": False,
            "rated": len(ratings.rated),
            "pairs": len(ratings.preferences),
            "unreadable": sum(not row["judge"] for row in rows),
            "good_from": judge.good,
            "encoder": _fingerprint(options),
            "date": f"{options.now:%Y-%m-%d}",
        },
        timings=spread([row["seconds"] for row in rows if "seconds" in row]),
        baseline={
            "system": _PEOPLE,
            "measures": people,
            "intervals": people_intervals,
            "tests": {},
        },
        counted="answers and pairs",
        questions=rows,
    )


def _summary(
    rows: Sequence[Row], good: float
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """The measures of all rows: agreement first, then what is a mean over the rows."""
    found: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for name, columns, agreement in _agreements(rows, good):
        values, statistic = tabled(columns, agreement)
        value = statistic(values)
        if not math.isnan(value):
            found[name], intervals[name] = value, interval(values, statistic)
    return found | summarise(rows), intervals | intervals_of(rows)


def _agreements(rows: Sequence[Row], good: float) -> Iterator[tuple[str, Floats, Agreement]]:
    rated = [row for row in rows if row["type"] == "rating"]
    for aspect in RATED:
        values = _columns(rated, aspect)
        if len(values):
            yield f"{aspect}_spearman", values, spearman
            yield f"{aspect}_kendall", values, kendall
            yield f"{aspect}_kappa", (values >= [good - 1e-9, GOOD - 1e-9]).astype(float), kappa
    pairs = [row for row in rows if row["type"] == "pair"]
    for aspect in PREFERRED:
        values = _columns(pairs, aspect)
        if len(values):
            yield f"{aspect}_preference_kappa", np.sign(values), kappa


def _columns(rows: Sequence[Row], aspect: Aspect) -> Floats:
    """What the judge said and what people said, of the rows in which it said something."""
    return np.array(
        [[row["judge"][aspect], row["people"][aspect]] for row in rows if aspect in row["judge"]],
        dtype=np.float64,
    )


def _people(ratings: HumanRatings) -> Iterator[Row]:
    """Rows in which the first person of each item is the judge, and the others the people."""
    for item in ratings.rated:
        said = {a: item.ratings[a][0] for a in RATED if len(item.ratings[a]) > 1}
        others = {a: fmean(item.ratings[a][1:]) for a in said}
        errors = {f"{a}_error": abs(said[a] - others[a]) for a in said}
        yield {"type": "rating", "judge": said, "people": others, "measures": errors}
    for pair in ratings.preferences:
        first = {a: float(pair.labels[a][0]) for a in PREFERRED if len(pair.labels[a]) > 1}
        rest = {a: float(np.sign(sum(pair.labels[a][1:]))) for a in first}
        agreed = {f"{a}_agreed": _agreed(first[a], rest[a]) for a in first if rest[a]}
        yield {"type": "pair", "judge": first, "people": rest, "measures": agreed}


def _warnings(rows: Sequence[Row]) -> Iterator[str]:
    unreadable: list[Any] = [row["qid"] for row in rows if not row["judge"]]
    if unreadable:
        yield (
            f"replies of the judge that could not be read, left out: {len(unreadable):,}, "
            f"the first for {unreadable[0]!r}"
        )
