"""How far two columns of numbers agree: rank correlations and Cohen's kappa.

They are computed from a square table that counts how many rows have each pair of values, the
values in order: a thousand resamples of the same rows then cost a second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rag.evaluation.intervals import Floats, Statistic

Counts = npt.NDArray[np.int64]
Agreement = Callable[[Counts], float]


def tabled(rows: Floats, agreement: Agreement) -> tuple[Floats, Statistic]:
    """The rows by the rank of their values, and the agreement as a statistic of such rows.

    >>> rows, statistic = tabled(np.array([[0.1, 0.1], [0.2, 0.3], [0.3, 0.2]]), spearman)
    >>> round(statistic(rows), 3)
    0.5
    """
    values, codes = np.unique(rows, return_inverse=True)
    size = len(values)

    def statistic(some: Floats) -> float:
        places = some.astype(np.int64)
        counts = np.bincount(places[:, 0] * size + places[:, 1], minlength=size * size)
        return agreement(counts.reshape(size, size))

    return codes.reshape(rows.shape).astype(np.float64), statistic


def spearman(table: Counts) -> float:
    """The rank correlation of the two columns, ties sharing a rank; nan where one is constant.

    >>> round(spearman(np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]])), 3)
    0.5
    """
    total = int(table.sum())
    x, y = (_ranks(table.sum(axis=axis)) - (total + 1) / 2 for axis in (1, 0))
    spread_x, spread_y = float(table.sum(axis=1) @ x**2), float(table.sum(axis=0) @ y**2)
    if not spread_x or not spread_y:
        return float("nan")
    return float(x @ table @ y / np.sqrt(spread_x * spread_y))


def kendall(table: Counts) -> float:
    """Kendall's tau-b of the two columns; nan where one is constant.

    Of the three pairs here two are in the same order and one is not.

    >>> round(kendall(np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]])), 3)
    0.333
    """
    pairs = _pairs(table.sum())
    tied_x, tied_y = (_pairs(table.sum(axis=axis)) for axis in (1, 0))
    unequal = float(pairs - tied_x) * float(pairs - tied_y)
    if unequal <= 0:
        return float("nan")
    return float((_in_order(table) - _in_order(table[:, ::-1])) / np.sqrt(unequal))


def kappa(table: Counts) -> float:
    """Cohen's kappa of two columns of classes; nan where chance alone would agree always.

    Three of four rows agree here, and two would by chance.

    >>> kappa(np.array([[1, 0], [1, 2]]))
    0.5
    """
    total = int(table.sum())
    chance = int(table.sum(axis=0) @ table.sum(axis=1))
    if total**2 == chance:
        return float("nan")
    return float((total * np.trace(table) - chance) / (total**2 - chance))


def _ranks(counts: Counts) -> Floats:
    return np.cumsum(counts) - (counts - 1) / 2


def _in_order(table: Counts) -> int:
    """Pairs of rows of which one is lower in both columns."""
    below = table.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
    return int((table[1:, 1:] * below).sum())


def _pairs(counts: npt.ArrayLike) -> int:
    tied = np.asarray(counts, dtype=np.int64)
    return int((tied * (tied - 1) // 2).sum())
