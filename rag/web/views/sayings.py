"""Finds quotations in articles and their speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.attribution import attributions
from rag.language.words import Wording
from rag.records import Article, Hit
from rag.web.views.subjects import ANYTHING, Subject

FEWEST_WORDS = 4
"""The fewest words of a quotation; shorter ones are names and terms."""


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
        for each in _of(hit, subject):
            words = tuple(Wording(each.words).folded)
            if words not in found or not found[words].speaker:
                found[words] = each
    speakers = {each.speaker: place for place, each in reversed(list(enumerate(found.values())))}
    return sorted(found.values(), key=lambda each: (not each.speaker, speakers[each.speaker]))


def _of(hit: Hit, subject: Subject) -> Iterator[Saying]:
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
