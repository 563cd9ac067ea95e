"""A saved answer checked again: tampered with in the file, in the archive or in its database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rag import records
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ArchiveError, QueryError
from rag.store.rows import article_digest
from tests.builders import row, write_jsonl
from tests.commands import Commands

FERRY = (
    "The ferry Marigold ran aground off Grevesand on Friday. "
    "All 41 passengers were brought ashore by lifeboat. The captain was not hurt."
)
BUDGET = "The council of Tolbeck passed a budget of 12 million crowns. It will build a pier."
QUESTION = "How many passengers of the ferry Marigold were brought ashore?"
SAID = "All 41 passengers were brought ashore by lifeboat."
ID = "courier.example/1"

CITED = {
    "number": 1,
    "article_id": ID,
    "title": "Ferry",
    "publisher": "The Courier",
    "published": "2025-05-03",
    "url": "https://courier.example/1",
    "start": 0,
    "end": 3,
    "quote": "The",
}
CLAIM = {"text": "", "start": 0, "end": 0, "citations": [], "verdict": "partly"}

SETTINGS = Settings(encoder="hashing")

Answer = dict[str, Any]


@pytest.fixture
def answer(dateline: Commands, tmp_path: Path) -> Answer:
    """What was asked of an archive of two articles, in answer.json too."""
    write_jsonl(tmp_path / "in.jsonl", [row(1, FERRY, title="Ferry"), row(2, BUDGET)])
    assert dateline("ingest", "in.jsonl").status == 0
    given = dateline("ask", QUESTION, "--json")
    (tmp_path / "answer.json").write_text(given.out, encoding="utf-8")
    value: Answer = given.json
    assert [each["quote"] for each in value["citations"]].count(SAID) == 1
    return value


def number_of(answer: Answer) -> int:
    """The number by which the answer cites the sentence on the passengers."""
    return next(int(each["number"]) for each in answer["citations"] if each["quote"] == SAID)


def save(folder: Path, answer: Answer) -> str:
    """Writes an answer beside the one that was given."""
    (folder / "edited.json").write_text(json.dumps(answer), encoding="utf-8")
    return "edited.json"


def test_an_answer_holds_while_its_articles_are_what_they_were(
    dateline: Commands, answer: Answer
) -> None:
    ended = dateline("recheck", "answer.json")
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert f"[{number_of(answer)}] {ID} holds" in lines
    assert lines[-1] == "all of it holds"
    found = dateline("recheck", "answer.json", "--json").json
    assert (found["holds"], found["findings"], found["question"]) == (True, [], QUESTION)
    assert {each["status"] for each in found["citations"]} == {"holds"}


def test_a_figure_changed_in_the_article_is_seen_after_it_is_ingested_again(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(1, FERRY.replace("41", "47"), title="Ferry")])
    assert dateline("ingest", "in.jsonl").out.startswith("0 added, 1 revised")
    ended = dateline("recheck", "answer.json")
    assert ended.status == 1
    lines = ended.out.splitlines()
    at = lines.index(
        f"[{number_of(answer)}] {ID} changed: the article now has “47”, not “41”; "
        "revision 2 of the article has replaced what was cited"
    )
    assert lines[at + 1] == "    All [-41-]{+47+} passengers were brought ashore by lifeboat"
    assert lines[-1] == "the answer no longer holds as it was given"


def test_words_that_moved_still_hold_and_their_new_place_is_told(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(1, f"It stormed. {FERRY}", title="Ferry")])
    assert dateline("ingest", "in.jsonl").status == 0
    found = dateline("recheck", "answer.json", "--json").json
    [moved] = [each for each in found["citations"] if each["quote"] == SAID]
    assert moved["status"] == "holds"
    assert moved["reason"] == "the same words stand at another place of the article now"
    assert moved["start"] == FERRY.index(SAID) + len("It stormed. ")


def _in_quote(answer: Answer) -> None:
    for each in answer["citations"]:
        each["quote"] = each["quote"].replace("41", "47")


def _in_date(answer: Answer) -> None:
    for each in answer["citations"]:
        each["published"] = "2025-05-04"


def _in_number(answer: Answer) -> None:
    for each in answer["citations"]:
        each["article_id"] = "courier.example/9"


@pytest.mark.parametrize(
    ("edit", "status", "reason"),
    [
        (_in_quote, "changed", "the article now has “41”, not “47”"),
        (_in_date, "changed", "the article's published is '2025-05-03', not '2025-05-04'"),
        (_in_number, "missing", "the archive holds no article 'courier.example/9' any more"),
    ],
)
def test_a_citation_changed_in_the_file_no_longer_matches(
    dateline: Commands,
    answer: Answer,
    tmp_path: Path,
    edit: Callable[[Answer], None],
    status: str,
    reason: str,
) -> None:
    edited = deepcopy(answer)
    edit(edited)
    ended = dateline("recheck", save(tmp_path, edited), "--json")
    assert ended.status == 1
    found = json.loads(ended.out)
    [cited] = [each for each in found["citations"] if each["number"] == number_of(answer)]
    assert (cited["status"], cited["reason"], found["holds"]) == (status, reason, False)


def test_a_figure_changed_in_the_answers_text_is_found(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    edited = deepcopy(answer)
    edited["text"] = edited["text"].replace("41", "47")
    ended = dateline("recheck", save(tmp_path, edited))
    assert ended.status == 1
    assert "the answer's text does not have the claim “" in ended.out
    for claim in edited["claims"]:
        claim["text"] = claim["text"].replace("41", "47")
    ended = dateline("recheck", save(tmp_path, edited))
    assert ended.status == 1
    assert "is not supported by what it cites" in ended.out
    assert "47" in ended.out


def test_a_claim_may_cite_only_what_the_answer_lists(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    edited = deepcopy(answer)
    edited["citations"] = []
    ended = dateline("recheck", save(tmp_path, edited))
    assert ended.status == 1
    assert "the answer cites nothing" in ended.out
    assert " cites 1, which the answer does not list" in ended.out


def test_words_that_are_gone_are_said_to_be(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [row(1, "A correction: nobody sailed that day.")])
    assert dateline("ingest", "in.jsonl").status == 0
    ended = dateline("recheck", "answer.json", "--json")
    [cited] = [each for each in json.loads(ended.out)["citations"] if each["quote"] == SAID]
    assert (cited["status"], cited["stored"]) == ("changed", "")
    assert cited["reason"] == (
        "the article does not have these words; "
        "revision 2 of the article has replaced what was cited"
    )


@pytest.mark.parametrize("quote", ["", "…"])
def test_a_citation_without_words_does_not_hold(
    dateline: Commands, answer: Answer, tmp_path: Path, quote: str
) -> None:
    edited = deepcopy(answer)
    for each in edited["citations"]:
        each["quote"] = quote
    ended = dateline("recheck", save(tmp_path, edited))
    assert ended.status == 1
    assert ("quotes nothing" if not quote else "does not have these words") in ended.out


def test_only_punctuation_changed_is_a_change_too(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    text = FERRY.replace("lifeboat.", "lifeboat!")
    write_jsonl(tmp_path / "in.jsonl", [row(1, text, title="Ferry")])
    assert dateline("ingest", "in.jsonl").status == 0
    ended = dateline("recheck", "answer.json")
    assert ended.status == 1
    assert f"the article reads “{SAID[:-1]}!”" in ended.out


def _tamper(folder: Path, *, digest: str = "") -> None:
    with sqlite3.connect(folder / "archive" / "archive.db") as connection:
        connection.execute("UPDATE revisions SET text = replace(text, '41', '47')")
        if digest:
            connection.execute("UPDATE revisions SET digest = ? WHERE article_id = ?", (digest, ID))
    connection.close()


def test_a_figure_changed_in_the_database_is_reported_as_damage(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    assert answer["citations"]
    _tamper(tmp_path)
    dateline("recheck", "answer.json").refused(ID, "does not have its checksum")


def test_a_forged_checksum_of_the_article_leaves_that_of_its_passage(
    answer: Answer, tmp_path: Path
) -> None:
    with Archive.open(tmp_path / "archive", settings=SETTINGS) as archive:
        stored = archive.article(ID)
    _tamper(tmp_path, digest=article_digest(replace(stored, text=FERRY.replace("41", "47"))))
    with Archive.open(tmp_path / "archive", settings=SETTINGS) as archive:
        assert "47" in archive.article(ID).text
        with pytest.raises(ArchiveError, match=r"passage 1 .* does not have its checksum"):
            archive.recheck(answer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"citations": 3}, "this is no answer: citations must be a list, not 3; give what"),
        ({"citations": [3]}, "citations[0] must be an object, not 3"),
        ({"citations": {}}, "citations must be a list, not {}"),
        ({"citations": [CITED | {"number": True}]}, "citations[0].number must be a whole number"),
        ({"citations": [CITED, CITED | {"end": -3}]}, "citations[1].end must be 0 or more, not -3"),
        ({"citations": [CITED | {"start": 1.5}]}, "citations[0].start must be a whole number, not"),
        ({"citations": [CITED | {"revision": 10**30}]}, "citations[0].revision must be less than"),
        ({"citations": [CITED | {"article_id": "\ud800"}]}, "article_id must be the id of an arti"),
        ({"citations": [CITED | {"quote": None}]}, "citations[0].quote must be text, not None"),
        ({"claims": [CLAIM | {"verdict": "true"}]}, "claims[0].verdict must be 'supported', 'part"),
        ({"claims": [{"text": "a"}]}, "claims[0].start is missing; claims[0].end is missing"),
        ({"claims": [{"text": "a"}]}, "claims[0].citations is missing; and 1 more; give what"),
        ({"text": 4}, "text must be text, not 4"),
        ({"abstained": "no"}, "abstained must be true or false, not 'no'"),
        ({"as_of": "yesterday"}, "as_of must be a moment such as 2025-05-04T12:00:00+00:00, not"),
        ({"as_of": 7}, "as_of must be a moment such as"),
        ({"filters": {"from": []}}, "filters.from must be a moment such as"),
        ({"confidence": float("nan")}, "confidence must be a finite number, not nan"),
        ({"timings": {"read": "soon"}}, "timings.read must be a number, not 'soon'"),
        ({"hits": [[[[[[[[[[]]]]]]]]]]}, "hits[0] must be an object, not [[[[[[[...]]]]]]]; give"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    dateline: Commands, answer: Answer, tmp_path: Path, change: Answer, message: str
) -> None:
    dateline("recheck", save(tmp_path, answer | change)).refused("this is no answer: ", message)


def test_what_an_answer_never_had_is_ignored(
    dateline: Commands, answer: Answer, tmp_path: Path
) -> None:
    edited = answer | {"later": [[]], "citations": [{**answer["citations"][0], "more": 1}]}
    edited["claims"] = []
    assert dateline("recheck", save(tmp_path, edited)).status == 0


@pytest.mark.parametrize("value", [{}, 3, [], None])
def test_what_is_no_answer_is_refused(answer: Answer, tmp_path: Path, value: Any) -> None:
    assert answer
    message = "question is missing" if value == {} else "it must be an object, not "
    with (
        Archive.open(tmp_path / "archive", settings=SETTINGS) as archive,
        pytest.raises(QueryError, match=f"this is no answer: {message}"),
    ):
        archive.recheck(value)


def test_a_file_that_holds_no_answer_is_refused(dateline: Commands, tmp_path: Path) -> None:
    dateline("recheck", "none.json").refused("cannot read 'none.json' (No such file")
    for content, message in [
        ("{", "'bad.json' is not JSON"),
        ("[]", "'bad.json' holds no answer"),
        ("[" * 100_000, "'bad.json' "),
    ]:
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        dateline("recheck", "bad.json").refused(message)
    declined = records.Answer("Who?", "Who?", "", datetime(2025, 5, 4, tzinfo=UTC)).to_dict()
    dateline("recheck", save(tmp_path, declined)).refused("there is no archive")
