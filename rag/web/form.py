"""What a reader filled in: a question and its filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LIMITS = ("published_from", "published_to", "publishers", "language", "section", "as_of")
"""The filters of the page, by their names in a form."""

NAMES = ("From", "To", "Outlets", "Language", "Section", "As of")
"""The labels of the filters on the page, in the same order."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader filled in.

    `without` are words of the question that must not be read as a date or an outlet.
    """

    question: str
    published_from: str = ""
    published_to: str = ""
    publishers: Sequence[str] = ()
    language: str = ""
    section: str = ""
    as_of: str = ""
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, question: str, limits: Sequence[Any], without: tuple[str, ...] = ()) -> Form:
        """The form with the values of the filters in the order of LIMITS; None is empty."""
        filled = {name: value for name, value in zip(LIMITS, limits, strict=True) if value}
        return cls(question or "", without=without, **filled)
