"""The components of the page that several tabs use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.web.assets import asset


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the page.

    Add to a part with `with parts.aside: ...`, and a tab with
    `with parts.views, gr.Tab(...): ...`. `model` words the next answer. `limits` are
    the filters, in the order of `rag.web.form.LIMITS`, and `chosen` says which are set.
    """

    page: Any
    views: Any
    aside: Any
    facts: Any
    refresh: Any
    log: Any
    notice: Any
    question: Any
    ask: Any
    stop: Any
    clear: Any
    model: Any
    follow_ups: Any
    limits: tuple[Any, ...]
    chosen: Any
    panel: Any
    conversation: Any

    @property
    def outputs(self) -> list[Any]:
        """The components that a frame updates, in the order of `rag.web.tabs.ask.updates`."""
        return [
            self.conversation,
            self.log,
            self.question,
            self.notice,
            self.panel,
        ]


def html_part(value: Any, template: str, elem_id: str, scripts: Sequence[str] = ()) -> Any:
    """A custom HTML component; `scripts` are assets that run when it loads."""
    import gradio as gr

    script = "\n".join(map(asset, scripts)) or None
    # The page's own style sheet is all that styles it.
    own = {"apply_default_css": False, "padding": False, "container": False}
    return gr.HTML(value, html_template=template, js_on_load=script, elem_id=elem_id, **own)


def bare_textbox(label: str, placeholder: str, elem_id: str, **more: Any) -> Any:
    """A text field whose label is for screen readers alone, of one line unless `more` says so."""
    import gradio as gr

    shape = {"show_label": False, "container": False, "max_lines": 1}
    return gr.Textbox(label=label, placeholder=placeholder, elem_id=elem_id, **{**shape, **more})


def connect_stop(button: Any, runs: Sequence[Any]) -> None:
    """Lets a click on the button cancel the runs; connect what the page then shows after it.

    Each run is cancelled by an event of its own, and before the page shows anything: Gradio takes
    a list one by one, waits for the server each time, and so would cancel what was begun meanwhile.
    """
    for run in runs:
        button.click(None, cancels=[run], **quiet())


SHOWN_WAITING = {"show_progress": "minimal"}
"""For a handler whose result takes long: the style sheet shows that it is waited for."""


def private() -> dict[str, Any]:
    """The options of a handler that only this page calls."""
    return {"api_visibility": "private", "show_progress": "hidden"}


def quiet() -> dict[str, Any]:
    """The same, of a handler that is answered at once, whatever waits."""
    return {"queue": False, **private()}
