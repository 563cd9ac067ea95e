"""Builds the page from its frame, its tabs and the article panel."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from typing import Any

from rag.web.chat import Chat
from rag.web.conversation import Conversation
from rag.web.facts import facts_html, is_changing, languages, outlets, sections
from rag.web.parts import Parts, html_part, quiet
from rag.web.rendering.article import empty_panel
from rag.web.server.endpoints import Endpoints, connect_endpoints
from rag.web.server.uploads import Uploads
from rag.web.tabs.add import uploads_tab
from rag.web.tabs.archive import Examine, archive_tab
from rag.web.tabs.ask import ask_parts, connect_asking
from rag.web.tabs.check import check_tab
from rag.web.tabs.conversations import conversations_tab
from rag.web.tabs.evidence import evidence_tab
from rag.web.tabs.feedback import connect_remarks
from rag.web.tabs.filters import connect_filters, filter_parts
from rag.web.tabs.links import connect_links
from rag.web.tabs.saved import saved_tab
from rag.web.tabs.search import search_tab

TITLE = "Dateline"
TAGLINE = "Ask the archive. Every answer shows the sentence it rests on."
AT_ONCE = 8
"""The most answers written at the same time; further questions wait."""

MOST_WAITING = 200
"""The most questions that may wait; further ones are refused."""

REFRESH_SECONDS = 2.0

# Only `${value}` may stand in a template: Gradio would run what Handlebars tags bring in.
MASTHEAD = f"<header><h1>${{value}}</h1><p>{TAGLINE}</p></header>"
ARTICLE_SCRIPTS = [
    "opening.js", "article.js", "sheet.js", "siblings.js", "finding.js", "copying.js",
]  # fmt: skip
PANEL = '<section aria-label="Cited article" tabindex="0">${value}</section>'
SERVER = '<p role="alert"></p><p role="alert" class="failed"></p>'
STATUS = '<p role="status">${value}</p>'


def build_page(
    chat: Chat,
    endpoints: Endpoints | None = None,
    examine: Examine | None = None,
    uploads: Uploads | None = None,
) -> Any:
    """The page as Gradio Blocks, ready to launch.

    Only the calls of `endpoints` are public: no handler of the page is. With `examine` the
    page can tell the archive's health, with `uploads` articles can be added.
    """
    import gradio as gr

    with gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False) as page:
        # First, so that no handler of the page has taken the name of one.
        if endpoints is not None:
            connect_endpoints(endpoints, page)
        parts = _parts(chat, page)
        connect_asking(chat, parts)
        connect_filters(chat, parts)
        connect_remarks(chat, parts)
        connect_links(chat, parts)
        with parts.views:
            search = search_tab(chat, parts)
            check_tab(chat, parts)
            evidence_tab(chat, parts)
            archive_tab(chat, parts, examine, uploads.accounts if uploads else None)
            conversations_tab(chat, parts)
            saved_tab(chat, parts, search)
        if uploads is not None:
            uploads_tab(chat, parts, uploads)
        _connect_facts(chat, parts)
    page.queue(default_concurrency_limit=AT_ONCE, max_size=MOST_WAITING)
    return page


def _parts(chat: Chat, page: Any) -> Parts:
    import gradio as gr

    with gr.Row(elem_id="top"):
        html_part(TITLE, MASTHEAD, "masthead")
        facts = html_part(facts_html(chat), STATUS, "facts")
    html_part("", SERVER, "server", ["calls.js", "server.js", "tabs.js"])
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="chat", scale=7, min_width=320):
            with (
                gr.Tabs(elem_id="views", overflow_behavior="wrap") as views,
                gr.Tab("Ask", id="ask", elem_id="tab-ask"),
            ):
                asked = ask_parts(chat)
            filters = filter_parts(chat)
        with gr.Column(elem_id="reading", scale=5, min_width=320):
            panel = html_part(empty_panel(), PANEL, "article", ARTICLE_SCRIPTS)
    return Parts(
        page=page,
        views=views,
        facts=facts,
        refresh=gr.Timer(REFRESH_SECONDS, active=is_changing(chat)),
        panel=panel,
        conversation=gr.State(Conversation()),
        **asked,
        **filters,
    )


def _connect_facts(chat: Chat, parts: Parts) -> None:
    import gradio as gr

    def refresh() -> list[Any]:
        """The head line, and whether it is looked at again."""
        return [facts_html(chat), gr.Timer(active=is_changing(chat))]

    def load() -> list[Any]:
        """The head line and the choices of the filters."""
        options = (outlets(chat.archive), languages(chat.archive), sections(chat.archive))
        fields = [gr.Dropdown(choices=choices) for choices in options[:2]]
        return [*refresh(), *fields, gr.Dropdown(choices=options[2], visible=len(options[2]) > 1)]

    def welcome(conversation: Conversation, request: gr.Request) -> Any:
        """What an empty conversation shows; nothing where one is open."""
        # Whoever comes by a link to a conversation gets that, and both are sent at once.
        linked = bool(request and request.query_params.get("c"))
        return gr.skip() if linked or conversation.turns else list(chat.turns(conversation))

    parts.page.load(welcome, parts.conversation, parts.log, **quiet())
    outputs = [parts.facts, parts.refresh]
    parts.page.load(load, None, [*outputs, *parts.limits[2:5]], **quiet())
    parts.refresh.tick(refresh, None, outputs, **quiet())
