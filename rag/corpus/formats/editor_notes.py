"""Puts an agency's note to editors into the text where it corrects the article."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.corpus.boilerplate import Block
from rag.corpus.formats.layout import one_line
from rag.corpus.formats.text_fields import Text
from rag.corpus.notices import find_notices

_LABEL = "Editor’s note: "
_CORRECTIONS = ("correction", "clarification", "retraction", "replacement")
_GAP = "\n\n"
_ADDRESSED = re.compile(
    r"\A(?:eds|editors|note to editors|editor[’']s note)\b[.:]*\s*", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=;)\s+|(?<=\.)\s+(?=[A-Z])")


def with_note(content: Text, *notes: str) -> tuple[Text, tuple[str, ...]]:
    r"""The text with each correction at its end, and what to say of other notes.

    Notes for production ("Text 250 words") are no part of the article.

    >>> with_note(("It sank.", ()), "Corrects the depth in par 2 to 41 metres, not 14.")[0][0]
    'It sank.\n\nEditor’s note: Corrects the depth in par 2 to 41 metres, not 14.'
    >>> with_note(("It sank.", ()), "Text 250 words")[1]
    ("editor's note, not stored: 'Text 250 words'",)
    """
    text, blocks = content
    others: list[str] = []
    for words in filter(None, map(one_line, notes)):
        line = next(filter(_corrects, (words, f"{_LABEL}{words}", *_later(words))), "")
        if line:
            start = len(text) + len(_GAP)
            blocks = (*blocks, Block(start, start + len(line), line))
            text = f"{text}{_GAP}{line}"
        else:
            others.append(f"editor's note, not stored: {words!r:.200}")
    return (text, blocks), tuple(others)


def _later(words: str) -> Iterator[str]:
    """The note from each of its sentences on, without the word that addresses it."""
    sentences = _SENTENCE.split(_ADDRESSED.sub("", words))
    yield from (f"{_LABEL}{' '.join(sentences[start:])}" for start in range(len(sentences)))


def _corrects(line: str) -> bool:
    return any(notice.kind in _CORRECTIONS for notice in find_notices(line))
