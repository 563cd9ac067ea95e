"""Cross-encoders: a tiny one made here, loaded by its folder, and what else may be named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings import CrossEncoderReranker, EncoderError
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError
from tests.builders import open_archive, row, write_jsonl
from tests.cross_encoder import tiny


def test_a_score_is_the_logistic_of_what_the_model_says(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(tiny(tmp_path, (1.0,))))
    one = pytest.approx(1 / (1 + math.exp(-1)))
    assert reranker.scores("ferry", ["The ferry sank.", "Fog."]) == [one, one]
    assert reranker.scores("ferry", []) == []


def test_what_is_no_reranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="gives 3 scores to a text, not one"):
        CrossEncoderReranker(str(tiny(tmp_path, (1.0,) * 3))).scores("a", ["b"])
    with pytest.raises(EncoderError, match=r"'no/where' cannot be loaded from this machine"):
        CrossEncoderReranker("no/where").scores("a", ["b"])


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = tiny(tmp_path, (1.0,))
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match="cannot be loaded from this machine"):
        CrossEncoderReranker(str(folder)).scores("a", ["b"])


class Longest:
    """Judges by length: a text of 100 characters or more is perfect."""

    def scores(self, _query: str, texts: Sequence[str]) -> list[float]:
        return [min(len(text), 100) / 100 for text in texts]


def test_the_best_passages_are_judged_again(tmp_path: Path) -> None:
    rows = [
        row(1, "The ferry sank."),
        row(2, "A ferry. " + "Nobody knows what it was called. " * 2),
    ]
    file = write_jsonl(tmp_path / "in.jsonl", rows)
    plain = open_archive(tmp_path / "a")
    plain.ingest(file, vectors=False)
    settings = Settings(encoder="hashing", chunk_tokens=32)
    judged = Archive.open(tmp_path / "a", settings=settings, reranker=Longest())
    assert [hit.article.id[-1] for hit in plain.search("the ferry sank")] == ["1", "2"]
    assert [hit.article.id[-1] for hit in judged.search("the ferry sank")] == ["2", "1"]


class Doubting:
    """Judges every text to be half of what is perfect."""

    def scores(self, _query: str, texts: Sequence[str]) -> list[float]:
        return [0.5] * len(texts)


def test_what_a_reranker_thinks_is_added_to_the_score(tmp_path: Path) -> None:
    rows = [row(1, "A ferry sank.", date="2025-05-18", title="")]
    open_archive(tmp_path / "a").ingest(write_jsonl(tmp_path / "in.jsonl", rows), vectors=False)
    settings = Settings(encoder="hashing", chunk_tokens=32)
    archive = Archive.open(tmp_path / "a", settings=settings, reranker=Doubting())
    (hit,) = archive.search("ferry", as_of=datetime(2025, 6, 1, tzinfo=UTC))
    # By words 1, by its article 0.75, as its opening 0.05, 14 days old 0.75 / e: see test_ranking.
    # What is perfect gains 3.
    assert hit.score == pytest.approx(1 + 0.75 + 0.05 + 0.75 / math.e + 3 * 0.5)


def test_a_reranker_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    open_archive(tmp_path / "a").ingest(
        write_jsonl(tmp_path / "in.jsonl", [row(1, "The ferry sank.")]), vectors=False
    )
    settings = Settings(encoder="hashing", chunk_tokens=32, reranker="no/where")
    archive = Archive.open(tmp_path / "a", settings=settings)
    with pytest.raises(ConfigError, match=r"setting 'reranker' \(DATELINE_RERANKER\): .*no/where"):
        archive.search("ferry")
