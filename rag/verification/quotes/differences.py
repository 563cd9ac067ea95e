"""The word diff between what was quoted and what a text has; finds no text itself."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from rag.language.words import Wording
from rag.verification.quotes.records import Change, ChangeKind

_KINDS: dict[str, ChangeKind] = {
    "equal": "same",
    "replace": "replaced",
    "insert": "missing",
    "delete": "added",
}


def word_diff(asked: str, stored: str) -> tuple[Change, ...]:
    """The stretches in which two texts agree or differ, in order; () where all words agree.

    >>> [(c.asked, c.stored) for c in word_diff("It cost 47 crowns", "It cost 41 crowns.")]
    [('It cost', 'It cost'), ('47', '41'), ('crowns', 'crowns')]
    """
    ours, theirs = Wording(asked), Wording(stored)
    ours, theirs = ours.mended(theirs.possible), theirs.mended(ours.possible)
    if ours.folded == theirs.folded:
        return ()
    return tuple(_changes(ours, theirs))


def _changes(ours: Wording, theirs: Wording) -> Iterator[Change]:
    matcher = SequenceMatcher(None, ours.folded, theirs.folded, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        yield Change(_KINDS[tag], _slice(ours, a, b), _slice(theirs, c, d))


def _slice(wording: Wording, first: int, after: int) -> str:
    if first == after:
        return ""
    start, end = wording.span(first, after - 1)
    return wording.text[start:end]
