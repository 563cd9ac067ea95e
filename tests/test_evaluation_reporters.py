"""Reporters' questions: facts found by their words, forms, tables, and the sample corpus's own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.errors import CorpusError
from rag.evaluation.datasets import EvalQuestion, Nugget, load_questions
from rag.evaluation.reporters import (
    Reporters,
    by_form,
    confusion,
    holds,
    normalised,
    reporters_measures,
    to_judge,
)
from rag.records import Answer, Citation
from tests.builders import article
from tests.evaluation_data import measured, small_archive, write_questions

SEEDS = Path(__file__).parent.parent / "seeds"
NOW = datetime(2025, 6, 30, tzinfo=UTC)

FERRY = article("The ferry sank.  Nine people died. The mayor “wept”.", "courier.example/1")
STORM = article("Seven people died in the storm.", "courier.example/2")

NINE = Nugget(match=(("nine people",), ("nine", "victims")), fact="nine died", vital=True)
SANK = Nugget(match=(("ferry", "sank"),), fact="the ferry sank", vital=True)
WEPT = Nugget(match=(('mayor "wept"',),), fact="the mayor wept")
SEVEN = Nugget(match=(("seven people",),), fact="another toll")

ASKED = EvalQuestion(
    "q1",
    "what happened to the ferry",
    "questions.jsonl:1",
    form="what_happened",
    gold=("courier.example/1",),
    nuggets=(NINE, SANK, WEPT),
    stale=(SEVEN,),
)
NEAR_MISS = replace(ASKED, form="near_miss", type="unanswerable", nuggets=(NINE, WEPT), stale=())


def answer(*quotes: str, text: str = "", **fields: object) -> Answer:
    """An answer that quotes these words of the two articles, and says them as its text."""
    citations = []
    for number, quote in enumerate(quotes, start=1):
        source = FERRY if quote in FERRY.text else STORM
        start = source.text.index(quote)
        citations.append(Citation(number, source, start, start + len(quote)))
    said = text or " ".join(
        f"{quote} [{each.number}]" for quote, each in zip(quotes, citations, strict=True)
    )
    return Answer("q", "q", said, NOW, citations=tuple(citations), **fields)  # type: ignore[arg-type]


def test_facts_are_counted_in_the_whole_answer_and_in_its_first_quote() -> None:
    found = reporters_measures(ASKED, answer("Nine people died.", "The mayor “wept”."))
    # One of two vital facts, two of all three; both quotes are of the labelled article.
    assert found == {
        "answered": 1,
        "vital": 1 / 2,
        "first": 1,
        "all": pytest.approx(2 / 3),
        "stale_first": 0,
        "on_topic": 1,
        "median_words": 6,
    }


def test_an_outdated_fact_first_is_counted_and_a_strange_citation_is_off_topic() -> None:
    found = reporters_measures(ASKED, answer("Seven people died in the storm.", "The ferry sank."))
    assert (found["stale_first"], found["first"], found["on_topic"]) == (1, 0, 1 / 2)
    # With a true fact beside it, the outdated one does no harm.
    beside = replace(ASKED, nuggets=(NINE, SANK.model_copy(update={"match": (("storm",),)})))
    assert reporters_measures(beside, answer("Seven people died in the storm."))["stale_first"] == 0


def test_a_citation_of_another_article_that_holds_a_fact_is_on_topic() -> None:
    stormy = replace(ASKED, nuggets=(NINE.model_copy(update={"match": (("in the storm",),)}),))
    assert reporters_measures(stormy, answer("Seven people died in the storm."))["on_topic"] == 1


def test_a_declined_answer_holds_nothing_and_has_no_length() -> None:
    said = answer("Nine people died.", text="Nine people, the nearest article says.")
    declined = replace(said, abstained=True)
    assert len(declined.nearest) == 1
    assert reporters_measures(ASKED, declined) == {
        "answered": 0, "vital": 0, "first": 0, "all": 0, "stale_first": 0,
    }  # fmt: skip


def test_without_citations_the_beginning_of_the_text_counts_as_first() -> None:
    early = answer(text="Nine people died." + " Rain fell." * 40)
    late = answer(text="Rain fell. " * 40 + "Nine people died.")
    assert reporters_measures(ASKED, early)["first"] == 1
    found = reporters_measures(ASKED, late)
    assert (found["first"], found["vital"]) == (0, 1 / 2)
    assert "on_topic" not in found


def test_long_forms_have_no_length_and_questions_without_facts_no_share() -> None:
    brief = reporters_measures(replace(ASKED, form="brief"), answer("The ferry sank."))
    assert "median_words" not in brief
    chat = replace(ASKED, form="chat", gold=(), nuggets=(), stale=(), expect="greets back")
    assert reporters_measures(chat, answer(text="Hello!")) == {"answered": 1, "median_words": 1}


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (answer(text="No.", abstained=True), 1),
        (answer("Nine people died.", reason="It was nine, not seven."), 1),
        (answer("Nine people died."), 0),
        (answer("The ferry sank.", reason="It was nine, not seven."), 0),
    ],
)
def test_a_near_miss_is_declined_or_its_false_premise_corrected(given: Answer, right: int) -> None:
    found = reporters_measures(NEAR_MISS, given)
    assert found == {"near_miss_right": right, "near_miss_declined": float(given.abstained)}


def test_a_false_premise_cannot_be_corrected_where_nothing_is_known_to_be_true() -> None:
    unknown = replace(NEAR_MISS, nuggets=())
    corrected = answer("Nine people died.", reason="It was nine, not seven.")
    assert reporters_measures(unknown, corrected)["near_miss_right"] == 0


def test_words_match_whatever_their_case_quotes_dashes_and_spaces() -> None:
    assert normalised("The ‘Marigold’—\n at\u00a0LAST") == "the 'marigold'- at last"
    assert holds(Nugget(match=(("the “Osier” bridge",),)), normalised('THE "OSIER"  Bridge'))
    assert not holds(NINE, "nine cars, no victim")


ROWS: list[dict[str, object]] = [
    {
        "qid": "r1",
        "form": "what_happened",
        "question": "Which ferry ran aground?",
        "date": "2025-06-30",
        "gold_ids": ["courier.example/1"],
        "nuggets": [{"fact": "the Marigold", "vital": True, "match": [["marigold"]]}],
    },
    {
        "qid": "r2",
        "form": "near_miss",
        "question": "Which striker won the football cup?",
        "date": "2025-06-30",
        "answerable": False,
    },
    {
        "qid": "r3",
        "form": "chat",
        "question": "Zzz, good morning",
        "date": "2025-06-30",
        "expect": "greets back",
    },
    {"qid": "q4", "question": "Which keeper retired?", "gold_ids": ["courier.example/4"]},
]


def test_a_folder_is_asked_and_shown_by_form(tmp_path: Path) -> None:
    data = write_questions(tmp_path / "desk", *ROWS)
    with small_archive(tmp_path) as archive:
        suite = Reporters(archive, data)
        assert suite.load().samples[0].as_of == datetime(2025, 6, 30, 23, 59, tzinfo=UTC)
        evaluated = measured(suite, tmp_path / "out")
    report = evaluated.report
    assert (report.suite, report.data, report.n) == ("reporters", "desk", 3)
    assert report.measures["vital"] == report.measures["near_miss_right"] == 1
    assert [row["score"] for row in report.questions] == [1, 1, 1]
    table = report.tables["By form, with 95 % intervals"]
    assert table == by_form(report.questions)
    vital = table.heading.index("vital")
    assert [(row[0], row[1], row[vital]) for row in table.rows] == [
        ("all", "3", "1.000 [.207, 1.000]"),
        ("what_happened", "1", "1.000 [.207, 1.000]"),
        ("near_miss", "1", ""),
        ("chat", "1", ""),
    ]
    (judged,) = to_judge(report.questions).rows
    assert judged[:4] == ("r3", "Zzz, good morning", "greets back", "yes")


def test_forms_are_counted_as_they_were_read() -> None:
    read = [
        ("who_is", "definition"),
        ("who_is", "fact"),
        ("number_date", "date"),
        ("followup", "list"),
    ]
    rows = [
        {
            "form": form,
            "read_as": name,
            "measures": {"form_recognised": float(name in ("definition", "date"))},
        }
        for form, name in read
    ]
    table = confusion(rows)
    assert table.heading == ("asked", "definition", "date", "fact", "right")
    assert table.rows == (
        ("who_is", "1", "", "1", ".500"),
        ("number_date", "", "1", "", "1.000"),
    )


def test_questions_with_and_without_a_form_are_two_sets_of_one_file(tmp_path: Path) -> None:
    data = write_questions(tmp_path / "desk", *ROWS)
    assert [question.qid for question in load_questions(data)] == ["q4"]
    first, second, third = load_questions(data, forms=True)
    assert first.nuggets == (Nugget(match=(("marigold",),), fact="the Marigold", vital=True),)
    assert (second.unanswerable, third.expect) == (True, "greets back")
    with pytest.raises(CorpusError, match="jsonl: no question has a 'form'"):
        load_questions(write_questions(tmp_path / "quiz", ROWS[3]), forms=True)
    with pytest.raises(CorpusError, match=r"has a 'form'; measure them with: .*reporters"):
        load_questions(write_questions(tmp_path / "only", ROWS[0]))


def test_a_fact_without_words_is_refused_because_it_would_stand_in_every_answer(
    tmp_path: Path,
) -> None:
    for match in ([], [[]], [[""]]):
        row = ROWS[0] | {"nuggets": [{"match": match}]}
        with pytest.raises(CorpusError, match=r"questions.jsonl:1: 'nuggets.0.match"):
            load_questions(write_questions(tmp_path / "desk", row), forms=True)


AT_LEAST = {
    "who_is": 10, "did_say": 10, "what_happened": 8, "latest": 8, "brief": 6, "timeline": 6,
    "topic": 6, "why_how": 6, "list": 5, "compare": 4, "yes_no": 4, "number_date": 6,
    "followup": 8, "near_miss": 8, "holdings": 5, "chat": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def asked() -> list[EvalQuestion]:
    """The reporters' questions about the sample corpus."""
    return load_questions(SEEDS, forms=True)


def test_the_sample_corpus_has_questions_of_every_form(asked: list[EvalQuestion]) -> None:
    counted = Counter(question.form for question in asked)
    assert set(counted) == set(AT_LEAST)
    assert not {form for form, least in AT_LEAST.items() if counted[form] < least}
    assert len({question.question for question in asked}) == len(asked) == 127
    assert all(question.history for question in asked if question.form == "followup")


def test_their_facts_stand_in_the_articles_and_are_found_by_their_words(
    asked: list[EvalQuestion],
) -> None:
    files = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.md"))]
    facts = [fact for question in asked for fact in (*question.nuggets, *question.stale)]
    assert [fact.sentence for fact in facts if not any(fact.sentence in one for one in files)] == []
    assert [fact.fact for fact in facts if not holds(fact, normalised(fact.sentence))] == []
    days = [
        fact.day for question in asked for fact in question.nuggets if question.form == "timeline"
    ]
    assert all(re.fullmatch(r"20\d\d-\d\d(-\d\d)?", day) for day in days)


def test_their_articles_exist_and_what_is_answerable_has_a_vital_fact(
    asked: list[EvalQuestion],
) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.md")))
    addresses = set(
        re.findall(r"<https://(?:www\.)?([^>?]+?)/?(?:/index\.html)?(?:\?[^>]*)?>", text)
    )
    assert len(addresses) == 56
    assert {id_ for question in asked for id_ in question.gold} <= addresses
    without = [question for question in asked if not any(fact.vital for fact in question.nuggets)]
    assert {question.form for question in without} == {"near_miss", "holdings", "chat"}
    assert all(question.expect or question.unanswerable for question in without)
