"""Where an excerpt leaves words out or puts words in; compares no texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.words import Wording

OMITTED = 100
"""So many words of an article may be left out where an excerpt says "..."."""

INSERTED = 6
"""So many may stand where an excerpt has words in [brackets]."""

_FEW = 3
_NEAR = 12
_LETTER = re.compile(r"\[(\w)\](?=\w)")
_DOTS = r"(?<!\s)\s*(?:…|\.\s?\.\s?\.(?:\s?\.)?)\s*"
_GAP = re.compile(
    rf"(?P<omitted>[\[(]{_DOTS}[\])]|{_DOTS})|(?P<inserted>(?<![^\W_])[^\W_]*\[[^\[\]]*\][^\W_]*)"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow each other; at most `gap` others stand between them and the run before."""

    wording: Wording
    gap: int = 0


def literal_runs(text: str) -> list[Run]:
    """The whole text as one run, whatever marks it has."""
    return [Run(Wording(text))]


def runs(text: str) -> list[Run]:
    """The stretches of an excerpt between what it leaves out and what it puts in.

    >>> [" ".join(run.wording.folded) for run in runs("[T]he ferry ... will [soon] be sold")]
    ['the ferry', 'will', 'be sold']
    """
    found: list[Run] = []
    gap = 0
    for piece, allowed in _pieces(_LETTER.sub(r"\1", text)):
        wording = Wording(piece)
        if len(wording):
            few = found and min(len(wording), len(found[-1].wording)) < _FEW
            gap = min(gap, _NEAR) if few else gap
            found.append(Run(wording, gap if found else 0))
            gap = 0
        gap = max(gap, allowed)
    return found


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """The text between gaps, and how many words the gap after it may stand for."""
    at = 0
    for gap in _GAP.finditer(text):
        yield text[at : gap.start()], OMITTED if gap["omitted"] else INSERTED
        at = gap.end()
    yield text[at:], 0
