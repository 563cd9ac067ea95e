"""Handles a reader's questions, stops and opened citations; knows nothing about Gradio."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from rag.archive import Archive
from rag.errors import ArchiveError, RagError
from rag.llms import ChatModel
from rag.observing import Streamed
from rag.records import Answer, Filters
from rag.store.files import holder
from rag.store.postgresql import without_server
from rag.web.answering import Answering
from rag.web.conversation import Conversation, Kind, Turn, reference_at, references
from rag.web.form import Form
from rag.web.keeping import keep
from rag.web.models import Models
from rag.web.rendering.answers import (
    answer_html,
    partial_html,
    turn_html,
    working_html,
)
from rag.web.rendering.article import article_html, empty_panel, panel_error
from rag.web.rendering.start import start_html
from rag.web.views.found import count_by_words
from rag.web.views.opened import open_words
from rag.web.views.start import Start, start_of

OPTIONS = {"--from": "From", "--to": "To", "--as-of": "As of", "--ignore": "Words to ignore"}
"""The labels on the page for the options that error messages name."""

UNEXPECTED = (
    "Something went wrong on the server, and its log says what. Your {} is still here; "
    "please try again."
)
REBUILDING = (
    "The archive is being rebuilt, so that not all of it can be found. Your question is still "
    "here; ask it again in a moment."
)
THINKING = "The model is thinking"
GONE = "This citation belongs to a conversation that has ended. Ask again to open it."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """An update of the page; None leaves a part unchanged."""

    conversation: Conversation
    turns: tuple[str, ...] | None = None
    question: str | None = None
    problem: str | None = None
    panel: str | None = None


class Chat:
    """The chat with one archive; it has no state, so any number of sessions can use it.

    `preparing` returns what an answer waits for, "" if for nothing. `others` are the models that
    can be chosen for a question, by name. `answering` answers instead of the archive itself.
    """

    def __init__(
        self,
        archive: Archive,
        model: ChatModel | None = None,
        examples: Sequence[str] = (),
        preparing: Callable[[], str] = str,
        others: Mapping[str, ChatModel] = MappingProxyType({}),
        answering: Answering | None = None,
    ) -> None:
        self.archive = archive
        self.model = model
        self.models = Models(model, others)
        self.examples = tuple(examples)
        self.preparing = preparing
        self._asked = answering or archive
        self._welcome: tuple[tuple[str, int] | None, str] = (None, "")

    def ask(self, form: Form, conversation: Conversation) -> Generator[Frame]:
        """Yields the frames from sending a question to its answer.

        A question that cannot be answered comes back with the reason.
        """
        doing = self.preparing() or "searching the archive"
        working = working_html(doing[0].upper() + doing[1:])
        begun = _unfinished(conversation, form.question, working)
        yield self._frame(begun, question="")
        try:
            yield from self._answered(form, conversation)
        except RagError as error:
            said = in_page_words(without_folder(str(error), self.archive.folder))
            problem = REBUILDING if self._is_rebuilt() else said
            yield self._refused(form, conversation, problem)
        except Exception:
            _log.exception("the question could not be answered")
            yield self._refused(form, conversation, UNEXPECTED.format("question"))

    def stop(self, conversation: Conversation) -> Frame:
        """The frame after a stop: the words written so far stay."""
        if not conversation.turns or conversation.turns[-1].finished:
            return self._frame(conversation)
        *earlier, last = conversation.turns
        reply = partial_html(last.text, stopped=True)
        html = turn_html(len(earlier) + 1, last.question, reply)
        stopped = Turn(last.question, html, last.text)
        return self._frame(replace(conversation, turns=(*earlier, stopped)))

    def clear(self) -> Frame:
        """The frame of a new conversation."""
        return self._frame(Conversation(), question="", panel=empty_panel())

    def panel(self, key: str, conversation: Conversation, place: str = "") -> str:
        """The article that a link of this conversation opens, as HTML.

        An unknown link opens the `place` that it carries.
        """
        kind: Kind = "cite" if key.startswith("cite") else "near"
        reference = conversation.reference(key) or reference_at(place, kind)
        if reference is None:
            return panel_error(GONE)
        span = (reference.start, reference.end)
        try:
            opened = open_words(self.archive, reference.article_id, reference.revision, span)
        except RagError as error:
            return panel_error(in_page_words(str(error)))
        return article_html(opened, key, reference)

    def turns(self, conversation: Conversation) -> tuple[str, ...]:
        """The turns as HTML; before the first question, the welcome."""
        return tuple(conversation.html()) or (self.welcome(),)

    def welcome(self) -> str:
        """What is shown before the first question; worked out again where the archive changed."""
        try:
            state = self.archive.state()
            if self._welcome[0] != state:
                self._welcome = (state, start_html(start_of(self.archive, self.examples)))
        except RagError:
            return start_html(Start(examples=self.examples))
        return self._welcome[1]

    def turn(
        self,
        number: int,
        answer: Answer,
        *,
        as_of: str = "",
        without: Sequence[str] = (),
        saved_number: int = 0,
        first: str = "",
    ) -> Turn:
        """The turn of an answer, as turn `number` of its conversation.

        `as_of` and `without` come from the form; `saved_number` is the answer's number in the
        archive, 0 if it is not saved. `first` is what a model first wrote, before checking.
        """
        by_words = count_by_words(self.archive, answer)
        reply = answer_html(
            answer, number, as_of=as_of, without=without, by_words=by_words, first=first
        )
        return Turn(
            answer.question,
            turn_html(number, answer.question, reply),
            answer.text,
            references(number, answer),
            searched=answer.standalone,
            passages=tuple(hit.passage.id for hit in answer.hits),
            declined=answer.abstained,
            saved_number=saved_number,
        )

    def _answered(self, form: Form, conversation: Conversation) -> Iterator[Frame]:
        filters, as_of = self.limits(form)
        rebuilt = self._is_rebuilt()
        stream = self._asked.stream(
            form.question,
            conversation.history(form.again),
            filters=filters,
            as_of=as_of,
            ignore=form.without,
            model=self.models.named(form.model),
        )
        with closing(stream):
            answer, first = yield from self._streamed(stream, form.question, conversation)
        if rebuilt or self._is_rebuilt():
            raise ArchiveError(REBUILDING)
        number = len(conversation.turns) + 1
        turn = self.turn(
            number, answer, as_of=form.as_of.strip(), without=form.without, first=first
        )
        done = keep(self.archive, conversation.with_turn(turn), answer)
        key = done.first_key()
        yield self._frame(done, panel=self.panel(key, done) if key else empty_panel())

    def _is_rebuilt(self) -> bool:
        """Whether another process is rebuilding the indexes, which are incomplete then."""
        writer = holder(self.archive.folder)
        return writer.working and writer.purpose == "rebuild"

    def _streamed(
        self, stream: Generator[str, None, Answer], question: str, conversation: Conversation
    ) -> Generator[Frame, None, tuple[Answer, str]]:
        """Yields a frame for each piece, and one where the model thinks.

        Returns the answer and all pieces.
        """
        written = ""
        thinking = False
        streamed = Streamed(stream)
        for piece in streamed:
            if piece or not (written or thinking):
                written += piece
                thinking = not written
                shown = partial_html(written) if written else working_html(THINKING)
                yield self._frame(_unfinished(conversation, question, shown, written))
        return streamed.whole, written

    def limits(self, form: Form) -> tuple[Filters, datetime | None]:
        """The filters and the as-of date of a form; raises QueryError for an invalid date."""
        return self.archive.limits(
            form.published_from.strip(),
            form.published_to.strip(),
            form.publishers,
            form.language,
            form.section,
            form.as_of.strip(),
        )

    def _refused(self, form: Form, conversation: Conversation, problem: str) -> Frame:
        return self._frame(conversation, question=form.question, problem=problem)

    def _frame(
        self,
        conversation: Conversation,
        *,
        question: str | None = None,
        problem: str = "",
        panel: str | None = None,
    ) -> Frame:
        turns = self.turns(conversation)
        return Frame(conversation, turns, question, problem, panel)


def _unfinished(
    conversation: Conversation, question: str, reply: Markup, written: str = ""
) -> Conversation:
    html = turn_html(len(conversation.turns) + 1, question, reply, busy=True)
    return conversation.with_turn(Turn(question, html, written, finished=False))


def in_page_words(message: str) -> str:
    """An error message with labels of the page instead of command options.

    >>> in_page_words("--from 'soon' is not a date")
    "From: 'soon' is not a date"
    """
    message = without_server(message)
    for option, label in OPTIONS.items():
        message = message.replace(f"{option} ", f"{label}: ")
    return message


def without_folder(message: str, folder: Path) -> str:
    """An error message that does not tell where on the server the archive lies.

    >>> without_folder("there is no archive in '/srv/news'", Path("/srv/news"))
    "there is no archive in 'ARCHIVE'"
    """
    return message.replace(str(folder), "ARCHIVE") if folder.is_absolute() else message
