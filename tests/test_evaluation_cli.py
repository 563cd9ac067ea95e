"""`dateline eval` and `dateline bench` as they are typed: what is printed, written and returned."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rag.cli import main
from tests.evaluation_data import small_archive, write_questions


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an archive, settings for it, and questions; we stand in it."""
    small_archive(tmp_path).close()
    write_questions(tmp_path / "quiz")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    monkeypatch.setattr(sys, "argv", ["dateline", *line.split()])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


@pytest.mark.usefixtures("workplace")
def test_retrieval_prints_the_table_and_writes_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(monkeypatch, "eval retrieval --data quiz --report out --system bm25") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "retrieval: bm25 on quiz, 4 questions"
    assert lines[1].split() == ["measure", "bm25", "95", "%", "baseline", "difference", "p"]
    assert lines[2].split()[:2] == ["Hit@1", ".750"]
    assert lines[5].split()[:2] == ["RR@10", ".875"]
    assert json.loads(Path("out/report.json").read_text())["measures"]["RR@10"] == 0.875


@pytest.mark.usefixtures("workplace")
def test_every_option_reaches_the_evaluation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    retrieval = "eval retrieval --data quiz --archive archive --report"
    assert typed(monkeypatch, f"{retrieval} one --system vectors --no-baseline") == 0
    options = "--subset small --gold-only --no-as-of --no-baseline --compare one"
    assert typed(monkeypatch, f"{retrieval} two {options}") == 0
    report = json.loads(Path("two/report.json").read_text())
    settings = report["settings"]
    assert (report["system"], report["n"], "baseline" in report) == ("full", 1, False)
    assert [settings[name] for name in ("subset", "gold_only", "as_of")] == ["small", True, False]
    assert json.loads(Path("two/comparison.json").read_text())["system"] == "vectors"
    assert "against one (vectors)" in capsys.readouterr().out


@pytest.mark.usefixtures("workplace")
def test_answers_prints_the_table_and_writes_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "eval answers --data quiz --report out --unanswerable quiz --no-as-of"
    assert typed(monkeypatch, line) == 0
    out = capsys.readouterr().out
    assert out.startswith("answers: extractive on quiz, 5 questions\n")
    assert "wrongly_declined" in out
    report = json.loads(Path("out/report.json").read_text())
    assert (report["suite"], report["settings"]["as_of"]) == ("answers", False)


@pytest.mark.usefixtures("workplace")
def test_citations_prints_the_table_and_compares(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(monkeypatch, "eval citations --data quiz --report one --no-as-of") == 0
    out = capsys.readouterr().out
    assert out.startswith("citations: extractive on quiz, 4 questions\n")
    assert ["citation_recall", "1.000"] in [line.split()[:2] for line in out.splitlines()]
    line = "eval citations --data quiz --report two --subset small --compare one"
    assert typed(monkeypatch, line) == 0
    report = json.loads(Path("two/report.json").read_text())
    assert (report["n"], report["settings"]["as_of"], report["settings"]["judge"]) == (1, True, "")
    assert "against one (extractive)" in capsys.readouterr().out


@pytest.mark.usefixtures("workplace")
def test_conversation_prints_the_table_and_compares(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = {"qid": "c1", "question": "And which ferry?", "answers": ["Marigold"]}
    history = [{"role": "user", "content": "What ran aground?"}]
    write_questions(
        Path("talks"), question | {"history": history, "gold_ids": ["courier.example/1"]}
    )
    assert typed(monkeypatch, "eval conversation --data talks --report one --no-as-of") == 0
    assert capsys.readouterr().out.startswith("conversation: extractive on talks, 1 questions\n")
    assert typed(monkeypatch, "eval conversation --data talks --report two --compare one") == 0
    report = json.loads(Path("two/report.json").read_text())
    assert (report["suite"], report["questions"][0]["turn"]) == ("conversation", "2")
    assert "against one (extractive)" in capsys.readouterr().out
    assert typed(monkeypatch, "eval conversation --data quiz --report out") == 2
    assert "no question of quiz has a 'history'" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("workplace")
def test_reporters_prints_the_table_and_writes_one_by_form(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"qid": "r1", "form": "list", "question": "Which ferry ran aground?"}
    write_questions(Path("desk"), row | {"nuggets": [{"vital": True, "match": [["marigold"]]}]})
    assert typed(monkeypatch, "eval reporters --data desk --report out") == 2
    assert "no question has 'gold_ids'" in " ".join(capsys.readouterr().err.split())
    nuggets = [{"vital": True, "match": [["marigold"]]}]
    write_questions(Path("desk"), row | {"nuggets": nuggets, "gold_ids": ["courier.example/1"]})
    assert typed(monkeypatch, "eval reporters --data desk --report out --no-as-of") == 0
    assert capsys.readouterr().out.startswith("reporters: extractive on desk, 1 questions\n")
    written = Path("out/report.md").read_text()
    assert "\n## By form, with 95 % intervals\n\n| form | n | answered |" in written
    assert "<h2>Forms as they were read</h2>" in Path("out/report.html").read_text()
    assert typed(monkeypatch, "eval reporters --data desk --report two --compare out") == 0
    assert "against out (extractive)" in capsys.readouterr().out
    assert typed(monkeypatch, "eval reporters --data quiz --report three") == 2


@pytest.mark.usefixtures("workplace")
def test_declining_takes_several_data_sets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"id": 1, "query": "Who sank?", "positive": ["Osk sank."], "negative": ["It rained."]}
    Path("given.jsonl").write_text(json.dumps(given) + "\n")
    line = "eval declining --data quiz --data given.jsonl --report out --no-as-of"
    assert typed(monkeypatch, line) == 0
    assert capsys.readouterr().out.startswith("declining: extractive on quiz + given, 7 questions")
    report = json.loads(Path("out/report.json").read_text())
    assert (report["suite"], report["settings"]["as_of"]) == ("declining", False)


@pytest.mark.usefixtures("workplace")
def test_bench_prints_a_table_or_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(monkeypatch, "bench --texts 2 --data quiz") == 0
    assert "search queries" in capsys.readouterr().out
    assert typed(monkeypatch, "bench --texts 0 --input articles.jsonl --json") == 0
    results = json.loads(capsys.readouterr().out)
    assert (set(results), results["index"]["articles"]) == ({"search", "memory", "index"}, 4)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("eval retrieval --data none --report out", "cannot read none/questions.jsonl"),
        ("eval retrieval --data quiz --report out --archive none", "there is no archive in 'none'"),
        ("eval retrieval --data quiz --report out --subset big", "there is no subset 'big'"),
        ("eval retrieval --data quiz --report out --compare quiz", "has no report.json to read"),
        ("eval retrieval --data quiz --report out --system best", "Invalid value for '--system'"),
        ("eval retrieval --data quiz", "Missing option '--report'"),
        ("eval answers --data none --report out", "cannot read none/questions.jsonl"),
        ("eval answers --data quiz --report out --unanswerable none", "cannot read none"),
        ("eval answers --data quiz --report out --llm tiny", "there is no server to ask 'tiny'"),
        ("eval declining --data quiz --report out --llm tiny", "no server to ask 'tiny'"),
        ("eval declining --data quiz --data quiz --report out", "two data sets that are both"),
        ("eval declining --data none --report out", "cannot read none/questions.jsonl"),
        ("bench --archive none", "there is no archive in 'none'"),
        ("bench --data none", "cannot read none/questions.jsonl"),
    ],
)
def test_wrong_usage_is_explained_with_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    if "--data none" in line:
        Path("none").mkdir()
    assert typed(monkeypatch, line) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not Path("out/report.json").exists()
