"""The page: its parts, where they stand, and which of them calls what in `rag.web.chat`."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from rag.escaping import text
from rag.web.article import empty_panel
from rag.web.assets import asset
from rag.web.chat import Chat, Form, Frame
from rag.web.conversation import Conversation
from rag.web.facts import facts_html, is_growing, outlets

TITLE = "Dateline"
TAGLINE = "Ask the archive. Every answer shows the sentence it rests on."
AT_ONCE = 8
"""How many answers are written at the same time; further questions wait their turn."""

REFRESH_SECONDS = 2.0

# Only `${value}` may stand in a template: Gradio would run what Handlebars tags bring in.
MASTHEAD = f"<header><h1>${{value}}</h1><p>{TAGLINE}</p></header>"
LOG = (
    '<div role="log" aria-live="polite" aria-label="Conversation" tabindex="0">'
    '${value.join("")}</div>'
)
NOTICE = '<div role="alert">${value}</div>'
PANEL = '<section aria-label="Cited article" tabindex="0">${value}</section>'
STATUS = '<p role="status">${value}</p>'


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components that handlers read and write."""

    facts: Any
    refresh: Any
    log: Any
    notice: Any
    question: Any
    ask: Any
    stop: Any
    clear: Any
    limits: tuple[Any, ...]
    panel: Any
    conversation: Any

    @property
    def outputs(self) -> list[Any]:
        """What a frame changes, in the order of `_updates`."""
        return [
            self.conversation,
            self.log,
            self.question,
            self.notice,
            self.panel,
            self.ask,
            self.stop,
        ]


def build_page(chat: Chat) -> Any:
    """The chat as Gradio Blocks, ready to be launched; no handler is a public endpoint."""
    import gradio as gr

    with gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False) as page:
        with gr.Row(elem_id="top"):
            _html(TITLE, MASTHEAD, "masthead")
            facts = _html(facts_html(chat), STATUS, "facts")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="chat", scale=7, min_width=320):
                shown = _conversation_parts(chat)
                asked = _composer_parts(chat)
            with gr.Column(elem_id="reading", scale=5, min_width=320):
                panel = _html(empty_panel(), PANEL, "article", asset("article.js"))
        parts = _Parts(
            facts=facts,
            refresh=gr.Timer(REFRESH_SECONDS, active=is_growing(chat.archive)),
            panel=panel,
            conversation=gr.State(Conversation()),
            **shown,
            **asked,
        )
        _connect_asking(chat, parts)
        _connect_reading(chat, parts)
        _connect_facts(chat, parts, page)
    page.queue(default_concurrency_limit=AT_ONCE)
    return page


def _conversation_parts(chat: Chat) -> dict[str, Any]:
    log = _html(list(chat.turns(Conversation())), LOG, "log", asset("log.js"))
    return {"log": log, "notice": _html("", NOTICE, "notice")}


def _composer_parts(chat: Chat) -> dict[str, Any]:
    import gradio as gr

    with gr.Row(elem_id="composer"):
        question = gr.Textbox(
            label="Question",
            placeholder="Ask about the archive",
            show_label=False,
            container=False,
            lines=1,
            max_lines=6,
            autofocus=True,
            elem_id="question",
            scale=8,
        )
        ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=88)
        stop = gr.Button("Stop", visible=False, elem_id="stop", scale=1, min_width=88)
    with gr.Row(elem_id="below"):
        with gr.Accordion("Filters", open=False, elem_id="filters"), gr.Row():
            limits = _limit_parts(chat)
        clear = gr.Button("New conversation", size="sm", elem_id="clear", scale=0, min_width=150)
    return {"question": question, "ask": ask, "stop": stop, "clear": clear, "limits": limits}


def _limit_parts(chat: Chat) -> tuple[Any, ...]:
    import gradio as gr

    dates = {"max_lines": 1, "min_width": 130, "placeholder": "2025-03-11"}
    return (
        gr.Textbox(label="From", elem_id="from", **dates),
        gr.Textbox(label="To", elem_id="to", **dates),
        gr.Dropdown(
            outlets(chat.archive),
            label="Outlets",
            multiselect=True,
            elem_id="outlets",
            min_width=220,
        ),
        gr.Textbox(label="As of", elem_id="as-of", **dates),
    )


def _connect_asking(chat: Chat, parts: _Parts) -> None:
    import gradio as gr

    def ask(
        question: str, start: str, end: str, publishers: list[str], as_of: str, said: Conversation
    ) -> Iterator[list[Any]]:
        form = Form(question or "", start or "", end or "", publishers or (), as_of or "")
        with closing(chat.ask(form, said)) as frames:
            for frame in frames:
                yield _updates(frame)

    def ask_again(
        start: str,
        end: str,
        publishers: list[str],
        as_of: str,
        said: Conversation,
        event: gr.EventData,
    ) -> Iterator[list[Any]]:
        without = tuple(map(str, event.without))
        form = Form(
            str(event.question), start or "", end or "", publishers or (), as_of or "", without
        )
        with closing(chat.ask(form, said)) as frames:
            for frame in frames:
                yield _updates(frame)

    asked = gr.on(
        [parts.question.submit, parts.ask.click],
        ask,
        [parts.question, *parts.limits, parts.conversation],
        parts.outputs,
        trigger_mode="once",
        **_private(),
    )
    example = parts.log.ask_example(
        ask_again,
        [*parts.limits, parts.conversation],
        parts.outputs,
        trigger_mode="once",
        **_private(),
    )
    ends = {"cancels": [asked, example], "queue": False, **_private()}
    parts.stop.click(
        lambda said: _updates(chat.stop(said)), parts.conversation, parts.outputs, **ends
    )
    parts.clear.click(lambda: _updates(chat.clear()), None, parts.outputs, **ends)


def _connect_reading(chat: Chat, parts: _Parts) -> None:
    import gradio as gr

    def open_article(event: gr.EventData, said: Conversation) -> str:
        return chat.panel(str(event.key), said)

    parts.log.open_article(open_article, parts.conversation, parts.panel, queue=False, **_private())


def _connect_facts(chat: Chat, parts: _Parts, page: Any) -> None:
    import gradio as gr

    def refresh() -> list[Any]:
        return [facts_html(chat), gr.Timer(active=is_growing(chat.archive))]

    def load() -> list[Any]:
        return [*refresh(), gr.Dropdown(choices=outlets(chat.archive))]

    page.load(load, None, [parts.facts, parts.refresh, parts.limits[2]], queue=False, **_private())
    parts.refresh.tick(refresh, None, [parts.facts, parts.refresh], queue=False, **_private())


def _updates(frame: Frame) -> list[Any]:
    import gradio as gr

    return [
        frame.conversation,
        gr.skip() if frame.turns is None else list(frame.turns),
        gr.skip() if frame.question is None else frame.question,
        str(text(frame.problem or "")),
        gr.skip() if frame.panel is None else frame.panel,
        gr.Button(visible=not frame.busy),
        gr.Button(visible=frame.busy),
    ]


def _html(value: Any, template: str, elem_id: str, script: str | None = None) -> Any:
    import gradio as gr

    return gr.HTML(value, html_template=template, js_on_load=script, elem_id=elem_id, **_plain())


def _plain() -> dict[str, Any]:
    """Options of a part that the page's own style sheet dresses."""
    return {"apply_default_css": False, "padding": False, "container": False}


def _private() -> dict[str, Any]:
    """Options of a handler that only this page calls."""
    return {"api_visibility": "private", "show_progress": "hidden"}
