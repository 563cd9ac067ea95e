"""The blocks of a web page: every paragraph, heading, item and row, with its words.

Blocks never run together: what a browser puts on a line of its own is a block here. Nothing is
chosen; `rag.corpus.page_text` chooses which blocks are the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rag.corpus.decoding import clean
from rag.corpus.page_tables import Cell, is_data_table, table_rows
from rag.corpus.superscripts import is_note_link, lowered, raised
from rag.records import FurnitureKind

BlockKind = Literal["paragraph", "heading", "item", "row", "quote", "time"]

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt"  # noqa: SIM905
    " fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li"
    " main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul"
    " amp-accordion optgroup select".split()
)
_SILENT = frozenset(
    "script style template svg head iframe object embed canvas audio video map noframes"  # noqa: SIM905
    " button select input textarea datalist math progress meter".split()
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_DISPLAY_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)", re.IGNORECASE)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*(?:super|text-top)", re.IGNORECASE)
_SPEAKER_CLASS = re.compile(
    r"(?:^|[\s_-])(?:attribution|author|byline|cite|citation|credit|name|person|quotee|source"
    r"|speaker)(?:$|[\s_-])",
    re.IGNORECASE,
)
_QUOTE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:block-?|pull-?)?quote(?:s|d)?(?:$|[\s_-])", re.IGNORECASE
)
_UNSEEN = re.compile(
    r"(?:^|[\s_-])(?:sr-?only|(?:u-)?(?:visually|visibly)-?hidden|hidden-?visually|screen-?reader"
    r"(?:-text|-only)?|a11y(?:-hidden|-text)?|assistive-?text|offscreen)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NEW_WINDOW = re.compile(
    r"[\s,(]*(?:opens? (?:in )?(?:an? )?new (?:tab|window)|(?:link )?(?:wird |öffnet )?(?:sich )?"
    r"(?:im|in einem) neuen (?:tab|fenster)(?: geöffnet)?|(?:ouvre|s’ouvre"
    r"|s'ouvre)?(?: dans)? ?une?"
    r" nouvel(?:le)? (?:onglet|fenêtre)|se abre en (?:una )?(?:nueva )?ventana(?: nueva)?)[)\s.]*",
    re.IGNORECASE,
)
# What leads from a note back to its mark.
_BACK = re.compile(r"\s*[↩↵⤴⮌][\ufe0e\ufe0f]?\Z")
_SIGNED = re.compile(r" [-–—―] ?[^\s.][^.!?]{0,118}$")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]]*$|[”»\"]$")
_DASH = re.compile(r"[-–—―]")
_INDENT = re.compile(r"[^\S\u3000]*(?:\u3000|[\xa0\u2002\u2003]{2})")
_EMBEDS = re.compile(r"instagram-media|tiktok-embed|fb-(?:post|video)|bluesky-embed|twitter-video")
_DEEPEST = 400
_LONGEST_SPEAKER = 120
_LARGEST_QUOTE = 30
_MOST_IN_LINK = 6


@dataclass(slots=True, eq=False)
class PageBlock:
    """A block of a page: its words, the element whose text it is, and where its text starts.

    `link` counts the characters in links. Blocks of one `unit` (the rows of a table, the
    paragraphs of a quotation) are chosen together. `places` are text nodes of the block, each an
    element and "text" or "tail". `aside` is set if the block surrounds the reporting.
    """

    words: str
    kind: BlockKind
    element: Any
    unit: Any = None
    link: int = 0
    places: list[tuple[Any, str]] = field(default_factory=list)
    aside: FurnitureKind | None = None

    @property
    def linked(self) -> float:
        """The share of the words that are links, from 0 to 1."""
        return self.link / max(1, len(self.words))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where blocks are added, and what kind and unit they have there."""

    found: list[PageBlock]
    kind: BlockKind = "paragraph"
    unit: Any = None

    def close(self, run: _Run, element: Any) -> None:
        """Adds the block of a run of inline text, if it has words."""
        if run.places and (words := run.words()):
            self.found.append(PageBlock(words, self.kind, element, self.unit, run.link, run.places))


class _Run:
    """Inline text that is gathered until a block ends."""

    def __init__(self, language: str) -> None:
        self.parts: list[str] = []
        self.places: list[tuple[Any, str]] = []
        self.link = 0
        self.breaks = 0
        self.language = language

    def add(self, text: str | None, place: tuple[Any, str], *, linked: bool) -> None:
        """Adds the text of a node."""
        if not text:
            return
        self.parts.append(text)
        if not text.isspace():
            self.breaks = 0
            if not self.places or len(text) >= 20:
                self.places.append(place)
            self.link += len(" ".join(text.split())) if linked else 0

    def before(self) -> str:
        """The last characters."""
        return "".join(self.parts[-4:])[-60:]

    def words(self) -> str:
        """The text as one line."""
        return _BACK.sub("", " ".join(clean("".join(self.parts)).split()))


def page_blocks(tree: Any) -> list[PageBlock]:
    """The blocks of a page in order, without those that have no words.

    Scripts, forms' fields and frames are passed over. An element nested deeper than 400 levels
    is read as one line.
    """
    language = str(tree.get("lang") or "").lower()
    blocks = [*_with_speakers(_Walk(tree, language).blocks())]
    _count_links_around(blocks)
    return blocks


def _count_links_around(blocks: Sequence[PageBlock]) -> None:
    """Counts the words of blocks within a link as links, unless a link runs on over many."""
    around: dict[Any, list[PageBlock]] = {}
    for block in blocks:
        link = next(block.element.iterancestors("a"), None)
        link = block.element if block.element.tag == "a" else link
        if link is not None and link.get("href"):
            around.setdefault(link, []).append(block)
    for within in around.values():
        if len(within) <= _MOST_IN_LINK:
            for block in within:
                block.link = len(block.words)


def _with_speakers(blocks: list[PageBlock]) -> Iterator[PageBlock]:
    """The blocks, with a line that names the speaker right after a quotation put behind it."""
    last: PageBlock | None = None
    for block in blocks:
        names = (
            last is not None
            and last.kind == "quote"
            and block.kind in ("paragraph", "quote")
            and len(block.words) <= _LONGEST_SPEAKER
            and _DASH.match(block.words)
            and not _ENDS.search(block.words)
            and not _SIGNED.search(last.words)
        )
        if last is not None and names:
            last.words += f" {block.words}"
            last.places += block.places
            continue
        last = block
        yield block


class _Walk:
    """One pass over a tree; `_holds_blocks` are the elements with a block inside."""

    def __init__(self, tree: Any, language: str) -> None:
        self._tree = tree
        self._language = language
        self._holds_blocks: set[Any] = set()
        for element in tree.iter():
            if _is_block(element):
                parent = element.getparent()
                while parent is not None and parent not in self._holds_blocks:
                    self._holds_blocks.add(parent)
                    parent = parent.getparent()

    def blocks(self) -> list[PageBlock]:
        """All blocks of the tree in order."""
        found: list[PageBlock] = []
        self._inside(self._tree, _Place(found), 0)
        return found

    def _inside(self, element: Any, place: _Place, depth: int) -> None:
        """Adds the blocks of an element: its runs of inline text, and the blocks within."""
        run = _Run(self._language)
        run.add(element.text, (element, "text"), linked=False)
        for child in element:
            if depth >= _DEEPEST or not self._is_apart(child):
                if child.tag == "br" and self._ends_line(run, child):
                    place.close(run, element)
                    run = _Run(self._language)
                self.inline(child, run, linked=False, depth=depth)
            else:
                place.close(run, element)
                run = _Run(self._language)
                self._block(child, place, depth + 1)
            run.add(child.tail, (child, "tail"), linked=False)
        place.close(run, element)

    def _is_apart(self, child: Any) -> bool:
        return isinstance(child.tag, str) and (_is_block(child) or child in self._holds_blocks)

    def _ends_line(self, run: _Run, line_break: Any) -> bool:
        """Whether this break ends a paragraph: the second of two, by an indent or a bold line."""
        run.breaks += 1
        if run.breaks > 1 or _INDENT.match(line_break.tail or ""):
            return True
        previous = line_break.getprevious()
        return (
            previous is not None
            and previous.tag in ("b", "strong")
            and not (previous.tail or "").strip()
            and " ".join("".join(previous.itertext()).split()) == run.words()
            and run.words()[-1:].isalnum()
        )

    def _block(self, element: Any, place: _Place, depth: int) -> None:
        tag = element.tag
        if tag in _SILENT:
            return
        if tag == "table" and is_data_table(element):
            self._table(element, place)
        elif _is_quote(element):
            self._quote(element, place, depth)
        elif tag in HEADINGS:
            self._inside(element, replace(place, kind="heading"), depth)
        elif tag == "li":
            self._item(element, place, depth)
        else:
            self._inside(element, place, depth)

    def _item(self, element: Any, place: _Place, depth: int) -> None:
        """The blocks of a list's item; its first words get a bullet, unless they are a heading."""
        start = len(place.found)
        self._inside(element, replace(place, kind="paragraph"), depth)
        first = place.found[start] if start < len(place.found) else None
        if first is not None and first.kind == "paragraph":
            first.words, first.kind = f"• {first.words}", "item"

    def _table(self, table: Any, place: _Place) -> None:
        def read(cell: Any) -> Cell:
            blocks: list[PageBlock] = []
            self._inside(cell, _Place(blocks), 0)
            items = [block.words.removeprefix("• ") for block in blocks]
            mark = "; " if any(block.kind in ("item", "row") for block in blocks) else " "
            places = [spot for block in blocks for spot in block.places[:1]]
            return Cell(mark.join(items), sum(block.link for block in blocks), places)

        place = replace(place, unit=table if place.unit is None else place.unit)
        for caption in table.iterchildren("caption"):
            self._inside(caption, replace(place, kind="paragraph"), 0)
        for row, cells in table_rows(table, read):
            words = " | ".join(cell.words or "–" for cell in cells)
            links = sum(cell.link for cell in cells)
            places = [spot for cell in cells for spot in cell.places]
            place.found.append(PageBlock(words, "row", row, place.unit, links, places))

    def _quote(self, element: Any, place: _Place, depth: int) -> None:
        """The paragraphs of a quotation; who said it is put behind the last, after a dash."""
        if _EMBEDS.search(element.get("class") or ""):
            return
        start = len(place.found)
        unit = element if place.unit is None else place.unit
        self._inside(element, replace(place, kind="quote", unit=unit), depth)
        within = place.found[start:]
        del place.found[start:]
        for block in within:
            last = place.found[-1] if len(place.found) > start else None
            if last is not None and last.kind == "quote" and _is_speaker(block, element):
                dash = "" if _DASH.match(block.words) else "— "
                last.words += f" {dash}{block.words}"
                last.places += block.places
            else:
                place.found.append(block)

    def inline(self, element: Any, run: _Run, *, linked: bool, depth: int) -> None:
        """Adds the text of an inline element to a run, without its tail."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _SILENT or is_note_link(element):
            return
        if tag != "a" and _is_unseen(element):
            return
        if tag == "ruby":
            self._ruby(element, run, linked=linked)
            return
        if tag in ("br", "hr"):
            run.parts.append(" ")
            return
        if tag in ("sup", "sub") or _RAISED_STYLE.search(element.get("style") or ""):
            self._set_off(element, run, linked=linked)
            return
        if _is_block(element):
            run.parts.append(" ")
        linked = linked or tag == "a"
        if tag == "cite" and _ENDS.search(run.words()) and _within_quote(element):
            run.parts.append("" if _DASH.match((element.text or "—").strip()) else " — ")
        run.add(element.text, (element, "text"), linked=linked)
        if depth < _DEEPEST:
            for child in element:
                self.inline(child, run, linked=linked, depth=depth + 1)
                run.add(child.tail, (child, "tail"), linked=linked)
        if _is_block(element):
            run.parts.append(" ")

    def _ruby(self, element: Any, run: _Run, *, linked: bool) -> None:
        """Adds characters with their reading behind them in brackets."""
        run.add(element.text, (element, "text"), linked=linked)
        bracketed = element.find("rp") is not None
        for child in element:
            text = "".join(child.itertext()).strip()
            alone = child.tag == "rt" and not bracketed and text
            run.add(f"({text})" if alone else text, (child, "text"), linked=linked)
            run.add(child.tail, (child, "tail"), linked=linked)

    def _set_off(self, element: Any, run: _Run, *, linked: bool) -> None:
        """Adds a superscript or subscript as it stands in plain text."""
        text = "".join(element.itertext())
        if any(is_note_link(child) for child in element.iter("a", "span")):
            return
        if element.tag == "sub":
            shown = lowered(text, run.before())
        else:
            shown = raised(text, run.before(), (element.tail or "")[:4] or "", run.language)
        if shown:
            run.add(shown, (element, "text"), linked=linked)


def _is_block(element: Any) -> bool:
    if element.tag in _BLOCKS:
        return True
    style = element.get("style") if isinstance(element.tag, str) else None
    return bool(style and element.tag == "span" and _DISPLAY_BLOCK.search(style))


def _is_speaker(block: PageBlock, quote: Any) -> bool:
    """Whether a block within a quotation says whose words these are."""
    if len(block.words) > _LONGEST_SPEAKER:
        return False
    if _DASH.match(block.words):
        return True
    element, place = block.places[0] if block.places else (block.element, "text")
    element = element.getparent() if place == "tail" else element
    while element is not None and element is not quote:
        if element.tag in ("footer", "cite", "figcaption"):
            return True
        if _SPEAKER_CLASS.search(element.get("class") or ""):
            return True
        element = element.getparent()
    said_in = ["".join(cite.itertext()) for cite in block.element.iterchildren("cite")]
    return len(said_in) == 1 and len(said_in[0].strip()) >= 0.8 * len(block.words)


def _is_quote(element: Any) -> bool:
    """Whether an element is a quotation: by its tag, or by its name and a speaker within."""
    if element.tag == "blockquote":
        return True
    if element.tag == "figure":
        return next(element.iterdescendants("blockquote"), None) is not None
    if element.tag not in ("div", "section", "aside") or not _QUOTE_CLASS.search(
        element.get("class") or ""
    ):
        return False
    within = (
        *element.iterdescendants("cite", "footer"),
        *element.iterdescendants("p", "span", "div"),
    )
    return len(within) <= _LARGEST_QUOTE and any(
        each.tag in ("cite", "footer") or _SPEAKER_CLASS.search(each.get("class") or "")
        for each in within
    )


def _within_quote(element: Any) -> bool:
    return any(each.tag == "blockquote" for each in element.iterancestors())


def _is_unseen(element: Any) -> bool:
    """Whether words are for those who cannot see the page: "opens in a new window"."""
    if _UNSEEN.search(element.get("class") or ""):
        return True
    text = element.text or ""
    return len(element) == 0 and 0 < len(text) < 60 and _NEW_WINDOW.fullmatch(text) is not None
