"""The form of a question: what kind of answer it asks for, about whom or what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FormName = Literal[
    "definition",
    "statement",
    "event",
    "latest",
    "overview",
    "chronology",
    "topic",
    "cause",
    "list",
    "comparison",
    "yes or no",
    "figure",
    "date",
    "fact",
    "archive",
    "chat",
]
"""Every form there is.

definition: who or what is it? statement: what did somebody say? event: what happened?
latest: what is new? overview: summarise, tell me about. chronology: a dated sequence.
topic: a bare name or noun phrase. cause: why or how. list: which ones, several of them.
comparison: two sides. figure: how many, how much. date: when. fact: any other single fact.
archive: about the articles held. chat: about Dateline, a greeting, thanks.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What a question asks for: its form, and the words of the question that fill it.

    `subject` is whom or what the answer is about, as the question has it ("karoline leavitt",
    "the mine"), and the speaker of a statement. `matter` is what is asked about it: what was
    spoken of, what a figure measures, the verb and object of a yes-or-no question. `sides` are
    what a comparison compares. Each is "" or () where the question does not say. `cue` are the
    characters of the question that tell its form, (0, 0) where none do.
    """

    name: FormName
    subject: str = ""
    matter: str = ""
    sides: tuple[str, ...] = ()
    cue: tuple[int, int] = (0, 0)


def read_form(question: str) -> Form:
    """The form of a whole question; a "fact" where no rule knows better."""
    return Form("fact", subject=question)
