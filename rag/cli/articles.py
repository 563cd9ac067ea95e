"""`dateline article`: one stored article, and how its text came to be what it is."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli import terminal
from rag.cli.options import ArchiveOption, JsonOption, opened_archive
from rag.corpus.urls import canonical_id
from rag.records import Article, article_dict
from rag.records.published import local_iso
from rag.retrieval.history import Revision, condensed
from rag.sources.pages import is_address
from rag.verification.quotes.records import shown

IdArgument = Annotated[
    str,
    typer.Argument(metavar="ID", help="The article's id or address, as dateline search has it."),
]


def article(
    article_id: IdArgument,
    archive: ArchiveOption = None,
    revision: Annotated[
        int | None, typer.Option(min=1, help="Which revision; the current one by default.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Show what each revision changed, and when it stood.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show an article as it is stored.

    It is named by its id or its address; with --history, it shows how its revisions differ.
    """
    if is_address(article_id):
        article_id = canonical_id(article_id)
    with opened_archive(archive) as opened:
        revisions = opened.history(article_id) if history else []
        found = opened.article(article_id, revision)
        withdrawal = opened.removals.withdrawal(article_id)
    if withdrawal and not as_json:
        terminal.say(str(withdrawal), style="bold red")
    if history:
        wanted = [each for each in revisions if revision in (None, each.article.revision)]
        _show_history(wanted, as_json=as_json)
    elif as_json:
        told = {**article_dict(found), "revision": found.revision, "text": found.text}
        terminal.print_json(told | {"withdrawn": withdrawal.to_dict() if withdrawal else None})
    else:
        terminal.say(_heading(found), style="bold")
        for line in (", ".join(found.authors), found.url or found.id):
            if line:
                terminal.say(line, style="dim")
        terminal.say("")
        terminal.say(found.text)


def _show_history(revisions: list[Revision], *, as_json: bool) -> None:
    if as_json:
        terminal.print_json([each.to_dict() for each in revisions])
        return
    for each in revisions:
        terminal.say(f"revision {each.article.revision}: {_heading(each.article)}", style="bold")
        since = f"from {each.since:%Y-%m-%d %H:%M} UTC" if each.since else "from an unknown time"
        until = f"until {each.until:%Y-%m-%d %H:%M} UTC" if each.until else "and still stands"
        terminal.say(f"stood {since} {until}; came with run {each.run}, {each.arrived:%Y-%m-%d}")
        for notice in each.notices:
            told = " ".join(each.article.text[notice.start : notice.end].split())
            terminal.say(f"{notice.kind}: {told}")
        if each.fields:
            terminal.say(f"changed beside the text: {', '.join(each.fields)}")
        if each.changes:
            terminal.say(shown(condensed(each.changes)))
        terminal.say("")


def _heading(article: Article) -> str:
    told = (article.publisher, local_iso(article.published) if article.published else "")
    return ", ".join(filter(None, (article.title or article.id, *told)))
