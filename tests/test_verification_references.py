"""Every way of naming a passage, made `[n]`; and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Hit, Passage
from rag.verification.markers import markers, with_plain_references
from tests.builders import article

MILL = article("The mill burnt (2).", "a.example/1", publisher="Harbour Post", title="Mill burns")
FERRY = article("The ferry sank.", "b.example/2", publisher="The Ledger")
HITS = tuple(
    Hit(Passage(rank, one.id, 1, 0, len(one.text)), one, 1.0, rank)
    for rank, one in enumerate((MILL, FERRY), start=1)
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("So [1].", "So [1]."),
        ("So [P1][P2].", "So [1][2]."),
        ("So [P1, P2].", "So [1][2]."),
        ("So [S1].", "So [1]."),
        ("So [^1].", "So [1]."),
        ("So【1】.", "So[1]."),
        ("So [1-2].", "So [1][2]."),
        ("So (1).", "So [1]."),
        ("So. (1)", "So. [1]"),
        ("This (1) and that (2).", "This [1] and that [2]."),
        ("So [cite: 1].", "So [1]."),
        ("So [ID:1].", "So [1]."),
        ("So [passage_1].", "So [1]."),
        ("So [doc1].", "So [1]."),
        ("So [#1].", "So [1]."),
        ("So {1}.", "So [1]."),
        ("So ①.", "So [1]."),
        ("So ^1^.", "So [1]."),
        ("So \\cite{1}.", "So [1]."),
        ("So [1](http://a.example/b).", "So [1]."),
        ("So [1: Harbour Post].", "So [1]."),
        ("So [Harbour Post].", "So [1]."),
        ("So [Mill burns].", "So [1]."),
        ("So (Harbour Post, 3 May 2031).", "So [1]."),
        ("So [The Ledger; Harbour Post].", None),
        ("So (see passage 1).", "So [1]."),
        ("So (vgl. Passage 1).", "So [1]."),
        ("So [Quelle 1].", "So [1]."),
        ("So (Source: passage 1).", "So [1]."),
        ("So <ref>1</ref>.", "So [1]."),
        ('So <cite id="1"/>.', "So [1]."),
        ("So <sup>1</sup>", "So [1]"),
        ("Passage 1 says that the mill burnt.", "The mill burnt [1]."),
        ("Passages 1 and 2 report that it rained.", "It rained [1][2]."),
        ("According to passage 1, the mill burnt.", "The mill burnt [1]."),
        ("The mill burnt, according to passage 1.", "The mill burnt [1]."),
        ("- As stated in passage 2, it sank.", "- It sank [2]."),
        ("As stated in [2], it sank.", "It sank [2]."),
        ("According to [1] and [2], it rained.", "It rained [1][2]."),
        ("[2] states that it sank.", "It sank [2]."),
        ("[1, 2] report that it rained.", "It rained [1][2]."),
        ("From passage 1: the mill burnt.", "The mill burnt [1]."),
        ("<cite passage=1>The mill burnt.</cite>", "The mill burnt [1]."),
        ('<cite passage="1"/>The mill burnt.', "[1]The mill burnt."),
        ("So (passage 1, paragraph 2).", "So [1]."),
        ("So [2, § 1].", "So [2]."),
        ("So. Source: passage 1", "So. [1]"),
        ("So (as reported in passage 1).", "So [1]."),
        ('So [source 1: "The mill burnt"].', "So [1]."),
        ("So $^{1}$.", "So [1]."),
        ("So [Doc. 1, p. 2].", "So [1]."),
        ("So, as passage 1 makes clear.", "So [1]."),
        ("So; source: passage 1.", "So [1]."),
        ("It sank. This is stated in passage 2.", "It sank [2]."),
        ("It sank. (Passage 2 confirms this.)", "It sank [2]."),
        ("Looking at passage 2, it sank.", "It sank [2]."),
        ("We learn from passage 2 that it sank.", "It sank [2]."),
        ("Passage [2] tells us that it sank.", "It sank [2]."),
        ("So (confirmed by passage 1).", "So [1]."),
        ("So (cf. passage 1, first paragraph).", "So [1]."),
        ("So [src: 1].", "So [1]."),
        ("So → [1]", "So [1]"),
        ("As we can see from [1], the mill burnt.", "The mill burnt [1]."),
        ("The second passage says that it sank.", "It sank [2]."),
        ("Passage 1 clearly states that the mill burnt.", "The mill burnt [1]."),
        ('Passage 1 states: "The mill burnt."', '"The mill burnt." [1]'),
        ("So ^[1]^.", "So [1]."),
        ("Passage 1: the mill burnt.", "The mill burnt [1]."),
        ("In passage 2, we read that it sank.", "It sank [2]."),
        ("It is stated in passage 2 that it sank.", "It sank [2]."),
        ("So – Passage 1.", "So [1]."),
        ("1. This (1).\n2. That (2).", "1. This [1].\n2. That [2]."),
    ],
)
def test_every_way_of_naming_a_passage_is_known(text: str, plain: str | None) -> None:
    made = with_plain_references(text, HITS)
    if plain is None:
        assert {n for marker in markers(made) for n in marker.numbers} == {1, 2}
    else:
        assert made == plain


@pytest.mark.parametrize(
    "text",
    [
        "It rose (6.5 per cent).",
        "The mill burnt (2).",
        "In [2031] so.",
        "On (3 May 2031) so.",
        "He wrote [sic] so.",
        "A rate [1.5] so.",
        "Two (two) ways.",
        "(1) This.\n(2) That.",
        "He is one of (71 per cent).",
        "See (9).",
        "The word [passage] alone.",
        "See (paragraph 2).",
        "As of [2031] so.",
        "He quoted (from article 1 of the treaty) so.",
        "[1] The mill said so.",
    ],
)
def test_what_is_no_reference_stays(text: str) -> None:
    assert with_plain_references(text, HITS) == text


@given(st.text(alphabet="Pa1 2[](){}【】^<>/ref.,:-\n①’", max_size=60))
def test_no_text_is_too_odd_and_the_form_is_stable(text: str) -> None:
    once = with_plain_references(text, HITS)
    assert isinstance(once, str)
    assert len(once) <= 40 * (len(text) + 1)
