"""The whole examination of an archive folder, sound or not; reads only, and takes no lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from embeddings import Encoder
from rag.config import Settings
from rag.errors import ArchiveError
from rag.indexes.engines import open_engines
from rag.maintenance.doctor import disk
from rag.maintenance.doctor.findings import Finding, worst_first
from rag.maintenance.doctor.indexes import IndexChecks, finding_of
from rag.maintenance.doctor.rows import RowChecks
from rag.store import NO_SERVER, Database, Feeds, OldFormatError, Store, store_place
from rag.store.files import holder
from rag.store.sqlite import ForeignSchemaError

_Check = Callable[[], Iterable[Finding]]


def examine(
    folder: Path, settings: Settings, encoder: Encoder, now: datetime | None = None
) -> list[Finding]:
    """Everything that is not as it should be in the archive in `folder`, the worst first.

    Works on what is damaged and on what may only be read; raises nothing for it.
    """
    return worst_first(_findings(folder, settings, encoder, now or datetime.now(UTC)))


def _findings(
    folder: Path, settings: Settings, encoder: Encoder, now: datetime
) -> Iterator[Finding]:
    engines = open_engines(settings)
    server = bool(settings.store.get_secret_value())
    files = partial(disk.check_files, folder, engines.files, on_server=server)
    outside = list(_all(folder, [files]))
    yield from outside
    if any(finding.severity == "fatal" for finding in outside):
        return
    leftovers = partial(disk.check_leftovers, folder, engines.files)
    checks = (disk.check_room,) if server else (disk.check_room, disk.check_log)
    if folder.exists():
        yield from _all(folder, [leftovers, *(partial(check, folder) for check in checks)])
    means = "No article can be read. A backup brings all back: dateline restore BACKUP NEW_FOLDER."
    try:
        if not server and Database.is_blank(folder):
            raise ArchiveError(store_place(folder, NO_SERVER).damaged("it holds no tables"))
        with closing(Database(folder, settings.store, read_only=True)) as database:
            yield from _inside(folder, database, settings, encoder, now)
    except ForeignSchemaError as error:
        acts = "It is not opened: what others put into a file could change articles as they come."
        yield finding_of("foreign", "fatal", error, acts, "foreign")
    except OldFormatError as error:
        less = "It can be read once its tables are brought up to date; nothing is lost by it."
        yield finding_of("format", "odd", error, less, "migrate")
    except ArchiveError as error:
        yield finding_of("store", "fatal", error, means)


def _inside(
    folder: Path, database: Database, settings: Settings, encoder: Encoder, now: datetime
) -> Iterator[Finding]:
    database.verify()
    store = Store(database)
    rows = RowChecks(folder, database, store, now)
    content = list(_all(folder, [rows.check_content]))
    yield from content
    yield from _all(
        folder,
        [
            rows.check_unknown,
            rows.check_strays,
            rows.check_revisions,
            rows.check_changes,
            partial(rows.check_settings, settings.chunk_tokens),
            rows.check_copies,
            rows.check_ids,
            rows.check_dates,
            partial(rows.check_runs, writing=holder(folder).working),
            partial(rows.check_feeds, Feeds(database)),
        ],
    )
    if any(finding.severity == "fatal" for finding in content):
        return
    indexes = IndexChecks(folder, store, encoder, open_engines(settings))
    checks = (indexes.check_words, indexes.check_vectors, indexes.check_meanings)
    yield from _all(folder, [*checks, indexes.check_deleted])


def _all(folder: Path, checks: Iterable[_Check]) -> Iterator[Finding]:
    """What the checks find; one that comes to no end is a finding too."""
    for check in checks:
        try:
            yield from list(check())
        except Exception as error:
            name = getattr(getattr(check, "func", check), "__name__", "check").removeprefix(
                "check_"
            )
            yield Finding(
                name,
                "wrong",
                f"this could not be examined to its end: {error!r:.300}",
                "What it looks at is damaged in a way that the other findings may explain.",
                f"dateline rebuild --archive {folder}",
            )
