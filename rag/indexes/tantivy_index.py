"""The default index by words: tantivy, in the folder `lexical/` of an archive.

The folder is derived: deleting it loses nothing but the time to build it again. Current
passages are in an index without superseded ones, so that these change no score of theirs;
superseded ones are in `lexical/past`, which is there where articles were revised.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import tantivy

from embeddings.vectors import present
from rag.errors import StaleIndexError
from rag.indexes import analysis
from rag.indexes.protocols import (
    NO_CONTEXT,
    NO_FILTERS,
    Field,
    Ids,
    IndexFiles,
    IndexNote,
    Ranking,
)
from rag.indexes.tantivy_queries import any_of, best_of, conditions_of, narrowed, phrases_of
from rag.indexes.word_index import COPIED_FIRST, WordIndex
from rag.records import Article, Filters, Passage
from rag.store import AsOfDelta, Facets, Store

_FOLDER = "lexical"
_PAST = "past"
_ATTEMPTS = 3
_UNCOPIED = (".lock", ".tmp")
_FEW = 1_000
"""So many ids are looked up faster in the index than in what it finds."""

_FIELDS = ("title", "text")
_Weighed = tuple[str, tuple[str, ...], float]
"""A word that is searched for, its stems in other languages, and what it counts."""

_Sought = tuple[list[tantivy.Query], list[tantivy.Query]]
Texts = Callable[[Sequence[str]], Iterable[tuple[Article, Sequence[Passage]]]]


class TantivyEngine:
    """Opens, copies and removes the word indexes of archives; see `LexicalEngine`."""

    files = IndexFiles(folders=(_FOLDER,), patterns=(r"lexical/(?:past/)?\.?\w[\w.-]*",))

    packages = MappingProxyType({"tantivy": "tantivy"})

    def exists(self, folder: Path) -> bool:
        """Whether the archive folder has an index, sound or not."""
        return WordIndex.exists(folder / _FOLDER)

    def note(self, folder: Path) -> IndexNote:
        """What the index notes of itself; nothing where it is missing or damaged."""
        return IndexNote(change=WordIndex.noted_change(folder / _FOLDER))

    def delete(self, folder: Path) -> None:
        """Removes the index; the next `follow` makes it anew."""
        WordIndex.delete(folder / _FOLDER)

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        """Copies the index; False where a writer was always in between."""
        for _ in range(_ATTEMPTS):
            with suppress(FileNotFoundError, StaleIndexError):
                shutil.rmtree(target / _FOLDER, ignore_errors=True)
                for path in sorted((folder / _FOLDER).rglob("*"), key=_copied_first):
                    if path.is_file() and not path.name.endswith(_UNCOPIED):
                        there = target / path.relative_to(folder)
                        there.parent.mkdir(exist_ok=True, parents=True)
                        shutil.copyfile(path, there)
                for part in _parts(target):
                    _opened(part, archive_id, target)
                return True
        shutil.rmtree(target / _FOLDER, ignore_errors=True)
        return False

    def open(self, folder: Path, store: Store, *, read_only: bool) -> TantivyIndex:
        """The index of the archive; an absent one starts empty.

        Opened to read, it writes nothing: only `follow` and `compact` do.
        """
        del read_only
        return TantivyIndex(folder, store)


class TantivyIndex:
    """The words of one archive's passages; see `LexicalIndex`."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Opens the index; an absent one starts empty.

        Raises StaleIndexError when it is damaged, of another format or of another archive.
        """
        self._folder = folder
        self._store = store
        self._current, self._past = self._open()

    @property
    def change(self) -> int:
        """The newest change whose current passages are in the index."""
        return self._current.change

    def __len__(self) -> int:
        return self._current.held()

    def is_behind(self) -> bool:
        """Whether `follow` has something to do."""
        newest = self._store.last_change()
        if self._current.is_outdated or self._past.is_outdated:
            return True
        return self._current.change < newest or (
            self._past.change < newest and (self._past.is_open or bool(self._store.past_count()))
        )

    def follow(self) -> None:
        """Brings the index to the store's newest change; needs the right to write.

        A kill in between costs at most a repetition: articles are replaced, not added.
        """
        store, newest = self._store, self._store.last_change()
        if self._current.change != newest or _is_to_be_replaced(self._current):
            made_anew = not self._current.is_open
            _take(self._current, store, store.current, newest)
            if made_anew:
                self._past = self._open()[1]
        if self._past.is_open or store.past_count():
            _take(self._past, store, store.past, newest)
        for index in (self._current, self._past):
            index.settle()
        self.check()

    def refresh(self) -> None:
        """Shows what another process has committed since."""
        self._current.refresh()
        self._past.refresh()

    def check(self) -> None:
        """Raises StaleIndexError where the index holds other passages than it says."""
        # Held before stored, stored before newest: a writer at work makes it the newer.
        held = self._current.held(), self._past.held()
        stored = self._store.counts()[1], self._store.past_count()
        newest = self._store.last_change()
        for index, found, kept in zip((self._current, self._past), held, stored, strict=True):
            if index.change >= newest and (index.change, found) != (newest, kept):
                msg = "it does not hold what the store holds"
                raise index.damaged(msg)

    def compact(self) -> None:
        """Writes the index anew, without the words of what is no longer stored."""
        self.follow()
        everything = self._store.changed_since(0)
        self._current.compact(self._store.current(everything))
        self._past.compact(self._store.past(everything))
        self.check()

    def searcher(self, columns: Facets) -> TantivySearcher:
        """The index as it is now, whatever is committed and refreshed afterwards."""
        return TantivySearcher(self._current.frozen(), self._past.frozen(), columns)

    def close(self) -> None:
        """Does nothing: tantivy keeps no file open that others would miss."""

    def _open(self) -> tuple[WordIndex, WordIndex]:
        """The indexes of current and of superseded passages."""
        archive_id = self._store.archive_id
        current, past = (_opened(each, archive_id, self._folder) for each in _parts(self._folder))
        return current, past


class TantivySearcher:
    """BM25 over the passages of one archive as they are now; see `LexicalSearcher`."""

    def __init__(self, current: WordIndex, past: WordIndex, columns: Facets) -> None:
        self._current = current
        self._past = past
        self._columns = columns
        self._deltas: dict[tuple[datetime | str | None, ...], AsOfDelta] = {}
        self._sought: dict[tuple[object, ...], _Sought] = {}
        self._languages = analysis.STEMMERS.keys() & columns.languages

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are searched for."""
        return analysis.terms(text)

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a word."""
        if not self._current.is_open:
            return 1.0
        return analysis.rarity(self._current.held(), self._current.holding("text", term))

    def search(
        self, query: str, k: int, filters: Filters, context: Mapping[str, float] = NO_CONTEXT
    ) -> Ranking:
        """The `k` best passages that satisfy the filters, with their BM25 scores."""
        return self._best(*self._asked(query, context), k, filters)

    def scores(
        self, query: str, ids: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The BM25 score of those of the passages that share a word with the query."""
        return self._among(*self._asked(query, context), ids)

    def article_coverage(
        self, query: str, first_passages: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        """The sum of the weights of the query's words that are anywhere in each article."""
        weights = self.term_weights(query, context)
        words = [
            tantivy.Query.const_score_query(
                any_of(self._forms(term, stems, "whole", 1.0)), weights[term]
            )
            for term, stems, _ in self._weighed(query, context)
        ]
        return self._among(words, words, first_passages)

    def term_weights(
        self, query: str, context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[str, float]:
        """What each word counts where it only counts whether a text has it: its rarity."""
        weights = analysis.query_weights(query, context)
        return {term: weight * self.rarity(term) for term, weight in weights.items()}

    def holding(self, phrases: Sequence[str], k: int, filters: Filters = NO_FILTERS) -> list[int]:
        """At most `k` passages that have phrases word for word, those that have most first."""
        now, then = self._phrases(phrases, "text")
        return [id_ for id_, _ in self._best(now, then, k, filters)]

    def having(self, words: str, field: Field, filters: Filters = NO_FILTERS) -> Ids:
        """All passages whose text, or whose article's title, has the words, ascending."""
        if len(terms := analysis.terms(words)) == 1:
            stems = analysis.term_stems(words, self._languages).get(terms[0], ())
            now = self._forms(terms[0], stems, field, 1.0)
            past = [self._term(form, field, 1.0) for form in (terms[0], *stems)]
        else:
            now, past = self._phrases([words], field)
        best = self._best(now, past, max(1, len(self._columns.ids)), filters)
        return np.unique(np.array([id_ for id_, _ in best], dtype=np.int64))

    def _phrases(
        self, phrases: Sequence[str], field: Field
    ) -> tuple[list[tantivy.Query], list[tantivy.Query]]:
        """Queries for phrases among current passages, and among superseded ones."""
        quoted = phrases_of(phrases)
        return self._current.parsed(quoted, field), self._past.parsed(quoted, field)

    def _best(
        self,
        now: Sequence[tantivy.Query],
        past: Sequence[tantivy.Query],
        k: int,
        filters: Filters,
    ) -> Ranking:
        """The `k` best of what either index finds by its words, best first."""
        if not now or k < 1:
            return []
        conditions = conditions_of(filters, self._current.schema)
        delta = self._delta(filters)
        removed, added = delta.removed, delta.added
        if len(removed) > _FEW:
            found = self._current.best(
                narrowed(now, conditions), k, lambda ids: ~present(ids, removed)
            )
        else:
            excluded = self._ids(removed.tolist())
            found = self._current.best(narrowed(now, conditions, excluded), k)
        if not past or not len(added):
            return found
        if len(added) > _FEW:
            found += self._past.best(narrowed(past, conditions), k, lambda ids: present(ids, added))
        else:
            found += self._past.best(narrowed(past, [*conditions, *self._ids(added.tolist())]), k)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]

    def _among(
        self, now: Sequence[tantivy.Query], past: Sequence[tantivy.Query], ids: Sequence[int]
    ) -> dict[int, float]:
        if not now or not ids:
            return {}
        among = self._ids(ids)
        found = self._current.best(narrowed(now, among), len(ids))
        if self._past.is_open and len(found) < len(ids):
            found += self._past.best(narrowed(past, among), len(ids))
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))

    def _weighed(self, query: str, context: Mapping[str, float]) -> list[_Weighed]:
        """The words of a query and its context, each with its stems and what it counts."""
        stems = analysis.term_stems(query, self._languages)
        weights = analysis.query_weights(query, context)
        return [(term, stems.get(term, ()), weight) for term, weight in weights.items()]

    def _asked(self, query: str, context: Mapping[str, float]) -> _Sought:
        """The words as they are looked for among current passages, and among superseded ones.

        A word counts as much in both, so that scores can be compared. Remembered, for a question
        asks for the best passages first and then for the scores of others.
        """
        if (key := (query, *context.items())) not in self._sought:
            words = [(field, *each) for field in _FIELDS for each in self._weighed(query, context)]
            now = [best_of(self._forms(term, stems, at, own)) for at, term, stems, own in words]
            then = [
                best_of(
                    [
                        self._term(form, field, weight * self._exchange(field, form))
                        for form in (term, *stems)
                    ]
                )
                for field, term, stems, weight in words
                if self._past.is_open
            ]
            self._sought[key] = now, then
        return self._sought[key]

    def _forms(
        self, term: str, stems: Sequence[str], field: str, weight: float
    ) -> list[tantivy.Query]:
        """A word as it stands, by its stems, and as a part of longer words, which counts half."""
        current = self._current
        forms = [self._term(form, field, weight) for form in (term, *stems)]
        if longer := [each for stem in stems for each in analysis.compounds(stem, term)]:
            part = weight * analysis.idf(current.held(), current.holding(field, term)) / 2
            forms += [
                tantivy.Query.boost_query(
                    tantivy.Query.regex_query(current.schema, field, each), part
                )
                for each in longer
            ]
        return forms

    def _exchange(self, field: str, term: str) -> float:
        """What a word counts among current passages, for each that it counts among past ones."""
        now, past = (
            analysis.idf(index.held(), index.holding(field, term))
            for index in (self._current, self._past)
        )
        return now / past

    def _ids(self, ids: Sequence[int]) -> list[tantivy.Query]:
        """The condition that a passage is one of these; none where there are none."""
        schema = self._current.schema
        # Twice as fast as a set of terms, which walks through the whole dictionary.
        each = [
            tantivy.Query.term_query(schema, "passage", id_, index_option="basic") for id_ in ids
        ]
        return [any_of(each)] if each else []

    def _term(self, term: str, field: str, weight: float) -> tantivy.Query:
        option = "basic" if field == "whole" else "freq"
        query = tantivy.Query.term_query(self._current.schema, field, term, index_option=option)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def _delta(self, filters: Filters) -> AsOfDelta:
        """What differs from the current passages that satisfy the conditions; looked up once."""
        times = filters.published_from, filters.published_before, filters.as_of
        if (key := (*times, filters.section)) not in self._deltas:
            self._deltas[key] = self._columns.delta(filters)
        return self._deltas[key]


def _parts(folder: Path) -> tuple[Path, Path]:
    return folder / _FOLDER, folder / _FOLDER / _PAST


def _opened(part: Path, archive_id: str, folder: Path) -> WordIndex:
    return WordIndex(part, archive_id, f"rebuild it: dateline rebuild --archive {folder}")


def _copied_first(path: Path) -> tuple[bool, bool, Path]:
    """The order in which files are copied."""
    return path.name != COPIED_FIRST[0], path.name != COPIED_FIRST[1], path


def _take(index: WordIndex, store: Store, texts: Texts, newest: int) -> None:
    """Brings an index to a change: what has changed, or all of it where that pays."""
    if 0 < index.change < newest and not index.is_outdated:
        changed = store.changed_since(index.change)
        index.take(newest, texts(changed), changed)
    # A writer that was killed may have left a worn index behind.
    if not index.change or _is_to_be_replaced(index):
        index.take(newest, texts(store.changed_since(0)))


def _is_to_be_replaced(index: WordIndex) -> bool:
    return index.is_outdated or index.is_worn()
