"""Reads RTF files: one article, or the many of a database's export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.boilerplate import first_line_as_title
from rag.corpus.decoding import unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.export_fields import CELL, PAGE_BREAK, paragraphs_in
from rag.corpus.formats.exports import recognised
from rag.corpus.formats.layout import Part, lay_out, one_line, own_title, titled
from rag.corpus.formats.rtf import RichText
from rag.errors import CorpusError

_MARK = b"{\\rtf"
_CUT_OFF = "the file ends before its last group does; what stands before that is read"
_CUT_SHORT = "the file ends before its last group does; it may be cut short"


@dataclass(frozen=True, slots=True)
class RtfReader:
    """Reads one article a file, or those of an export; also RTF that is named .doc."""

    suffixes: tuple[str, ...] = (".rtf", ".doc")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of the file, or each article of an export, piece by piece."""
        where = printable_path(path)
        try:
            with path.open("rb") as file:
                document = RichText(file)
                export, lines = recognised(document.lines())
                if export is not None:
                    last: Draft | Unread | None = None
                    for last in export.articles(lines, where):
                        yield last
                    told = isinstance(last, Unread) or (last is not None and last.warnings)
                    if not document.complete and not told:
                        raise CorpusError(_CUT_OFF)
                else:
                    yield _draft(where, document, lines)
        except OSError as error:
            raise CorpusError(unreadable(error)) from error


def is_rich_text(path: Path) -> bool:
    """Whether a file is RTF by its first bytes; raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK


def _draft(where: str, document: RichText, lines: Iterator[str]) -> Draft:
    words = list(_parts(lines))
    title = one_line(document.title)
    text, blocks = lay_out(titled(words, title))
    if not text:
        msg = "holds no text"
        raise CorpusError(msg)
    if not any(block.kind for block in blocks):
        blocks = tuple(first_line_as_title(list(blocks)))
    return Draft(
        where,
        text,
        blocks,
        title=own_title(title, blocks),
        made_by=one_line(document.author),
        warnings=() if document.complete else (_CUT_SHORT,),
    )


def _parts(lines: Iterator[str]) -> Iterator[Part]:
    for paragraph in paragraphs_in(line for line in lines if line != PAGE_BREAK):
        cells = " ".join(paragraph).strip(CELL).split(CELL)
        yield None, " | ".join(filter(None, map(one_line, cells)))
