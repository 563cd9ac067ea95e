"""Collects evidence for a question: when it happened, who said what, where outlets differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rag.answers.causes import several_causes
from rag.answers.timeline import DifferingFigures, several_figures
from rag.archive import Archive
from rag.language.attribution import attributions
from rag.language.dates import local_time
from rag.language.entities import stems
from rag.language.event_days import dated
from rag.language.moments import Days, without_moments
from rag.language.name_matching import mentions
from rag.language.sentences import sentence_spans
from rag.language.words import Wording
from rag.questions.form import read_form
from rag.records import Article, Hit

_LEAD = 400
"""The characters at the beginning of an article that say what it is about."""

_NAMED = 0.6
"""The share of a subject's words that a text must have to be about it, where it is no name."""

FEWEST_WORDS = 4
"""The fewest words of a quotation; shorter ones are names and terms."""


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
    found = {each.text: each for hit in reversed(hits) for each in _events_in(hit, subject)}
    ordered = sorted(found.values(), key=lambda each: (each.article.id, each.start))
    return sorted(ordered, key=lambda each: (each.days, str(each.published or "")))


def _events_in(hit: Hit, subject: Subject) -> Iterator[Event]:
    article, passage = hit.article, hit.passage
    published = local_time(article.published).date() if article.published else None
    whole = subject.leads(article)
    for start, end in sentence_spans(article.text, passage.start, passage.end, article.language):
        sentence = article.text[start:end]
        if not (whole or subject.named_in(sentence)):
            continue
        if (event := dated(sentence, published)) is not None:
            yield Event(article, start, end, event.named, event.days, event.title)


@dataclass(frozen=True, slots=True)
class Saying:
    """A quotation, characters `start` to `end` of an article, and its speaker.

    `speaker` is a name, or a phrase as the article has it ("her agent"); "" where it is not sure.
    """

    speaker: str
    article: Article
    start: int
    end: int

    @property
    def words(self) -> str:
        """The quoted words, without the quotation marks."""
        return self.article.text[self.start : self.end]


def sayings(hits: Sequence[Hit], subject: Subject = ANYTHING) -> list[Saying]:
    """The quotations about the subject, by speaker in order of appearance, unnamed speakers last.

    It is about the subject where the subject speaks, the words name it, or the title or the lead
    of the article does. Words that several articles quote come once, from the best hit that
    names who said them.
    """
    found: dict[tuple[str, ...], Saying] = {}
    for hit in hits:
        for each in _sayings_in(hit, subject):
            words = tuple(Wording(each.words).folded)
            if words not in found or not found[words].speaker:
                found[words] = each
    speakers = {each.speaker: place for place, each in reversed(list(enumerate(found.values())))}
    return sorted(found.values(), key=lambda each: (not each.speaker, speakers[each.speaker]))


def _sayings_in(hit: Hit, subject: Subject) -> Iterator[Saying]:
    article, passage = hit.article, hit.passage
    whole = subject.leads(article)
    for each in attributions(article.text, passage.start, passage.end):
        if not each.quoted or each.start < passage.start or passage.end < each.end:
            continue
        words = article.text[each.start : each.end]
        if len(Wording(words)) < FEWEST_WORDS:
            continue
        if whole or subject.named_in(words) or (each.speaker and subject.named_in(each.speaker)):
            yield Saying(each.speaker, article, each.start, each.end)
