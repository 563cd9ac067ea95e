"""A child process for test_kill: ingests a file, and kills itself before the n-th step.

A step is a call that changes something on disk: a statement, a commit, a flush, a rename.
What it encodes is written down, one text a line. Prints the number of steps it saw.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from embeddings import HashingEncoder, Vectors
from rag.archive import Archive
from rag.config import Settings

STEPS = {"execute", "executemany", "commit", "add_document", "fsync", "replace", "rename", "write"}


class Steps:
    """Counts steps, and ends the process before the fatal one."""

    def __init__(self, fatal: int) -> None:
        self.seen = 0
        self._fatal = fatal

    def __call__(self, _frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and getattr(called, "__name__", "") in STEPS:
            self.seen += 1
            if self.seen == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)


class LoggingEncoder(HashingEncoder):
    """Writes down the first line of every text before it encodes it."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        with self._log.open("a", encoding="utf-8") as file:
            file.writelines(text.splitlines()[0] + "\n" for text in texts)
        return super().encode_document(texts)


def main(folder: str, source: str, log: str, fatal: str) -> None:
    """Ingests `source` into `folder`, or dies at step `fatal` (0: never)."""
    settings = Settings(encoder="hashing", chunk_tokens=32)
    archive = Archive.open(folder, settings=settings, encoder=LoggingEncoder(Path(log)))
    steps = Steps(int(fatal))
    sys.setprofile(steps)
    archive.ingest(source)
    sys.setprofile(None)
    print(steps.seen)


if __name__ == "__main__":
    main(*sys.argv[1:])
