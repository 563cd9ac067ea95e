"""The tab about the archive: its size, the articles of a section, and its health."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from rag.errors import RagError
from rag.maintenance.doctor.findings import Finding
from rag.maintenance.holdings import read_holdings
from rag.web.accounts import Accounts, Role
from rag.web.chat import Chat, in_page_words
from rag.web.form import Form
from rag.web.keeping import has_role, owner_of
from rag.web.parts import Parts, html_part, private
from rag.web.rendering.archive import archive_html, health_html, listing_html, named_month
from rag.web.rendering.tables import problem_html
from rag.web.tabs.ask import connect_opening
from rag.web.views.shelves import last_failures, list_articles, shelves, without_folders

ARCHIVE = '<section aria-label="The archive" tabindex="0">${value}</section>'
LISTED = '<section aria-label="Articles listed">${value}</section>'
HEALTH = '<section aria-label="Health of the archive" aria-live="polite">${value}</section>'

MAY_EXAMINE: tuple[Role, ...] = ("admin",)
NOT_ALLOWED = "Your account may not examine the archive; an admin's can."

Examine = Callable[[], Sequence[Finding]]
"""Examines the archive, as `dateline doctor` does."""


def archive_tab(
    chat: Chat, parts: Parts, examine: Examine | None = None, accounts: Accounts | None = None
) -> None:
    """Adds the tab to the page; `examine` adds a button for the archive's health.

    Only whoever may examine it sees paths, where there are `accounts` an admin: what mends an
    archive names its folder, and so do the files that failed.
    """
    import gradio as gr

    with (
        gr.Tab("Archive", id="archive", elem_id="tab-archive") as tab,
        gr.Column(elem_id="archive-page"),
    ):
        overview = html_part("", ARCHIVE, "held", ["shelves.js"])
        if examine is not None:
            check = gr.Button("Check health", size="sm", elem_id="check", min_width=120)
            health = html_part("", HEALTH, "health")
            _connect_health(examine, accounts, check, health)
        listed = html_part("", LISTED, "listed", ["opening.js", "listed.js"])

    def show(request: gr.Request) -> str:
        """The overview of the archive; with its paths for those who may examine it."""
        may_examine = examine is not None and has_role(accounts, owner_of(request), MAY_EXAMINE)
        return overview_of(chat, paths=may_examine)

    def list_shelf(event: gr.EventData, *limits: Any) -> str:
        """The articles of an outlet or a month."""
        outlet, month = (None if one is None else str(one) for one in (event.outlet, event.month))
        return section_of(chat, Form.of("", limits), outlet, month)

    tab.select(show, None, overview, trigger_mode="once", **private())
    overview.list_shelf(list_shelf, list(parts.limits), listed, trigger_mode="once", **private())
    connect_opening(chat, parts, listed)


def _connect_health(examine: Examine, accounts: Accounts | None, check: Any, health: Any) -> None:
    import gradio as gr

    def tell(request: gr.Request) -> str:
        """What the doctor says, for those who may ask it."""
        if not has_role(accounts, owner_of(request), MAY_EXAMINE):
            return problem_html(NOT_ALLOWED)
        return health_of(examine)

    check.click(tell, None, health, trigger_mode="once", **private())


def overview_of(chat: Chat, *, paths: bool = True) -> str:
    """The overview of the archive as HTML, or the problem with it; with the `paths` of files."""
    archive = chat.archive
    try:
        failed = last_failures(archive)
        failed = failed if paths else without_folders(failed)
        return archive_html(read_holdings(archive), shelves(archive), failed, datetime.now(UTC))
    except RagError as error:
        return problem_html(str(error))


def section_of(chat: Chat, form: Form, outlet: str | None, month: str | None) -> str:
    """The articles of an outlet or a month within the filters, as HTML."""
    try:
        filters, _ = chat.limits(form)
        listing = list_articles(chat.archive, publisher=outlet, month=month, filters=filters)
    except RagError as error:
        return problem_html(in_page_words(str(error)))
    what = (
        f"Articles of {outlet or 'an unknown outlet'}"
        if outlet is not None
        else f"Articles of {named_month(month) if month else 'unknown date'}"
    )
    return listing_html(listing, what)


def health_of(examine: Examine) -> str:
    """The findings of an examination as HTML."""
    return health_html(examine())
