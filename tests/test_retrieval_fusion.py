"""Reciprocal rank fusion, by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.ranking import reciprocal_rank_fusion, shares_of_best

RANKINGS = st.lists(st.lists(st.integers(0, 9), unique=True), max_size=4)


def test_each_ranking_adds_one_over_k_plus_rank() -> None:
    fused = reciprocal_rank_fusion([[1, 2], [2, 3]], k=1)
    assert fused == pytest.approx({2: 1 / 3 + 1 / 2, 1: 1 / 2, 3: 1 / 3})
    assert list(fused) == [2, 1, 3]


def test_equal_scores_are_ordered_by_id() -> None:
    assert list(reciprocal_rank_fusion([[9, 4], [4, 9]])) == [4, 9]


def test_no_rankings_fuse_to_nothing() -> None:
    assert reciprocal_rank_fusion([]) == {}
    assert reciprocal_rank_fusion([[], []]) == {}


@given(RANKINGS)
def test_the_order_of_the_rankings_does_not_matter(rankings: list[list[int]]) -> None:
    assert list(reciprocal_rank_fusion(rankings)) == list(reciprocal_rank_fusion(rankings[::-1]))


@given(RANKINGS)
def test_every_ranked_id_is_fused_once(rankings: list[list[int]]) -> None:
    assert set(reciprocal_rank_fusion(rankings)) == {id_ for r in rankings for id_ in r}


def test_scores_become_shares_of_the_best() -> None:
    assert shares_of_best(np.array([8.0, 2.0])).tolist() == [1.0, 0.25]
    assert shares_of_best(np.array([0.0])).tolist() == [0.0]
    assert shares_of_best(np.array([])).tolist() == []
