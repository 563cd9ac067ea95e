"""The components of the page that more than one of its tabs reads or writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.web.assets import asset


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the page, for what is added to it.

    More goes into a part by `with parts.aside: ...`, and a tab by
    `with parts.views, gr.Tab(...): ...`. `limits` are the filters, in the order of
    `rag.web.form.LIMITS`, and `chosen` says which are set.
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
    limits: tuple[Any, ...]
    chosen: Any
    panel: Any
    conversation: Any

    @property
    def outputs(self) -> list[Any]:
        """What a frame changes, in the order of `rag.web.tabs.ask.updates`."""
        return [
            self.conversation,
            self.log,
            self.question,
            self.notice,
            self.panel,
            self.ask,
            self.stop,
        ]


def html_part(value: Any, template: str, elem_id: str, scripts: Sequence[str] = ()) -> Any:
    """A part of the page's own making; `scripts` are assets, run when it is loaded."""
    import gradio as gr

    script = "\n".join(map(asset, scripts)) or None
    return gr.HTML(value, html_template=template, js_on_load=script, elem_id=elem_id, **plain())


def plain() -> dict[str, Any]:
    """Options of a part that the page's own style sheet dresses."""
    return {"apply_default_css": False, "padding": False, "container": False}


def private() -> dict[str, Any]:
    """Options of a handler that only this page calls."""
    return {"api_visibility": "private", "show_progress": "hidden"}
