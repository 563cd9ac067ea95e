"""What a person sees of an answer's sources in the terminal; decides nothing."""

from __future__ import annotations

from rag.answers.wording import introduction
from rag.cli.chat_session import Context
from rag.cli.output import NEAREST, place
from rag.cli.terminal import complain, note, say
from rag.records import Answer, Citation


def print_sources(answer: Answer) -> None:
    """Prints each citation: outlet and date, title, address, and the cited words.

    Those of a declined answer are said to be the nearest sentences.
    """
    if answer.nearest:
        say(NEAREST)
    for citation in answer.citations:
        _print_heading(citation)
        say(f"    {place(citation.article, citation.start, citation.end)}", "dim")
        for line in citation.quote.splitlines():
            say(f"    {line}")
    if answer.citations:
        say("")


def print_context(context: Context) -> None:
    """Prints cited words, each line of them behind ">", between the sentences around them.

    Where the archive has other words by now, that is said as an error.
    """
    citation = context.citation
    _print_heading(citation)
    _print_lines(context.before, "  ", "dim")
    _print_lines((citation.quote,), "> ", "bold")
    _print_lines(context.after, "  ", "dim")
    say(f"  {place(citation.article, citation.start, citation.end)}", "dim")
    if context.now.status != "holds":
        complain(f"[{citation.number}] no longer matches: {context.now.reason}")
    elif context.now.reason:
        note(f"[{citation.number}] {context.now.reason}")


def _print_heading(citation: Citation) -> None:
    article = citation.article
    title = article.title or article.id
    say(f"[{citation.number}] {introduction(article)}{title}", "bold")


def _print_lines(texts: tuple[str, ...], margin: str, style: str) -> None:
    for text in texts:
        for line in text.splitlines():
            say(margin + line, style)
