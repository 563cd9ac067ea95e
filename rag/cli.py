"""The `dateline` command: arguments in, text or JSON out; the work is done in `rag.archive`."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from rag import terminal
from rag.cli_articles import article
from rag.cli_bench import bench_app
from rag.cli_chat import chat
from rag.cli_conversations import conversations, export, feedback_app, verify
from rag.cli_eval import eval_app
from rag.cli_feeds import feed_app
from rag.cli_options import (
    FAILED_INPUTS,
    ArchiveOption,
    AsOfOption,
    FromOption,
    IgnoreOption,
    JsonOption,
    LanguageOption,
    LiteralOption,
    LlmOption,
    PublisherOption,
    SectionOption,
    ToOption,
    opened_archive,
    understood_in,
)
from rag.cli_quotes import quote, recheck
from rag.cli_removals import compact, delete, withdraw
from rag.cli_tools import mcp
from rag.cli_upkeep import backup, doctor, info, restore
from rag.cli_users import user_app
from rag.cli_watch import watch
from rag.config import load_settings
from rag.errors import RagError
from rag.filters import parse_as_of
from rag.llms import configured_model
from rag.priority import give_way
from rag.records import hit_dict

WRONG_USAGE = 2
INTERRUPTED = 130
CLOSED_PIPE = 141

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
app.command()(backup)
app.command()(chat)
app.command()(compact)
app.command()(conversations)
app.command()(delete)
app.command()(doctor)
app.command()(export)
app.command()(info)
app.command()(mcp)
app.command()(quote)
app.command()(recheck)
app.command()(restore)
app.command("verify-export")(verify)
app.command()(watch)
app.command()(withdraw)


def main() -> NoReturn:
    """Runs the command; exits with 0 done, 1 some inputs failed, 2 wrong usage or settings."""
    terminal.take_any_character()
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


@app.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders and web addresses to read.")],
    archive: ArchiveOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many pages of a sitemap to read.")] = 100,
    vectors: Annotated[
        bool, typer.Option(help="Embed the passages, so that they are found by meaning too.")
    ] = True,
    restore_deleted: Annotated[
        bool, typer.Option("--restore-deleted", help="Take in again what was deleted.")
    ] = False,
) -> None:
    """Read articles into the archive: Markdown, JSONL, HTML, plain text, pages, sitemaps."""
    give_way()
    with opened_archive(archive) as opened, terminal.progress() as progress:
        report = opened.ingest(
            *paths,
            vectors=vectors,
            limit=limit,
            restore_deleted=restore_deleted,
            progress=progress,
        )
    terminal.print_report(report)
    if not vectors:
        terminal.note(f"not embedded yet: dateline embed --archive {opened.folder}")
    if report.failures:
        raise typer.Exit(FAILED_INPUTS)


@app.command()
def embed(archive: ArchiveOption = None) -> None:
    """Embed the passages that have no vector yet; can be stopped and run again."""
    give_way()
    with opened_archive(archive) as opened, terminal.progress() as progress:
        count = opened.embed(progress)
    terminal.say(f"embedded {count:,} passages")


@app.command()
def rebuild(archive: ArchiveOption = None) -> None:
    """Build the indexes again from the stored articles; vectors are not computed again."""
    with opened_archive(archive) as opened:
        opened.rebuild()
        coverage = opened.coverage()
    terminal.say(f"rebuilt the indexes of {opened.folder}")
    terminal.print_coverage(coverage, opened.folder)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words, or a question.")],
    archive: ArchiveOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many hits.")] = 10,
    published_from: FromOption = "",
    published_to: ToOption = "",
    publisher: PublisherOption = None,
    language: LanguageOption = "",
    section: SectionOption = "",
    as_of: AsOfOption = "",
    ignore: IgnoreOption = None,
    literal: LiteralOption = False,
    all_copies: Annotated[
        bool, typer.Option("--all-copies", help="Show each copy of a story as a hit of its own.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that match a query best."""
    with opened_archive(archive) as opened:
        filters = opened.filters(published_from, published_to, publisher or (), language, section)
        when = parse_as_of(as_of) if as_of else None
        understood = () if literal else understood_in(opened, query, when, ignore or ())
        hits = opened.search(
            query, k, filters=filters, as_of=when, understood=understood, all_copies=all_copies
        )
        coverage = opened.coverage()
    if as_json:
        terminal.print_json([hit_dict(hit) for hit in hits])
    else:
        terminal.print_hits(hits)
    terminal.print_understood(understood)
    terminal.print_coverage(coverage, opened.folder)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words.")],
    archive: ArchiveOption = None,
    published_from: FromOption = "",
    published_to: ToOption = "",
    publisher: PublisherOption = None,
    language: LanguageOption = "",
    section: SectionOption = "",
    as_of: AsOfOption = "",
    ignore: IgnoreOption = None,
    literal: LiteralOption = False,
    llm: LlmOption = "",
    corroborated: Annotated[
        bool, typer.Option(help="Answer only what the articles found agree on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the archive, with citations; declining is an answer too."""
    with opened_archive(archive) as opened:
        filters = opened.filters(published_from, published_to, publisher or (), language, section)
        when = parse_as_of(as_of) if as_of else None
        answer = opened.ask(
            question,
            filters=filters,
            as_of=when,
            understood=() if literal else understood_in(opened, question, when, ignore or ()),
            model=configured_model(load_settings(), llm),
            corroborated=corroborated,
        )
    if as_json:
        terminal.print_json(answer.to_dict())
    else:
        terminal.print_answer(answer)
    terminal.print_understood(answer.understood)
    terminal.print_coverage(answer.coverage, opened.folder)


if __name__ == "__main__":
    main()
