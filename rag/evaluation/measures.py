"""Measures of one question each: rankings through ir-measures, answers by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.errors import ConfigError

RETRIEVAL_MEASURES = ("Hit@1", "Hit@5", "Hit@10", "RR@10", "nDCG@10")
DEPTH = 10
"""How many articles of a ranking are measured."""

MAX_WORDS = 80
"""How many words of an answer are looked at."""

_NO_WORD = re.compile(r"[\W_]+")


def retrieval_measures(
    relevant: Mapping[str, Iterable[str]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """The measures of each question in `relevant`, by qid; one without a ranking scores 0.

    `rankings` hold article ids, best first, each once. Raises ConfigError without ir-measures.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise ConfigError(missing("ir-measures")) from error
    names = {ir_measures.Success @ k: f"Hit@{k}" for k in (1, 5, 10)}
    names |= {ir_measures.RR @ DEPTH: "RR@10", ir_measures.nDCG @ DEPTH: "nDCG@10"}
    qrels = [ir_measures.Qrel(qid, id_, 1) for qid, ids in relevant.items() for id_ in ids]
    # trec_eval orders by score alone, and equal scores by id: ranks become distinct scores.
    run = [
        ir_measures.ScoredDoc(qid, id_, -float(rank))
        for qid, ids in rankings.items()
        for rank, id_ in enumerate(ids, start=1)
    ]
    found: dict[str, dict[str, float]] = {
        qid: dict.fromkeys(RETRIEVAL_MEASURES, 0.0) for qid in relevant
    }
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        found[metric.query_id][names[metric.measure]] = float(metric.value)
    return found


def missing(package: str) -> str:
    """What to tell somebody who lacks a package of the extra."""
    return f'{package} is not installed; pip install "dateline[eval]"'


def normalised(text: str) -> str:
    """Lower case, without punctuation, words one space apart.

    >>> normalised("The “Marigold” — No. 7!")
    'the marigold no 7'
    """
    return _NO_WORD.sub(" ", text.lower()).strip()


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in the text as whole words.

    >>> holds_answer("It carried 41 people.", ["4"]), holds_answer("Some 41, it said.", ["41"])
    (False, True)
    """
    padded = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in padded for answer in answers if normalised(answer))


def capped(quotes: Iterable[str], limit: int = MAX_WORDS) -> str:
    """The first `limit` words of the quotes together."""
    return " ".join(" ".join(quotes).split()[:limit])


def token_f1(text: str, answers: Iterable[str]) -> float:
    """The best F1 of the text's words with those of one answer; 0.0 without answers.

    >>> token_f1("it was Ilse Brandt", ["Ilse Brandt"])
    0.6666666666666666
    """
    words = Counter(normalised(text).split())
    return max((_f1(words, Counter(normalised(answer).split())) for answer in answers), default=0.0)


def token_recall(text: str, answers: Iterable[str]) -> float:
    """The best share of one answer's words that stand in the text; 0.0 without answers.

    >>> token_recall("it was Ilse Brandt", ["Ilse Brandt won"])
    0.6666666666666666
    """
    words = Counter(normalised(text).split())
    wanted = [Counter(normalised(answer).split()) for answer in answers]
    return max(((words & one).total() / one.total() for one in wanted if one), default=0.0)


def _f1(words: Counter[str], wanted: Counter[str]) -> float:
    shared = (words & wanted).total()
    return 2 * shared / (words.total() + wanted.total()) if shared else 0.0


def spread(seconds: Sequence[float]) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds, by nearest rank; nothing of nothing.

    >>> spread([0.001, 0.002, 0.004])
    {'p50_ms': 2.0, 'p95_ms': 4.0}
    """
    if not seconds:
        return {}
    ordered = sorted(seconds)
    # The nearest rank of p per cent is the ceiling of n * p / 100, counted from 1.
    at = {p: ordered[-(-len(ordered) * p // 100) - 1] for p in (50, 95)}
    return {f"p{p}_ms": round(value * 1000, 2) for p, value in at.items()}
