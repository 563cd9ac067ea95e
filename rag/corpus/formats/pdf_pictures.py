"""Draws a page of a PDF from which an article was read, in a process with limits.

The cited words are marked where the page has them in a row, as in the article.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from rag.corpus.formats.installing import library
from rag.corpus.formats.pdf import plain_text
from rag.corpus.sandbox import command, environment
from rag.corpus.worker import limit_memory, limit_time
from rag.errors import CorpusError
from rag.records import Article

SECONDS = 20
_MEMORY = 2 << 30
_WIDTH = 1_000
_HIGHEST = 4_000
_SAME = 0.8
"""The share of the article's words on a page that the file's page must still have."""

_MARK = (255, 226, 122)
_AROUND = 2
_WORD = re.compile(r"\w{4,}")
_GONE = "the file from which this article was read is not there any more"
_OTHER = "the file has changed since this article was read from it"


def pdf_of(article: Article) -> Path | None:
    """The PDF that an article was read from, where it is still there and can be drawn."""
    path = Path(article.id.removeprefix("file:"))
    is_pdf = article.id.startswith("file:") and path.suffix.lower() == ".pdf"
    if not (is_pdf and article.pages and path.is_file()):
        return None
    return path if find_spec("pypdfium2") and find_spec("PIL") else None


def page_picture(article: Article, page: int, cited: tuple[int, int] = (0, 0)) -> bytes:
    """The page with this number, from 1, as PNG, with `article.text[start:end]` of `cited` marked.

    Raises CorpusError where there is no such page, the file is gone or has other words there now,
    or it cannot be drawn within 20 seconds and 2 GB.
    """
    path = pdf_of(article)
    if path is None or not 1 <= page <= len(article.pages):
        raise CorpusError(_GONE if path is None else f"there is no page {page}")
    first, last = [*article.pages, len(article.text)][page - 1 : page + 1]
    start, end = (min(max(place, first), last) for place in cited)
    asked = {
        "path": str(path),
        "page": page,
        "words": _WORD.findall(article.text[first:last]),
        "before": article.text[first:start],
        "cited": article.text[start:end],
    }
    try:
        drawn = subprocess.run(  # noqa: S603 - our own interpreter and code
            command(__name__),
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS + 10,
            check=False,
            env=environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"page {page} cannot be drawn in time"
        raise CorpusError(msg) from error
    if drawn.returncode or not drawn.stdout:
        known = drawn.stdout.decode("utf-8", "replace")
        raise CorpusError(known or f"page {page} cannot be drawn; the file may be damaged")
    return drawn.stdout


def main() -> None:
    """Draws the page that standard input names onto standard output, or says why not."""
    limit_memory(_MEMORY)
    limit_time(SECONDS)
    asked = json.loads(sys.stdin.buffer.read())
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    try:
        picture = _drawn(asked)
    except CorpusError as error:
        picture = str(error).encode()
        sys.exit(1)
    finally:
        output.write(picture)
        output.flush()


def _drawn(asked: dict[str, Any]) -> bytes:
    pdfium = library("pypdfium2", "PDF", "pypdfium2")
    number, words = asked["page"] - 1, asked["words"]
    with closing(pdfium.PdfDocument(Path(asked["path"]))) as document:
        if number >= len(document):
            raise CorpusError(_OTHER)
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            written = text_page.get_text_range()
            there = set(_WORD.findall(plain_text(written)))
            if sum(word in there for word in words) < _SAME * len(words):
                raise CorpusError(_OTHER)
            span = _span(written, asked["before"], asked["cited"])
            return _png(pdfium, page, _rectangles(pdfium.raw, text_page, span))


def _span(written: str, before: str, cited: str) -> tuple[int, int]:
    """From where to where the page's text has the cited words; (0, 0) where it does not.

    Only letters and digits count. Of words that stand there several times, those are meant that
    stand there as often before as in the article.
    """
    places, letters = [], ""
    for place, character in enumerate(written):
        found = _letters(plain_text(character))
        places += [place] * len(found)
        letters += found
    wanted, start = _letters(cited), -1
    for _ in range(_letters(before).count(wanted) + 1 if wanted else 0):
        start = letters.find(wanted, start + 1)
        if start < 0:
            return 0, 0
    return (places[start], places[start + len(wanted) - 1] + 1) if start >= 0 else (0, 0)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _rectangles(raw: Any, text_page: Any, span: tuple[int, int]) -> list[tuple[float, ...]]:
    """Where the characters from `span` stand on the page: left, bottom, right, top of each line."""
    start, end = span
    if start == end:
        return []
    first, last = (
        raw.FPDFText_GetCharIndexFromTextIndex(text_page, each) for each in (start, end - 1)
    )
    count = text_page.count_rects(first, last - first + 1)
    return [text_page.get_rect(each) for each in range(count)]


def _png(pdfium: Any, page: Any, marked: list[tuple[float, ...]]) -> bytes:
    from PIL import Image, ImageChops, ImageDraw

    width, height = page.get_size()
    scale = min(_WIDTH / max(width, 1), _HIGHEST / max(height, 1))
    bitmap = page.render(scale=scale)
    picture = bitmap.to_pil().convert("RGB")
    layer = Image.new("RGB", picture.size, "white")
    place = bitmap.get_posconv(page).to_bitmap
    for left, bottom, right, top in marked:
        corners = place(left, bottom), place(right, top)
        (least_x, most_x), (least_y, most_y) = (sorted(each) for each in zip(*corners, strict=True))
        box = (least_x - _AROUND, least_y - _AROUND, most_x + _AROUND, most_y + _AROUND)
        ImageDraw.Draw(layer).rectangle(box, fill=_MARK)
    written = BytesIO()
    ImageChops.multiply(picture, layer).save(written, "PNG")
    return written.getvalue()
