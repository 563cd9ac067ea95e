"""What a figure measures, read off the syntax of sentences with invented names."""

from __future__ import annotations

import pytest

from rag.language.measured import Measured, measured


def of(marked: str) -> Measured:
    """What the figure between stars measures."""
    before, figure, after = marked.split("*")
    return measured(before + figure + after, len(before), len(before) + len(figure))


@pytest.mark.parametrize(
    ("marked", "subject"),
    [
        ("Ann Orr spoke for *25* hours.", ("ann", "orr")),
        ("Ann Orr spoke for 25 hours, longer than Bo Lund, who spoke for *24* hours.",
         ("bo", "lund")),
        ("Ann Orr went to the hall and spoke for *25* hours.", ("ann", "orr")),
        ("She spoke for *25* hours.", ()),
        ("There are *64* wolves in the hills.", ()),
    ],
)  # fmt: skip
def test_the_subject_is_that_of_the_figures_own_clause(
    marked: str, subject: tuple[str, ...]
) -> None:
    assert of(marked).subject == subject


@pytest.mark.parametrize(
    "marked",
    [
        "Bo Lund's *24*-hour speech was the longest.",
        "Ann Orr broke the record of *24* hours held by Bo Lund.",
        "Ann Orr broke the record of *24* hours and 18 minutes held by Bo Lund.",
    ],
)
def test_a_figure_belongs_to_whom_its_noun_phrase_names(marked: str) -> None:
    assert of(marked).owner == ("bo", "lund")


def test_what_a_clause_is_compared_with_is_no_name_of_it() -> None:
    found = of("Bo Lund spoke for *24* hours, less than Ann Orr.")
    assert found.named == {"bo", "lund"}


def test_each_figure_has_its_own_place() -> None:
    assert of("Twelve people died in Tolbeck and *nine* in Orrenby.").place == ("orrenby",)
    assert of("*Twelve* people died in Tolbeck and nine in Orrenby.").place == ("tolbeck",)
    assert of("Twelve people died in *May*.").place == ()


def test_the_kind_of_thing_and_the_whole_of_a_share_are_stems() -> None:
    assert of("Orr needs *270* electoral votes.").qualities == {"elector"}
    assert of("She wants it, *45*% of Marren voters say.").share_of == {"voter"}
    assert of("The number of closed schools rose to *22*.").nouns == {"number", "school"}


def test_where_no_word_is_nothing_is_measured() -> None:
    assert measured("", 0, 0) == Measured()
