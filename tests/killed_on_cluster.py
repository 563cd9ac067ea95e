"""A child process for test_cluster_kill: ingests on a cluster, and kills itself before a step.

The steps are those of `tests.killed_work`. It prints how many it saw.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rag import ingest
from rag.archive import Archive
from rag.cluster import parcels
from rag.config import Settings
from rag.indexes import dense
from tests.killed_work import Counted, LoggingEncoder
from tests.ray_cluster import join


def small_batches() -> None:
    """Makes of a small archive as much to do as of a large one."""
    dense._BATCH, dense._SAVE_EVERY, ingest._BATCH, parcels._LINES = 32, 64, 16, 2_000


def archive_of(folder: str, log: str) -> Archive:
    """The archive in a folder; what is encoded for it is noted in `log`."""
    settings = Settings(encoder="hashing", chunk_tokens=32)
    return Archive.open(folder, settings=settings, encoder=LoggingEncoder(Path(log)))


def main(address: str, folder: str, source: str, log: str, fatal: str) -> None:
    """Ingests `source` into `folder`, or dies at step `fatal` (0: never)."""
    small_batches()
    join(address)
    archive = archive_of(folder, log)
    steps = Counted(int(fatal))
    steps.begin()
    archive.ingest(source, on="ray")
    sys.setprofile(None)
    print(steps.seen, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
