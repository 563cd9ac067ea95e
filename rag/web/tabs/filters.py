"""The filters of all tabs: their fields, and the chosen ones as removable chips."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from typing import Any

from rag.errors import QueryError
from rag.web.chat import Chat, in_page_words
from rag.web.facts import languages, outlets, sections
from rag.web.form import LIMITS, Form
from rag.web.parts import Parts, html_part, quiet
from rag.web.rendering.chips import filters_html
from rag.web.rendering.tables import problem_html

CHOSEN = '<div role="group" aria-label="Filters that are set">${value}</div>'
HINT = (
    '<p class="hint">Dates such as 2025-03-11, 2025-03 or 2025. “As of” answers from the archive '
    "as it was then.</p>"
)
EVERY = "every"
"""The name of the chip that clears all filters."""


def filter_parts(chat: Chat) -> dict[str, Any]:
    """Creates the filter fields; returns them by their names in `Parts`."""
    import gradio as gr

    with gr.Accordion("Filters", open=False, elem_id="filters"):
        with gr.Row():
            limits = _fields(chat)
        html_part("", HINT, "filters-hint")
    return {
        "limits": limits,
        "chosen": html_part("", CHOSEN, "chosen", ["chosen.js", "filter-sheet.js"]),
    }


def _fields(chat: Chat) -> tuple[Any, ...]:
    """A field for each of LIMITS, in their order."""
    import gradio as gr

    date = {"max_lines": 1, "min_width": 104}
    one = {"value": "", "min_width": 104}
    section_choices = sections(chat.archive)
    return (
        gr.Textbox(label="From", elem_id="from", placeholder="first", **date),
        gr.Textbox(label="To", elem_id="to", placeholder="newest", **date),
        gr.Dropdown(
            outlets(chat.archive),
            label="Outlets",
            multiselect=True,
            elem_id="outlets",
            min_width=200,
        ),
        gr.Dropdown(languages(chat.archive), label="Language", elem_id="language", **one),
        gr.Dropdown(
            section_choices,
            label="Section",
            elem_id="section",
            visible=len(section_choices) > 1,
            **one,
        ),
        gr.Textbox(label="As of", elem_id="as-of", placeholder="now", **date),
    )


def connect_filters(chat: Chat, parts: Parts) -> None:
    """Connects the chips of the filters, each of which removes its filter."""
    import gradio as gr

    limits = list(parts.limits)

    def show(*values: Any) -> str:
        """The filters that are chosen."""
        return chosen_html(chat, values)

    def drop(event: gr.EventData, *values: Any) -> list[Any]:
        """The filters without one of them."""
        remaining = without(str(event.name), values)
        return [chosen_html(chat, remaining), *remaining]

    typed = [each for each in limits if isinstance(each, gr.Textbox)]
    changes = [each.change for each in limits if each not in typed]
    left = [event for each in typed for event in (each.blur, each.submit)]
    gr.on([*changes, *left], show, limits, parts.chosen, trigger_mode="always_last", **quiet())
    parts.chosen.drop_limit(drop, limits, [parts.chosen, *limits], **quiet())


def chosen_html(chat: Chat, values: tuple[Any, ...]) -> str:
    """The chips of the chosen filters as HTML, or what is wrong with one of them."""
    form = Form.of("", values)
    try:
        chat.limits(form)
    except QueryError as error:
        return problem_html(in_page_words(str(error)))
    return filters_html(form, EVERY)


def without(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of LIMITS with this filter, or with EVERY all of them, empty."""
    return tuple(
        ([] if isinstance(value, list) else "") if name in (limit, EVERY) else value
        for limit, value in zip(LIMITS, values, strict=True)
    )
