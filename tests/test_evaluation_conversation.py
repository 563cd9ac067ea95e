"""The conversation suite: measures of made answers by hand, then whole runs on a small archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import CorpusError
from rag.evaluation.answers import Asking
from rag.evaluation.conversation import (
    Conversation,
    answerability,
    conversation_measures,
    spoken,
)
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.report import html_page
from rag.llms import ScriptedModel
from rag.records import Answer, Citation, Hit, Passage
from tests.builders import article, write_jsonl
from tests.evaluation_data import QUESTIONS, measured, small_archive, write_questions

CAPTAIN = article("The captain was Ilse Brandt.", "courier.example/1")
LAST = EvalQuestion(
    "c1", "Who was it?", "t:1", gold=(CAPTAIN.id,), reference="It was Ilse Brandt of Quarne."
)


def turn(text: str, speaker: str = "user") -> dict[str, object]:
    return {"speaker": speaker, "text": text}


def task(qid: str, *asked: str, **fields: object) -> dict[str, object]:
    """A task whose turns are these questions, each but the last with a reply."""
    turns = [part for text in asked for part in (turn(text), turn("So it was.", "agent"))]
    return {
        "task_id": qid,
        "contexts": [{"document_id": "courier.example/1"}],
        "input": turns[:-1],
        "targets": [turn("The ferry Marigold ran aground.", "agent")],
        "answerability": ["ANSWERABLE"],
        "Multi-Turn": ["Follow-up"],
    } | fields


AGROUND = "Which ferry ran aground?"
TASKS = [
    task("one", AGROUND),
    task("two", "What happened to the ferry?", AGROUND),
    task("part", AGROUND, "Did all passengers come ashore?", answerability=["PARTIAL"]),
    task("none", AGROUND, "Who won the cup?", answerability=["UNANSWERABLE"], contexts=[]),
    task("vague", AGROUND, "And there?", answerability=["UNDERSPECIFIED"]),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("conversation"))


@pytest.fixture
def suite(archive: Archive, tmp_path: Path) -> Conversation:
    data = tmp_path / "talks"
    data.mkdir()
    write_jsonl(data / "tasks.jsonl", TASKS)
    return Conversation(archive, data)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def hit(number: int, **others: tuple[str, ...]) -> Hit:
    found = replace(CAPTAIN, id=f"courier.example/{number}")
    return Hit(Passage(number, found.id, 1, 0, 11), found, 1.0, number, **others)


def answered(text: str = "", model: str = "", hits: tuple[Hit, ...] = (), **more: object) -> Answer:
    citations = (Citation(1, CAPTAIN, 0, len(CAPTAIN.text)),)
    now = datetime(2025, 6, 1, tzinfo=UTC)
    fixed = Answer("?", "?", text, now, citations=citations, hits=hits, model=model)
    return replace(fixed, **more)  # type: ignore[arg-type]


def test_the_quotes_are_compared_with_the_reference() -> None:
    # "the captain was ilse brandt" shares three words with "it was ilse brandt of quarne".
    assert conversation_measures(answered(hits=(hit(1),)), LAST) == {
        "Hit@5": 1.0,
        "token_f1": pytest.approx(2 * 3 / (5 + 6)),
        "token_recall": pytest.approx(3 / 6),
        "wrongly_declined": 0.0,
        "median_words": 5.0,
    }


def test_of_a_model_its_own_words_are_compared() -> None:
    answer = answered("It was Ilse Brandt. [1]", model="tiny")
    assert spoken(answer) == "It was Ilse Brandt."
    measures = conversation_measures(answer, LAST)
    assert measures["token_f1"] == pytest.approx(2 * 4 / (4 + 6))
    assert (measures["token_recall"], measures["median_words"]) == (pytest.approx(4 / 6), 4.0)


def test_short_answers_stand_in_for_a_reference() -> None:
    short = replace(LAST, reference="", answers=("nobody", "Ilse Brandt"))
    assert conversation_measures(answered(), short)["token_recall"] == 1.0


def test_a_declined_answer_says_nothing() -> None:
    declined = answered("The archive does not answer this.", hits=(hit(1),), abstained=True)
    assert conversation_measures(declined, LAST) == {
        "Hit@5": 1.0,
        "token_f1": 0.0,
        "token_recall": 0.0,
        "wrongly_declined": 1.0,
    }
    for kind, name in [
        ("unanswerable", "declined"),
        ("underspecified", "underspecified_declined"),
    ]:
        last = replace(LAST, answerability=kind)
        assert conversation_measures(declined, last) == {name: 1.0}
        assert conversation_measures(answered(), last) == {name: 0.0}


@pytest.mark.parametrize(
    ("hits", "found"),
    [
        ((), 0.0),
        ((hit(2), hit(2), hit(2), hit(3), hit(4), hit(5), hit(1)), 1.0),
        ((hit(2), hit(3), hit(4), hit(5), hit(6), hit(1)), 0.0),
        ((hit(2, copies=("courier.example/1",)),), 1.0),
        ((hit(2, versions=("courier.example/1",)),), 1.0),
    ],
)
def test_a_hit_is_an_article_among_the_first_five_or_a_copy_of_it(
    hits: tuple[Hit, ...], found: float
) -> None:
    assert conversation_measures(answered(hits=hits), LAST)["Hit@5"] == found


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "answerable"),
        ({"type": "unanswerable"}, "unanswerable"),
        ({"answerability": "partial"}, "partial"),
        ({"answerability": "underspecified", "type": "underspecified"}, "underspecified"),
    ],
)
def test_a_turn_is_answerable_unless_its_file_says_otherwise(
    fields: dict[str, str], kind: str
) -> None:
    assert answerability(EvalQuestion("q", "Who?", "t:1", **fields)) == kind


def test_every_last_turn_is_asked_after_its_conversation(suite: Conversation, out: Path) -> None:
    evaluated = measured(suite, out)
    report = evaluated.report
    assert (report.suite, report.system, report.data, report.n) == (
        *("conversation", "extractive", "talks"),
        5,
    )
    assert evaluated.warnings == ()
    rows = {row["qid"]: row for row in report.questions}
    assert [rows[qid]["turn"] for qid in rows] == ["1", "2", "2", "2", "2"]
    assert rows["two"]["standalone"] == AGROUND
    assert "answerable" not in rows["vague"]
    counted = ("answerable", "partial", "unanswerable", "underspecified")
    assert [report.settings[kind] for kind in counted] == [2, 1, 1, 1]
    held = [rows[qid]["measures"] for qid in ("one", "two", "part")]
    assert report.measures["Hit@5"] == sum(row["Hit@5"] for row in held) / 3 == 1.0
    assert report.measures["token_recall"] == sum(row["token_recall"] for row in held) / 3
    assert report.measures["declined"] == rows["none"]["measures"]["declined"]
    above = [rows[qid]["confidence"] > rows["none"]["confidence"] for qid in ("one", "two", "part")]
    assert report.measures["confidence_auc"] == sum(above) / 3
    assert (set(report.groups["type"]), set(report.groups["turn"])) == (set(counted), {"1", "2"})
    assert report.groups["turn"]["2"]["n"] == 4
    assert "By turn" in html_page(report)


def test_the_history_goes_to_the_model(suite: Conversation, out: Path) -> None:
    write_jsonl(suite.data / "tasks.jsonl", TASKS[1:2])
    model = ScriptedModel("The Marigold ran aground [1].")
    report = measured(replace(suite, asking=Asking(model=model)), out).report
    assert (report.system, report.measures["model_failed"]) == ("scripted", 0.0)
    assert report.measures["token_recall"] == pytest.approx(4 / 5)
    contents = [message.content for message in model.asked[-1]]
    assert contents[1:3] == ["What happened to the ferry?", "So it was."]


def test_late_turns_are_counted_together(suite: Conversation, out: Path) -> None:
    tasks = [task(str(n), *["And then?"] * (n - 1), AGROUND) for n in (6, 7, 9)]
    write_jsonl(suite.data / "tasks.jsonl", tasks)
    report = measured(suite, out).report
    assert {turn: group["n"] for turn, group in report.groups["turn"].items()} == {
        "6": 1,
        "7 and later": 2,
    }


def test_labelled_questions_with_a_history_are_conversations_too(
    suite: Conversation, out: Path, tmp_path: Path
) -> None:
    history = [{"role": "user", "content": "What happened?"}]
    first, *others = QUESTIONS
    data = write_questions(tmp_path / "quiz", first | {"history": history}, *others)
    report = measured(replace(suite, data=data), out).report
    assert report.n == 5
    assert (report.settings["answerable"], report.settings["unanswerable"]) == (4, 1)
    assert {turn: group["n"] for turn, group in report.groups["turn"].items()} == {"1": 4, "2": 1}


def test_what_the_archive_does_not_hold_is_left_out_by_name(suite: Conversation, out: Path) -> None:
    lost = task("lost", AGROUND, contexts=[{"document_id": "nowhere"}])
    write_jsonl(suite.data / "tasks.jsonl", [*TASKS, lost])
    evaluated = measured(suite, out)
    assert (evaluated.report.n, evaluated.report.settings["left_out"]) == (5, 1)
    assert "'nowhere' (tasks.jsonl:6)" in evaluated.warnings[0]


def test_data_without_conversations_are_refused(
    suite: Conversation, out: Path, tmp_path: Path
) -> None:
    data = write_questions(tmp_path / "quiz")
    with pytest.raises(CorpusError, match=r"no question of .*quiz has a 'history'"):
        measured(replace(suite, data=data), out)
