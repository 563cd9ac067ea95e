"""Readers in a worker process: whatever they do costs their file, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.corpus import Unread
from rag.corpus.boilerplate import Block
from rag.corpus.drafts import Draft
from rag.corpus.messages import line, outcome_message, outcome_of
from rag.corpus.sandbox import Sandbox, SandboxLimits
from rag.errors import CorpusError
from tests.bad_readers import Bad, Telling, draft
from tests.commands import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
MEMORY = 600 << 20
END = "; the file may be damaged or malicious"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxLimits(memory=MEMORY)) as opened:
        yield opened


@pytest.fixture
def hasty() -> Iterator[Sandbox]:
    """It waits for two seconds."""
    with Sandbox(SandboxLimits(seconds=2.0)) as opened:
        yield opened


def file(folder: Path, content: str, name: str = "a.bad") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def fault(sandbox: Sandbox, path: Path) -> str:
    """Why nothing more can be read of the file."""
    with pytest.raises(CorpusError) as raised:
        list(sandbox.read(Bad(), path))
    return str(raised.value)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("crash", f"its reader crashed (SIGSEGV){END}"),
        ("leave", f"its reader ended with status 3 in the midst of it{END}"),
        ("exit", f"its reader ended with status 4 in the midst of it{END}"),
        ("grow", f"its reader needs more than the 600 MB it may have{END}"),
        ("refuse", "not for reading"),
        (
            "fail",
            "damaged, or of a kind that cannot be read (KeyError: 'no such part\\nof the file')",
        ),
    ],
)
def test_what_a_reader_does_is_named_and_the_next_file_is_read(
    sandbox: Sandbox, tmp_path: Path, harm: str, reason: str
) -> None:
    assert fault(sandbox, file(tmp_path, harm)) == reason
    good = file(tmp_path, "nothing")
    assert list(sandbox.read(Bad(), good)) == [draft(good, "nothing")]


def test_a_reader_without_end_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    reason = fault(sandbox, file(tmp_path, "recurse"))
    assert reason.startswith("damaged, or of a kind that cannot be read (RecursionError: ")


def test_what_came_before_a_crash_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "It sailed. crash")
    outcomes = sandbox.read(Bad(), path)
    assert next(outcomes) == draft(path, "It sailed.")
    with pytest.raises(CorpusError, match=r"\(SIGSEGV\); outcomes before it that were read: 1$"):
        next(outcomes)


@pytest.mark.parametrize("harm", ["compute", "wait"])
def test_a_reader_that_does_not_end_is_stopped_and_the_next_file_is_read(
    hasty: Sandbox, tmp_path: Path, harm: str
) -> None:
    path = file(tmp_path, f"It sailed. {harm}")
    outcomes = hasty.read(Bad(), path)
    assert next(outcomes) == draft(path, "It sailed.")
    reason = "gave no result in 2 seconds and was stopped; outcomes before it that were read: 1"
    with pytest.raises(CorpusError, match=f"^its reader {reason}$"):
        next(outcomes)
    good = file(tmp_path, "nothing")
    assert list(hasty.read(Bad(), good)) == [draft(good, "nothing")]


def test_a_worker_whose_parent_is_dead_does_not_compute_for_ever(tmp_path: Path) -> None:
    code = "from rag.corpus.worker import main; main()"
    path = file(tmp_path, "compute")
    request = {"module": Bad.__module__, "reader": Bad.__name__, "path": str(path)}
    asked = line({"seconds": 0.1, "memory": 2 << 30}) + line(request)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    ) as worker:
        worker.communicate(asked, 120)
        assert worker.returncode == -signal.SIGXCPU


def test_what_a_library_prints_disturbs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "print")
    assert list(sandbox.read(Bad(), path)) == [draft(path, "print")]


def test_one_worker_reads_many_files_and_another_follows_one_that_died(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    first, second, third = (file(tmp_path, "0", f"{n}.telling") for n in range(3))

    def number(path: Path) -> int:
        (outcome,) = sandbox.read(Telling(), path)
        assert isinstance(outcome, Unread)
        return int(outcome.reason)

    one = number(first)
    assert number(second) == one != os.getpid()
    fault(sandbox, file(tmp_path, "leave"))
    assert number(third) not in (one, os.getpid())


def test_a_reader_that_is_left_in_the_midst_leaves_nothing_behind(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = file(tmp_path, "50", "a.telling")
    for _ in range(2):
        outcomes = sandbox.read(Telling(), path)
        assert isinstance(next(outcomes), Unread)
        assert isinstance(next(outcomes), Draft)
        outcomes.close()
    assert len(list(sandbox.read(Telling(), path))) == 51


def test_no_worker_starts_before_a_file_needs_one_and_none_is_left(tmp_path: Path) -> None:
    with Sandbox() as opened:
        (outcome,) = opened.read(Telling(), file(tmp_path, "0", "a.telling"))
        assert isinstance(outcome, Unread)
        os.kill(int(outcome.reason), 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(outcome.reason), 0)
    with Sandbox() as idle:
        idle.close()


def test_a_worker_that_cannot_start_is_named(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    path = file(tmp_path, "nothing")
    assert fault(sandbox, path).startswith("no process can be started to read it in: ")
    monkeypatch.undo()
    assert list(sandbox.read(Bad(), path)) == [draft(path, "nothing")]


def test_a_worker_that_dies_at_once_is_named(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert fault(sandbox, file(tmp_path, "nothing")).startswith("its reader ended with status 1")


def test_an_answer_that_is_no_message_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    reason = fault(sandbox, file(tmp_path, "It sailed. babble"))
    assert reason == "its reader broke down in the midst of an answer; the file may be damaged"


def test_a_name_that_is_no_text_reaches_the_worker(sandbox: Sandbox, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.telling"))
    path.write_text("0", encoding="utf-8")
    (outcome,) = sandbox.read(Telling(), path)
    assert isinstance(outcome, Unread)


def test_outcomes_are_the_same_on_the_other_side() -> None:
    full = Draft(
        "a.pdf:2",
        "Ferry\n\nEs fährt. \u2028 🛳",
        (Block(0, 5, "Ferry", "title"), Block(7, 16, "Es fährt.")),
        title="Ferry",
        authors=("Mara Lind", "Jon Eide"),
        dated=True,
        warnings=("one", "two"),
        created="2025-05-03",
        pages=(0, 7),
    )
    for outcome in (full, Draft("a", "", ()), Unread("a:1", "empty\nfile")):
        sent = line(outcome_message(outcome))
        assert sent.count(b"\n") == 1
        assert sent.endswith(b"\n")
        assert outcome_of(json.loads(sent)) == outcome
