"""The `dateline collections` commands: starred articles and sentences, listed and taken along."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from rag.archive import Archive
from rag.cli import terminal
from rag.cli.alerts import OwnerOption
from rag.cli.conversations import OutOption, write_out
from rag.cli.options import ArchiveOption, JsonOption, opened_archive
from rag.conversations.collected import collected, export_collection
from rag.conversations.documents import file_name
from rag.corpus.urls import canonical_id
from rag.errors import QueryError
from rag.sources.pages import is_address
from rag.store import Collection, Star

collections_app = typer.Typer(help="List and export collections of starred articles and sentences.")

NameArgument = Annotated[
    str, typer.Argument(metavar="COLLECTION", help="A name or an id, as they are listed.")
]


@collections_app.callback(invoke_without_command=True)
def collections(
    context: typer.Context,
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
    as_json: JsonOption = False,
) -> None:
    """List and export collections of starred articles and sentences."""
    if context.invoked_subcommand:
        return
    with opened_archive(archive) as opened:
        found = opened.collections.all(owner)
    if as_json:
        terminal.print_json(
            [
                {"id": each.id, "name": each.name, "stars": len(each.stars)}
                | {"created": each.created.isoformat()}
                for each in found
            ]
        )
        return
    for each in found:
        stars = "1 star" if len(each.stars) == 1 else f"{len(each.stars):,} stars"
        terminal.say(f"{each.name}: {stars}  ({each.id})")
    if not found:
        terminal.say("no collection yet: star articles on the page, or dateline collections add")


@collections_app.command()
def export(
    name: NameArgument,
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
    form: Annotated[
        Literal["markdown", "csv", "bibtex", "json"],
        typer.Option("--format", help="What to write."),
    ] = "markdown",
    out: OutOption = None,
) -> None:
    """Write a collection, with what has happened to each article since.

    It names what was withdrawn or deleted, without any of its words. If --out names a folder, the
    file's name there is the collection's.
    """
    ending = {"markdown": "md", "bibtex": "bib"}.get(form, form)
    with opened_archive(archive) as opened:
        collection = _named(opened, owner, name)
        written = export_collection(collection, opened, ending)
    if out is not None and out.is_dir():
        out /= file_name(collection.name, ending)
    write_out(written, out)


@collections_app.command()
def show(name: NameArgument, archive: ArchiveOption = None, owner: OwnerOption = "") -> None:
    """Print the stars of a collection, each with its article and what has happened to it."""
    with opened_archive(archive) as opened:
        for each in collected(_named(opened, owner, name), opened):
            title = each.article.title if each.article else each.origin
            terminal.say(f"{title or each.star.article_id}  {each.star.article_id}")
            for line in filter(
                None, (each.quote and f"“{' '.join(each.quote.split())}”", each.note)
            ):
                terminal.say(f"    {line}")


@collections_app.command()
def add(
    name: NameArgument,
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Ids or addresses of articles.")
    ],
    archive: ArchiveOption = None,
    owner: OwnerOption = "",
) -> None:
    """Put articles into a collection, which is made if there is none of that name."""
    with opened_archive(archive) as opened:
        found = [
            opened.article(canonical_id(each) if is_address(each) else each) for each in articles
        ]
        known = opened.collections.create(owner, name)
        stars = [Star(each.id, each.revision) for each in found]
        opened.collections.add(owner, known.id, stars)
    terminal.say(f"{known.name}: {len(found)} starred")


@collections_app.command()
def delete(name: NameArgument, archive: ArchiveOption = None, owner: OwnerOption = "") -> None:
    """Delete a collection with its stars; the articles stay."""
    with opened_archive(archive) as opened:
        collection = _named(opened, owner, name)
        opened.collections.delete(owner, collection.id)
    terminal.say(f"deleted {collection.name}")


def _named(archive: Archive, owner: str, wanted: str) -> Collection:
    """The owner's collection with an id or a name; raises QueryError for none."""
    listed = archive.collections.all(owner)
    for each in listed:
        if wanted == each.id or wanted.strip().casefold() == each.name.casefold():
            return each
    names = ", ".join(repr(each.name) for each in listed) or "none"
    msg = f"there is no collection {wanted!r}; there are: {names}"
    raise QueryError(msg)
