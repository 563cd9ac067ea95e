"""Drivers of a Ray cluster are killed in the middle of an ingest; the same command mends it.

Three points are tried each time, and fifty by `make faults`.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from embeddings import HashingEncoder
from rag.maintenance.doctor import examine
from tests import killed_work
from tests.builders import row, write_jsonl
from tests.commands import ROOT, child_environment
from tests.killed_on_cluster import archive_of
from tests.ray_cluster import Nodes
from tests.test_kill import SUBJECTS, lines, vectors

FEW, MANY = 3, 50


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the child."""
    monkeypatch.setattr("rag.indexes.dense._BATCH", 32)
    monkeypatch.setattr("rag.indexes.dense._SAVE_EVERY", 64)
    monkeypatch.setattr("rag.ingest._BATCH", 16)
    monkeypatch.setattr("rag.cluster.parcels._LINES", 2_000)


class Ingest:
    """An ingest on a cluster, to be killed: of news, revisions and copies in two kinds of file."""

    def __init__(self, cluster: Nodes, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._source = folder / "news"
        self._source.mkdir()
        told = [
            row(n, "".join(f"In story {n} the {SUBJECTS[n % 3]}, part {k}. " for k in range(8)))
            for n in range(60)
        ]
        revised = [
            row(n, f"In story {n} the {SUBJECTS[n % 3]} after all.") for n in range(0, 40, 4)
        ]
        copies = [
            {**told[n], "url": f"https://tidings.example/{n}", "title": f"Copy {n}"}
            for n in range(2, 40, 4)
        ]
        write_jsonl(self._source / "first.jsonl", told)
        write_jsonl(self._source / "later.jsonl", [*revised, *copies])
        for n in range(20):
            text = f"# Story {n}\n\nThe {SUBJECTS[n % 3]} in town {n}."
            (self._source / f"page{n}.md").write_text(text, encoding="utf-8")

    def killed(self, name: str, fatal: int) -> tuple[int, str]:
        """How a child ended that ingests into the folder `name`, and what it printed."""
        arguments = [self._folder / name, self._source, self._folder / f"{name}.killed", fatal]
        module = [sys.executable, "-m", "tests.killed_on_cluster", self._cluster.address]
        done = subprocess.run(
            [*module, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=child_environment(),
            check=False,
        )
        return done.returncode, done.stdout

    @cached_property
    def whole(self) -> tuple[int, Any]:
        """The steps of an ingest that is not killed, and what comes of it without a cluster."""
        status, printed = self.killed("whole", 0)
        assert status == 0
        assert self.state("whole") == self.state("alone", on="")
        return int(printed), self.state("alone")

    def state(self, name: str, on: str = "ray") -> Any:
        """What is in the archive once the ingest has run to its end, once more if it had."""
        with archive_of(str(self._folder / name), str(self._folder / f"{name}.mended")) as archive:
            archive.ingest(self._source, on=on)
            found: Any = killed_work._state(archive, "")
        return found | {"vectors": sorted(vectors(self._folder / name))}

    def points(self, count: int) -> list[int]:
        """So many steps, one in each equal part of the work, the same every time."""
        chosen = random.Random(f"points {count}")
        return [int((n + chosen.random()) * self.whole[0] / count) + 1 for n in range(count)]

    def survive(self, fatal: int) -> None:
        """Kills the ingest at one step and does it again: nothing is lost, nothing there twice."""
        _, expected = self.whole
        name = f"killed{fatal}"
        status, _ = self.killed(name, fatal)
        # The last steps do not come where a run has a few less: how it waits is up to time.
        assert status == -signal.SIGKILL or fatal > 0.95 * self.whole[0]
        kept = vectors(self._folder / name)
        assert self.state(name) == expected
        encoded = lines(self._folder / f"{name}.mended")
        assert len(encoded) == len(set(encoded)), "embedded twice"
        assert not kept.intersection(each[:32] for each in encoded), "embedded again"
        settings = archive_of(str(self._folder / name), "")._settings
        found = examine(self._folder / name, settings, HashingEncoder(), datetime.now(UTC))
        assert [each for each in found if each.severity != "note"] == []
        shutil.rmtree(self._folder / name)


@pytest.fixture(scope="module")
def ingest(cluster: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Ingest:
    return Ingest(cluster, tmp_path_factory.mktemp("ingest"))


@pytest.mark.faults
def test_killed_at_some_points_the_same_command_mends_everything(ingest: Ingest) -> None:
    for fatal in ingest.points(FEW):
        ingest.survive(fatal)


@pytest.mark.faults
def test_killed_at_fifty_points_the_same_command_mends_everything(
    ingest: Ingest, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = []
    for fatal in ingest.points(MANY):
        try:
            ingest.survive(fatal)
        except Exception as error:
            failed.append(f"killed at step {fatal}: {error!r}")
    with capsys.disabled():
        print(f"\nkill points survived on Ray: {MANY - len(failed)} of {MANY}")
    assert failed == []
