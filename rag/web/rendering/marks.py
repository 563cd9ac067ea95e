"""Renders the marks in an answer: links to articles, verdicts, and their tips.

A tip is what a mark says when it is pointed at or focused; the page's script shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from rag.answers.wording import introduction, spoken_date
from rag.conversations.escaping import text
from rag.language.words import shortened
from rag.records import Answer, Article, Citation, Claim, Verdict
from rag.verification.citing import FOUND
from rag.web.conversation import Kind, Reference, citation_key, kind_of, reference_to
from rag.web.rendering.markdown import as_seen

MARKER = re.compile(r"\[(\d{1,6})\]")
VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    "supported": ("✓", "supported"),
    "partly": ("◐", "partly supported"),
    "unsupported": ("✕", "not supported"),
    "quote altered": ("≠", "quotation altered"),
}
"""The sign and the words of each verdict, so that nothing depends on colour alone."""

_TIP_CHARACTERS = 420
_UNRESOLVED = Markup(
    '<span class="unresolved">[{}?]<span class="unseen"> (points at no article)</span></span>'
)


def join(pieces: Iterable[Markup]) -> Markup:
    """The concatenated pieces."""
    return Markup("").join(pieces)


def place_attributes(key: str, reference: Reference) -> Markup:
    """The attributes of a link that opens an article at some of its words."""
    return Markup('href="#{}" data-place="{}" data-kind="{}"').format(
        text(key), text(reference.place()), reference.kind
    )


def section(heading: str, inner: Markup) -> Markup:
    """A part of a view, below its heading."""
    return Markup('<section class="view"><h2>{}</h2>{}</section>').format(heading, inner)


def headline_item(key: str, article: Article, *, with_outlet: bool = True) -> Markup:
    """A list item: the title of an article, which opens it, with its outlet and day."""
    outlet = article.publisher if with_outlet else ""
    when = spoken_date(article.published) if article.published else "date unknown"
    return Markup('<li><a {} dir="auto">{}</a> <span class="origin">{}</span></li>').format(
        place_attributes(key, reference_to("near", article)),
        text(article.title or article.id),
        text(", ".join(filter(None, [outlet, when]))),
    )


def linked(answer: Answer, number: int, words: str, cited: Sequence[int]) -> Markup:
    """The text with its markers as links; a marker without an article is marked as such."""
    known = {citation.number: citation for citation in answer.citations}
    pieces: list[Markup] = []
    position = 0
    for marker in MARKER.finditer(words):
        value = int(marker[1])
        if value in known and value in cited:
            link = citation_link(number, known[value], kind_of(answer))
        elif value in answer.unresolved:
            link = _UNRESOLVED.format(value)
        else:
            continue
        pieces += [text(words[position : marker.start()]), link]
        position = marker.end()
    return join([*pieces, text(words[position:])])


def verdict_mark(claim: Claim, number: int, place: int) -> Markup:
    """The verdict on the claim at `place` in the answer to question `number`.

    One that is doubted, or whose passage the answer did not name, can be focused and says why.
    """
    sign, words = VERDICTS[claim.verdict]
    label = Markup('<span aria-hidden="true">{}</span> {}').format(sign, words)
    kind = claim.verdict.replace(" ", "-")
    if not _needs_words(claim):
        return Markup(' <span class="verdict {}">{}</span>').format(kind, label)
    return Markup(
        ' <button type="button" class="verdict {}" aria-describedby="why-{}-{}">{}</button>'
    ).format(kind, number, place, label)


def tips(answer: Answer, number: int) -> Markup:
    """The tips of an answer's marks, each once; the script shows one at a time."""
    quotes = [
        _tip(
            f"tip-{citation_key(number, each, kind_of(answer))}",
            origin(each.article),
            f"“{shortened(as_seen(each), _TIP_CHARACTERS)}”",
        )
        for each in answer.citations
    ]
    doubts = [
        _tip(
            f"why-{number}-{place}", VERDICTS[each.verdict][1].capitalize(), "; ".join(each.reasons)
        )
        for place, each in enumerate(answer.claims, start=1)
        if _needs_words(each)
    ]
    found = join([*quotes, *doubts])
    return Markup('<div class="tips">{}</div>').format(found) if found else found


def _needs_words(claim: Claim) -> bool:
    """Whether a reader is to know why a claim has its verdict."""
    return bool(claim.reasons) and (claim.verdict != "supported" or FOUND in claim.reasons)


def _tip(name: str, head: str, body: str) -> Markup:
    return Markup(
        '<div class="tip" role="tooltip" id="{}"><p class="origin">{}</p><p dir="auto">{}</p></div>'
    ).format(name, text(head), text(body))


def origin(article: Article) -> str:
    """The outlet and day of an article; where neither is known, its title."""
    return introduction(article).removesuffix(": ") or article.title or "Outlet unknown"


def citation_link(number: int, citation: Citation, kind: Kind = "cite") -> Markup:
    """The marker of a citation in the answer to question `number`, which opens its article."""
    key = citation_key(number, citation, kind)
    where = origin(citation.article)
    place = reference_to(kind, citation.article, (citation.start, citation.end))
    return Markup(
        '<a class="cite" {} aria-label="[{}] {}" aria-describedby="tip-{}">[{}]</a>'
    ).format(place_attributes(key, place), citation.number, text(where), key, citation.number)
