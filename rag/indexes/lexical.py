"""Ranks passages by their words (BM25, tantivy); follows the store's change log.

The folder `lexical/` is derived: deleting it loses nothing but the time to rebuild it. Current
passages are in an index of their own, so that superseded ones change no score of theirs; those
are in `lexical/past`, which is there where articles were revised.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from types import MappingProxyType

import tantivy

from rag.indexes.word_index import WordIndex
from rag.records import Article, Filters, Passage
from rag.store import NO_DELTA, UNKNOWN_DATE, AsOfDelta, Store
from rag.store.filter_columns import among
from rag.store.rows import seconds

_FOLDER = "lexical"
_PAST = "past"
_NOTHING: Mapping[str, float] = MappingProxyType({})
_NO_FILTERS = Filters()
_FEW = 1_000
"""So many ids are looked up faster in the index than in what it finds."""

_FEWEST_PASSAGES = 1_000
_FUNCTION_WORDS = (
    "who whom whose what which when where why how many much did do does doing done has have had "
    "having am were been being can could would should may might must shall i my me we us our you "
    "your he him his she her hers its them theirs those from about than so any some also just"
)
"""Words of questions that tell nothing of their subject; indexed, but not searched for."""

_FIELDS = ("title", "text")
Texts = Callable[[Sequence[str]], Iterable[tuple[Article, Sequence[Passage]]]]


class LexicalIndex:
    """BM25 over the passages of one archive, and over its articles as wholes.

    Wherever a query is taken, `carried` are further words (as `terms` gives them) with what
    each counts beside 1 for a word of the query, and `standing` says which other passages are
    searched than the current ones. How rare a word is, the current passages alone decide.
    """

    def __init__(self, folder: Path, archive_id: str) -> None:
        """Opens the index; an absent one starts empty.

        Raises StaleIndexError when it is damaged, of another format or of another archive.
        """
        self._folder = folder / _FOLDER
        self._archive_id = archive_id
        self._current = self._open(self._folder)
        self._past = self._open(self._folder / _PAST)
        self._function_words = frozenset(self._current.analyzer.analyze(_FUNCTION_WORDS))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the archive folder holds an index, sound or not."""
        return WordIndex.exists(folder / _FOLDER)

    @staticmethod
    def delete(folder: Path) -> None:
        """Removes the index from an archive folder; the next `catch_up` makes it anew."""
        WordIndex.delete(folder / _FOLDER)

    @property
    def change(self) -> int:
        """The newest change whose current passages are in the index."""
        return self._current.change

    def is_behind(self, store: Store) -> bool:
        """Whether `catch_up` has something to do."""
        newest = store.last_change()
        return self._current.change < newest or (
            self._past.change < newest and (self._past.is_open or bool(store.past_count()))
        )

    def catch_up(self, store: Store) -> None:
        """Brings the index to the store's newest change; needs the right to write.

        A kill in between costs at most a repetition: articles are replaced, not added.
        """
        newest = store.last_change()
        if self._current.change != newest or self._current.is_worn():
            made_anew = not self._current.is_open
            _take(self._current, store, store.current, newest)
            if made_anew:
                self._past = self._open(self._folder / _PAST)
        if self._past.is_open or store.past_count():
            _take(self._past, store, store.past, newest)
        self.check(store)

    def compact(self, store: Store) -> None:
        """Writes the index anew, without the words of what is no longer stored."""
        self.catch_up(store)
        everything = store.changed_since(0)
        self._current.compact(store.current(everything))
        self._past.compact(store.past(everything))
        self.check(store)

    def check(self, store: Store) -> None:
        """Raises StaleIndexError where the index holds other passages than it says."""
        # Held before stored, stored before newest: a writer at work makes it the newer.
        held = self._current.held(), self._past.held()
        stored = store.counts()[1], store.past_count()
        newest = store.last_change()
        for index, found, kept in zip((self._current, self._past), held, stored, strict=True):
            if index.change >= newest and (index.change, found) != (newest, kept):
                msg = "it does not hold what archive.db holds"
                raise index.damaged(msg)

    def search(
        self,
        query: str,
        k: int,
        filters: Filters,
        carried: Mapping[str, float] = _NOTHING,
        delta: AsOfDelta = NO_DELTA,
    ) -> list[tuple[int, float]]:
        """The `k` best passages with their BM25 scores, best first, ties by passage id.

        A query without words that the index knows finds nothing.
        """
        weights = self._weights(query, carried)
        conditions = self._conditions(filters)
        return self._best(self._words(weights), self._words_then(weights), k, conditions, delta)

    def scores(
        self, query: str, ids: Sequence[int], carried: Mapping[str, float] = _NOTHING
    ) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the query."""
        weights = self._weights(query, carried)
        return self._among(self._words(weights), self._words_then(weights), ids)

    def article_coverage(
        self, query: str, openings: Sequence[int], carried: Mapping[str, float] = _NOTHING
    ) -> dict[int, float]:
        """The sum of the rarity of the query's words that stand anywhere in each article.

        An article goes by the id of its first passage; one that shares no word is left out.
        """
        words = [
            tantivy.Query.const_score_query(self._term(term, "whole", 1.0), weight)
            for term, weight in self.term_weights(query, carried).items()
        ]
        return self._among(words, words, openings)

    def term_weights(self, query: str, carried: Mapping[str, float] = _NOTHING) -> dict[str, float]:
        """What each word counts where it only counts whether a text has it: its rarity."""
        weights = self._weights(query, carried)
        return {term: weight * self.rarity(term) for term, weight in weights.items()}

    def holding(
        self,
        phrases: Sequence[str],
        k: int,
        filters: Filters = _NO_FILTERS,
        delta: AsOfDelta = NO_DELTA,
    ) -> list[int]:
        """At most `k` passages that hold phrases word for word, those that hold most first."""
        quoted = ['"' + re.sub(r'["\\]', " ", phrase) + '"' for phrase in phrases]
        now, past = (index.parsed(quoted, "text") for index in (self._current, self._past))
        conditions = self._conditions(filters)
        return [id_ for id_, _ in self._best(now, past, k, conditions, delta)]

    def refresh(self) -> None:
        """Shows what another process has committed since."""
        self._current.refresh()
        self._past.refresh()

    def frozen(self) -> LexicalIndex:
        """The index as it is now, whatever is committed and refreshed afterwards."""
        same = copy(self)
        same._current, same._past = copy(self._current), copy(self._past)
        return same

    def terms(self, text: str) -> list[str]:
        """The words of a text as the index knows them: folded, stemmed, without stop words.

        The words that only make a question of it ("when did ... have") are left out too.
        """
        words = self._current.analyzer.analyze(text)
        return [term for term in words if term not in self._function_words]

    def rarity(self, term: str) -> float:
        """Inverse document frequency of an indexed word, as BM25 counts it.

        An index of fewer than 1,000 passages counts as one of 1,000: in a handful, a word
        that one of them holds is no commoner than a word that none does.
        """
        if not self._current.is_open:
            return 1.0
        passages = max(self._current.held(), _FEWEST_PASSAGES)
        return _rarity(passages, self._current.holding("text", term))

    def _open(self, folder: Path) -> WordIndex:
        mend = f"rebuild it: dateline rebuild --archive {self._folder.parent}"
        return WordIndex(folder, self._archive_id, mend)

    def _best(
        self,
        now: Sequence[tantivy.Query],
        past: Sequence[tantivy.Query],
        k: int,
        conditions: Sequence[tantivy.Query],
        delta: AsOfDelta,
    ) -> list[tuple[int, float]]:
        """The `k` best of what either index finds by its words, best first."""
        if not now or k < 1:
            return []
        removed, added = delta.removed, delta.added
        if len(removed) > _FEW:
            found = self._current.best(_query(now, conditions), k, lambda ids: ~among(ids, removed))
        else:
            excluded = self._ids(removed.tolist())
            found = self._current.best(_query(now, conditions, excluded), k)
        if not past or not len(added):
            return found
        if len(added) > _FEW:
            found += self._past.best(_query(past, conditions), k, lambda ids: among(ids, added))
        else:
            found += self._past.best(_query(past, [*conditions, *self._ids(added.tolist())]), k)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]

    def _among(
        self, now: Sequence[tantivy.Query], past: Sequence[tantivy.Query], ids: Sequence[int]
    ) -> dict[int, float]:
        if not now or not ids:
            return {}
        among = self._ids(ids)
        found = self._current.best(_query(now, among), len(ids))
        if self._past.is_open and len(found) < len(ids):
            found += self._past.best(_query(past, among), len(ids))
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))

    def _weights(self, query: str, carried: Mapping[str, float]) -> dict[str, float]:
        return {**carried, **dict.fromkeys(self.terms(query), 1.0)}

    def _words(self, weights: Mapping[str, float]) -> list[tantivy.Query]:
        return [self._term(term, field, weights[term]) for field in _FIELDS for term in weights]

    def _words_then(self, weights: Mapping[str, float]) -> list[tantivy.Query]:
        """The words as they are looked for among superseded passages.

        Each counts as much as it does among the current ones, so that scores can be compared.
        """
        if not self._past.is_open:
            return []
        return [
            self._term(term, field, weight * self._exchange(field, term))
            for field in _FIELDS
            for term, weight in weights.items()
        ]

    def _exchange(self, field: str, term: str) -> float:
        """What a word counts among current passages, for each that it counts among past ones."""
        now, past = (
            _rarity(index.held(), index.holding(field, term))
            for index in (self._current, self._past)
        )
        return now / past

    def _ids(self, ids: Sequence[int]) -> list[tantivy.Query]:
        """The condition that a passage is one of these; none where there are none."""
        schema = self._current.schema
        return [tantivy.Query.term_set_query(schema, "passage", list(ids))] if ids else []

    def _term(self, term: str, field: str, weight: float) -> tantivy.Query:
        option = "basic" if field == "whole" else "freq"
        query = tantivy.Query.term_query(self._current.schema, field, term, index_option=option)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _conditions(self, filters: Filters) -> list[tantivy.Query]:
        query, schema = tantivy.Query, self._current.schema
        conditions = []
        if filters.published_from or filters.published_before:
            low = seconds(filters.published_from) if filters.published_from else UNKNOWN_DATE + 1
            high = seconds(filters.published_before) if filters.published_before else 2**62
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


def _take(index: WordIndex, store: Store, texts: Texts, newest: int) -> None:
    """Brings an index to a change: what has changed, or all of it where that pays."""
    if 0 < index.change < newest:
        changed = store.changed_since(index.change)
        index.take(newest, texts(changed), changed)
    # A writer that was killed may have left a worn index behind.
    if not index.change or index.is_worn():
        index.take(newest, texts(store.changed_since(0)))


def _rarity(passages: int, held: int) -> float:
    """BM25's inverse document frequency; removed passages may be among those that hold it."""
    return math.log(1 + (max(passages - held, 0) + 0.5) / (held + 0.5))


def _query(
    words: Sequence[tantivy.Query],
    conditions: Sequence[tantivy.Query],
    excluded: Sequence[tantivy.Query] = (),
) -> tantivy.Query:
    """Any of the words, and all conditions; what only narrows down adds nothing to a score."""
    must, should, without = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
    any_word = tantivy.Query.boolean_query([(should, word) for word in words])
    if not conditions and not excluded:
        return any_word
    narrowed = [(must, tantivy.Query.const_score_query(query, 0.0)) for query in conditions]
    return tantivy.Query.boolean_query(
        [(must, any_word), *narrowed, *((without, query) for query in excluded)]
    )
