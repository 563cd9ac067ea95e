"""The terminal itself: lines of result, notes, errors, progress, questions; knows no articles."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from rag.conversations.escaping import json_without_controls, without_controls

if TYPE_CHECKING:
    from rich.progress import Task, TaskID

# rich would turn ":car:" in an article into a picture.
_out = Console(soft_wrap=True, highlight=False, emoji=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)

LINE_SECONDS = 10.0
"""How long a step runs between two lines of progress where no terminal shows a bar."""
_NARROWEST = 20
_WORD = re.compile(r"(\S+)\s*")


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


def is_watched() -> bool:
    """Whether standard output is a terminal, so that colours and wrapped lines make sense."""
    return _out.is_terminal


def say(text: str, style: str = "") -> None:
    """Prints a line of result, in a style of rich's where a person is looking."""
    _print(_out, shown(text), style)


def say_marked(markup: str) -> None:
    """Prints a line of result in rich's markup; what is not ours in it went through `shown`."""
    _print(_out, markup)


def print_lines(lines: Iterable[str]) -> None:
    """Prints the lines of a table: none is wrapped."""
    for line in lines:
        _out.print(shown(line))


def note(text: str) -> None:
    """Prints a line beside the result, to standard error."""
    _print(_err, shown(text), "dim")


def complain(text: str) -> None:
    """Prints an error, to standard error."""
    _print(_err, f"[bold red]error:[/] {shown(text)}")


def agreed(question: str) -> bool:
    """Whether the answer to a question, on standard error, is yes; the end of input is no."""
    _err.print(shown(f"{question} [y/N]"), end=" ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_json(value: Any) -> None:
    """Prints a value as JSON, unwrapped, with escapes where the output is not Unicode."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json_without_controls(json.dumps(value, ensure_ascii=not unicode, indent=2)))


def shown(text: str) -> str:
    """Text of any origin as text: no markup of ours, no commands to the terminal."""
    return escape(without_controls(text))


def _print(console: Console, markup: str, style: str = "") -> None:
    """Prints a line; on a terminal it is wrapped between words, and keeps its margin.

    A word that is longer than a line, such as an address, is left whole for the terminal to
    break, so that it can be copied. Elsewhere a line stays one line.
    """
    if not console.is_terminal:
        console.print(markup, style=style or None)
        return
    text = Text.from_markup(markup, style=style, emoji=False)
    for line in text.split("\n", allow_blank=True):
        margin = len(line.plain) - len(line.plain.lstrip(" "))
        width = max(console.width - margin, _NARROWEST)
        whole = line[margin:]
        for part in whole.divide(_breaks(whole.plain, width)):
            part.rstrip()
            console.print(Text(" " * margin) + part)


def _breaks(text: str, width: int) -> list[int]:
    """Where the lines after the first begin, if no line that has a space is wider than `width`.

    >>> _breaks("the ferry sank, they say", 10)
    [10, 21]
    >>> _breaks("see https://ferry.example/1", 10)
    [4]
    """
    found, used = [], 0
    for word in _WORD.finditer(text):
        wide = cell_len(word[1])
        if used and used + wide > width:
            found.append(word.start())
            used = 0
        used += cell_len(word[0])
    return found


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Shows how far each step is, on standard error: a bar, with its rate and the time left.

    Where standard error is no terminal, plain lines stand for it (see `progress_lines`).
    """
    if not _err.is_terminal:
        yield progress_lines(note)
        return
    from rich.progress import (  # 40 ms, only where a bar is shown
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    class Rate(ProgressColumn):
        """The items done a second, "-/s" before there is one."""

        def render(self, task: Task) -> Text:
            """How many a second, as "12.0/s"."""
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.1f}/s" if speed else "-/s")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    bar = Progress(TextColumn("{task.description:>9}"), *columns, console=_err)
    tasks: dict[str, TaskID] = {}

    def show(step: str, done: int, total: int) -> None:
        """Moves the bar of a step, which is added at its first call."""
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=total)
        bar.update(tasks[step], completed=done, total=total)

    with bar:
        yield show


def progress_lines(
    write: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> Callable[[str, int, int], None]:
    """Writes a line when a step begins, every ten seconds of it, and when all of it is done.

    >>> show = progress_lines(print, iter([0.0, 3.0, 10.0, 11.0]).__next__)
    >>> for done in (0, 1, 2, 3):
    ...     show("reading", done, 3)
    reading: 0 of 3
    reading: 2 of 3
    reading: 3 of 3
    """
    last: dict[str, tuple[float, str]] = {}

    def show(step: str, done: int, total: int) -> None:
        """Writes a line for a step, at most one in some seconds and one at its end."""
        now, line = clock(), f"{step}: {done:,} of {total:,}"
        when, before = last.get(step, (now - LINE_SECONDS, ""))
        if total and line != before and (done >= total or now - when >= LINE_SECONDS):
            last[step] = (now, line)
            write(line)

    return show


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Shows what goes on, in one line that changes, where a person is looking; else nothing."""
    if not _err.is_terminal:
        yield lambda _text: None
        return
    from rich.live import Live

    with Live(console=_err, auto_refresh=False, transient=True) as live:
        yield lambda text: live.update(Text(without_controls(text), style="dim"), refresh=True)


@contextmanager
def draft() -> Iterator[Callable[[str], None]]:
    """Shows an answer while its pieces come, where a person is looking; it goes in the end.

    The finished answer may differ from its pieces, and is printed in their place.
    """
    if not _out.is_terminal:
        yield lambda _piece: None
        return
    from rich.live import Live

    written = ""
    with Live(Text("...", style="dim"), console=_out, transient=True) as live:

        def show(piece: str) -> None:
            """Adds a piece of the answer to what is on the screen."""
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
    draft_text = Text(without_controls(text), style="dim")
    lines = draft_text.wrap(_out, _out.width)
    return Text("\n").join(lines[-max(1, _out.height - 2) :])
