"""Reads plain text: one article a file, whose short first line is its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.corpus.boilerplate import Block, paragraphs
from rag.corpus.decoding import decode, read_bytes
from rag.corpus.drafts import Draft, printable_path
from rag.corpus.markdown import markdown_draft
from rag.corpus.rules import is_byline, is_date_line

# Markdown articles are often saved with the suffix .txt.
_MARKDOWN = re.compile(
    r"\A\s*(?:\S[^\n]*\n\s*){0,3}#[^\S\n]+\S|^[*_]*Original url:", re.IGNORECASE | re.MULTILINE
)
_TITLE_LENGTH = 150
_TITLE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])[.;:,…][\"'”’)]*$")


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Reads one article a file; text that looks like Markdown is read as Markdown."""

    suffixes: tuple[str, ...] = (".txt", ".text")

    def read(self, path: Path) -> Iterator[Draft]:
        """The article of the file."""
        text, warnings = decode(read_bytes(path))
        if _MARKDOWN.search(text):
            yield replace(markdown_draft(printable_path(path), text, warnings), dated=False)
        else:
            yield Draft(
                printable_path(path), text, tuple(_titled(paragraphs(text))), warnings=warnings
            )


def _titled(blocks: list[Block]) -> list[Block]:
    first = blocks[0].words
    if len(blocks) == 1 or "\n" in first or len(first) > _TITLE_LENGTH or _TITLE_END.search(first):
        return blocks
    if is_byline(first) or is_date_line(first):
        return blocks
    return [replace(blocks[0], kind="title"), *blocks[1:]]
