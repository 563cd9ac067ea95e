"""The `dateline feed` commands: which feeds an archive follows, and what is new in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from rag.cli import output, terminal
from rag.cli.options import FAILED_INPUTS, ArchiveOption, JsonOption, opened_archive
from rag.store import FollowedFeed, PollAttempts

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
    """List the feeds that are followed, and when each was last read, or why it was not."""
    with opened_archive(archive) as opened:
        feeds, attempts = opened.feeds.all(), opened.feeds.attempts()
    asked = [(feed, attempts.get(feed.url, PollAttempts())) for feed in feeds]
    if as_json:
        terminal.print_json([_facts(feed, one) for feed, one in asked])
        return
    for feed, one in asked:
        terminal.say(f"{feed.url}  {feed.title}".rstrip())
        if one.failures:
            failed = f"failed {one.failures:,} times, last on {_moment(one.failed)}: {one.reason}"
            terminal.note(f"    {failed}")
        terminal.note(f"    last read: {_moment(one.succeeded) or 'never'}")
    if not feeds:
        terminal.say("no feed is followed")


def _facts(feed: FollowedFeed, asked: PollAttempts) -> dict[str, object]:
    facts = {"url": feed.url, "title": feed.title, "entries": len(feed.seen)}
    times = {
        "last_read": asked.succeeded.isoformat() if asked.succeeded else None,
        "last_failed": asked.failed.isoformat() if asked.failed else None,
    }
    return facts | times | {"failures": asked.failures, "reason": asked.reason}


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""


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
    output.print_report(polled.report)
    if polled.report.failures:
        raise typer.Exit(FAILED_INPUTS)
