"""Renders the article panel: one stored article with the cited words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from markupsafe import Markup

from rag.answers.wording import spoken_date, spoken_pages
from rag.conversations.escaping import language_code, text
from rag.conversations.references import at_sentence
from rag.language.dates import local_time
from rag.records import Article, Published
from rag.verification.quotes.records import Change, RecheckedCitation
from rag.web.conversation import Reference, reference_to
from rag.web.rendering.body import body_html
from rag.web.rendering.marks import place_attributes
from rag.web.rendering.taking import tools_html
from rag.web.views.opened import OpenedArticle

_EMPTY = Markup(
    '<div class="empty-panel"><h2>Article</h2><p>Choose a citation such as '
    '<span class="sample">[1]</span>, a headline or a search result: the article opens here, at '
    "the words that you chose.</p></div>"
)

LINKED = "cite-link"
"""The key of an article that is opened by a link to one of its sentences."""

_NOT_SHOWN = "Its text is not shown any more, nor the sentence that you followed to it."
_IN_AN_ANSWER = re.compile(r"(?:cite|near)-\d")


def empty_panel() -> str:
    """The panel before an article is opened."""
    return str(_EMPTY)


def panel_error(message: str) -> str:
    """The panel for an article that cannot be opened."""
    return str(
        Markup('<div class="empty-panel" role="alert"><h2>Article</h2><p>{}</p></div>').format(
            text(message)
        )
    )


def article_html(opened: OpenedArticle, key: str, cited: Reference) -> str:
    """The whole article; the referenced characters are in `mark` elements, unchanged.

    The first of them has the id `cite-target`. Of a withdrawn article there is no text.
    """
    article = opened.article
    body = None if opened.withdrawn else body_html(article, cited)
    words = body.cited if body else ""
    return str(
        Markup(
            '<article data-key="{}" lang="{}"><header><p class="outlet">{}</p>'
            '<h2 dir="auto">{}</h2><p class="facts">{}</p>{}{}</header>{}{}'
            '<div class="body">{}</div>{}</article>'
        ).format(
            text(key),
            text(language_code(article.language)),
            text(article.publisher or "Outlet unknown"),
            text(article.title or article.id),
            Markup(' <span class="dot" aria-hidden="true">·</span> ').join(
                _facts(article, cited, words)
            ),
            _also_in(opened.also_in),
            _superseded(opened, cited),
            tools_html(article, cited, body) if body else "",
            _picture(article, cited) if opened.pictured else "",
            body.html if body else "",
            _way_back(key),
        )
    )


def _way_back(key: str) -> Markup:
    if key == LINKED:
        return Markup("")
    return Markup('<p class="return"><a class="back" href="#{}">Back to the {}</a></p>').format(
        text(key), "answer" if _IN_AN_ANSWER.match(key) else "list"
    )


def _picture(article: Article, cited: Reference) -> Markup:
    """The page of the cited words as it is printed; folded, and not drawn before it is opened."""
    page = next(iter(article.pages_of(cited.start, cited.end)), 1)
    asked = urlencode(
        {
            "article": article.id,
            "revision": article.revision,
            "start": cited.start,
            "end": cited.end,
        }
    )
    return Markup(
        '<details class="pictured"><summary>Page {0} as a picture</summary>'
        '<img loading="lazy" alt="Page {0} of {1}" src="page/{0}.png?{2}"></details>'
    ).format(page, text(article.title or "the file"), asked)


def _facts(article: Article, cited: Reference, words: str) -> Iterator[Markup]:
    if article.authors:
        yield Markup("By {}").format(text(", ".join(article.authors)))
    if article.published:
        yield Markup('<time datetime="{}">{}</time>').format(
            text(str(article.published)), text(_moment(article.published))
        )
    else:
        yield Markup("date unknown")
    if article.section:
        yield text(article.section)
    if pages := spoken_pages(article, cited.start, cited.end):
        yield text(pages)
    if article.revision > 1:
        yield Markup("revision {}").format(article.revision)
    page = next(iter(article.pages_of(cited.start, cited.end)), 0)
    if address := at_sentence(article.url, words, page):
        yield Markup(
            '<a class="original" href="{}" target="_blank" '
            'rel="noopener noreferrer nofollow">Original'
            '<span class="unseen"> (opens in a new tab)</span></a>'
        ).format(text(address))


def _moment(published: Published) -> str:
    day = spoken_date(published)
    exact = published.precision in ("minute", "second")
    clock = f"{local_time(published):%H:%M} {published.zone or 'UTC'}"
    return f"{day}, {clock}" if exact else day


def _also_in(outlets: Sequence[str]) -> Markup:
    if not outlets:
        return Markup("")
    return Markup('<p class="also">Also carried by {}</p>').format(text(", ".join(outlets)))


def _superseded(opened: OpenedArticle, cited: Reference) -> Markup:
    """Whether the newest revision still has the words, and what it has instead.

    Of an article that was withdrawn, only that: its text is not shown.
    """
    if opened.withdrawn:
        said = Markup("<p>This article was {}</p><p>{}</p>").format(
            text(opened.withdrawn), _NOT_SHOWN
        )
        return Markup('<div class="superseded" role="note">{}</div>').format(said)
    now, article = opened.now, opened.article
    if opened.latest <= article.revision:
        return Markup("")
    newest = reference_to(cited.kind, article, (now.start, now.end) if now else (0, 0))
    link = Markup('<a class="open" {}>Open revision {}</a>').format(
        place_attributes(f"rev-{opened.latest}", replace(newest, revision=opened.latest)),
        opened.latest,
    )
    return Markup(
        '<div class="superseded" role="note"><p>This is revision {}. The outlet has published a '
        "later text, revision {}. {}</p>{}<p>{}</p></div>"
    ).format(
        article.revision,
        opened.latest,
        _verdict(now) if now else "",
        difference_html(now.changes) if now else "",
        link,
    )


def _verdict(now: RecheckedCitation) -> Markup:
    if now.status == "holds":
        return text("The marked words are still in it.")
    if not now.stored:
        return text("The marked words are not in it, nor anything like them.")
    return text("The marked words are not in it any more; where they were, it reads:")


def difference_html(changes: Sequence[Change]) -> Markup:
    """The differences: removed words struck out, new words underlined."""
    pieces = [piece for change in changes for piece in _changed(change)]
    if all(change.kind == "same" for change in changes):
        return Markup("")
    return Markup('<p class="difference" dir="auto">{}</p>').format(Markup(" ").join(pieces))


def _changed(change: Change) -> Iterator[Markup]:
    if change.kind == "same":
        yield text(change.stored)
        return
    if change.asked:
        yield Markup('<del><span class="unseen">was: </span>{}</del>').format(text(change.asked))
    if change.stored:
        yield Markup('<ins><span class="unseen">is: </span>{}</ins>').format(text(change.stored))
