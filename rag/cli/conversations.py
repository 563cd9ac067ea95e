"""`dateline conversations`, `export`, `verify-export` and `feedback`: what readers left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from rag.cli import output, terminal
from rag.cli.options import ArchiveOption, JsonOption, opened_archive, saved_object
from rag.conversations.documents import export as export_file
from rag.conversations.documents import file_name
from rag.conversations.escaping import json_without_controls
from rag.conversations.exporting import verify_export
from rag.errors import QueryError
from rag.evaluation.make_questions import question_rows
from rag.store.files import disk_error

DOES_NOT_HOLD = 1
_ENDINGS = {"json": "json", "markdown": "md", "html": "html", "docx": "docx"}

feedback_app = typer.Typer(help="Read what readers say about answers.", no_args_is_help=True)

OutOption = Annotated[
    Path | None, typer.Option("--out", help="The file to write; without it, standard output.")
]


def conversations(
    archive: ArchiveOption = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Only those of this account.")
    ] = None,
    search: Annotated[str, typer.Option("--search", help="Only those with these words.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the stored conversations.

    The last changed comes first.
    """
    with opened_archive(archive) as opened:
        found = opened.conversations.find(owner, search)
    if as_json:
        names = ("id", "title", "turns")
        terminal.print_json(
            [
                {name: getattr(each, name) for name in names}
                | {"started": each.started.isoformat(), "changed": each.changed.isoformat()}
                for each in found
            ]
        )
        return
    for each in found:
        terminal.say(f"{each.id}  {each.changed:%Y-%m-%d %H:%M}  {each.turns:>3}  {each.title}")
    if not found:
        terminal.say("no conversation is kept")


def export(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `dateline conversations` lists it.")],
    archive: ArchiveOption = None,
    form: Annotated[
        Literal["json", "markdown", "html", "docx"],
        typer.Option("--format", help="JSON can be verified."),
    ] = "json",
    out: OutOption = None,
) -> None:
    """Write a conversation with every quote in it.

    It has the place of each quote and the digest of each article. If --out names a folder, the
    file's name there is the conversation's title.
    """
    if form == "docx" and out is None:
        msg = "a Word file is no text to print; name a file or a folder: --out ."
        raise QueryError(msg)
    with opened_archive(archive) as opened:
        kept = opened.conversations.get(None, id_)
        written = export_file(kept, opened, _ENDINGS[form])
    if out is not None and out.is_dir():
        out /= file_name(kept.summary.title, _ENDINGS[form])
    write_out(written, out)


def verify(
    file: Annotated[
        Path, typer.Argument(help="The JSON that `dateline export` wrote.", readable=False)
    ],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an export against the archive.

    Exits with 1 when something no longer holds.
    """
    exported = saved_object(file, "export", "an export", "`dateline export` wrote")
    with opened_archive(archive) as opened:
        found = verify_export(exported, opened)
    if as_json:
        terminal.print_json(found.to_dict())
    else:
        for number, answer in enumerate(found.answers, start=1):
            terminal.say(f"{number}. {answer.question}", style="bold")
            output.print_recheck(answer)
        for finding in found.findings:
            terminal.say(finding)
        terminal.say("the export holds" if found.holds else "the export no longer holds")
    if not found.holds:
        raise typer.Exit(DOES_NOT_HOLD)


@feedback_app.command("list")
def list_feedback(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the remarks, the oldest first."""
    with opened_archive(archive) as opened:
        remarks = opened.feedback.all()
    if as_json:
        terminal.print_json([each.to_dict() for each in remarks])
        return
    for each in remarks:
        cited = f" [{each.remark.citation}]" if each.remark.citation is not None else ""
        note = f": {each.remark.note}" if each.remark.note else ""
        asked = each.answer.get("question", "")
        terminal.say(
            f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {each.remark.kind}{cited}{note}  ({asked})"
        )
    if not remarks:
        terminal.say("nobody has said anything yet")


@feedback_app.command("export")
def export_feedback(archive: ArchiveOption = None, out: OutOption = None) -> None:
    """Write every remark with its whole answer, one JSON object a line."""
    with opened_archive(archive) as opened:
        rows = [each.to_dict() for each in opened.feedback.all()]
    write_out(_lines(rows), out)


@feedback_app.command()
def questions(archive: ArchiveOption = None, out: OutOption = None) -> None:
    """Turn the remarks into questions for `dateline eval`."""
    with opened_archive(archive) as opened:
        rows = question_rows(opened.feedback.all())
    write_out(_lines(rows), out)
    terminal.note(f"{len(rows):,} questions; look through them before you measure with them")


def _lines(rows: list[dict[str, Any]]) -> str:
    written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return json_without_controls(written)


def write_out(content: str | bytes, out: Path | None) -> None:
    """Writes to a file and says so, or to standard output; raises where the disk refuses."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    if out is None:
        print(data.decode("utf-8"), end="")
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise disk_error(out, error) from error
    terminal.note(f"written: {out}")
