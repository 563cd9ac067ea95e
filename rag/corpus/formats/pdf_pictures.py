"""Draws a page of a PDF from which an article was read, in a process with limits."""

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


def page_picture(article: Article, page: int) -> bytes:
    """The page with this number, from 1, as PNG.

    Raises CorpusError where there is no such page, the file is gone or has other words there now,
    or it cannot be drawn within 20 seconds and 2 GB.
    """
    path = pdf_of(article)
    if path is None or not 1 <= page <= len(article.pages):
        raise CorpusError(_GONE if path is None else f"there is no page {page}")
    starts = [*article.pages, len(article.text)]
    asked = {
        "path": str(path),
        "page": page,
        "words": _WORD.findall(article.text[starts[page - 1] : starts[page]]),
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
        picture = _drawn(Path(asked["path"]), asked["page"] - 1, asked["words"])
    except CorpusError as error:
        picture = str(error).encode()
        sys.exit(1)
    finally:
        output.write(picture)
        output.flush()


def _drawn(path: Path, number: int, words: list[str]) -> bytes:
    pdfium = library("pypdfium2", "PDF", "pypdfium2")
    with closing(pdfium.PdfDocument(path)) as document:
        if number >= len(document):
            raise CorpusError(_OTHER)
        with closing(document[number]) as page:
            with closing(page.get_textpage()) as text_page:
                there = set(_WORD.findall(plain_text(text_page.get_text_range())))
            if sum(word in there for word in words) < _SAME * len(words):
                raise CorpusError(_OTHER)
            width, height = page.get_size()
            scale = min(_WIDTH / max(width, 1), _HIGHEST / max(height, 1))
            written = BytesIO()
            page.render(scale=scale).to_pil().save(written, "PNG")
            return written.getvalue()
