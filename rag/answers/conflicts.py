"""What passages say against each other: corrections, later figures, outlets that differ.

It says so to a language model before it writes. What the model then makes of it is checked
elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.candidates import CandidateSentence
from rag.answers.corrections import Correction, corrections
from rag.answers.timeline import DifferingFigures, several_figures
from rag.language.sentences import sentence_spans
from rag.records import Hit, Similarity

CORRECTED = "corrected by {other}"
LATER = "a later figure stands in {other}"
OTHERWISE = "{other} gives another figure"


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The corrections that hits hold, and the different figures that they give, if they do."""

    notices: tuple[Correction, ...] = ()
    figures: DifferingFigures | None = None

    def notes(self, hits: Sequence[Hit]) -> dict[int, tuple[tuple[str, int], ...]]:
        """By the place of a hit, what is known of it, each with the place of the other hit.

        Places count from 0. A hit that nothing is known of has no entry.
        """
        found: defaultdict[int, dict[int, str]] = defaultdict(dict)
        for notice in self.notices:
            by = _places(notice.right or notice.notice, hits)
            for place, hit in enumerate(hits):
                if by and place not in by and _is_corrected(notice, hit):
                    found[place].setdefault(by[0], CORRECTED)
        for place, other in self._differing(hits):
            how = OTHERWISE if self.figures and self.figures.how == "differ" else LATER
            found[place].setdefault(other, how)
        return {
            place: tuple((how, other) for other, how in found[place].items())
            for place in sorted(found)
        }

    def _differing(self, hits: Sequence[Hit]) -> list[tuple[int, int]]:
        """The places of hits that give an older or another figure, each with that of the latest."""
        if self.figures is None or not self.figures.given:
            return []
        latest = self.figures.given[0][0]
        latest_at: list[int] = []
        others: list[int] = []
        for value, sentence in self.figures.given:
            (latest_at if value == latest else others).extend(_places(sentence, hits))
        if not latest_at:
            return []
        return [(place, latest_at[0]) for place in dict.fromkeys(others) if place not in latest_at]


def conflicts(question: str, hits: Sequence[Hit], similarity: Similarity | None) -> Conflicts:
    """What the hits say against each other on what the question asks."""
    return Conflicts(tuple(corrections(hits)), several_figures(question, hits, similarity))


def _places(sentence: CandidateSentence, hits: Sequence[Hit]) -> list[int]:
    """The places of the hits that hold a sentence."""
    return [place for place, hit in enumerate(hits) if sentence.text in hit.text]


def _is_corrected(notice: Correction, hit: Hit) -> bool:
    article, part = hit.article, hit.passage
    spans = sentence_spans(article.text, part.start, part.end, article.language)
    return any(
        notice.overrules(CandidateSentence(article, start, end, part.id, hit.rank, 0.0))
        for start, end in spans
    )
