"""From marker numbers to exact citations: which sentence of a passage bears out which claim."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rag.language.entities import folded, names, numbers, stems
from rag.language.sentences import sentence_spans
from rag.records import Article, Citation, Claim, Hit, Verdict
from rag.verification.markers import MARKER, Marker, markers
from rag.verification.matching import best, candidates_of, likeness
from rag.verification.verify import refutes, verify

Judged = tuple[Verdict, tuple[str, ...]]
Check = Callable[[str, Sequence[Citation]], Judged]
Refutes = Callable[[Sequence[Citation], str], bool]
"""Whether the cited text says otherwise than a claim, and not only less."""

_FEWEST_WORDS = 2
_TRIED = 3

_BEFORE_STOP = re.compile(r" (?=[.,;:!?])")

_IDLE = re.compile(r"\b(?:(?:answer|question|passage|article|source)s?|yes|no)\b", re.IGNORECASE)

_HEAD = re.compile(r"(?:[-*•]\s+|\d{1,2}[.)]\s+)?(?P<words>[^\W\d_][\w’' -]{0,28}):\s+(?=\S)")
_HEADS = (
    "who what when where why how which answer date day time place source outlet name person role "
    "position title details background context result outcome summary reason cause number figure "
    "amount total key point fact status event action location"
)

FAILING: frozenset[Verdict] = frozenset({"unsupported", "quote altered"})
"""The verdicts on a sentence that must not be left standing."""

MOST_CITED = 4
"""A sentence that cites more than this many places is cut back to those that bear it out."""

FOUND = "the answer did not cite this passage; it was found to bear the sentence out"
NAMED = "the answer only names this; the article says in what connexion"
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


def cite(
    text: str,
    hits: Sequence[Hit],
    check: Check = verify,
    *,
    refuted: Refutes = refutes,
    reserved: Collection[int] = (),
    question: str = "",
) -> Cited:
    """Binds each sentence of `text` to the exact words it rests on; `[n]` means the n-th hit.

    A marker belongs to the sentence that it stands in or follows, and is bound to the
    sentence of its passage that shares most with the words before it, or to two where
    no single one holds their numbers. Citations are numbered in order of appearance,
    one for each place in an article; no citation gets a `reserved` number. `check` gives
    the verdict on each sentence. One that fails, or cites nothing, is bound to another of
    the hits where that bears it out, and its reason says so; one that its own passage refutes
    stays refuted, whatever others say. Of several passages only those stay cited that bear the
    sentence out by themselves, if one does. A bare name or figure that cites nothing is bound to
    the sentence with it that is most like the `question`; it is `partly` supported, as the articles
    alone say in what connexion.
    """
    found = list(markers(text))
    blocks = _blocks(text, found)
    book = _Book(hits if blocks else (), found, reserved, question)
    checks = _Checks(check, refuted)
    cited = ""
    claims = []
    position = 0
    for block in blocks:
        cited += text[position : block.start]
        claim, bound = book.bound(text, block, checks)
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


@dataclass(frozen=True, slots=True)
class _Checks:
    """What is asked about each sentence, and about one that fails."""

    check: Check
    refuted: Refutes


class _Book:
    """Numbers citations as they are first needed, and knows which markers lead nowhere."""

    def __init__(
        self, hits: Sequence[Hit], found: Sequence[Marker], reserved: Collection[int], question: str
    ) -> None:
        self._question = question
        asked = dict.fromkeys(number for marker in found for number in marker.numbers)
        self._hits = dict(enumerate(hits, start=1))
        self._candidates = {n: candidates_of(self._hits[n]) for n in asked if n in self._hits}
        self.unresolved = [number for number in asked if not self._candidates.get(number)]
        self._never = {*self.unresolved, *reserved}
        self.citations: list[Citation] = []

    def bound(self, text: str, block: _Block, checks: _Checks) -> tuple[str, _Bound]:
        """The block with its markers renumbered, what they cite, and the verdict on it."""
        check = checks.check
        before = len(self.citations)
        claim, cited = self._rewrite(text, block)
        verdict, reasons = _checked(claim, cited, check)
        if verdict in FAILING and checks.refuted(cited, block.words):
            return claim, (_numbered(cited), verdict, reasons)
        if verdict in FAILING:
            level, reason, places = self._found(block, check)
            if not places:
                return claim, (_numbered(cited), verdict, reasons)
            del self.citations[before:]
            anew = tuple(self._citation(*place).number for place in places)
            lost = [number for number in block.numbers if number in self.unresolved]
            worded = f"{block.words} {''.join(f'[{number}]' for number in (*anew, *lost))}"
            return worded, (anew, level, (reason,))
        # Of a sentence in parts, each with a marker, what bears out a part stays.
        parts = {words for _, words in block.markers if _telling(words)}
        parts = parts if len(parts) > 1 else {block.words}
        alone = [
            one
            for one in cited
            if any(_checked(part, [one], check)[0] == "supported" for part in sorted(parts))
        ]
        if (len(cited) > 1 and alone and len(alone) < len(cited)) or len(cited) > MOST_CITED:
            only = {(one.article, one.start, one.end) for one in (alone or cited)[:MOST_CITED]}
            del self.citations[before:]
            claim, cited = self._rewrite(text, block, only)
            verdict, reasons = "supported" if alone else verdict, (CHOSEN,)
        return claim, (_numbered(cited), verdict, reasons)

    def _found(self, block: _Block, check: Check) -> tuple[Verdict, str, list[_Place]]:
        """Where else a block is borne out, how far, and how that was found."""
        if places := self._elsewhere(block, check):
            return "supported", FOUND, places
        return "partly", NAMED, self._named(block, check)

    def _named(self, block: _Block, check: Check) -> list[_Place]:
        """The sentence with a bare name or figure that is most like the question, or none."""
        words = block.words.strip(" .!*\"“”'")
        sought = folded(words)
        if (
            not self._question
            or block.numbers
            or not sought
            or not (names(words) or numbers(words))
        ):
            return []
        every = [
            (number, one)
            for number, hit in self._hits.items()
            for one in self._candidates.setdefault(number, candidates_of(hit))
            if re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", one.folded)
        ]
        score = likeness(self._question, [one for _, one in every])
        for number, one in sorted(every, key=lambda item: -score(item[1]))[:_TRIED]:
            place = (self._hits[number].article, one.start, one.end)
            if check(words, [Citation(1, *place)])[0] not in FAILING:
                return [place]
        return []

    def _elsewhere(self, block: _Block, check: Check) -> list[_Place]:
        """The sentence of any of the hits that bears the block out best, if one does.

        None for a block with a made-up source, which is a finding of its own, and for one that
        only names something ("The answer is 41."): many sentences do that.
        """
        words = block.words
        if not _states(words) or any(number in self.unresolved for number in block.numbers):
            return []
        for number, hit in self._hits.items():
            self._candidates.setdefault(number, candidates_of(hit))
        every = [(n, one) for n, listed in self._candidates.items() for one in listed]
        score = likeness(words, [one for _, one in every])
        for number, one in sorted(every, key=lambda item: -score(item[1]))[:_TRIED]:
            place = (self._hits[number].article, one.start, one.end)
            if check(words, [Citation(1, *place)])[0] == "supported":
                return [place]
        return []

    def _rewrite(
        self, text: str, block: _Block, only: Collection[_Place] | None = None
    ) -> tuple[str, list[Citation]]:
        """The block with its markers renumbered, and what they cite, or of it `only` these."""
        pieces: list[str] = []
        cited: dict[int, Citation] = {}
        group: set[int] = set()
        position = block.start
        previous = ""
        for marker, words in block.markers:
            pieces.append(text[position : marker.start])
            group = group if words == previous else set()
            found = [c for n in marker.numbers for c in self._bind(words, block.sentence, n, only)]
            new = [c for c in dict.fromkeys(found) if c.number not in group]
            group |= {citation.number for citation in new}
            cited |= {citation.number: citation for citation in new}
            worded = self._worded(text, marker, new)
            if not worded:
                pieces[-1] = pieces[-1].rstrip(" ")
            pieces.append(worded)
            position, previous = marker.end, words
        pieces.append(text[position : block.end])
        return "".join(pieces).rstrip(), list(cited.values())

    def _worded(self, text: str, marker: Marker, citations: Sequence[Citation]) -> str:
        """The marker as the reader sees it: new numbers, then those that lead nowhere."""
        lost = [number for number in marker.numbers if number in self.unresolved]
        if len(lost) == len(marker.numbers):
            return text[marker.start : marker.end]
        return "".join(f"[{number}]" for number in [*(c.number for c in citations), *lost])

    def _bind(
        self, words: str, sentence: str, number: int, only: Collection[_Place] | None = None
    ) -> list[Citation]:
        """The citations that bear out `words`, by the passage that the marker names."""
        candidates = self._candidates.get(number)
        if not candidates:
            return []
        claim = words if _telling(words) else sentence
        article = self._hits[number].article
        places = [(article, one.start, one.end) for one in best(claim, candidates)]
        return [self._citation(*place) for place in places if only is None or place in only]

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


def _numbered(cited: Sequence[Citation]) -> tuple[int, ...]:
    return tuple(citation.number for citation in cited)


def _checked(claim: str, cited: Sequence[Citation], check: Check) -> Judged:
    """The verdict on a claim; one that fails is tried without a head such as "When:"."""
    verdict, reasons = check(claim, cited)
    head = _HEAD.match(claim) if verdict in FAILING else None
    if head is None:
        return verdict, reasons
    known = {stem for one in cited for stem in stems(one.article.text)} | set(stems(_HEADS))
    if not set(stems(head["words"])) <= known:
        return verdict, reasons
    better, why = check(claim[head.end() :], cited)
    return (better, why) if better not in FAILING else (verdict, reasons)


def _telling(words: str) -> bool:
    """Whether the words say enough to be looked for."""
    return len(stems(words)) + len(numbers(words)) >= _FEWEST_WORDS


def _states(words: str) -> bool:
    """Whether the words say something of what they name or count."""
    named = {stem for name in names(words) for stem in stems(name)}
    return _telling(words) and bool(set(stems(_IDLE.sub(" ", words))) - named)
