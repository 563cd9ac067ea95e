"""The `dateline alerts` commands: saved searches and questions, and what is new for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.answers.wording import introduction
from rag.archive import Archive
from rag.cli import terminal
from rag.cli.options import (
    FAILED_INPUTS,
    ArchiveOption,
    FromOption,
    JsonOption,
    LanguageOption,
    PublisherOption,
    SectionOption,
    ToOption,
    opened_archive,
)
from rag.conversations.atom import FeedPlace, atom_feed
from rag.errors import QueryError
from rag.retrieval.alerts import Alert, Alerts, NewArticle
from rag.store.files import disk_error, write_atomically

alerts_app = typer.Typer(help="Say what is new for saved searches and questions.")

OwnerOption = Annotated[
    str,
    typer.Option("--owner", help="The account; by default, that of a page without login."),
]
SearchesArgument = Annotated[
    list[str], typer.Argument(metavar="SEARCH...", help="Names or ids, as they are listed.")
]


@alerts_app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="A name or an id; may be given several times."),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Leave out searches with nothing new.")
    ] = False,
    seen: Annotated[
        bool,
        typer.Option("--seen", help="Count what is printed as seen, so that it is printed once."),
    ] = False,
    atom: Annotated[
        Path | None, typer.Option("--atom", help="Write a feed with the last articles to a file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is new for saved searches and questions.

    New is what came into the archive since they were looked at, whenever it was published.
    For cron: dateline alerts --new --seen. Exits with 1 where a search cannot be run any more,
    and names it.
    """
    if context.invoked_subcommand:
        return
    with opened_archive(archive) as opened:
        own = opened.alerts.of(owner)
        found = [_named(own, name) for name in only or ()] or own.all()
        if atom is not None:
            _write_feed(opened, own, found, atom)
        shown = [each for each in found if each.total or not new]
        if as_json:
            terminal.print_json([each.to_dict() for each in shown])
        elif atom is None:
            _print(shown, quiet=new)
        for each in shown if seen else ():
            if each.total:
                own.mark_seen(each)
    for each in found:
        if each.problem:
            terminal.complain(f"{each.saved.name}: {each.problem}")
    if any(each.problem for each in found):
        raise typer.Exit(FAILED_INPUTS)


@alerts_app.command()
def add(
    words: Annotated[str, typer.Argument(help="Words, with operators or without, or a question.")],
    name: Annotated[str, typer.Option("--name", help="A name; by default the words.")] = "",
    question: Annotated[
        bool, typer.Option("--question", help="It is a question, not search words.")
    ] = False,
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
    published_from: FromOption = "",
    published_to: ToOption = "",
    publisher: PublisherOption = None,
    language: LanguageOption = "",
    section: SectionOption = "",
) -> None:
    """Save a search or a question; what comes in from now on counts as new."""
    with opened_archive(archive) as opened:
        saved = (
            opened.alerts.of(owner)
            .add(
                words,
                name,
                kind="question" if question else "search",
                published_from=published_from,
                published_to=published_to,
                publishers=publisher or (),
                language=language,
                section=section,
            )
            .saved
        )
    terminal.say(f"saved {saved.name} as {saved.id}")


@alerts_app.command()
def remove(
    searches: SearchesArgument, archive: ArchiveOption = None, owner: OwnerOption = ""
) -> None:
    """Delete saved searches, with their feeds."""
    with opened_archive(archive) as opened:
        own = opened.alerts.of(owner)
        for saved in [_named(own, each).saved for each in searches]:
            own.remove(saved.id)
            terminal.say(f"deleted {saved.name}")


@alerts_app.command()
def seen(
    searches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SEARCH]...", help="Names or ids; all if none is named."),
    ] = None,
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
) -> None:
    """Count everything new as seen."""
    with opened_archive(archive) as opened:
        own = opened.alerts.of(owner)
        for alert in [_named(own, each) for each in searches or ()] or own.all():
            own.mark_seen(alert)
            terminal.say(f"seen: {alert.saved.name}")


def _named(own: Alerts, wanted: str) -> Alert:
    """The saved search with an id or a name; raises QueryError for none, and for several."""
    listed = own.all()
    found = [each for each in listed if each.saved.id == wanted] or [
        each for each in listed if each.saved.name.casefold() == wanted.strip().casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.saved.id for each in found)
        msg = f"{len(found)} saved searches are called {wanted!r}; give an id: {ids}"
        raise QueryError(msg)
    names = ", ".join(repr(each.saved.name) for each in listed) or "none"
    msg = f"there is no saved search {wanted!r}; there are: {names}"
    raise QueryError(msg)


def _write_feed(archive: Archive, own: Alerts, found: list[Alert], path: Path) -> None:
    feed = atom_feed([own.recent(each) for each in found], FeedPlace(archive.state()[0]))
    try:
        write_atomically(path, feed)
    except OSError as error:
        raise disk_error(path, error) from error


def _print(found: list[Alert], *, quiet: bool) -> None:
    for alert in found:
        saved = alert.saved
        what = f"{alert.total:,} new since {saved.seen_at.astimezone():%Y-%m-%d %H:%M}"
        terminal.say(f"{saved.name}: {what if alert.total else 'nothing new'}  ({saved.id})")
        for each in alert.new:
            terminal.say(f"    {_line(each)}")
        if left := alert.total - len(alert.new):
            terminal.say(f"    and {left:,} more")
    if not found and not quiet:
        terminal.say("no search is saved")


def _line(new: NewArticle) -> str:
    """One article on one line, its address last."""
    article = new.article
    origin = f"{introduction(article)}{article.title or article.id}"
    also = f" (also in {', '.join(new.also_in)})" if new.also_in else ""
    kind = "revised" if new.revised else "new"
    return f"{kind}: {' '.join(origin.split())}{also}  {article.url or article.id}"
