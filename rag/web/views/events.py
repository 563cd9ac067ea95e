"""Finds when reported events happened, as opposed to when they were published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.language.dates import local_time
from rag.language.moments import Days, Moment, moments
from rag.language.sentences import sentence_spans
from rag.records import Article, Hit

_AHEAD = re.compile(
    r"\b(?:will|shall|(?:is|are) (?:to|due|expected|scheduled|set)\b|(?:plans?|hopes?) to)\b"
)

_UNTIL = re.compile(r"\b(?:for|until|till|from|next)\s+$")


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence, characters `start` to `end` of an article, that says when something happened.

    `days` are the first and the last day that its words `named` can mean.
    """

    article: Article
    start: int
    end: int
    named: str
    days: Days

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.article.text[self.start : self.end]

    @property
    def published(self) -> date | None:
        """The day of publication, None if unknown."""
        return local_time(self.article.published).date() if self.article.published else None


def events(hits: Sequence[Hit]) -> list[Event]:
    """The dated events in the hits, earliest first; each sentence once.

    Days that are relative ("on Monday") count from the article's own; years and decades
    alone are no events.
    """
    found = {each.text: each for hit in reversed(hits) for each in _of(hit)}
    ordered = sorted(found.values(), key=lambda each: (each.article.id, each.start))
    return sorted(ordered, key=lambda each: (each.days, str(each.published or "")))


def _of(hit: Hit) -> Iterator[Event]:
    article, passage = hit.article, hit.passage
    published = local_time(article.published).date() if article.published else None
    for start, end in sentence_spans(article.text, passage.start, passage.end, article.language):
        sentence = article.text[start:end]
        known = [each for each in moments(sentence, published) if each.days and each.unit != "year"]
        if known:
            moment = min(known, key=lambda each: each.unit != "day")
            yield Event(article, start, end, moment.text, _meant(moment, sentence, published))


def _meant(moment: Moment, sentence: str, published: date | None) -> Days:
    """The days it most likely means: future ones if the sentence is about the future."""
    ahead = _AHEAD.search(sentence) or _UNTIL.search(sentence[: sentence.find(moment.text)])
    if published is not None and ahead:
        return next((days for days in moment.days if days[0] >= published), moment.days[0])
    return moment.days[0]
