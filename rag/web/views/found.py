"""Searches, and marks the words by which each passage was found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from rag.archive import Archive
from rag.records import Answer, Hit, Understood
from rag.retrieval.retrieve import Request

Spans = tuple[tuple[int, int], ...]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class MarkedHit:
    """A hit; `words` are the offsets, in its article, of the sought words in the passage.

    A passage without any was found by its meaning or its title.
    """

    hit: Hit
    words: Spans


@dataclass(frozen=True, slots=True)
class MarkedHits:
    """The hits of a search in their order, and the constraints understood from the query.

    `articles`, `nothing` and `words` are those of `rag.retrieval.finding.Found`.
    """

    hits: tuple[MarkedHit, ...]
    understood: tuple[Understood, ...]
    articles: int | None = None
    nothing: str = ""
    words: str = ""

    def by_article(self) -> list[list[MarkedHit]]:
        """The hits of each article together, in the order of each one's first."""
        groups: dict[tuple[str, int], list[MarkedHit]] = {}
        for each in self.hits:
            article = each.hit.article
            groups.setdefault((article.id, article.revision), []).append(each)
        return list(groups.values())


def find(archive: Archive, request: Request, k: int, sort: str = "relevance") -> MarkedHits:
    """The hits of a search as `Archive.find` gives them, with the query's words marked."""
    found = archive.find(request, k, sort)
    sought = found.words
    terms = archive.snapshot().lexical.terms
    marked = (MarkedHit(hit, sought_words(hit, sought, terms)) for hit in found.hits)
    return MarkedHits(tuple(marked), found.understood, found.articles, found.nothing, sought)


def sought_words(hit: Hit, query: str, terms: Callable[[str], list[str]]) -> Spans:
    """The offsets of the query's words in a hit's passage.

    Words match if `terms` gives them the same terms, for example without endings.
    """
    sought = frozenset(terms(query))
    known = cache(lambda word: not sought.isdisjoint(terms(word)))
    return tuple(_spans(hit, known))


def _spans(hit: Hit, is_sought: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    passage = hit.passage
    for word in _WORD.finditer(hit.article.text, passage.start, passage.end):
        if is_sought(word[0].casefold()):
            yield word.span()


def count_by_words(archive: Archive, answer: Answer) -> int:
    """The number of hits that share a word with the question; meaning found the others."""
    ids = [hit.passage.id for hit in answer.hits]
    return len(archive.word_scores(answer.standalone, ids)) if ids else 0
