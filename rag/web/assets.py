"""The page's style sheet, scripts and theme; they load nothing from other sites."""

from __future__ import annotations

from importlib.resources import files
from typing import Any
from urllib.parse import quote

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

STYLES = (
    "base.css",
    "filters.css",
    "ask.css",
    "views.css",
    "check.css",
    "keeping.css",
    "saved.css",
    "article.css",
    "layout.css",
)
"""The parts of the style sheet; `layout.css` positions what the others style."""


def asset(name: str) -> str:
    """The text of a file of this package, such as "base.css"."""
    return files("rag.web").joinpath("static", name).read_text(encoding="utf-8")


def head() -> str:
    """The HTML for the page's head: style sheet and icon."""
    # Gradio would add a scope to every rule of `launch(css=...)`.
    css = "".join(map(asset, STYLES))
    return f'<link rel="icon" href="{_ICON}"><style>{css}</style>'


def theme() -> Any:
    """The Gradio theme with the page's colours and fonts, light and dark."""
    import gradio as gr

    return gr.themes.Base(
        primary_hue=gr.themes.colors.stone,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_sm,
        font=SANS,
        font_mono=MONO,
    ).set(**_COLOURS)


_ICON = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<rect width="16" height="16" rx="2" fill="#1f4b73"/><text x="8" y="12.5" fill="#fff" '
    'font-family="Georgia,serif" font-weight="700" font-size="13" text-anchor="middle">'
    "D</text></svg>"
)
_COLOURS = {
    "body_background_fill": "#fbfaf7",
    "body_background_fill_dark": "#17181a",
    "body_text_color": "#1d1c1a",
    "body_text_color_dark": "#e9e6df",
    "block_background_fill": "transparent",
    "block_background_fill_dark": "transparent",
    "block_border_width": "0px",
    "block_label_text_color": "#57534b",
    "block_label_text_color_dark": "#b5b0a6",
    "input_background_fill": "#ffffff",
    "input_background_fill_dark": "#202225",
    "input_border_color": "#8a857b",
    "input_border_color_dark": "#77736b",
    "button_primary_background_fill": "#1f4b73",
    "button_primary_background_fill_hover": "#173a59",
    "button_primary_background_fill_dark": "#9cc3e6",
    "button_primary_background_fill_hover_dark": "#b9d6f0",
    "button_primary_text_color": "#ffffff",
    "button_primary_text_color_dark": "#101418",
}
