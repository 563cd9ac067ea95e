"""Labelled questions and tasks of conversations: in full, every kind, every bad row by name."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigError, CorpusError
from rag.evaluation.datasets import EvalQuestion, article_id, data_name, load_questions
from rag.evaluation.retrieval import Retrieval
from rag.records import Message
from tests.builders import open_archive, write_jsonl
from tests.evaluation_data import QUESTIONS, measured, write_questions

SEEDS = Path(__file__).parent.parent / "seeds"


def load_line(folder: Path, line: str) -> list[EvalQuestion]:
    file = folder / "questions.jsonl"
    file.write_text(line, encoding="utf-8")
    return load_questions(file)


def test_the_seeds_are_read_whole() -> None:
    questions = load_questions(SEEDS)
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(questions) == sum("form" not in json.loads(line) for line in lines) == 100
    assert questions[0].question == json.loads(lines[0])["question"]
    assert (questions[9].qid, questions[9].where) == ("s010", "questions.jsonl:10")
    follow_up = next(question for question in questions if question.type == "follow_up")
    assert [message.role for message in follow_up.history] == ["user", "assistant"]
    assert questions[99].as_of == datetime(2025, 7, 1, tzinfo=UTC)
    assert sum(question.unanswerable for question in questions) == 8


def test_a_line_becomes_a_question_with_canonical_ids_and_the_end_of_its_day(
    tmp_path: Path,
) -> None:
    row = {
        "qid": "a",
        "question": " Who spoke? ",
        "date": "2024/02/29",
        "type": "fact",
        "answers": ["Ilse Brandt"],
        "gold_ids": ["www.Harbour.example/1/", "n7"],
        "silver_ids": ["harbour.example/1", "harbour.example/2"],
        "history": [{"role": "user", "content": "Hm?"}],
        "small": True,
    }
    (question,) = load_questions(write_questions(tmp_path, row))
    assert question == EvalQuestion(
        qid="a",
        question="Who spoke?",
        where="questions.jsonl:1",
        type="fact",
        answers=("Ilse Brandt",),
        gold=("harbour.example/1", "n7"),
        silver=("harbour.example/1", "harbour.example/2"),
        history=(Message("user", "Hm?"),),
        date="2024-02-29",
        as_of=datetime(2024, 3, 1, tzinfo=UTC),
        small=True,
    )
    assert question.relevant == ("harbour.example/1", "n7", "harbour.example/2")


def test_a_question_needs_nothing_but_its_words(tmp_path: Path) -> None:
    (question,) = load_line(tmp_path, '\ufeff{"qid": "a", "question": "Who?"}\n\n')
    assert question == EvalQuestion("a", "Who?", "questions.jsonl:1")
    assert (question.relevant, question.as_of) == ((), None)


@pytest.mark.parametrize(
    ("given_id", "known_as"),
    [
        ("courier.example/1", "courier.example/1"),
        ("https://www.courier.example/1/#top", "courier.example/1"),
        ("Doc1.Txt", "Doc1.Txt"),
        ("17/b", "17/b"),
        ("n7", "n7"),
    ],
)
def test_only_addresses_are_made_canonical(given_id: str, known_as: str) -> None:
    assert article_id(given_id) == known_as


@given(st.text(alphabet="aZ9./:?#-& é", max_size=30))
def test_an_id_that_was_made_canonical_stays_as_it_is(given_id: str) -> None:
    assert article_id(article_id(given_id)) == article_id(given_id)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"qid": "a", ', r"questions.jsonl:1: not valid JSON"),
        ('["qid"]', r"questions.jsonl:1: 'the row' is \['qid'\]: Input should be"),
        ('{"question": "Who?"}', r"questions.jsonl:1: 'qid' is missing"),
        ('{"qid": "a", "question": " "}', r"questions.jsonl:1: 'question' is missing"),
        (
            '{"qid": 7, "question": "Who?"}',
            r"questions.jsonl:1: 'qid' is 7: Input should be a valid string",
        ),
        (
            '{"qid": "a", "question": "Who?", "gold_ids": "x"}',
            r":1: 'gold_ids' is 'x': Input should be a valid tuple",
        ),
        (
            '{"qid": "a", "question": "Who?", "answers": [7]}',
            r":1: 'answers.0' is 7: Input should be a valid string",
        ),
        (
            '{"qid": "a", "question": "Who?", "date": "some day"}',
            r":1: date 'some day' cannot be read; write it as 2025-06-30",
        ),
        (
            '{"qid": "a", "question": "Who?", "history": ["Hm?"]}',
            r":1: 'history.0' is 'Hm\?': Input should be",
        ),
        (
            '{"qid": "a", "question": "Who?", "history": [{"role": "he", "content": ""}]}',
            r":1: 'history.0.role' is 'he': Input should be 'system', 'user' or 'assistant'",
        ),
        (
            '{"qid": "a", "question": "Who?"}\n\n{"qid": "a", "question": "What?"}',
            r":3: qid 'a' stands in questions.jsonl:1 already",
        ),
        ("\n", "holds no questions; write one JSON object a line"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        load_line(tmp_path, line)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_bytes(b'{"qid": "\xff"}')
    with pytest.raises(CorpusError, match=r"questions.jsonl is not UTF-8 \(byte 9\)"):
        load_questions(tmp_path)


def test_a_file_may_be_gzipped_unless_it_is_damaged(tmp_path: Path) -> None:
    packed = tmp_path / "quiz.jsonl.gz"
    content = gzip.compress(b'{"qid": "a", "question": "Who?"}')
    packed.write_bytes(content)
    assert [question.where for question in load_questions(packed)] == ["quiz.jsonl.gz:1"]
    for damaged in (content[:-9], b"plain text", content[:12] + b"xxxx" + content[16:]):
        packed.write_bytes(damaged)
        with pytest.raises(CorpusError, match=r"quiz.jsonl.gz is damaged or no gzip file"):
            load_questions(packed)


def test_a_line_ends_only_where_json_lines_end(tmp_path: Path) -> None:
    odd = "Who\u2028spoke\u0085there?"
    (question,) = load_line(tmp_path, json.dumps({"qid": "a", "question": odd}, ensure_ascii=False))
    assert question.question == odd


def test_a_folder_without_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*questions.jsonl .*--data needs a folder"):
        load_questions(tmp_path)


def test_a_subset_holds_the_marked_questions(tmp_path: Path) -> None:
    data = write_questions(tmp_path)
    assert [question.qid for question in load_questions(data, "small")] == ["q1"]
    assert len(load_questions(data)) == 5
    with pytest.raises(ConfigError, match="no subset 'big'"):
        load_questions(data, "big")
    write_questions(data, *QUESTIONS[1:])
    with pytest.raises(ConfigError, match='no question is marked "small": true'):
        load_questions(data, "small")


def test_data_are_named_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "quiz").mkdir()
    assert data_name(tmp_path / "quiz") == "quiz"
    assert data_name(tmp_path / "quiz" / "questions.jsonl") == "quiz"
    assert data_name(tmp_path / "hard.jsonl") == "hard"
    assert data_name(tmp_path / "quiz" / ".." / "quiz") == "quiz"


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
