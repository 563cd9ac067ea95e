"""What a template or a model makes of a sentence: a question with its answer, not yet chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DraftType = Literal["number", "date", "who_said", "age", "fact"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that `sentence` answers; each of `answers` stands in it, the fullest first."""

    question: str
    answers: tuple[str, ...]
    sentence: str
    type: DraftType
