"""Links from outside: to a sentence of an article, and an answer that a reader shares."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

import re
from collections.abc import Mapping

from rag.conversations.escaping import text
from rag.errors import RagError
from rag.web.chat import Chat, in_page_words
from rag.web.conversation import Conversation, Reference
from rag.web.keeping import owner_of
from rag.web.parts import Parts, quiet
from rag.web.rendering.article import LINKED, panel_error

NOT_SAVED = "This answer is not saved, so it has no link that others could open."
NO_SENTENCE = "This link names no sentence of an article. Ask again, and copy it from there."

_NUMBER = re.compile(r"[1-9]\d{0,9}")
_SPAN = re.compile(r"(\d{1,10})-(\d{1,10})")


def connect_links(chat: Chat, parts: Parts) -> None:
    """Connects the article that the page's address names, and the share button of an answer."""
    import gradio as gr

    def open_sentence(request: gr.Request) -> object:
        """The panel with the sentence that the page's address names."""
        asked = dict(request.query_params) if request else {}
        return linked_panel(chat, asked) if "article" in asked else gr.skip()

    def share(conversation: Conversation, request: gr.Request) -> str:
        """Why a conversation cannot be shared; "" where it is."""
        if not conversation.id:
            return NOT_SAVED
        try:
            chat.archive.conversations.share(owner_of(request), conversation.id, shared=True)
        except RagError as error:
            return str(text(in_page_words(str(error))))
        return ""

    parts.page.load(open_sentence, None, parts.panel, **quiet())
    parts.log.share_answer(share, parts.conversation, parts.notice, **quiet())


def linked_panel(chat: Chat, asked: Mapping[str, str]) -> str:
    """The article that a link names, opened at its sentence, or why it cannot be."""
    revision, span = (
        _NUMBER.fullmatch(asked.get("revision", "")),
        _SPAN.fullmatch(asked.get("at", "")),
    )
    if not revision or not span:
        return panel_error(NO_SENTENCE)
    place = Reference("cite", asked["article"], int(revision[0]), int(span[1]), int(span[2]))
    return chat.panel(LINKED, Conversation(), place.place())
