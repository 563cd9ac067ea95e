"""Reads PDF with pypdfium2: the text layer, page by page; scanned pages have none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from ctypes import c_double
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rag.corpus.boilerplate import Block
from rag.corpus.decoding import EMPTY, unreadable
from rag.corpus.drafts import Draft, printable_path
from rag.corpus.formats.exports import seems_to_hold
from rag.corpus.formats.installing import library
from rag.corpus.formats.layout import lay_out, one_line
from rag.corpus.formats.pdf_columns import in_reading_order
from rag.corpus.formats.pdf_lines import Line, Paragraph, paragraphs_of
from rag.errors import CorpusError

MOST_PAGES = 2_000
_PASSWORD_ERROR = 4
# PDFium replaces a hyphen at the end of a line with this character.
_HYPHEN = "\ufffe"
_SPACES = re.compile(r"[ \u00a0]+")
# Word spaces are a third of the type's size, and twice that in narrow columns.
_WIDE_GAP = 0.9
_LINE = re.compile(rf"[^\r\n{_HYPHEN}]+{_HYPHEN}?")
_MADE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)'?(\d\d)|Z|$)")
# Titles that programs write if nobody enters one: file names, addresses, their own names.
_NO_TITLE = re.compile(
    r"^(?:untitled.*|microsoft \w+ - .*|(?:word|powerpoint) (?:document|presentation)"
    r"|(?:document|layout|slide|print|page|view)? ?\d*|about:\w+|\w{2,}:/\S*|.*\.\w{2,5}|[\W\d]*)$",
    re.IGNORECASE,
)
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)


@dataclass(frozen=True, slots=True)
class PdfReader:
    """Reads one article a file, with the page of each paragraph."""

    suffixes: tuple[str, ...] = (".pdf",)

    def read(self, path: Path) -> Iterator[Draft]:
        """The article of the file: at most 2,000 pages, with a warning if it has more."""
        pdfium = library("pypdfium2", "PDF", "pypdfium2")
        try:
            with path.open("rb") as file, closing(_opened(pdfium, file)) as document:
                yield _draft(printable_path(path), pdfium, document)
        except OSError as error:
            raise CorpusError(unreadable(error)) from error


def _opened(pdfium: Any, file: BinaryIO) -> Any:
    if not file.peek(1):  # type: ignore[attr-defined]
        raise CorpusError(EMPTY)
    try:
        return pdfium.PdfDocument(file)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD_ERROR:
            msg = "encrypted: it opens with a password only; save it without one"
        else:
            why = str(error).rstrip(".")
            msg = f"damaged, or no PDF file: {why}; open it in another program and save it again"
        raise CorpusError(msg) from error


def _draft(path: str, pdfium: Any, document: Any) -> Draft:
    count = len(document)
    pages = [_lines(pdfium, document, number) for number in range(min(count, MOST_PAGES))]
    empty = sum(not lines for lines in pages)
    if empty == len(pages):
        msg = (
            f"no text layer: its {count:,} page{'s are' if count != 1 else ' is'} pictures or "
            "empty; recognise the text first (OCR)"
        )
        raise CorpusError(msg)
    _refuse_exports(pages)
    paragraphs = paragraphs_of(pages)
    text, blocks = lay_out((paragraph.kind, paragraph.words) for paragraph in paragraphs)
    known = {name: one_line(value) for name, value in document.get_metadata_dict().items()}
    title = known.get("Title", "")
    return Draft(
        path,
        text,
        blocks,
        title="" if _NO_TITLE.match(title) else title,
        made_by=known.get("Author", ""),
        created=_made(known.get("CreationDate", "")),
        pages=_page_starts(len(pages), paragraphs, blocks),
        warnings=_warnings(count, len(pages), empty),
    )


def plain_text(words: str) -> str:
    """Text of a page as articles have it: no hyphens at the ends of lines, no ligatures."""
    return re.sub(rf"{_HYPHEN}\s*", "", words).translate(_LIGATURES)


def _refuse_exports(pages: Sequence[Sequence[Line]]) -> None:
    """Raises CorpusError for the pages of many articles, whose parts cannot be told apart."""
    name, count = seems_to_hold(line.words for lines in pages for line in lines)
    if count > 1:
        msg = (
            f"seems to hold {count:,} articles of a {name} export, which cannot be told apart "
            "in a PDF; export them as text, DOCX or RTF"
        )
        raise CorpusError(msg)


def _warnings(count: int, read: int, empty: int) -> tuple[str, ...]:
    cut = f"has {count:,} pages; only the first {read:,} are read: split it"
    blank = f"{empty:,} of {read:,} pages hold no text; they may be pictures"
    return (cut,) * (count > read) + (blank,) * (empty * 2 > read)


def _lines(pdfium: Any, document: Any, number: int) -> list[Line]:
    """The lines of a page in reading order; none if the page cannot be read."""
    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            text = text_page.get_text_range() if text_page.count_chars() else ""
            rows = (_row(pdfium.raw, text_page.raw, match) for match in _LINE.finditer(text))
            return in_reading_order([row for row in rows if row])
    except pdfium.PdfiumError:
        return []


def _row(raw: Any, text_page: Any, match: re.Match[str]) -> list[Line]:
    """The pieces of a line, which gaps as wide as those between columns part."""
    first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, match.start())
    size = round(raw.FPDFText_GetFontSize(text_page, first), 1)
    start, pieces = match.start(), []
    for space in _SPACES.finditer(match.string, match.start() + 1, match.end() - 1):
        if _gap(raw, text_page, space.start() - 1, space.end()) > _WIDE_GAP * size:
            pieces.append(_line(raw, text_page, match.string[start : space.start()], start))
            start = space.end()
    pieces.append(_line(raw, text_page, match.string[start : match.end()], start))
    return [line for line in pieces if line.words]


def _line(raw: Any, text_page: Any, words: str, start: int) -> Line:
    """The line of these words, which begin at `start` in the text of the page."""
    first = raw.FPDFText_GetCharIndexFromTextIndex(text_page, start)
    last = raw.FPDFText_GetCharIndexFromTextIndex(text_page, start + len(words) - 1)
    left, y = _origin(raw, text_page, first)
    right, _ = _origin(raw, text_page, last)
    return Line(
        one_line(words.rstrip(_HYPHEN).translate(_LIGATURES)),
        left=left,
        right=right,
        y=y,
        size=round(raw.FPDFText_GetFontSize(text_page, first), 1),
        hyphen=words.endswith(_HYPHEN),
    )


def _gap(raw: Any, text_page: Any, before: int, after: int) -> float:
    """The space between two characters of the page's text, in points."""
    one = raw.FPDFText_GetCharIndexFromTextIndex(text_page, before)
    other = raw.FPDFText_GetCharIndexFromTextIndex(text_page, after)
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    raw.FPDFText_GetCharBox(text_page, one, left, right, bottom, top)
    begins, _ = _origin(raw, text_page, other)
    return begins - right.value


def _origin(raw: Any, text_page: Any, index: int) -> tuple[float, float]:
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(text_page, index, x, y)
    return x.value, y.value


def _made(value: str) -> str:
    """A PDF date as ISO 8601; "" for anything else."""
    if (found := _MADE.match(value)) is None:
        return ""
    year, month, day, hour, minute, second, zone, minutes = found.groups()
    offset = f"{zone}:{minutes}" if zone else "Z"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset}"


def _page_starts(
    count: int, paragraphs: Sequence[Paragraph], blocks: Sequence[Block]
) -> tuple[int, ...]:
    """The offset of each page in the text; a page without text has that of the next."""
    begins: dict[int, int] = {0: 0}
    for paragraph, block in zip(paragraphs, blocks, strict=True):
        for page, offset in paragraph.pages:
            begins.setdefault(page, block.start + offset)
    starts: list[int] = []
    following = blocks[-1].end
    for page in reversed(range(count)):
        following = begins.get(page, following)
        starts.append(following)
    return tuple(reversed(starts))
