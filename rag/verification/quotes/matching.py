"""One article against one excerpt: whether it has the words, where, and how closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.entities import folded
from rag.language.words import Wording
from rag.records import Article, Span
from rag.verification.quotes.alignment import (
    Aligned,
    Run,
    Weigh,
    align,
    literal_runs,
    nearest,
    runs,
)

SHARE = 0.6
"""An article has an excerpt in other words when it has this much of its words' weight ..."""

DENSE = 0.7
"""... and so many of its own words there are the excerpt's."""

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words that are looked for: as they stand, and with what they leave out and put in."""

    text: str
    literal: tuple[Run, ...]
    runs: tuple[Run, ...]

    @property
    def length(self) -> int:
        """The number of its words, without those in brackets."""
        return sum(len(run.wording) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start` to `end` of an article, which has an excerpt there, or nearly has it.

    `agreement` is 0 where even the punctuation is the same, 1 where only marks of the same
    meaning differ, 2 where the words are the same. `weight` is that of the words it shares.
    """

    article: Article
    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    agreement: int = 2
    share: float = 1.0
    weight: float = 0.0
    exact: bool = True

    @property
    def quote(self) -> str:
        """The article's own wording."""
        return self.article.text[self.start : self.end]

    @property
    def asked_for(self) -> str:
        """The same, without what the article says between the parts."""
        return " … ".join(self.article.text[start:end] for start, end in self.parts)


def excerpt(text: str) -> Excerpt:
    """The text as it is looked for."""
    return Excerpt(text.strip(), tuple(literal_runs(text)), tuple(runs(text)))


def find_exact(sought: Excerpt, article: Article, wording: Wording) -> Found | None:
    """Where the article has all the words: first as they stand, then with what is left out."""
    for asked in dict.fromkeys((sought.literal, sought.runs)):
        if asked and (aligned := align(asked, wording)):
            return _found(sought, article, aligned, exact=True)
    return None


def find_nearest(sought: Excerpt, article: Article, wording: Wording, weigh: Weigh) -> Found | None:
    """Where the article has most of the words, in reporting; None where it has too few."""
    aligned = nearest(sought.runs, wording, weigh)
    if aligned is None or aligned.share < SHARE or aligned.dense < DENSE:
        return None
    found = _found(sought, article, aligned, exact=False)
    return None if _is_furniture(found, article.furniture) else found


def _found(sought: Excerpt, article: Article, aligned: Aligned, *, exact: bool) -> Found:
    spans = aligned.spans
    start, end = _with_marks(sought.text, article.text, spans[0][0], spans[-1][1])
    quote = article.text[start:end]
    alike = sought.text == quote, folded(sought.text) == folded(quote)
    parts = [*spans]
    parts[0] = (start, parts[0][1])
    parts[-1] = (parts[-1][0], end)
    agreement = alike.index(True) if any(alike) else 2
    return Found(
        article=article,
        start=start,
        end=end,
        parts=tuple(parts),
        agreement=agreement,
        share=aligned.share,
        weight=aligned.weight,
        exact=exact,
    )


def _with_marks(sought: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The place with as many marks at its ends as the sought text has at its own."""
    words = Wording(sought)
    left, right = words.span(0, len(words) - 1)
    for _ in range(left):
        if start and _is_mark(text[start - 1]):
            start -= 1
    for _ in range(len(sought) - right):
        if end < len(text) and _is_mark(text[end]):
            end += 1
    return start, end


def _is_mark(character: str) -> bool:
    return not character.isalnum() and not character.isspace()


def _is_furniture(found: Found, furniture: Sequence[Span]) -> bool:
    """Whether more than half of what was found is no reporting."""
    shared = sum(
        max(0, min(found.end, span.end) - max(found.start, span.start)) for span in furniture
    )
    return shared > _HALF * (found.end - found.start)
