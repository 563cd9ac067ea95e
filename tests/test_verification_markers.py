"""Citation markers in every form that models produce, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.markers import MARKER, disarmed, markers, without_markers


def found(text: str) -> list[tuple[int, ...]]:
    return [marker.numbers for marker in markers(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a [1] b [3][4]", [(1,), (3,), (4,)]),
        ("[1, 2] [1;2] [7 and 8] [1, 2, and 3]", [(1, 2), (1, 2), (7, 8), (1, 2, 3)]),
        ("[1-3] [4–6] [4, 6—8]", [(1, 2, 3), (4, 5, 6), (4, 6, 7, 8)]),
        ("【1】 【2†source】 【2†L3-L5】 ［3］ 〔4〕", [(1,), (2,), (2,), (3,), (4,)]),
        ("[[1]] [^2] [#3] \\[4\\]", [(1,), (2,), (3,), (4,)]),
        ("[Passage 3] [passages 1 and 2] [source: 4]", [(3,), (1, 2), (4,)]),
        ("[citation:1] [Doc 2] [ref. 3; ref. 4]", [(1,), (2,), (3, 4)]),
        ("[passage 1, passage 2]", [(1, 2)]),
        ("(Passage 3) (sources 1, 2) (ref. 4)", [(3,), (1, 2), (4,)]),
        ("<sup>1</sup> <sup>[2,3]</sup>", [(1,), (2, 3)]),
        ("It sank.¹ They said²,³ so.¹⁻³", [(1,), (2, 3), (1, 2, 3)]),
        ("[1](http://evil.example/x) [2] (so)", [(1,), (2,)]),
        ("[2, 2] [3-1] [1-99]", [(2,), (3, 1), (1, 99)]),
    ],
)  # fmt: skip
def test_every_form_is_known(text: str, numbers: list[tuple[int, ...]]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text", ["(1)", "[2031]", "[a]", "[ ]", "[1.5]", "1]", "5 km²", "10⁶", "[sic]", "(passage)"]
)
def test_what_only_looks_like_a_marker_is_none(text: str) -> None:
    assert found(text) == []


def test_a_range_of_more_than_21_numbers_is_its_two_ends() -> None:
    assert found("[1-21]") == [tuple(range(1, 22))]
    assert found("[1-22]") == [(1, 22)]


def test_a_text_without_markers_has_no_blanks_before_them_either() -> None:
    text = "It sank [1, 2], they say 【3】. So¹ [x]."
    assert without_markers(text) == "It sank, they say. So¹ [x]."


def test_a_disarmed_text_keeps_the_numbers() -> None:
    assert disarmed("A [3]. (Passage 4) 【5†x】 so said.⁶") == "A (3). (4) (5) so said.(6)"


@given(st.text(alphabet="aB1² [](),.-【】^#\\\n<sup>/¹passage", max_size=60))
def test_no_marker_survives_disarming_and_every_marker_is_a_place_in_the_text(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in markers(text))
    assert all(one.numbers for one in markers(text))
    assert not MARKER.search(disarmed(text))
