"""Lists what failed in the archive's last ingest."""

from __future__ import annotations

from contextlib import closing

from rag.archive import Archive
from rag.store import Database, Runs
from rag.store.runs import Outcome


def last_failures(archive: Archive) -> list[Outcome]:
    """The failed inputs of the newest run, by path; raises ArchiveError without an archive."""
    with closing(Database(archive.folder, read_only=True)) as database:
        runs = Runs(database)
        return [each for each in runs.outcomes(runs.last()) if each.kind == "failed"]
