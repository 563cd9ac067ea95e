"""Lets readers comment on an answer: thumbs, a wrong citation, a note."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from datetime import UTC, datetime

from rag.conversations.escaping import text
from rag.errors import QueryError, RagError
from rag.store import Remark
from rag.web.chat import Chat, in_page_words
from rag.web.conversation import Conversation
from rag.web.keeping import owner_of
from rag.web.parts import Parts, html_part, quiet

STATUS = '<p role="status">${value}</p>'
THANKS = "Noted, thank you."
NOT_SAVED = "This answer is not saved, so feedback on it cannot be saved either."
LONGEST_NUMBER = 6


def connect_remarks(chat: Chat, parts: Parts) -> None:
    """Connects the feedback buttons of each answer."""
    import gradio as gr

    with parts.aside:
        status = html_part("", STATUS, "remarks", ["feedback.js"])

    def remark(conversation: Conversation, request: gr.Request, event: gr.EventData) -> str:
        """Thanks, or why the remark was not kept."""
        try:
            turn = whole_number(str(event.turn)) or 0
            feedback = Remark(event.kind, whole_number(str(event.citation)), str(event.note))
            keep_remark(chat, conversation, owner_of(request), turn, feedback)
        except RagError as error:
            return str(text(in_page_words(str(error))))
        return THANKS

    status.remark(remark, parts.conversation, status, **quiet())


def keep_remark(
    chat: Chat, conversation: Conversation, owner: str, turn: int, remark: Remark
) -> None:
    """Saves a remark on one turn; raises QueryError if the turn is not saved."""
    turns = conversation.turns
    number = turns[turn - 1].saved_number if 0 < turn <= len(turns) else 0
    if not number:
        raise QueryError(NOT_SAVED)
    answer = chat.archive.conversations.answer(owner, conversation.id, number)
    chat.archive.feedback.add(owner, remark, answer, datetime.now(UTC))


def whole_number(value: str) -> int | None:
    """The whole number in a text of digits; None for any other text."""
    digits = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return int(value) if digits else None
