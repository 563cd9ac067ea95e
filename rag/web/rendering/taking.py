"""Renders what a reader takes away: copies, links, files; and the tools above an article.

Each button carries what it copies; the page's script `copying.js` does it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from rag.answers.wording import introduction
from rag.conversations.documents import answer_markdown, answer_plain, can_write_word
from rag.conversations.escaping import text
from rag.conversations.references import STYLES, Style, in_page, quotation, reference
from rag.records import Answer, Article, Citation
from rag.web.conversation import Reference, kind_of, reference_to
from rag.web.rendering.body import Body
from rag.web.rendering.marks import join
from rag.web.rendering.steps import count

_STYLES: Mapping[Style, str] = {
    "plain": "Plain text",
    "markdown": "Markdown",
    "ap": "AP style",
    "chicago": "Chicago style",
    "bibtex": "BibTeX",
}
_FILES = {"md": "Markdown", "html": "HTML", "docx": "Word", "json": "JSON"}
_KINDS = {"title": "title", "byline": "byline", "date": "date", "original url": "address"}


def tools_html(article: Article, cited: Reference, body: Body) -> Markup:
    """What can be done with an open article: other citations, finding words, copying."""
    whole = ("The whole article", [replace(cited, start=0, end=0)])
    starred = [("This sentence", [cited]), whole] if body.cited else [whole]
    return Markup(
        '<div class="tools" role="group" aria-label="Article tools">'
        '<span class="siblings" hidden><button type="button" class="previous" '
        'aria-label="Previous citation">‹</button><span class="which"></span>'
        '<button type="button" class="next" aria-label="Next citation">›</button></span>'
        '<span class="finding"><input type="search" class="find" aria-label="Find in article" '
        'placeholder="Find in article" maxlength="200" autocomplete="off">'
        '<span class="count" role="status"></span></span>{}{}{}</div>'
    ).format(
        _stored_switch(body),
        star_html(starred),
        _quotation_menu(article, cited, body.cited),
    )


def answer_tools_html(answer: Answer) -> Markup:
    """What can be done with an answer: copied, linked to, shared, kept as a file."""
    return Markup(
        '<div class="taking"><button type="button" class="copy" data-copy="{}">Copy</button>'
        '<button type="button" class="share">Share</button>'
        '<details class="menu"><summary>More</summary><div class="items">'
        '<button type="button" class="copy" data-copy="{}">Copy as Markdown</button>'
        '<button type="button" class="copy-link">Copy link to this answer</button>'
        '<button type="button" class="save-question">Save this question</button>{}'
        "</div></details>{}</div>"
    ).format(
        text(answer_plain(answer)),
        text(answer_markdown(answer)),
        join(
            Markup('<button type="button" class="save" data-kind="{}">Save as {}</button>').format(
                kind, name
            )
            for kind, name in files().items()
        ),
        _answer_star(answer),
    )


def star_html(choices: Sequence[tuple[str, Sequence[Reference]]], what: str = "") -> Markup:
    """A menu that puts places of articles into collections, which the page's script fills.

    Each choice is what the menu calls some places; `what` completes its name for screen readers.
    """
    places = json.dumps([[name, [each.place() for each in found]] for name, found in choices])
    return Markup(
        '<details class="menu star" data-stars="{}"><summary><span class="sign" aria-hidden="true">'
        '☆</span> <span class="word">Star</span><span class="unseen">{}</span></summary>'
        '<div class="items"></div></details>'
    ).format(text(places), text(f" {what}" if what else ""))


def _answer_star(answer: Answer) -> Markup:
    """A menu for the sentences that an answer cites, all together and one by one."""
    if not answer.citations:
        return Markup("")
    places = [
        reference_to(kind_of(answer), each.article, (each.start, each.end))
        for each in answer.citations
    ]
    each_alone = [
        (f"[{cited.number}] {introduction(cited.article).removesuffix(': ')}".strip(), [place])
        for cited, place in zip(answer.citations, places, strict=True)
    ]
    if len(places) == 1:
        return star_html(each_alone, "the cited sentence")
    all_of_them = (f"All {len(places)} cited sentences", places)
    return star_html([all_of_them, *each_alone], "cited sentences")


def sentence_link(cited: Reference) -> str:
    """The query that opens an article at some of its words.

    >>> sentence_link(Reference("cite", "a.example/1", 2, 10, 45))
    '?article=a.example%2F1&revision=2&at=10-45'
    """
    return in_page(cited.article_id, cited.revision, cited.start, cited.end)


def files() -> dict[str, str]:
    """What an answer or a conversation can be kept as here: names by the endings of files."""
    return {kind: name for kind, name in _FILES.items() if kind != "docx" or can_write_word()}


def _stored_switch(body: Body) -> Markup:
    """A switch that shows what is folded away, and the markup; nothing where all is shown."""
    if not (body.folded or body.has_syntax):
        return Markup("")
    hidden = _in_words(body.folded, has_syntax=body.has_syntax)
    return Markup(
        '<button type="button" class="stored" aria-pressed="false" title="{0}">As stored'
        '<span class="unseen"> ({0})</span></button>'
    ).format(text(f"Also shows {hidden}"))


def _in_words(folded: Counter[str], *, has_syntax: bool) -> str:
    """What is folded away: "title, byline, 2 photo credits and markup"."""
    parts = [
        _KINDS.get(kind, kind) if number == 1 else count(number, _KINDS.get(kind, kind))
        for kind, number in folded.items()
    ]
    parts += ["markup"] if has_syntax else []
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _quotation_menu(article: Article, cited: Reference, words: str) -> Markup:
    """The quotation with its reference in each style, and the link to it."""
    link = Markup(
        '<button type="button" class="copy-link" data-link="{}">Link to this sentence</button>'
    ).format(text(sentence_link(cited)))
    copies = join(
        Markup('<button type="button" class="copy" data-copy="{}">{}</button>').format(
            text(_taken(article, cited, words, style)), _STYLES[style]
        )
        for style in STYLES
    )
    what = "Quotation" if words else "Reference"
    return Markup(
        '<details class="menu"><summary>Copy</summary><div class="items">'
        '<p class="of">{} as</p>{}{}</div></details>'
    ).format(what, copies, link if words else "")


def _taken(article: Article, cited: Reference, words: str, style: Style) -> str:
    end = min(cited.end, len(article.text))
    if not words or not 0 <= cited.start < end:
        return reference(article, style)
    return quotation(Citation(1, article, cited.start, end), style, words)
