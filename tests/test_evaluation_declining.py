"""The declining suite: whole runs on a small archive and on passages given with questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive, Progress
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError, CorpusError
from rag.evaluation.answers import Asking
from rag.evaluation.declining import (
    Declining,
    declining_suite,
    has_passages,
    load_passages,
    store_passages,
)
from rag.evaluation.report import write_report
from rag.evaluation.runner import Evaluated
from rag.llms import ScriptedModel
from rag.records import Filters
from tests.builders import open_archive, write_jsonl
from tests.evaluation_data import (
    QUESTIONS,
    measured,
    silent,
    small_archive,
    write_questions,
)

SETTINGS = Settings(encoder="hashing", chunk_tokens=32)
FERRY: dict[str, object] = {
    "id": 7,
    "query": "Which ferry ran aground?",
    "answer": [["Marigold", "the Marigold"]],
    "positive": ["The ferry Marigold ran aground.", " "],
    "negative": ["A ferry ran late.", "No ferry sank."],
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("declining"))


@pytest.fixture
def suite(archive: Archive, tmp_path: Path) -> Declining:
    data = write_questions(tmp_path / "quiz")
    return Declining(archive, data, sets=(data,))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def run(suite: Declining, out: Path, progress: Progress = silent) -> Evaluated:
    """The suite with an archive of the passages that come with its questions."""
    with declining_suite(suite, SETTINGS) as whole:
        return measured(whole, out, progress)


def test_labelled_and_unanswerable_questions_are_measured_together(
    archive: Archive, suite: Declining, out: Path, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [{"qid": "n1", "question": "Who won the regatta in Quarne?"}]
    more = write_jsonl(tmp_path / "more.jsonl", rows)
    both = replace(suite, sets=(*suite.sets, more))
    report = run(both, out).report
    assert (report.suite, report.system, report.data, report.n) == (
        *("declining", "extractive", "quiz + more", 6),
    )
    assert [row["qid"] for row in report.questions] == [
        *(f"quiz/q{n}" for n in range(1, 6)),
        "more/unanswerable/n1",
    ]
    asked = archive.ask(str(QUESTIONS[0]["question"]), as_of=datetime(2025, 6, 2, tzinfo=UTC))
    first = report.questions[0]
    assert first["confidence"] == asked.confidence
    assert first["measures"]["wrongly_declined"] == float(asked.abstained)
    assert first["score"] == 1 - float(asked.abstained)
    declined = [row["measures"]["declined"] for row in report.questions[4:]]
    assert report.measures["declined"] == sum(declined) / 2
    assert 0 <= report.measures["confidence_auc"] <= 1
    assert set(report.intervals) == set(report.measures)
    assert set(report.groups["type"]) == {
        "quiz: answerable",
        "quiz: unanswerable",
        "more: unanswerable",
    }
    assert report.settings["answerable"] == 4


def test_given_passages_need_no_archive(suite: Declining, out: Path, tmp_path: Path) -> None:
    given = write_jsonl(tmp_path / "given.jsonl", [FERRY])
    with Archive.open(tmp_path / "none", settings=SETTINGS) as none:
        report = run(replace(suite, archive=none, sets=(given,)), out).report
        with pytest.raises(ArchiveError, match="there is no archive"):
            run(replace(suite, archive=none), out)
    held, other = report.questions
    assert (held["qid"], other["qid"]) == ("given/7/positive", "given/7/negative")
    assert set(report.measures) >= {"declined", "wrongly_declined", "confidence_auc"}
    assert report.settings["articles"] == 3


def test_two_sets_of_one_name_are_refused(suite: Declining, out: Path) -> None:
    twice = replace(suite, sets=(*suite.sets, *suite.sets))
    with pytest.raises(ConfigError, match="two data sets that are both called 'quiz'"):
        run(twice, out)


def test_a_model_is_measured_under_its_name(suite: Declining, out: Path) -> None:
    write_questions(suite.data, QUESTIONS[0], QUESTIONS[4])
    model = ScriptedModel(*["The Marigold [1]."] * 9)
    report = run(replace(suite, asking=Asking(model=model)), out).report
    assert report.system == model.name
    assert report.measures["model_failed"] == 0.0


def test_the_page_has_a_roc_curve(suite: Declining, out: Path) -> None:
    write_report(out, run(suite, out).report)
    assert "ROC curve" in (out / "report.html").read_text()


def test_each_question_is_asked_of_either_side(tmp_path: Path) -> None:
    held, other = load_passages(write_jsonl(tmp_path / "given.jsonl", [FERRY]))
    assert (held[0].qid, other[0].qid) == ("7/positive", "7/negative")
    assert held[0].answers == ("Marigold", "the Marigold")
    assert (held[0].unanswerable, other[0].unanswerable) == (False, True)
    assert other[0].answers == ()
    assert held[1] == ("The ferry Marigold ran aground.",)
    assert other[1] == ("A ferry ran late.", "No ferry sank.")


def test_a_side_without_passages_is_not_asked(tmp_path: Path) -> None:
    rows = [FERRY | {"positive": []}, FERRY | {"id": 8, "answer": "Marigold", "negative": None}]
    found = load_passages(write_jsonl(tmp_path / "given.jsonl", rows))
    assert [question.qid for question, _ in found] == ["7/negative", "8/positive"]
    assert found[1][0].answers == ("Marigold",)


def test_a_file_of_this_shape_is_told_from_others(tmp_path: Path) -> None:
    assert has_passages(write_jsonl(tmp_path / "given.jsonl", [FERRY]))
    assert not has_passages(
        write_jsonl(tmp_path / "more.jsonl", [{"qid": "1", "question": "Who?"}])
    )
    assert not has_passages(write_jsonl(tmp_path / "empty.jsonl", []))
    assert not has_passages(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"positive": ["It sank."]}, r"given.jsonl:1: 'query' is missing"),
        (FERRY | {"query": " "}, r"given.jsonl:1: 'query' is missing"),
        (
            FERRY | {"negative": "It sank."},
            r":1: 'negative' is 'It sank.': Input should be a valid tuple",
        ),
        (
            FERRY | {"positive": [1]},
            r":1: 'positive.0' is 1: Input should be a valid string",
        ),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        load_passages(write_jsonl(tmp_path / "given.jsonl", [row]))


def test_the_passages_of_a_question_stand_under_an_outlet_of_their_own(tmp_path: Path) -> None:
    given = load_passages(write_jsonl(tmp_path / "given.jsonl", [FERRY]))
    with open_archive(tmp_path / "archive") as archive:
        store_passages(given, archive, tmp_path)
        found = [
            {hit.text for hit in archive.search("ferry", filters=Filters(publishers=(o,)))}
            for o in (question.outlet for question, _ in given)
        ]
    assert found == [{"The ferry Marigold ran aground."}, {"A ferry ran late.", "No ferry sank."}]
