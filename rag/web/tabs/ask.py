"""The tab for asking: the conversation, the question field, and their handlers."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from rag.conversations.escaping import text
from rag.web.chat import Chat, Frame
from rag.web.conversation import Conversation
from rag.web.follow_ups import follow_ups
from rag.web.form import Form
from rag.web.keeping import owner_of
from rag.web.parts import Parts, bare_textbox, connect_stop, html_part, private, quiet
from rag.web.rendering.answers import follow_ups_html
from rag.web.tabs.filters import chosen_html, without

LOG = (
    '<div role="log" aria-live="polite" aria-label="Conversation" tabindex="0">'
    '${value.join("")}</div>'
)
SCRIPTS = ("opening.js", "tips.js", "log.js", "edit.js", "copying.js", "answer-link.js")
FOLLOW_UPS = "${value}"
NOTICE = '<div role="alert">${value}</div>'
KEYS = (
    '<label class="keys"><input type="checkbox" id="number-keys" checked> '
    "Number keys open citations</label>"
)


def ask_parts(chat: Chat) -> dict[str, Any]:
    """Creates the parts of the tab; returns them by their names in `Parts`."""
    import gradio as gr

    with gr.Column(elem_id="aside") as aside:
        pass
    log = html_part(list(chat.turns(Conversation())), LOG, "log", SCRIPTS)
    notice = html_part("", NOTICE, "notice")
    with gr.Row(elem_id="composer"):
        lines = {"lines": 1, "max_lines": 6, "autofocus": True, "scale": 8}
        question = bare_textbox("Question", "Ask about the archive", "question", **lines)
        ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=88)
        stop = gr.Button("Stop", elem_id="stop", scale=1, min_width=88)
    follow_ups = html_part("", FOLLOW_UPS, "follow-ups", ["follow.js"])
    with gr.Row(elem_id="below"):
        html_part("", KEYS, "keys", ["keys.js"])
        choices = chat.models.choices()
        model = gr.Dropdown(
            label="Answer worded by",
            choices=choices,
            value="",
            visible=len(choices) > 1,
            filterable=False,
            container=False,
            elem_id="model",
            scale=0,
        )
        clear = gr.Button("New conversation", size="sm", elem_id="clear", scale=0, min_width=150)
    return {
        "aside": aside,
        "log": log,
        "notice": notice,
        "question": question,
        "ask": ask,
        "stop": stop,
        "clear": clear,
        "model": model,
        "follow_ups": follow_ups,
    }


def connect_asking(chat: Chat, parts: Parts) -> None:
    """Connects asking, stopping, a new conversation and opening citations."""
    import gradio as gr

    def ask(
        question: str, conversation: Conversation, model: str, request: gr.Request, *limits: Any
    ) -> Iterator[list[Any]]:
        """The frames of an answer."""
        if conversation.turns and not question.strip():
            # The second of two quick presses of Enter.
            yield [gr.skip()] * len(parts.outputs)
            return
        form = replace(Form.of(question, limits), model=model or "")
        yield from _asked(chat, form, replace(conversation, owner=owner_of(request)))

    def ask_again(
        conversation: Conversation,
        model: str,
        request: gr.Request,
        event: gr.EventData,
        *limits: Any,
    ) -> Iterator[list[Any]]:
        """The frames of an answer to a question that is asked in another way."""
        own = replace(conversation, owner=owner_of(request))
        yield from _asked_again(chat, event, limits, own, model or "")

    # A question sent while another is answered is asked afterwards, and none is lost.
    asked = gr.on(
        [parts.question.submit, parts.ask.click],
        ask,
        [parts.question, parts.conversation, parts.model, *parts.limits],
        parts.outputs,
        trigger_mode="always_last",
        **private(),
    )
    # Gradio would repeat the data of the first click with the second one.
    example = parts.log.ask_again(
        ask_again,
        [parts.conversation, parts.model, *parts.limits],
        [*parts.outputs, parts.chosen, *parts.limits],
        trigger_mode="once",
        **private(),
    )
    _connect_follow_ups(chat, parts, [asked, example])
    _connect_ends(chat, parts, [asked, example])
    for part in (parts.log, parts.panel):
        connect_opening(chat, parts, part)


def _connect_follow_ups(chat: Chat, parts: Parts, answered: list[Any]) -> None:
    """Suggests the next questions after each answer."""

    def suggest(conversation: Conversation, *limits: Any) -> str:
        """The questions that may follow."""
        number, last = len(conversation.turns), conversation.turns[-1:]
        asked = last[0].question if last else ""
        return follow_ups_html(number, asked, follow_ups(chat, conversation, Form.of("", limits)))

    for done in answered:
        done.success(
            suggest,
            [parts.conversation, *parts.limits],
            parts.follow_ups,
            concurrency_limit=None,
            **private(),
        )


def _connect_ends(chat: Chat, parts: Parts, runs: Sequence[Any]) -> None:
    """Connects the buttons that end the answer which is being written."""
    connect_stop(parts.stop, runs)
    connect_stop(parts.clear, runs)
    parts.stop.click(
        lambda conversation: updates(chat.stop(conversation)),
        parts.conversation,
        parts.outputs,
        **quiet(),
    )
    parts.clear.click(lambda: updates(chat.clear()), None, parts.outputs, **quiet())


def connect_opening(chat: Chat, parts: Parts, part: Any) -> None:
    """Connects the links of a part, which open articles in the panel."""
    import gradio as gr

    def open_article(conversation: Conversation, event: gr.EventData) -> str:
        """The panel with a cited article."""
        return chat.panel(str(event.key), conversation, str(event.place))

    part.open_article(open_article, parts.conversation, parts.panel, **quiet())


def updates(frame: Frame) -> list[Any]:
    """A frame as the values of `Parts.outputs`.

    The stylesheet shows Stop instead of Ask while a reply is busy: Gradio would build a button
    anew for each property that is set.
    """
    import gradio as gr

    return [
        frame.conversation,
        gr.skip() if frame.turns is None else list(frame.turns),
        gr.skip() if frame.question is None else frame.question,
        str(text(frame.problem or "")),
        gr.skip() if frame.panel is None else frame.panel,
    ]


def _asked_again(
    chat: Chat, event: Any, limits: Sequence[Any], conversation: Conversation, model: str
) -> Iterator[list[Any]]:
    """Asks what a button of the conversation asks; filters that it drops are cleared for good."""
    import gradio as gr

    remaining = tuple(limits)
    for name in event.drop:
        # The one filter of a search that the page calls otherwise.
        limit = "published_to" if name == "published_before" else name
        remaining = without(limit, remaining)
    asked = Form.of(str(event.question), remaining, tuple(map(str, event.without)))
    form = replace(asked, again=int(event.turn) or None, model=model)
    unchanged = [gr.skip()] * (1 + len(remaining))
    cleared = [chosen_html(chat, remaining), *remaining] if event.drop else unchanged
    for values in _asked(chat, form, conversation):
        yield [*values, *cleared]
        cleared = unchanged


def _asked(chat: Chat, form: Form, conversation: Conversation) -> Iterator[list[Any]]:
    with closing(chat.ask(form, conversation)) as frames:
        yield from map(updates, frames)
