"""Plain text: one article a file; a short first line is its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.corpus.decoding import decode, read_bytes
from rag.corpus.drafts import Draft, shown
from rag.corpus.furniture import find_furniture, paragraphs
from rag.corpus.markdown import markdown_draft

# Exports of Markdown articles are often named .txt.
_MARKDOWN = re.compile(r"\s*(?:\S[^\n]*\n\s*){0,3}#[^\S\n]+\S|(?:.*\n)?Original url:", re.IGNORECASE)
_TITLE = re.compile(r"\s*(\S[^\n]{0,150})\n[^\S\n]*\n")
_SENTENCE_END = re.compile(r"[.;:,…][\"'”’)]*\s*$")
