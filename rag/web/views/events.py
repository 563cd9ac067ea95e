"""Finds when reported events happened, as opposed to when they were published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.language.dates import local_time
from rag.language.event_days import dated
from rag.language.moments import Days
from rag.language.sentences import sentence_spans
from rag.records import Article, Hit
from rag.web.views.subjects import ANYTHING, Subject


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence, characters `start` to `end` of an article, that says when something happened.

    `days` are the first and the last day that its words `named` can mean, `title` says in a few
    words what happened.
    """

    article: Article
    start: int
    end: int
    named: str
    days: Days
    title: str = ""

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return self.article.text[self.start : self.end]

    @property
    def published(self) -> date | None:
        """The day of publication, None if unknown."""
        return local_time(self.article.published).date() if self.article.published else None


def events(hits: Sequence[Hit], subject: Subject = ANYTHING) -> list[Event]:
    """The dated events in the hits that are about the subject, earliest first; each sentence once.

    A time that leaves its year or week open is resolved as `language.event_days` does; years
    and decades alone are no events.
    """
    found = {each.text: each for hit in reversed(hits) for each in _of(hit, subject)}
    ordered = sorted(found.values(), key=lambda each: (each.article.id, each.start))
    return sorted(ordered, key=lambda each: (each.days, str(each.published or "")))


def _of(hit: Hit, subject: Subject) -> Iterator[Event]:
    article, passage = hit.article, hit.passage
    published = local_time(article.published).date() if article.published else None
    whole = subject.leads(article)
    for start, end in sentence_spans(article.text, passage.start, passage.end, article.language):
        sentence = article.text[start:end]
        if not (whole or subject.named_in(sentence)):
            continue
        if (event := dated(sentence, published)) is not None:
            yield Event(article, start, end, event.named, event.days, event.title)
