"""Citation recall and precision by hand: made answers, and a checker that reads the alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.citations import CitedSentence, citation_scores, cited_sentences
from rag.records import Answer, Citation, Claim, Hit, Passage
from rag.verification.citing import cite
from tests.builders import article

LETTERS = article("abcdef")


def citing(*spans: str) -> tuple[Citation, ...]:
    """Citations of these stretches of the alphabet, numbered from 1."""
    return tuple(
        Citation(number, LETTERS, LETTERS.text.index(span), LETTERS.text.index(span) + len(span))
        for number, span in enumerate(spans, start=1)
    )


def letters(sentence: str, evidence: Sequence[Citation]) -> bool:
    """A sentence is supported where each of its letters stands in the cited text."""
    return set(sentence) <= set("".join(citation.quote for citation in evidence))


def answered(text: str, claims: Sequence[Claim], citations: Sequence[Citation]) -> Answer:
    now = datetime(2025, 6, 1, tzinfo=UTC)
    return Answer("?", "?", text, now, claims=tuple(claims), citations=tuple(citations))


def test_a_sentence_scores_if_what_it_cites_supports_it_together() -> None:
    assert CitedSentence("ac", citing("ab", "cd")).supported(letters)
    assert not CitedSentence("ac", citing("ab")).supported(letters)
    assert not CitedSentence("", ()).supported(letters)
    assert not CitedSentence("a", citing("ab"), lost=(7,)).supported(letters)


@pytest.mark.parametrize(
    ("sentence", "cited", "counting"),
    [
        ("a", ["a"], 1),
        ("ac", ["a", "c"], 2),
        ("a", ["a", "c"], 1),
        ("a", ["ab", "a"], 2),
        # None of the three supports it alone, and without any one of them two are left
        # that do, or do not.
        ("ac", ["a", "c", "f"], 2),
        ("abc", ["ab", "bc", "f"], 2),
        ("e", ["a"], 0),
    ],
)
def test_a_citation_counts_unless_it_is_redundant(
    sentence: str, cited: list[str], counting: int
) -> None:
    found = citation_scores([CitedSentence(sentence, citing(*cited))], letters)
    assert found == (float(counting > 0), counting / len(cited))


def test_an_answer_is_the_mean_over_its_sentences_and_its_citations() -> None:
    sentences = [
        CitedSentence("a", citing("a", "f")),
        CitedSentence("e", citing("a")),
        CitedSentence("b", ()),
        CitedSentence("c", citing("c"), lost=(9,)),
    ]
    # One sentence of four scores; one citation of five, the lost one among them, counts.
    assert citation_scores(sentences, letters) == (1 / 4, 1 / 5)


def test_without_citations_precision_is_nothing_and_without_sentences_both_are() -> None:
    assert citation_scores([CitedSentence("b", ())], letters) == (0.0, 0.0)
    assert citation_scores([], letters) == (0.0, 0.0)


def test_sentences_are_the_claims_and_what_stands_between_them() -> None:
    text = "a [1]. Nobody said so. cd [2][7]!\n\n- \n\nIt is over [1]."
    claims = [
        Claim(0, 6, (1,), "supported"),
        Claim(text.index("cd"), text.index("!") + 1, (2,), "supported"),
    ]
    first, second = citing("ab", "cd")
    assert cited_sentences(answered(text, claims, (first, second))) == [
        CitedSentence("a [1].", (first,)),
        CitedSentence("Nobody said so.", ()),
        CitedSentence("cd [2][7]!", (second,), lost=(7,)),
        CitedSentence("It is over [1].", (first,)),
    ]


def test_a_range_that_leads_nowhere_is_lost_as_a_whole() -> None:
    (sentence,) = cited_sentences(answered("a [4-6].", [Claim(0, 8, (), "unsupported")], ()))
    assert sentence.lost == (4, 5, 6)


def test_an_answer_without_claims_is_read_sentence_by_sentence() -> None:
    (first,) = citing("ab")
    found = cited_sentences(answered("It sank [1]. Nobody died.", [], [first]))
    assert [(one.text, len(one.citations)) for one in found] == [
        ("It sank [1].", 1),
        ("Nobody died.", 0),
    ]
    assert cited_sentences(answered("", [], [])) == []


def test_every_sentence_of_a_models_reply_is_found() -> None:
    text = "The mill burnt on Friday. All 41 workers were safe."
    hit = Hit(Passage(1, "a", 1, 0, len(text)), article(text), 1.0, 1)
    cited = cite("The mill burnt on Friday [1]. All were safe [1]. It will be rebuilt [3].", [hit])
    answer = answered(cited.text, cited.claims, cited.citations)
    assert [len(one.citations) for one in cited_sentences(answer)] == [1, 1, 0]
    assert cited_sentences(answer)[2].lost == (3,)


@given(st.lists(st.lists(st.sampled_from(["a", "ab", "c", "cd", "f"]), max_size=3), max_size=4))
def test_scores_are_shares_and_a_full_precision_needs_a_full_recall_of_what_cites(
    cited: list[list[str]],
) -> None:
    sentences = [CitedSentence("ac", citing(*spans)) for spans in cited]
    recall, precision = citation_scores(sentences, letters)
    assert 0 <= recall <= 1
    assert 0 <= precision <= 1
    if precision == 1:
        assert all(letters("ac", citing(*spans)) for spans in cited if spans)
