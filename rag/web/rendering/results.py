"""Renders search results as HTML: passages with marked words and links to their articles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from rag.answers.wording import introduction
from rag.conversations.escaping import language_code, text
from rag.language.furniture import CELLS
from rag.records import Article
from rag.web.conversation import reference_to
from rag.web.rendering.chips import understood_html
from rag.web.rendering.layout import CELL_NAMES, TextBlock
from rag.web.rendering.markdown import blocks_of
from rag.web.rendering.marks import join, place_attributes
from rag.web.rendering.steps import count
from rag.web.rendering.tables import hint_html
from rag.web.rendering.taking import star_html
from rag.web.views.found import MarkedHit, MarkedHits

_EMPTY = "Search results appear here. Each opens its article at the passage found."
_OPERATORS = (
    ("“exact words”", "word for word"),
    ("ferry AND strike", "both; OR, NOT and -word as well"),
    ("title:ferry", "in the headline"),
    ("author:brandt", "by its author"),
    ("outlet:“Radio North”", "by its outlet; section:, language:"),
    ("date:2025-03", "in that year, month or day"),
    ("after:2025-03-01 before:2025-04", "from that day on, and earlier than April"),
)


def no_search() -> str:
    """The hint before the first search, with the operators, as HTML."""
    rows = join(
        Markup("<div><dt><code>{}</code></dt><dd>{}</dd></div>").format(text(how), text(what))
        for how, what in _OPERATORS
    )
    return str(hint_html(_EMPTY) + Markup('<dl class="operators">{}</dl>').format(rows))


def results_html(query: str, found: MarkedHits, without: Sequence[str] = (), more: int = 0) -> str:
    """The results, a card for each article in their order, after a line that says how many.

    Below them, a button lists up to `more` passages; none for 0.
    """
    groups = found.by_article()
    notes = understood_html(query, found.understood, without)
    cards = join(_card(place, group, found) for place, group in enumerate(groups, start=1))
    listed = Markup('<ol class="results">{}</ol>').format(cards) if groups else ""
    left_out = json.dumps(list(without))
    button = Markup(
        '<button type="button" class="show-more" data-question="{}" data-without="{}" '
        'data-most="{}">Show more</button>'
    ).format(text(query), text(left_out), more)
    save = Markup(
        '<button type="button" class="save-search" data-words="{}" data-ignore="{}">'
        "Save this search</button>"
    ).format(text(query), text(left_out))
    return str(
        Markup('<p class="told" role="status" dir="auto">{}</p>{}{}{}{}').format(
            text(_summary(query, found, len(groups), is_all=not more)),
            save,
            notes,
            listed,
            button if more else "",
        )
    )


def _summary(query: str, found: MarkedHits, articles: int, *, is_all: bool) -> str:
    if not found.hits:
        said = f"Nothing was found for “{query}”."
        return f"{said} {found.nothing or 'Other words, or fewer filters, may find more.'}"
    shown = f"{count(len(found.hits), 'passage')} of {count(articles, 'article')}"
    of_all = found.articles is not None and found.articles > articles
    shown = shown if is_all else f"The first {shown}"
    return f"{shown} for “{query}”" + (f"; {found.articles:,} articles match" if of_all else "")


def _card(place: int, group: Sequence[MarkedHit], found: MarkedHits) -> Markup:
    """One article with its passages, the best of which is what its headline opens."""
    article = group[0].hit.article
    # Operators find nothing by its meaning: what has no word marked has it in a heading.
    by_operators = "Found by its headline" if found.words.strip() else ""
    passages = join(
        _passage(
            f"near-found-{place}-{number}",
            each,
            "Found by its meaning" if found.articles is None else by_operators,
            alone=len(group) == 1,
        )
        for number, each in enumerate(group, start=1)
    )
    title = article.title or article.id
    return Markup('<li><p class="origin">{}</p><h2 dir="auto"><a {}>{}</a></h2>{}{}</li>').format(
        text(outlet_and_day(article)),
        _place(f"near-found-{place}-1", group[0]),
        text(title),
        passages,
        star_html([("The article", [reference_to("near", article)])], f"“{title}”"),
    )


def outlet_and_day(article: Article) -> str:
    """Which outlet had an article, and when, as they stand above it."""
    return introduction(article).removesuffix(": ") or "Outlet unknown"


def _place(key: str, found: MarkedHit) -> Markup:
    passage = found.hit.passage
    return place_attributes(
        key, reference_to("near", found.hit.article, (passage.start, passage.end))
    )


def _passage(key: str, found: MarkedHit, unmarked: str, *, alone: bool) -> Markup:
    """A passage; of several, each has a link that opens the article there."""
    link = "" if alone else Markup('<a class="there" {}>Open here</a>').format(_place(key, found))
    return Markup('<p class="passage" dir="auto" lang="{}">{}</p>{}{}').format(
        text(language_code(found.hit.article.language)),
        _marked(found),
        join(_asides(found, unmarked)),
        link,
    )


def _marked(found: MarkedHit) -> Markup:
    """The words of a passage as a reader sees them, the sought ones marked."""
    article = found.hit.article
    blocks = [
        block for block in blocks_of(article) if block.visible(article.text, *_within(found, block))
    ]
    apart = ["", *(_apart(one, other) for one, other in pairwise(blocks))]
    return join(
        text(before) + join(_pieces(found, block))
        for before, block in zip(apart, blocks, strict=False)
    )


def _apart(one: TextBlock, other: TextBlock) -> str:
    """What stands between two blocks: the cells of a row share a line, rows have one each."""
    if one.name not in CELL_NAMES or one.within[:1] != other.within[:1]:
        return "\n\n"
    return CELLS if one.within == other.within else "\n"


def _pieces(found: MarkedHit, block: TextBlock) -> Iterator[Markup]:
    value, (position, end) = found.hit.article.text, _within(found, block)
    for first, last in found.words:
        if not position <= first <= last <= end:
            continue
        yield text(block.visible(value, position, first))
        yield Markup("<mark>{}</mark>").format(text(block.visible(value, first, last)))
        position = last
    yield text(block.visible(value, position, end))


def _within(found: MarkedHit, block: TextBlock) -> tuple[int, int]:
    """The part of a block that is in the passage."""
    passage = found.hit.passage
    return max(block.start, passage.start), min(block.end, passage.end)


def _asides(found: MarkedHit, unmarked: str) -> Iterator[Markup]:
    also = f"Also carried by {', '.join(found.hit.also_in)}" if found.hit.also_in else ""
    for note in (also, "" if found.words else unmarked):
        if note:
            yield Markup('<p class="aside">{}</p>').format(text(note))
