"""Collects evidence for a question: when it happened, who said what, where outlets differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.causes import several_causes
from rag.answers.timeline import DifferingFigures, several_figures
from rag.archive import Archive
from rag.records import Hit
from rag.web.views.events import Event, events
from rag.web.views.sayings import Saying, sayings
from rag.web.views.subjects import subject_of


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """The evidence for a question; `account` is None if outlets do not differ on it."""

    question: str
    events: tuple[Event, ...]
    sayings: tuple[Saying, ...]
    account: DifferingFigures | None


def evidence(archive: Archive, question: str, hits: Sequence[Hit]) -> EvidenceView:
    """The events, quotations and differing accounts in the hits that are about the subject."""
    similarity = archive.similarity()
    account = several_figures(question, hits, similarity) or several_causes(
        question, hits, similarity
    )
    about = subject_of(question)
    return EvidenceView(question, tuple(events(hits, about)), tuple(sayings(hits, about)), account)


def hits_of(archive: Archive, passages: Sequence[int]) -> list[Hit]:
    """The passages with these ids as hits, in this order; deleted ones are left out."""
    found = archive.passages(passages)
    known = [found[id_] for id_ in passages if id_ in found]
    return [
        Hit(passage, article, 0.0, rank) for rank, (passage, article) in enumerate(known, start=1)
    ]
