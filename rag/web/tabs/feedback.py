"""What readers say of an answer on the page: thumbs, a wrong citation, words of their own."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from datetime import UTC, datetime

from rag.conversations.escaping import text
from rag.errors import QueryError, RagError
from rag.store import Remark
from rag.web.chat import Chat
from rag.web.conversation import Conversation
from rag.web.keeping import owner_of
from rag.web.parts import Parts, html_part, private

SAID = '<p role="status">${value}</p>'
THANKS = "Noted, thank you."
NOT_KEPT = "This answer is not kept, and so is nothing that is said of it."
LONGEST_NUMBER = 6


def connect_remarks(chat: Chat, parts: Parts) -> None:
    """Lets readers say what they think of each answer."""
    import gradio as gr

    with parts.aside:
        said_of = html_part("", SAID, "remarks", ["feedback.js"])

    def remark(said: Conversation, request: gr.Request, event: gr.EventData) -> str:
        try:
            turn = whole_number(str(event.turn)) or 0
            given = Remark(event.kind, whole_number(str(event.citation)), str(event.note))
            keep_remark(chat, said, owner_of(request), turn, given)
        except RagError as error:
            return str(text(str(error)))
        return THANKS

    said_of.remark(remark, parts.conversation, said_of, queue=False, **private())


def keep_remark(chat: Chat, said: Conversation, owner: str, turn: int, remark: Remark) -> None:
    """Keeps a remark on one turn of a conversation; raises QueryError where it cannot be."""
    number = said.turns[turn - 1].kept if 0 < turn <= len(said.turns) else 0
    if not number:
        raise QueryError(NOT_KEPT)
    answer = chat.archive.conversations.answer(owner, said.id, number)
    chat.archive.feedback.add(owner, remark, answer, datetime.now(UTC))


def whole_number(value: str) -> int | None:
    """The number that these digits are; None for anything else."""
    digits = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return int(value) if digits else None
