"""The declining suite: whole runs on a small archive and on passages given with questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, ConfigError
from rag.evaluation.declining import DecliningOptions, evaluate_declining
from rag.evaluation.runner import write_report
from rag.llms import ScriptedModel
from tests.builders import write_jsonl
from tests.evaluation_data import NOW, QUESTIONS, silent, small_archive, write_questions
from tests.test_evaluation_given import FERRY

SETTINGS = Settings(encoder="hashing", chunk_tokens=32)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("declining"))


@pytest.fixture
def options(tmp_path: Path) -> DecliningOptions:
    data = write_questions(tmp_path / "quiz")
    return DecliningOptions((data,), tmp_path / "report", NOW, SETTINGS)


def test_labelled_and_unanswerable_questions_are_measured_together(
    archive: Archive, options: DecliningOptions, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [{"qid": "n1", "question": "Who won the regatta in Quarne?"}]
    more = write_jsonl(tmp_path / "more.jsonl", rows)
    both = replace(options, data=(*options.data, more))
    report = evaluate_declining(archive, both, silent).report
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
    assert set(report.by_type) == {"quiz: answerable", "quiz: unanswerable", "more: unanswerable"}
    assert report.settings["answerable"] == 4


def test_given_passages_need_no_archive(options: DecliningOptions, tmp_path: Path) -> None:
    given = write_jsonl(tmp_path / "given.jsonl", [FERRY])
    with Archive.open(tmp_path / "none", settings=SETTINGS) as none:
        report = evaluate_declining(none, replace(options, data=(given,)), silent).report
        with pytest.raises(ArchiveError, match="there is no archive"):
            evaluate_declining(none, options, silent)
    held, other = report.questions
    assert (held["qid"], other["qid"]) == ("given/7/positive", "given/7/negative")
    assert set(report.measures) >= {"declined", "wrongly_declined", "confidence_auc"}
    assert report.settings["articles"] == 3


def test_two_sets_of_one_name_are_refused(archive: Archive, options: DecliningOptions) -> None:
    twice = replace(options, data=(*options.data, *options.data))
    with pytest.raises(ConfigError, match="two data sets that are both called 'quiz'"):
        evaluate_declining(archive, twice, silent)


def test_a_model_is_measured_under_its_name(archive: Archive, options: DecliningOptions) -> None:
    write_questions(options.data[0], QUESTIONS[0], QUESTIONS[4])
    model = ScriptedModel(*["The Marigold [1]."] * 9)
    report = evaluate_declining(archive, replace(options, model=model), silent).report
    assert report.system == model.name
    assert report.measures["model_failed"] == 0.0


def test_an_interrupted_run_goes_on_where_it_stopped(
    archive: Archive, options: DecliningOptions
) -> None:
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        evaluate_declining(archive, options, stop)
    evaluated = evaluate_declining(archive, options, lambda _step, done, _total: seen.append(done))
    assert seen == [2, 3, 4, 5]
    write_report(options.report, evaluated.report, None)
    assert "ROC curve" in (options.report / "report.html").read_text()
