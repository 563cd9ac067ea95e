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
import sys
from typing import Any

from rag.cli import main as dateline
from tests.killing import Steps, forked

MODULES = "alembic.command dateparser faiss feedparser htmldate lxml.html tantivy trafilatura"
STEPS = {
    *("execute", "executemany", "commit", "rollback", "add_document", "delete_documents_by_term"),
    *("wait_merging_threads", "write_index", "write", "fsync", "replace", "rename", "unlink"),
    *("open", "mkdir", "connect", "sendall", "recv", "close"),
}


def _child(arguments: list[str], fatal: int, output: int) -> int:
    sys.stdout = sys.stderr = os.fdopen(output, "w", encoding="utf-8", buffering=1)
    sys.argv = ["dateline", *arguments]
    steps = Steps(fatal, STEPS)
    status = 0
    sys.setprofile(steps.profile)
    try:
        dateline()
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.setprofile(None)
        print(f"\n{steps.seen}", end="", flush=True)
    return status


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    status, said = forked(lambda pipe: _child(job["arguments"], job["fatal"], pipe))
    printed, _, steps = said.rpartition("\n")
    return {"status": status, "steps": int(steps) if steps.isdecimal() else 0, "said": printed}


def main() -> None:
    """Reads jobs until there are no more."""
    for name in MODULES.split():
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
