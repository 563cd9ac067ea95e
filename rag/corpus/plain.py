"""Reads plain text: one article a file, whose short first line is its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.corpus.boilerplate import first_line_as_title, paragraphs
from rag.corpus.decoding import decode, read_bytes, unreadable
from rag.corpus.drafts import Draft, Unread, printable_path
from rag.corpus.formats.exports import text_export
from rag.corpus.formats.rtf_files import RtfReader, is_rich_text
from rag.corpus.markdown import markdown_draft
from rag.errors import CorpusError

# Markdown articles are often saved with the suffix .txt.
_MARKDOWN = re.compile(
    r"\A\s*(?:\S[^\n]*\n\s*){0,3}#[^\S\n]+\S|^[*_]*Original url:", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads one article a file; text that looks like Markdown is read as Markdown.

    The exports of research databases hold many articles, and are read as such.
    """

    suffixes: tuple[str, ...] = (".txt", ".text")

    def read(self, path: Path) -> Iterator[Draft | Unread]:
        """The article of the file, or each of an export."""
        articles = _export(path)
        if articles is not None:
            yield from articles
            return
        text, warnings = decode(read_bytes(path))
        if _MARKDOWN.search(text):
            yield replace(markdown_draft(printable_path(path), text, warnings), dated=False)
        else:
            blocks = tuple(first_line_as_title(paragraphs(text)))
            yield Draft(printable_path(path), text, blocks, warnings=warnings)


def _export(path: Path) -> Iterator[Draft | Unread] | None:
    """The articles of an export, also of one in RTF under another name; None for others."""
    try:
        if is_rich_text(path):
            return RtfReader().read(path)
        return text_export(path, printable_path(path))
    except OSError as error:
        raise CorpusError(unreadable(error)) from error
