"""Queries of tantivy put together; knows no index."""

from __future__ import annotations

import re
from collections.abc import Sequence

import tantivy

from rag.indexes import analysis
from rag.records import Filters
from rag.store import UNKNOWN_DATE
from rag.store.rows import widest_range


def best_of(words: Sequence[tantivy.Query]) -> tantivy.Query:
    """The forms of one word: the one that scores best counts alone."""
    return words[0] if len(words) == 1 else tantivy.Query.disjunction_max_query(list(words))


def any_of(words: Sequence[tantivy.Query]) -> tantivy.Query:
    """What has one of the forms of a word or several."""
    should = tantivy.Occur.Should
    return tantivy.Query.boolean_query([(should, word) for word in words])


def narrowed(
    words: Sequence[tantivy.Query],
    conditions: Sequence[tantivy.Query],
    excluded: Sequence[tantivy.Query] = (),
) -> tantivy.Query:
    """Any of the words, and all conditions; what only narrows down adds nothing to a score."""
    must, without = tantivy.Occur.Must, tantivy.Occur.MustNot
    any_word = any_of(words)
    if not conditions and not excluded:
        return any_word
    conditional = [(must, tantivy.Query.const_score_query(query, 0.0)) for query in conditions]
    return tantivy.Query.boolean_query(
        [(must, any_word), *conditional, *((without, query) for query in excluded)]
    )


def phrases_of(phrases: Sequence[str]) -> list[str]:
    """What the parser reads as phrases, whatever signs are in them."""
    plain = map(analysis.phrase_text, phrases)
    return ['"' + re.sub(r'["\\]', " ", phrase) + '"' for phrase in plain]


def conditions_of(filters: Filters, schema: tantivy.Schema) -> list[tantivy.Query]:
    """What the filters ask of current passages, each a query; none for their section."""
    query = tantivy.Query
    conditions = []
    first, before = widest_range(filters)
    if first is not None or before is not None:
        low = UNKNOWN_DATE + 1 if first is None else first
        high = 2**62 if before is None else before
        kind = tantivy.FieldType.Integer
        conditions.append(
            query.range_query(schema, "published", kind, low, high, include_upper=False)
        )
    if filters.publishers:
        wanted = list(filters.publishers)
        conditions.append(query.term_set_query(schema, "publisher", wanted))
    if filters.language:
        conditions.append(query.term_query(schema, "language", filters.language))
    return conditions
