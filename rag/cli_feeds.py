"""The `dateline feed` commands: which feeds an archive follows, and what is new in them."""

from __future__ import annotations

from typing import Annotated

import typer

from rag import terminal
from rag.cli_options import ArchiveOption, JsonOption, opened_archive

FAILED_INPUTS = 1

feed_app = typer.Typer(help="Follow feeds: RSS, Atom and JSON Feed.", no_args_is_help=True)

UrlArgument = Annotated[str, typer.Argument(help="The feed's address.")]


@feed_app.command()
def add(url: UrlArgument, archive: ArchiveOption = None) -> None:
    """Follow a feed from now on; nothing is fetched yet."""
    with opened_archive(archive) as opened:
        kept = opened.feeds.add(url)
    terminal.say(f"following {kept}")
    terminal.note(f"read what is new in it: dateline feed poll --archive {opened.folder}")


@feed_app.command("list")
def list_feeds(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the feeds that are followed."""
    with opened_archive(archive) as opened:
        feeds = opened.feeds.all()
    if as_json:
        terminal.print_json(
            [{"url": feed.url, "title": feed.title, "entries": len(feed.seen)} for feed in feeds]
        )
        return
    for feed in feeds:
        terminal.say(f"{feed.url}  {feed.title}".rstrip())
    if not feeds:
        terminal.say("no feed is followed")


@feed_app.command()
def remove(url: UrlArgument, archive: ArchiveOption = None) -> None:
    """Follow a feed no longer; its articles stay."""
    with opened_archive(archive) as opened:
        kept = opened.feeds.remove(url)
    terminal.say(f"no longer following {kept}")


@feed_app.command()
def poll(
    urls: Annotated[
        list[str] | None, typer.Argument(help="Feeds that are followed; all if none is named.")
    ] = None,
    archive: ArchiveOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many entries of a feed to read.")] = 100,
    vectors: Annotated[
        bool, typer.Option(help="Embed the passages, so that they are found by meaning too.")
    ] = True,
) -> None:
    """Read what is new in the feeds; one that has not changed costs one request."""
    with opened_archive(archive) as opened, terminal.progress() as progress:
        polled = opened.feeds.poll(*urls or (), vectors=vectors, limit=limit, progress=progress)
    terminal.note(f"{polled.feeds:,} feeds polled, {polled.unchanged:,} with nothing new")
    terminal.print_report(polled.report)
    if polled.report.failures:
        raise typer.Exit(FAILED_INPUTS)
