"""Renders the evidence for a question as HTML: outlets that differ, events, quotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from rag.answers.extractive import OPENINGS
from rag.answers.timeline import DifferingFigures
from rag.answers.wording import introduction, spoken_date
from rag.conversations.escaping import text
from rag.language.periods import Period
from rag.language.words import shortened
from rag.records import Article
from rag.web.conversation import reference_to
from rag.web.rendering.chart import chart_html
from rag.web.rendering.marks import join, place_attributes, section
from rag.web.rendering.tables import hint_html, table_html
from rag.web.views.evidence import Event, EvidenceView, Saying

_LONGEST_TEXT = 320
_NEAREST = ", which the archive does not answer; these are the articles that come nearest"
_NONE_YET = (
    "Ask a question first, or name a subject above: when it happened, who said what about it, "
    "and where outlets differ appear here."
)


def no_evidence() -> str:
    """The hint before the first question, as HTML."""
    return str(hint_html(_NONE_YET))


def evidence_html(evidence: EvidenceView, *, declined: bool = False) -> str:
    """The three views, one after another; an empty one says so.

    For a `declined` question the articles are only the nearest ones.
    """
    return str(
        Markup('<p class="told" role="status" dir="auto">Evidence for “{}”{}</p>{}{}{}').format(
            text(shortened(evidence.question, _LONGEST_TEXT)),
            text(_NEAREST if declined else ""),
            section("Outlets side by side", _account(evidence.account)),
            section("Timeline", _timeline(evidence.events)),
            section("Who said what", _sayings(evidence.sayings)),
        )
    )


def _account(account: DifferingFigures | None) -> Markup:
    if account is None:
        return hint_html("No figure or cause was found on which the articles differ.")
    sides = [
        Markup('<li><p class="origin">{}</p><p dir="auto">{}</p></li>').format(
            text(introduction(each.article).removesuffix(": ")),
            _link(f"cite-side-{place}", each.article, (each.start, each.end), each.text),
        )
        for place, each in enumerate(account.sentences, start=1)
    ]
    return Markup('<p>{}</p><ul class="sides">{}</ul>').format(
        text(OPENINGS[account.how]), join(sides)
    )


def _timeline(events: Sequence[Event]) -> Markup:
    if not events:
        return hint_html("No sentence that was found says when something happened.")
    rows = (_event(number, each) for number, each in enumerate(events, start=1))
    heads = ("No.", "Happened", "Published", "What the article says", "Outlet")
    return chart_html(events) + table_html("Events in the order they happened", heads, rows)


def _event(number: int, event: Event) -> list[Markup]:
    first, last = event.days
    published = event.article.published
    return [
        text(str(number)),
        Markup(
            '<time datetime="{}">{}</time><br><span class="named" dir="auto">“{}”</span>'
        ).format(first.isoformat(), str(Period(first, last, "day")), text(event.named)),
        text(spoken_date(published) if published else "unknown"),
        _link(f"cite-event-{number}", event.article, (event.start, event.end), event.text),
        text(event.article.publisher or "unknown"),
    ]


def _sayings(sayings: Sequence[Saying]) -> Markup:
    if not sayings:
        return hint_html("No article that was found quotes anybody on this.")
    heads = ("Speaker", "Words", "Outlet", "Published")
    return table_html("Quotations by speaker", heads, _quotation_rows(sayings))


def _quotation_rows(sayings: Sequence[Saying]) -> Iterator[list[Markup]]:
    numbered = enumerate(sayings, start=1)
    for speaker, group in groupby(numbered, key=lambda each: each[1].speaker):
        for place, (number, each) in enumerate(group):
            name = text(speaker or "not named")
            published = each.article.published
            yield [
                Markup('<span class="again">{}</span>').format(name) if place else name,
                _link(f"cite-said-{number}", each.article, (each.start, each.end), each.words),
                text(each.article.publisher or "unknown"),
                text(spoken_date(published) if published else "unknown"),
            ]


def _link(key: str, article: Article, span: tuple[int, int], words: str) -> Markup:
    return Markup('<a class="open" dir="auto" {}>{}</a>').format(
        place_attributes(key, reference_to("cite", article, span)),
        text(shortened(words, _LONGEST_TEXT)),
    )
