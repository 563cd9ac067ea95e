"""A model measured beside the articles' own sentences, by the command and a server it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation.datasets import EvalQuestion, Nugget
from rag.evaluation.with_model import compared_measures, false_sentences, spread
from rag.records import Answer, Citation, Claim, Usage
from tests.builders import article, open_archive, row, write_jsonl
from tests.commands import Commands
from tests.evaluation_data import write_questions
from tests.llm_server import DONE, Raw, delta, event, llm_server

ARTICLES = [
    row(1, "The ferry Marigold ran aground off Grevesand. All passengers came ashore.", title="a"),
    row(2, "Seven people died in the storm at Osk, the coroner said.", title="b"),
    row(3, "Nine people died in the flood at Brell, the coroner said.", title="c"),
    row(4, "The keeper Mira Oldenkamp retired from the lighthouse after forty years.", title="d"),
]

FERRY = "Which ferry ran aground off Grevesand?"
STORM = "How many people died in the storm at Osk?"
KEEPER = "What happened at the lighthouse after forty years?"
PREMISE = "Which bank lent the observatory its telescope?"

SAID = {
    FERRY: "The ferry Marigold ran aground off Grevesand [P1].",
    STORM: "Nine people died in the flood at Brell [P1].",
    KEEPER: "The keeper retired from the lighthouse after forty years [P1].",
    PREMISE: "The archive holds no answer to this question.",
}

QUESTIONS: list[dict[str, object]] = [
    {
        "qid": "q1",
        "question": FERRY,
        "answers": ["Marigold"],
        "type": "fact",
        "gold_ids": ["courier.example/1"],
    },
    {
        "qid": "d1",
        "form": "number_date",
        "question": STORM,
        "date": "2025-06-30",
        "gold_ids": ["courier.example/2"],
        "nuggets": [{"fact": "seven", "vital": True, "match": [["seven people"]]}],
        "stale": [{"fact": "the toll of the flood", "match": [["nine people"]]}],
    },
    {
        "qid": "d2",
        "form": "what_happened",
        "question": KEEPER,
        "date": "2025-06-30",
        "gold_ids": ["courier.example/4"],
        "nuggets": [{"fact": "Oldenkamp", "vital": True, "match": [["mira oldenkamp"]]}],
    },
    {
        "qid": "d3",
        "form": "near_miss",
        "question": PREMISE,
        "date": "2025-06-30",
        "answerable": False,
    },
]


def scripted(said: Mapping[str, str]) -> Any:
    """Replies to each question with what is said to it; 40 tokens read and 7 written a request."""

    def reply(body: dict[str, Any]) -> Raw:
        asked = body["messages"][-1]["content"]
        text = next(words for question, words in said.items() if question in asked)
        usage = {"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 7}}
        return Raw([delta(text), delta(finish_reason="stop"), event(usage), DONE])

    return reply


@pytest.fixture
def dateline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Commands:
    """The command, in a folder with an archive and questions of both kinds."""
    with open_archive(tmp_path / "archive") as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", ARTICLES))
    write_questions(tmp_path / "desk", *QUESTIONS)
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    monkeypatch.setenv("DATELINE_CHUNK_TOKENS", "32")
    return Commands(monkeypatch, capsys, tmp_path)


ASKED = ("eval", "answers", "--data", "desk", "--report", "out", "--llm", "tiny")


def test_a_model_stands_beside_the_articles_own_sentences(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("ok", answer=scripted(SAID)) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        ended = dateline(*ASKED)
    assert ended.status == 0, ended.err
    report = json.loads(Path("out/report.json").read_text())
    assert [report[name] for name in ("suite", "system", "data", "n")] == [
        *("answers", "tiny", "desk", 4),
    ]
    assert (report["settings"]["answerable"], report["settings"]["unanswerable"]) == (3, 1)
    measures, own = report["measures"], report["baseline"]["measures"]
    # All but the keeper, who is not named; without the model all four.
    assert (measures["right"], own["right"]) == (3 / 4, 1)
    # The keeper's name stands in the quote. Of the storm the model says another's toll: that is
    # left out, and the articles' own words stand.
    assert (measures["vital"], own["vital"]) == (1, 1)
    assert (measures["false_supported"], own["false_supported"]) == (0, 0)
    assert (measures["declined"], own["declined"]) == (1, 1)
    assert (measures["wrongly_declined"], own["wrongly_declined"]) == (0, 0)
    assert (measures["citation_recall"], measures["citation_precision"]) == (1, 1)
    assert (measures["model_failed"], "model_failed" in own) == (1 / 4, False)
    costs = ("median_tokens_read", "median_tokens_written")
    assert [measures[name] for name in costs] == [40, 7]
    assert [own[name] for name in costs] == [0, 0]
    assert measures["median_seconds"] > 0
    assert report["baseline"]["tests"]["right"]["difference"] == -1 / 4
    assert report["baseline"]["as_of"] is True
    lines = [line.split() for line in ended.out.splitlines()]
    assert ended.out.startswith("answers: tiny on desk, 4 questions\n")
    right = next(line for line in lines if line[:1] == ["right"])
    assert (right[1], right[-3:-1]) == (".750", ["1.000", "-.250"])
    counts = next(line for line in lines if line[:1] == ["questions"])
    # Three right both ways, one without the model alone; then sentences marked.
    assert counts == ["questions", "3", "0", "1", "0", "3", "0", "4", "0"]
    sides = {line[0]: line for line in report["tables"]["Side by side"]["rows"]}
    assert (sides["d1"][3::2], sides["d2"][3::2]) == (["yes", "yes"], ["no", "yes"])
    assert "Nine people" not in sides["d1"][4]
    assert report["tables"]["Marked supported, and false by the labels"]["rows"] == []


def test_its_two_rows_go_into_the_table_of_a_page(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path("quality.md")
    names = "right | vital | false_supported | citation_recall | citation_precision"
    costs = "median_tokens_read | median_tokens_written | median_seconds"
    heading = f"| data | system | dates | n | {names} | wrongly_declined | declined | model_failed"
    page.write_text(f"{heading} | {costs} | run on |\n|{' --- |' * 16}\n")
    with llm_server("ok", answer=scripted(SAID)) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        assert dateline(*ASKED, "--sample", "2").status == 0
    assert dateline("eval", "table", "out", "--into", page).status == 0
    with_model, without = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.read_text().splitlines()[2:]
    )
    # Of four questions at most two are the first and the third: the ferry and the keeper.
    shared = ["desk", "tiny", "as of the question", "2"]
    assert with_model[:12] == [*shared, ".500", "1.000", "–", *["1.000"] * 2, ".000", "–", ".000"]
    assert with_model[12:14] == ["40.0", "7.0"]
    assert without[:6] == ["desk", "extractive", *shared[2:], "1.000", "1.000"]
    assert without[11:14] == ["–", ".000", ".000"]


@pytest.mark.parametrize(("chosen", "asked"), [(QUESTIONS[:1], ["q1"]), (QUESTIONS[2:3], ["d2"])])
def test_a_set_may_have_quiz_questions_alone_or_reporters_alone(
    dateline: Commands,
    monkeypatch: pytest.MonkeyPatch,
    chosen: list[dict[str, object]],
    asked: list[str],
) -> None:
    write_questions(Path("desk"), *chosen)
    with llm_server("ok", answer=scripted(SAID)) as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        assert dateline(*ASKED).status == 0
    report = json.loads(Path("out/report.json").read_text())
    assert [each["qid"] for each in report["questions"]] == asked


def test_a_model_that_fails_is_counted_and_the_articles_words_stand(
    dateline: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_server("401") as server:
        monkeypatch.setenv("DATELINE_LLM_BASE_URL", server.url)
        assert dateline(*ASKED).status == 0
    report = json.loads(Path("out/report.json").read_text())
    # Of the telescope the archive holds nothing: no model is asked.
    assert report["measures"]["model_failed"] == 3 / 4
    assert report["measures"]["right"] == report["baseline"]["measures"]["right"] == 1


def test_a_sample_is_for_a_model(dateline: Commands) -> None:
    dateline(*ASKED[:-2], "--sample", "2").refused("--sample is for a language model")


COURIER = article("Nine people died in the flood. Seven died in the storm.")
STALE = EvalQuestion(
    "d1",
    STORM,
    "questions.jsonl:1",
    nuggets=(Nugget(match=(("seven died",),), fact="seven", vital=True),),
    stale=(Nugget(match=(("nine people",),), fact="the flood's toll"),),
)


def answer(text: str, *spans: tuple[int, int, str], **fields: object) -> Answer:
    """An answer in which these characters are claims with these verdicts."""
    cited = (Citation(1, COURIER, 0, 30), Citation(2, COURIER, 31, 55))
    claims = tuple(Claim(start, end, (1,), verdict) for start, end, verdict in spans)  # type: ignore[arg-type]
    moment = datetime(2025, 6, 30, tzinfo=UTC)
    return Answer(STORM, STORM, text, moment, claims, cited, **fields)  # type: ignore[arg-type]


NINE, SEVEN = "Nine people died [1].", "Seven died in the storm [2]."


@pytest.mark.parametrize(
    ("text", "spans", "found"),
    [
        (NINE, [(0, 21, "supported")], ["Nine people died."]),
        (NINE, [(0, 21, "partly")], []),
        # What was said before may stand below what is right, not above it.
        (f"{SEVEN} {NINE}", [(0, 28, "supported"), (29, 50, "supported")], []),
        (
            f"{NINE} {SEVEN}",
            [(0, 21, "supported"), (22, 50, "supported")],
            ["Nine people died."],
        ),
        ("Nine people, then seven died [2].", [(0, 33, "supported")], []),
    ],
)
def test_a_supported_sentence_is_false_that_states_a_stale_fact_alone(
    text: str, spans: list[tuple[int, int, str]], found: list[str]
) -> None:
    false = false_sentences(STALE, answer(text, *spans))
    assert false == [(sentence, "the flood's toll") for sentence in found]


def test_what_stands_in_a_quote_alone_is_not_said() -> None:
    said = answer("The coroner gave the toll [2].", (0, 30, "partly"), usage=Usage(90, 12))
    measures = compared_measures(STALE, said)
    assert (measures["right"], measures["median_tokens_read"]) == (0, 90)
    assert compared_measures(STALE, answer(SEVEN, (0, 28, "supported")))["right"] == 1
    declined = compared_measures(STALE, answer("No.", abstained=True))
    assert (declined["right"], declined["wrongly_declined"]) == (0, 1)
    assert "citation_recall" not in declined


def test_half_of_the_vital_facts_are_enough() -> None:
    more = (Nugget(match=(("in the storm",),), vital=True), Nugget(match=(("osk",),), vital=True))
    two = EvalQuestion("d", STORM, "", nuggets=STALE.nuggets + more[1:])
    three = EvalQuestion("d", STORM, "", nuggets=STALE.nuggets + more)
    said = answer("Seven died, says the coroner [2].", (0, 33, "supported"))
    assert [compared_measures(each, said)["right"] for each in (two, three)] == [1, 0]


def test_a_sample_is_spread_evenly() -> None:
    numbered = [EvalQuestion(str(number), "", "") for number in range(5)]
    assert [each.qid for each in spread(numbered, 2)] == ["0", "2"]
    assert [each.qid for each in spread(numbered, 4)] == ["0", "1", "2", "3"]
    assert spread(numbered, 9) == numbered
