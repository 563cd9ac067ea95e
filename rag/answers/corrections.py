"""Notices that correct an article: what they take back, and what they put in its place.

The rules are English. Which sentences answer a question is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rag.answers.candidates import CandidateSentence, day_of, relevant_sentences
from rag.corpus.notices import corrected_part
from rag.language.entities import names, numbers
from rag.language.figures import meanings
from rag.records import Hit

_AND_SAYS_WHAT = re.compile(r".{0,80}?\b(?:that|as)\b", re.IGNORECASE | re.DOTALL)
_FEWEST_SHARED = 2
_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Correction:
    """A notice's sentence that takes something back, and the one that puts it right, if any."""

    notice: CandidateSentence
    right: CandidateSentence | None
    wrong: frozenset[str]
    about: frozenset[str]

    def overrules(self, sentence: CandidateSentence) -> bool:
        """Whether a sentence is the notice itself, or says what the same outlet took back."""
        if sentence.text == self.notice.text:
            return True
        if sentence.article.publisher != self.notice.article.publisher:
            return False
        since = day_of(self.notice.article) - day_of(sentence.article)
        if not timedelta() <= since <= _SOON or sentence == self.right:
            return False
        shared = self.about & meanings(sentence.text)
        return len(shared) >= _FEWEST_SHARED and not self.wrong.isdisjoint(_facts(sentence.text))

    def repeated_in(self, claim: str) -> bool:
        """Whether a text says what was taken back, and not what is right.

        A text that gives both, as news of a correction does, repeats nothing.
        """
        return (
            len(self.about & meanings(claim)) >= _FEWEST_SHARED
            and not self.wrong.isdisjoint(_facts(claim))
            and not self.put_right_in(claim)
        )

    def put_right_in(self, text: str) -> bool:
        """Whether a text has a number or name that the notice puts in the place of a wrong one."""
        right = _facts(self.right.text) if self.right else frozenset[str]()
        return not (right - self.wrong - _facts(self.notice.text)).isdisjoint(_facts(text))


def corrections(hits: Sequence[Hit]) -> list[Correction]:
    """What notices of correction in the hits take back, in the order of the hits."""
    found = []
    told = [sentence for sentence, _ in relevant_sentences(hits, frozenset())]
    for place, sentence in enumerate(told):
        said = corrected_part(sentence.text)
        if said is None:
            continue
        following = told[place + 1] if place + 1 < len(told) else None
        right = following if following and following.passage == sentence.passage else None
        wrong = _wrong(said, right.text) if right else frozenset()
        found.append(Correction(sentence, right, wrong, meanings(said)))
    return found


def corrected(
    sentences: Sequence[CandidateSentence], notices: Sequence[Correction]
) -> list[CandidateSentence]:
    """The sentences, with what puts it right in the place of each one that was taken back."""
    standing: dict[tuple[str, int, int], CandidateSentence] = {}
    for sentence in sentences:
        against = next((each for each in notices if each.overrules(sentence)), None)
        shown = sentence if against is None else against.right
        if shown is not None:
            # The same sentence has other scores where it was read than where a notice holds it.
            standing.setdefault((shown.article.id, shown.start, shown.end), shown)
    return list(standing.values())


def _wrong(said: str, right: str) -> frozenset[str]:
    """What was said wrongly, where the notice says what it was: numbers, and names replaced."""
    if not _AND_SAYS_WHAT.match(said):
        return frozenset()
    figures = _numbers(said) - _numbers(right) or _numbers(said)
    replaced = _names(said) - _names(right) if _names(right) - _names(said) else frozenset()
    return figures | replaced


def _facts(text: str) -> frozenset[str]:
    return _numbers(text) | _names(text)


def _numbers(text: str) -> frozenset[str]:
    return frozenset(f"{number.value:g}" for number in numbers(text))


def _names(text: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in names(text))
