"""The ROC curve and the calibration of a confidence, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.evaluation.journal import Row
from rag.evaluation.roc import calibration_error, confidences, roc_figure, roc_points

ROWS: list[Row] = [
    {"confidence": 0.9, "answerable": True},
    {"confidence": 0.4, "answerable": True},
    {"confidence": 0.4, "answerable": False},
    {"confidence": 0.1, "answerable": False},
]


def test_points_go_from_the_strictest_threshold_to_the_laxest() -> None:
    assert roc_points(confidences(ROWS)) == [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    assert roc_points(confidences(ROWS[:2])) == []


def test_calibration_is_the_distance_from_the_share_in_each_bin() -> None:
    rows = np.array([[0.95, 1.0], [0.95, 0.0], [0.15, 0.0], [1.0, 1.0]])
    # Bin 9: .95 + .95 + 1 against 2 right, .9 off; bin 1: .15 off; of four rows.
    assert calibration_error(rows) == pytest.approx((0.9 + 0.15) / 4)
    assert calibration_error(np.array([[1.0, 1.0], [0.0, 0.0]])) == 0.0
    assert math.isnan(calibration_error(confidences([])))


def test_rows_without_a_confidence_are_left_out() -> None:
    rows: list[Row] = [*ROWS[:1], {"confidence": None, "answerable": True}, {"measures": {}}]
    assert confidences(rows).tolist() == [[0.9, 1.0]]


def test_the_curve_is_drawn_with_its_area() -> None:
    drawn = str(roc_figure(ROWS))
    assert "area .875" in drawn
    assert 'points="40.0,264.0 40.0,134.0 170.0,4.0 300.0,4.0"' in drawn
    assert str(roc_figure(ROWS[:2])) == ""
