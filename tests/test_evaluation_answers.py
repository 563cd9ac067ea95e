"""The answer suite: measures of made answers by hand, then whole runs on a small archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import CorpusError
from rag.evaluation.answers import (
    Answers,
    Asking,
    answer_measures,
    load_unanswerable,
    quotes_both,
    verbatim,
)
from rag.evaluation.report import write_report
from rag.llms import ScriptedModel
from rag.records import Answer, Citation
from tests.builders import article, write_jsonl
from tests.evaluation_data import QUESTIONS, measured, small_archive, write_questions

FERRY = article("It sank at noon. The captain was Ilse Brandt. " + "So it went on. " * 30)
NOON, CAPTAIN = (0, 16), (17, 45)
Q1, Q2, Q3, Q4, Q5 = QUESTIONS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("answers"))


@pytest.fixture
def suite(archive: Archive, tmp_path: Path) -> Answers:
    return Answers(archive, write_questions(tmp_path / "quiz"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def quoting(*spans: tuple[int, int], declined: bool = False) -> Answer:
    return Answer(
        question="Who was the captain?",
        standalone="Who was the captain?",
        text="",
        as_of=datetime(2025, 6, 1, tzinfo=UTC),
        citations=tuple(Citation(n, FERRY, *span) for n, span in enumerate(spans, start=1)),
        abstained=declined,
    )


def test_an_answer_is_looked_for_in_the_quotes_and_in_the_first() -> None:
    assert answer_measures(quoting(NOON, CAPTAIN), ["Ilse Brandt"]) == {
        "answer_in_quotes": 1.0,
        "answer_in_first": 0.0,
        "token_f1": pytest.approx(2 * 2 / (9 + 2)),
        "wrongly_declined": 0.0,
        "median_words": 9.0,
    }
    first = answer_measures(quoting(CAPTAIN), ["nobody", "ilse brandt"])
    assert (first["answer_in_quotes"], first["answer_in_first"]) == (1.0, 1.0)
    assert answer_measures(quoting(NOON), ["Ilse"])["answer_in_quotes"] == 0.0


def test_both_values_count_where_each_has_an_outlet_and_a_date() -> None:
    both = quoting(NOON, CAPTAIN)
    assert quotes_both(both, ["noon", "Ilse Brandt"])
    assert not quotes_both(both, ["noon", "midnight"])
    undated = replace(FERRY, published=None)
    cited = (both.citations[0], replace(both.citations[1], article=undated))
    assert not quotes_both(replace(both, citations=cited), ["noon", "Ilse Brandt"])


def test_a_declined_answer_holds_nothing_and_has_no_length() -> None:
    assert answer_measures(quoting(declined=True), ["Ilse Brandt"]) == {
        "answer_in_quotes": 0.0,
        "answer_in_first": 0.0,
        "token_f1": 0.0,
        "wrongly_declined": 1.0,
    }


def test_nearest_sentences_answer_nothing() -> None:
    declined = quoting(NOON, CAPTAIN, declined=True)
    assert answer_measures(declined, ["Ilse Brandt"]) == {
        "answer_in_quotes": 0.0,
        "answer_in_first": 0.0,
        "token_f1": 0.0,
        "wrongly_declined": 1.0,
    }
    assert not quotes_both(declined, ["noon", "Ilse Brandt"])


def test_of_a_models_answer_its_own_text_counts_too() -> None:
    said = replace(quoting(NOON), text="It was Ilse Brandt [1].", model="scripted")
    measures = answer_measures(said, ["Ilse Brandt"])
    assert (measures["answer_in_quotes"], measures["answer_in_text"]) == (0.0, 1.0)
    assert measures["text_token_f1"] == pytest.approx(2 * 2 / (4 + 2))
    assert measures["median_words"] == 5.0  # the full stop stands apart from its marker
    declined = answer_measures(replace(said, abstained=True, citations=()), ["Ilse Brandt"])
    assert (declined["answer_in_text"], declined["text_token_f1"]) == (0.0, 0.0)


def test_a_model_is_measured_under_its_name_and_its_failures_are_counted(
    suite: Answers, out: Path
) -> None:
    write_questions(suite.data, Q1, Q3)
    model = ScriptedModel("The ferry Marigold ran aground [1].")
    report = measured(replace(suite, asking=Asking(model=model)), out).report
    assert report.system == "scripted"
    assert report.questions[0]["measures"]["answer_in_text"] == 1.0
    assert report.measures["model_failed"] == 0.5


def test_only_eighty_words_are_looked_at_and_all_are_counted() -> None:
    long = (46, len(FERRY.text.rstrip()))
    measures = answer_measures(quoting(long, CAPTAIN), ["Ilse Brandt"])
    assert (measures["answer_in_quotes"], measures["median_words"]) == (0.0, 120 + 5)


def test_a_quote_is_checked_against_the_stored_article(archive: Archive) -> None:
    stored = archive.article("courier.example/4")
    altered = replace(stored, text=stored.text.replace("forty", "fifty"))
    start, end = stored.text.index("after"), len(stored.text)
    faithful, false = (Citation(1, text, start, end) for text in (stored, altered))
    assert verbatim(archive, [faithful])
    assert not verbatim(archive, [false])
    assert not verbatim(archive, [faithful, false])


def test_every_question_is_asked_and_the_measures_are_theirs(
    archive: Archive, suite: Answers, out: Path
) -> None:
    evaluated = measured(suite, out)
    report = evaluated.report
    assert (report.suite, report.system, report.data, report.n) == (
        "answers",
        "extractive",
        "quiz",
        5,
    )
    assert evaluated.warnings == ()
    assert (report.settings["answerable"], report.settings["unanswerable"]) == (4, 1)
    rows = {row["qid"]: row for row in report.questions}
    asked = archive.ask(str(Q1["question"]), as_of=datetime(2025, 6, 2, tzinfo=UTC))
    own = answer_measures(asked, ["Marigold"])
    assert {name: rows["q1"]["measures"][name] for name in own} == own
    assert rows["q1"]["score"] == own["answer_in_quotes"]
    assert rows["q1"]["confidence"] == asked.confidence
    labelled = [rows[qid]["measures"] for qid in ("q1", "q2", "q3", "q4")]
    for name in ("answer_in_quotes", "answer_in_first", "token_f1", "wrongly_declined"):
        assert report.measures[name] == pytest.approx(sum(row[name] for row in labelled) / 4)
    assert report.measures.get("slice_equals_quote", 1.0) == 1.0
    assert report.measures["declined"] == rows["q5"]["measures"]["declined"]
    below = [rows[qid]["confidence"] > rows["q5"]["confidence"] for qid in ("q1", "q2", "q3", "q4")]
    assert report.measures["confidence_auc"] == sum(below) / 4
    assert set(report.intervals) == set(report.measures)
    assert set(report.groups["type"]) == {"fact", "number", "unanswerable"}


def test_without_unanswerable_questions_nothing_is_said_of_declining(
    archive: Archive, suite: Answers, out: Path
) -> None:
    write_questions(suite.data, Q1, Q3)
    report = measured(suite, out).report
    assert report.n == 2
    undefined = {"declined", "confidence_auc", "calibration_error"}
    assert not undefined & set(report.measures)


def test_a_row_shows_the_quotes_or_what_is_nearest(
    archive: Archive, suite: Answers, out: Path
) -> None:
    for row in measured(suite, out).report.questions:
        texts = [item["text"] for item in row["found"]]
        declined = row["measures"].get("declined", row["measures"].get("wrongly_declined"))
        if declined:
            assert texts in ([], ["(declined)"])
        else:
            ids = [item["id"] for item in row["found"]]
            stored = [archive.article(id_).text for id_ in ids]
            assert texts
            assert all(text in whole for text, whole in zip(texts, stored, strict=True))


def test_unanswerable_questions_come_from_a_file_of_their_own(
    suite: Answers, out: Path, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [
        {"qid": "q1", "question": "Who won the regatta in Quarne?", "answer_elsewhere": "Nobody"},
        {"qid": "n2", "question": str(Q5["question"])},
    ]
    file = write_jsonl(tmp_path / "more.jsonl", rows)
    report = measured(replace(suite, unanswerable=file), out).report
    assert [row["qid"] for row in report.questions] == [
        *("q1", "q2", "q3", "q4", "q5"),
        "unanswerable/q1",
    ]
    assert report.settings["unanswerable"] == 2
    assert set(report.questions[5]["measures"]) <= {"declined", "slice_equals_quote"}


def test_of_a_typed_file_only_the_unanswerable_are_to_be_declined(suite: Answers) -> None:
    assert [q.qid for q in load_unanswerable(suite.data)] == ["unanswerable/q5"]
    write_questions(suite.data, Q1)
    (only,) = load_unanswerable(suite.data)
    assert (only.qid, only.type, only.answers) == ("unanswerable/q1", "unanswerable", ())


def test_questions_are_asked_as_of_their_date(archive: Archive, suite: Answers, out: Path) -> None:
    write_questions(suite.data, Q2 | {"qid": "early", "date": "2025-06-01"}, Q1)
    evaluated = measured(suite, out)
    found = [item["id"] for row in evaluated.report.questions for item in row["found"]]
    assert "courier.example/2" not in found
    assert evaluated.report.settings["out_of_reach"] == 1
    assert "'early' (questions.jsonl:1)" in evaluated.warnings[0]
    undated = measured(replace(suite, asking=Asking(dated=False)), out).report
    assert undated.questions[0]["found"][0]["id"] == "courier.example/2"


def test_an_interrupted_run_goes_on_where_it_stopped(
    archive: Archive, suite: Answers, out: Path
) -> None:
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        measured(suite, out, stop)
    report = measured(suite, out, lambda _step, done, _total: seen.append(done))
    assert seen == [2, 3, 4, 5]
    write_report(out, report.report)
    assert {file.name for file in out.iterdir()} == {
        *("report.json", "report.html", "report.md"),
    }


def test_a_set_without_labels_is_refused(archive: Archive, suite: Answers, out: Path) -> None:
    write_questions(suite.data, Q5)
    with pytest.raises(CorpusError, match="no question has 'gold_ids' or 'silver_ids'"):
        measured(suite, out)
