"""Rows of single questions to measures with intervals, by type and by year, and against a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rag.evaluation.intervals import PairedTest, Statistic, interval, mean, median, paired_test
from rag.evaluation.journal import Row

_STATISTICS: Mapping[str, Statistic] = {"median_words": median}
"""How the values of a measure become one number, where it is not their mean."""


def summarise(rows: Sequence[Row]) -> dict[str, float]:
    """Each measure over the rows that have it; a row's own value stands in its `measures`."""
    return {name: _statistic(name)(np.array(found)) for name, found in _values(rows).items()}


def intervals_of(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """The 95 % bootstrap interval of each measure over the rows that have it."""
    return {
        name: interval(np.array(found), _statistic(name)) for name, found in _values(rows).items()
    }


def grouped(rows: Sequence[Row], key: Callable[[Row], str]) -> dict[str, dict[str, Any]]:
    """Number and measures of the rows of each key, by key; {} where all rows have one key."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row) or "unknown", []).append(row)
    if len(groups) < 2:
        return {}
    return {
        name: {"n": len(group), "measures": summarise(group)}
        for name, group in sorted(groups.items())
    }


def compare(before: Sequence[Row], after: Sequence[Row]) -> dict[str, PairedTest]:
    """A paired test of each measure over the questions that have it in both runs."""
    earlier = {row["qid"]: row["measures"] for row in before}
    pairs = [(earlier[row["qid"]], row["measures"]) for row in after if row["qid"] in earlier]
    shared = {name: None for old, new in pairs for name in new if name in old}
    return {
        name: paired_test(
            [old[name] for old, new in pairs if name in old and name in new],
            [new[name] for old, new in pairs if name in old and name in new],
        )
        for name in shared
    }


def worst(rows: Sequence[Row], count: int = 20) -> list[Row]:
    """The rows with the lowest score, those with a full one left out; ties by qid."""
    failed = [row for row in rows if row["score"] < 1]
    return sorted(failed, key=lambda row: (row["score"], row["qid"]))[:count]


def _values(rows: Sequence[Row]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row["measures"].items():
            found.setdefault(name, []).append(float(value))
    return found


def _statistic(name: str) -> Statistic:
    return _STATISTICS.get(name, mean)
