"""The systems one by one on an archive small enough to rank by eye."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.archive import Archive
from rag.errors import ConfigError
from rag.evaluation.datasets import EvalQuestion
from rag.evaluation.systems import (
    Rank,
    RankedArticle,
    archive_system,
    best_of_each,
    cut,
    splitter,
)
from rag.llms import ScriptedModel
from tests.builders import open_archive, row, write_jsonl
from tests.evaluation_data import small_archive

KEEPER = "Which keeper retired from the ferry company?"
MAY = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("systems"))


def asked(question: str) -> EvalQuestion:
    return EvalQuestion("q", question, "questions.jsonl:1")


def numbers(rank: Rank, query: str, as_of: datetime | None = None) -> str:
    """The articles found, best first: "21" for article 2 before article 1."""
    return "".join(found.article_id[-1] for found in rank(asked(query), as_of))


def test_words_alone_find_only_what_shares_a_word(archive: Archive) -> None:
    rank = archive_system(archive, "bm25")
    assert numbers(rank, KEEPER) == "241"
    assert numbers(rank, "council") == "3"
    assert numbers(rank, "volcano") == ""


def test_meaning_alone_ranks_every_passage(archive: Archive) -> None:
    rank = archive_system(archive, "vectors")
    assert numbers(rank, "What did the ferry company buy?") == "2413"
    assert sorted(numbers(rank, "volcano")) == list("1234")


def test_both_are_fused_by_rank(archive: Archive) -> None:
    # By words article 1 is second and 4 is unknown, by meaning 4 is second and 1 third:
    # 1/62 + 1/63 is more than 1/62.
    assert numbers(archive_system(archive, "bm25"), "What did the ferry company buy?") == "21"
    assert numbers(archive_system(archive, "hybrid"), "What did the ferry company buy?") == "2143"


def test_the_whole_search_is_what_the_archive_does(archive: Archive) -> None:
    found = archive_system(archive, "full")(asked(KEEPER), None)
    hits = archive.search(KEEPER, 100)
    assert [item.passage for item in found] == [hit.text for hit in hits]
    assert [item.title for item in found] == [hit.article.title for hit in hits]


@pytest.mark.parametrize("name", ["full", "hybrid", "vectors", "bm25"])
def test_nothing_of_after_the_date_is_found(archive: Archive, name: str) -> None:
    rank = archive_system(archive, name)  # type: ignore[arg-type]
    assert "2" in numbers(rank, "ferry")
    assert numbers(rank, KEEPER, MAY).startswith("4")
    assert "2" not in numbers(rank, "ferry", MAY)


def test_the_baseline_knows_no_dates(archive: Archive) -> None:
    rank = archive_system(archive, "baseline")
    assert numbers(rank, KEEPER) == numbers(rank, KEEPER, MAY) == "241"
    assert numbers(rank, "volcano") == ""
    assert numbers(rank, "the") == ""


def test_the_baseline_reads_titles_and_current_revisions(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    rows = [row(1, "Old words.", title="Volcano"), row(2, "Else.")]
    archive.ingest(write_jsonl(tmp_path / "a.jsonl", rows), vectors=False)
    archive.ingest(write_jsonl(tmp_path / "b.jsonl", [row(1, "New.", title="V")]), vectors=False)
    assert sorted(article.text for article in archive.articles()) == [
        "Else.",
        "New.",
    ]
    rank = archive_system(archive, "baseline")
    assert (numbers(rank, "volcano"), numbers(rank, "new"), numbers(rank, "story")) == (
        "",
        "1",
        "2",
    )


def test_an_empty_archive_has_a_baseline_that_finds_nothing(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    (tmp_path / "none").mkdir()
    archive.ingest(tmp_path / "none")
    assert archive_system(archive, "baseline")(asked("ferry"), None) == []


@pytest.mark.parametrize("package", ["bm25s", "Stemmer"])
def test_the_baseline_names_the_package_it_lacks(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match=r'bm25s or PyStemmer is not .*"dateline\[eval\]"'):
        archive_system(archive, "baseline")


@pytest.mark.parametrize("name", ["vectors", "hybrid"])
def test_meaning_needs_vectors(tmp_path: Path, name: str) -> None:
    archive = small_archive(tmp_path, vectors=False)
    with pytest.raises(ConfigError, match=f"--system {name} needs vectors .* dateline embed"):
        archive_system(archive, name)  # type: ignore[arg-type]
    assert numbers(archive_system(archive, "bm25"), "council") == "3"


def test_a_question_is_searched_for_in_the_parts_it_is_split_into(archive: Archive) -> None:
    parts = ("What is the budget of the council?", "When did the lighthouse keeper retire?")
    rank = archive_system(archive, "full", lambda _: parts)
    assert numbers(rank, "council and keeper")[:2] == "34"
    turned = archive_system(archive, "full", lambda _: parts[::-1])
    assert numbers(turned, "council and keeper")[:2] == "43"


def test_what_splits_is_rules_a_model_or_nothing() -> None:
    question = "Did Osk or Marsk flood?"
    model = ScriptedModel("Did Osk flood?\nDid Marsk flood?")
    assert splitter("rules", None)(question) == ()
    assert splitter("none", None)(question) == (question,)
    assert splitter("model", model)(question) == ("Did Osk flood?", "Did Marsk flood?")
    with pytest.raises(ConfigError, match="--split model needs a language model; name it with"):
        splitter("model", None)


def test_each_article_counts_with_its_best_passage() -> None:
    found = [RankedArticle(id_, "", passage) for id_, passage in ("a1", "b2", "a3", "c4")]
    assert best_of_each(found, 2) == [found[0], found[1]]
    assert best_of_each(found, 9) == [found[0], found[1], found[3]]
    assert best_of_each([], 9) == []


def test_texts_are_cut_with_an_overlap() -> None:
    assert cut("a b c d e", 3, 1) == ["a b c", "c d e"]
    assert cut("a b c d e f", 3, 1) == ["a b c", "c d e", "e f"]
    assert cut("a b c", 3, 1) == ["a b c"]
    assert cut("  ") == []
    assert [len(piece.split()) for piece in cut("word " * 400)] == [180, 180, 100]


@given(st.integers(0, 60), st.integers(2, 9), st.data())
def test_no_word_is_lost_between_the_pieces(count: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    words = [str(number) for number in range(count)]
    pieces = [piece.split() for piece in cut(" ".join(words), size, overlap)]
    joined = (
        pieces[0] + [word for piece in pieces[1:] for word in piece[overlap:]] if pieces else []
    )
    assert joined == words
    assert all(len(piece) <= size for piece in pieces)
    assert all(len(piece) > overlap for piece in pieces[1:])
