"""Finds quotations in articles and their speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.attribution import said_by
from rag.language.quotation_marks import quotations
from rag.language.words import Wording
from rag.records import Article, Hit

FEWEST_WORDS = 4
"""The fewest words of a quotation; shorter ones are names and terms."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A quotation, characters `start` to `end` of an article, and its speaker.

    `speaker` is "" where the article does not tell in so many words.
    """

    speaker: str
    article: Article
    start: int
    end: int

    @property
    def words(self) -> str:
        """The quoted words, without the quotation marks."""
        return self.article.text[self.start : self.end]


def sayings(hits: Sequence[Hit]) -> list[Saying]:
    """The quotations in the hits, by speaker in order of appearance, unnamed speakers last.

    Words that several articles quote come once, from the best hit that names who said them.
    """
    found: dict[tuple[str, ...], Saying] = {}
    for hit in hits:
        for each in _of(hit):
            words = tuple(Wording(each.words).folded)
            if words not in found or not found[words].speaker:
                found[words] = each
    speakers = {each.speaker: place for place, each in reversed(list(enumerate(found.values())))}
    return sorted(found.values(), key=lambda each: (not each.speaker, speakers[each.speaker]))


def _of(hit: Hit) -> Iterator[Saying]:
    article, passage = hit.article, hit.passage
    for quoted in quotations(article.text):
        if quoted.start < passage.start or passage.end < quoted.end:
            continue
        if len(Wording(article.text[quoted.start : quoted.end])) >= FEWEST_WORDS:
            speaker = said_by(article.text, quoted.start, quoted.end)
            yield Saying(speaker, article, quoted.start, quoted.end)
