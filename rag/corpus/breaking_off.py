"""Finds the sentence at which the start of an article breaks off; knows no file format.

What a paywall, a feed or a search service shows is reporting up to there. The half sentence may say
the opposite of the whole one, so it is never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.corpus.boilerplate import Block
from rag.corpus.rules import paragraph_kind
from rag.language.sentences import sentence_spans

_DOTS = r"(?:\u2026|\.{3,}|\. \. \.)"
_GOES_ON = (
    r"(?:read (?:more|on)|continue reading|weiterlesen|lire la suite|leer más|seguir leyendo"
    r"|continua a leggere|lees (?:meer|verder)|läs mer|les mer|læs mere)"
)
_BREAKS_OFF = re.compile(
    rf"(?:{_DOTS}|[\[(]\s?{_DOTS}\s?[\])]|[\[(]\s?(?:more|{_GOES_ON})\s?[\])]"
    rf"|(?<=\S)\s{_GOES_ON}(?=\s*(?:[»›→>]|\Z)))"
    rf"(?:\s*[\[(]?{_GOES_ON}\b[^.!?\n]{{0,200}})?[\s\])»›→>.]*\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?。！？][\"'”’»)\]」』]*\Z")
_LONGEST_TAIL = 260


def breaks_off(text: str) -> bool:
    """Whether a text says at its end that it goes on elsewhere.

    >>> breaks_off("The council voted to …"), breaks_off("It voted [...]"), breaks_off("It voted.")
    (True, True, False)
    """
    return _BREAKS_OFF.search(text[-_LONGEST_TAIL:]) is not None


def without_end(text: str, blocks: Sequence[Block], *, cut: bool = False) -> tuple[Block, ...]:
    """The blocks of a text, its last sentence apart as "cut off" if it breaks off.

    With `cut`, any sentence without an end breaks off.
    """
    places = [i for i, each in enumerate(blocks) if not (each.kind or paragraph_kind(each.words))]
    if not places:
        return tuple(blocks)
    last = blocks[places[-1]]
    words = text[last.start : last.end]
    if not breaks_off(words) and (not cut or _ENDS.search(words)):
        return tuple(blocks)
    end = _BREAKS_OFF.search(words[-_LONGEST_TAIL:])
    prose = words[: max(0, len(words) - _LONGEST_TAIL) + end.start()] if end else words
    start = last.end
    if not _ENDS.search(prose.rstrip()):
        spans = sentence_spans(text, last.start, last.start + len(prose.rstrip()))
        start = spans[-1][0] if spans else last.start
    elif end:
        start = last.start + len(prose)
    rest = replace(last, start=start, words=text[start : last.end], kind="cut off")
    whole = text[last.start : start].rstrip()
    before = replace(last, end=last.start + len(whole), words=whole)
    return (*blocks[: places[-1]], *([before] if whole else []), rest, *blocks[places[-1] + 1 :])
