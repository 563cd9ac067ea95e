"""What a person sees in the terminal: progress, hits, answers, errors; decides nothing."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from rag.answers.wording import introduction, spoken_pages
from rag.conversations.escaping import json_without_controls, without_controls
from rag.ingest import IngestReport
from rag.records import Answer, Article, Hit, Understood
from rag.store import OutcomeKind
from rag.verification.quotes.records import Recheck, Trace, shown

# rich would turn ":car:" in an article into a picture.
_out = Console(soft_wrap=True, highlight=False, emoji=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)
NEAREST = "Nearest, but no answer:"
"""What is printed before the citations of a declined answer."""

_RARE = frozenset[OutcomeKind]({"deleted", "skipped"})


def take_any_character() -> None:
    """Makes output that knows no accents, say, print "?" for them instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def discard_output() -> None:
    """Lets the process end in silence after whoever read its output has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def say(text: str, style: str = "") -> None:
    """Prints a line of result, in a style of rich's where a person is looking."""
    _out.print(_shown(text), style=style or None)


def print_lines(lines: Iterable[str]) -> None:
    """Prints the lines of a table."""
    for line in lines:
        say(line)


def note(text: str) -> None:
    """Prints a line beside the result, to standard error."""
    _err.print(f"[dim]{_shown(text)}[/]")


def complain(text: str) -> None:
    """Prints an error, to standard error."""
    _err.print(f"[bold red]error:[/] {_shown(text)}")


def agreed(question: str) -> bool:
    """Whether the answer to a question, on standard error, is yes; the end of input is no."""
    _err.print(_shown(f"{question} [y/N]"), end=" ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_json(value: Any) -> None:
    """Prints a value as JSON, unwrapped, with escapes where the output is not Unicode."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json_without_controls(json.dumps(value, ensure_ascii=not unicode, indent=2)))


def _shown(text: str) -> str:
    """Text of any origin as text: no markup of ours, no commands to the terminal."""
    return escape(without_controls(text))


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each step, with its rate and the time left, on standard error."""
    bar = Progress(
        TextColumn("{task.description:>9}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=_err,
    )
    tasks: dict[str, Any] = {}

    def show(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=total)
        bar.update(tasks[step], completed=done, total=total)

    with bar:
        yield show


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Shows what goes on, in one line that changes, where a person is looking; else nothing."""
    if not _err.is_terminal:
        yield lambda _text: None
        return
    with Live(console=_err, auto_refresh=False, transient=True) as live:
        yield lambda text: live.update(Text(without_controls(text), style="dim"), refresh=True)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """The items done a second."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "-/s")


def print_report(report: IngestReport) -> None:
    """Prints the counts of a run, every failure with its reason, notes, and what looked odd."""
    told = [kind for kind in get_args(OutcomeKind) if kind not in _RARE or report.counts[kind]]
    say(", ".join(f"{report.counts[kind]:,} {kind}" for kind in told))
    for outcome in report.notable:
        if outcome.kind == "failed":
            complain(f"{outcome.path}: {outcome.note}")
        else:
            note(f"{outcome.path}: {outcome.note}")
    for line in report.odd.summary():
        note(f"looked odd: {line}")


def print_hits(hits: Sequence[Hit]) -> None:
    """Prints hits as a list to read, best first."""
    if not hits:
        say("nothing found")
    for hit in hits:
        also = f" (also in {', '.join(hit.also_in)})" if hit.also_in else ""
        title = hit.article.title or hit.article.id
        outlet = _shown(introduction(hit.article))
        _out.print(f"[bold]{hit.rank}.[/] {outlet}[bold]{_shown(title)}[/]{_shown(also)}")
        _out.print(f"   {_shown(' '.join(hit.text.split()))}")
        where = place(hit.article, hit.passage.start, hit.passage.end)
        _out.print(f"   [dim]{_shown(where)}[/]\n")


def place(article: Article, start: int, end: int) -> str:
    """Where these characters stand: the article's address or id, and the page where it has some.

    >>> article = Article("file:a.pdf", "", "", "One. Two.", pages=(0, 5))
    >>> place(article, 0, 4), place(article, 0, 9)
    ('file:a.pdf, page 1', 'file:a.pdf, pages 1–2')
    """
    address = article.url or article.id
    pages = spoken_pages(article, start, end)
    return f"{address}, {pages}" if pages else address


def print_answer(answer: Answer) -> None:
    """Prints an answer, its notes and the articles it cites; of a declined one what is nearest."""
    print_understood_as(answer)
    for text in answer.notes:
        note(text)
    say(answer.text)
    if answer.citations:
        say("")
    if answer.nearest:
        say(NEAREST)
    for citation in answer.citations:
        article = citation.article
        where = place(article, citation.start, citation.end)
        if answer.nearest:
            say(f"{introduction(article)}{citation.quote} [{citation.number}]")
        _out.print(f"[dim]\\[{citation.number}] {_shown(article.title)} — {_shown(where)}[/]")
    print_unresolved(answer)
    print_ways_on(answer)


def print_understood_as(answer: Answer) -> None:
    """Says what a follow-up was taken to ask, where that is not what was typed."""
    if answer.understood_as:
        note(f"Understood as: {answer.understood_as}")


def print_ways_on(answer: Answer, *, numbered: bool = False) -> None:
    """Prints what to try where there is no answer; `numbered`, what can be done has its number."""
    if not answer.ways_on:
        return
    can_choose = numbered and any(way.question for way in answer.ways_on)
    say("\nWhat you can try (type its number):" if can_choose else "\nWhat you can try:")
    for number, way in enumerate(answer.ways_on, start=1):
        say(f"  {f'{number}.' if can_choose and way.question else '-'} {way.text}")


def print_unresolved(answer: Answer) -> None:
    """Says which numbers an answer cites that no passage has, if it does."""
    if answer.unresolved:
        numbers = ", ".join(map(str, answer.unresolved))
        complain(f"the answer cites {numbers}, which no passage has")


@contextmanager
def draft() -> Iterator[Callable[[str], None]]:
    """Shows an answer while its pieces come, where a person is looking; it goes in the end.

    The finished answer may differ from its pieces, and is printed in their place.
    """
    if not _out.is_terminal:
        yield lambda _piece: None
        return
    written = ""
    with Live(Text("...", style="dim"), console=_out, transient=True) as live:

        def show(piece: str) -> None:
            nonlocal written
            written = _last_screens(written + piece)
            live.update(_last_lines(written))

        yield show


def _last_screens(text: str) -> str:
    """Enough of the text's end for `_last_lines`: a long reply is not wrapped whole each time."""
    screen = _out.width * _out.height
    return text if len(text) < 4 * screen else text[-2 * screen :]


def _last_lines(text: str) -> Text:
    """As much of the text's end as the screen holds: what scrolls off cannot be taken back."""
    shown = Text(without_controls(text), style="dim")
    lines = shown.wrap(_out, _out.width)
    return Text("\n").join(lines[-max(1, _out.height - 2) :])


def print_trace(trace: Trace) -> None:
    """Prints where words stand, with a word diff where the article has others."""
    reason = f": {trace.reason}" if trace.reason else ""
    say(f"{trace.outcome}{reason}")
    for match in trace.matches:
        article, cited = match.article, match.citation
        also = f" (also in {', '.join(match.also_in)})" if match.also_in else ""
        outlet = _shown(introduction(article))
        title = _shown(article.title or article.id)
        _out.print(f"[bold]{cited.number}.[/] {outlet}[bold]{title}[/]{_shown(also)}")
        words = shown(match.changes) if match.changes else cited.quote
        _out.print(f"   {_shown(' '.join(words.split()))}")
        if match.said_by:
            _out.print(f"   said by {_shown(match.said_by)}")
        where = place(article, cited.start, cited.end)
        where = f"{where}, characters {cited.start} to {cited.end}"
        _out.print(f"   [dim]{_shown(where)}[/]\n")


def print_recheck(found: Recheck) -> None:
    """Prints each citation of a saved answer with what became of it."""
    for each in found.citations:
        reason = f": {each.reason}" if each.reason else ""
        say(f"[{each.number}] {each.article_id} {each.status}{reason}")
        if each.changes:
            _out.print(f"    {_shown(' '.join(shown(each.changes).split()))}")
    for finding in found.findings:
        say(finding)
    if not found.citations:
        say("the answer cites nothing")
    say("all of it holds" if found.holds else "the answer no longer holds as it was given")


def print_understood(understood: Sequence[Understood], option: str = "--ignore") -> None:
    """Says what words of the question were taken to ask for, and how to drop them."""
    for one in understood:
        how = ", only" if one.strict else ", preferred" if one.of_hits else ""
        if not one.held:
            how = ", the archive holds nothing of it"
        note(f"{one.words!r}: {one.meaning}{how} ({option} {shlex.quote(one.words)})")


def print_coverage(coverage: float, folder: Path) -> None:
    """Says how much of the archive can be found by meaning, unless all of it can."""
    if coverage < 1.0:
        note(
            f"{coverage:.0%} of the passages are embedded; the rest is found by its words only "
            f"(dateline embed --archive {folder})"
        )
