"""Passages embedded by several workers: the same vectors, and nothing lost where one is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing import parent_process
from pathlib import Path

import pytest

from embeddings import HashingEncoder, VectorCache, Vectors
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError, ProviderError
from tests.builders import row, write_jsonl
from tests.commands import Commands
from tests.llm_server import llm_server
from tests.test_served_encoder import floats

SETTINGS = Settings(encoder="hashing", chunk_tokens=32)
ROWS = [row(n, f"The ferry sank off pier {n}, and {n % 7} sailed.") for n in range(40)]


class Killed(HashingEncoder):
    """Kills its process where that is a worker, as often as there are files in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        if parent_process() is not None:
            for file in self.folder.iterdir():
                file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_document(texts)


class Waiting(HashingEncoder):
    """Cannot be sent to another process."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.indexes.dense._BATCH", 4)


def embedded(folder: Path, encoder: HashingEncoder, workers: int) -> tuple[list[str], list[int]]:
    """The notes, and the passages done at each sign of progress."""
    notes: list[str] = []
    seen: list[int] = []
    articles = write_jsonl(folder.parent / "in.jsonl", ROWS)
    with Archive.open(folder, settings=SETTINGS, encoder=encoder) as archive:
        archive.ingest(articles, vectors=False)
        count = archive.embed(
            lambda _step, done, _total: seen.append(done), workers=workers, note=notes.append
        )
        assert count == len(ROWS)
        assert archive.embed(workers=workers) == 0
        assert archive.counts() == (40, 40, 40)
    return notes, seen


def vectors(folder: Path) -> dict[str, list[float]]:
    fingerprint = HashingEncoder().fingerprint
    with VectorCache(folder / "vectors.db", read_only=True) as cache:
        found = cache.get(fingerprint, sorted(cache.hashes()))
    return {name: row.tolist() for name, row in found.items()}


def test_workers_give_the_same_vectors_and_the_same_progress(tmp_path: Path) -> None:
    alone = embedded(tmp_path / "alone", HashingEncoder(), 1)
    together = embedded(tmp_path / "together", HashingEncoder(), 2)
    assert alone == together == ([], list(range(0, 41, 4)))
    assert vectors(tmp_path / "alone") == vectors(tmp_path / "together")
    one, other = ((tmp_path / each / "dense.faiss").read_bytes() for each in ("alone", "together"))
    assert one == other


def test_what_a_killed_worker_had_is_encoded_again_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "kills"
    folder.mkdir()
    (folder / "one").touch()
    notes, seen = embedded(tmp_path / "archive", Killed(folder), 2)
    assert seen == list(range(0, 41, 4))
    assert notes
    assert all("a worker was killed" in note and "nothing is lost" in note for note in notes)
    embedded(tmp_path / "alone", HashingEncoder(), 1)
    assert vectors(tmp_path / "alone") == vectors(tmp_path / "archive")


def test_workers_that_are_killed_again_and_again_are_given_up(tmp_path: Path) -> None:
    folder = tmp_path / "kills"
    folder.mkdir()
    for number in range(50):
        (folder / str(number)).touch()
    with pytest.raises(ProviderError, match=r"killed 4 times.*fewer --workers"):
        embedded(tmp_path / "archive", Killed(folder), 2)
    for file in folder.iterdir():
        file.unlink()
    with Archive.open(tmp_path / "archive", settings=SETTINGS, encoder=HashingEncoder()) as archive:
        assert archive.embed() == 40


def test_an_encoder_that_cannot_be_sent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be sent to other processes .*DATELINE_ENCODER"):
        embedded(tmp_path / "archive", Waiting(), 2)


def test_a_server_is_asked_by_as_many_at_once(tmp_path: Path) -> None:
    both = threading.Barrier(2)
    waited: list[int] = []

    def answer(body: dict[str, object]) -> object:
        if len(waited) < 2 and str(body["input"]) != "['dimension']":
            waited.append(both.wait(timeout=60))
        return floats(body)

    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with llm_server("ok", answer=answer) as server:  # type: ignore[arg-type]
        settings = Settings(encoder="openai:tiny", encoder_base_url=server.url, chunk_tokens=32)
        with Archive.open(tmp_path / "archive", settings=settings) as archive:
            archive.ingest(articles, vectors=False)
            assert archive.embed(workers=2) == 40
            found = archive.search("ferry pier 3")
    assert sorted(waited) == [0, 1]
    assert found[0].article.title == "Story 3"


def test_the_command_says_what_it_embedded(tmp_path: Path, dateline: Commands) -> None:
    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    dateline("ingest", str(articles), "--no-vectors")
    ended = dateline("embed", "--workers", "2")
    assert (ended.status, ended.out) == (0, "embedded 40 passages\n")
    dateline("embed", "--workers", "0").refused("--workers")
