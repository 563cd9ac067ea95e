"""Passages found by a search, with the words marked by which they were found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from rag.archive import NO_FILTERS, Archive
from rag.records import Filters, Hit, Understood

Spans = tuple[tuple[int, int], ...]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """A hit; `words` are the characters of its article, within the passage, that were sought.

    A passage without any was found by its meaning, or by its title.
    """

    hit: Hit
    words: Spans


def find(
    archive: Archive,
    query: str,
    k: int,
    *,
    filters: Filters = NO_FILTERS,
    as_of: datetime | None = None,
    understood: Sequence[Understood] | None = None,
) -> list[Found]:
    """The hits of a search as `Archive.search` gives them, with the query's words marked."""
    hits = archive.search(query, k, filters=filters, as_of=as_of, understood=understood)
    terms = archive.rankers().lexical.terms
    return [Found(hit, sought_words(hit, query, terms)) for hit in hits]


def sought_words(hit: Hit, query: str, terms: Callable[[str], list[str]]) -> Spans:
    """Where a hit's passage has a word of the query, by what `terms` makes of both.

    Words that differ only by their endings are the same where `terms` has them so.
    """
    sought = frozenset(terms(query))
    known = cache(lambda word: not sought.isdisjoint(terms(word)))
    return tuple(_spans(hit, known))


def _spans(hit: Hit, is_sought: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    passage = hit.passage
    for word in _WORD.finditer(hit.article.text, passage.start, passage.end):
        if is_sought(word[0].casefold()):
            yield word.span()
