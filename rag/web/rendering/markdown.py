"""The blocks of a Markdown text with the places of what a reader sees; knows no HTML.

The parser says what is syntax; this module adds where in the text each character stands.
HTML within Markdown, pictures and addresses that are no web pages never become elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from rag.conversations.escaping import web_address
from rag.corpus.markdown import front_matter
from rag.corpus.rules import is_reporting
from rag.language.furniture import CELLS
from rag.records import Article, Citation
from rag.web.rendering.layout import (
    CELL_NAMES,
    Container,
    Run,
    Tag,
    TextBlock,
    is_wrapped,
    plain_blocks,
    with_syntax,
)

LONGEST = 400_000
"""The longest text that is read as Markdown, in characters; longer ones are shown as they stand."""

_SUFFIXES = (".md", ".markdown")
_SIGNS = re.compile(
    r"^#{1,6}[^\S\n]\S"
    r"|\]\((?:https?://|/|#)[^\s()]*\)"
    r"|!\[[^\[\]\n]{0,300}\]\("
    r"|(?<![\w*])\*\*(?=[^\s*])[^*\n]{1,300}(?<=[^\s*])\*\*(?![\w*])"
    r"|^[^\S\n]*\|?[^\S\n]*:?-{3,}:?[^\S\n]*\|",
    re.MULTILINE,
)
_SYNTAX = re.compile(r"[*_\[\]<>&\\`|#=-]")
_CONTAINERS = {
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
}
_LEAVES = {"paragraph": "p", "th": "th", "td": "td"}
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6"}
_EMPHASIS = {"strong": "strong", "em": "em"}
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_KNOWN_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|aside|b|big|blockquote|body|center|cite|code|del|div|em|embed"
    r"|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|input|ins|li|link|main"
    r"|mark|meta|noscript|object|ol|p|picture|pre|q|s|script|section|small|source|span|strike"
    r"|strong|style|sub|sup|svg|table|tbody|td|tfoot|th|thead|time|tr|u|ul|video|wbr)\b)",
    re.IGNORECASE,
)
_NEWLINE = re.compile("\n")


def blocks_of(article: Article) -> list[TextBlock]:
    """The blocks of an article's text, in order: by its Markdown, where it has any."""
    text = article.text
    if len(text) > LONGEST or not is_markdown(article):
        return list(plain_blocks(text, article.furniture))
    blocks = list(_joined(text, list(_blocks(text))))
    runs = [run for block in blocks for run in block.runs]
    in_order = all(one.end <= other.start for one, other in pairwise(runs))
    return blocks if in_order else list(plain_blocks(text, article.furniture))


def is_markdown(article: Article) -> bool:
    """Whether the text is Markdown: from such a file, or by signs that prose does not have.

    >>> [is_markdown(Article("a", "", "", text)) for text in ("**Now:** it sank.", "2 ** 3 * 4")]
    [True, False]
    """
    return article.id.lower().endswith(_SUFFIXES) or bool(
        _SIGNS.search(article.text) or front_matter(article.text)
    )


def as_seen(citation: Citation) -> str:
    r"""The quoted words as a reader sees them: without syntax, where the article is Markdown.

    >>> article = Article("ferry.md", "", "", "It sank **on Friday**.")
    >>> as_seen(Citation(1, article, 0, 22))
    'It sank on Friday.'
    >>> article = Article("ferry.md", "", "", "| Boat | Crew |\n|---|---|\n| Heron | 4 |")
    >>> as_seen(Citation(1, article, 0, len(article.text)))
    'Boat | Crew; Heron | 4'
    """
    article = citation.article
    if not _SYNTAX.search(citation.quote) or not is_markdown(article):
        return citation.quote
    seen = ""
    row: tuple[Container, ...] = ()
    for block in blocks_of(article):
        words = " ".join(block.visible(article.text, citation.start, citation.end).split())
        if words:
            of_row = block.within if block.name in CELL_NAMES else ()
            apart = CELLS if row and row == of_row else "; " if row and of_row else " "
            seen += f"{apart if seen else ''}{words}"
            row = of_row
    return seen or citation.quote


class _PlacedState(StateInline):
    """Adds to each token where in the source it stands, as `meta["at"]`."""

    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._pending_at = 0
        self._pushed = (-1, 0)

    def append_pending(self, text: str) -> None:
        """Remembers where the text begins that is not a token yet."""
        if not self.pending:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - the parser's name
        """The token of that text, with its place."""
        token = super().pushPending()
        token.meta["at"] = self._pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: Any) -> Token:
        """A new token with its place."""
        token = super().push(ttype, tag, nesting)
        # A row of asterisks is pushed one by one before the position moves on.
        at, already = self._pushed
        already = already + 1 if at == self.pos and ttype == "text" else 0
        self._pushed = (self.pos, already if ttype == "text" else -1)
        token.meta["at"] = self.pos + (already if ttype == "text" else 0)
        return token


class _PlacedInline(ParserInline):
    """The inline parser, whose tokens know where they stand."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """The tokens of a block's content."""
        state = _PlacedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    parser.inline = _PlacedInline()
    # The preset's rules were chosen for the inline parser that has gone.
    parser.configure("commonmark", {"html": True})
    return parser.enable("table").disable(["code", "html_block", "fragments_join", "text_join"])


class _Lines:
    """A text whose line ends are those that the parser knows, at unchanged places."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text.replace("\r\n", " \n").replace("\r", "\n").replace("\0", "\ufffd")
        self._starts = [
            start,
            *(found.end() for found in _NEWLINE.finditer(self.text, start)),
            len(text) + 1,
        ]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where lines `first` to `last`, which is no part of it, begin and end."""
        most = len(self._starts) - 1
        begin, end = self._starts[min(first, most)], self._starts[min(last, most)] - 1
        return min(begin, len(self.text)), max(begin, min(end, len(self.text)))

    def last(self, line: int) -> int:
        """Where the last words above a line end."""
        end = self._starts[min(line, len(self._starts) - 1)] - 1
        while end > 0 and self.text[end - 1].isspace():
            end -= 1
        return end


def _blocks(text: str) -> Iterator[TextBlock]:
    """The blocks that the parser finds; what lies between them is not in their runs yet."""
    front = front_matter(text)
    start = front.end() if front else 0
    if front:
        first = len(text) - len(text.lstrip())
        yield TextBlock("pre", (Run(first, len(text[: front.end()].rstrip())),))
    lines = _Lines(text, start)
    within: list[Container] = []
    numbers = count()
    cursor = start
    tokens = _parser().parse(lines.text[start:])
    for place, token in enumerate(tokens):
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in _CONTAINERS and token.nesting > 0:
            first_number = str(token.attrGet("start") or "")
            within.append(Container(_CONTAINERS[kind], next(numbers), first_number))
        elif kind in _CONTAINERS:
            within.pop()
        elif token.type == "inline" and token.map:
            name = _name(tokens[place - 1], token)
            span = lines.span(*token.map)
            runs = _inline(lines.text, token, (max(span[0], cursor), span[1]), name)
            if runs:
                end = runs[-1].end if name in CELL_NAMES else lines.last(token.map[1])
                whole = tuple(with_syntax(runs, runs[0].start, end))
                yield TextBlock(name, whole, tuple(within), is_wrapped(token.content))
                cursor = whole[-1].end
        elif token.type == "fence" and token.map:
            begin, end = _inside(lines, token)
            if begin < end:
                whole = tuple(with_syntax([Run(begin, end)], begin, lines.last(token.map[1])))
                yield TextBlock("pre", whole, tuple(within))
                cursor = whole[-1].end


def _name(opening: Token, inline: Token) -> str:
    """The element of a block. A rule right below reporting makes no heading of it."""
    if opening.type != "heading_open":
        return _LEAVES.get(opening.type.removesuffix("_open"), "p")
    ruled = opening.markup in ("-", "=") and is_reporting(inline.content)
    return "p" if ruled else _HEADINGS[opening.tag]


def _inside(lines: _Lines, fence: Token) -> tuple[int, int]:
    """Where the lines between the marks of a fence begin and end."""
    first, last = fence.map or (0, 0)
    begin, end = lines.span(last - 1, last)
    closed = last - first > 1 and lines.text[begin:end].strip(" \t>").startswith(fence.markup)
    return lines.span(first + 1, last - 1 if closed else last)


def _inline(text: str, token: Token, span: tuple[int, int], name: str) -> list[Run]:
    """The runs of a block's content; as it stands where its places cannot be found."""
    is_cell = name in CELL_NAMES
    if is_cell and not token.content:
        return [Run(span[0], span[0])]
    starts = _line_starts(text, token.content, span, is_cell)
    if starts is not None:
        runs = _runs(token.children or [], token.content, starts)
        return [run for run in runs if run.start < run.end]
    stored = token.content.replace("|", "\\|") if is_cell else text[span[0] : span[1]].strip()
    begin = text.find(stored, *span)
    return [Run(begin, begin + len(stored))] if stored and begin >= 0 else []


def _line_starts(
    text: str, content: str, span: tuple[int, int], is_cell: bool
) -> list[tuple[int, int]] | None:
    """For each line of the content: where it begins there, and where in the text.

    A line of the content is the end of a line of the text, but for blank space and the marks
    that close a heading; a cell is what comes next in its row. None where one is not found.
    """
    found: list[tuple[int, int]] = []
    position, at = 0, span[0]
    for line in content.split("\n"):
        place = -1
        while place < 0 and at <= span[1]:
            line_end = text.find("\n", at, span[1])
            line_end = span[1] if line_end < 0 else line_end
            search = text.find if is_cell else text.rfind
            place = search(line, at, line_end)
            at = line_end + 1
        if place < 0:
            return None
        found.append((position, place))
        position += len(line) + 1
    return found


def _runs(
    tokens: Sequence[Token], content: str, starts: Sequence[tuple[int, int]]
) -> Iterator[Run]:
    """The runs of inline tokens: the characters they show, each within its elements."""
    tags: list[Tag] = []
    line = 0
    for place, token in enumerate(tokens):
        if token.nesting > 0:
            href = web_address(str(token.attrGet("href") or ""))
            tags.append(Tag("a", href) if token.tag == "a" else Tag(_EMPHASIS[token.tag]))
        elif token.nesting < 0:
            tags.pop()
        first, last, shown = _shown(token, tokens[place - 1] if place else None, content)
        while first < last:
            while line + 1 < len(starts) and starts[line + 1][0] <= first:
                line += 1
            line_end = starts[line + 1][0] if line + 1 < len(starts) else len(content)
            end = min(last, line_end)
            shift = starts[line][1] - starts[line][0]
            yield Run(first + shift, end + shift, _shown_within(tags, token), shown)
            first = end


def _shown_within(tags: Sequence[Tag], token: Token) -> tuple[Tag, ...]:
    seen = tuple(tag for tag in tags if tag != Tag("a"))
    if token.type == "code_inline":
        return (*seen, Tag("code"))
    return (*seen, Tag("span", "picture")) if token.type == "image" else seen


def _shown(token: Token, before: Token | None, content: str) -> tuple[int, int, str | None]:
    """Which characters of the content a token shows, and as what where not as they stand."""
    at = int(token.meta.get("at", 0))
    if token.type == "text":
        at += before is not None and before.markup == "autolink" and before.nesting > 0
        return at, at + len(token.content), None
    if token.type == "code_inline":
        at += len(token.markup)
        inner = content[at : at + len(token.content) + 1]
        at += inner.startswith((" ", "\n")) and not token.content.startswith(" ")
        return at, at + len(token.content), None
    if token.type == "text_special":
        end = at + len(token.markup)
        if token.info == "escape":
            return end - len(token.content), end, None
        return at, end, token.content
    if token.type == "image":
        return at + 2, at + 2 + len(token.content), None
    if token.type == "softbreak":
        return at, at + 1, None
    if token.type == "hardbreak" or (
        token.type == "html_inline" and _LINE_BREAK.fullmatch(token.content)
    ):
        length = len(token.content) or 1
        return at, at + length, "\n"
    if token.type == "html_inline" and not _KNOWN_TAG.match(token.content):
        return at, at + len(token.content), None
    return at, at, None


def _joined(text: str, blocks: Sequence[TextBlock]) -> Iterator[TextBlock]:
    """The blocks with all that lies within and between them; blank space between is left out."""
    position = 0
    for block in blocks:
        between = text[position : block.start]
        start = position + len(between) - len(between.lstrip())
        runs = tuple(with_syntax(block.runs, start, block.end))
        yield TextBlock(block.name, runs, block.within, block.wrapped)
        position = block.end
    rest = text[position:].strip()
    if rest:
        begin = text.index(rest, position)
        yield TextBlock("p", (Run(begin, begin + len(rest), syntax=True),))
