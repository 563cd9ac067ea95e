"""How well a confidence tells what is answered from what is not: curve and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from rag.evaluation.intervals import Floats, roc_auc
from rag.evaluation.journal import Row
from rag.evaluation.tables import figure

BINS = 10
_SIZE = 260
_EDGE = 40


def roc_points(rows: Floats) -> list[tuple[float, float]]:
    """For each threshold, from strict to lax: negatives above it, positives above it, as shares.

    Each row is a score and its label, 1 or 0; [] without both labels.

    >>> roc_points(np.array([[0.9, 1.0], [0.4, 1.0], [0.4, 0.0], [0.1, 0.0]]))
    [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    """
    scores, labels = rows[:, 0], rows[:, 1] > 0
    positives, negatives = scores[labels], scores[~labels]
    if not len(positives) or not len(negatives):
        return []
    thresholds = np.unique(scores)[::-1]
    above = [(float((negatives >= t).mean()), float((positives >= t).mean())) for t in thresholds]
    return [(0.0, 0.0), *above]


def calibration_error(rows: Floats) -> float:
    """How far confidence is from the share that is right, on average over ten bins; nan of none.

    Each row is a confidence and 1 or 0 for right or wrong; a bin counts by its rows.

    >>> round(calibration_error(np.array([[0.8, 1.0], [0.8, 0.0], [0.2, 0.0]])), 3)
    0.267
    """
    if not len(rows):
        return float("nan")
    bins = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    gaps = [np.abs((rows[bins == one, 0] - rows[bins == one, 1]).sum()) for one in np.unique(bins)]
    return float(sum(gaps) / len(rows))


def confidences(rows: Iterable[Row]) -> Floats:
    """The confidence of each row that has one, and whether its question can be answered."""
    found = [
        [row["confidence"], float(row["answerable"])]
        for row in rows
        if row.get("confidence") is not None and "answerable" in row
    ]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def roc_figure(rows: Sequence[Row]) -> Markup:
    """The ROC curve of the rows' confidence, drawn; nothing where it is not defined."""
    labelled = confidences(rows)
    points = roc_points(labelled)
    if not points:
        return Markup()
    path = " ".join(f"{_EDGE + _SIZE * x:.1f},{_SIZE * (1 - y) + 4:.1f}" for x, y in points)
    return Markup(
        '<h2>ROC curve of the confidence</h2><svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="img" aria-label="ROC curve, area {area}">'
        '<path d="M{left} 4V{bottom}H{right}M{left} {bottom}L{right} 4" stroke="currentColor" '
        'stroke-opacity=".35" fill="none"/>'
        '<polyline points="{path}" fill="none" stroke="#1f6feb" stroke-width="2"/>'
        '<text x="{left}" y="{below}">answered though unanswerable: 0 to 1; area {area}</text>'
        '<text x="12" y="{bottom}" transform="rotate(-90 12 {bottom})">answerable, answered</text>'
        "</svg>"
    ).format(
        w=_SIZE + 2 * _EDGE,
        h=_SIZE + _EDGE,
        left=_EDGE,
        right=_EDGE + _SIZE,
        bottom=_SIZE + 4,
        below=_SIZE + 26,
        path=path,
        area=figure(roc_auc(labelled)),
    )
