"""Lists what failed in the archive's last ingest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import PurePath

from rag.archive import Archive
from rag.sources.pages import is_address
from rag.store import Runs
from rag.store.runs import Outcome


def last_failures(archive: Archive) -> list[Outcome]:
    """The failed inputs of the newest run, by path; raises ArchiveError without an archive."""
    with closing(archive.database()) as database:
        runs = Runs(database)
        return [each for each in runs.outcomes(runs.last()) if each.kind == "failed"]


def without_folders(failed: Iterable[Outcome]) -> list[Outcome]:
    """The same outcomes for whoever may not see where files lie: paths as names of files.

    >>> without_folders([Outcome("/srv/in/a.jsonl", "failed", "", "/srv/in/a.jsonl:3: empty")])
    [Outcome(path='a.jsonl', kind='failed', article_id='', note='a.jsonl:3: empty')]
    """
    return [each if is_address(each.path) else _named(each) for each in failed]


def _named(one: Outcome) -> Outcome:
    path = PurePath(one.path)
    return replace(one, path=path.name, note=one.note.replace(f"{path.parent}/", ""))
