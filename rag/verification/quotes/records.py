"""What tracing and checking quotations finds, and the word diff in it; fit to be JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Any, Literal

from rag.language.words import Wording, is_sign
from rag.records import Article, Citation, article_dict
from rag.records.display import cited_html, short, source

ChangeKind = Literal["same", "replaced", "missing", "added"]
TraceOutcome = Literal["exact", "altered", "attributed to someone else", "not found"]
RecheckStatus = Literal["holds", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a word diff: what was asked about, and what the article has for it.

    "missing" words stand in the article alone, "added" ones in what was asked alone.
    """

    kind: ChangeKind
    asked: str
    stored: str

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """Where words stand: `citation.quote` is the article's own wording, from first to last.

    `parts` are the stretches of the article that were asked for, where it says more between
    them. `changes` is a word diff where the article has other words. `said_by` is whom the
    article has say it, "" where it does not tell. `also_in` names the other outlets that
    carry the same words in a copy of the story, `copies` the ids of their articles.
    """

    citation: Citation
    parts: tuple[tuple[int, int], ...]
    changes: tuple[Change, ...] = ()
    said_by: str = ""
    also_in: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()

    @property
    def article(self) -> Article:
        """The article that holds the words."""
        return self.citation.article

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "article": article_dict(self.article),
            "start": self.citation.start,
            "end": self.citation.end,
            "quote": self.citation.quote,
            "parts": [list(part) for part in self.parts],
            "changes": [change.to_dict() for change in self.changes],
            "said_by": self.said_by,
            "also_in": list(self.also_in),
            "copies": list(self.copies),
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """What the archive says of some words; `matches` are where they stand, the best first.

    `speaker` is who they were said to be by, "" where nobody was named. `reason` says in
    plain words why the outcome is what it is.
    """

    text: str
    outcome: TraceOutcome
    reason: str
    speaker: str = ""
    matches: tuple[QuoteMatch, ...] = ()

    def __repr__(self) -> str:
        found = source(self.matches[0].citation.article) if self.matches else ""
        return f"<Trace of {short(self.text)!r}: {', '.join(filter(None, [self.outcome, found]))}>"

    def _repr_html_(self) -> str:
        head = f"<h4>{escape(self.text)}</h4><p>{escape(self.reason)}</p>"
        return f"<section>{head}{cited_html(match.citation for match in self.matches)}</section>"

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: what `dateline quote --json` prints."""
        return {
            "text": self.text,
            "outcome": self.outcome,
            "reason": self.reason,
            "speaker": self.speaker,
            "matches": [match.to_dict() for match in self.matches],
        }


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation, characters `start` to `end` of a claim, held against what it cites.

    `citation` is where it, or what is nearest to it, stands; None where nothing is near.
    """

    start: int
    end: int
    outcome: TraceOutcome
    reason: str
    citation: Citation | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class RecheckedCitation:
    """A citation of a saved answer, held against the article as the archive has it now.

    `stored` is what the article reads now at `start` to `end`; "" where it is missing.
    """

    number: int
    article_id: str
    status: RecheckStatus
    reason: str
    quote: str
    stored: str = ""
    start: int = 0
    end: int = 0
    changes: tuple[Change, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self) | {"changes": [change.to_dict() for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Recheck:
    """A saved answer checked again: its citations, and what else of it no longer holds."""

    question: str
    citations: tuple[RecheckedCitation, ...]
    findings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        count = Counter(each.status for each in self.citations)
        found = ", ".join(f"{number} {status}" for status, number in sorted(count.items()))
        said = "holds" if self.holds else "does not hold any more"
        return f"<Recheck of {short(self.question)!r}: {said}; citations: {found or 'none'}>"

    @property
    def holds(self) -> bool:
        """Whether all of it still holds."""
        return not self.findings and all(each.status == "holds" for each in self.citations)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values: what `dateline recheck --json` prints."""
        return {
            "question": self.question,
            "holds": self.holds,
            "citations": [each.to_dict() for each in self.citations],
            "findings": list(self.findings),
        }


def shown(changes: Sequence[Change]) -> str:
    """A word diff on one line: [-what was asked-]{+what the article has+}.

    >>> shown([Change("same", "It cost", "It cost"), Change("replaced", "47", "41")])
    'It cost [-47-]{+41+}'
    """
    pieces = []
    for change in changes:
        if change.kind == "same":
            pieces.append(change.stored)
        else:
            asked = f"[-{change.asked}-]" if change.asked else ""
            stored = f"{{+{change.stored}+}}" if change.stored else ""
            pieces.append(asked + stored)
    return " ".join(pieces)


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
