"""`dateline doctor`, `info`, `backup`, `restore` and `copy`: what keeps an archive safe."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rag.cli import terminal
from rag.cli.options import ArchiveOption, JsonOption, opened_archive
from rag.config import load_settings
from rag.indexes.encoding import open_encoder
from rag.maintenance.backup import back_up
from rag.maintenance.backup import restore as restore_backup
from rag.maintenance.copying import copy_archive
from rag.maintenance.doctor import Mended, examine, is_sound, mend
from rag.maintenance.holdings import Holdings, read_holdings

FOUND = 1
_ALSO = "  (dateline doctor --fix does it)"


def doctor(
    archive: ArchiveOption = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended without losing anything.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Examine an archive, and mend what can be mended.

    Exits with 1 where something is wrong, or odd, and not mended.
    """
    settings = load_settings()
    folder, encoder = archive or settings.archive, open_encoder(settings)
    if fix:
        after = mend(folder, settings, encoder)
    else:
        after = Mended((), (), tuple(examine(folder, settings, encoder)))
    sound = is_sound(after.findings) and not after.failed
    if as_json:
        told = [finding.to_dict() for finding in after.findings]
        facts = {"archive": str(folder), "sound": sound, "mended": list(after.done)}
        terminal.print_json({**facts, "failed": list(after.failed), "findings": told})
    else:
        _print(after)
        terminal.say(f"{folder} is sound" if sound else f"{folder} needs a look")
    if not sound:
        raise typer.Exit(FOUND)


def _print(after: Mended) -> None:
    for step in after.done:
        terminal.note(f"mended: {step}")
    for finding in after.findings:
        terminal.say(f"{finding.severity}: {finding.what}", style="bold")
        terminal.say(f"    {finding.means}")
        also = "" if not finding.fixable or "--fix" in finding.mend else _ALSO
        terminal.say(f"    mend: {finding.mend}{also}\n")
    for failure in after.failed:
        terminal.complain(failure)


def info(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Show what the archive holds: counts, dates, outlets, sizes."""
    with opened_archive(archive) as opened:
        held = read_holdings(opened)
    if as_json:
        terminal.print_json(held.to_dict())
        return
    facts = {"articles": held.articles, "passages": held.passages, "embedded": held.embedded}
    terminal.say(
        ", ".join(
            f"{count:,} {name.removesuffix('s') if count == 1 else name}"
            for name, count in facts.items()
        )
    )
    for name, told in _told(held).items():
        terminal.say(f"{name:>12}  {told}")
    for name, count in held.publishers.items():
        terminal.say(f"{count:>8,}  {name or '(unknown)'}")


def _told(held: Holdings) -> dict[str, str]:
    """What is told in a line each; what there is nothing of is left out."""
    megabytes = {name: f"{name} {size / 1e6:,.1f} MB" for name, size in held.sizes.items()}
    languages = (f"{name or 'unknown'} {count:,}" for name, count in held.languages.items())
    told = {
        "revisions": f"{held.revisions:,}" if held.revisions > held.articles else "",
        "withdrawn": f"{held.withdrawn:,}" if held.withdrawn else "",
        "dates": f"{held.first:%Y-%m-%d} to {held.last:%Y-%m-%d}" if held.first else "",
        "languages": ", ".join(languages),
        "disk": ", ".join(megabytes.values()),
        "encoder": f"{held.encoder}, {held.coverage:.0%} of the passages embedded",
        "versions": ", ".join(f"{name} {number}" for name, number in held.versions.items())
        + f", archive format {held.format}",
    }
    if run := held.last_run:
        ended = "" if run.finished else ", which never ended"
        told["last run"] = f"{datetime.fromtimestamp(run.started, UTC):%Y-%m-%d %H:%M}{ended}"
    return {name: text for name, text in told.items() if text}


def backup(
    target: Annotated[Path, typer.Argument(help="A new folder for the backup.")],
    archive: ArchiveOption = None,
) -> None:
    """Copy an archive that may be in use, and check the copy."""
    settings = load_settings()
    folder, encoder = archive or settings.archive, open_encoder(settings)
    made = back_up(folder, target, settings, encoder, terminal.note)
    terminal.say(f"{target} holds {made.articles:,} articles, {made.size / 1e6:,.1f} MB, checked")
    for index in made.rebuilt:
        terminal.note(
            f"the index {index!r} is in use, or damaged; it is left out, dateline restore builds it"
        )


def restore(
    source: Annotated[Path, typer.Argument(help="The folder of a backup.")],
    target: Annotated[Path, typer.Argument(help="A new folder for the archive.")],
) -> None:
    """Make an archive from a backup, after checking it."""
    settings = load_settings()
    made = restore_backup(source, target, settings, open_encoder(settings), terminal.note)
    terminal.say(f"{target} holds {made.articles:,} articles as of {made.made}, checked")


def copy(
    target: Annotated[
        str, typer.Option("--to", help="A new folder, or postgresql+psycopg://USER@HOST/DATABASE.")
    ],
    archive: ArchiveOption = None,
) -> None:
    """Copy an archive onto PostgreSQL, or from there into a folder.

    Each table is compared with its copy. A copy on PostgreSQL goes with the folder that the
    archive has: name it in DATELINE_STORE.
    """
    settings = load_settings()
    folder, encoder = archive or settings.archive, open_encoder(settings)
    made = copy_archive(folder, target, settings, encoder)
    for table in made.tables:
        terminal.say(f"{table.rows:>10,}  {table.name}  sha256 {table.sha256[:16]}")
    terminal.say(f"{made.place} holds a copy of the archive, compared table by table")
