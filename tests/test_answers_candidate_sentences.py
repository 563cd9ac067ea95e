"""Which sentences are compared, and how much of a question they cover, by hand."""

from __future__ import annotations

import math

import pytest

from rag.answers.candidate_sentences import COMPARED, CandidateSentences, candidates
from rag.records import Article, Hit, Passage
from tests.builders import article


class Rare:
    """Words are what white space divides, in lower case; "rare" weighs 3, any other 1."""

    def terms(self, text: str) -> list[str]:
        return [word.strip("?.,").lower() for word in text.split()]

    def rarity(self, term: str) -> float:
        return 3.0 if term == "rare" else 1.0


def hit(source: Article, rank: int = 1) -> Hit:
    return Hit(Passage(rank, source.id, 1, 0, len(source.text)), source, 1 / rank, rank)


def test_coverage_counts_by_rarity_with_neighbours_and_title() -> None:
    source = article("A rare heron came. It was seen there. Then all went home.", title="Birds")
    found = candidates("rare birds home", [hit(source)], Rare())
    assert [s.coverage for s in found.sentences] == [
        pytest.approx(4 / 5),  # rare, birds
        pytest.approx(5 / 5),  # all three: its neighbours hold rare and home
        pytest.approx(2 / 5),  # birds, home
    ]
    assert found.matched == 5.0
    assert found.evidence == pytest.approx(math.log(6))


def test_what_is_matched_is_that_of_the_best_passage_not_of_all() -> None:
    one, other = article("A rare heron came there.", "x/1"), article("All birds went home.", "x/2")
    assert candidates("rare birds home", [hit(one), hit(other, 2)], Rare()).matched == 3.0


def test_only_so_many_are_compared_in_the_order_of_their_hits() -> None:
    source = article(" ".join(f"The rare heron number {n} came." for n in range(COMPARED + 5)))
    found = candidates("rare heron", [hit(source)], Rare()).sentences
    assert len(found) == COMPARED
    assert list(found) == sorted(found, key=lambda sentence: sentence.start)


def test_without_words_nothing_is_found() -> None:
    assert candidates("", [hit(article())], Rare()) == CandidateSentences()
