"""What the hits say to a question: its evidence, best first, and how likely it is to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.answers.candidate_sentences import CandidateSentence, Vocabulary
from rag.answers.evidence import Evidence, collect
from rag.answers.scoring import scored
from rag.questions.form import Form
from rag.records import Hit, Similarity


@dataclass(frozen=True, slots=True)
class Reading:
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 0.0
