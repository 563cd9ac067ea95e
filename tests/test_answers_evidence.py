"""What speaks for a sentence, by hand: the signals of evidence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answers.candidates import CandidateSentence
from rag.answers.evidence import Evidence, collect, hits_shown, read_hits
from rag.questions.form import Form
from rag.records import Article, Hit, Span
from tests.builders import article, hit


class Plain:
    """Words are what white space divides, in lower case; "rare" weighs 3, any other 1."""

    def terms(self, text: str) -> list[str]:
        return [word.strip("?.,“”").lower() for word in text.split()]

    def rarity(self, term: str) -> float:
        return 3.0 if term == "rare" else 1.0


def same_words(question: str, texts: Sequence[str]) -> list[float]:
    """A stand-in for cosine: the share of the question's words that stand in a text."""
    asked = set(Plain().terms(question))
    return [len(asked & set(Plain().terms(text))) / len(asked) for text in texts]


def found(question: str, form: Form, *hits: Hit) -> list[Evidence]:
    return collect(question, form, hits, Plain(), same_words)


def test_coverage_counts_by_rarity_with_neighbours_and_title() -> None:
    source = article("A rare heron came. It was seen there. Then all went home.", title="Birds")
    read = found("rare birds home", Form("fact"), hit(source))
    # Of 5: rare and birds; all, its neighbours hold rare and home; birds and home.
    assert [e.signals["coverage"] for e in read] == [pytest.approx(n / 5) for n in (4, 5, 2)]
    assert [e.signals["own"] for e in read] == [pytest.approx(n / 5) for n in (3, 0, 1)]
    assert [e.signals["lead"] for e in read] == [1, 1 / 2, 1 / 3]


def test_meaning_is_compared_with_question_subject_and_matter() -> None:
    source = article("The ferry sank off Brell.", title="Ferry lost")
    form = Form("date", subject="the ferry", matter="sank")
    [only] = found("When did the ferry sink?", form, hit(source))
    # the, ferry of: when did the ferry sink; of: the ferry; of: sank.
    assert only.signals["closeness"] == pytest.approx(2 / 5)
    assert only.signals["to subject"] == 1.0
    assert only.signals["to matter"] == 1.0
    assert only.signals["title"] == pytest.approx(1 / 5)
    assert only.signals["titled"] == only.signals["mentions"] == 1.0


def test_without_vectors_no_signal_of_meaning_counts() -> None:
    source = article("The ferry sank off Brell.", title="Ferry lost")
    [only] = collect("When did the ferry sink?", Form("date"), [hit(source)], Plain(), None)
    assert only.signals["closeness"] == only.signals["related"] == only.signals["title"] == 0.0


def test_questions_lines_of_three_words_and_furniture_are_no_evidence() -> None:
    text = "Who sank the ferry? The ferry sank. Reach Bo Lind on X at @bo. The ferry sank at noon."
    read = found("When did the ferry sink?", Form("date"), hit(article(text)))
    assert [e.text for e in read] == ["The ferry sank at noon."]


def test_that_nobody_was_hurt_is_said_in_three_words() -> None:
    text = "The roof fell on the school. Nobody was hurt. Rain fell."
    read = found("How many were hurt at the school?", Form("figure"), hit(article(text)))
    assert [e.text for e in read] == ["The roof fell on the school.", "Nobody was hurt."]


def test_what_an_article_asks_itself_is_answered_right_below() -> None:
    lines = ("The rare heron came.", "Why did the heron come?", "Fish is food here now.")
    rest = "It eats much fish. It eats all day. It eats all night. It is big and old."
    source = article("\n\n".join((*lines, rest)), title="The rare heron")
    read = found("why did the heron come", Form("cause", "the heron"), hit(source))
    above = {each.text: each.signals["asked above"] for each in read}
    # All that is asked stands in the question above; .7 of it is left with each sentence.
    assert above["The rare heron came."] == 0.0
    assert above["Fish is food here now."] == 1.0
    assert above["It eats much fish."] == pytest.approx(0.7)
    assert above["It is big and old."] == 0.0
    # Below the passage's beginning as well, and of the same form only.
    tail = hit(source, start=source.text.index("Fish"))
    why = found("why did the heron come", Form("cause", "the heron"), tail)
    when = found("when did the heron come", Form("date", "the heron"), tail)
    assert max(each.signals["asked above"] for each in why) == 1.0
    assert max(each.signals["asked above"] for each in when) == 0.0


def test_the_opening_of_an_article_is_read_without_its_furniture() -> None:
    title, lead, later = (
        "# Ferry lost off Brell",
        "The ferry sank at noon.",
        "Nobody on it was hurt.",
    )
    text = f"{title}\n\n{lead}\n\n{later}"
    source = Article("x/1", "", "Ferry lost", text, furniture=(Span(0, len(title), "title"),))
    late = hit(source, start=text.index(later))
    assert [e.text for e in found("ferry hurt", Form("fact"), late)] == [lead, later]
    # The fifth article's opening is not read.
    others = [hit(article(f"The ferry number {n} came in.", f"y/{n}"), n) for n in range(1, 5)]
    fifth = Hit(late.passage, source, 0.1, 5)
    assert lead not in [e.text for e in found("ferry hurt", Form("fact"), *others, fifth)]


def test_no_sentence_of_an_opening_is_cut() -> None:
    early = "The ferry sank at noon. " * 28
    long = "Nobody on the ferry was hurt when it sank off Brell in the calm of a warm noon."
    later = "The harbour office has begun to ask why."
    text = f"{early}{long} {later}"
    # The sentence begins within the 700 characters that open an article, and ends behind them.
    assert len(early) < 700 < len(early) + len(long)
    read = found("ferry hurt", Form("fact"), hit(article(text), start=text.index(later)))
    assert long in [each.text for each in read]


def test_words_that_only_tell_the_form_are_not_looked_for() -> None:
    source = article("The latest ferry came in. A storm hit the harbour.", title="Brell")
    read = found("latest on the storm", Form("latest", subject="storm"), hit(source))
    # Of on, the and storm, without latest.
    assert [each.signals["own"] for each in read] == [pytest.approx(n / 3) for n in (1, 2)]


def test_a_fragment_answers_no_story() -> None:
    source = article("So did the ferry Brell. The ferry Brell sank at noon.")
    whole = "The ferry Brell sank at noon."
    told = found("What happened to the ferry?", Form("event", subject="ferry"), hit(source))
    assert [each.text for each in told] == [whole]
    asked = found("Which ferry sank?", Form("fact", subject="ferry"), hit(source))
    assert [each.text for each in asked] == ["So did the ferry Brell.", whole]


def test_a_line_without_an_end_and_the_words_of_its_headline_are_signals() -> None:
    source = article("Ferry lost off Brell\n\nThe ferry sank at noon.", title="Ferry sank")
    read = found("ferry sank noon", Form("fact"), hit(source))
    assert [each.signals["unfinished"] for each in read] == [1.0, 0.0]
    assert [each.signals["headline"] for each in read] == [pytest.approx(2 / 3)] * 2


def test_who_speaks_is_read_for_a_statement() -> None:
    text = "“The ferry is safe to sail,” said Ann Orr. “It never was that,” said Bo Lind."
    read = found("What did Ann Orr say?", Form("statement", subject="ann orr"), hit(article(text)))
    assert [e.signals["speaks"] for e in read] == [1.0, 0.0]
    assert [e.signals["another speaks"] for e in read] == [0.0, 1.0]


def test_what_introduces_the_subject_is_read_for_a_definition() -> None:
    text = "Ann Orr, the mayor of Brell, sang. Ann Orr sang on Monday night."
    read = found("Who is Ann Orr?", Form("definition", subject="Ann Orr"), hit(article(text)))
    assert [e.signals["introduces"] for e in read] == [0.9, 0.0]


def test_more_is_read_for_a_chronology() -> None:
    hits = [hit(article(f"It was number {n} of all.", f"x/{n}"), n) for n in range(1, 25)]
    assert len(read_hits("chronology", hits)) == 20
    assert len(read_hits("fact", hits)) == 8


def test_no_hits_and_no_words_read_as_nothing() -> None:
    assert found("ferry", Form("fact")) == []
    assert found("", Form("fact"), hit(article())) == []


def test_an_answer_carries_the_best_hits_and_those_its_sentences_stand_in() -> None:
    hits = [hit(article(f"Heron {n} came.", f"x/{n}"), n) for n in range(1, 13)]
    late = CandidateSentence(hits[10].article, 0, 5, 11, 11, 1.0)
    assert hits_shown(hits, []) == tuple(hits[:8])
    assert hits_shown(hits, [late]) == (*hits[:8], hits[10])
