"""`dateline user`: who may log in to the page, and what each may do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.cli import terminal
from rag.cli.options import JsonOption
from rag.config import load_settings
from rag.errors import ConfigError
from rag.web.accounts import add_account, list_accounts, place_of_accounts, remove_account

DEFAULT_FILE = Path("dateline-users.json")

user_app = typer.Typer(help="Say who may log in to the page.", no_args_is_help=True)

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help=f"The file of accounts, or `store`. Default: $DATELINE_AUTH or {DEFAULT_FILE}.",
    ),
]
NameArgument = Annotated[str, typer.Argument(help="The name to log in by.")]


@user_app.command()
def add(
    name: NameArgument,
    role: Annotated[
        Literal["reader", "editor", "admin"],
        typer.Option("--role", help="Readers ask; editors add articles; admins see its health."),
    ] = "reader",
    file: FileOption = None,
) -> None:
    """Add an account, or change its role and password; you are asked for the password."""
    settings, path = load_settings(), _file(file)
    place = place_of_accounts(path, settings)
    account = add_account(place, name, role, _password(name))
    terminal.say(f"{account.name} may log in as {account.role}")
    if settings.auth != path:
        terminal.note(f"serve the page with these accounts: DATELINE_AUTH={path}")


@user_app.command("list")
def list_users(file: FileOption = None, as_json: JsonOption = False) -> None:
    """List the accounts."""
    found = list_accounts(place_of_accounts(_file(file), load_settings()))
    if as_json:
        terminal.print_json([{"name": each.name, "role": each.role} for each in found])
        return
    for each in found:
        terminal.say(f"{each.name}  {each.role}")
    if not found:
        terminal.say("nobody may log in yet")


@user_app.command()
def remove(name: NameArgument, file: FileOption = None) -> None:
    """Remove an account; whoever uses it is logged out at once."""
    remove_account(place_of_accounts(_file(file), load_settings()), name)
    terminal.say(f"{name} may log in no longer")


def _file(given: Path | None) -> Path:
    return given or load_settings().auth or DEFAULT_FILE


def _password(name: str) -> str:
    """Typed twice and not shown; from a pipe, its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first: str = typer.prompt(f"Password of {name}", hide_input=True)
    if first != typer.prompt("The same again", hide_input=True):
        msg = "the two passwords are not the same; run the command again"
        raise ConfigError(msg)
    return first
