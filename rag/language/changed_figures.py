"""Whether two texts give different figures in the same sentence; knows nothing about articles.

A figure is what a sentence counts, in digits or words. Days, times of day and telephone numbers
are none: copies of one text differ in them without saying anything else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.language.entities import NUMBER_WORD, Number, number_places
from rag.language.letter_pairs import letters, with_runs
from rag.language.sentences import sentence_spans

_SAME = 0.8
"""Two sentences are the same one where they share so many of their words, figures aside."""

_FEWEST_WORDS = 4
"""A sentence of fewer words, figures aside, is a label or a table's row: it names no subject."""

_NO_FIGURE = re.compile(
    r"\b\d{1,2}[:h]\d\d(?!\d)(?:\s?[ap]\.?m\b\.?)?"  # times of day
    r"|\b\d{1,2}(?:\.\d\d)?\s?[ap]\.?m\b\.?"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"  # days in digits
    r"|(?:\+\d{1,3}|\(0?\d{2,5}\)|\b0\d{2,5}|\b\d{3})"  # telephones
    r"[\s./-]\d{2,4}[\s./-]\d{2,}(?:[\s./-]\d+)*"
    r"|['’]\d\d\b"  # years without a century
    r"|\b\d+\s(?:seconds?|minutes?|mins?|hours?|days?)\sago\b",  # when a page was copied
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(rf"\d[\d.,]*|\b(?:{NUMBER_WORD})\b")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as its words without figures, how many these are, and its figures."""

    text: str
    words: Counter[str]
    size: int
    figures: tuple[Number, ...]


def changed_figures(part: str, whole: str) -> bool:
    """Whether a sentence of `part` stands in `whole` with another figure.

    The same sentence shares four in five of its words, four or more, figures aside. It has
    changed where each of the two has a figure that the other lacks: a figure that one leaves
    out, and one that the same sentence elsewhere in `whole` has, are no change.

    >>> changed_figures("The work will cost 5.9 million.", "The work will cost 6.2 million.")
    True
    >>> changed_figures("The work will cost 5.9 million.", "The work will cost a lot.")
    False
    """
    # Dividing a long text into sentences takes far longer than looking for its numbers.
    if _written(part) <= _written(whole):
        return False
    # Most sentences of copies are the same to the letter.
    mine = [one for one in _sentences(part) if one.figures and one.text not in whole]
    if not mine:
        return False
    theirs = _sentences(whole)
    return any(_has_changed(one, theirs) for one in mine)


@lru_cache(maxsize=256)
def _written(text: str) -> frozenset[str]:
    """The numbers of a text as it writes them, in digits or words."""
    return frozenset(_NUMBER.findall(text.lower()))


def _has_changed(one: _Sentence, others: Sequence[_Sentence]) -> bool:
    same = [other for other in others if _is_same(one, other)]
    return bool(same) and all(_differ(one.figures, other.figures) for other in same)


def _is_same(one: _Sentence, other: _Sentence) -> bool:
    longer = max(one.size, other.size)
    # The sizes alone rule most pairs out.
    if min(one.size, other.size) < _SAME * longer:
        return False
    return (one.words & other.words).total() >= _SAME * longer


def _differ(one: Sequence[Number], other: Sequence[Number]) -> bool:
    """Whether each has a figure that the other lacks."""
    return _lacks(one, other) and _lacks(other, one)


def _lacks(one: Sequence[Number], other: Sequence[Number]) -> bool:
    return any(not any(number.equals(each) for each in other) for number in one)


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[_Sentence, ...]:
    """The sentences that say something, without what is no figure."""
    found = (_read(text[start:end]) for start, end in sentence_spans(text))
    return tuple(one for one in found if one.size >= _FEWEST_WORDS)


def _read(sentence: str) -> _Sentence:
    # Without spaces, a figure would be a part of the word before it.
    plain = with_runs(_NO_FIGURE.sub(" ", sentence), letters)
    figures: list[Number] = []
    rest: list[str] = []
    end = 0
    for start, number in number_places(plain):
        if number.kind != "day":
            figures.append(number)
        rest.append(plain[end:start])
        end = start + len(number.text)
    rest.append(plain[end:])
    words = Counter(word.casefold() for word in _WORD.findall(" ".join(rest)))
    return _Sentence(sentence, words, words.total(), tuple(figures))
