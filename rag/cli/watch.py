"""The `dateline watch` command: an archive kept in step with folders and feeds."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from rag.cli import terminal
from rag.cli.options import FAILED_INPUTS, ArchiveOption, opened_archive
from rag.errors import ConfigError
from rag.maintenance.priority import give_way
from rag.maintenance.watching import Plan, Watch, watch_log


def watch(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders to watch.")] = None,
    feeds: Annotated[
        bool, typer.Option("--feeds", help="Poll the feeds that the archive follows.")
    ] = False,
    archive: ArchiveOption = None,
    look: Annotated[
        float, typer.Option(min=0.01, help="Seconds between two looks at the folders.")
    ] = 2.0,
    every: Annotated[
        float, typer.Option(min=0, help="Seconds between two polls of a feed.")
    ] = 300.0,
    limit: Annotated[int, typer.Option(min=1, help="How many entries of a feed to read.")] = 100,
    vectors: Annotated[
        bool, typer.Option(help="Embed the passages, so that they are found by meaning too.")
    ] = True,
    once: Annotated[
        bool, typer.Option("--once", help="One round, for a scheduler; then end.")
    ] = False,
) -> None:
    """Keep the archive in step with folders and feeds.

    It runs until it is stopped. A file is read once it no longer changes. If a file or a feed's
    entry disappears, its article stays. A feed that fails is polled half as often after each
    failure. The log watch.log, in the archive's folder, says what was read and what was not.
    Others may read and write the archive meanwhile.
    """
    if not folders and not feeds:
        msg = "there is nothing to watch; name a folder, or ask for --feeds"
        raise ConfigError(msg)
    give_way()
    plan = Plan(tuple(folders or ()), feeds, look, every, limit, vectors)
    with opened_archive(archive) as opened:
        watcher = Watch(opened, plan, _show)
        with watch_log(opened.folder), terminal.status() as status, _ended_by_sigterm():
            watcher.status = status
            if not once:
                watcher.run()
            elif watcher.once().failures:
                raise typer.Exit(FAILED_INPUTS)


def _show(text: str) -> None:
    terminal.say(f"{datetime.now().astimezone():%H:%M:%S} {text}")


class _Terminated(KeyboardInterrupt):
    """Somebody asked the process to end."""


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends what runs here, wherever it is, as Ctrl-C does, but counts as done."""

    def end(_number: int, _frame: object) -> NoReturn:
        """Raises what ends the watching."""
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _Terminated:
        terminal.note("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)
