"""Which sentences are picked as an answer, and how sure that is, by arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answers.sentence_selection import MAX_WORDS, THRESHOLD, read
from rag.records import Article, Hit, Passage, Span
from tests.builders import article


class Plain:
    """Words are what white space divides, in lower case, and all are equally rare."""

    def terms(self, text: str) -> list[str]:
        return text.lower().strip("?. ").replace("?", "").replace(".", "").split()

    def rarity(self, _term: str) -> float:
        return 1.0


def hit(source: Article, rank: int = 1, start: int = 0, end: int | None = None) -> Hit:
    passage = Passage(rank, source.id, 1, start, len(source.text) if end is None else end)
    return Hit(passage, source, 1 / rank, rank)


def same_words(question: str, texts: Sequence[str]) -> list[float]:
    """A stand-in for cosine: the share of the question's words that stand in a text."""
    asked = set(Plain().terms(question))
    return [len(asked & set(Plain().terms(text))) / len(asked) for text in texts]


FLOOD = article(
    "The river Tolle rose on Sunday. It reached 7 metres at noon. Nobody was hurt there."
)


def test_the_score_adds_up() -> None:
    # Asked: river reached metres noon (4 words, one of them in the sentence before).
    best = read("river reached metres noon", [hit(FLOOD)], Plain(), same_words).sentences[0]
    assert best.text == "It reached 7 metres at noon."
    assert best.coverage == pytest.approx(1.0)  # "river" stands in the sentence beside it
    assert best.closeness == pytest.approx(0.75)
    assert best.relation == pytest.approx(0.75)  # no names to leave out
    # closeness + .6 coverage + .6 of a fit of .5 (a "thing" without a name) + .15 lead
    # + .6 relation; no title, and no hit before it
    assert best.score == pytest.approx(0.75 + 0.6 + 0.6 * 0.5 + 0.15 + 0.6 * 0.75)


def test_titles_that_hold_what_is_offered_speak_for_a_sentence() -> None:
    told = article("The winner was Osk in the end.", "x/1")

    def score(title: str) -> float:
        other = article("Nothing else was said there.", "x/2", title=title)
        hits = [hit(told, 1), hit(other, 2)]
        return read("Who was the winner?", hits, Plain(), same_words).sentences[0].score

    assert score("Osk speaks") - score("Ida speaks") == pytest.approx(0.15)


def test_a_title_like_the_question_counts_against_its_sentences() -> None:
    text = "The river rose on Sunday."
    plain = read("river rose", [hit(article(text, title="Tolle"))], Plain(), same_words)
    titled = read("river rose", [hit(article(text, title="River"))], Plain(), same_words)
    # Half of the question stands in the title: a cosine of .5 at -.5.
    difference = titled.sentences[0].score - plain.sentences[0].score
    assert difference == pytest.approx(-0.25)


def test_a_hit_that_stands_out_speaks_for_its_answer() -> None:
    source = article("The river Tolle rose on Sunday night.")
    other = [hit(article("Nobody came on Monday.", f"x/{n}"), n) for n in range(2, 10)]
    near = [replace(one, score=0.99) for one in other]

    def sure(hits: Sequence[Hit]) -> float:
        return read("When did the river Tolle rise?", hits, Plain(), same_words).confidence

    alone = [hit(source)]
    assert sure([*alone, *near]) < sure([*alone, *other]) < sure(alone)


def test_the_archive_must_know_the_names() -> None:
    source = article("The river rose at Quarne on Sunday night.")
    known = read("When did the river rise at Quarne?", [hit(source)], Plain(), same_words)
    other = read("When did the river rise at Brell?", [hit(source)], Plain(), same_words)
    assert other.confidence < known.confidence


def test_without_meaning_words_decide_and_the_confidence_is_theirs() -> None:
    reading = read("river reached metres noon", [hit(FLOOD)], Plain(), None)
    assert reading.confidence == pytest.approx(1 / (1 + math.exp(4.2 - 9.0)))
    far = read("opera house budget vote", [hit(FLOOD)], Plain(), None)
    assert far.confidence == pytest.approx(1 / (1 + math.exp(4.2)))
    assert far.confidence < THRESHOLD < reading.confidence


def test_a_question_in_an_article_is_no_answer() -> None:
    quiz = article("Which town flooded on Sunday? The town of Orrenby flooded on Sunday night.")
    sentences = read("Which town flooded on Sunday?", [hit(quiz)], Plain(), same_words).sentences
    assert [s.text for s in sentences] == ["The town of Orrenby flooded on Sunday night."]


def test_at_most_three_sentences_and_eighty_words_none_said_twice() -> None:
    said = "The ferry strike ended after eleven long weeks of talks."
    long = "The ferry strike " + "went on " * 36 + "and ended."
    source = article(f"{said} {said} {long} The strike cost 9 million. Ferry crews vote on Monday.")
    chosen = read("When did the ferry strike end?", [hit(source)], Plain(), same_words).sentences
    texts = [sentence.text for sentence in chosen]
    assert len(texts) == len(set(texts)) <= 3
    assert sum(len(text.split()) for text in texts) <= MAX_WORDS
    assert said in texts


def test_a_single_sentence_over_the_limit_is_kept_whole() -> None:
    long = "The ferry strike " + "went on " * 50 + "and ended."
    chosen = read("When did the ferry strike end?", [hit(article(long))], Plain(), None).sentences
    assert [s.text for s in chosen] == [long]


def test_the_better_hit_wins_a_tie() -> None:
    one = article("Ferries sail at noon on Monday.", "x/1")
    two = article("Ferries sail at noon on Monday.", "x/2")
    chosen = read("ferries noon", [hit(one, 1), hit(two, 2)], Plain(), same_words).sentences
    assert [s.article.id for s in chosen] == ["x/1"]


def test_only_the_passage_is_read() -> None:
    source = article("The mill closed on Sunday. The mill opened on Monday.")
    passage = hit(source, start=0, end=26)
    assert len(read("mill opened monday", [passage], Plain(), None).sentences) == 1


def test_furniture_outside_passages_is_never_quoted() -> None:
    text = "By Mara Lind of the mill\n\nThe mill closed on Sunday."
    source = article(text, furniture=[Span(0, 24, "byline")])
    sentences = read("mill lind", [hit(source, start=26)], Plain(), None).sentences
    assert [s.text for s in sentences] == ["The mill closed on Sunday."]


@pytest.mark.parametrize("question", ["", "?"])
def test_nothing_asked_or_found_reads_as_nothing(question: str) -> None:
    assert read(question, [hit(FLOOD)], Plain(), same_words).sentences == ()
    assert read("river", [], Plain(), same_words).confidence == 0.0
