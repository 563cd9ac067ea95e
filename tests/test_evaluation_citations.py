"""The citation suite: measures of made answers by hand, then whole runs on a small archive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import CorpusError, ProviderError
from rag.evaluation.answers import Asking
from rag.evaluation.citations import Citations, citation_measures, cited_sentences, unsupported
from rag.evaluation.report import write_report
from rag.llms import ScriptedModel
from rag.records import Answer, Hit, Passage
from rag.verification.citing import cite
from tests.builders import article
from tests.evaluation_data import NOW, QUESTIONS, measured, small_archive, write_questions

MILL = article("The mill burnt on Friday. All 41 workers were safe.")
HIT = Hit(Passage(1, MILL.id, 1, 0, len(MILL.text)), MILL, 1.0, 1)
Q1, Q2, Q3, Q4, Q5 = QUESTIONS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("citations"))


@pytest.fixture
def suite(archive: Archive, tmp_path: Path) -> Citations:
    return Citations(archive, write_questions(tmp_path / "quiz"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def replied(text: str) -> Answer:
    """A model's reply about the mill, with its citations bound."""
    cited = cite(text, [HIT])
    return Answer(
        "?",
        "?",
        cited.text,
        NOW,
        claims=cited.claims,
        citations=cited.citations,
        unresolved=cited.unresolved,
        model="scripted",
    )


def test_a_reply_is_measured_as_by_hand() -> None:
    answer = replied(
        "The mill burnt on Friday [1]. All 47 workers were safe [1]. "
        "It will be rebuilt. It was sold [8]."
    )
    # Of four sentences one scores; of the three citations, the lost one among them, one counts.
    assert citation_measures(answer) == {
        "wrongly_declined": 0.0,
        "citation_recall": 1 / 4,
        "citation_precision": 1 / 3,
        "unresolved": 1.0,
    }


def test_what_introduces_the_next_sentence_is_none() -> None:
    answer = replied("In the article's words:\n\nThe mill burnt on Friday. [1]")
    assert [each.text.split()[0] for each in cited_sentences(answer)] == ["The"]
    uncited = replied("The mill burnt on Friday: [1]\n\nAll 41 workers were safe. [1]")
    assert len(cited_sentences(uncited)) == 2


def test_a_judge_stands_beside_the_checker() -> None:
    answer = replied("The mill burnt on Friday [1]. All 47 workers were safe [1]. So it went on.")
    measures = citation_measures(answer, lambda _sentence, _evidence: True)
    assert (measures["citation_recall"], measures["citation_precision"]) == (1 / 3, 1 / 2)
    assert (measures["judged_recall"], measures["judged_precision"]) == (2 / 3, 1.0)
    assert measures["judge_agrees"] == 1 / 2


def test_where_nothing_is_cited_a_judge_has_nothing_to_agree_with() -> None:
    measures = citation_measures(replied("It burnt."), lambda _sentence, _evidence: True)
    assert (measures["judged_recall"], "judge_agrees" in measures) == (0.0, False)


def test_of_a_declined_answer_only_that_is_said() -> None:
    declined = replace(replied("The mill burnt on Friday [1]."), abstained=True, claims=())
    assert declined.nearest
    assert citation_measures(declined) == {"wrongly_declined": 1.0}


def test_sentences_that_do_not_score_are_shown_with_the_reason() -> None:
    answer = replied(
        "The mill burnt on Friday [1]. It was blue. It sank [9]. All 47 were safe [1]."
    )
    shown = unsupported(answer)
    assert [fault["text"] for fault in shown] == [
        "It was blue.",
        "It sank [9].",
        "All 47 were safe [2].",
    ]
    assert [fault["title"] for fault in shown[:2]] == [
        "no passage is cited",
        "cites 9, which does not exist",
    ]
    assert "47" in shown[2]["title"]
    assert [fault["id"] for fault in shown] == ["", "", MILL.id]
    assert unsupported(replace(answer, abstained=True, claims=())) == []


def test_what_the_extractive_reader_quotes_supports_itself(
    archive: Archive, suite: Citations, out: Path
) -> None:
    evaluated = measured(suite, out)
    report = evaluated.report
    assert (report.suite, report.system, report.data, report.n) == (
        *("citations", "extractive", "quiz"),
        4,
    )
    assert evaluated.warnings == ()
    for name in ("citation_recall", "citation_precision", "slice_equals_quote"):
        assert report.measures[name] == 1.0
    assert report.measures["unresolved"] == 0.0
    answered = [row for row in report.questions if not row["measures"]["wrongly_declined"]]
    assert report.settings["citations"] == sum(row["citations"] for row in report.questions) > 0
    assert len(answered) == 4 - 4 * report.measures["wrongly_declined"]
    assert [row["found"] for row in answered] == [[]] * len(answered)
    assert set(report.intervals) == set(report.measures)
    assert set(report.groups["type"]) == {"fact", "number"}


def test_a_model_is_measured_and_what_stands_in_for_it_is_counted(
    archive: Archive, suite: Citations, out: Path
) -> None:
    write_questions(suite.data, Q1, Q3)
    model = ScriptedModel("The ferry Marigold ran aground [1].")
    report = measured(replace(suite, asking=Asking(model=model)), out).report
    first, second = report.questions
    assert report.system == "scripted"
    assert (first["sentences"], first["citations"]) == (1, 1)
    names = ("citation_recall", "citation_precision", "cites_relevant")
    assert [first["measures"][name] for name in names] == [1.0, 1.0, 1.0]
    assert [row["measures"]["model_failed"] for row in (first, second)] == [0.0, 1.0]


def test_a_judge_that_fails_stops_the_run_which_then_goes_on(
    archive: Archive, suite: Citations, out: Path
) -> None:
    write_questions(suite.data, Q1, Q1 | {"qid": "again"})
    asked = archive.ask(str(Q1["question"]), as_of=None)
    enough = ["yes"] * 4 * len(asked.claims)
    with pytest.raises(ProviderError, match="no reply"):
        measured(replace(suite, judge=ScriptedModel()), out)
    judge = ScriptedModel(*enough)
    report = measured(replace(suite, judge=judge), out).report
    assert report.settings["judge"] == "scripted"
    assert (report.measures["judged_recall"], report.measures["judge_agrees"]) == (1.0, 1.0)


def test_an_interrupted_run_goes_on_where_it_stopped(
    archive: Archive, suite: Citations, out: Path
) -> None:
    def stop(_step: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        measured(suite, out, stop)
    evaluated = measured(suite, out, lambda _step, done, _total: seen.append(done))
    assert seen == [2, 3, 4]
    write_report(out, evaluated.report)
    names = {file.name for file in out.iterdir()}
    assert names == {"report.json", "report.html", "report.md"}


def test_options_choose_questions_and_dates(suite: Citations, out: Path) -> None:
    small = measured(replace(suite, subset="small"), out).report
    assert [row["qid"] for row in small.questions] == ["q1"]
    write_questions(suite.data, Q2 | {"qid": "early", "date": "2025-06-01"}, Q1)
    evaluated = measured(suite, out)
    assert "'early' (questions.jsonl:1)" in evaluated.warnings[0]
    undated = measured(replace(suite, asking=Asking(dated=False)), out)
    assert (undated.warnings, undated.report.settings["as_of"]) == ((), False)


def test_a_set_without_labels_is_refused(suite: Citations, out: Path) -> None:
    write_questions(suite.data, Q5)
    with pytest.raises(CorpusError, match="no question has 'gold_ids' or 'silver_ids'"):
        measured(suite, out)
