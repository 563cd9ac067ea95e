"""A number that a question takes for granted where the articles give another for the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answers.candidate_sentences import CandidateSentence, survey
from rag.answers.false_presuppositions import Contradiction
from rag.language.entities import number_places
from rag.language.figures import Quantity, counted, figures, meanings
from rag.records import Hit

_LEAST_COVERED = 0.6
_FEWEST_SHARED = 2
_NEAR = 3.0


def miscount(question: str, hits: Sequence[Hit]) -> Contradiction | None:
    """A sentence that gives another number of what the question counts; else None.

    It is looked for only where none of the hits holds the question's own number, and must
    share two more words with the question in the clause of its number.
    """
    about = meanings(question)
    presumed = list(_presumed(question, about))
    if not presumed:
        return None
    told = [sentence for sentence, _ in survey(hits, about)]
    values = {number.value for hit in hits for _, number in number_places(hit.text)}
    for text, value, asked in presumed:
        if value in values:
            continue
        rivals = [each for each in told if _gives_another(each, value, asked)]
        if rivals:
            return Contradiction(max(rivals, key=lambda each: each.coverage), text)
    return None


def _presumed(question: str, about: frozenset[str]) -> Iterator[tuple[str, float, Quantity]]:
    """The numbers of things in a question, each with what it counts."""
    for start, number in number_places(question):
        thing = counted(question[start + len(number.text) :])
        if number.kind == "count" and thing:
            yield number.text, number.value, Quantity("count", thing, about - thing)


def _gives_another(sentence: CandidateSentence, value: float, asked: Quantity) -> bool:
    return sentence.coverage >= _LEAST_COVERED and any(
        figure.named
        and not figure.earlier
        and figure.value != value
        and max(figure.value, value) <= _NEAR * min(figure.value, value)
        and len(asked.about & figure.clause) >= _FEWEST_SHARED
        for figure in figures(sentence.text, asked)
    )
