"""Queries of tantivy put together; knows no index."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy


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
