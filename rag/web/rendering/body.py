"""Renders the text of an article: its blocks as elements, the cited words marked.

Every character of the text is in the HTML, in its order, but for blank space between blocks.
What is only syntax and what is folded away have classes that hide them. Elements are made here
alone: an article's own markup never becomes one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from markupsafe import Markup

from rag.conversations.escaping import text
from rag.language.normalizing import normalized
from rag.records import Article, Span
from rag.web.conversation import Reference
from rag.web.rendering.layout import CELL_NAMES, Container, Run, Tag, TextBlock
from rag.web.rendering.markdown import blocks_of
from rag.web.rendering.marks import join

_Piece = tuple[int, int, str]
_SHOWN_KINDS = ("heading", "dateline")
_BREAK = Markup("<br>")
_ELEMENTS = {
    name: (Markup("<{}>").format(name), Markup("</{}>").format(name))
    for name in (
        *("strong", "em", "code", "span"),
        *("blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr"),
    )
}
_BLOCKS = {
    name: (Markup('<{} dir="auto"').format(name), Markup("</{}>\n").format(name))
    for name in ("p", "pre", "h3", "h4", "h5", "h6", "th", "td")
}
_LINK = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow ugc" title="{}">')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Body:
    """The text as HTML. `folded` counts the parts that are folded away, by their kinds.

    `cited` are the marked words as a reader sees them, on one line; `has_syntax` says whether
    there is markup that is not shown.
    """

    html: Markup
    cited: str
    folded: Counter[str]
    has_syntax: bool


def body_html(article: Article, cited: Reference) -> Body:
    """The text of an article in blocks; each part of the cited words is in a `mark`.

    The first has the id `cite-target`. Together they hold the characters from `cited.start` to
    `cited.end`, but for blank space between blocks. Blocks of title, byline and date that the
    head of the article repeats, and of other furniture, are folded away, unless they are cited.
    """
    blocks = [_opened(block, article.text, cited) for block in blocks_of(article)]
    renderer = _Renderer(article, cited)
    html = join(renderer.rendered(blocks))
    words = " ".join(block.visible(article.text, cited.start, cited.end) for block in blocks)
    hidden = any(run.syntax for block in blocks for run in block.runs)
    return Body(html, " ".join(words.split()), renderer.folded, hidden)


def _opened(block: TextBlock, value: str, cited: Reference) -> TextBlock:
    """The block; where the cited words are syntax and nothing else, they are shown."""
    inside = [run for run in block.runs if cited.start < run.end and run.start < cited.end]
    if not inside or any(not run.syntax and value[run.start : run.end].strip() for run in inside):
        return block
    if block.start > cited.start or cited.end > block.end:
        return block
    runs = tuple(replace(run, syntax=run.syntax and run not in inside) for run in block.runs)
    return replace(block, runs=runs)


class _Renderer:
    """Renders the blocks of one article from its beginning to its end."""

    def __init__(self, article: Article, cited: Reference) -> None:
        self._article = article
        self._text = article.text
        self._cited = cited
        self._pieces = list(_pieces(article.furniture, 0, len(article.text)))
        self._marked = False
        self.folded: Counter[str] = Counter()

    def rendered(self, blocks: Sequence[TextBlock]) -> Iterator[Markup]:
        """The blocks as elements within theirs, one after the other."""
        within: tuple[Container, ...] = ()
        for place, block in enumerate(blocks):
            yield from _change(within, block.within)
            within = block.within
            yield self._block(block, is_first=place == 0)
        yield from _change(within, ())

    def _block(self, block: TextBlock, *, is_first: bool) -> Markup:
        name, kinds = block.name, self._kinds(block)
        if kinds == {"heading"} and name == "p":
            name = "h3"
        folded = self._folded(block, kinds, is_first=is_first)
        classes = [
            *(["wrapped"] if block.wrapped and name == "p" else []),
            *(["aside"] if kinds and name == "p" else []),
            *(["folded"] if folded else []),
        ]
        if not block.visible(self._text).strip() and name == "p":
            classes = ["syntax"]
        styled = Markup(' class="{}"').format(" ".join(classes)) if classes else Markup("")
        opening, closing = _BLOCKS[name]
        return join([opening, styled, Markup(">"), *self._inner(block), closing])

    def _kinds(self, block: TextBlock) -> set[str]:
        """The kinds of furniture that all visible words of the block are; none for reporting."""
        kinds: set[str] = set()
        for run in block.runs:
            if run.syntax:
                continue
            for first, last, kind in _within(self._pieces, run.start, run.end):
                if kind:
                    kinds.add(kind)
                elif self._text[first:last].strip():
                    return set()
        return kinds

    def _folded(self, block: TextBlock, kinds: set[str], *, is_first: bool) -> bool:
        """Whether the block is folded away; counts what is."""
        if self._is_cited(block) or block.name in CELL_NAMES:
            return False
        article = self._article
        words = _compared(block.visible(self._text))
        is_title = bool(words) and words == _compared(article.title)
        if is_first and is_title:
            kinds = {"title"}
        shown_above = {
            "title": is_title or block.name == "pre",
            "byline": bool(article.authors),
            "date": article.published is not None,
        }
        if not kinds or any(
            kind in _SHOWN_KINDS or not shown_above.get(kind, True) for kind in kinds
        ):
            return False
        self.folded[min(kinds)] += 1
        return True

    def _is_cited(self, block: TextBlock) -> bool:
        return self._cited.start < block.end and block.start < self._cited.end

    def _inner(self, block: TextBlock) -> Iterator[Markup]:
        """The runs of a block, those of the cited words within a `mark`."""
        runs = [each for run in block.runs for each in self._of_furniture(run)]
        start, end = self._cited.start, self._cited.end
        marked = [run.cut(start, end) for run in runs if start < run.end and run.start < end]
        if not any(self._text[run.start : run.end].strip() for run in marked if not run.syntax):
            yield join(self._runs(runs))
            return
        whole = [run for run in runs if run.shown is None or run not in marked]
        yield join(self._runs([run.cut(0, start) for run in whole if run.start < start]))
        named = Markup("") if self._marked else Markup(' id="cite-target"')
        focus = Markup("") if self._marked else Markup(' tabindex="-1"')
        self._marked = True
        yield Markup('<mark{} class="{}"{}>{}</mark>').format(
            named, self._cited.kind, focus, join(self._runs(marked))
        )
        yield join(self._runs([run.cut(end, len(self._text)) for run in whole if end < run.end]))

    def _of_furniture(self, run: Run) -> Iterator[Run]:
        """The run, cut where furniture begins and ends, which is styled apart."""
        if run.shown is not None or run.syntax or run.start == run.end:
            yield run
            return
        for first, last, kind in _within(self._pieces, run.start, run.end):
            dimmed = (Tag("span", f"furniture {kind.replace(' ', '-')}"),) if kind else ()
            yield replace(run, start=first, end=last, tags=(*dimmed, *run.tags))

    def _runs(self, runs: Sequence[Run]) -> Iterator[Markup]:
        tags: tuple[Tag, ...] = ()
        for run in runs:
            same = _shared(tags, run.tags)
            yield from (_closed(tag.name) for tag in reversed(tags[same:]))
            yield from (_open_tag(tag) for tag in run.tags[same:])
            tags = run.tags
            yield self._characters(run)
        yield from (_closed(tag.name) for tag in reversed(tags))

    def _characters(self, run: Run) -> Markup:
        stored = text(self._text[run.start : run.end])
        if run.syntax:
            return Markup('<span class="syntax">{}</span>').format(stored)
        if run.shown is None:
            return stored
        shown = _BREAK if run.shown == "\n" else text(run.shown)
        return Markup('<span class="syntax">{}</span><span class="instead">{}</span>').format(
            stored, shown
        )


def _compared(words: str) -> list[str]:
    return _WORD.findall(normalized(words).casefold())


def _change(old: Sequence[Container], new: Sequence[Container]) -> Iterator[Markup]:
    """The tags that lead from the inside of one block's containers to another's."""
    same = _shared(old, new)
    yield from (_closed(each.name) for each in reversed(old[same:]))
    for each in new[same:]:
        numbered = each.name == "ol" and each.value.isdigit()
        yield (
            Markup('<ol start="{}">').format(each.value) if numbered else _ELEMENTS[each.name][0]
        )


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many of the first elements are the same."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _open_tag(tag: Tag) -> Markup:
    if tag.name == "a":
        return _LINK.format(text(tag.value), text(tag.value))
    if tag.name == "span":
        return Markup('<span class="{}">').format(text(tag.value))
    return _ELEMENTS[tag.name][0]


def _closed(name: str) -> Markup:
    return Markup("</a>") if name == "a" else _ELEMENTS[name][1]


def _within(pieces: Sequence[_Piece], start: int, end: int) -> Iterator[_Piece]:
    """The pieces between `start` and `end`, cut to fit."""
    for place in range(bisect_right(pieces, start, key=itemgetter(1)), len(pieces)):
        first, last, kind = pieces[place]
        if end <= max(first, start):
            return
        yield max(first, start), min(last, end), kind


def _pieces(spans: Sequence[Span], start: int, end: int) -> Iterator[_Piece]:
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
