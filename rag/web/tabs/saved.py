"""The tab of what a reader saved: searches and questions with what is new, and collections."""

# Gradio reads the handlers' annotations at run time, so they must not be strings here.

import secrets
from collections.abc import Sequence
from typing import Any

from rag.archive import Archive
from rag.conversations.collected import collected
from rag.errors import QueryError, RagError
from rag.language.words import storable_text
from rag.store import SavedQuery, Star
from rag.store.starred import FIRST_NAME
from rag.web.chat import Chat, in_page_words
from rag.web.conversation import Conversation, reference_at
from rag.web.form import Form
from rag.web.keeping import UNKNOWN_VISITOR, owner_of
from rag.web.parts import Parts, html_part, quiet
from rag.web.rendering.saved import alert_html, collection_html, saved_html, state_html
from rag.web.rendering.tables import problem_html
from rag.web.tabs.ask import connect_opening
from rag.web.tabs.feedback import whole_number
from rag.web.tabs.filters import chosen_html
from rag.web.tabs.search import SearchFields, searched

STATE = "${value}"
LIST = '<section aria-label="Saved" id="saved-list">${value}</section>'
OPENED = '<section aria-label="What you opened">${value}</section>'
READ_ONLY = "Nothing can be saved: this archive may only be read."
NEEDS_COOKIE = "Nothing can be saved: allow this browser to store cookies for this page."
NOT_AS_OF = "A search as of a date finds nothing new. Clear “As of” to save it."
MOST_AT_ONCE = 200


def saved_tab(chat: Chat, parts: Parts, search: SearchFields) -> None:
    """Adds the tab to the page, and connects the stars and the buttons that save."""
    import gradio as gr

    with parts.aside:
        # What is in a tab that was never opened is not there for scripts.
        state = html_part("", STATE, "saved-state", ["copying.js", "starring.js"])
    with (
        gr.Tab("Saved", id="saved", elem_id="tab-saved") as tab,
        gr.Column(elem_id="saved-page"),
    ):
        scripts = ["copying.js", "conversations.js", "saved.js"]
        shown = html_part("", LIST, "saved", scripts)
        opened = html_part("", OPENED, "saved-opened", ["opening.js", "listed.js", "saved.js"])

    def load(request: gr.Request) -> str:
        """The state of what is saved, with what is new."""
        return state_of(chat.archive, owner_of(request), news=True)

    def refresh(request: gr.Request) -> list[str]:
        """The lists of saved searches and collections."""
        return _both(chat.archive, owner_of(request))

    parts.page.load(load, None, state, **quiet())
    tab.select(refresh, None, [shown, state], trigger_mode="always_last", **quiet())
    _connect_stars(chat, parts, state)
    _connect_saving(chat, parts, search, state)
    _connect_list(chat, state, shown, opened)
    _connect_running(chat, parts, search, opened)
    connect_opening(chat, parts, opened)


def _connect_stars(chat: Chat, parts: Parts, state: Any) -> None:
    import gradio as gr

    def star(request: gr.Request, event: gr.EventData) -> str:
        """What became of starring a sentence."""
        owner = owner_of(request)
        try:
            said = starred(chat.archive, owner, list(event.places), str(event.id), str(event.name))
        except RagError as error:
            said = _told(error)
        return state_of(chat.archive, owner, said)

    state.star(star, None, state, **quiet())


def _connect_saving(chat: Chat, parts: Parts, search: SearchFields, state: Any) -> None:
    import gradio as gr

    def save_search(order: str, request: gr.Request, event: gr.EventData, *limits: Any) -> str:
        """What became of saving a search."""
        form = Form.of(str(event.words), limits, tuple(map(str, event.ignore)))
        query = query_of(form, "search", order)
        return _saved(chat.archive, owner_of(request), query, form)

    def save_question(
        said: Conversation, request: gr.Request, event: gr.EventData, *limits: Any
    ) -> str:
        """What became of saving a question."""
        owner, number = owner_of(request), whole_number(str(event.turn)) or 0
        if not 0 < number <= len(said.turns):
            return state_of(chat.archive, owner, "This question is not known any more. Ask again.")
        turn = said.turns[number - 1]
        form = Form.of(turn.searched or turn.question, limits)
        return _saved(chat.archive, owner, query_of(form, "question"), form)

    state.save_search(save_search, [search.sort, *parts.limits], state, **quiet())
    state.save_question(save_question, [parts.conversation, *parts.limits], state, **quiet())


def _connect_list(chat: Chat, state: Any, shown: Any, opened: Any) -> None:
    import gradio as gr

    def open_one(request: gr.Request, event: gr.EventData) -> list[str]:
        """A saved search or collection, and the lists."""
        owner = owner_of(request)
        return [opened_html(chat.archive, owner, str(event.id)), *_both(chat.archive, owner)]

    def change(request: gr.Request, event: gr.EventData) -> list[Any]:
        """The lists after one of them was renamed or deleted."""
        owner, what = owner_of(request), str(event.what)
        try:
            change_saved(chat.archive, owner, str(event.id), what, str(event.value))
            problem = ""
        except RagError as error:
            problem = _told(error)
        closed = "" if what == "delete" and not problem else gr.skip()
        return [closed, *_both(chat.archive, owner, problem)]

    def unstar(request: gr.Request, event: gr.EventData) -> list[str]:
        """The collection without a sentence, and the lists."""
        owner, id_ = owner_of(request), str(event.id)
        try:
            chat.archive.collections.remove(owner, id_, _stars([event.place]))
        except RagError as error:
            return [problem_html(_told(error)), *_both(chat.archive, owner)]
        left = opened_html(chat.archive, owner, f"collection.{id_}")
        return [left, *_both(chat.archive, owner)]

    outputs = [opened, shown, state]
    shown.open_kept(open_one, None, outputs, **quiet())
    shown.change_kept(change, None, outputs, **quiet())
    opened.unstar(unstar, None, outputs, **quiet())


def _connect_running(chat: Chat, parts: Parts, search: SearchFields, opened: Any) -> None:
    """Connects what searches or asks a saved one again, with its filters."""
    import gradio as gr

    outputs = [
        parts.views,
        search.words,
        search.sort,
        search.results,
        parts.question,
        parts.chosen,
        *parts.limits,
    ]

    def run(request: gr.Request, event: gr.EventData) -> list[Any]:
        """The form filled in for a saved search, and what it finds."""
        try:
            alert = chat.archive.alerts.of(owner_of(request)).get(str(event.id))
        except RagError:
            return [gr.skip() for _ in outputs]
        query = alert.saved.query
        known = chat.archive.publishers()
        outlets = [name for name in query.publishers if name in known]
        limits: tuple[Any, ...] = (
            query.published_from,
            query.published_to,
            outlets,
            query.language,
            query.section if query.section in chat.archive.sections() else "",
            "",
        )
        fields = [chosen_html(chat, limits), *limits]
        if query.kind == "question":
            unchanged = [gr.skip(), gr.skip(), gr.skip()]
            return [gr.Tabs(selected="ask"), *unchanged, query.words, *fields]
        found = searched(chat, Form.of(query.words, limits, query.ignore), query.sort)
        shown = [query.words, query.sort, found]
        return [gr.Tabs(selected="search"), *shown, gr.skip(), *fields]

    ran = opened.run_saved(run, None, outputs, **quiet())
    ran.success(None, None, None, js="() => { document.dispatchEvent(new Event('dateline:ran')); }")


def starred(archive: Archive, owner: str, places: Sequence[object], id_: str, name: str) -> str:
    """Puts places into a collection, or takes them out if all are in it; says what was done.

    Without an id, into the one with this name, which is made where there is none. Raises
    QueryError for what is no place, ArchiveError for an article that is gone.
    """
    _check_reader(archive, owner)
    stars, collections = _stars(places), archive.collections
    known = collections.get(owner, id_) if id_ else collections.create(owner, name or FIRST_NAME)
    if id_ and all(star in known.stars for star in stars):
        collections.remove(owner, known.id, stars)
        return f"Taken out of “{known.name}”."
    for star in stars:
        archive.article(star.article_id, star.revision)
    collections.add(owner, known.id, stars)
    return f"Starred in “{known.name}”."


def query_of(form: Form, kind: str, sort: str = "relevance") -> SavedQuery:
    """What a form asks for, to be saved."""
    return SavedQuery(
        storable_text(form.question).strip(),
        "question" if kind == "question" else "search",
        storable_text(form.published_from).strip(),
        storable_text(form.published_to).strip(),
        tuple(form.publishers),
        form.language,
        form.section,
        sort,
        form.without,
    )


def state_of(archive: Archive, owner: str, said: str = "", *, news: bool = False) -> str:
    """What the page's script knows of a reader; with `news` also how much is new."""
    try:
        new = sum(each.total for each in archive.alerts.of(owner).all()) if news else None
        return state_html(archive.collections.all(owner), said, new, secrets.token_hex(4))
    except RagError:
        return state_html((), said)


def opened_html(archive: Archive, owner: str, id_: str) -> str:
    """What is new for a saved search, which is seen then, or the stars of a collection."""
    kind, _, own = id_.partition(".")
    try:
        if kind == "collection":
            found = archive.collections.get(owner, own)
            return collection_html(found, collected(found, archive))
        alerts = archive.alerts.of(owner)
        alert = alerts.get(own)
        if alerts.can_save():
            alerts.mark_seen(alert)
        return alert_html(alert)
    except RagError as error:
        return problem_html(_told(error))


def change_saved(archive: Archive, owner: str, id_: str, what: str, value: str) -> None:
    """Renames or deletes a saved search or a collection, or renews the address of a feed."""
    _check_reader(archive, owner)
    kind, _, own = id_.partition(".")
    alerts, collections = archive.alerts.of(owner), archive.collections
    if what == "rename" and kind == "search":
        alerts.rename(own, value)
    elif what == "rename":
        collections.rename(owner, own, value)
    elif what == "delete" and kind == "search":
        alerts.remove(own)
    elif what == "delete":
        collections.delete(owner, own)
    elif what == "renew":
        alerts.renew(own)


def _both(archive: Archive, owner: str, problem: str = "") -> list[str]:
    """The list of what is saved, and what the script knows."""
    try:
        alerts, collections = archive.alerts.of(owner).all(), archive.collections.all(owner)
    except RagError as error:
        return [problem_html(_told(error)), state_html(())]
    why = problem or _why_nothing(archive, owner)
    listed = (problem_html(why) if why else "") + str(saved_html(alerts, collections))
    new = sum(each.total for each in alerts)
    return [listed, state_html(collections, "", new, secrets.token_hex(4))]


def _saved(archive: Archive, owner: str, query: SavedQuery, form: Form) -> str:
    try:
        _check_reader(archive, owner)
        if form.as_of.strip():
            raise QueryError(NOT_AS_OF)
        alert = archive.alerts.of(owner).save(query)
        said = f"Saved as “{alert.saved.name}”. The tab Saved shows what is new."
    except RagError as error:
        said = _told(error)
    return state_of(archive, owner, said)


def _check_reader(archive: Archive, owner: str) -> None:
    if why := _why_nothing(archive, owner):
        raise QueryError(why)


def _why_nothing(archive: Archive, owner: str) -> str:
    """Why nothing can be saved for a reader; "" where it can."""
    if owner == UNKNOWN_VISITOR:
        return NEEDS_COOKIE
    return "" if archive.collections.can_save() else READ_ONLY


def _stars(places: Sequence[object]) -> list[Star]:
    """The stars at these places; raises QueryError for what is none, and for too many."""
    found = [reference_at(str(each), "near") for each in places[:MOST_AT_ONCE]]
    stars = [
        Star(storable_text(each.article_id), each.revision, each.start, each.end)
        for each in found
        if each
    ]
    if not stars or len(stars) < len(places) or any(not 0 <= s.start <= s.end for s in stars):
        msg = "this is no place in an article; open the article and star it there"
        raise QueryError(msg)
    return stars


def _told(error: RagError) -> str:
    words = in_page_words(str(error))
    return words[:1].upper() + words[1:]
