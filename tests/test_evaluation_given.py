"""Questions with their own passages: what is read of a file, and how they are kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import CorpusError
from rag.evaluation.declining import has_passages, load_passages, store_passages
from rag.records import Filters
from tests.builders import open_archive, write_jsonl

FERRY: dict[str, object] = {
    "id": 7,
    "query": "Which ferry ran aground?",
    "answer": [["Marigold", "the Marigold"]],
    "positive": ["The ferry Marigold ran aground.", " "],
    "negative": ["A ferry ran late.", "No ferry sank."],
}


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
