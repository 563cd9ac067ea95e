"""`dateline check`: a draft held against the archive, sentence by sentence."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from rag.answers.wording import introduction
from rag.cli import output, terminal
from rag.cli.options import (
    ArchiveOption,
    AsOfOption,
    FromOption,
    JsonOption,
    LanguageOption,
    PublisherOption,
    SectionOption,
    ToOption,
    opened_archive,
)
from rag.corpus.decoding import decode, limited, read_bytes
from rag.drafts.records import CheckedDraft, CheckedSentence
from rag.errors import CorpusError, QueryError
from rag.records import Citation
from rag.verification.quotes.records import shown
from rag.web.rendering.marks import VERDICTS

_STDIN = "-"


def check(
    file: Annotated[str, typer.Argument(help="A draft: plain text or Markdown; - reads stdin.")],
    archive: ArchiveOption = None,
    published_from: FromOption = "",
    published_to: ToOption = "",
    publisher: PublisherOption = None,
    language: LanguageOption = "",
    section: SectionOption = "",
    as_of: AsOfOption = "",
    seconds: Annotated[
        int, typer.Option("--seconds", min=0, help="Stop after this many seconds; 0: never.")
    ] = 600,
    start: Annotated[
        int, typer.Option("--start", min=0, help="Begin at this character of the draft.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Check a draft against the archive: a verdict and the nearest evidence for each sentence."""
    text = _read(file)
    with opened_archive(archive) as opened:
        filters, when = opened.limits(
            published_from, published_to, publisher or (), language, section, as_of
        )
        with terminal.progress() as show:
            checked = opened.check(
                text,
                filters=filters,
                as_of=when,
                start=start,
                seconds=seconds or None,
                progress=lambda done, total: show("checking", done, total),
            )
    if as_json:
        terminal.print_json(checked.to_dict())
    else:
        print_check(checked)
    if checked.unchecked_from is not None:
        terminal.note(f"to go on: dateline check {file} --start {checked.unchecked_from}")
    output.print_coverage(checked.coverage, opened.folder)


def print_check(checked: CheckedDraft) -> None:
    """Prints each sentence with its verdict, why, and the words of the nearest articles."""
    citations = {one.number: one for one in checked.citations}
    for one in checked.sentences:
        _print_sentence(checked.text, one, citations)
    terminal.say(checked.summary, "bold")


def _print_sentence(draft: str, one: CheckedSentence, citations: Mapping[int, Citation]) -> None:
    words = " ".join(draft[one.start : one.end].split())
    if one.verdict is None:
        terminal.say(f"{words}\n  – nothing to verify: {one.nothing}\n", "dim")
        return
    label = " ".join(VERDICTS[one.verdict])
    terminal.say(words)
    reasons = f": {'; '.join(one.reasons)}" if one.reasons else ""
    terminal.say(f"  {label}{reasons}", output.STYLES[one.verdict])
    for quote in one.quotations:
        if quote.changes:
            terminal.say(f"  {shown(quote.changes)}")
    for number in one.citations:
        cited = citations[number]
        quoted = " ".join(cited.quote.split())
        where = output.place(cited.article, cited.start, cited.end)
        terminal.say(f"  [{number}] {introduction(cited.article)}{quoted}")
        terminal.say(f"      {where}, characters {cited.start}–{cited.end}", "dim")
    terminal.say("")


def _read(file: str) -> str:
    """The draft in a file, or in standard input; raises QueryError for what is no text."""
    name = "standard input" if file == _STDIN else repr(file)
    try:
        data = limited(sys.stdin.buffer.read()) if file == _STDIN else read_bytes(Path(file))
        return decode(data)[0]
    except CorpusError as error:
        msg = f"{name}: {error}; give a draft as plain text or Markdown, - reads standard input"
        raise QueryError(msg) from error
