"""Renders the start page as HTML: example questions, newest headlines by outlet, the last added."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count as counter

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.language.periods import day_in_words
from rag.records import Article
from rag.web.rendering.marks import headline_item, join
from rag.web.rendering.steps import count
from rag.web.views.start import Start


def start_html(start: Start) -> str:
    """The welcome before the first question, with what the archive has to show."""
    numbers = counter(1)

    def listed(articles: Sequence[Article], *, with_outlet: bool) -> Markup:
        """A list of headlines."""
        return Markup("<ul>{}</ul>").format(
            join(
                headline_item(f"near-start-{next(numbers)}", each, with_outlet=with_outlet)
                for each in articles
            )
        )

    outlets = join(
        Markup("<section><h4>{}</h4>{}</section>").format(
            text(each.publisher or "Outlet unknown"), listed(each.articles, with_outlet=False)
        )
        for each in start.headlines
    )
    added = listed(start.added, with_outlet=True) if start.added else Markup("")
    return str(
        Markup(
            '<div class="welcome"><h2>What would you like to know?</h2><p>Every sentence of an '
            "answer cites the exact sentence of the article it rests on. Where the archive holds "
            "no answer, Dateline says so.</p>{}{}{}{}</div>"
        ).format(
            _examples(start.examples),
            _size(start),
            _section("Newest headlines", Markup('<div class="shelf">{}</div>').format(outlets))
            if outlets
            else "",
            _section("Added last", added) if added else "",
        )
    )


def _examples(examples: Sequence[str]) -> Markup:
    if not examples:
        return Markup("")
    buttons = join(
        Markup('<li><button type="button" class="example">{}</button></li>').format(text(each))
        for each in examples
    )
    return Markup('<p class="try">For example</p><ul>{}</ul>').format(buttons)


def _size(start: Start) -> Markup:
    if not start.articles:
        return Markup("<p>The archive holds no article yet. The tab “Add articles” takes some.</p>")
    size = f"{count(start.articles, 'article')} of {count(start.outlets, 'outlet')}"
    if start.span:
        first, last = (day_in_words(at.date()) for at in start.span)
        size += f", published on {first}" if first == last else f", from {first} to {last}"
    return Markup('<p class="size">{}</p>').format(text(size))


def _section(heading: str, inner: Markup) -> Markup:
    return Markup('<section class="start"><h3>{}</h3>{}</section>').format(text(heading), inner)
