"""How sure an answer is, and the weights that say so."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import pytest

from rag.answers.evidence import collect
from rag.answers.reading import Reading, answer_signals, read
from rag.answers.scoring import (
    OFFSET,
    SubjectSignals,
    confidence,
    confidence_weights,
    knows_subject,
    scored,
    sentence_weights,
    weighed,
)
from rag.questions.form import Form, FormName, read_form
from rag.records import Hit
from tests.builders import article, hit
from tests.test_answers_evidence import Plain, same_words

FERRY = article(
    "The ferry Lady Isbel sank off Brell at noon on Friday. Nobody aboard was hurt.",
    title="Ferry Lady Isbel lost",
)
HORSE = article("A horse won the race at Orrenby. The prize was 9 crowns.", "x/2", title="Race")


def reading(question: str, *hits: Hit, meaning: bool = True) -> Reading:
    similarity = same_words if meaning else None
    return read(question, read_form(question), hits, Plain(), similarity)


@pytest.mark.parametrize("meaning", [True, False])
def test_every_signal_has_a_weight_for_every_form(*, meaning: bool) -> None:
    for form in get_args(FormName):
        evidence = collect("ferry", Form(form, "ferry"), [hit(FERRY)], Plain(), same_words)
        weights = sentence_weights(form, by_meaning=meaning)
        assert set(weights) == {OFFSET, *evidence[0].signals}
        signals = answer_signals("ferry", Form(form, "ferry"), evidence, [hit(FERRY)], Plain())
        assert set(confidence_weights(by_meaning=meaning)) == {OFFSET, *signals}


def test_a_score_is_the_weighted_sum_of_the_signals() -> None:
    [first, *_] = collect("ferry", Form("fact"), [hit(FERRY)], Plain(), same_words)
    weights = sentence_weights("fact", by_meaning=True)
    expected = weights[OFFSET] + math.fsum(weights[n] * v for n, v in first.signals.items())
    again = scored("fact", [first], by_meaning=True)
    assert again[0].score == pytest.approx(expected)


def test_the_best_come_first_and_equal_ones_in_their_order() -> None:
    evidence = collect("ferry", Form("fact"), [hit(FERRY), hit(HORSE, 2)], Plain(), same_words)
    scores = [each.score for each in scored("fact", evidence, by_meaning=True)]
    assert scores == sorted(scores, reverse=True)
    twins = [replace(evidence[0], sentence=each.sentence) for each in evidence]
    texts = [each.text for each in scored("fact", twins, by_meaning=True)]
    assert texts == [each.text for each in evidence]


def test_what_an_archive_does_not_know_it_does_not_answer() -> None:
    asked = "When did the ferry Lady Isbel sink off Brell?"
    known = reading(asked, hit(FERRY), hit(HORSE, 2))
    unknown = reading("When was the opera house of Tolbeck built?", hit(FERRY), hit(HORSE, 2))
    assert known.sentences[0].text.startswith("The ferry Lady Isbel sank")
    assert known.confidence > unknown.confidence
    assert known.known > unknown.known


def test_without_vectors_the_weights_of_words_count() -> None:
    asked = "When did the ferry Lady Isbel sink off Brell?"
    [by_words] = {reading(asked, hit(FERRY), meaning=False).confidence}
    evidence = scored(
        "date",
        collect(asked, read_form(asked), [hit(FERRY)], Plain(), None),
        by_meaning=False,
    )
    signals = answer_signals(asked, read_form(asked), evidence, [hit(FERRY)], Plain())
    assert by_words == pytest.approx(confidence(signals, by_meaning=False))


def test_the_subject_is_known_by_a_sum_with_limits() -> None:
    ferry = SubjectSignals(subject=0.6, words=3.4, names=1.0, margin=0.4, lead=0.8, choice=12.0)
    # 12 * .6 + 2.5 * 3.4 + 1 + 4 * .4 + 2 * .8 - 12 - 5.3
    assert knows_subject(ferry) == pytest.approx(2.6)
    assert knows_subject(replace(ferry, margin=9.0)) == knows_subject(replace(ferry, margin=1.0))
    assert knows_subject(replace(ferry, lead=9.0)) == knows_subject(replace(ferry, lead=1.5))
    # Ten times as many passages: ln 10 more rarity, all of which is taken off.
    more = replace(ferry, choice=12.0 + math.log(10))
    assert knows_subject(more) == pytest.approx(2.6 - math.log(10))


def test_confidence_is_a_probability_that_grows_with_what_speaks_for_an_answer() -> None:
    asked = "When did the ferry sink?"
    evidence = scored(
        "date",
        collect(asked, read_form(asked), [hit(FERRY)], Plain(), same_words),
        by_meaning=True,
    )
    signals = answer_signals(asked, read_form(asked), evidence, [hit(FERRY)], Plain())
    weights = confidence_weights(by_meaning=True)
    odds = weighed(weights, signals)
    assert confidence(signals, by_meaning=True) == pytest.approx(1 / (1 + math.exp(-odds)))
    better = {**signals, "known": signals["known"] + 1}
    assert weights["known"] > 0
    assert confidence(better, by_meaning=True) > confidence(signals, by_meaning=True)


def test_no_hits_and_no_words_are_no_answer() -> None:
    assert reading("ferry") == Reading()
    assert reading("", hit(FERRY)) == Reading()


def test_what_says_all_that_is_asked_comes_first() -> None:
    near = "Bo Lind of Orrenby scored a try in the Harl Cup before the Harl Cup final, he says."
    told = "Ann Orr scored penalties."
    cup = article(f"{near} {told}", title="Harl Cup")
    found = reading("who scored penalties in the harl cup", hit(cup))
    assert found.sentences[0].text == told


def test_what_has_every_word_and_the_kind_stays_first() -> None:
    long = "The Harl Weir is 214 metres long."
    built = "The weir gave way at 07:42, taking nine boats with it."
    found = reading(
        "How long is the Harl Weir?", hit(article(f"{long} {built}", title="Harl Weir"))
    )
    assert found.sentences[0].text == long
