"""`dateline chat`: questions and commands are read line by line, answers and sources printed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from io import TextIOWrapper
from typing import TextIO

from rag.answers.wording import introduction
from rag.cli import output, terminal
from rag.cli.chat_session import ChatSession, Context, Scope
from rag.cli.options import (
    ArchiveOption,
    AsOfOption,
    FromOption,
    LanguageOption,
    LiteralOption,
    LlmOption,
    PublisherOption,
    SectionOption,
    ToOption,
    language_model,
    opened_archive,
)
from rag.errors import QueryError, RagError
from rag.observing import Streamed
from rag.records import Answer, Citation, Filters, WayOn

PROMPT = "? "
WELCOME = "Ask the archive. /help lists the commands, /quit or the end of input leaves."
HELP = """\
Any line is a question; it may lean on those before it.
  /cite N        the sentence that [N] of the last answer cites, in its context (or /show N)
  /ignore WORDS  the last question again, with these words asking for no date, outlet or form
  N              after "What you can try": the suggestion of this number
  /new           a new conversation
  /help          this list
  /quit          leave (or /exit, or the end of input)
Ctrl-C ends an answer that is being written, not the chat."""
STOPPED = "stopped; ask on, or leave with /quit"
THINKING = "the model is thinking"
UNANSWERED = "this could not be answered ({}); ask something else"


def chat(
    archive: ArchiveOption = None,
    published_from: FromOption = "",
    published_to: ToOption = "",
    publisher: PublisherOption = None,
    language: LanguageOption = "",
    section: SectionOption = "",
    as_of: AsOfOption = "",
    literal: LiteralOption = False,
    llm: LlmOption = "",
) -> None:
    """Ask in a loop; follow-up questions are understood."""
    with opened_archive(archive) as opened:
        scope = Scope(
            *opened.limits(published_from, published_to, publisher or (), language, section, as_of)
        )
        session = ChatSession(opened, language_model(llm), scope)
        if sys.stdin.isatty():
            terminal.note(WELCOME)
        # Interrupted while it loads, the encoder could not be loaded again: it comes first.
        opened.search(WELCOME, 1, understood=())
        TerminalChat(session, literal=literal).run(typed_lines(sys.stdin))
        coverage = opened.coverage()
    output.print_coverage(coverage, opened.folder)


class TerminalChat:
    """Answers one line after the other; an error ends the line's answer, not the chat."""

    def __init__(self, session: ChatSession, *, literal: bool = False) -> None:
        self._session = session
        self._literal = literal
        self._ignored: tuple[str, ...] = ()
        self._commands: dict[str, Callable[[str], None]] = {
            "/cite": self._cite,
            "/show": self._cite,
            "/ignore": self._ignore,
            "/new": self._new,
            "/help": lambda _rest: terminal.say(HELP),
        }

    def run(self, lines: Iterable[str]) -> None:
        """Answers the lines until one says to leave, or there are no more."""
        for line in lines:
            asked = line.strip()
            if asked in ("/quit", "/exit"):
                return
            if asked:
                self._respond(asked)

    def _respond(self, asked: str) -> None:
        try:
            self._obey(asked)
        except KeyboardInterrupt:
            terminal.note(STOPPED)
        except RagError as error:
            terminal.complain(str(error).replace("--ignore", "/ignore"))
        except OSError:
            raise
        # One question must not end the conversation, whatever it met with.
        except Exception as error:
            terminal.complain(UNANSWERED.format(f"{type(error).__name__}: {error}"))

    def _obey(self, asked: str) -> None:
        name, _, rest = asked.partition(" ")
        if way := self._way_on(asked):
            self._take(way)
        elif not name.startswith("/"):
            self._ignored = ()
            self._ask(asked)
        elif name in self._commands:
            self._commands[name](rest.strip())
        else:
            msg = f"there is no command {name!r}; /help lists those there are"
            raise QueryError(msg)

    def _ask(self, question: str) -> None:
        turns = self._session.turns
        try:
            answer = self._answered(question)
        except KeyboardInterrupt:
            for stopped in self._session.turns[len(turns) :]:
                terminal.say(stopped.text)
            raise
        output.print_understood_as(answer)
        for text in answer.notes:
            terminal.note(text)
        terminal.say(f"{answer.text}\n")
        _print_sources(answer)
        output.print_unresolved(answer)
        output.print_ways_on(answer, numbered=True)
        output.print_understood(answer.understood, "/ignore")

    def _answered(self, question: str) -> Answer:
        asked = self._session.ask(question, ignore=self._ignored, literal=self._literal)
        thinking = False
        streamed = Streamed(asked)
        with closing(asked), terminal.draft() as show:
            for piece in streamed:
                if not (piece or thinking):
                    terminal.note(THINKING)
                thinking = thinking or not piece
                show(piece)
        return streamed.whole

    def _cite(self, number: str) -> None:
        bare = number.strip("[]")
        if not (bare.isascii() and bare.isdigit()):
            msg = f"{number!r} is not the number of a citation; write: /cite 1"
            raise QueryError(msg)
        _print_context(self._session.context(int(bare)))

    def _ignore(self, words: str) -> None:
        if not self._session.turns:
            msg = "nothing has been asked yet; ask first, then say which words to ignore"
            raise QueryError(msg)
        question = self._session.turns[-1].question
        self._again(question, (*self._ignored, _unquoted(words)), self._session.scope.filters)

    def _way_on(self, typed: str) -> WayOn | None:
        """The suggestion of the last answer that a number chooses; None for any other line."""
        last = self._session.turns[-1].answer if self._session.turns else None
        known = {str(n): way for n, way in enumerate(last.ways_on if last else (), start=1)}
        way = known.get(typed)
        return way if way and way.question else None

    def _take(self, way: WayOn) -> None:
        """Asks what a suggestion says; the filters that it drops stay dropped."""
        same = way.question == self._session.turns[-1].question
        still = [w for w in self._ignored if same or w.casefold() in way.question.casefold()]
        filters = self._session.scope.filters.without(way.drop)
        if not same:
            terminal.note(way.question)
        self._again(way.question, (*still, *way.ignore), filters)

    def _again(self, question: str, ignored: tuple[str, ...], filters: Filters) -> None:
        """Asks in place of the last question; where that is refused, nothing has changed."""
        session = self._session
        before = session.turns, session.scope, self._ignored
        session.scope = replace(session.scope, filters=filters)
        self._ignored = ignored
        session.turns = session.turns[:-1]
        try:
            self._ask(question)
        except QueryError:
            session.turns, session.scope, self._ignored = before
            raise

    def _new(self, _rest: str) -> None:
        self._session.turns = ()
        terminal.note("a new conversation")


def typed_lines(source: TextIO) -> Iterator[str]:
    """The lines of a stream; where a person types them, prompted for and edited.

    There an interrupt drops the line, and no more.
    """
    if isinstance(source, TextIOWrapper):
        source.reconfigure(errors="replace")
    if not source.isatty():
        yield from source
        return
    with suppress(ImportError):
        # Loaded, it lets `input` edit a line and call back earlier ones.
        import readline  # noqa: F401
    while True:
        try:
            if not sys.stdout.isatty():
                print(PROMPT, end="", file=sys.stderr, flush=True)
            line = input(PROMPT if sys.stdout.isatty() else "")
        except KeyboardInterrupt:
            terminal.note(f"\n{STOPPED}")
            continue
        except EOFError:
            terminal.note("")
            return
        yield line


def _unquoted(words: str) -> str:
    """The words without the quotation marks of a shell."""
    try:
        return " ".join(shlex.split(words))
    except ValueError:
        return words


def _print_sources(answer: Answer) -> None:
    """Prints each citation: outlet and date, title, address, and the cited words.

    Those of a declined answer are said to be the nearest sentences.
    """
    if answer.nearest:
        terminal.say(output.NEAREST)
    for citation in answer.citations:
        _print_heading(citation)
        terminal.say(f"    {output.place(citation.article, citation.start, citation.end)}", "dim")
        for line in citation.quote.splitlines():
            terminal.say(f"    {line}")
    if answer.citations:
        terminal.say("")


def _print_context(context: Context) -> None:
    """Prints cited words, each line of them behind ">", between the sentences around them.

    Where the archive has other words by now, that is said as an error.
    """
    citation = context.citation
    _print_heading(citation)
    _print_lines(context.before, "  ", "dim")
    _print_lines((citation.quote,), "> ", "bold")
    _print_lines(context.after, "  ", "dim")
    terminal.say(f"  {output.place(citation.article, citation.start, citation.end)}", "dim")
    if context.now.status != "holds":
        terminal.complain(f"[{citation.number}] no longer matches: {context.now.reason}")
    elif context.now.reason:
        terminal.note(f"[{citation.number}] {context.now.reason}")


def _print_heading(citation: Citation) -> None:
    article = citation.article
    title = article.title or article.id
    terminal.say(f"[{citation.number}] {introduction(article)}{title}", "bold")


def _print_lines(texts: tuple[str, ...], margin: str, style: str) -> None:
    for text in texts:
        for line in text.splitlines():
            terminal.say(margin + line, style)
