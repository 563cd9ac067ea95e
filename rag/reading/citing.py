"""From marker numbers to exact citations: which sentence of a passage bears out which claim."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.reading.facts import MARKER, Number, folded, names, numbers, quotations, stems
from rag.reading.verification import verify
from rag.records import Citation, Claim, Hit, Verdict
from rag.sentences import sentence_spans

Check = Callable[[str, Sequence[Citation]], tuple[Verdict, tuple[str, ...]]]

# What a shared name, number or quotation counts where a shared word counts 1.
_NAME_WEIGHT = 2.0
_NUMBER_WEIGHT = 3.0
_QUOTATION_WEIGHT = 6.0

_WIDEST_RANGE = 20
_FEWEST_WORDS = 2
_RANGE = re.compile(r"(\d+)(?:\s*[–—-]\s*(\d+))?")


@dataclass(frozen=True, slots=True)
class Cited:
    """A text whose markers `[n]` are the numbers of `citations`, and its sentences as claims.

    `unresolved` are the marker numbers that point at no passage; they stay in the text,
    and no citation bears their number.
    """

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    unresolved: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Marker:
    start: int
    end: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """A sentence of the answer and the markers in, before or after it."""

    start: int
    end: int
    sentence: str
    markers: tuple[tuple[_Marker, str], ...]
    """Each with the words that it stands for."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of a passage, with what it can be recognised by."""

    start: int
    end: int
    folded: str
    stems: frozenset[str]
    numbers: tuple[Number, ...]


def cite(text: str, hits: Sequence[Hit], check: Check = verify) -> Cited:
    """Binds each sentence of `text` to the exact words it rests on; `[n]` means the n-th hit.

    A marker belongs to the sentence that it stands in or follows, and is bound to the
    sentence of its passage that shares most with the words before it, or to two where
    no single one holds their numbers. Citations are numbered in order of appearance,
    one for each place in an article. `check` gives the verdict on each sentence.
    """
    markers = list(_markers(text))
    blocks = _blocks(text, markers)
    book = _Book(hits if blocks else (), markers)
    cited = ""
    claims = []
    position = 0
    for block in blocks:
        cited += text[position : block.start]
        claim, citations = book.rewrite(text, block)
        verdict, reasons = check(claim, citations)
        numbered = tuple(citation.number for citation in citations)
        claims.append(Claim(len(cited), len(cited) + len(claim), numbered, verdict, reasons))
        cited += claim
        position = block.end
    cited += text[position:]
    return Cited(cited, tuple(claims), tuple(book.citations), tuple(book.unresolved))


class _Book:
    """Numbers citations as they are first needed, and knows which markers lead nowhere."""

    def __init__(self, hits: Sequence[Hit], markers: Sequence[_Marker]) -> None:
        asked = dict.fromkeys(number for marker in markers for number in marker.numbers)
        self._hits = dict(enumerate(hits, start=1))
        self._candidates = {n: _candidates(self._hits[n]) for n in asked if n in self._hits}
        self.unresolved = [number for number in asked if not self._candidates.get(number)]
        self.citations: list[Citation] = []

    def rewrite(self, text: str, block: _Block) -> tuple[str, list[Citation]]:
        """The block with its markers renumbered, and what they cite."""
        pieces: list[str] = []
        cited: dict[int, Citation] = {}
        group: set[int] = set()
        position = block.start
        previous = ""
        for marker, words in block.markers:
            pieces.append(text[position : marker.start])
            group = group if words == previous else set()
            found = [c for n in marker.numbers for c in self._bind(words, block.sentence, n)]
            new = [c for c in dict.fromkeys(found) if c.number not in group]
            group |= {citation.number for citation in new}
            cited |= {citation.number: citation for citation in new}
            pieces.append(self._worded(text, marker, new))
            position, previous = marker.end, words
        pieces.append(text[position : block.end])
        return "".join(pieces).rstrip(), list(cited.values())

    def _worded(self, text: str, marker: _Marker, citations: Sequence[Citation]) -> str:
        """The marker as the reader sees it: new numbers, then those that lead nowhere."""
        lost = [number for number in marker.numbers if number in self.unresolved]
        if len(lost) == len(marker.numbers):
            return text[marker.start : marker.end]
        return "".join(f"[{number}]" for number in [*(c.number for c in citations), *lost])

    def _bind(self, words: str, sentence: str, number: int) -> list[Citation]:
        """The citations that bear out `words`, by the passage that the marker names."""
        candidates = self._candidates.get(number)
        if not candidates:
            return []
        telling = len(stems(words)) + len(numbers(words)) >= _FEWEST_WORDS
        claim = words if telling else sentence
        return [self._citation(number, found) for found in _best(claim, candidates)]

    def _citation(self, number: int, found: _Candidate) -> Citation:
        article = self._hits[number].article
        place = (article.id, article.revision, found.start, found.end)
        for citation in self.citations:
            known = citation.article
            if place == (known.id, known.revision, citation.start, citation.end):
                return citation
        following = self.citations[-1].number + 1 if self.citations else 1
        # A marker that leads nowhere must not come to lead somewhere by renumbering.
        while following in self.unresolved:
            following += 1
        self.citations.append(Citation(following, article, found.start, found.end))
        return self.citations[-1]


def _markers(text: str) -> Iterator[_Marker]:
    for match in MARKER.finditer(text):
        listed: list[int] = []
        for first, last in _RANGE.findall(match["numbers"]):
            low, high = int(first), int(last or first)
            wide = not low <= high <= low + _WIDEST_RANGE
            listed += [low, high] if wide else range(low, high + 1)
        yield _Marker(match.start(), match.end(), tuple(dict.fromkeys(listed)))


def _blocks(text: str, markers: Sequence[_Marker]) -> list[_Block]:
    """The sentences of the text, each with its markers; none where there is no sentence."""
    plain = MARKER.sub(lambda match: " " * len(match[0]), text)
    spans = sentence_spans(plain)
    owned: list[list[_Marker]] = [[] for _ in spans]
    for marker in markers if spans else ():
        owned[_owner(plain, spans, marker)].append(marker)
    return [_block(plain, span, own) for span, own in zip(spans, owned, strict=True)]


def _owner(plain: str, spans: Sequence[tuple[int, int]], marker: _Marker) -> int:
    """Which sentence a marker belongs to: the last begun, or the one whose line it opens."""
    before = max(0, sum(start < marker.start for start, _ in spans) - 1)
    line = plain[plain.rfind("\n", 0, marker.start) + 1 : marker.start]
    if line.strip() or before + 1 == len(spans):
        return before
    next_start = spans[before + 1][0]
    opens = marker.start < next_start and "\n" not in plain[marker.end : next_start]
    return before + 1 if opens else before


def _block(plain: str, span: tuple[int, int], markers: Sequence[_Marker]) -> _Block:
    worded: list[tuple[_Marker, str]] = []
    position, words = span[0], ""
    for marker in markers:
        since = plain[position : marker.start]
        words = since if since.strip(" \t\n,;.") else words
        worded.append((marker, words))
        position = marker.end
    start = min([span[0], *(marker.start for marker in markers)])
    end = max([span[1], *(marker.end for marker in markers)])
    return _Block(start, end, plain[slice(*span)], tuple(worded))


def _candidates(hit: Hit) -> list[_Candidate]:
    """The sentences of a passage, furniture left out."""
    article = hit.article
    spans = [
        span
        for start, end in _reporting(hit)
        for span in sentence_spans(article.text, start, end, article.language)
    ]
    found = []
    for start, end in spans:
        quote = article.text[start:end]
        known = frozenset(stems(quote))
        found.append(_Candidate(start, end, folded(quote), known, tuple(numbers(quote))))
    return found


def _reporting(hit: Hit) -> Iterator[tuple[int, int]]:
    """The stretches of a passage between its article's furniture."""
    position, end = hit.passage.start, hit.passage.end
    for span in hit.article.furniture:
        if span.end > position and span.start < end:
            yield position, max(position, span.start)
            position = span.end
    yield position, max(position, end)


def _best(claim: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The candidate most like the claim; and a second one that holds numbers it lacks."""
    spread = Counter(stem for candidate in candidates for stem in candidate.stems)
    weights = dict.fromkeys(stems(claim), 1.0)
    weights |= {stem: _NAME_WEIGHT for name in names(claim) for stem in stems(name)}
    quoted = [folded(quotation).strip(" '.,") for quotation in quotations(claim)]
    claimed = numbers(claim)

    def score(candidate: _Candidate) -> float:
        shared = sum(w / spread[s] for s, w in weights.items() if s in candidate.stems)
        quotes = sum(quotation in candidate.folded for quotation in quoted)
        held = sum(_holds(candidate, number) for number in claimed)
        return shared + _QUOTATION_WEIGHT * quotes + _NUMBER_WEIGHT * held

    best = max(candidates, key=score)
    lacking = [number for number in claimed if not _holds(best, number)]
    added = [sum(_holds(candidate, number) for number in lacking) for candidate in candidates]
    second = candidates[added.index(max(added))]
    return [best, second] if max(added) else [best]


def _holds(candidate: _Candidate, number: Number) -> bool:
    return any(number.equals(other) for other in candidate.numbers)
