"""Measures whether the checker tells claims that their evidence bears out from those it does not.

Data are JSON lines of one of two kinds, told apart by their fields: `claim`, `references` and
`attribution_label` ("attributable" or not); or `article` and `summary_sentences`, each with a
`sentence` and `responses` ("yes" or "no") of several people, whose majority is the label.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Encoder, Vector
from rag.archive import Progress
from rag.errors import CorpusError
from rag.evaluation.datasets import EvalQuestion, data_rows, text_field
from rag.evaluation.intervals import Floats, Statistic, interval, roc_auc
from rag.evaluation.journal import Journal, Row
from rag.evaluation.measures import spread
from rag.evaluation.report import Report
from rag.evaluation.runner import Evaluated, data_name
from rag.indexes.encoding import RecentVectors
from rag.reading.extractive import Similarity
from rag.reading.verification import GROUNDED, grounding

ATTRIBUTABLE = "attributable"

AUC = "roc_auc"


@dataclass(frozen=True, slots=True)
class GroundingOptions:
    """What to measure; `now` dates the report. Without `encoder` words alone decide."""

    data: Path
    report: Path
    now: datetime
    encoder: Encoder | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim, the texts that should bear it out, and whether people say that they do."""

    qid: str
    claim: str
    evidence: tuple[str, ...]
    grounded: bool
    where: str
    type: str = ""


def evaluate_grounding(options: GroundingOptions, progress: Progress) -> Evaluated:
    """The checker's score of every claim against its label, with bootstrap intervals.

    ROC AUC needs no threshold; balanced accuracy and macro-F1 are those of scores of
    `GROUNDED` and more. Interrupted, the same call goes on where it stopped. Raises
    CorpusError for data that cannot be measured.
    """
    loaded = {claim.qid: claim for claim in load_claims(options.data)}
    asked = [EvalQuestion(one.qid, one.claim, one.where, one.type) for one in loaded.values()]
    settings = {"suite": "grounding", "encoder": _fingerprint(options), "claims": loaded}
    journal = Journal(options.report, "grounding", settings)
    similarity = similarity_by(options.encoder) if options.encoder else None
    rows = journal.complete(
        asked,
        lambda question: _row(loaded[question.qid], similarity),
        lambda done, total: progress("checking", done, total),
    )
    return Evaluated(_report(options, rows))


def similarity_by(encoder: Encoder) -> Similarity:
    """The cosine of texts with a claim, by that encoder; what was encoded lately is remembered."""
    recent = RecentVectors(encoder)

    @lru_cache(1)
    def asked(claim: str) -> Vector:
        vector: Vector = encoder.encode_query([claim])[0]
        return vector

    def similarity(claim: str, texts: Sequence[str]) -> list[float]:
        return [float(cosine) for cosine in recent.encode_document(texts) @ asked(claim)]

    return similarity


def load_claims(path: Path) -> list[Labelled]:
    """The claims of a file in either format, in its order; CorpusError names a bad line."""
    found = [
        claim
        for where, row in data_rows(path)
        for claim in (_sentences(row, where) if "article" in row else _claims(row, where))
    ]
    if len({claim.grounded for claim in found}) < 2:
        msg = f"{path} needs claims that are grounded and claims that are not"
        raise CorpusError(msg)
    return found


def macro_f1(rows: Floats) -> float:
    """The mean F1 of both labels at the threshold; each row is a score and its label.

    >>> round(macro_f1(np.array([[0.9, 1.0], [0.8, 0.0], [0.1, 0.0]])), 3)
    0.667
    """
    said, true = rows[:, 0] >= GROUNDED, rows[:, 1] > 0
    return float(np.mean([_f1(said, true), _f1(~said, ~true)]))


def balanced_accuracy(rows: Floats) -> float:
    """The mean share of each label that is told right at the threshold; nan without both.

    >>> balanced_accuracy(np.array([[0.9, 1.0], [0.8, 0.0], [0.1, 0.0]]))
    0.75
    """
    said, true = rows[:, 0] >= GROUNDED, rows[:, 1] > 0
    if true.all() or not true.any():
        return math.nan
    return float((said[true].mean() + (~said[~true]).mean()) / 2)


def accuracy(rows: Floats) -> float:
    """The share of labels that is told right at the threshold.

    >>> accuracy(np.array([[0.9, 1.0], [0.8, 0.0]]))
    0.5
    """
    return float(((rows[:, 0] >= GROUNDED) == (rows[:, 1] > 0)).mean())


_MEASURES: Mapping[str, Statistic] = {
    AUC: roc_auc,
    "macro_f1": macro_f1,
    "balanced_accuracy": balanced_accuracy,
    "accuracy": accuracy,
}


def _fingerprint(options: GroundingOptions) -> str:
    return options.encoder.fingerprint if options.encoder else ""


def _f1(said: Any, true: Any) -> float:
    right = float((said & true).sum())
    return 2 * right / float(said.sum() + true.sum()) if right else 0.0


def _claims(row: Mapping[str, Any], where: str) -> Iterator[Labelled]:
    references = row.get("references")
    if not isinstance(references, list) or not all(isinstance(one, str) for one in references):
        msg = f"{where}: 'references' must be a list of texts, not {references!r:.80}"
        raise CorpusError(msg)
    yield Labelled(
        qid=text_field(row, "id", where) or where,
        claim=text_field(row, "claim", where, required=True),
        evidence=tuple(references),
        grounded=text_field(row, "attribution_label", where, required=True) == ATTRIBUTABLE,
        where=where,
        type=text_field(row, "src_dataset", where),
    )


def _sentences(row: Mapping[str, Any], where: str) -> Iterator[Labelled]:
    article = text_field(row, "article", where, required=True)
    sentences = row.get("summary_sentences")
    try:
        for number, told in enumerate(sentences or (), start=1):
            yes = [answer["response"] == "yes" for answer in told["responses"]]
            yield Labelled(
                qid=f"{where}#{number}",
                claim=text_field(told, "sentence", where, required=True),
                evidence=(article,),
                grounded=sum(yes) > len(yes) / 2,
                where=where,
            )
    except (TypeError, KeyError) as error:
        msg = f"{where}: 'summary_sentences' must be objects with 'sentence' and 'responses'"
        raise CorpusError(msg) from error


def _row(claim: Labelled, similarity: Similarity | None) -> Row:
    started = time.perf_counter()
    score = grounding(claim.claim, claim.evidence, similarity)
    seconds = time.perf_counter() - started
    right = float((score >= GROUNDED) == claim.grounded)
    return {
        "qid": claim.qid,
        "question": claim.claim,
        "type": claim.type,
        "year": "",
        "date": "",
        "expected": ["grounded" if claim.grounded else "not grounded"],
        "grounded": claim.grounded,
        "measures": {"accuracy": right},
        "score": right,
        "grounding": score,
        "seconds": seconds,
        "found": [
            {"id": claim.where, "title": f"score {score:.2f}", "text": claim.evidence[0][:400]}
        ]
        if claim.evidence and not right
        else [],
    }


def _report(options: GroundingOptions, rows: Sequence[Row]) -> Report:
    told = _told(rows)
    types = sorted({str(row["type"]) for row in rows})
    groups = {name: [row for row in rows if row["type"] == name] for name in types}
    return Report(
        suite="grounding",
        data=data_name(options.data),
        system="checker with encoder" if options.encoder else "checker",
        n=len(rows),
        measures={name: statistic(told) for name, statistic in _MEASURES.items()},
        intervals={name: interval(told, statistic) for name, statistic in _MEASURES.items()},
        settings={
            "as_of": False,
            "encoder": _fingerprint(options),
            "threshold": GROUNDED,
            "grounded": int(told[:, 1].sum()),
            "date": f"{options.now:%Y-%m-%d}",
        },
        timings=spread([row["seconds"] for row in rows]),
        by_type={
            name: {"n": len(group), "measures": _defined(_told(group))}
            for name, group in groups.items()
            if len(groups) > 1
        },
        counted="claims",
        questions=rows,
    )


def _told(rows: Sequence[Row]) -> Floats:
    return np.array([[row["grounding"], float(row["grounded"])] for row in rows])


def _defined(told: Floats) -> dict[str, float]:
    found = {name: statistic(told) for name, statistic in _MEASURES.items()}
    return {name: value for name, value in found.items() if not math.isnan(value)}
