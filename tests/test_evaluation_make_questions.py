"""`eval make-questions`: what a model is asked, which replies are of use, and the file written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.archive import Archive
from rag.errors import ConfigError, CorpusError, ProviderError
from rag.evaluation.datasets import load_questions
from rag.evaluation.labels import duplicate_groups
from rag.evaluation.make_questions import (
    Made,
    QuestionDraft,
    draft_of,
    find_passages,
    make_questions,
    question_messages,
)
from rag.llms import ScriptedModel
from rag.records import Hit, Passage
from tests.builders import article, open_archive, row, write_jsonl
from tests.commands import Commands
from tests.evaluation_data import silent

COPY = "The ferry Marigold carried 640 visitors of Quarne Island to Brell. " + " ".join(
    f"word{number}" for number in range(80)
)
ROWS = [
    row(1, "The Osier Bridge over the Vess was opened to lorries in 1968."),
    row(3, COPY),
    row(4, COPY, publisher="Radio North", date="2025-05-04"),
    row(5, "Le pont a coûté 12 millions de couronnes à la ville de Brell.", language="fr"),
    row(6, "The lighthouse of Vesk has 214 steps below the lamp. Correction: it has 241."),
    row(7, "The abbey of Saint-Ombre sold panels to Marren.", date=""),
]
TEXT = "The mill burnt on Friday. All 41 workers were safe, said Ilsa Crandt."
HIT = Hit(Passage(1, "courier.example/ferry", 1, 0, len(TEXT)), article(TEXT), 1.0, 1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = open_archive(tmp_path / "archive")
    opened.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
    yield opened
    opened.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Archive]:
    """An archive of two articles, of one short passage each."""
    opened = open_archive(tmp_path / "plain")
    opened.ingest(write_jsonl(tmp_path / "plain.jsonl", [ROWS[0], ROWS[5]]), vectors=False)
    yield opened
    opened.close()


def made(archive: Archive, out: Path, *replies: str | Exception, count: int = 9) -> Made:
    return make_questions(archive, out, ScriptedModel(*replies), silent, count=count)


def reply(question: str, answer: str) -> str:
    return f"Question: {question}\nAnswer: {answer}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (reply("How many people worked at the mill?", "41"), "41"),
        ("<think>Question: a?\nAnswer: b</think>\n**Question:** Which day was the fire at Brell?\n"
         "**Answer:** “Friday.”", "Friday"),
        (reply("Which day did the mill burn?", "Monday"), "does not stand in one sentence"),
        (reply("Which day did the mill burn?", "Friday. All 41"), "does not stand in one sentence"),
        (reply("Did the mill burn on Friday?", "Friday"), "the question quotes the answer"),
        (reply("Who was it?", "Ilsa Crandt"), "does not say what it is about"),
        (reply("Name the day of the fire", "Friday"), "holds no question and answer"),
        (reply("Which words?", "a b c d e f g h i j k l m"), "holds no question and answer"),
        ("Friday", "holds no question and answer"),
        (reply("Who?", "x") + "\n" + reply("Who?", "x"), "holds no question and answer"),
    ],
)  # fmt: skip
def test_an_answer_must_stand_in_one_sentence_and_not_in_the_question(
    text: str, expected: str
) -> None:
    draft = draft_of(text, HIT)
    if isinstance(draft, QuestionDraft):
        assert draft.answer == expected
        assert draft.answer in draft.sentence
    else:
        assert expected in draft


def test_a_model_is_shown_the_passage_and_the_rules() -> None:
    system, user = question_messages(HIT)
    assert "at most 12" in system.content
    assert TEXT in user.content


def test_passages_are_of_english_originals_that_were_not_corrected(archive: Archive) -> None:
    groups = duplicate_groups(archive, sorted(archive.article_ids()))
    found = [hit.article.id[-1] for hit in find_passages(archive, groups, 0)]
    assert sorted(found) == ["1", "3", "7"]
    assert found == [hit.article.id[-1] for hit in find_passages(archive, groups, 0)]


def test_questions_are_written_as_the_suites_read_them(archive: Archive, tmp_path: Path) -> None:
    out = tmp_path / "new" / "questions.jsonl"
    groups = duplicate_groups(archive, sorted(archive.article_ids()))
    first = next(find_passages(archive, groups, 0))
    about = reply("What was written of the harbour town?", first.text.split()[2])
    done = made(archive, out, about, ProviderError("busy"), "no idea")
    (row,) = done.rows
    assert done.refused == {"busy": 1, "the reply holds no question and answer": 1}
    assert (row["qid"], row["type"], row["made_by"]) == ("m0001", "fact", "scripted")
    assert row["gold_sentences"][0]["id"] == row["gold_ids"][0]
    (question,) = load_questions(out)
    assert (question.answers, question.unanswerable) == ((first.text.split()[2],), False)


def test_a_copy_that_holds_the_answer_is_gold_too_and_the_day_after_is_the_date(
    archive: Archive, tmp_path: Path
) -> None:
    groups = duplicate_groups(archive, sorted(archive.article_ids()))
    hits = {hit.article.id: hit.text for hit in find_passages(archive, groups, 0)}
    word = hits["courier.example/3"].split()[2]
    which = reply("Which number was painted on the ship?", word)
    (row,) = made(archive, tmp_path / "q.jsonl", which, which, which).rows
    assert row["gold_ids"] == ["courier.example/3", "courier.example/4"]
    assert row["date"] == "2025-05-04"
    assert word in row["gold_sentences"][0]["sentence"]


def test_no_more_than_wanted_are_made(plain: Archive, tmp_path: Path) -> None:
    about = reply("What was said of a harbour bridge?", "to")
    assert len(made(plain, tmp_path / "q.jsonl", about, about, count=1).rows) == 1


def test_a_model_that_never_answers_or_only_nonsense_is_an_error(
    archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "q.jsonl"
    with pytest.raises(ProviderError, match="busy"):
        made(archive, out, "no idea", ProviderError("busy"))
    with pytest.raises(CorpusError, match=r"\(the reply holds no question and answer: 3\)"):
        made(archive, out, *["no idea"] * 3)
    assert not out.exists()


def test_an_existing_file_is_not_overwritten(plain: Archive, tmp_path: Path) -> None:
    out = tmp_path / "questions.jsonl"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"questions\.jsonl exists; name another file with --out"):
        made(plain, out)
    assert out.read_text(encoding="utf-8") == "mine"
    about = reply("What was said of a harbour bridge?", "to")
    with pytest.raises(ConfigError, match=r"cannot write .* name another file with --out"):
        made(plain, out / "below.jsonl", about, about)


def test_the_command_needs_a_model(archive: Archive, dateline: Commands, tmp_path: Path) -> None:
    line = ("eval", "make-questions", "--archive", archive.folder, "--out", tmp_path / "q.jsonl")
    dateline(*line).refused("a language model writes the questions; name it with --llm")
    dateline(*line, "--llm", "tiny").refused("there is no server to ask 'tiny'")


def test_rows_are_json_lines(plain: Archive, tmp_path: Path) -> None:
    about = reply("What was said of a harbour bridge?", "to")
    done = made(plain, tmp_path / "q.jsonl", about, "no")
    lines = (tmp_path / "q.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == list(done.rows)
