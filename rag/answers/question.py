"""A question with all its answer must state, and what is needed to read for an answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rag.answers.candidates import Vocabulary
from rag.language.temporal_expressions import impossible_day
from rag.observing import Trail
from rag.questions.form import Form
from rag.records import Filters, Message, Similarity, Understood


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything its answer must state about how it was asked.

    `holdings` are when the first and the last article of the archive appeared, if known.
    With `corroborated` only what the articles agree on is an answer. `trail` takes its steps.
    """

    text: str
    standalone: str
    form: Form
    history: tuple[Message, ...]
    filters: Filters
    as_of: datetime
    understood: tuple[Understood, ...]
    coverage: float
    retrieval_seconds: float
    holdings: tuple[datetime, datetime] | None = None
    corroborated: bool = False
    trail: Trail = field(default_factory=Trail, compare=False, repr=False)

    @property
    def day(self) -> date:
        """The day on which it is asked; a day that is over counts as that day, not as the next."""
        return (self.as_of - timedelta(microseconds=1)).date()

    @property
    def lacking(self) -> str:
        """What it asks for of which the archive holds nothing; "" where there is no such thing."""
        missing = ", ".join(one.meaning for one in self.understood if not one.held)
        return impossible_day(self.standalone) or missing

    def timings(self, started: float) -> dict[str, float]:
        """Seconds of searching, and of reading since `started` on the performance counter."""
        taken = {"retrieval": self.retrieval_seconds, "reading": time.perf_counter() - started}
        return {name: round(seconds, 4) for name, seconds in taken.items()}


@dataclass(frozen=True, slots=True)
class ReadingAids:
    """What the extractive reader needs to know of words and meanings."""

    vocabulary: Vocabulary
    similarity: Similarity | None
