"""Measures of single samples, and how sure a figure over many samples is.

Rankings are measured by ir-measures; correlation, ROC, kappa and bootstrap are those of scipy and
scikit-learn.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import ConfigError

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats, Floats], float]
"""One number for two columns: scores and labels, or what two raters said; nan where undefined."""

DEPTH = 10
"""How many articles of a ranking are measured."""

MAX_WORDS = 80
"""How many words of an answer are looked at."""

RESAMPLES = 1_000
SEED = 2_000
BINS = 10

_NO_WORD = re.compile(r"[\W_]+")


def ranking_measures(relevant: Iterable[str], ranking: Sequence[str]) -> dict[str, float]:
    """Hit@1, Hit@5, Hit@10, RR@10 and nDCG@10 of one ranking of article ids, best first.

    Raises ConfigError without ir-measures.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise ConfigError(missing("ir-measures")) from error
    names = {ir_measures.Success @ k: f"Hit@{k}" for k in (1, 5, 10)}
    names |= {ir_measures.RR @ DEPTH: "RR@10", ir_measures.nDCG @ DEPTH: "nDCG@10"}
    qrels = [ir_measures.Qrel("q", id_, 1) for id_ in relevant]
    # trec_eval orders by score alone, and equal scores by id: ranks become distinct scores.
    run = [ir_measures.ScoredDoc("q", id_, -float(rank)) for rank, id_ in enumerate(ranking)]
    found = ir_measures.calc_aggregate(list(names), qrels, run) if qrels and run else {}
    return {name: float(found.get(measure, 0.0)) for measure, name in names.items()}


def missing(package: str) -> str:
    """The message for somebody who lacks a package of the extra."""
    return f'{package} is not installed; pip install "dateline[eval]"'


def normalize_answer(text: str) -> str:
    """Lower case, without punctuation, words one space apart.

    >>> normalize_answer("The “Marigold” — No. 7!")
    'the marigold no 7'
    """
    return _NO_WORD.sub(" ", text.lower()).strip()


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in the text as whole words.

    >>> holds_answer("It carried 41 people.", ["4"]), holds_answer("Some 41, it said.", ["41"])
    (False, True)
    """
    padded = f" {normalize_answer(text)} "
    sought = filter(None, map(normalize_answer, answers))
    return any(f" {answer} " in padded for answer in sought)


def capped(quotes: Iterable[str], limit: int = MAX_WORDS) -> str:
    """The first `limit` words of the quotes together."""
    return " ".join(" ".join(quotes).split()[:limit])


def token_overlap(text: str, answers: Iterable[str]) -> tuple[float, float]:
    """The best F1 and the best recall of one answer's words; zeros without answers.

    >>> token_overlap("it was Ilse Brandt", ["Ilse Brandt"])
    (0.6666666666666666, 1.0)
    """
    words = Counter(normalize_answer(text).split())
    wanted = [one for answer in answers if (one := Counter(normalize_answer(answer).split()))]
    shared = [((words & one).total(), one.total()) for one in wanted]
    f1 = max((2 * both / (words.total() + total) for both, total in shared), default=0.0)
    return f1, max((both / total for both, total in shared), default=0.0)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, by nearest rank; nothing of nothing.

    >>> percentiles([0.001, 0.002, 0.004])
    {'p50_ms': 2.0, 'p95_ms': 4.0}
    """
    found = np.percentile(seconds, [50, 95], method="inverted_cdf") if len(seconds) else ()
    return {f"p{p}_ms": round(1000 * float(v), 2) for p, v in zip((50, 95), found, strict=False)}


def interval(values: Sequence[float], *, median: bool = False) -> tuple[float, float]:
    """The 95 % interval of a mean, or of a median; (0.0, 0.0) of nothing.

    Of values that are all 0 or 1 it is Wilson's, which also tells of shares of 0 and 1; of
    others the percentile bootstrap's.
    """
    from scipy import stats

    if not len(values):
        return 0.0, 0.0
    if not median and set(values) <= {0, 1}:
        share = stats.binomtest(round(sum(values)), len(values))
        low, high = share.proportion_ci(method="wilson")
        return float(low), float(high)
    return _bootstrap([np.array(values, dtype=np.float64)], np.median if median else np.mean)


def paired_interval(
    columns: Floats, statistic: Statistic, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic of two columns, whose rows are resampled."""
    return _bootstrap([columns[:, 0], columns[:, 1]], statistic, resamples)


def _bootstrap(
    samples: Sequence[Floats], statistic: Callable[..., Any], resamples: int = 2 * RESAMPLES
) -> tuple[float, float]:
    """Percentiles over resamples; those of which the statistic is undefined are left out."""
    from scipy import stats

    if len(samples[0]) < 2:
        value = float(statistic(*samples))
        return value, value
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        drawn = stats.bootstrap(
            samples,
            statistic,
            paired=len(samples) > 1,
            vectorized=len(samples) == 1,
            n_resamples=resamples,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).bootstrap_distribution
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class PairedTest:
    """How much higher the second run is than the first, over the same `n` samples.

    `interval` holds 95 % of the resampled differences; `p` is that of a randomisation test
    which swaps the runs sample by sample.
    """

    n: int
    difference: float
    interval: tuple[float, float]
    p: float


def paired_test(before: Sequence[float], after: Sequence[float]) -> PairedTest:
    """Whether the second run's values differ from the first's, sample by sample."""
    from scipy import stats

    differences = np.array(after, dtype=np.float64) - np.array(before, dtype=np.float64)
    n = len(differences)
    observed = float(differences.mean()) if n else 0.0
    if n < 2 or not differences.any():
        return PairedTest(n, observed, (observed, observed), 1.0)
    test = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=2 * RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    return PairedTest(n, observed, _bootstrap([differences], np.mean), float(test.pvalue))


def roc_auc(scores: Floats, labels: Floats) -> float:
    """How often a positive scores above a negative, ties counting half; nan without both."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels > 0, scores)) if len(set(labels > 0)) > 1 else nan


def roc_points(scores: Floats, labels: Floats) -> list[tuple[float, float]]:
    """The ROC curve: negatives and positives above each threshold, as shares; [] without both."""
    from sklearn.metrics import roc_curve

    if len(set(labels > 0)) < 2:
        return []
    false, true, _ = roc_curve(labels > 0, scores, drop_intermediate=False)
    return list(zip(false.tolist(), true.tolist(), strict=True))


def calibration_error(confidences: Floats, labels: Floats) -> float:
    """How far confidence is from the share that is right, on average over ten bins.

    A bin counts by its rows.

    >>> calibration_error(np.array([0.75, 0.75, 0.25]), np.array([1.0, 0.0, 0.0]))
    0.25
    """
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidences - labels, BINS)
    return float(np.abs(gaps).sum() / len(confidences))


def spearman(one: Floats, other: Floats) -> float:
    """The rank correlation of two columns, ties sharing a rank; nan where one is constant."""
    from scipy import stats

    return float(stats.spearmanr(one, other).statistic) if np.ptp(one) and np.ptp(other) else nan


def kendall(one: Floats, other: Floats) -> float:
    """Kendall's tau-b of two columns; nan where one is constant."""
    from scipy import stats

    return float(stats.kendalltau(one, other).statistic) if np.ptp(one) and np.ptp(other) else nan


def kappa(one: Floats, other: Floats) -> float:
    """Cohen's kappa of two columns of classes; nan where both are one and the same class."""
    from sklearn.metrics import cohen_kappa_score

    several = len(np.unique([one, other])) > 1
    return float(cohen_kappa_score(one.astype(int), other.astype(int))) if several else nan
