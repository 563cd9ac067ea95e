"""A real child process is killed while it ingests; the same command again mends everything."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from embeddings import HashingEncoder, VectorCache
from rag.archive import Archive
from tests.builders import open_archive, row, write_jsonl

ROOT = Path(__file__).parent.parent
ARTICLES = 150
KILLS = 10


def ingest(folder: Path, source: Path, log: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    arguments = [str(folder), str(source), str(log), str(fatal)]
    command = [sys.executable, "-m", "tests.killed_ingest", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def results(archive: Archive) -> list[tuple[str, int, str]]:
    """What three searches find: the same in two archives only if both hold the same."""
    return [
        (hit.article.id, hit.rank, hit.text)
        for query in ("harbour wall", "story number 7", "copper mine licence")
        for hit in archive.search(query, k=50)
    ]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    subjects = ["harbour wall", "copper mine", "ferry licence", "night train"]
    rows = [
        row(n, f"Story number {n} is about the {subjects[n % 4]}. It was told on day {n}. " * 3)
        for n in range(ARTICLES)
    ]
    return write_jsonl(tmp_path_factory.mktemp("source") / "in.jsonl", rows)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, source: Path) -> tuple[Archive, int]:
    """An archive built without interruption, and the number of steps that took."""
    folder = tmp_path_factory.mktemp("whole")
    done = ingest(folder / "archive", source, folder / "log", fatal=0)
    assert done.returncode == 0, done.stderr
    return open_archive(folder / "archive"), int(done.stdout)


def test_killed_anywhere_the_next_run_loses_nothing_and_repeats_nothing(
    tmp_path: Path, source: Path, whole: tuple[Archive, int]
) -> None:
    expected, steps = whole
    assert steps > 100
    points = random.Random(2025)
    for kill in range(KILLS):
        folder, log = tmp_path / f"archive{kill}", tmp_path / f"log{kill}"
        fatal = points.randint(1, steps)
        died = ingest(folder, source, log, fatal)
        assert died.returncode == -signal.SIGKILL, f"step {fatal}: {died.stderr}"
        kept = _vectors(folder)
        log.unlink(missing_ok=True)
        again = ingest(folder, source, log, fatal=0)
        assert again.returncode == 0, f"step {fatal}: {again.stderr}"
        archive = open_archive(folder)
        assert archive.counts() == expected.counts(), f"step {fatal}"
        assert results(archive) == results(expected), f"step {fatal}"
        encoded = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        assert max(Counter(encoded).values(), default=1) <= _most_alike(expected)
        assert len(encoded) == expected.counts()[1] - kept, f"step {fatal}"


def test_killed_several_times_in_a_row_it_still_ends_whole(
    tmp_path: Path, source: Path, whole: tuple[Archive, int]
) -> None:
    expected, steps = whole
    folder, log = tmp_path / "archive", tmp_path / "log"
    for part in (8, 4, 2):
        assert ingest(folder, source, log, steps // part).returncode == -signal.SIGKILL
    assert ingest(folder, source, log, fatal=0).returncode == 0
    assert results(open_archive(folder)) == results(expected)
    assert open_archive(folder).counts() == expected.counts()


def _vectors(folder: Path) -> int:
    with VectorCache(folder / "vectors.db", read_only=True) as cache:
        return cache.count(HashingEncoder().fingerprint)


def _most_alike(archive: Archive) -> int:
    """How many passages of one article there are at most: they share their first line."""
    _, passages, _ = archive.counts()
    return -(-passages // ARTICLES)
