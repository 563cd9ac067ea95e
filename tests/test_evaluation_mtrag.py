"""Tasks of conversations as labelled questions: one in full, every kind, every bad task by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rag.errors import CorpusError
from rag.evaluation.datasets import EvalQuestion, load_questions
from rag.evaluation.retrieval import Retrieval
from rag.records import Message
from tests.builders import open_archive, write_jsonl
from tests.evaluation_data import measured


def turn(text: str, speaker: str = "user") -> dict[str, object]:
    return {"speaker": speaker, "text": text, "metadata": {}}


TASK: dict[str, object] = {
    "task_id": "c1<::>2",
    "conversation_id": "c1",
    "contexts": [{"document_id": "120-0-350", "text": "It ended.", "title": "Strike"}],
    "input": [turn("When did it begin?"), turn("On 2 April.", "agent"), turn(" And when end? ")],
    "targets": [turn("On 26 April.", "agent")],
    "answerability": ["ANSWERABLE"],
    "Question Type": ["Factoid", "Keyword"],
    "Multi-Turn": ["Follow-up"],
    "Collection": "courier",
}


def load_task(folder: Path, **fields: object) -> list[EvalQuestion]:
    write_jsonl(folder / "tasks.jsonl", [TASK | fields])
    return load_questions(folder)


def test_a_task_asks_its_last_turn_after_the_others(tmp_path: Path) -> None:
    assert load_task(tmp_path) == [
        EvalQuestion(
            qid="c1<::>2",
            question="And when end?",
            where="tasks.jsonl:1",
            type="follow-up",
            answerability="answerable",
            reference="On 26 April.",
            gold=("120-0-350",),
            history=(Message("user", "When did it begin?"), Message("assistant", "On 2 April.")),
        )
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Multi-Turn": ["Clarification"]}, "clarification"),
        ({"Multi-Turn": ["N/A"]}, "first turn"),
        ({"Multi-Turn": "Follow-up"}, "follow-up"),
        ({"Multi-Turn": []}, ""),
        ({"answerability": ["PARTIAL"]}, "follow-up"),
        ({"answerability": ["UNDERSPECIFIED"], "Multi-Turn": ["N/A"]}, "underspecified"),
        ({"answerability": ["UNANSWERABLE"]}, "unanswerable"),
    ],
)
def test_its_type_is_the_part_it_plays(
    tmp_path: Path, fields: dict[str, object], expected: str
) -> None:
    (question,) = load_task(tmp_path, **fields)
    assert question.type == expected


def test_a_task_without_reference_has_none(tmp_path: Path) -> None:
    (question,) = load_task(tmp_path, targets=[], answerability=["PARTIAL"])
    assert (question.reference, question.answerability) == ("", "partial")


def test_a_task_without_answer_is_unanswerable_and_has_no_gold(tmp_path: Path) -> None:
    (question,) = load_task(tmp_path, contexts=[], answerability=["UNANSWERABLE"])
    assert (question.unanswerable, question.relevant) == (True, ())


def test_gzipped_tasks_are_read_and_questions_come_before_them(tmp_path: Path) -> None:
    packed = tmp_path / "tasks.jsonl.gz"
    packed.write_bytes(gzip.compress(f"{json.dumps(TASK)}\n".encode()))
    assert load_questions(tmp_path) == load_questions(packed)
    assert load_questions(packed)[0].where == "tasks.jsonl.gz:1"
    write_jsonl(tmp_path / "questions.jsonl", [{"qid": "q", "question": "Who?"}])
    assert [question.qid for question in load_questions(tmp_path)] == ["q"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"task_id": None}, r"tasks.jsonl:1: 'task_id' is missing"),
        ({"input": []}, r":1: the last turn of 'input' is not the user's"),
        ({"input": "Who?"}, r":1: 'input' is 'Who\?': Input should be a valid tuple"),
        ({"input": [turn("Yes.", "agent")]}, r":1: the last turn of 'input' is not the user's"),
        (
            {"input": [turn("Who?", "host")]},
            r"'input.0.speaker' is 'host': Input should be",
        ),
        ({"input": [{"speaker": "user"}]}, r"'input.0.text' is missing"),
        ({"input": [turn(" ")]}, r":1: 'question' is missing"),
        ({"targets": [{"text": "On 26 April."}]}, r"'targets.0.speaker' is missing"),
        ({"contexts": ["a"]}, r":1: 'contexts.0' is 'a': Input should be"),
        ({"contexts": [{}]}, r"'contexts.0.document_id' is missing"),
        ({"contexts": [{"document_id": " "}]}, r"'contexts.0.document_id' is missing"),
    ],
)
def test_a_bad_task_is_named(tmp_path: Path, fields: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        load_task(tmp_path, **fields)


def test_tasks_are_measured_on_an_archive_of_their_passages(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    passages = {
        "120-0-350": "The ferry strike ended on 26 April after nineteen days of talks.",
        "a-7-9": "The ferry strike began on 2 April when the crews of Quarne Line went home.",
        "b": "The lighthouse keeper of Grevesand retired after forty years of service.",
    }
    rows = [{"id": id_, "text": text} for id_, text in passages.items()]
    archive.ingest(write_jsonl(tmp_path / "passages.jsonl", rows), vectors=False)
    data = tmp_path / "conversations"
    data.mkdir()
    history = [turn("When did the ferry strike begin?"), turn("On 2 April.", "agent")]
    tasks = [
        TASK | {"input": [*history, turn("And when did it end?")]},
        TASK | {"task_id": "c2", "contexts": [], "answerability": ["UNANSWERABLE"]},
        TASK
        | {
            "task_id": "c3",
            "contexts": [{"document_id": "b"}],
            "input": [*history, turn("Which lighthouse keeper of Grevesand retired?")],
        },
    ]
    write_jsonl(data / "tasks.jsonl", tasks)
    evaluated = measured(Retrieval(archive, data, "bm25", plain=False), tmp_path / "report")
    assert evaluated.warnings == ()
    assert (evaluated.report.data, evaluated.report.n) == ("conversations", 2)
    assert evaluated.report.measures["Hit@5"] == 1.0
    assert [row["expected"] for row in evaluated.report.questions] == [["120-0-350"], ["b"]]
    assert [row["found"][0]["id"] for row in evaluated.report.questions][1] == "b"
