"""`eval make-questions`: a set of questions from a small archive, counted and read by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.cli import main
from rag.errors import ConfigError, CorpusError, ProviderError
from rag.evaluation.datasets import load_questions
from rag.evaluation.make_questions import Made, MakeOptions, make_questions
from rag.evaluation.making.choosing import Candidate
from rag.evaluation.making.declinable import (
    Declinable,
    detail_questions,
    elsewhere_questions,
    untold,
    varied,
    wanted_stems,
)
from rag.evaluation.making.drafts import Draft
from rag.evaluation.making.survey import Material, Occurrences, materials
from rag.llms import ScriptedModel
from tests.builders import article, open_archive, row, write_jsonl
from tests.evaluation_data import silent

FILLER = (
    " The council of the province met again in the old customs house and spoke for an hour "
    "about roads, schools and the price of salt, as it has done in every spring so far."
)
SAID = "“The tin of Skarrow is worth more than all the trout of Fennmoor,” said Ilsa Crandt."
COPY = "The ferry Marigold carried 640 visitors of Quarne Island to Brell. " + " ".join(
    f"word{number}" for number in range(80)
)
ROWS = [
    row(1, "The Osier Bridge over the Vess was opened to lorries in 1968." + FILLER),
    row(2, SAID + " Ilsa Crandt has worked there since her wife left for the south."),
    row(3, COPY),
    row(4, COPY, publisher="Radio North", date="2025-05-04"),
    row(5, "Le pont a coûté 12 millions de couronnes à la ville de Brell en 1968.", language="fr"),
    row(6, "The lighthouse of Vesk has 214 steps below the lamp of 1901. Correction: it has 241."),
    row(7, "The abbey of Saint-Ombre sold 31 panels to Marren.", date=""),
    row(8, "The Kelmark Union has 312 members at Tolbeck harbour.", date="2025-04"),
    row(9, "The Kelmark Union has few members at Tolbeck harbour, where salt is sold."),
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
    yield opened
    opened.close()


def made(archive: Archive, out: Path, **options: object) -> list[dict[str, object]]:
    make_questions(archive, MakeOptions(out, **options), silent)  # type: ignore[arg-type]
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_story_gives_one_question_with_its_gold(archive: Archive, tmp_path: Path) -> None:
    rows = made(archive, tmp_path / "new" / "questions.jsonl")
    answered = {str(row["question"]): row for row in rows if row["answers"]}
    # 5 is French, 6 was corrected, and 9 holds every word of what 8 could be asked.
    assert sorted(answered) == [
        "How many panels did the abbey of Saint-Ombre sell to Marren?",
        "How many visitors of Quarne Island did the ferry Marigold carry to Brell?",
        "In which year was the Osier Bridge over the Vess opened to lorries?",
        "Who said that the tin of Skarrow is worth more than all the trout of Fennmoor?",
    ]
    bridge = answered["In which year was the Osier Bridge over the Vess opened to lorries?"]
    assert bridge == {
        "qid": bridge["qid"],
        "type": "date",
        "question": bridge["question"],
        "answers": ["1968"],
        "gold_ids": ["courier.example/1"],
        "gold_sentences": [
            {
                "id": "courier.example/1",
                "sentence": "The Osier Bridge over the Vess was opened to lorries in 1968.",
            }
        ],
        "date": "2025-05-04",
        "made_by": "templates",
    }
    ferry = answered["How many visitors of Quarne Island did the ferry Marigold carry to Brell?"]
    assert ferry["gold_ids"] == ["courier.example/3", "courier.example/4"]
    panels = answered["How many panels did the abbey of Saint-Ombre sell to Marren?"]
    assert (panels["answers"], panels["date"]) == (["31"], "")
    (said,) = [row for row in rows if row["type"] == "who_said"]
    assert said["answers"] == ["Ilsa Crandt", "Crandt"]


def test_some_questions_are_not_answered_anywhere(archive: Archive, tmp_path: Path) -> None:
    rows = made(archive, tmp_path / "questions.jsonl")
    (row,) = [row for row in rows if row["type"] == "unanswerable"]
    assert "Ilsa Crandt" in str(row["question"])
    # Her article speaks of her wife.
    assert row["question"] != "Who is Ilsa Crandt married to?"
    assert (row["answers"], row["gold_ids"], row["gold_sentences"]) == ([], [], [])
    assert row["date"] == "2025-05-04"
    # Four answered and one in six or seven not: 4 * .15 / .85 is .7, rounded to 1.
    assert len(rows) == 5


def test_the_set_is_read_by_the_suites_and_the_same_for_a_seed(
    archive: Archive, tmp_path: Path
) -> None:
    first = made(archive, tmp_path / "1.jsonl", seed=3)
    assert made(archive, tmp_path / "2.jsonl", seed=3) == first
    loaded = load_questions(tmp_path / "1.jsonl")
    assert [question.qid for question in loaded] == ["m0001", "m0002", "m0003", "m0004", "m0005"]
    assert [question.unanswerable for question in loaded] == [False] * 4 + [True]
    assert len(made(archive, tmp_path / "3.jsonl", count=3)) == 4


def test_a_model_writes_the_questions_and_what_is_of_no_use_is_counted(
    archive: Archive, tmp_path: Path
) -> None:
    replies = [
        "Question: What do people pass or hold there?\nAnswer: the",
        "Question: Whose the is it?\nAnswer: the",
        ProviderError("busy"),
        *["no idea"] * 3,
    ]
    model = ScriptedModel(*replies)
    options = MakeOptions(tmp_path / "q.jsonl", model=model)
    done = make_questions(archive, options, silent)
    assert done.refused == {
        "the question quotes the answer": 1,
        "busy": 1,
        "the reply holds no question and answer": 3,
    }
    kept = done.rows[0]
    assert (kept["type"], kept["answers"], kept["made_by"]) == ("fact", ["the"], "scripted")
    assert kept["gold_sentences"][0]["id"] == kept["gold_ids"][0]
    assert len(model.asked) == 6


def test_a_model_that_never_answers_or_only_nonsense_is_an_error(
    archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "q.jsonl"
    busy = ScriptedModel("no idea", ProviderError("busy"))
    with pytest.raises(ProviderError, match="busy"):
        make_questions(archive, MakeOptions(out, model=busy), silent)
    useless = ScriptedModel(*["no idea"] * 6)
    with pytest.raises(CorpusError, match=r"\(the reply holds no question and answer: 6\)"):
        make_questions(archive, MakeOptions(out, model=useless), silent)
    assert not out.exists()


def test_an_existing_file_is_not_overwritten(archive: Archive, tmp_path: Path) -> None:
    out = tmp_path / "questions.jsonl"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"questions\.jsonl exists; name another file with --out"):
        make_questions(archive, MakeOptions(out), silent)
    assert out.read_text(encoding="utf-8") == "mine"
    with pytest.raises(ConfigError, match=r"cannot write .* name another file with --out"):
        make_questions(archive, MakeOptions(out / "below.jsonl"), silent)


def test_an_archive_without_a_plain_sentence_gives_no_questions(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", [row(1, "Nothing.")]), vectors=False)
    with pytest.raises(CorpusError, match="no question can be made from 1 English articles of"):
        make_questions(archive, MakeOptions(tmp_path / "q.jsonl"), silent)
    archive.close()


def test_the_material_is_one_of_each_group_in_english(archive: Archive) -> None:
    found = {material.article.id[-1]: material for material in materials(archive, 0, silent)}
    assert sorted(found) == ["1", "2", "3", "7", "8", "9"]
    assert [copy.id for copy in found["3"].copies] == ["courier.example/4"]
    assert found["3"].gold(["641"]) == ("courier.example/3",)
    assert found["8"].date == "2025-05-01"
    assert next(iter(found["2"].sentences)) == SAID


def test_occurrences_tell_which_articles_hold_all_of_the_words(archive: Archive) -> None:
    found = Occurrences(archive, {"kelmark", "member", "312"}, silent)
    assert found.holding(["kelmark", "member"]) == {"courier.example/8", "courier.example/9"}
    assert found.holding([]) == set()


def number(text: str, question: str, article_id: str) -> Candidate:
    return Candidate(
        Material(article(text, article_id), ()), Draft(question, ("12",), text, "number")
    )


def test_a_question_is_moved_to_a_place_where_nothing_of_the_kind_happened(
    tmp_path: Path,
) -> None:
    texts = [f"Boats lay in Brell. Nets lay in Vesk. Wolves {n}." for n in range(3)]
    pool = [number(text, "", f"courier.example/{n}") for n, text in enumerate(texts)]
    pool.append(number("", "How many trams ran in Brell on icy rails?", "courier.example/9"))
    (moved,) = elsewhere_questions(pool, 0)
    assert moved.question == "How many trams ran in Vesk on icy rails?"
    assert (moved.name, moved.telling) == (("vesk",), ("tram", "ran", "ici", "rail"))
    archive = open_archive(tmp_path / "archive")
    rows = [
        row(1, "In Vesk trams are unknown."),
        row(2, "Icy rails. Rails. Trams ran."),
        row(3, "Ran."),
    ]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
    # "Icy" and "rails", the rarest of its words, stand in no article with Vesk.
    assert list(untold([moved], Occurrences(archive, wanted_stems([moved]), silent))) == [moved]
    told = Declinable("?", "", ("vesk",), ("tram", "unknown"), 2, moved.material)
    assert list(untold([told], Occurrences(archive, wanted_stems([told]), silent))) == []
    archive.close()


def test_details_are_asked_of_people_and_kinds_take_turns() -> None:
    speaker = Draft("Who said so?", ("Ilsa Crandt", "Crandt"), "", "who_said")
    aged = Draft("How old was Ezra Tolland?", ("79",), "", "age")
    alone = Draft("Who said so?", ("Crandt",), "", "who_said")
    pool = [
        Candidate(Material(article(article_id=f"x/{n}"), ()), draft)
        for n, draft in enumerate([speaker, aged, alone])
    ]
    found = detail_questions(pool)
    assert {each.name for each in found} == {("crandt",), ("tolland",)}
    assert "How many children does Ezra Tolland have?" in [each.question for each in found]
    taken = varied(found, 9, seed=0)
    assert len(taken) == 2
    assert taken[0].kind != taken[1].kind


def test_the_types_of_a_set_are_counted() -> None:
    assert Made(({"type": "date"}, {"type": "age"}, {"type": "date"})).types == {
        "age": 1,
        "date": 2,
    }


def test_the_command_writes_the_file_and_says_what_is_in_it(
    archive: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATELINE_ENCODER", "hashing")
    out = tmp_path / "questions.jsonl"
    arguments = ["--archive", str(archive.folder), "--out", str(out), "--n", "10", "--seed", "1"]
    monkeypatch.setattr(sys, "argv", ["dateline", "eval", "make-questions", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    assert ended.value.code == 0, captured.err
    assert captured.out.splitlines() == ["date: 1", "number: 2", "unanswerable: 1", "who_said: 1"]
    assert "5 questions written to" in captured.err


def test_a_model_is_named_for_each_question_that_it_wrote(archive: Archive, tmp_path: Path) -> None:
    replies = ["Question: What cost did the province discuss?\nAnswer: price of salt"] * 6
    options = MakeOptions(tmp_path / "q.jsonl", count=6, model=ScriptedModel(*replies))
    rows = make_questions(archive, options, silent).rows
    assert [(row["answers"], row["made_by"]) for row in rows] == [(["price of salt"], "scripted")]
    assert rows[0]["gold_ids"] == ["courier.example/1"]
    assert rows[0]["date"] == "2025-05-04"
