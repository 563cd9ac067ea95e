"""The tab for bringing one's own articles; what happens to them is in `rag.web.adding`."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.corpus.readers import known_suffixes
from rag.errors import QueryError, RagError
from rag.store.shared import Shared
from rag.web.adding import (
    MOST_FILES,
    Adding,
    UploadOutcome,
    add_address,
    add_files,
    check_choice,
)
from rag.web.chat import Chat
from rag.web.facts import facts_html, outlets
from rag.web.keeping import owner_of
from rag.web.parts import Parts, html_part, private, quiet
from rag.web.rendering.tables import problem_html
from rag.web.server.guard import LARGEST_FILE
from rag.web.server.uploads import NOT_ALLOWED, Uploads
from rag.web.upload_turns import in_turn, now_adding

STATUS = '<div role="status" id="added">${value}</div>'
INTRODUCTION = (
    "<p>Your files are added to this archive, for everybody who uses it. You can ask about them "
    "at once.</p><details><summary>Files that can be read</summary><p>${value}</p></details>"
)
QUEUE = '<ol aria-label="Being added now">${value}</ol>'
QUEUE_SECONDS = 3.0
NOTE = '<p class="note">${value}</p>'
NO_NETWORK = (
    "Web pages and feeds cannot be added here, because the network is turned off. Whoever runs "
    "this page can turn it on with DATELINE_NETWORK=1."
)


def uploads_tab(chat: Chat, parts: Parts, uploads: Uploads) -> None:
    """Adds the tab; where there is a login, only editors and admins see and use it."""
    import gradio as gr

    network = uploads.network
    # A tab that is there at first cannot be taken away again.
    at_first = {"visible": uploads.accounts is None}
    with parts.views, gr.Tab("Add articles", id="add", elem_id="tab-add", **at_first) as tab:
        html_part(known_suffixes(), INTRODUCTION, "add-intro")
        files, outlet, date = _file_parts()
        take = gr.Button("Add these files", variant="primary", elem_id="take-files")
        address, is_feed, read = _address_parts(network)
        html_part("" if network else NO_NETWORK, NOTE, "no-network")
        status = html_part("", STATUS, "adding")

    def take_files(
        paths: list[str] | None, outlet: str, date: str, request: gr.Request
    ) -> Iterator[list[Any]]:
        """The states of adding the chosen files."""
        given = str(outlet or ""), str(date or "")
        try:
            check_choice(len(paths or ()), *given)
        except QueryError as error:
            # What was chosen stays: it is not read yet.
            yield [problem_html(str(error)), gr.skip()]
            return
        with uploads.files.take(paths or ()) as files:
            reader = owner_of(request)
            for state in _states(uploads, reader, lambda: add_files(chat.archive, files, *given)):
                yield [state, gr.skip()]
        yield [gr.skip(), None]

    def read_address(address: str, is_feed: bool, request: gr.Request) -> Iterator[str]:
        """The states of reading an address."""
        yield from _states(
            uploads,
            owner_of(request),
            lambda: add_address(chat.archive, address or "", feed=is_feed),
        )

    def show_tab(request: gr.Request) -> Any:
        """The tab, shown to those who may add."""
        return gr.Tab(visible=uploads.allowed(owner_of(request)))

    once = {"trigger_mode": "once", "concurrency_limit": 1, **private()}

    def settle() -> list[Any]:
        """The head line and the outlets after adding."""
        return [facts_html(chat), gr.Dropdown(choices=outlets(chat.archive))]

    added = take.click(take_files, [files, outlet, date], [status, files], **once)
    was_read = read.click(read_address, [address, is_feed], status, **once)
    for done in (added, was_read):
        done.then(settle, None, [parts.facts, parts.limits[2]], **quiet())
    parts.page.load(show_tab, None, tab, **quiet())
    if uploads.shared is not None:
        _show_queue(tab, uploads, uploads.shared)


def _show_queue(tab: Any, uploads: Uploads, shared: Shared) -> None:
    """Shows in the tab what is being added at any page, while there is something."""
    import gradio as gr

    with tab:
        queue = html_part("", QUEUE, "adding-now")
        timer = gr.Timer(QUEUE_SECONDS, active=False)

    def look(request: gr.Request) -> list[Any]:
        """What is being added now, and whether it is looked at again."""
        if not uploads.allowed(owner_of(request)):
            return ["", gr.Timer(active=False)]
        try:
            found = now_adding(shared)
        except RagError:
            return ["", gr.Timer(active=True)]
        rows = Markup("").join(Markup("<li>{}</li>").format(text(each)) for each in found)
        return [str(rows), gr.Timer(active=bool(found))]

    for event in (tab.select, timer.tick):
        event(look, None, [queue, timer], **quiet())


def _file_parts() -> tuple[Any, Any, Any]:
    """The fields for files, and for the outlet and date of those that name none."""
    import gradio as gr

    files = gr.File(
        label=f"Files, {MOST_FILES} at most, each up to {LARGEST_FILE >> 20} MB",
        file_count="multiple",
        elem_id="files",
    )
    with gr.Row(elem_id="file-facts"):
        outlet = gr.Textbox(label="Outlet, where a file names none", max_lines=1)
        date = gr.Textbox(
            label="Date, where a file has none", placeholder="2025-05-31", max_lines=1
        )
    return files, outlet, date


def _address_parts(network: bool) -> tuple[Any, Any, Any]:
    """The field for an address, whether it is a feed, and the button; hidden without network."""
    import gradio as gr

    with gr.Column(visible=network, elem_id="from-network"):
        address = gr.Textbox(
            label="Address of a page, a sitemap or a feed",
            placeholder="https://",
            max_lines=1,
            elem_id="address",
        )
        is_feed = gr.Checkbox(label="It is a feed; follow it", elem_id="is-feed")
        read = gr.Button("Read this address", elem_id="read-address")
    return address, is_feed, read


def _states(uploads: Uploads, reader: str, begin: Callable[[], Iterator[Adding]]) -> Iterator[str]:
    """The state of affairs as HTML, from the first moment to the last."""
    if not uploads.allowed(reader):
        yield problem_html(NOT_ALLOWED)
        return
    try:
        for state in in_turn(uploads.shared, reader, begin):
            yield adding_html(state)
    except RagError as error:
        yield problem_html(str(error))


def adding_html(state: Adding) -> str:
    """What is done at the moment, and what became of each input."""
    doing = Markup('<p class="working">{}</p>').format(text(state.doing)) if state.doing else ""
    rows = Markup("").join(_row(each) for each in state.outcomes)
    return str(Markup('{}<ul class="outcomes">{}</ul>').format(doing, rows))


def _row(one: UploadOutcome) -> Markup:
    notes = Markup("").join(Markup("<li>{}</li>").format(text(note)) for note in one.notes)
    more = Markup("<ul>{}</ul>").format(notes) if one.notes else ""
    return Markup('<li{}><span class="name" dir="auto">{}</span>: {}{}</li>').format(
        Markup(' class="problem"') if one.problem else "", text(one.name), text(one.result), more
    )
