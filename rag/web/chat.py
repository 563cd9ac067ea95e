"""What happens when a reader asks, stops or opens a citation; knows nothing about Gradio."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from rag.archive import Archive
from rag.errors import RagError
from rag.filters import parse_as_of
from rag.llms import ChatModel
from rag.records import Answer, Filters
from rag.web.answers import answer_html, partial_html, turn_html, welcome_html, working_html
from rag.web.article import article_html, empty_panel, panel_error
from rag.web.conversation import Conversation, Turn, references

OPTIONS = {"--from": "From", "--to": "To", "--as-of": "As of"}
"""What the page calls the options that error messages name."""

UNEXPECTED = (
    "Something went wrong on the server, and its log says what. Your question is still here; "
    "please try again."
)
GONE = "This citation belongs to a conversation that has ended. Ask again to open it."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader filled in.

    `without` are words of the question that are not to be taken for a date or an outlet.
    """

    question: str
    published_from: str = ""
    published_to: str = ""
    publishers: Sequence[str] = ()
    as_of: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page shows from now on; None leaves a part as it is."""

    conversation: Conversation
    turns: tuple[str, ...] | None = None
    question: str | None = None
    problem: str | None = None
    panel: str | None = None
    busy: bool = False


class Chat:
    """One archive's chat. It keeps nothing between calls, so that any number can use it."""

    def __init__(
        self, archive: Archive, model: ChatModel | None = None, examples: Sequence[str] = ()
    ) -> None:
        self.archive = archive
        self.model = model
        self.examples = tuple(examples)

    def ask(self, form: Form, conversation: Conversation) -> Generator[Frame]:
        """The page from the moment a question is sent to its answer.

        A question that cannot be asked is handed back with the reason.
        """
        begun = _unfinished(conversation, form.question, working_html("Searching the archive"))
        yield self._frame(begun, question="", busy=True)
        try:
            yield from self._answered(form, conversation)
        except RagError as error:
            yield self._refused(form, conversation, in_page_words(str(error)))
        except Exception:
            _log.exception("the question could not be answered")
            yield self._refused(form, conversation, UNEXPECTED)

    def stop(self, conversation: Conversation) -> Frame:
        """The page after the reader stopped the answer: what was written of it stays."""
        if not conversation.turns or conversation.turns[-1].finished:
            return self._frame(conversation)
        *earlier, last = conversation.turns
        reply = partial_html(last.text, stopped=True)
        html = turn_html(len(earlier) + 1, last.question, reply)
        return self._frame(Conversation((*earlier, Turn(last.question, html, last.text))))

    def clear(self) -> Frame:
        """The page with a new conversation."""
        return self._frame(Conversation(), question="", panel=empty_panel())

    def panel(self, key: str, conversation: Conversation) -> str:
        """The article that a link of this conversation points at, as HTML."""
        reference = conversation.reference(key)
        if reference is None:
            return panel_error(GONE)
        try:
            article = self.archive.article(reference.article_id, reference.revision)
            latest = self.archive.article(reference.article_id).revision
        except RagError as error:
            return panel_error(str(error))
        return article_html(article, key, reference, latest=latest)

    def turns(self, conversation: Conversation) -> tuple[str, ...]:
        """The conversation as HTML; before the first question, what can be asked."""
        return tuple(conversation.html()) or (welcome_html(self.examples),)

    def _answered(self, form: Form, conversation: Conversation) -> Iterator[Frame]:
        filters, as_of = self._limits(form)
        understood = self.archive.understand(form.question, as_of)
        stream = self.archive.stream(
            form.question,
            conversation.history(),
            filters=filters,
            as_of=as_of,
            understood=[one for one in understood if one.words not in form.without],
            model=self.model,
        )
        with closing(stream):
            answer = yield from self._streamed(stream, form.question, conversation)
        number = len(conversation.turns) + 1
        reply = answer_html(answer, number, as_of=form.as_of.strip(), without=form.without)
        html = turn_html(number, form.question, reply)
        turn = Turn(form.question, html, answer.text, references(number, answer))
        done = conversation.with_turn(turn)
        first = done.first_key()
        yield self._frame(done, panel=self.panel(first, done) if first else empty_panel())

    def _streamed(
        self, stream: Generator[str, None, Answer], question: str, conversation: Conversation
    ) -> Generator[Frame, None, Answer]:
        """Shows the pieces as they come."""
        written = ""
        while True:
            try:
                written += next(stream)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            begun = _unfinished(conversation, question, partial_html(written), written)
            yield self._frame(begun, busy=True)

    def _limits(self, form: Form) -> tuple[Filters, datetime | None]:
        filters = self.archive.filters(
            form.published_from.strip(), form.published_to.strip(), form.publishers
        )
        return filters, parse_as_of(form.as_of.strip()) if form.as_of.strip() else None

    def _refused(self, form: Form, conversation: Conversation, problem: str) -> Frame:
        return self._frame(conversation, question=form.question, problem=problem)

    def _frame(
        self,
        conversation: Conversation,
        *,
        question: str | None = None,
        problem: str = "",
        panel: str | None = None,
        busy: bool = False,
    ) -> Frame:
        turns = self.turns(conversation)
        return Frame(conversation, turns, question, problem, panel, busy)


def _unfinished(
    conversation: Conversation, question: str, reply: Markup, written: str = ""
) -> Conversation:
    html = turn_html(len(conversation.turns) + 1, question, reply, busy=True)
    return conversation.with_turn(Turn(question, html, written, finished=False))


def in_page_words(message: str) -> str:
    """An error message with the fields of the page where it names options of the command.

    >>> in_page_words("--from 'soon' is not a date")
    "From: 'soon' is not a date"
    """
    for option, label in OPTIONS.items():
        message = message.replace(f"{option} ", f"{label}: ")
    return message
