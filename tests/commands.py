"""Runs the `dateline` command for tests, in this process or in a child, and says how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main

ROOT = Path(__file__).parent.parent
STORE = "DATELINE_STORE"
"""The one setting of the caller that counts: `tests.conftest` says where the store is."""

NO_RIGHTS_TO_GIVE_UP = 77

# Permissions mean nothing to root, as long as it has the right to override them.
_WITHOUT_ROOTS_RIGHTS = f"""
import ctypes, os, sys
OVERRIDE, SEARCH, DROP_FROM_BOUNDING_SET = 1, 2, 24
for right in (OVERRIDE, SEARCH) if os.geteuid() == 0 else ():
    if ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, right, 0, 0, 0):
        sys.exit({NO_RIGHTS_TO_GIVE_UP})
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

_MANY = """
import contextlib, io, json, sys
from rag.cli import main
ended = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["dateline", *arguments]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            ended.append([end.code, out.getvalue(), err.getvalue()])
loaded = sorted({"torch", "sentence_transformers"} & set(sys.modules))
print(json.dumps({"ended": ended, "loaded": loaded}))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """Exit status and output of one run of the command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON: a stray line beside it fails the test."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    def refused(self, *parts: str, status: int = 2) -> str:
        """The one error of a run that ended with `status`; every part must stand in it."""
        assert self.status == status, self
        assert "Traceback" not in self.err, self.err
        errors = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, self.err
        for part in parts:
            assert part in errors[0]
        return errors[0]


class Commands:
    """Calls the command in this process, with nothing of the caller's settings."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        folder: Path,
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in os.environ:
            if name.startswith(("DATELINE_", "OPENAI_")) and name != STORE:
                monkeypatch.delenv(name)
        monkeypatch.setenv("DATELINE_ENCODER", "hashing")
        monkeypatch.chdir(folder)

    def __call__(self, *arguments: object) -> Ended:
        """Runs the command; an escaping exception fails the test."""
        self._monkeypatch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err)


def child_environment(**settings: str) -> dict[str, str]:
    """The environment without the caller's settings, with these in their place."""
    ours = ("DATELINE_", "OPENAI_")
    kept = {n: v for n, v in os.environ.items() if n == STORE or not n.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT), "DATELINE_ENCODER": "hashing"} | settings


def child_command(*arguments: object) -> list[str]:
    """What starts the command in a process of its own."""
    return [sys.executable, "-m", "rag.cli", *map(str, arguments)]


def child(folder: Path, *arguments: object, typed: str | None = None, **settings: str) -> Ended:
    """Runs the command in a process of its own, from `folder`, with what is piped into it."""
    done = subprocess.run(
        child_command(*arguments),
        input=typed,
        capture_output=True,
        text=True,
        cwd=folder,
        env=child_environment(**settings),
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def many(
    folder: Path,
    commands: Sequence[Sequence[object]],
    *,
    unprivileged: bool = False,
    **settings: str,
) -> tuple[list[Ended], list[str]]:
    """Runs commands in one child; how each ended, and the heavy modules that were loaded.

    An unprivileged child of root's respects permissions; where root cannot give up its
    rights, the test is skipped.
    """
    listed = json.dumps([[str(argument) for argument in command] for command in commands])
    first = ["-c", _WITHOUT_ROOTS_RIGHTS] if unprivileged else []
    done = subprocess.run(
        [sys.executable, *first, "-c", _MANY, listed],
        capture_output=True,
        text=True,
        cwd=folder,
        env=child_environment(**settings),
        check=False,
    )
    if unprivileged and done.returncode == NO_RIGHTS_TO_GIVE_UP:
        pytest.skip("root cannot give up its rights here, and permissions mean nothing to it")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return [Ended(*ended) for ended in found["ended"]], found["loaded"]
