"""Renders what a reader saved: searches with what is new for each, and collections of stars."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from rag.conversations.collected import COLLECTION_KINDS, Collected
from rag.conversations.escaping import language_code, text
from rag.language.words import as_sentence
from rag.retrieval.alerts import Alert, NewArticle
from rag.store import Collection, SavedQuery
from rag.web.conversation import Reference, reference_to
from rag.web.rendering.marks import join, place_attributes
from rag.web.rendering.results import outlet_and_day
from rag.web.rendering.steps import count
from rag.web.rendering.tables import hint_html
from rag.web.rendering.taking import star_html

NO_SEARCH = (
    "Nothing is saved yet. “Save this search” is above the results of a search, and “Save this "
    "question” in the menu “More” below an answer."
)
NO_COLLECTION = (
    "Nothing is starred yet. There is a star below each search result and each answer, and above "
    "each open article."
)
_KINDS: Mapping[str, str] = {"md": "Markdown", "csv": "CSV", "bib": "BibTeX", "json": "JSON"}
_STATES: Mapping[str, str] = {
    "revised": "Revised since",
    "corrected": "Corrected since",
    "withdrawn": "Withdrawn",
    "deleted": "Deleted",
}


def saved_html(alerts: Sequence[Alert], collections: Sequence[Collection]) -> Markup:
    """The lists of a reader's saved searches and collections."""
    searches = join(_search_item(each) for each in alerts)
    starred = join(_collection_item(each) for each in collections)
    return Markup(
        '<h2 id="saved-searches">Searches and questions</h2>{}'
        '<h2 id="saved-collections">Collections</h2>{}'
    ).format(
        Markup('<ul aria-labelledby="saved-searches">{}</ul>').format(searches)
        if searches
        else hint_html(NO_SEARCH),
        Markup('<ul aria-labelledby="saved-collections">{}</ul>').format(starred)
        if starred
        else hint_html(NO_COLLECTION),
    )


def alert_html(alert: Alert) -> str:
    """What is new for a saved search, each article with the passage that was looked for."""
    saved = alert.saved
    again = "Ask again" if saved.query.kind == "question" else "Search again"
    since = f"since {_day(saved.seen_at)}"
    told = f"{alert.total:,} new {since}" if alert.total else f"Nothing new {since}"
    if alert.total > len(alert.new):
        told += f"; the last {len(alert.new):,} are listed"
    problem = Markup('<p class="problem">{}</p>').format(text(as_sentence(alert.problem)))
    return str(
        Markup(
            '<h2 tabindex="-1" dir="auto">{}</h2><p class="told">{}</p>{}'
            '<p><button type="button" class="run" data-id="{}">{}</button></p>{}'
        ).format(
            text(saved.name),
            told,
            problem if alert.problem else "",
            text(saved.id),
            again,
            _listed(join(_new_item(place, each) for place, each in enumerate(alert.new, start=1))),
        )
    )


def collection_html(collection: Collection, found: Sequence[Collected]) -> str:
    """The stars of a collection, each with what became of it since."""
    items = join(_star_item(place, each) for place, each in enumerate(found, start=1))
    told = count(len(found), "star") if found else "Nothing is in this collection."
    return str(
        Markup(
            '<h2 tabindex="-1" dir="auto" data-collection="{}">{}</h2><p class="told">{}</p>{}'
        ).format(text(collection.id), text(collection.name), told, _listed(items))
    )


def describe_query(query: SavedQuery) -> str:
    """What a saved search asks for, with its filters: "ferry strike, from 2025-03, by Radio North".

    >>> describe_query(SavedQuery("ferry", published_from="2025-03", sort="newest"))
    'ferry, from 2025-03, newest first'
    """
    parts = [
        query.words,
        f"from {query.published_from}" if query.published_from else "",
        f"to {query.published_to}" if query.published_to else "",
        f"by {' or '.join(query.publishers)}" if query.publishers else "",
        f"in language {query.language}" if query.language else "",
        f"in section {query.section}" if query.section else "",
        "newest first" if query.sort == "newest" else "",
    ]
    return ", ".join(part for part in parts if part)


def _listed(items: Markup) -> Markup:
    return Markup('<ol class="results">{}</ol>').format(items) if items else items


def _search_item(alert: Alert) -> Markup:
    saved = alert.saved
    name, what = text(saved.name), describe_query(saved.query)
    kind = "Question" if saved.query.kind == "question" else "Search"
    facts = kind if what == saved.name else f"{kind}: {what}"
    badge = Markup('<span class="badge" id="new-{}">{:,} new</span> ').format(
        text(saved.id), alert.total
    )
    problem = Markup('<span class="problem">{}</span>').format(text(as_sentence(alert.problem)))
    return Markup(
        '<li data-id="search.{id}"><button type="button" class="open" dir="auto"'
        ' aria-describedby="new-{id}">{name}</button><span class="when" dir="auto">{badge}{facts}'
        '</span>{problem}<span class="acts">'
        '<button type="button" class="rename" aria-label="Rename “{name}”">Rename</button>{feed}'
        '<button type="button" class="delete" aria-label="Delete “{name}”">Delete</button>'
        "</span></li>"
    ).format(
        id=text(saved.id),
        name=name,
        badge=badge if alert.total else "",
        facts=text(facts),
        problem=problem if alert.problem else "",
        feed=_feed_menu(saved.token, name),
    )


def _feed_menu(token: str, name: Markup) -> Markup:
    return Markup(
        '<details class="menu"><summary>Feed<span class="unseen"> of “{name}”</span></summary>'
        '<div class="items"><p class="of">An Atom feed, for any feed reader. Whoever knows its '
        'address can read it.</p><button type="button" class="copy-feed" '
        'data-feed="alerts/{token}.atom">Copy the address</button>'
        '<a href="alerts/{token}.atom" target="_blank" rel="noopener">Open the feed'
        '<span class="unseen"> (opens in a new tab)</span></a>'
        '<button type="button" class="renew">New address; the old one ends</button></div></details>'
    ).format(token=text(token), name=name)


def _collection_item(collection: Collection) -> Markup:
    name = text(collection.name)
    files = join(
        Markup(
            '<a href="export/collection.{0}.{1}" download aria-label="“{2}” as {3}">{3}</a>'
        ).format(text(collection.id), kind, name, _KINDS[kind])
        for kind in COLLECTION_KINDS
    )
    return Markup(
        '<li data-id="collection.{id}">'
        '<button type="button" class="open" dir="auto">{name}</button>'
        '<span class="when">{stars}</span><span class="acts">'
        '<button type="button" class="rename" aria-label="Rename “{name}”">Rename</button>{files}'
        '<button type="button" class="delete" aria-label="Delete “{name}”">Delete</button>'
        "</span></li>"
    ).format(
        id=text(collection.id), name=name, stars=count(len(collection.stars), "star"), files=files
    )


def _new_item(place: int, new: NewArticle) -> Markup:
    article, passage = new.article, new.passage
    origin = outlet_and_day(article)
    also = f"; also carried by {', '.join(new.also_in)}" if new.also_in else ""
    title = article.title or article.id
    link = place_attributes(
        f"near-new-{place}", reference_to("near", article, (passage.start, passage.end))
    )
    return Markup(
        '<li><p class="origin"><span class="state {kind}">{kind_words}</span> {origin}</p>'
        '<h3 dir="auto"><a {link}>{title}</a></h3>'
        '<p class="passage" dir="auto" lang="{language}">{words}</p>{star}</li>'
    ).format(
        kind="revised" if new.revised else "new",
        kind_words="Revised" if new.revised else "New",
        origin=text(origin + also),
        link=link,
        title=text(title),
        language=text(language_code(article.language)),
        words=text(article.text[passage.start : passage.end]),
        star=star_html([("The article", [reference_to("near", article)])], f"“{title}”"),
    )


def _star_item(place: int, each: Collected) -> Markup:
    star = each.star
    at = Reference("near", star.article_id, star.revision, star.start, star.end)
    state = Markup('<p class="became"><span class="state {}">{}</span> {}</p>').format(
        each.state, _STATES.get(each.state, ""), text(each.note)
    )
    title = each.article.title or star.article_id if each.article else each.origin
    named = title or f"a star of {star.article_id}"
    return Markup("<li>{}{}<p>{}{}</p></li>").format(
        join(_starred(place, each, at)),
        state if each.state != "unchanged" else "",
        star_html([(title, [at])], f"“{title}”") if each.article else "",
        Markup(
            '<button type="button" class="unstar" data-place="{}" aria-label="Take “{}” out of '
            'this collection">Remove</button>'
        ).format(text(at.place()), text(named)),
    )


def _starred(place: int, each: Collected, at: Reference) -> Iterator[Markup]:
    """What was starred; of what is gone, only which outlet and day it was of."""
    article = each.article
    if article is None:
        yield Markup('<p class="origin" dir="auto">{}</p>').format(
            text(each.origin or each.star.article_id)
        )
        return
    origin = outlet_and_day(article)
    yield Markup('<p class="origin">{}</p><h3 dir="auto"><a {}>{}</a></h3>').format(
        text(origin),
        place_attributes(f"near-star-{place}", at),
        text(article.title or article.id),
    )
    if each.quote:
        yield Markup('<blockquote class="passage" dir="auto" lang="{}">{}</blockquote>').format(
            text(language_code(article.language)), text(each.quote)
        )


def state_html(
    collections: Sequence[Collection], said: str = "", new: int | None = None, nonce: str = ""
) -> str:
    """What the page's script knows of a reader: collections, what is in them, how much is new.

    `said` is told to the reader. A `new` of None leaves the badge of the tab as it is. The `nonce`
    has the script notice what has the same words as before.
    """
    stars: dict[str, list[str]] = {}
    for collection in collections:
        for star in collection.stars:
            place = Reference("near", star.article_id, star.revision, star.start, star.end).place()
            stars.setdefault(place, []).append(collection.id)
    value = {
        "collections": [[each.id, each.name] for each in collections],
        "stars": stars,
        "said": said,
        "new": new,
        "nonce": nonce,
    }
    return str(Markup('<span data-saved="{}"></span>').format(text(json.dumps(value))))


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}, {at:%H:%M} UTC"
