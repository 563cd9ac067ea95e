"""From marker numbers to exact citations: which sentence of a passage bears out which claim."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.language.entities import Number, folded, names, numbers, quotations, stems
from rag.language.sentences import sentence_spans
from rag.records import Article, Citation, Claim, Hit, Verdict
from rag.verification.markers import MARKER, Marker, markers
from rag.verification.verify import verify

Check = Callable[[str, Sequence[Citation]], tuple[Verdict, tuple[str, ...]]]

# What a shared name, number or quotation counts where a shared word counts 1.
_NAME_WEIGHT = 2.0
_NUMBER_WEIGHT = 3.0
_QUOTATION_WEIGHT = 6.0

_FEWEST_WORDS = 2
_TRIED = 3

_BEFORE_STOP = re.compile(r" (?=[.,;:!?])")

_IDLE = re.compile(r"\b(?:(?:answer|question|passage|article|source)s?|yes|no)\b", re.IGNORECASE)

FAILING: frozenset[Verdict] = frozenset({"unsupported", "quote altered"})
"""The verdicts on a sentence that must not be left standing."""

MOST_CITED = 4
"""A sentence that cites more than this many places is cut back to those that bear it out."""

FOUND = "the answer did not cite this passage; it was found to bear the sentence out"
CHOSEN = "more passages were cited; these bear the sentence out by themselves"


@dataclass(frozen=True, slots=True)
class Cited:
    """A text whose markers `[n]` are the numbers of `citations`, and its sentences as claims.

    `unresolved` are the marker numbers that point at no passage; they stay in the text,
    and no citation bears their number. `places` says where each claim, with its markers,
    stood in the text that was given.
    """

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    unresolved: tuple[int, ...]
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    """A sentence of the answer and the markers in, before or after it."""

    start: int
    end: int
    sentence: str
    markers: tuple[tuple[Marker, str], ...]
    """Each with the words that it stands for."""

    @property
    def words(self) -> str:
        """The sentence without its markers, on one line."""
        return _BEFORE_STOP.sub("", " ".join(self.sentence.split()))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that its markers name, each once."""
        return tuple(dict.fromkeys(n for marker, _ in self.markers for n in marker.numbers))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence of a passage, with what it can be recognised by."""

    start: int
    end: int
    folded: str
    stems: frozenset[str]
    numbers: tuple[Number, ...]


def cite(
    text: str, hits: Sequence[Hit], check: Check = verify, *, reserved: Collection[int] = ()
) -> Cited:
    """Binds each sentence of `text` to the exact words it rests on; `[n]` means the n-th hit.

    A marker belongs to the sentence that it stands in or follows, and is bound to the
    sentence of its passage that shares most with the words before it, or to two where
    no single one holds their numbers. Citations are numbered in order of appearance,
    one for each place in an article; no citation gets a `reserved` number. `check` gives
    the verdict on each sentence. One that fails, or cites nothing, is bound to another of
    the hits where that bears it out, and its reason says so.
    """
    found = list(markers(text))
    blocks = _blocks(text, found)
    book = _Book(hits if blocks else (), found, reserved)
    cited = ""
    claims = []
    position = 0
    for block in blocks:
        cited += text[position : block.start]
        claim, bound = book.bound(text, block, check)
        claims.append(Claim(len(cited), len(cited) + len(claim), *bound))
        cited += claim
        position = block.end
    cited += text[position:]
    places = tuple((block.start, block.end) for block in blocks)
    return Cited(cited, tuple(claims), tuple(book.citations), tuple(book.unresolved), places)


def sentence_places(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence of a text stands, with its markers.

    >>> sentence_places("It sank [1]. Why?")
    ((0, 12), (13, 17))
    """
    return tuple((block.start, block.end) for block in _blocks(text, list(markers(text))))


_Bound = tuple[tuple[int, ...], Verdict, tuple[str, ...]]
"""The numbers of a claim's citations, the verdict on it, and the reasons."""

_Place = tuple[Article, int, int]


class _Book:
    """Numbers citations as they are first needed, and knows which markers lead nowhere."""

    def __init__(
        self, hits: Sequence[Hit], found: Sequence[Marker], reserved: Collection[int]
    ) -> None:
        asked = dict.fromkeys(number for marker in found for number in marker.numbers)
        self._hits = dict(enumerate(hits, start=1))
        self._candidates = {n: _candidates(self._hits[n]) for n in asked if n in self._hits}
        self.unresolved = [number for number in asked if not self._candidates.get(number)]
        self._never = {*self.unresolved, *reserved}
        self.citations: list[Citation] = []

    def bound(self, text: str, block: _Block, check: Check) -> tuple[str, _Bound]:
        """The block with its markers renumbered, what they cite, and the verdict on it."""
        before = len(self.citations)
        claim, cited = self._rewrite(text, block)
        verdict, reasons = check(claim, cited)
        numbered = tuple(citation.number for citation in cited)
        places: list[_Place] = []
        if verdict in FAILING:
            reason, places = FOUND, self._elsewhere(block, check)
        elif len(cited) > MOST_CITED:
            alone = [one for one in cited if check(block.words, [one])[0] == "supported"]
            reason, places = CHOSEN, [_place(one) for one in alone[:MOST_CITED]]
        if not places:
            return claim, (numbered, verdict, reasons)
        del self.citations[before:]
        anew = tuple(self._citation(*place).number for place in places)
        lost = [number for number in block.numbers if number in self.unresolved]
        worded = f"{block.words} {''.join(f'[{number}]' for number in (*anew, *lost))}"
        return worded, (anew, "supported", (reason,))

    def _elsewhere(self, block: _Block, check: Check) -> list[_Place]:
        """The sentence of any of the hits that bears the block out best, if one does.

        None for a block with a made-up source, which is a finding of its own, and for one that
        only names something ("The answer is 41."): many sentences do that.
        """
        words = block.words
        if not _states(words) or any(number in self.unresolved for number in block.numbers):
            return []
        for number, hit in self._hits.items():
            self._candidates.setdefault(number, _candidates(hit))
        every = [(n, one) for n, listed in self._candidates.items() for one in listed]
        score = _likeness(words, [one for _, one in every])
        for number, one in sorted(every, key=lambda item: -score(item[1]))[:_TRIED]:
            place = (self._hits[number].article, one.start, one.end)
            if check(words, [Citation(1, *place)])[0] == "supported":
                return [place]
        return []

    def _rewrite(self, text: str, block: _Block) -> tuple[str, list[Citation]]:
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

    def _worded(self, text: str, marker: Marker, citations: Sequence[Citation]) -> str:
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
        claim = words if _telling(words) else sentence
        article = self._hits[number].article
        return [self._citation(article, one.start, one.end) for one in _best(claim, candidates)]

    def _citation(self, article: Article, start: int, end: int) -> Citation:
        place = (article.id, article.revision, start, end)
        for citation in self.citations:
            known = citation.article
            if place == (known.id, known.revision, citation.start, citation.end):
                return citation
        following = self.citations[-1].number + 1 if self.citations else 1
        # A marker that leads nowhere must not come to lead somewhere by renumbering.
        while following in self._never:
            following += 1
        self.citations.append(Citation(following, article, start, end))
        return self.citations[-1]


def _blocks(text: str, found: Sequence[Marker]) -> list[_Block]:
    """The sentences of the text, each with its markers; none where there is no sentence."""
    plain = MARKER.sub(lambda match: " " * len(match[0]), text)
    spans = sentence_spans(plain)
    owned: list[list[Marker]] = [[] for _ in spans]
    for marker in found if spans else ():
        owned[_owner(plain, spans, marker)].append(marker)
    return [_block(plain, span, own) for span, own in zip(spans, owned, strict=True)]


def _owner(plain: str, spans: Sequence[tuple[int, int]], marker: Marker) -> int:
    """Which sentence a marker belongs to: the last begun, or the one whose line it opens."""
    before = max(0, sum(start < marker.start for start, _ in spans) - 1)
    line = plain[plain.rfind("\n", 0, marker.start) + 1 : marker.start]
    if line.strip() or before + 1 == len(spans):
        return before
    next_start = spans[before + 1][0]
    opens = marker.start < next_start and "\n" not in plain[marker.end : next_start]
    return before + 1 if opens else before


def _block(plain: str, span: tuple[int, int], markers: Sequence[Marker]) -> _Block:
    worded: list[tuple[Marker, str]] = []
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
    best = max(candidates, key=_likeness(claim, candidates))
    lacking = [number for number in numbers(claim) if not _holds(best, number)]
    added = [sum(_holds(candidate, number) for number in lacking) for candidate in candidates]
    second = candidates[added.index(max(added))]
    return [best, second] if max(added) else [best]


def _likeness(claim: str, candidates: Sequence[_Candidate]) -> Callable[[_Candidate], float]:
    """How much a candidate shares with the claim; a word counts less that many of them have."""
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

    return score


def _place(citation: Citation) -> _Place:
    return citation.article, citation.start, citation.end


def _telling(words: str) -> bool:
    """Whether the words say enough to be looked for."""
    return len(stems(words)) + len(numbers(words)) >= _FEWEST_WORDS


def _states(words: str) -> bool:
    """Whether the words say something of what they name or count."""
    named = {stem for name in names(words) for stem in stems(name)}
    return _telling(words) and bool(set(stems(_IDLE.sub(" ", words))) - named)


def _holds(candidate: _Candidate, number: Number) -> bool:
    return any(number.equals(other) for other in candidate.numbers)
