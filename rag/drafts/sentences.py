"""Divides a draft into sentences with exact offsets, and reads them without their markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.corpus.boilerplate import Block, find_furniture
from rag.corpus.markdown import markdown_draft
from rag.language.check_worthiness import nothing_in
from rag.language.identification import detect_language
from rag.language.sentences import sentence_spans
from rag.records import FurnitureKind, Span

_FRONT = re.compile(r"---\s*\n")
_SAMPLE = 300
_BEYOND_LATIN = "\u0250"
_FENCE = re.compile(r"(?:```|~~~)")
_LABELS: dict[FurnitureKind, str] = {
    "byline": "a byline",
    "date": "a date line",
    "dateline": "a dateline",
    "photo credit": "a photo credit",
    "related link": "a link",
    "original url": "an address",
    "newsletter": "a newsletter's notice",
    "cut off": "a sentence that breaks off",
}
_LINE = re.compile(r"[^\n]+")
_TABLE_ROW = re.compile(r"\s*\|.*\|")
_ENDED = re.compile(r"[.!?…。！？؟։।:;][\"'”’»」』)*_\]]*(?:</\w{1,10}>)*\s*$")
_BEGINS = re.compile(r"\s*(?:[-*+•>#|<]|\d{1,3}[.)]\s|[\"'“„«‘「『(\[]?[^\W\d_a-z])")
_SHORT_LINE = 0.75
_LEAD_IN = re.compile(r"(?:\s*(?:#{1,6}|>|[-*+•►▪‣◦–—]|\d{1,3}[.)]|\[[ xX]\])\s+)+")
_MARKUP = re.compile(
    r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,600}\)"
    r"|(?<=\])\((?:[^()\n]|\([^()\n]{0,300}\)){0,600}\)"
    r"|\[\^[^\[\]\n]{1,30}\]"
    r"|</?[A-Za-z][^<>\n]{0,300}>"
    r"|(?<!\w)(?:[*_]{1,3}|~~)(?=\S)|(?<=\S)(?:[*_]{1,3}|~~)(?!\w)"
    r"|\\(?=[*_#\[\]()>~.!|-])"
    r"|(?<=\S)[^\S\n]+#+[^\S\n]*$"
)
# "47 km/h. Nobody": with a unit at its end the sentence would go on as after an abbreviation.
_UNIT_LAST = re.compile(
    r"(?<=\d)([ \u00a0]?(?:[a-zµ]{1,4}/[a-zµ]{1,3}|[a-zµ])\.)\s+(?=[\"“‘(]?[A-Z])"
)
_LINKED = re.compile(r"\[([^\[\]\n]{1,300})\](?=\()")


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """Characters `start` to `end` of a draft, and its `words` as a reader sees them.

    `places` says where in the draft each character of `words` stands. `label` says what the
    layout shows it to be ("a byline"), "" for prose and headings.
    """

    start: int
    end: int
    words: str
    places: tuple[int, ...]
    language: str
    label: str = ""
    heading: bool = False

    def nothing(self) -> str:
        """Why there is nothing to verify in it, such as "a question"; "" where there is."""
        return self.label or nothing_in(self.words, self.language, heading=self.heading)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the draft characters `start` to `end` of `words` stand."""
        return self.places[start], self.places[end - 1] + 1


def draft_sentences(text: str) -> list[DraftSentence]:
    r"""The sentences of a draft in order, plain text or Markdown; they do not overlap.

    Every word of the draft stands in one of them. List marks, quote marks of Markdown and the
    dateline at the top stand before a sentence, not in it. Lines of a paragraph are joined where
    they were only wrapped.

    >>> draft = "# Ferry sinks\n\nIt sank **on Friday**. Why?"
    >>> [(one.words, one.nothing()) for one in draft_sentences(draft)]
    [('Ferry sinks', 'a heading'), ('It sank on Friday.', ''), ('Why?', 'a question')]
    >>> one = draft_sentences(draft)[1]
    >>> draft[one.start : one.end]
    'It sank **on Friday**.'
    """
    # Of the same length, so that every offset is one into the text as it was given.
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    blocks = list(_whole(text, markdown_draft("draft", text).blocks))
    furniture = find_furniture(text, blocks)
    labels = {span.start: span.kind for span in furniture if span.kind in _LABELS}
    return [
        sentence
        for block in blocks
        for sentence in _of_block(text, block, labels.get(block.start), furniture)
    ]


def _whole(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, and whatever stands between them, so that no word is left out."""
    at = 0
    for block in blocks:
        if text[at : block.start].strip():
            yield _block(text, at, block.start)
        yield block
        at = max(at, block.end)
    if text[at:].strip():
        yield _block(text, at, len(text))


def _block(text: str, start: int, end: int) -> Block:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return Block(left, left + len(piece.strip()), piece.strip())


def _of_block(
    text: str, block: Block, kind: FurnitureKind | None, furniture: Sequence[Span]
) -> Iterator[DraftSentence]:
    label = _LABELS[kind] if kind else ""
    start = block.start
    if kind == "dateline":
        label = ""
        start = next(span.end for span in furniture if span.start == block.start)
    if _FENCE.match(text, block.start):
        yield _sentence(text, block.start, block.end, "", "code")
        return
    if block.kind == "title" and _FRONT.match(text, block.start):
        yield _sentence(text, block.start, block.end, "", "front matter")
        return
    language = _language(text[start : block.end])
    heading = block.kind in ("title", "heading")
    for first, last in _paragraphs(text, start, block.end):
        if _TABLE_ROW.match(text[first:last]):
            yield _sentence(text, first, last, language, "a row of a table")
            continue
        lead = _LEAD_IN.match(text, first, last)
        for a, b in _spans(text, lead.end() if lead else first, last, language):
            yield _sentence(text, a, b, language, label, heading=heading)


def _spans(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """The sentences; what is markup alone, as a closing tag, belongs to the one before it."""
    spans: list[tuple[int, int]] = []
    for a, b in sentence_spans(text, start, end, language):
        if spans and not _MARKUP.sub("", text[a:b]).strip():
            spans[-1] = (spans[-1][0], b)
            continue
        for found in _UNIT_LAST.finditer(text, a, b):
            spans.append((a, found.end(1)))
            a = found.end()
        spans.append((a, b))
    return spans


def _language(words: str) -> str:
    """The language of a block; what is too short to tell is English, or "" in other letters."""
    letters = [each for each in words[:_SAMPLE] if each.isalpha()]
    latin = sum(each < _BEYOND_LATIN for each in letters)
    return detect_language(words) or ("en" if 2 * latin > len(letters) else "")


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of a block, joined where a line was only wrapped and its sentence goes on."""
    lines = [line.span() for line in _LINE.finditer(text, start, end) if line[0].strip()]
    longest = max((last - first for first, last in lines), default=0)
    begun: int | None = None
    for (first, last), following in zip(lines, [*lines[1:], None], strict=True):
        begun = first if begun is None else begun
        if following is not None and not _breaks(text, (first, last), following, longest):
            continue
        yield begun, last
        begun = None


def _breaks(text: str, line: tuple[int, int], following: tuple[int, int], longest: int) -> bool:
    """Whether a paragraph ends with this line: not where it is as long as lines are wrapped."""
    ours, theirs = text[slice(*line)], text[slice(*following)]
    if _TABLE_ROW.match(ours) or _LEAD_IN.match(theirs):
        return True
    if not _BEGINS.match(theirs):
        return False
    return bool(_ENDED.search(ours)) or len(ours) < _SHORT_LINE * longest


def _sentence(
    text: str, start: int, end: int, language: str, label: str, *, heading: bool = False
) -> DraftSentence:
    words, places = _plain(text, start, end)
    return DraftSentence(start, end, words, places, language, label, heading)


def _plain(text: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    """The words of a stretch without markup, on one line, and where each character stands."""
    piece = text[start:end]
    dropped = bytearray(len(piece))
    for found in _MARKUP.finditer(piece):
        dropped[found.start() : found.end()] = b"\1" * len(found[0])
    for found in _LINKED.finditer(piece):
        dropped[found.start()] = dropped[found.end() - 1] = 1
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(piece):
        shown = " " if character.isspace() else character
        if dropped[place] or (shown == " " and (not characters or characters[-1] == " ")):
            continue
        characters.append(shown)
        places.append(start + place)
    while characters and characters[-1] == " ":
        characters.pop()
        places.pop()
    return "".join(characters), tuple(places)
