"""`dateline search` and `dateline ask`: passages, and answers with citations."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli import output, terminal
from rag.cli.options import (
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
    language_model,
    opened_archive,
)
from rag.records import hit_json
from rag.retrieval.retrieve import Request


def search(
    query: Annotated[str, typer.Argument(help="Words, with operators or without, or a question.")],
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
    sort: Annotated[
        str, typer.Option("--sort", help="The best matches first (relevance), or the newest.")
    ] = "relevance",
    as_json: JsonOption = False,
) -> None:
    """Find the passages that match a query best.

    Operators: "exact words", AND, OR, NOT, -word, title:, author:, outlet:, section:, language:,
    date:2025-03, after:2025-03-01, before:2025-04.
    """
    with opened_archive(archive) as opened:
        filters, when = opened.limits(
            published_from, published_to, publisher or (), language, section, as_of
        )
        request = Request(
            query,
            filters=filters,
            as_of=when,
            understood=() if literal else None,
            ignore=ignore or (),
            all_copies=all_copies,
        )
        found = opened.find(request, k, sort)
    if as_json:
        terminal.print_json([hit_json(hit).to_dict() for hit in found.hits])
    else:
        output.print_hits(found.hits, found.nothing)
    output.print_understood(found.understood)
    output.print_coverage(found.coverage, opened.folder)


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
    """Answer a question from the archive, with citations.

    Declining is an answer, too: it says why, what comes nearest and what to try.
    """
    with opened_archive(archive) as opened:
        filters, when = opened.limits(
            published_from, published_to, publisher or (), language, section, as_of
        )
        answer = opened.ask(
            question,
            filters=filters,
            as_of=when,
            understood=() if literal else None,
            ignore=ignore or (),
            model=language_model(llm),
            corroborated=corroborated,
        )
    if as_json:
        terminal.print_json(answer.to_dict())
    else:
        output.print_answer(answer)
    output.print_understood(answer.understood)
    output.print_coverage(answer.coverage, opened.folder)
