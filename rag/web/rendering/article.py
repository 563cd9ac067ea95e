"""Renders the article panel: one stored article with the cited words marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter

from markupsafe import Markup

from rag.answers.wording import spoken_date, spoken_pages
from rag.conversations.escaping import BLANK_LINES, language_code, text, web_address
from rag.language.dates import local_time
from rag.records import Article, Published, Span
from rag.verification.quotes.records import Change, RecheckedCitation
from rag.web.conversation import Reference, reference_to
from rag.web.rendering.marks import join, place_attributes
from rag.web.views.opened import OpenedArticle

_EMPTY = Markup(
    '<div class="empty-panel"><h2>Cited article</h2><p>Choose a citation such as '
    '<span class="sample">[1]</span> in an answer: the article opens here, with the '
    "sentence that the answer rests on.</p></div>"
)

_Piece = tuple[int, int, str]
_IN_AN_ANSWER = re.compile(r"(?:cite|near)-\d")


def empty_panel() -> str:
    """The panel before an article is opened."""
    return str(_EMPTY)


def panel_error(message: str) -> str:
    """The panel for an article that cannot be opened."""
    return str(
        Markup(
            '<div class="empty-panel" role="alert"><h2>Cited article</h2><p>{}</p></div>'
        ).format(text(message))
    )


def article_html(opened: OpenedArticle, key: str, cited: Reference) -> str:
    """The whole article; the referenced characters are in `mark#cite-target`, unchanged."""
    article = opened.article
    return str(
        Markup(
            '<article data-key="{}" lang="{}"><header><p class="outlet">{}</p>'
            '<h2 dir="auto">{}</h2><p class="facts">{}</p>{}{}</header>'
            '<div class="body">{}</div>{}</article>'
        ).format(
            text(key),
            text(language_code(article.language)),
            text(article.publisher or "Outlet unknown"),
            text(article.title or article.id),
            Markup(' <span class="dot" aria-hidden="true">·</span> ').join(_facts(article, cited)),
            _also_in(opened.also_in),
            _superseded(opened, cited),
            body_html(article, cited) if not opened.withdrawn else "",
            Markup('<p class="return"><a class="back" href="#{}">Back to the {}</a></p>').format(
                text(key), "answer" if _IN_AN_ANSWER.match(key) else "list"
            ),
        )
    )


def body_html(article: Article, cited: Reference) -> Markup:
    """The article's text in paragraphs; only blank lines outside the mark are left out."""
    mark = Span(cited.start, cited.end, "heading")
    pieces = list(_pieces(article.furniture, 0, len(article.text)))
    return Markup("\n").join(
        Markup('<p dir="auto"{}>{}</p>').format(
            Markup(' class="aside"') if _is_furniture(article.text, pieces, start, end) else "",
            _inline(article.text, pieces, start, end, cited),
        )
        for start, end in _paragraphs(article.text, mark)
    )


def _paragraphs(value: str, mark: Span) -> Iterator[tuple[int, int]]:
    """The spans between blank lines; the mark is never divided or shortened."""
    gaps = [
        (gap.start(), gap.end())
        for gap in BLANK_LINES.finditer(value)
        if gap.end() <= mark.start or mark.end <= gap.start()
    ]
    position = 0
    for first, last in [*gaps, (len(value), len(value))]:
        start, end = _without_line_ends(value, position, first)
        if position <= mark.start < first:
            start, end = min(start, mark.start), max(end, mark.end)
        if start < end:
            yield start, end
        position = last


def _without_line_ends(value: str, start: int, end: int) -> tuple[int, int]:
    part = value[start:end]
    return start + len(part) - len(part.lstrip("\r\n")), start + len(part.rstrip("\r\n"))


def _inline(value: str, pieces: Sequence[_Piece], start: int, end: int, cited: Reference) -> Markup:
    if not (start <= cited.start and cited.end <= end):
        return _plain(value, pieces, start, end)
    mark = Markup('<mark id="cite-target" class="{}" tabindex="-1">{}</mark>').format(
        cited.kind, _plain(value, pieces, cited.start, cited.end)
    )
    before, after = (start, cited.start), (cited.end, end)
    return _plain(value, pieces, *before) + mark + _plain(value, pieces, *after)


def _plain(value: str, pieces: Sequence[_Piece], start: int, end: int) -> Markup:
    """The escaped characters of the article, with boilerplate in separate spans."""
    parts: list[Markup] = []
    for first, last, kind in _within(pieces, start, end):
        piece = text(value[first:last])
        dimmed = Markup('<span class="furniture {}">{}</span>').format(
            kind.replace(" ", "-"), piece
        )
        parts.append(dimmed if kind else piece)
    return join(parts)


def _within(pieces: Sequence[_Piece], start: int, end: int) -> Iterator[_Piece]:
    """The pieces between `start` and `end`, cut to fit."""
    for place in range(bisect_right(pieces, start, key=itemgetter(1)), len(pieces)):
        first, last, kind = pieces[place]
        if end <= max(first, start):
            return
        yield max(first, start), min(last, end), kind


def _pieces(spans: Iterable[Span], start: int, end: int) -> Iterator[_Piece]:
    """The pieces of `start` to `end`, cut at the edges of boilerplate; the first of overlaps."""
    position = start
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        first, last = max(span.start, position), min(span.end, end)
        if first >= last:
            continue
        if position < first:
            yield position, first, ""
        yield first, last, span.kind
        position = last
    if position < end:
        yield position, end, ""


def _is_furniture(value: str, pieces: Sequence[_Piece], start: int, end: int) -> bool:
    within = _within(pieces, start, end)
    return all(kind or not value[first:last].strip() for first, last, kind in within)


def _facts(article: Article, cited: Reference) -> Iterator[Markup]:
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
    yield Markup("revision {}").format(article.revision)
    if address := web_address(article.url):
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
        said = Markup("<p>This article was {}</p>").format(text(opened.withdrawn))
        return Markup('<div class="superseded" role="note">{}</div>').format(said)
    if opened.now is None:
        return Markup("")
    now, article = opened.now, opened.article
    newest = reference_to(cited.kind, article, (now.start, now.end))
    link = Markup('<a class="open" {}>Open revision {}</a>').format(
        place_attributes(f"rev-{opened.latest}", replace(newest, revision=opened.latest)),
        opened.latest,
    )
    return Markup(
        '<div class="superseded" role="note"><p>This is revision {}. The outlet has published a '
        "later text, revision {}. {}</p>{}<p>{}</p></div>"
    ).format(article.revision, opened.latest, _verdict(now), difference_html(now.changes), link)


def _verdict(now: RecheckedCitation) -> Markup:
    if now.status == "holds":
        return text("The marked words still stand in it.")
    if not now.stored:
        return text("The marked words do not stand in it, nor anything like them.")
    return text("The marked words do not stand in it any more; where they were, it reads:")


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
