"""Whether a sentence or an article is about the subject of a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rag.language.entities import stems
from rag.language.moments import without_moments
from rag.language.name_matching import mentions
from rag.questions.form import read_form
from rag.records import Article

_LEAD = 400
"""The characters at the beginning of an article that say what it is about."""

_NAMED = 0.6
"""The share of a subject's words that a text must have to be about it, where it is no name."""


@dataclass(frozen=True)
class Subject:
    """Whom or what a question is about, in its own words; "" is anything."""

    words: str = ""

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stems(self.words))

    def named_in(self, text: str) -> bool:
        """Whether a text names it: as a name, or by three of five of its words.

        >>> Subject("the Tolle mine").named_in("A fire broke out in the mine at Tolle.")
        True
        """
        if not self._stems or mentions(text, self.words):
            return True
        found = self._stems.intersection(stems(text))
        return len(found) >= _NAMED * len(self._stems)

    def leads(self, article: Article) -> bool:
        """Whether the title or the lead of an article names it."""
        return self.named_in(f"{article.title}\n{article.text[:_LEAD]}")


ANYTHING = Subject()


def subject_of(question: str) -> Subject:
    """The subject that a question names; all of its words where it names none.

    >>> subject_of("What did Ann Orr say about the ferry?").words
    'Ann Orr'
    """
    return Subject(without_moments(read_form(question).subject or question).strip())
