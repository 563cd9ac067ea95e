"""The tab for checking a draft or a quotation; what happens there is in `rag.web.checking`."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from rag.web.chat import Chat
from rag.web.checking import (
    CheckFrame,
    PastedDraft,
    check,
    check_the_rest,
    stopped,
    trace,
)
from rag.web.form import Form
from rag.web.parts import Parts, bare_textbox, connect_stop, html_part, private, quiet
from rag.web.rendering.checked import no_check
from rag.web.tabs.ask import connect_opening

STATUS = '<div role="status">${value}</div>'
CHECKED = '<section aria-label="What was checked" tabindex="0">${value.join("")}</section>'
ONLY = (
    '<label class="keys"><input type="checkbox" id="only-doubted"> '
    "Show only what is not supported</label>"
)


def check_tab(chat: Chat, parts: Parts) -> None:
    """Adds the tab to the page."""
    import gradio as gr

    with gr.Tab("Check", id="check", elem_id="tab-check"), gr.Column(elem_id="check-page"):
        hint = "Paste a draft, or a quotation such as “…” said Ann Orr"
        pasted = bare_textbox("Draft or quotation", hint, "pasted", lines=4, max_lines=7)
        with gr.Row(elem_id="check-buttons"):
            go = gr.Button("Check as a draft", variant="primary", elem_id="check-draft")
            quote = gr.Button("Trace as a quotation", elem_id="trace-quotation")
            stop = gr.Button("Stop", visible=False, elem_id="check-stop")
            rest = gr.Button("Check the rest", visible=False, elem_id="check-rest")
            html_part("", ONLY, "only")
        status = html_part("", STATUS, "check-status", ["pasted.js"])
        view = html_part([no_check()], CHECKED, "checked", ["opening.js"])
        # Within the tab: Gradio takes every child of the tabs for one of them.
        draft = gr.State(PastedDraft())
    outputs = [draft, status, view, go, quote, stop, rest]

    def check_draft(words: str, *limits: Any) -> Iterator[list[Any]]:
        """The frames of a check of the draft."""
        with closing(check(chat, Form.of(words, limits))) as frames:
            yield from map(_updates, frames)

    def go_on(before: PastedDraft) -> Iterator[list[Any]]:
        """The frames of a check of the sentences that are left."""
        with closing(check_the_rest(chat, before)) as frames:
            yield from map(_updates, frames)

    def trace_quotation(words: str, *limits: Any) -> list[Any]:
        """Where the quotation was printed."""
        return _updates(trace(chat, Form.of(words, limits)))

    # What is clicked before a stopped check has ended on the server is done afterwards.
    after = {"trigger_mode": "always_last", **private()}
    inputs = [pasted, *parts.limits]
    running = [
        go.click(check_draft, inputs, outputs, **after),
        rest.click(go_on, draft, outputs, **after),
    ]
    quote.click(trace_quotation, inputs, outputs, **after)
    connect_stop(stop, running)
    stop.click(lambda before: _updates(stopped(before)), draft, outputs, **quiet())
    connect_opening(chat, parts, view)


def _updates(frame: CheckFrame) -> list[Any]:
    """A frame as the values of the tab's outputs."""
    import gradio as gr

    left = frame.draft.unchecked_from is not None and bool(frame.draft.pieces)
    return [
        frame.draft,
        frame.status,
        frame.pieces,
        gr.Button(visible=not frame.busy),
        gr.Button(visible=not frame.busy),
        gr.Button(visible=frame.busy),
        gr.Button(visible=left and not frame.busy),
    ]
