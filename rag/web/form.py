"""What a reader filled in: a question and its filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LIMITS = {
    "published_from": "From",
    "published_to": "To",
    "publishers": "Outlets",
    "language": "Language",
    "section": "Section",
    "as_of": "As of",
}
"""The filters of the page, by their names in a form, with their labels."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a reader filled in.

    `without` are words of the question that must not be read as a date, an outlet or a form.
    `again` is the number of the turn that is asked again; None for a new question. `model` is the
    name of the language model chosen for it, "" for the page's own.
    """

    question: str
    published_from: str = ""
    published_to: str = ""
    publishers: Sequence[str] = ()
    language: str = ""
    section: str = ""
    as_of: str = ""
    without: tuple[str, ...] = ()
    again: int | None = None
    model: str = ""

    @classmethod
    def of(cls, question: str, limits: Sequence[Any], without: tuple[str, ...] = ()) -> Form:
        """The form with the values of the filters in the order of LIMITS; None is empty."""
        filled = {name: value for name, value in zip(LIMITS, limits, strict=True) if value}
        return cls(question or "", without=without, **filled)
