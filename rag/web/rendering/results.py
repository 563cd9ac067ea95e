"""Renders search results as HTML: passages with marked words and links to their articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from rag.answers.wording import introduction
from rag.conversations.escaping import language_code, text
from rag.records import Understood
from rag.web.conversation import reference_to
from rag.web.rendering.chips import understood_html
from rag.web.rendering.marks import join, place_attributes
from rag.web.rendering.steps import count
from rag.web.rendering.tables import hint_html
from rag.web.views.found import MarkedHit

_EMPTY = "Search results appear here. Each opens its article at the passage found."


def no_search() -> str:
    """The hint before the first search, as HTML."""
    return str(hint_html(_EMPTY))


def results_html(
    query: str,
    found: Sequence[MarkedHit],
    understood: Sequence[Understood] = (),
    without: Sequence[str] = (),
) -> str:
    """The results, best first, after a line that says how many there are."""
    articles = {each.hit.article.id for each in found}
    summary = (
        f"{count(len(found), 'passage')} of {count(len(articles), 'article')} for “{query}”"
        if found
        else f"Nothing was found for “{query}”. Other words, or fewer filters, may find more."
    )
    notes = understood_html(query, understood, without)
    listed = join(_result(place, each) for place, each in enumerate(found, start=1))
    return str(
        Markup(
            '<p class="told" role="status" dir="auto">{}</p>{}<ol class="results">{}</ol>'
        ).format(text(summary), notes, listed)
        if found
        else Markup('<p class="told" role="status" dir="auto">{}</p>{}').format(
            text(summary), notes
        )
    )


def _result(place: int, found: MarkedHit) -> Markup:
    hit = found.hit
    article, passage = hit.article, hit.passage
    where = place_attributes(
        f"near-found-{place}", reference_to("near", article, (passage.start, passage.end))
    )
    return Markup(
        '<li><p class="origin">{}</p><h2 dir="auto"><a {}>{}</a></h2>'
        '<p class="passage" dir="auto" lang="{}">{}</p>{}</li>'
    ).format(
        text(introduction(article).removesuffix(": ") or "Outlet unknown"),
        where,
        text(article.title or article.id),
        text(language_code(article.language)),
        join(_marked(found)),
        join(_asides(found)),
    )


def _marked(found: MarkedHit) -> Iterator[Markup]:
    value, position = found.hit.article.text, found.hit.passage.start
    for start, end in found.words:
        yield text(value[position:start])
        yield Markup("<mark>{}</mark>").format(text(value[start:end]))
        position = end
    yield text(value[position : found.hit.passage.end])


def _asides(found: MarkedHit) -> Iterator[Markup]:
    also = f"Also carried by {', '.join(found.hit.also_in)}" if found.hit.also_in else ""
    meaning = "" if found.words else "Found by its meaning"
    for note in (also, meaning):
        if note:
            yield Markup('<p class="aside">{}</p>').format(text(note))
