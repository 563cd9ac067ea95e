"""The tab for searching: it lists passages and writes no answer."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from dataclasses import dataclass
from typing import Any

from rag.errors import RagError
from rag.retrieval.retrieve import Request
from rag.web.chat import Chat, in_page_words
from rag.web.form import Form
from rag.web.parts import SHOWN_WAITING, Parts, bare_textbox, html_part, private
from rag.web.rendering.results import no_search, results_html
from rag.web.rendering.tables import problem_html
from rag.web.tabs.ask import connect_opening
from rag.web.views.found import find

RESULTS = '<section aria-label="Search results" tabindex="0">${value}</section>'
MOST = 20
"""How many passages are listed at first; "Show more" doubles them, up to LARGEST."""
LARGEST = 160


@dataclass(frozen=True, slots=True)
class SearchFields:
    """The parts of the tab that show a search that was made elsewhere."""

    words: Any
    sort: Any
    results: Any


def search_tab(chat: Chat, parts: Parts) -> SearchFields:
    """Adds the tab to the page."""
    import gradio as gr

    with gr.Tab("Search", id="search", elem_id="tab-search"):
        with gr.Row(elem_id="searching"):
            words = bare_textbox("Search words", "Search the articles", "words", scale=8)
            sort = gr.Dropdown(
                label="Order",
                choices=[("Best match first", "relevance"), ("Newest first", "newest")],
                value="relevance",
                show_label=False,
                container=False,
                filterable=False,
                elem_id="sort",
                scale=2,
                min_width=184,
            )
            go = gr.Button("Search", variant="primary", elem_id="search", scale=1, min_width=88)
        results = html_part(no_search(), RESULTS, "results", ["opening.js", "again.js"])

    def search(words: str, order: str, *limits: Any) -> str:
        """What a search finds."""
        return searched(chat, Form.of(words, limits), order)

    def reorder(words: str, order: str, *limits: Any) -> str:
        """The same search in another order."""
        return search(words, order, *limits) if (words or "").strip() else no_search()

    def again(event: gr.EventData, order: str, *limits: Any) -> str:
        """A search without some words, or with more hits."""
        without = tuple(map(str, event.without))
        most = event.most if isinstance(event.most, int) else MOST
        return searched(chat, Form.of(str(event.question), limits, without), order, most)

    once = {"trigger_mode": "once", **private(), **SHOWN_WAITING}
    gr.on([words.submit, go.click], search, [words, sort, *parts.limits], results, **once)
    sort.input(reorder, [words, sort, *parts.limits], results, **private())
    results.ask_again(again, [sort, *parts.limits], results, **once)
    connect_opening(chat, parts, results)
    return SearchFields(words, sort, results)


def searched(chat: Chat, form: Form, sort: str = "relevance", most: int = MOST) -> str:
    """The `most` best results for a form as HTML, or what is wrong with the form."""
    most = min(max(most, MOST), LARGEST)
    try:
        filters, as_of = chat.limits(form)
        request = Request(form.question, filters=filters, as_of=as_of, ignore=form.without)
        found = find(chat.archive, request, most, sort)
    except RagError as error:
        return problem_html(in_page_words(str(error)))
    more = min(2 * most, LARGEST) if most <= len(found.hits) < LARGEST else 0
    return results_html(form.question.strip(), found, form.without, more)
