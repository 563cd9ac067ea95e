"""`dateline ingest`, `embed` and `rebuild`: what puts articles into an archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.archive import Archive
from rag.cli import output, terminal
from rag.cli.ingest_report import check_report_file, write_report
from rag.cli.options import FAILED_INPUTS, ArchiveOption, opened_archive
from rag.errors import ConfigError, LockedError, RagError
from rag.indexes.workers import MOST_WORKERS
from rag.maintenance.priority import give_way

if TYPE_CHECKING:
    from rag.ingest import IngestReport

OnOption = Annotated[
    str,
    typer.Option("--on", help="A Ray cluster: ray://HOST:10001, or ray for all of this machine."),
]


def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders and web addresses to read.")],
    archive: ArchiveOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many pages of a sitemap to read.")] = 100,
    vectors: Annotated[
        bool, typer.Option(help="Embed the passages, so that they are found by meaning too.")
    ] = True,
    restore_deleted: Annotated[
        bool, typer.Option("--restore-deleted", help="Take in again what was deleted.")
    ] = False,
    publisher: Annotated[
        str, typer.Option("--publisher", help="Outlet of the articles that name none.")
    ] = "",
    published: Annotated[
        str, typer.Option("--date", help="Date of the articles that have none: 2020-09-11.")
    ] = "",
    report_file: Annotated[
        Path | None,
        typer.Option("--report", help="Write each failure, note and oddity to this file."),
    ] = None,
    on: OnOption = "",
) -> None:
    """Read articles into the archive: files, folders, web addresses.

    For a web address, it reads the page, or the pages of a sitemap. It names each input that
    fails, with the reason, and reads the others.
    """
    if report_file:
        check_report_file(report_file)
    give_way()
    with (
        opened_archive(archive) as opened,
        _no_empty_archive(opened),
        terminal.progress() as progress,
    ):
        report = opened.ingest(
            *paths,
            vectors=vectors,
            limit=limit,
            restore_deleted=restore_deleted,
            missing_ok=True,
            publisher=publisher,
            published=published,
            on=on,
            note=terminal.note,
            progress=progress,
        )
    output.print_report(report)
    if asked := _missing(report):
        terminal.note(f"to name them: dateline ingest FILE {asked} --archive {opened.folder}")
    if report_file:
        write_report(report, report_file)
    if not vectors:
        terminal.note(f"not embedded yet: dateline embed --archive {opened.folder}")
    if report.failures:
        raise typer.Exit(FAILED_INPUTS)


def _missing(report: IngestReport) -> str:
    """The options that give articles of this run what they lack, "" where they lack nothing."""
    found = {each.kind for each in report.odd.articles()}
    options = {"no outlet": "--publisher NAME", "no date": "--date DATE"}
    return " ".join(option for kind, option in options.items() if kind in found)


@contextmanager
def _no_empty_archive(archive: Archive) -> Iterator[None]:
    """Removes the archive's folder in the end, where a run made it and no article came in."""
    folder = archive.folder
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        yield
    except LockedError:
        raise
    except BaseException:
        # What ended the run is what to say, also where the folder cannot be looked into.
        with suppress(RagError, OSError):
            _remove_if_empty(archive, missing)
        raise
    _remove_if_empty(archive, missing)


def _remove_if_empty(archive: Archive, missing: Sequence[Path]) -> None:
    """Removes the folders that were missing before, unless there are articles in the archive."""
    if not missing or not archive.folder.is_dir() or (archive.exists() and archive.article_ids()):
        return
    archive.close()
    shutil.rmtree(archive.folder)
    with suppress(OSError):
        for parent in missing[1:]:
            parent.rmdir()


def embed(
    archive: ArchiveOption = None,
    workers: Annotated[
        int, typer.Option(min=1, max=MOST_WORKERS, help="Processes, or requests to a server.")
    ] = 1,
    on: OnOption = "",
) -> None:
    """Embed the passages that have no vector yet.

    You can stop it and run it again: nothing is embedded twice. Each worker is a process of this
    machine that loads the model once; if a server encodes, it is a request at a time. A cluster
    has a worker for each of its CPUs, or for each of its GPUs.
    """
    if on and workers != 1:
        msg = "--on and --workers exclude each other: a cluster has its own workers"
        raise ConfigError(msg)
    give_way()
    with opened_archive(archive) as opened, terminal.progress() as progress:
        count = opened.embed(progress, workers=workers, on=on, note=terminal.note)
    terminal.say(f"embedded {count:,} passages")


def rebuild(archive: ArchiveOption = None) -> None:
    """Build the indexes again from the stored articles.

    Vectors are taken from vectors.db, and not computed again.
    """
    with opened_archive(archive) as opened:
        opened.rebuild()
        coverage = opened.coverage()
    terminal.say(f"rebuilt the indexes of {opened.folder}")
    output.print_coverage(coverage, opened.folder)
