"""The benchmark's arithmetic and shape; no figure of it depends on this machine's speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import HashingEncoder, SentenceTransformerEncoder
from rag.config import Settings
from rag.errors import ConfigError
from rag.evaluation.bench import (
    BenchOptions,
    bare_encode,
    bench,
    bench_table,
    peak_megabytes,
    queries,
    time_embedding,
)
from rag.evaluation.tables import Table
from tests.builders import open_archive, row, write_jsonl
from tests.evaluation_data import QUESTIONS, silent, small_archive, write_questions

SETTINGS = Settings(encoder="hashing", chunk_tokens=32)


def test_everything_is_timed_and_the_archive_stays_as_it_is(tmp_path: Path) -> None:
    archive = small_archive(tmp_path, vectors=False)
    data = write_questions(tmp_path / "quiz")
    steps: list[tuple[int, int]] = []
    results = bench(
        archive,
        SETTINGS,
        BenchOptions(data, tmp_path / "articles.jsonl", 3),
        lambda _step, done, total: steps.append((done, total)),
    )
    assert list(results) == ["search", "memory", "index", "embed"]
    search = results["search"]
    assert (search["queries"], search["articles"], search["embedded"]) == (len(QUESTIONS), 4, 0)
    assert 0 < search["p50_ms"] <= search["p95_ms"]
    assert (results["index"]["articles"], results["index"]["passages"]) == (4, 4)
    embed = results["embed"]
    assert embed["texts"] == 3
    # The ratio has three places, the rates have one.
    rates = embed["passages_per_second"] / embed["bare_per_second"]
    assert embed["ratio"] == pytest.approx(rates, rel=0.01, abs=0.001)
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert archive.counts() == (4, 4, 0)


def test_only_what_is_asked_for_is_timed(tmp_path: Path) -> None:
    archive = small_archive(tmp_path)
    results = bench(archive, SETTINGS, BenchOptions(texts=0), silent)
    assert list(results) == ["search", "memory"]


def test_both_encode_the_same_texts_in_turns(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    rows = [row(n, f"Story number {n} ends. " * 12, title=f"T{n}") for n in range(6)]
    archive.ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
    encoded: list[list[str]] = []
    timed = time_embedding(archive, SETTINGS, 9, lambda texts: encoded.append(texts))
    passages = archive.counts()[1] // 6
    taken = -(-9 // passages)
    # The first call warms up; then come at most two rounds of whole articles.
    assert encoded[0] == ["warm"] * 9
    assert len(encoded) == 1 + min(2, taken)
    assert timed["texts"] == sum(map(len, encoded[1:])) == taken * passages
    assert all(text.startswith("T") and "Story number" in text for text in encoded[1])


def test_titles_are_searched_for_where_there_are_no_questions(tmp_path: Path) -> None:
    archive = small_archive(tmp_path)
    titles = [archive.article(f"courier.example/{n}").title for n in (1, 2, 3, 4)]
    assert (titles[0], titles[2]) == ("Ferry", "Budget")
    assert queries(archive, None) == titles
    data = write_questions(tmp_path / "quiz")
    assert queries(archive, data) == [question["question"] for question in QUESTIONS]


def test_an_archive_without_titles_or_passages_is_named(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive")
    (tmp_path / "none").mkdir()
    archive.ingest(tmp_path / "none")
    with pytest.raises(
        ConfigError, match=r"no article of .* has a title .* give questions: --data"
    ):
        queries(archive, None)
    with pytest.raises(ConfigError, match="holds no passages; ingest articles first"):
        time_embedding(archive, SETTINGS, 9, lambda texts: texts)


def test_the_bare_encoder_is_the_librarys_own() -> None:
    hashing = HashingEncoder(4)
    assert bare_encode("hashing", hashing)(["a"]).tolist() == (  # type: ignore[attr-defined]
        hashing.encode_document(["a"]).tolist()
    )


def test_the_bare_encoder_gives_the_vectors_of_ours() -> None:
    ours = SentenceTransformerEncoder()
    bare = bare_encode("minilm", ours)(["The ferry sailed."])
    assert bare == pytest.approx(ours.encode_document(["The ferry sailed."]), abs=1e-5)


def test_memory_is_in_megabytes() -> None:
    # Python with numpy and tantivy takes tens of megabytes, and no test needs a hundred gigabytes.
    assert 20 < peak_megabytes() < 100_000


def test_figures_are_shown_one_a_line() -> None:
    assert bench_table({"search": {"queries": 1200, "p50_ms": 3.25}}) == Table(
        ("what", "figure"), (("search queries", "1,200"), ("search p50 ms", "3.25"))
    )
