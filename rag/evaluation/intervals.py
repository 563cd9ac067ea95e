"""How sure a number is: bootstrap intervals, a paired test and the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], float]

RESAMPLES = 2_000
SEED = 2_000
CONFIDENCE = 95.0


@dataclass(frozen=True, slots=True)
class PairedTest:
    """How much higher the second run is than the first, over the same `n` questions.

    `interval` holds 95 % of the resampled differences; `p` is the share of resamples, had
    the runs been equal, that differ at least as much.
    """

    n: int
    difference: float
    interval: tuple[float, float]
    p: float

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "n": self.n,
            "difference": self.difference,
            "interval": list(self.interval),
            "p": self.p,
        }


def mean(values: Floats) -> float:
    """The arithmetic mean; 0.0 of nothing."""
    return float(values.mean()) if len(values) else 0.0


def median(values: Floats) -> float:
    """The middle value; 0.0 of nothing."""
    return float(np.median(values)) if len(values) else 0.0


def interval(values: Floats, statistic: Statistic = mean) -> tuple[float, float]:
    """The middle 95 % of the statistic over 2,000 resamples of the rows, always the same ones.

    Of no values it is (0.0, 0.0).
    """
    if not len(values):
        return 0.0, 0.0
    return _middle(np.array([statistic(values[rows]) for rows in _resamples(len(values))]))


def paired_test(before: Sequence[float], after: Sequence[float]) -> PairedTest:
    """Whether the second run's values differ from the first's, question by question.

    Raises ValueError where the runs are not of the same length.
    """
    if len(before) != len(after):
        msg = f"the runs have {len(before)} and {len(after)} questions; pair them first"
        raise ValueError(msg)
    differences = np.array(after, dtype=np.float64) - np.array(before, dtype=np.float64)
    if not len(differences):
        return PairedTest(0, 0.0, (0.0, 0.0), 1.0)
    observed = float(differences.mean())
    resampled = np.array([differences[rows].mean() for rows in _resamples(len(differences))])
    # Centred on zero, the resamples show what chance alone does. A rounding error must not
    # make a resample that equals the observed difference smaller than it.
    as_large = np.abs(resampled - observed) >= abs(observed) - 1e-12
    p = (1 + int(as_large.sum())) / (1 + RESAMPLES)
    return PairedTest(len(differences), observed, _middle(resampled), p)


def roc_auc(rows: Floats) -> float:
    """How often a positive scores above a negative, ties counting half; nan without both.

    Each row is a score and its label, 1 or 0.

    >>> roc_auc(np.array([[0.9, 1.0], [0.4, 1.0], [0.4, 0.0], [0.1, 0.0]]))
    0.875
    """
    scores, labels = rows[:, 0], rows[:, 1] > 0
    positives, negatives = scores[labels], np.sort(scores[~labels])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).sum() / 2 / (len(positives) * len(negatives)))


def _resamples(n: int) -> Iterator[npt.NDArray[np.int64]]:
    random = np.random.default_rng(SEED)
    return (random.integers(0, n, size=n) for _ in range(RESAMPLES))


def _middle(values: Floats) -> tuple[float, float]:
    tail = (100 - CONFIDENCE) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)
