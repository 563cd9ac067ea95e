"""What an archive holds, as `dateline info` and the web page tell it; judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rag.archive import Archive
from rag.indexes.protocols import Engines
from rag.store.database import HEAD, Place
from rag.store.inspection import Inspection, RunFacts


@dataclass(frozen=True, slots=True)
class Holdings:
    """One archive as it is now, by numbers.

    `first` and `last` are when its oldest and its newest dated article appeared. `sizes` are
    bytes by file, side files with what they belong to; `publishers` and `languages` are
    articles by name, the most first, "" for unknown.
    """

    archive: Path
    articles: int
    revisions: int
    withdrawn: int
    passages: int
    embedded: int
    first: datetime | None
    last: datetime | None
    publishers: Mapping[str, int]
    languages: Mapping[str, int]
    sizes: Mapping[str, int]
    format: str
    encoder: str
    versions: Mapping[str, str]
    last_run: RunFacts | None

    @property
    def coverage(self) -> float:
        """The share of passages that can be found by meaning; 1.0 in an empty archive."""
        return self.embedded / self.passages if self.passages else 1.0

    def to_dict(self) -> dict[str, Any]:
        """The holdings as JSON has them."""
        return asdict(self) | {
            "archive": str(self.archive),
            "coverage": round(self.coverage, 4),
            "first": _day(self.first),
            "last": _day(self.last),
            "last_run": _run(self.last_run) if self.last_run else None,
        }


def read_holdings(archive: Archive) -> Holdings:
    """What the archive holds; raises ArchiveError where there is none or it is damaged."""
    articles, passages, embedded = archive.counts()
    with closing(archive.database()) as database:
        rows = Inspection(database)
        revisions, withdrawn = rows.revisions(), rows.withdrawn()
        first, last = rows.dates()
        last_run = rows.last_run()
        place, elsewhere = database.place, database.sizes()
    return Holdings(
        archive=archive.folder,
        articles=articles,
        revisions=revisions,
        withdrawn=withdrawn,
        passages=passages,
        embedded=embedded,
        first=first,
        last=last,
        publishers=archive.publishers(),
        languages=archive.languages(),
        sizes=sizes(archive.folder) | elsewhere,
        format=HEAD,
        encoder=archive.encoder.fingerprint,
        versions=versions(archive.engines, place),
        last_run=last_run,
    )


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of each file of an archive, folders and side files summed up, by name."""
    found: dict[str, int] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).parts[0]
            name = name.removesuffix("-wal").removesuffix("-shm")
            found[name] = found.get(name, 0) + path.stat().st_size
    return {name: size for name, size in found.items() if size}


def versions(engines: Engines, place: Place) -> dict[str, str]:
    """The versions of what reads and writes archives."""
    found = {}
    for name, package in {"dateline": "dateline", **engines.packages}.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found | dict([place.version])


def _day(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None


def _run(run: RunFacts) -> dict[str, Any]:
    started = datetime.fromtimestamp(run.started, UTC)
    return {
        "number": run.number,
        "started": started.isoformat(),
        "finished": run.finished is not None,
        "inputs": list(run.inputs),
        "failed": run.failed,
    }
