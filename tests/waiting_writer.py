"""A process that writes and can be held: `python -m tests.waiting_writer ARCHIVE FILE ...`.

It prints "embedding" each time that it is about to embed, and goes on when it is sent a line.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from embeddings import HashingEncoder, Vectors
from rag.archive import Archive
from rag.config import Settings
from tests.commands import ROOT, child_environment


class Waiting(HashingEncoder):
    """Encodes when it is told to."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        print("embedding", flush=True)
        sys.stdin.readline()
        return super().encode_document(texts)


def waiting_writer(archive: Path, *sources: Path) -> subprocess.Popen[str]:
    """Starts such a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.waiting_writer", str(archive), *map(str, sources)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=child_environment(),
    )


if __name__ == "__main__":
    settings = Settings(encoder="hashing")
    with Archive.open(sys.argv[1], settings=settings, encoder=Waiting()) as opened:
        for source in sys.argv[2:]:
            opened.ingest(source)
