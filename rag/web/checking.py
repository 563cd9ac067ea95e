"""Handles pasted drafts and quotations; knows nothing about Gradio."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from rag.drafts.checking import DraftRequest
from rag.errors import RagError
from rag.observing import Streamed
from rag.web.chat import UNEXPECTED, Chat, in_page_words
from rag.web.form import Form
from rag.web.rendering.checked import (
    no_check,
    progress_html,
    sentences_html,
    status_html,
    summary_html,
    trace_html,
)
from rag.web.rendering.tables import problem_html

SECONDS = 60.0
"""So long is one draft checked at a time; the reader asks for the rest."""

EVERY = 0.7
"""The page is updated no more often than this, in seconds."""

_NO_TEXT = Form("")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PastedDraft:
    """A draft as it was sent, what of it is checked as HTML, and where the rest begins.

    `unchecked_from` is None where nothing is left to check.
    """

    form: Form = _NO_TEXT
    pieces: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    unchecked_from: int | None = None


@dataclass(frozen=True, slots=True)
class CheckFrame:
    """An update of the tab: its draft, a line on how far the check is, and whether it goes on."""

    draft: PastedDraft
    status: str
    busy: bool = False

    @property
    def pieces(self) -> list[str]:
        """What is shown below: what is checked, or a hint."""
        return list(self.draft.pieces) or [no_check()]


def check(
    chat: Chat, form: Form, clock: Callable[[], float] = time.monotonic
) -> Generator[CheckFrame]:
    """Yields the frames of checking the text of a form as a draft, from its beginning."""
    yield from _checked(chat, PastedDraft(form, unchecked_from=0), clock)


def check_the_rest(chat: Chat, draft: PastedDraft) -> Generator[CheckFrame]:
    """Yields the frames of checking what is left of a draft, below what is checked of it."""
    if draft.unchecked_from is not None:
        yield from _checked(chat, draft, time.monotonic)


def trace(chat: Chat, form: Form) -> CheckFrame:
    """The frame of tracing the text of a form as a quotation."""
    try:
        filters, as_of = chat.limits(form)
        found = chat.archive.trace(form.question, filters=filters, as_of=as_of)
    except RagError as error:
        return CheckFrame(PastedDraft(form), problem_html(in_page_words(str(error))))
    return CheckFrame(PastedDraft(form, (trace_html(found),)), "")


def stopped(draft: PastedDraft) -> CheckFrame:
    """The frame after a stop: what is checked so far stays, and the rest can be checked."""
    said = f"Stopped after {draft.done:,} of {draft.total:,} sentences." if draft.total else ""
    return CheckFrame(draft, status_html(said) if said else "")


def _checked(chat: Chat, draft: PastedDraft, clock: Callable[[], float]) -> Iterator[CheckFrame]:
    yield CheckFrame(draft, progress_html(draft.done, draft.total), busy=True)
    try:
        yield from _frames(chat, draft, clock)
    except RagError as error:
        yield CheckFrame(draft, problem_html(in_page_words(str(error))))
    except Exception:
        _log.exception("the draft could not be checked")
        yield CheckFrame(draft, problem_html(UNEXPECTED.format("text")))


def _frames(chat: Chat, draft: PastedDraft, clock: Callable[[], float]) -> Iterator[CheckFrame]:
    filters, as_of = chat.limits(draft.form)
    start = draft.unchecked_from or 0
    request = DraftRequest(draft.form.question, filters, as_of, start, SECONDS)
    shown, last, so_far = 0, clock(), draft
    with closing(chat.archive.checking(request)) as stream:
        streamed = Streamed(stream)
        for found in streamed:
            if clock() - last < EVERY:
                continue
            piece, shown, last = sentences_html(found, shown), len(found.sentences), clock()
            so_far = replace(
                so_far,
                pieces=(*so_far.pieces, piece),
                done=draft.done + shown,
                total=found.sentences_in_all,
                unchecked_from=found.sentences[-1].end,
            )
            yield CheckFrame(so_far, progress_html(so_far.done, so_far.total), busy=True)
    found = streamed.whole
    rest = sentences_html(found, shown) if len(found.sentences) > shown else ""
    ended = replace(
        so_far,
        pieces=(*so_far.pieces, rest) if rest else so_far.pieces,
        done=draft.done + len(found.sentences),
        total=found.sentences_in_all,
        unchecked_from=found.unchecked_from,
    )
    yield CheckFrame(ended, summary_html(found))
