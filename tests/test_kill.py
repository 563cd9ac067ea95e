"""Real child processes are killed in the middle of their work; the same command mends everything.

Twenty-one points are tried each time, and all two hundred by `make faults`.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from embeddings import HashingEncoder
from rag.config import Settings
from rag.maintenance.copying import copy_archive
from rag.store.sqlite import FILE
from tests.builders import row, write_jsonl
from tests.commands import ROOT, child_environment
from tests.killed_work import STORED
from tests.postgresql import Server

OLD = Path(__file__).parent / "formats_of_old"
SUBJECTS = ["ferry strike ends on Friday", "copper mine has its licence", "night train is late"]
POINTS = {
    "ingest": 40,
    "revise": 40,
    "embed": 30,
    "rebuild": 20,
    "migrate": 20,
    "delete": 30,
    "compact": 20,
}
FEW = 3
DELETED = " ".join(
    [f"courier.example/{n}" for n in range(0, 60, 3)] + [f"courier.example/{n}" for n in (7, 95)]
)
"""Revised articles, originals of copies, and what a kept answer quotes."""

_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


class Children:
    """The process that forks a child for each piece of work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=child_environment(**_QUIET),
        )

    def __call__(self, work: str, folder: Path, **job: Any) -> tuple[int, dict[str, Any]]:
        """How a child ended, and what it said; a negative status is the signal that ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = {"source": "", "log": str(self._folder / "log"), "store": ""}
        told |= {"fatal": 0, "counted": False}
        line = json.dumps(told | {"work": work, "folder": str(folder)} | job)
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        ended = json.loads(self._process.stdout.readline())
        return ended["status"], json.loads(ended["said"]) if ended["status"] == 0 else ended

    def done(self, work: str, folder: Path, **job: Any) -> Any:
        """What came of work that nothing interrupts."""
        status, said = self(work, folder, **job)
        assert status == 0, said
        return said["result"]

    def close(self) -> None:
        """Ends the process, which waits for its next line."""
        self._process.communicate()
        assert self._process.returncode == 0


@dataclass(frozen=True)
class Case:
    """One kind of work on an archive, to be killed: `before` is what the archive is then."""

    children: Children
    folder: Path
    work: str
    before: Path
    source: str = ""
    chunk_tokens: int = 32

    def run(self, folder: Path, fatal: int = 0, log: str = "log") -> tuple[int, dict[str, Any]]:
        """Does the work in `folder`, or dies at step `fatal`."""
        options = {"source": self.source, "counted": True} | self.options(folder)
        return self.children(self.work, folder, fatal=fatal, log=str(self.folder / log), **options)

    def options(self, _folder: Path) -> dict[str, Any]:
        """What each piece of work needs to know of an archive beside its folder."""
        return {"chunk_tokens": self.chunk_tokens}

    def state(self, folder: Path) -> Any:
        """All that must be the same in two archives that hold the same."""
        told = self.children.done("state", folder, **self.options(folder))
        return told | {"vectors": sorted(vectors(folder))}

    @cached_property
    def uninterrupted(self) -> tuple[int, Any]:
        """The steps that the work takes, and what comes of it."""
        folder = self.copied("whole")
        status, said = self.run(folder)
        assert status == 0, said
        return said["steps"], self.state(folder)

    def copied(self, name: str) -> Path:
        """A copy of the archive as it is before the work."""
        folder = self.folder / name
        shutil.copytree(self.before, folder)
        return folder

    def points(self, count: int) -> list[int]:
        """So many steps, one in each equal part of the work, the same every time."""
        steps, _ = self.uninterrupted
        chosen = random.Random(f"{self.folder.name} {count}")
        return [int((n + chosen.random()) * steps / count) + 1 for n in range(count)]

    def survive(self, fatal: int) -> None:
        """Kills the work at one step and does it again: nothing is lost, nothing there twice."""
        folder = self.copied(f"killed{fatal}")
        before = texts(self.before)
        try:
            status, said = self.run(folder, fatal)
            assert status == -signal.SIGKILL, said
            self._look(folder, before)
            kept = vectors(folder)
            log = f"log{fatal}"
            status, said = self.run(folder, log=log)
            assert status == 0, said
            encoded = lines(self.folder / log)
            assert len(encoded) == len(set(encoded)), "embedded twice"
            assert not kept.intersection(each[:32] for each in encoded), "embedded again"
            doctor = self.children.done("doctor", folder, **self.options(folder))
            assert doctor == []
            _, expected = self.uninterrupted
            state = self.state(folder)
            assert {name: state[name] == expected[name] for name in state} == dict.fromkeys(
                expected, True
            )
        finally:
            shutil.rmtree(folder)

    def _look(self, folder: Path, before: set[tuple[str, str]]) -> None:
        """What a reader finds at once is what was there before, or what will be."""
        _, expected = self.uninterrupted
        found = self.children.done("look", folder, **self.options(folder))
        known = {(each[0], each[2]) for each in expected["stored"]["texts"]}
        assert {(hit[2], hit[4]) for hit in found} <= known | before


@dataclass(frozen=True)
class CaseOnServer(Case):
    """The same with the store on a PostgreSQL, where `stored` is what it is before the work."""

    server: Server = field(kw_only=True)
    stored: SecretStr = field(kw_only=True)
    stores: dict[Path, SecretStr] = field(default_factory=dict)

    def copied(self, name: str) -> Path:
        """A copy of the folder, and of the database."""
        folder = super().copied(name)
        (folder / FILE).unlink(missing_ok=True)
        self.stores[folder] = self.server.copied(self.stored)
        return folder

    def options(self, folder: Path) -> dict[str, Any]:
        """The database of that copy, too."""
        return super().options(folder) | {"store": self.stores[folder].get_secret_value()}


def texts(folder: Path) -> set[tuple[str, str]]:
    """The passages that are stored, each with the id of its article; none without an archive."""
    if not (folder / "archive.db").exists():
        return set()
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        rows = connection.execute(f"SELECT {STORED['texts']}").fetchall()
        return {(article, text) for article, _, text in rows}


def vectors(folder: Path) -> set[str]:
    """The digests of the texts that have a vector."""
    if not (folder / "vectors.db").exists():
        return set()
    with closing(sqlite3.connect(folder / "vectors.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'vector'")
        found = connection.execute("SELECT hash FROM vector") if tables.fetchall() else []
        return {digest for (digest,) in found}


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    started = Children(tmp_path_factory.mktemp("children"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What an archive is built from, and what comes later: news, revisions and copies."""
    folder = tmp_path_factory.mktemp("sources")
    first = [
        row(n, f"In story {n} the {SUBJECTS[n % 3]}. It costs {n} crowns, says town {n}. " * 4)
        for n in range(90)
    ]
    revised = [row(n, f"In story {n} the {SUBJECTS[n % 3]} after all.") for n in range(0, 40, 4)]
    copied = [
        {**first[n], "url": f"https://tidings.example/{n}", "publisher": "Tidings"}
        for n in range(2, 40, 4)
    ]
    new = [row(n, f"In story {n} the {SUBJECTS[n % 3]}. " * 3) for n in range(90, 120)]
    return (
        write_jsonl(folder / "first.jsonl", first),
        write_jsonl(folder / "later.jsonl", [*revised, *copied, *new]),
    )


@pytest.fixture(scope="module")
def cases(
    children: Children, sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Case]:
    """Every kind of work that is killed."""
    first, later = map(str, sources)
    nothing, worded, whole, old, told, deleted = (
        tmp_path_factory.mktemp(name)
        for name in ("nothing", "worded", "whole", "old", "told", "deleted")
    )
    children.done("ingest words", worded, source=first, chunk_tokens=32)
    shutil.copytree(worded, whole, dirs_exist_ok=True)
    children.done("embed", whole, chunk_tokens=32)
    shutil.copytree(whole, told, dirs_exist_ok=True)
    children.done("ingest", told, source=later, chunk_tokens=32)
    children.done("converse", told, source="How much does story 7 cost?", chunk_tokens=32)
    shutil.copytree(told, deleted, dirs_exist_ok=True)
    children.done("delete", deleted, source=DELETED, chunk_tokens=32)
    with zipfile.ZipFile(OLD / "format_0001.zip") as kept:
        kept.extractall(old)
    works = {
        "ingest": ("ingest", nothing, first, 32),
        "revise": ("ingest", whole, later, 32),
        "embed": ("embed", worded, "", 32),
        "rebuild": ("rebuild", whole, "", 32),
        "migrate": ("ingest", old, str(OLD / "later.jsonl"), 192),
        "delete": ("delete", told, DELETED, 32),
        "compact": ("compact", deleted, "", 32),
    }
    return {
        name: Case(children, tmp_path_factory.mktemp(name), work, before, source, chunk_tokens)
        for name, (work, before, source, chunk_tokens) in works.items()
    }


@pytest.fixture(scope="module")
def cases_on_server(
    cases: dict[str, Case],
    postgresql_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Case]:
    """The kinds of work that ingest, with the store on a PostgreSQL."""
    server = postgresql_server
    stored = {"ingest": server.prepared(), "revise": server.new()}
    folder, revised = cases["revise"].before, stored["revise"].get_secret_value()
    copy_archive(folder, revised, Settings(encoder="hashing"), HashingEncoder())
    found: dict[str, Case] = {}
    for name, place in stored.items():
        case = cases[name]
        parts = (case.work, case.before, case.source, case.chunk_tokens)
        own = tmp_path_factory.mktemp(f"{name}_on_server")
        found[name] = CaseOnServer(case.children, own, *parts, server=server, stored=place)
    return found


@pytest.mark.parametrize("work", ["ingest", "revise"])
def test_killed_at_some_points_the_same_command_mends_a_store_on_a_server(
    cases_on_server: dict[str, Case], work: str
) -> None:
    for fatal in cases_on_server[work].points(FEW):
        cases_on_server[work].survive(fatal)


@pytest.mark.faults
def test_killed_at_fifty_points_the_same_command_mends_a_store_on_a_server(
    cases_on_server: dict[str, Case], capsys: pytest.CaptureFixture[str]
) -> None:
    tried = [(case, fatal) for case in cases_on_server.values() for fatal in case.points(25)]
    failed = [trouble for case, fatal in tried if (trouble := _trouble(case, fatal))]
    with capsys.disabled():
        print(f"\nkill points survived: {len(tried) - len(failed)} of {len(tried)}")
    assert failed == []
    assert len(tried) == 50


@pytest.mark.parametrize("work", POINTS)
def test_killed_at_some_points_the_same_command_mends_everything(
    cases: dict[str, Case], work: str
) -> None:
    for fatal in cases[work].points(FEW):
        cases[work].survive(fatal)


@pytest.mark.faults
def test_killed_at_two_hundred_points_the_same_command_mends_everything(
    cases: dict[str, Case], capsys: pytest.CaptureFixture[str]
) -> None:
    tried = [(cases[work], fatal) for work in POINTS for fatal in cases[work].points(POINTS[work])]
    failed = [trouble for case, fatal in tried if (trouble := _trouble(case, fatal))]
    with capsys.disabled():
        print(f"\nkill points survived: {len(tried) - len(failed)} of {len(tried)}")
    assert failed == []
    assert len(tried) == 200


def _trouble(case: Case, fatal: int) -> str:
    """What went wrong after a kill at one step; "" where nothing did."""
    try:
        case.survive(fatal)
    except Exception as error:
        return f"{case.folder.name} killed at step {fatal}: {error!r}"
    return ""
