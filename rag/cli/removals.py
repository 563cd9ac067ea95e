"""`dateline delete`, `withdraw` and `compact`: what takes articles out of an archive."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rag.cli import terminal
from rag.cli.options import (
    ArchiveOption,
    FromOption,
    JsonOption,
    LanguageOption,
    PublisherOption,
    ToOption,
    opened_archive,
)
from rag.errors import QueryError
from rag.maintenance.removals import DeletionPreview
from rag.records.published import local_iso
from rag.store import Listed, Selection

KEPT = 1
"""The exit status where whoever was asked did not wish to delete."""

_SHOWN = 10

IdsArgument = Annotated[
    list[str] | None, typer.Argument(help="Ids of articles, as dateline search has them.")
]
WhyOption = Annotated[str, typer.Option("--why", help="Why, in words that may be shown.")]


def delete(
    ids: IdsArgument = None,
    archive: ArchiveOption = None,
    feed: Annotated[
        str, typer.Option("--feed", help="All that this feed has brought; ends following it.")
    ] = "",
    publisher: PublisherOption = None,
    published_from: FromOption = "",
    published_to: ToOption = "",
    language: LanguageOption = "",
    why: WhyOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be deleted, and no more.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete articles for good: by id, feed, outlet or time."""
    if as_json and not (yes or dry_run):
        msg = "--json cannot ask; add --yes to delete, or --dry-run to see what would be"
        raise QueryError(msg)
    with opened_archive(archive) as opened:
        asked = (*(ids or ()), "", feed, *(publisher or ()), "", published_from, published_to)
        request = json.dumps([*asked, language])
        try:
            filters, _ = opened.limits(published_from, published_to, publisher or (), language)
            found = opened.removals.find(Selection(tuple(ids or ()), feed, filters))
        except QueryError:
            # Nothing that is asked for is known any more where all of it has been deleted.
            if not opened.removals.was_last(request):
                raise
            terminal.note("all of this was deleted before; nothing is left of it")
            found = DeletionPreview(())
        if not as_json:
            _show(found)
        if not (dry_run or yes) and (found.articles or found.feed):
            _confirm(found)
        if not dry_run:
            opened.removals.delete(found, why, request)
        if as_json:
            terminal.print_json(found.to_dict())
        elif not dry_run and found.articles:
            terminal.say(f"deleted {_articles(len(found.articles))}")
            terminal.note(
                "traces may be left in the files until they are written anew: "
                f"dateline compact --archive {opened.folder}"
            )


def _show(found: DeletionPreview) -> None:
    for article in found.articles[:_SHOWN]:
        terminal.say(_line(article))
    more = len(found.articles) - _SHOWN
    if more > 0:
        terminal.say(f"and {more:,} more")
    for article_id in found.already:
        terminal.note(f"{article_id} was deleted before")
    if found.feed:
        terminal.note(f"{found.feed} will no longer be followed")
    if not (found.articles or found.feed or found.already):
        terminal.say("no article is meant; nothing is deleted")


def _line(article: Listed) -> str:
    dated = local_iso(article.published) if article.published else ""
    told = ", ".join(filter(None, (article.publisher, dated, article.title)))
    revisions = f" ({article.revisions} revisions)" if article.revisions > 1 else ""
    return f"{article.id}  {told}{revisions}"


def _confirm(found: DeletionPreview) -> None:
    """Asks; ends the command where the answer is not yes."""
    what = _articles(len(found.articles)) if found.articles else "the feed"
    if not terminal.agreed(f"Delete {what} for good?"):
        terminal.note("nothing is deleted; --yes deletes without asking")
        raise typer.Exit(KEPT)


def _articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count:,} articles"


def withdraw(
    article_id: Annotated[str, typer.Argument(help="The article's id.")],
    archive: ArchiveOption = None,
    why: WhyOption = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Take a withdrawal back; the article answers again.")
    ] = False,
) -> None:
    """Withdraw an article: it stays, but answers nothing."""
    with opened_archive(archive) as opened:
        if undo:
            opened.removals.reinstate(article_id)
            terminal.say(f"{article_id} answers again")
        else:
            opened.removals.withdraw(article_id, why)
            terminal.say(f"{article_id} is withdrawn")
            command = f"dateline withdraw --undo {article_id} --archive {opened.folder}"
            terminal.note(f"take that back: {command}")


def compact(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Write all files anew, without what was deleted."""
    with opened_archive(archive) as opened:
        done = opened.removals.compact()
    if as_json:
        terminal.print_json(done.to_dict())
        return
    sizes = f"{done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB now"
    terminal.say(f"compacted {opened.folder}: {sizes}")
    for name in done.removed:
        terminal.note(f"removed {name}")
    for name in done.left:
        terminal.complain(f"{name} is too new to be removed; run it again in ten minutes")
