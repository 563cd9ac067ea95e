"""Child processes for test_fed_by_a_newsroom: each runs one `dateline` command, and may be killed.

Started once, it imports what the commands need and forks a child for each line of JSON on
standard input: the arguments, and the step at which the child sends itself SIGKILL (0: never).
A step is the moment before or after a call that changes something on disk or on the network.
It prints how each child ended, how many steps it saw and what it printed.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from types import FrameType
from typing import Any

from rag.cli import main as dateline

MODULES = "alembic.command dateparser faiss feedparser htmldate lxml.html tantivy trafilatura"
STEPS = {
    *("execute", "executemany", "commit", "rollback", "add_document", "delete_documents_by_term"),
    *("wait_merging_threads", "write_index", "write", "fsync", "replace", "rename", "unlink"),
    *("open", "mkdir", "connect", "sendall", "recv", "close"),
}


class Steps:
    """Counts steps, and ends the process at the fatal one."""

    def __init__(self, fatal: int) -> None:
        self.seen = 0
        self._fatal = fatal

    def __call__(self, _frame: FrameType, event: str, called: Any) -> None:
        if event in {"c_call", "c_return"} and getattr(called, "__name__", "") in STEPS:
            self.seen += 1
            if self.seen == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def _child(arguments: list[str], fatal: int, output: int) -> int:
    sys.stdout = sys.stderr = os.fdopen(output, "w", encoding="utf-8", buffering=1)
    sys.argv = ["dateline", *arguments]
    steps = Steps(fatal)
    status = 0
    sys.setprofile(steps)
    try:
        dateline()
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.setprofile(None)
        print(f"\n{steps.seen}", end="", flush=True)
    return status


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            status = _child(job["arguments"], job["fatal"], writing)
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, ended = os.waitpid(child, 0)
    printed, _, steps = said.rpartition("\n")
    status = os.waitstatus_to_exitcode(ended)
    return {"status": status, "steps": int(steps) if steps.isdecimal() else 0, "said": printed}


def main() -> None:
    """Reads jobs until there are no more."""
    for name in MODULES.split():
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
