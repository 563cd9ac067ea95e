"""All commands together, and what becomes of their errors."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

import typer

from rag.cli import terminal
from rag.cli.articles import article
from rag.cli.asking import ask, search
from rag.cli.bench import bench_app
from rag.cli.chat import chat
from rag.cli.checking import check
from rag.cli.conversations import conversations, export, feedback_app, verify
from rag.cli.evaluation import eval_app
from rag.cli.feeds import feed_app
from rag.cli.ingesting import embed, ingest, rebuild
from rag.cli.quotes import quote, recheck
from rag.cli.removals import compact, delete, withdraw
from rag.cli.tools import mcp
from rag.cli.upkeep import backup, doctor, info, restore
from rag.cli.users import user_app
from rag.cli.watch import watch
from rag.errors import RagError

WRONG_USAGE = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
_NEW_OBJECTS = 50_000
"""After how many new objects Python looks for cycles among them."""

app = typer.Typer(
    help="Answers questions from a news archive, with citations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(bench_app, name="bench")
app.add_typer(eval_app, name="eval")
app.add_typer(feed_app, name="feed")
app.add_typer(feedback_app, name="feedback")
app.add_typer(user_app, name="user")
app.command()(article)
app.command()(ask)
app.command()(backup)
app.command()(chat)
app.command()(check)
app.command()(compact)
app.command()(conversations)
app.command()(delete)
app.command()(doctor)
app.command()(embed)
app.command()(export)
app.command()(info)
app.command()(ingest)
app.command()(mcp)
app.command()(quote)
app.command()(rebuild)
app.command()(recheck)
app.command()(restore)
app.command()(search)
app.command("verify-export")(verify)
app.command()(watch)
app.command()(withdraw)


def main() -> NoReturn:
    """Runs the command; exits with 0 done, 1 some inputs failed, 2 wrong usage or settings."""
    terminal.take_any_character()
    # Its own 700 had an ingest, which makes many objects and hardly a cycle, look all the time.
    gc.set_threshold(_NEW_OBJECTS)
    try:
        status = _run(sys.argv[1:] or ["--help"])
    except (BrokenPipeError, SystemExit):
        # rich and Typer turn a closed pipe into SystemExit; nothing else here raises it.
        terminal.discard_output()
        status = CLOSED_PIPE
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    try:
        status = app(arguments, prog_name="dateline", standalone_mode=False) or 0
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
