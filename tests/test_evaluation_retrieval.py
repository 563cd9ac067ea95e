"""The retrieval suite through its door: numbers by hand, bad data, interruption."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.archive import Archive, Progress
from rag.errors import ConfigError, CorpusError
from rag.evaluation.report import Report, write_report
from rag.evaluation.retrieval import Retrieval
from rag.evaluation.runner import Evaluated
from rag.llms import ScriptedModel
from tests.builders import write_jsonl
from tests.evaluation_data import QUESTIONS, small_archive, write_questions
from tests.evaluation_data import measured as evaluated_in

Q1, Q2, Q3, Q4, Q5 = QUESTIONS
EARLY = Q2 | {"qid": "early", "date": "2025-06-01"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("retrieval"))


@pytest.fixture
def suite(archive: Archive, tmp_path: Path) -> Retrieval:
    return Retrieval(archive, write_questions(tmp_path / "quiz"), "bm25")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report"


def asking(suite: Retrieval, *rows: dict[str, object]) -> Retrieval:
    write_questions(suite.data, *rows)
    return suite


def run(suite: Retrieval, progress: Progress | None = None) -> Evaluated:
    return evaluated_in(suite, suite.data.parent / "report", progress)


def measured(suite: Retrieval) -> Report:
    evaluated = run(suite)
    assert evaluated.warnings == ()
    return evaluated.report


def test_four_questions_are_measured_as_by_hand(suite: Retrieval, out: Path) -> None:
    report = measured(suite)
    assert (report.suite, report.data, report.system, report.n) == ("retrieval", "quiz", "bm25", 4)
    second = 1 / math.log2(3)
    assert report.measures == pytest.approx(
        {
            "Hit@1": 3 / 4,
            "Hit@5": 1.0,
            "Hit@10": 1.0,
            "RR@10": (1 + 1 + 1 + 1 / 2) / 4,
            "nDCG@10": (3 + second) / 4,
        }
    )
    # Wilson's interval of four of four: four over four and the square of 1.96.
    assert report.intervals["Hit@5"] == (pytest.approx(4 / (4 + 1.96**2), abs=1e-3), 1.0)
    low, high = report.intervals["RR@10"]
    assert low == pytest.approx(0.625, abs=0.13)
    assert high == 1.0
    assert report.groups["type"]["fact"]["n"] == 3
    assert report.groups["type"]["fact"]["measures"]["Hit@1"] == pytest.approx(2 / 3)
    assert report.groups["type"]["number"]["measures"]["RR@10"] == 1.0
    assert "year" not in report.groups


def test_a_row_says_what_was_expected_and_what_was_found(suite: Retrieval, out: Path) -> None:
    row = measured(suite).questions[3]
    assert (row["qid"], row["date"], row["year"]) == ("q4", "2025-06-30", "2025")
    assert row["expected"] == ["courier.example/4"]
    assert [item["id"][-1] for item in row["found"]] == ["2", "4", "1"]
    assert row["found"][1]["text"] == "The lighthouse keeper retired after forty years."
    assert (row["measures"]["RR@10"], row["score"]) == (0.5, 0.5)


def test_the_baseline_is_measured_beside_it(suite: Retrieval, out: Path) -> None:
    baseline = measured(suite).baseline
    assert baseline is not None
    assert baseline["measures"]["RR@10"] == pytest.approx(3.5 / 4)
    assert baseline["tests"]["RR@10"] == {
        "n": 4,
        "difference": 0.0,
        "interval": (0.0, 0.0),
        "p": 1.0,
    }
    assert measured(replace(suite, plain=False)).baseline is None
    alone = measured(replace(suite, method="baseline"))
    assert (alone.baseline, alone.measures["Hit@1"]) == (None, 3 / 4)


def test_a_baseline_that_cannot_be_had_is_named(
    suite: Retrieval, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    evaluated = run(suite)
    assert evaluated.warnings == (
        'no baseline: bm25s or PyStemmer is not installed; pip install "dateline[eval]"',
    )
    assert evaluated.report.baseline is None
    assert evaluated.report.measures["Hit@1"] == 3 / 4


def test_as_of_its_date_a_question_cannot_find_what_came_later(suite: Retrieval, out: Path) -> None:
    asking(suite, Q1, EARLY)
    evaluated = run(suite)
    assert evaluated.report.measures["Hit@10"] == 0.5
    assert evaluated.report.settings["out_of_reach"] == 1
    assert evaluated.warnings == (
        "questions whose relevant articles all appeared after their date, counted as missed: 1, "
        "'early' (questions.jsonl:2)",
    )
    assert evaluated.report.baseline is not None
    assert evaluated.report.baseline["measures"]["Hit@10"] == 1.0
    undated = measured(replace(suite, dated=False))
    assert (undated.measures["Hit@1"], undated.settings["as_of"]) == (1.0, False)


def test_gold_only_leaves_silver_out(suite: Retrieval, out: Path) -> None:
    both = Q1 | {"qid": "both", "silver_ids": ["courier.example/2"], "date": ""}
    asking(suite, both, Q2)
    assert measured(suite).n == 2
    report = measured(replace(suite, gold_only=True))
    assert [row["expected"] for row in report.questions] == [["courier.example/1"]]


def test_a_subset_is_measured(suite: Retrieval, out: Path) -> None:
    report = measured(replace(suite, subset="small"))
    assert [row["qid"] for row in report.questions] == ["q1"]
    assert report.settings["subset"] == "small"


def test_a_follow_up_is_searched_for_with_the_question_before_it(
    suite: Retrieval, out: Path
) -> None:
    history = [{"role": "user", "content": "How large is the council budget?"}]
    asking(suite, Q3 | {"question": "Who passed it?", "history": history})
    assert measured(suite).measures["Hit@1"] == 1.0
    asking(suite, Q3 | {"question": "Who did it?"})
    assert measured(suite).measures["Hit@10"] == 0.0


def test_unknown_articles_are_named_and_their_questions_left_out(
    suite: Retrieval, out: Path
) -> None:
    asking(suite, Q1, Q2 | {"silver_ids": ["courier.example/77"]})
    evaluated = run(suite)
    assert evaluated.warnings == (
        "article ids that are not in the archive: 1, 'courier.example/77' (questions.jsonl:2)",
        "questions left out, with no article in the archive: 1",
    )
    assert (evaluated.report.n, evaluated.report.settings["left_out"]) == (1, 1)
    partly = Q1 | {"silver_ids": [f"courier.example/{n}" for n in (70, 71, 72, 73)]}
    asking(suite, partly)
    evaluated = run(suite)
    assert evaluated.warnings[0].startswith(
        "article ids that are not in the archive: 4, 'courier.example/70' (questions.jsonl:1), "
    )
    assert evaluated.warnings[0].endswith("'courier.example/72' (questions.jsonl:1), ...")
    assert evaluated.report.n == 1


def test_ids_are_understood_through_the_data_folders_own_articles(
    suite: Retrieval, out: Path
) -> None:
    asking(suite, Q1 | {"gold_ids": ["clicks.example/go"]}, Q3)
    known: dict[str, object] = {
        "id": "clicks.example/go",
        "url": "https://courier.example/1?utm_source=x",
    }
    write_jsonl(suite.data / "articles.jsonl", [{"id": "clicks.example/else"}, known])
    with (suite.data / "articles.jsonl").open("a") as file:
        file.write("{broken\n")
    report = measured(suite)
    assert report.questions[0]["expected"] == ["courier.example/1"]
    assert report.measures["Hit@1"] == 1.0


def test_labels_of_another_archive_are_refused(suite: Retrieval, out: Path) -> None:
    asking(suite, Q1 | {"gold_ids": ["gazette.example/1"]})
    with pytest.raises(
        CorpusError, match=r"none of the articles .*'gazette.example/1' of questions.jsonl:1"
    ):
        run(suite)


def test_questions_without_labels_are_refused(suite: Retrieval, out: Path) -> None:
    asking(suite, Q5)
    with pytest.raises(CorpusError, match="no question has 'gold_ids' or 'silver_ids'; nothing"):
        run(suite)
    asking(suite, Q2)
    with pytest.raises(CorpusError, match="no question has 'gold_ids';"):
        run(replace(suite, gold_only=True))


def test_the_missing_extra_is_told_before_anything_is_searched(
    suite: Retrieval, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(ConfigError, match="ir-measures is not installed"):
        run(suite)
    assert not out.exists()


class Watched:
    """Progress that stops the run once `stop` questions of bm25 are done, and notes the first."""

    def __init__(self, stop: int = -1) -> None:
        self.began_at: dict[str, int] = {}
        self._stop = stop

    def __call__(self, step: str, done: int, total: int) -> None:
        assert total == 4
        self.began_at.setdefault(step, done)
        if step == "bm25" and done == self._stop:
            raise KeyboardInterrupt


def test_an_interrupted_run_goes_on_where_it_stopped(suite: Retrieval, out: Path) -> None:
    whole = measured(suite)
    write_report(out, whole)
    with pytest.raises(KeyboardInterrupt):
        run(suite, Watched(stop=3))
    unfinished = out / "unfinished-retrieval.jsonl"
    torn = unfinished.read_text(encoding="utf-8")
    assert torn.count("\n") == 3
    # Killed while it wrote the third line, and with a line that is JSON but no row of ours.
    unfinished.write_text(torn[:-20] + '\n{"key": "of another run"}\n', encoding="utf-8")
    watched = Watched()
    report = run(suite, watched).report
    assert watched.began_at == {"bm25": 2, "baseline": 0}
    assert report.measures == whole.measures
    assert [row["found"] for row in report.questions] == [row["found"] for row in whole.questions]


def test_what_other_settings_found_is_not_taken_over(suite: Retrieval, out: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(suite, Watched(stop=2))
    watched = Watched()
    run(replace(suite, dated=False), watched)
    assert watched.began_at["bm25"] == 0


def test_a_finished_run_begins_anew(suite: Retrieval, out: Path) -> None:
    write_report(out, measured(suite), files=suite.files([]))
    assert {file.name for file in out.iterdir()} == {
        *("report.json", "report.html", "report.md", "run.trec", "qrels.trec"),
    }
    watched = Watched()
    run(suite, watched)
    assert watched.began_at == {"bm25": 0, "baseline": 0}


def test_the_files_say_what_was_measured(suite: Retrieval, out: Path) -> None:
    asking(suite, Q4 | {"qid": "q 4"})
    report = measured(suite)
    write_report(out, report, files=suite.files(report.questions))
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert set(written) == {
        *("suite", "data", "system", "n", "measures", "intervals", "settings", "timings"),
        *("baseline", "groups", "roc", "counted", "tables", "questions"),
    }
    assert written["measures"] == report.measures
    assert written["settings"]["date"] == "2025-07-01"
    assert set(written["timings"]) == {"p50_ms", "p95_ms"}
    assert (out / "run.trec").read_text().splitlines() == [
        "q%204 Q0 courier.example/2 1 10 bm25",
        "q%204 Q0 courier.example/4 2 9 bm25",
        "q%204 Q0 courier.example/1 3 8 bm25",
    ]
    assert (out / "qrels.trec").read_text() == "q%204 0 courier.example/4 1\n"


def test_a_report_that_cannot_be_written_is_named(
    suite: Retrieval, out: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot write to .*file.*name another: --report"):
        evaluated_in(suite, tmp_path / "file")
    with pytest.raises(ConfigError, match=r"cannot write the report to .*name another: --report"):
        write_report(tmp_path / "file", measured(suite))


def test_the_report_says_what_split_the_questions(suite: Retrieval, out: Path) -> None:
    asked = replace(asking(suite, Q1), method="full", plain=False)
    assert "split" not in measured(asked).settings
    none = measured(replace(asked, split="none"))
    assert (none.settings["split"], none.measures["Hit@1"]) == ("none", 1.0)
    by_model = replace(asked, split="model", model=ScriptedModel())
    assert measured(by_model).settings["split"] == "model scripted"
    with pytest.raises(ConfigError, match="--split model needs a language model"):
        run(replace(asked, split="model"))
