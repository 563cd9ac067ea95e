"""Ingest and embedding on a Ray cluster of two nodes: the same archive, and nothing lost."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import text

from embeddings import HashingEncoder, VectorCache, Vectors
from rag.archive import Archive
from rag.config import Settings
from rag.errors import ConfigError, ProviderError
from rag.ingest import IngestReport
from tests import ray_cluster
from tests.builders import row, write_jsonl
from tests.commands import Commands, child_environment
from tests.killed_work import STORED
from tests.ray_cluster import Nodes

SETTINGS = Settings(encoder="hashing", chunk_tokens=32)
ROWS = [
    row(n, f"The ferry sank off pier {n}. It had {n % 7} passengers, who swam. " * 3)
    for n in range(60)
]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    # Before any test imports Ray.
    ray_cluster.prepare()
    monkeypatch.setattr("rag.indexes.dense._BATCH", 16)
    monkeypatch.setattr("rag.cluster.parcels._LINES", 3_000)


class Deadly(HashingEncoder):
    """Ends the worker that counts the tokens of a text or encodes it, if `word` is in it.

    It does so as often as there are files in a folder.
    """

    def __init__(self, folder: Path, word: str) -> None:
        super().__init__()
        self.folder, self.word, self.home = folder, word, os.getpid()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self._look("count", texts)
        return super().count_tokens(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self._look("encode", texts)
        return super().encode_document(texts)

    def _look(self, work: str, texts: Sequence[str]) -> None:
        if os.getpid() == self.home or not any(self.word in each for each in texts):
            return
        for file in self.folder.glob(f"{work}*"):
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


class Counting(HashingEncoder):
    """Notes in a folder which process has got it, and which have encoded with it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._note("got")

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        self._note("encoded")
        return super().encode_document(texts)

    def _note(self, what: str) -> None:
        with (self.folder / f"{what} {os.getpid()}").open("a", encoding="utf-8") as file:
            file.write("x")


class Slow(HashingEncoder):
    """Encodes only once a file is there."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        (self.file.parent / "begun").touch()
        while not self.file.exists():
            threading.Event().wait(0.05)
        return super().encode_document(texts)


def corpus(folder: Path) -> Path:
    """Inputs of many kinds, good and bad, and some that need others beside them."""
    folder.mkdir()
    write_jsonl(folder / "news.jsonl", ROWS)
    (folder / "more.jsonl.gz").write_bytes(
        gzip.compress(write_jsonl(folder.parent / "more", ROWS[:3]).read_bytes())[:-12]
    )
    later = [row(n, f"The ferry sank off pier {n} after all.") for n in range(0, 20, 3)]
    write_jsonl(folder / "revised.jsonl", [*later, {"title": "no text"}])
    drafts = [row(n, "Not yet.", status="draft") for n in range(200, 240)]
    write_jsonl(folder / "drafts.jsonl", [*drafts, row(300, "The pier is open.")])
    write_jsonl(folder / "textless.jsonl", [{"title": f"{n} {'x' * 99}"} for n in range(50)])
    (folder / "broken.jsonl").write_text('{"text": "The mayor left."}\nnot json\n\n{"text": 1}\n')
    (folder / "binary.jsonl").write_bytes(b"\0\1\2" * 500)
    (folder / "empty.md").touch()
    (folder / "plain.txt").write_text("The harbour froze.\n\nNobody sailed for a week.")
    for n in range(12):
        (folder / f"story{n}.md").write_text(
            f"# Harbour {n}\n\nBy Ada Lund\n\n4 May 2025\n\nThe harbour took {n} ships. It rained."
        )
    page = "<html><title>{0}</title><body><article><h1>{0}</h1><p>{1}</p></article></html>"
    (folder / "page.html").write_text(page.format("Pier opens", "The pier opened at noon. " * 9))
    inner = folder / "tables"
    inner.mkdir()
    (inner / "columns.toml").write_text('[columns]\ntext = "prose"\ntitle = "head"\n')
    (inner / "a.csv").write_text("head,prose,date\nFog,The fog lifted.,2025-05-02\n")
    write_jsonl(inner / "b.jsonl", [{"head": "Ice", "prose": "The ice broke.", "id": "i1"}])
    (inner / "outlets.toml").write_text('[outlets]\n"courier.example" = "The Courier"\n')
    write_jsonl(inner / "c.jsonl", [row(400, "") | {"prose": "A mast fell.", "publisher": ""}])
    (folder / "posts").mkdir()
    (folder / "posts.csv").write_text(
        "post_id,post_date,is_published,title\n7,2025-05-01,true,Hi\n"
    )
    (folder / "posts" / "7.html").write_text("<p>The tide was high.</p>")
    (folder / "letters.mbox").write_text(
        "From a@b Sat May  3 10:00:00 2025\nFrom: a@b.example\nSubject: Tides\n"
        "Date: Sat, 3 May 2025 10:00:00 +0000\n\nThe tides turn at nine.\n\n"
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing more")
    (folder / "odd\nname.txt").write_text("A name of two lines.")
    return folder


def state(archive: Archive) -> dict[str, Any]:
    """All that the store holds, and each vector."""
    with closing(archive.database()) as database, database.read() as connection:
        found: dict[str, Any] = {
            name: [tuple(each) for each in connection.execute(text(f"SELECT {query}"))]
            for name, query in STORED.items()
        }
    with VectorCache(archive.folder / "vectors.db", read_only=True) as cache:
        vectors = cache.get(HashingEncoder().fingerprint, sorted(cache.hashes()))
    return found | {"vectors": {name: one.tolist() for name, one in vectors.items()}}


def told(report: IngestReport) -> tuple[object, ...]:
    """What became of each input; what comes slowly comes in smaller batches, in which failures
    are first."""
    notable = sorted((each.path, each.kind, each.note) for each in report.notable)
    return report.counts, notable, report.odd.summary()


def opened(folder: Path, encoder: HashingEncoder | None = None) -> Archive:
    return Archive.open(folder, settings=SETTINGS, encoder=encoder or HashingEncoder())


@pytest.mark.parametrize("given", ["absolute", "relative"])
def test_the_archive_is_the_same_as_without_a_cluster(
    cluster: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    folder = corpus(tmp_path / "news")
    monkeypatch.chdir(tmp_path)
    named = folder if given == "absolute" else Path("news")
    seen: dict[str, list[tuple[str, int, int]]] = {"": [], "ray": []}
    with opened(tmp_path / "alone") as alone, opened(tmp_path / "together") as together:
        reports = [
            archive.ingest(named, on=on, progress=lambda *step, on=on: seen[on].append(step))
            for archive, on in ((alone, ""), (together, "ray"))
        ]
        assert told(reports[0]) == told(reports[1])
        # 60 in news.jsonl, of which 2 have come before; a page; 12 stories; 9 of other kinds.
        assert reports[0].counts == {
            "added": 82,
            "revised": 7,
            "duplicate": 2,
            "failed": 8,
            "skipped": 1,
        }
        steps = [{step: (done, total) for step, done, total in each} for each in seen.values()]
        assert steps[0] == steps[1]
        assert state(alone) == state(together)
        again = together.ingest(named, on="ray")
        assert again.counts["added"] == again.counts["revised"] == 0
        assert told(again) == told(alone.ingest(named))


def test_the_model_is_loaded_once_by_each_worker(cluster: Nodes, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    said: list[str] = []
    with opened(tmp_path / "archive", Counting(notes)) as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), on="ray", note=said.append)
        assert archive.counts()[2] > 100
        assert archive.embed(on="ray") == 0
    files = {each.name: each.read_text() for each in notes.iterdir()}
    assert 1 <= sum(name.startswith("encoded") for name in files) <= 2
    assert {name: noted for name, noted in files.items() if name.startswith("got")} == {
        name.replace("encoded", "got"): "x" for name in files if name.startswith("encoded")
    } | {name: "x" for name in files if name.startswith("got")}
    assert str(os.getpid()) not in " ".join(files)
    assert said == ["Ray: 2 nodes, 2 CPUs, the Ray cluster that this process has joined"]


@pytest.mark.parametrize("work", ["count", "encode"])
def test_what_a_killed_worker_had_is_done_again_and_said(
    cluster: Nodes, tmp_path: Path, work: str
) -> None:
    folder = tmp_path / "kills"
    folder.mkdir()
    (folder / work).touch()
    notes: list[str] = []
    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with opened(tmp_path / "archive", Deadly(folder, "pier 41")) as archive:
        archive.ingest(articles, on="ray", note=notes.append)
        with opened(tmp_path / "alone") as alone:
            alone.ingest(articles)
            assert state(alone) == state(archive)
    assert [note for note in notes if "a worker of the cluster was killed" in note] == notes[1:]
    assert len(notes) == 2


def test_a_file_that_kills_every_reader_is_named_and_nothing_else_is_lost(
    cluster: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.cluster.joining._MOST_DEATHS", 2)
    folder = tmp_path / "kills"
    folder.mkdir()
    for number in range(20):
        (folder / f"count{number}").touch()
    news = tmp_path / "news"
    news.mkdir()
    for n in range(9):
        (news / f"{n}.md").write_text(f"# Story {n}\n\nThe {'bomb' if n == 4 else 'boat'} sank.")
    write_jsonl(news / "z.jsonl", [row(n, f"{'bomb' if n == 1 else 'x' * 3000}") for n in range(3)])
    with opened(tmp_path / "archive", Deadly(folder, "bomb")) as archive:
        report = archive.ingest(news, on="ray")
        failed = [str(news / "4.md"), f"{news / 'z.jsonl'}:2"]
        assert [each.path for each in report.failures] == failed
        assert "were killed 2 times; the file may be damaged" in report.failures[0].note
        assert report.failures[1].note.startswith("lines 2 to 3: the workers that read it")
        assert archive.counts()[:2] == (9, archive.counts()[2])
        for file in folder.iterdir():
            file.unlink()
        assert archive.ingest(news, on="ray").counts["added"] == 3


def test_passages_that_kill_every_worker_are_an_error(
    cluster: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.cluster.joining._MOST_DEATHS", 2)
    folder = tmp_path / "kills"
    folder.mkdir()
    for number in range(20):
        (folder / f"encode{number}").touch()
    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with opened(tmp_path / "archive", Deadly(folder, "pier 41")) as archive:
        archive.ingest(articles, vectors=False)
        with pytest.raises(ProviderError, match=r"killed 2 times at the same passages"):
            archive.embed(on="ray")
        before = archive.counts()[2]
        for file in folder.iterdir():
            file.unlink()
        assert before + archive.embed(on="ray") == archive.counts()[1] == archive.counts()[2]
        assert before % 16 == 0 < before


def test_a_machine_with_other_code_or_another_encoder_is_refused(
    cluster: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = write_jsonl(tmp_path / "in.jsonl", ROWS)
    with opened(tmp_path / "archive") as archive:
        monkeypatch.setattr("rag.cluster.on_cluster.readers_mark", lambda: b"of another version")
        with pytest.raises(ConfigError, match=r"machine .* runs another version of Dateline"):
            archive.ingest(articles, on="ray")
        assert archive.counts() == (0, 0, 0)
    here = tmp_path / "model"
    with pytest.raises(ConfigError, match=r"cannot be sent to other processes"):
        Archive.open(here, settings=SETTINGS, encoder=Locked()).ingest(articles, on="ray")


class Locked(HashingEncoder):
    """Cannot be sent to another process."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


@pytest.mark.parametrize(
    ("on", "error"),
    [
        ("spark://x", "'spark://x' names no cluster; write --on ray, or --on ray://HOST:10001"),
        ("ray://", "'ray://' names no cluster"),
        ("ray://a:b", "'ray://a:b' names no cluster"),
        ("ray://127.0.0.1:1", "127.0.0.1:1 does not answer (Connection refused); start it: ray st"),
    ],
)
def test_what_is_no_cluster_or_does_not_answer_is_an_error_before_any_work(
    dateline: Commands, tmp_path: Path, on: str, error: str
) -> None:
    pytest.importorskip("ray")
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    dateline("ingest", "in.jsonl", "--on", on).refused(error)
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("said", "times", "mend"),
    [
        ("Starting Ray client server failed. See its log.", 3, "GRPC_ENABLE_FORK_SUPPORT=0"),
        ("ray client connection timeout", 1, "RAY_AUTH_MODE=token"),
        ("Something else.", 1, "see its log, then try again"),
    ],
)
def test_a_cluster_that_refuses_a_client_is_named_with_what_to_do(
    dateline: Commands,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    times: int,
    mend: str,
) -> None:
    for name in ("ray.exceptions", "ray.util.client"):
        pytest.importorskip(name)
    tried: list[str] = []

    def refuse(address: str, **_options: object) -> None:
        tried.append(address)
        raise ConnectionAbortedError(f"Initialization failure from server: {said}")

    # Not the real one, which may have joined the cluster of other tests in this process.
    ray = ModuleType("ray")
    vars(ray).update(init=refuse, is_initialized=lambda: False, shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", ray)
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        on = f"ray://127.0.0.1:{listening.getsockname()[1]}"
        dateline("ingest", "in.jsonl", "--on", on).refused(f"{on} cannot be joined", said, mend)
    assert tried == [on] * times


def test_a_server_of_another_kind_is_no_cluster(dateline: Commands, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    dateline("embed", "--on", "ray", "--workers", "2").refused("--on and --workers exclude")


def test_without_ray_the_error_names_the_extra(
    dateline: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    dateline("ingest", "in.jsonl", "--on", "ray").refused("pip install 'dateline[ray]'")


_CLIENT = """
import contextlib, io, json, sys
import ray
from rag.cli import main
ended = []
for version, *arguments in json.loads(sys.argv[1]):
    ray.__version__, own = version or ray.__version__, ray.__version__
    sys.argv = ["dateline", *arguments]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            ended.append([end.code, out.getvalue(), err.getvalue()])
    ray.__version__ = own
print(json.dumps(ended))
"""


def test_the_command_joins_a_cluster_as_a_client(cluster: Nodes, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", ROWS)
    ingest = ["ingest", "in.jsonl", "--on", cluster.client]
    commands = [["1.0", *ingest], ["", *ingest], ["", "embed", "--on", cluster.client]]
    done = subprocess.run(
        [sys.executable, "-c", _CLIENT, json.dumps(commands)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    other, own, none = json.loads(done.stdout)
    assert other[0] == 2
    assert f"the Ray cluster {cluster.client} is of another version: Version mism" in other[2]
    assert own[0] == 0, own
    assert "60 added" in own[1]
    lines = own[2].splitlines()
    assert lines[0] == f"Ray: 2 nodes, 2 CPUs, the Ray cluster {cluster.client}"
    assert lines[-1].startswith("embedding: ")
    assert none == [0, "embedded 0 passages\n", none[2]]


def test_a_process_that_has_joined_a_cluster_stays_with_it(
    cluster: Nodes, dateline: Commands, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "in.jsonl", ROWS[:1])
    dateline("ingest", "in.jsonl", "--on", cluster.client).refused("has already joined a Ray")
    dateline("ingest", "in.jsonl", "--on", "ray://127.0.0.1:1").refused("does not answer")
    assert cluster.ray.is_initialized()


def test_ray_for_this_machine_is_started_for_one_command(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    write_jsonl(tmp_path / "in.jsonl", ROWS[:5])
    done = subprocess.run(
        [sys.executable, "-m", "rag.cli", "ingest", "in.jsonl", "--on", "ray"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "5 added" in done.stdout
    assert done.stderr.splitlines()[0] == "starting Ray on this machine ..."
    assert "warn" not in done.stderr.lower()


def test_when_a_machine_is_lost_the_others_do_its_work(cluster: Nodes, tmp_path: Path) -> None:
    go = tmp_path / "go"

    def lose() -> None:
        while not (tmp_path / "begun").exists():
            threading.Event().wait(0.05)
        cluster.lose_the_second()
        go.touch()

    thread = threading.Thread(target=lose)
    with opened(tmp_path / "archive", Slow(go)) as archive:
        archive.ingest(write_jsonl(tmp_path / "in.jsonl", ROWS), vectors=False)
        thread.start()
        try:
            assert archive.embed(on="ray") == archive.counts()[2] > 60
        finally:
            thread.join()
