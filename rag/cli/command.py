"""The command as a whole: commands loaded when they are called, and what becomes of errors."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup

from rag.cli import terminal
from rag.cli.command_list import GROUPS
from rag.errors import RagError

if TYPE_CHECKING:
    from typer._click import Command, Context

WRONG_USAGE = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
COMPLETING = "_DATELINE_COMPLETE"
"""The variable by which a shell asks for completions, as Typer names it."""

_NEW_OBJECTS = 50_000
"""After how many new objects Python looks for cycles among them."""

_ENTRIES = {name: entry for group in GROUPS.values() for name, entry in group.items()}
_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class OnDemand(TyperGroup):
    """A group of commands of which only the one that is called is loaded; any is listed."""

    def list_commands(self, ctx: Context) -> list[str]:
        """The names of all commands, in the order of the list."""
        return list(_ENTRIES)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """What is known of a command without loading it; None for an unknown name."""
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """The command that the arguments name, loaded, and the arguments after its name."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if listed and name else listed, rest


def loaded(name: str) -> Command:
    """The command of this name with its options; a group with its commands."""
    module, _, attribute = _ENTRIES[name].place.partition(":")
    found = getattr(import_module(f"rag.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Command = typer.main.get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        command = typer.main.get_command(alone)
    command.name = name
    _flow(command)
    return command


def _flow(command: Command) -> None:
    """Lets each paragraph of a command's help fill its lines, wherever the source breaks them."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(each.split()) for each in paragraphs)
    for each in getattr(command, "commands", {}).values():
        _flow(each)


def _print_version(wanted: bool) -> None:
    if wanted:
        terminal.say(f"dateline {version('dateline')}")
        raise typer.Exit


def _dateline(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Answers questions from a news archive, with citations."""


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP_OPTIONS,
    epilog="Begin with: dateline serve (the page), or dateline ingest FOLDER. "
    "dateline COMMAND --help explains a command.",
)
app.callback()(_dateline)


def whole_command() -> OnDemand:
    """The command with everything that it can list."""
    group = cast("OnDemand", typer.main.get_command(app))
    for heading, entries in GROUPS.items():
        for name, entry in entries.items():
            listed = TyperCommand(name, help=entry.help, hidden=entry.hidden, callback=None)
            listed.rich_help_panel = heading
            group.add_command(listed)
    return group


def main() -> NoReturn:
    """Runs the command; exits with 0 done, 1 some inputs failed, 2 wrong usage or settings."""
    terminal.take_any_character()
    # Its own 700 had an ingest, which makes many objects and hardly a cycle, look all the time.
    gc.set_threshold(_NEW_OBJECTS)
    try:
        status = _run(sys.argv[1:] or ["--help"])
    except (BrokenPipeError, SystemExit):
        if COMPLETING in os.environ:
            raise
        # rich and Typer turn a closed pipe into SystemExit; nothing else here raises it.
        terminal.discard_output()
        status = CLOSED_PIPE
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    try:
        command = whole_command()
        status = command(arguments, prog_name="dateline", standalone_mode=False) or 0
        sys.stdout.flush()
    except typer.TyperException as error:
        terminal.complain(_usage(error))
        return WRONG_USAGE
    except RagError as error:
        terminal.complain(str(error))
        return WRONG_USAGE
    except BrokenPipeError:
        raise
    except OSError as error:
        terminal.complain(f"{error.filename or 'the output'}: {error.strerror or error}")
        terminal.discard_output()
        return WRONG_USAGE
    if status == INTERRUPTED:
        terminal.note("stopped; nothing is lost, the same command goes on from here")
    return int(status)


def _usage(error: typer.TyperException) -> str:
    command = getattr(getattr(error, "ctx", None), "command_path", "dateline")
    wrong = error.format_message().rstrip(".") or "a command is missing"
    return f"{wrong}; see: {command} --help"
