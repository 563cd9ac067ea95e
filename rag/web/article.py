"""The article panel: one stored article as HTML, with the cited words marked in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from rag.answering.wording import spoken_date
from rag.escaping import BLANK_LINES, language_code, text, web_address
from rag.records import Article, Published, Span
from rag.web.conversation import Reference

_EMPTY = Markup(
    '<div class="empty-panel"><h2>Cited article</h2><p>Choose a citation such as '
    '<span class="sample">[1]</span> in an answer: the article opens here, with the '
    "sentence that the answer rests on.</p></div>"
)


def empty_panel() -> str:
    """What the panel says before an article is opened."""
    return str(_EMPTY)


def panel_error(message: str) -> str:
    """The panel where the article could not be opened."""
    return str(
        Markup(
            '<div class="empty-panel" role="alert"><h2>Cited article</h2><p>{}</p></div>'
        ).format(text(message))
    )


def article_html(article: Article, key: str, cited: Reference, *, latest: int = 0) -> str:
    """The whole article; the referenced characters stand in `mark#cite-target`, unchanged.

    `latest` is the article's newest revision, where that is another one.
    """
    return str(
        Markup(
            '<article data-key="{}" lang="{}"><header><p class="outlet">{}</p>'
            '<h2 dir="auto">{}</h2><p class="facts">{}</p>{}</header>'
            '<div class="body">{}</div>{}</article>'
        ).format(
            text(key),
            text(language_code(article.language)),
            text(article.publisher or "Outlet unknown"),
            text(article.title or article.id),
            Markup(' <span class="dot" aria-hidden="true">·</span> ').join(_facts(article)),
            _superseded(article, latest),
            body_html(article, cited),
            Markup(
                '<p class="return"><a class="back" href="#{}">Back to the answer</a></p>'
            ).format(text(key)),
        )
    )


def body_html(article: Article, cited: Reference) -> Markup:
    """The article's text in paragraphs; outside the mark only blank lines are left out."""
    mark = Span(cited.start, cited.end, "heading")
    return Markup("\n").join(
        Markup('<p dir="auto"{}>{}</p>').format(
            Markup(' class="aside"') if _is_furniture(article, start, end) else "",
            _inline(article, start, end, cited),
        )
        for start, end in _paragraphs(article.text, mark)
    )


def _paragraphs(value: str, mark: Span) -> Iterator[tuple[int, int]]:
    """Spans of text between blank lines; the mark is never divided, nor cut short."""
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


def _inline(article: Article, start: int, end: int, cited: Reference) -> Markup:
    if not (start <= cited.start and cited.end <= end):
        return _plain(article, start, end)
    mark = Markup('<mark id="cite-target" class="{}" tabindex="-1">{}</mark>').format(
        cited.kind, _plain(article, cited.start, cited.end)
    )
    return _plain(article, start, cited.start) + mark + _plain(article, cited.end, end)


def _plain(article: Article, start: int, end: int) -> Markup:
    """Escaped characters of the article, with its furniture in spans of its own."""
    pieces: list[Markup] = []
    for first, last, kind in _pieces(article.furniture, start, end):
        piece = text(article.text[first:last])
        dimmed = Markup('<span class="furniture {}">{}</span>').format(
            kind.replace(" ", "-"), piece
        )
        pieces.append(dimmed if kind else piece)
    return Markup("").join(pieces)


def _pieces(spans: Iterable[Span], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """`start` to `end` cut where furniture begins and ends; of overlapping spans the first."""
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


def _is_furniture(article: Article, start: int, end: int) -> bool:
    pieces = _pieces(article.furniture, start, end)
    return all(kind or not article.text[first:last].strip() for first, last, kind in pieces)


def _facts(article: Article) -> Iterator[Markup]:
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
    if article.revision > 1:
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
    return f"{day}, {published.at:%H:%M} UTC" if exact else day


def _superseded(article: Article, latest: int) -> Markup:
    if latest <= article.revision:
        return Markup("")
    return Markup(
        '<p class="superseded">This is revision {}. The outlet has published a later text: '
        "revision {}.</p>"
    ).format(article.revision, latest)
