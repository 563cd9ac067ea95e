"""The word diff between what was quoted and what a text has; finds no text itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.language.words import Wording, is_sign
from rag.verification.quotes.records import Change, ChangeKind

_KINDS: dict[str, ChangeKind] = {
    "equal": "same",
    "replace": "replaced",
    "insert": "missing",
    "delete": "added",
}

_Stretch = tuple[str, int, int, int, int]


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
    for tag, a, b, c, d in _stretches(ours.folded, theirs.folded):
        yield Change(_KINDS[tag], _slice(ours, a, b), _slice(theirs, c, d))


def _stretches(ours: Sequence[str], theirs: Sequence[str]) -> list[_Stretch]:
    """What is the same and what is not, by the places of words, in order.

    In scripts without spaces, each sign is a word: a single one between two changes is the same by
    chance, and makes one change with them.
    """
    found: list[_Stretch] = []
    for stretch in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        before = found[-2:]
        if len(before) == 2 and stretch[0] != "equal" and _is_chance(before[1], ours):
            del found[-2:]
            _, a, _, c, _ = before[0]
            stretch = ("replace", a, stretch[2], c, stretch[4])
        found.append(stretch)
    return found


def _is_chance(stretch: _Stretch, ours: Sequence[str]) -> bool:
    tag, a, b, _, _ = stretch
    return tag == "equal" and b - a == 1 and is_sign(ours[a])


def _slice(wording: Wording, first: int, after: int) -> str:
    if first == after:
        return ""
    start, end = wording.span(first, after - 1)
    return wording.text[start:end]
