"""One article against one excerpt: whether it has the words, where, and how closely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import Match, SequenceMatcher

import numpy as np
import numpy.typing as npt

from rag.language.entities import folded, quotations
from rag.language.words import Wording
from rag.records import Article, Span

Weigh = Callable[[str], float]
Part = tuple[int, int]
"""The first and the last of some words of a wording."""

_WINDOWS = 3
_TRIED = 1_000


@dataclass(frozen=True, slots=True)
class Aligned:
    """Words of a text that an excerpt has, from the first to the last word of each part.

    They bear `weight`, the `share` of the weight of all its words; of the text's words there,
    `dense` are the excerpt's too.
    """

    wording: Wording
    parts: tuple[Part, ...]
    share: float = 1.0
    dense: float = 1.0
    weight: float = 0.0

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The characters of the text from the first to the last word of each part."""
        return tuple(self.wording.span(first, last) for first, last in self.parts)


def align(runs: Sequence[Run], wording: Wording) -> Aligned | None:
    """Where the runs follow each other with no more between them than they allow.

    The shortest such place, the first of equals. Words between quotation marks also count as
    following each other where only a few others interrupt them: "No," said Ann Orr, "never."
    """
    runs, wording = _mended(runs, wording)
    if not {word for run in runs for word in run.wording.folded} <= set(wording.folded):
        return None
    parts = _shortest(runs, wording)
    if parts is None and len(stretches := quotations(wording.text)) > 1:
        wording = wording.within([(each.start, each.end) for each in stretches])
        parts = _shortest(runs, wording)
    return None if parts is None else Aligned(wording, _unbroken(parts, wording))


def nearest(runs: Sequence[Run], wording: Wording, weigh: Weigh) -> Aligned | None:
    """Where most of the runs' words stand in their order, if any of them do.

    Between quotation marks, only a few other words may interrupt them, as in `align`. Where one
    word is repeated many times another stretch of it may be taken.
    """
    runs, wording = _mended(runs, wording)
    found = [_nearest(runs, wording, weigh)]
    if len(stretches := quotations(wording.text)) > 1:
        quoted = wording.within([(each.start, each.end) for each in stretches])
        found.append(_nearest(runs, quoted, weigh))
    return max(filter(None, found), key=lambda each: (each.share, each.dense), default=None)


def _nearest(runs: Sequence[Run], wording: Wording, weigh: Weigh) -> Aligned | None:
    found: list[_Near] = []
    first = 0
    for run in runs:
        near = _near(run.wording.folded, wording, weigh, first)
        if near is not None:
            found.append(near)
            first = near.last + 1
    if not found:
        return None
    total = sum(weigh(word) for run in runs for word in run.wording.folded)
    length = sum(near.last - near.first + 1 for near in found)
    weight = sum(near.weight for near in found)
    return Aligned(
        wording,
        _unbroken([(near.first, near.last) for near in found], wording),
        weight / total,
        sum(near.matched for near in found) / length,
        weight,
    )


def _mended(runs: Sequence[Run], wording: Wording) -> tuple[Sequence[Run], Wording]:
    """Both with the words whole that one of them, or each elsewhere, cuts at a line's end."""
    known = frozenset(word for run in runs for word in run.wording.possible)
    whole = [replace(run, wording=run.wording.mended(wording.possible)) for run in runs]
    return whole, wording.mended(known)


@dataclass(frozen=True, slots=True)
class _Near:
    first: int
    last: int
    weight: float
    matched: int


def _shortest(runs: Sequence[Run], wording: Wording) -> tuple[Part, ...] | None:
    best: tuple[Part, ...] | None = None
    for tried, first in enumerate(wording.occurrences(runs[0].wording.folded)):
        parts = _following(runs, wording, first)
        if parts and (best is None or _length(parts) < _length(best)):
            best = parts
        if tried == _TRIED or (best and len(runs) == 1):
            break
    return best


def _following(runs: Sequence[Run], wording: Wording, first: int) -> tuple[Part, ...] | None:
    """The parts that begin with the first run at word `first`; None where a run is too far."""
    parts = [(first, first + len(runs[0].wording) - 1)]
    for run in runs[1:]:
        expected = parts[-1][1] + 1
        at = wording.find(run.wording.folded, expected)
        if not 0 <= at - expected <= run.gap:
            return None
        parts.append((at, at + len(run.wording) - 1))
    return tuple(parts)


def _length(parts: Sequence[Part]) -> int:
    return parts[-1][1] - parts[0][0]


def _unbroken(parts: Sequence[Part], wording: Wording) -> tuple[Part, ...]:
    """The parts divided where words of the text that the wording leaves out stand between."""
    divided: list[Part] = []
    for first, last in parts:
        start = first
        for word in range(first, last):
            end, following = wording.span(word, word)[1], wording.span(word + 1, word + 1)[0]
            if len(Wording(wording.text[end:following])):
                divided.append((start, word))
                start = word + 1
        divided.append((start, last))
    return tuple(divided)


def _near(asked: Sequence[str], wording: Wording, weigh: Weigh, first: int) -> _Near | None:
    """The stretch of the text from word `first` on that bears most of the weight of the words."""
    weights = {word: weigh(word) for word in asked}
    told = np.array([weights.get(word, 0.0) for word in wording.folded[first:]])
    if not told.any():
        return None
    width = len(asked) + len(asked) // 4 + 4
    found = [
        near
        for start in _heaviest(told, width)
        if (near := _matched(asked, wording, weights, (first, start, width))) is not None
    ]
    return max(found, key=lambda near: (near.weight, near.matched / (near.last - near.first + 1)))


def _heaviest(told: npt.NDArray[np.float64], width: int) -> list[int]:
    """Where the windows of most weight begin, the heaviest first, none close to another."""
    sums = np.concatenate([[0.0], np.cumsum(told)])
    width = min(width, len(told))
    windows = sums[width:] - sums[:-width]
    starts: list[int] = []
    for _ in range(_WINDOWS):
        start = int(windows.argmax())
        if windows[start] <= 0:
            break
        starts.append(start)
        windows[max(0, start - width // 2) : start + width // 2 + 1] = 0.0
    return starts


def _matched(
    asked: Sequence[str], wording: Wording, weights: dict[str, float], window: tuple[int, int, int]
) -> _Near | None:
    first, start, width = window
    slack = len(asked) // 4 + 2
    begin = first + max(0, start - slack)
    end = min(len(wording), first + start + width + slack)
    matcher = SequenceMatcher(None, asked, wording.folded[begin:end], autojunk=False)
    blocks = _without_strays(matcher.get_matching_blocks()[:-1])
    if not blocks:
        return None
    start = begin + max(0, blocks[0].b - blocks[0].a)
    tail = len(asked) - blocks[-1].a - blocks[-1].size
    last = min(begin + blocks[-1].b + blocks[-1].size - 1 + tail, len(wording) - 1)
    matched = [asked[block.a + n] for block in blocks for n in range(block.size)]
    weight = sum(weights[word] for word in matched)
    return _Near(start, last, weight, len(matched))


def _without_strays(blocks: list[Match]) -> list[Match]:
    """The blocks without those at an end that are further off than they are long."""
    while len(blocks) > 1 and _strays(blocks[0], blocks[1:], _excess(*blocks[:2])):
        blocks = blocks[1:]
    while len(blocks) > 1 and _strays(blocks[-1], blocks[:-1], _excess(*blocks[-2:])):
        blocks = blocks[:-1]
    return blocks


def _strays(block: Match, others: Sequence[Match], excess: int) -> bool:
    return block.size < excess and block.size < sum(other.size for other in others)


def _excess(left: Match, right: Match) -> int:
    """How many more words lie between two blocks in one text than in the other."""
    return abs((right.b - left.b) - (right.a - left.a))


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
