"""`dateline quote` and `dateline recheck`: where words stand, and whether an answer still holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli import output, terminal
from rag.cli.options import ArchiveOption, AsOfOption, JsonOption, opened_archive, saved_object
from rag.retrieval.filters import parse_as_of

DOES_NOT_HOLD = 1


def quote(
    text: Annotated[str, typer.Argument(help='Words to trace; may name who said: "..." said X.')],
    archive: ArchiveOption = None,
    speaker: Annotated[str, typer.Option("--speaker", help="Who is said to have said it.")] = "",
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """Find where quoted words come from, and who said them.

    The archive has them exactly, altered, said by someone else, or not at all.
    """
    with opened_archive(archive) as opened:
        when = parse_as_of(as_of) if as_of else None
        trace = opened.trace(text, speaker=speaker, as_of=when)
    if as_json:
        terminal.print_json(trace.to_dict())
    else:
        output.print_trace(trace)


def recheck(
    file: Annotated[
        Path, typer.Argument(help="What `dateline ask --json` printed.", readable=False)
    ],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a saved answer against the articles of today.

    Exits with 1 if it no longer holds.
    """
    answer = saved_object(file, "answer", "a saved answer", "`dateline ask --json` printed")
    with opened_archive(archive) as opened:
        found = opened.recheck(answer)
    if as_json:
        terminal.print_json(found.to_dict())
    else:
        output.print_recheck(found)
    if not found.holds:
        raise typer.Exit(DOES_NOT_HOLD)
