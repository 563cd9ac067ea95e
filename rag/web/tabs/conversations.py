"""The tab of earlier conversations: searched, opened again, renamed, shared and deleted."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from rag.archive import Archive
from rag.conversations.escaping import text
from rag.conversations.stored_answers import restored
from rag.errors import RagError
from rag.store import KeptConversation, Summary
from rag.web.chat import Chat, Frame, in_page_words
from rag.web.conversation import Conversation
from rag.web.keeping import UNKNOWN_VISITOR, owner_of, unkept
from rag.web.parts import Parts, bare_textbox, html_part, quiet
from rag.web.rendering.article import empty_panel
from rag.web.rendering.taking import files
from rag.web.tabs.ask import updates

LIST = '<nav aria-label="Conversations" id="kept-list">${value}</nav>'
CURRENT = '<span data-current="${value}"></span>'
NOT_KEPT = "Conversations are not kept: this archive may only be read."
NEEDS_COOKIE = "Conversations are not kept: allow this browser to store cookies for this page."
NOTHING = "No conversation is kept yet."
NOT_FOUND = "No conversation holds these words."


def conversations_tab(chat: Chat, parts: Parts) -> None:
    """Adds the tab to the page."""
    import gradio as gr

    with parts.aside:
        # What is in a tab that was never opened is not there for scripts.
        current = html_part("", CURRENT, "kept-current", ["current.js"])
    with gr.Tab("Conversations", id="conversations", elem_id="tab-conversations") as tab:
        hint = "Search what was asked and answered"
        words = bare_textbox("Search conversations", hint, "kept-words")
        shown = html_part("", LIST, "kept-conversations", ["copying.js", "conversations.js"])

    def refresh(words: str, said: Conversation, request: gr.Request) -> tuple[str, str]:
        """The list of conversations, and which one is open."""
        return list_html(chat.archive, owner_of(request), words or "", said.id), said.id

    # One handler: words typed while a list is on its way are looked for once that is here.
    gr.on(
        [tab.select, words.change, current.input],
        refresh,
        [words, parts.conversation],
        [shown, current],
        trigger_mode="always_last",
        **quiet(),
    )
    _connect_changes(chat, parts, (shown, current), words)
    _connect_opening(chat, parts, shown)


def _connect_changes(chat: Chat, parts: Parts, told: tuple[Any, Any], words: Any) -> None:
    import gradio as gr

    def change(
        words: str, said: Conversation, request: gr.Request, event: gr.EventData
    ) -> list[Any]:
        """The list after a conversation was renamed or deleted."""
        owner, id_, what = owner_of(request), str(event.id), str(event.what)
        problem = _changed(chat.archive, owner, id_, what, str(event.value))
        if what == "delete" and id_ == said.id and not problem:
            said = unkept(said)
        listed = list_html(chat.archive, owner, words or "", said.id)
        return [listed, said.id, problem, said]

    told[0].change_kept(
        change,
        [words, parts.conversation],
        [*told, parts.notice, parts.conversation],
        **quiet(),
    )


def _connect_opening(chat: Chat, parts: Parts, shown: Any) -> None:
    import gradio as gr

    def open_kept(said: Conversation, request: gr.Request, event: gr.EventData) -> list[Any]:
        """A conversation from the list, in the tab for questions."""
        frame = reopened(chat, owner_of(request), str(event.id), said)
        return [*updates(frame), gr.Tabs(selected="ask")]

    def open_linked(said: Conversation, request: gr.Request) -> list[Any]:
        """The conversation that the page's address names."""
        id_ = request.query_params.get("c", "") if request else ""
        if not id_:
            return [gr.skip() for _ in parts.outputs]
        return updates(reopened(chat, owner_of(request), id_, said))

    opened = [*parts.outputs, parts.views]
    shown.open_kept(open_kept, parts.conversation, opened, **quiet())
    parts.page.load(open_linked, parts.conversation, parts.outputs, **quiet())


def reopened(chat: Chat, owner: str, id_: str, conversation: Conversation) -> Frame:
    """The page with a kept conversation, or as it was with the reason why it cannot be opened."""
    try:
        again = conversation_of(chat, chat.archive.conversations.get(owner, id_), owner)
    except RagError as error:
        return Frame(conversation, problem=in_page_words(str(error)))
    first = again.first_key()
    panel = chat.panel(first, again) if first else empty_panel()
    return Frame(again, chat.turns(again), None, "", panel)


def conversation_of(chat: Chat, kept: KeptConversation, owner: str) -> Conversation:
    """A kept conversation as the page goes on with it; another's is not added to."""
    own = kept.owner == owner
    turns = tuple(
        chat.turn(
            number,
            restored(turn.answer, chat.archive.article),
            saved_number=turn.number if own else 0,
        )
        for number, turn in enumerate(kept.turns, start=1)
    )
    return Conversation(turns, kept.summary.id if own else "", owner)


def _changed(archive: Archive, owner: str, id_: str, what: str, value: str) -> str:
    """Renames, shares or deletes; returns what was wrong, "" where nothing was."""
    try:
        kept = archive.conversations
        if what == "rename":
            kept.rename(owner, id_, value)
        elif what == "share":
            kept.share(owner, id_, shared=value == "true")
        elif what == "delete":
            kept.delete(owner, id_)
    except RagError as error:
        return str(text(in_page_words(str(error))))
    return ""


def list_html(archive: Archive, owner: str, words: str, current: str) -> str:
    """The owner's conversations as a list, the open one marked, or why there is none."""
    try:
        kept = archive.conversations
        found = kept.find(owner, words)
        why_none = NOTHING if not words.strip() else NOT_FOUND
        if owner == UNKNOWN_VISITOR:
            why_none = NEEDS_COOKIE
        shown = _list(found, current) if found else _note(why_none if kept.can_save() else NOT_KEPT)
    except RagError as error:
        shown = _note(in_page_words(str(error)))
    return str(shown)


def _list(found: Sequence[Summary], current: str) -> Markup:
    items = Markup("").join(_item(each, each.id == current) for each in found)
    return Markup("<ul>{}</ul>").format(items)


def _item(one: Summary, is_current: bool) -> Markup:
    answers = "1 answer" if one.turns == 1 else f"{one.turns} answers"
    named = text(one.title)
    return Markup(
        '<li data-id="{id}"><button type="button" class="open" dir="auto"{current}>{title}</button>'
        '<span class="when">{when} · {answers}</span><span class="acts">'
        '<button type="button" class="rename" aria-label="Rename “{title}”">Rename</button>'
        '<button type="button" class="share" aria-pressed="{shared}" '
        'title="Lets whoever can open this page read it by its link">Share</button>'
        '<a class="link" href="?c={id}" aria-label="Link to “{title}”">Link</a>'
        '{files}<button type="button" class="delete" aria-label="Delete “{title}”">Delete</button>'
        "</span></li>"
    ).format(
        id=text(one.id),
        files=Markup("").join(
            Markup('<a href="export/{0}.{1}" download aria-label="“{2}” as {3}">{3}</a>').format(
                text(one.id), kind, named, name
            )
            for kind, name in files().items()
        ),
        title=named,
        when=f"{one.changed.day} {one.changed:%B %Y}",
        answers=answers,
        shared="true" if one.shared else "false",
        current=Markup(' aria-current="true"') if is_current else "",
    )


def _note(said: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text(said))
