"""The smallest engines that an archive can be opened with: in memory, by plain arithmetic.

`DATELINE_INDEX=tests.memory_engines:engines` opens an archive with them. Any number of indexes
opened by one engine on one folder share what they have, as processes share a server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from embeddings import Vector, Vectors
from rag.config import Settings
from rag.errors import StaleIndexError
from rag.indexes import analysis
from rag.indexes.protocols import (
    NO_CONTEXT,
    NO_FILTERS,
    Engines,
    Field,
    Ids,
    IndexFiles,
    IndexNote,
    Ranking,
    VectorSource,
)
from rag.records import Article, Filters, Passage
from rag.store import Facets, Store

K1, B = 1.2, 0.75


@dataclass(frozen=True)
class Entry:
    """The words of a passage; `whole` has those of its article where it is its first."""

    article_id: str
    title: list[str]
    text: list[str]
    whole: frozenset[str]


Entries = Mapping[int, Entry]


@dataclass
class Words:
    """What is indexed by words of one archive."""

    archive_id: str
    change: int = 0
    current: Entries = field(default_factory=dict)
    past: Entries = field(default_factory=dict)


class MemoryLexicalEngine:
    files = IndexFiles()
    packages: Mapping[str, str] = MappingProxyType({})

    def __init__(self) -> None:
        self._words: dict[Path, Words] = {}

    def exists(self, folder: Path) -> bool:
        return folder in self._words

    def note(self, folder: Path) -> IndexNote:
        return IndexNote(self._words[folder].change) if folder in self._words else IndexNote()

    def delete(self, folder: Path) -> None:
        self._words.pop(folder, None)

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        return False

    def open(self, folder: Path, store: Store, *, read_only: bool) -> MemoryLexicalIndex:
        words = self._words.setdefault(folder, Words(store.archive_id))
        if words.archive_id != store.archive_id:
            msg = f"{folder} has archive_id {words.archive_id!r}; "
            raise StaleIndexError(f"{msg}rebuild it: dateline rebuild --archive {folder}")
        return MemoryLexicalIndex(words, store)


class MemoryLexicalIndex:
    def __init__(self, words: Words, store: Store) -> None:
        self._words = words
        self._store = store

    @property
    def change(self) -> int:
        return self._words.change

    def __len__(self) -> int:
        return len(self._words.current)

    def is_behind(self) -> bool:
        return self.change < self._store.last_change()

    def follow(self) -> None:
        newest = self._store.last_change()
        changed = self._store.changed_since(self.change)
        self._words.current = replaced(self._words.current, changed, self._store.current(changed))
        self._words.past = replaced(self._words.past, changed, self._store.past(changed))
        self._words.change = newest

    def refresh(self) -> None: ...

    def check(self) -> None:
        held = len(self._words.current), len(self._words.past)
        stored = self._store.counts()[1], self._store.past_count()
        if self.change >= self._store.last_change() and held != stored:
            msg = (
                f"the index has {held} passages, archive.db {stored}; rebuild it: dateline rebuild"
            )
            raise StaleIndexError(msg)

    def compact(self) -> None:
        self.follow()

    def searcher(self, columns: Facets) -> MemoryLexicalSearcher:
        return MemoryLexicalSearcher(self._words.current, self._words.past, columns)

    def close(self) -> None: ...


def replaced(
    entries: Entries, changed: Sequence[str], texts: Iterable[tuple[Article, Sequence[Passage]]]
) -> Entries:
    """The entries with those of the changed articles as they are now."""
    left = {id_: entry for id_, entry in entries.items() if entry.article_id not in changed}
    for article, passages in texts:
        bodies = [article.text[each.start : each.end] for each in passages]
        language = article.language
        title = analysis.indexed_words(article.title, language)
        made = [analysis.indexed_words(body, language) for body in bodies]
        whole = [*title, *(word for body in made for word in body)]
        for place, (passage, body) in enumerate(zip(passages, bodies, strict=True)):
            text = analysis.indexed_words(f"{passage.heading}\n{body}", language)
            first = frozenset(whole if place == 0 else ())
            left[passage.id] = Entry(article.id, title, text, first)
    return left


class MemoryLexicalSearcher:
    def __init__(self, current: Entries, past: Entries, columns: Facets) -> None:
        self._current = current
        self._past = past
        self._columns = columns

    def terms(self, text: str) -> list[str]:
        return analysis.terms(text)

    def rarity(self, term: str) -> float:
        if not self._current:
            return 1.0
        return analysis.rarity(len(self._current), self._holding("text", term))

    def term_weights(
        self, query: str, context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[str, float]:
        weights = analysis.query_weights(query, context)
        return {term: weight * self.rarity(term) for term, weight in weights.items()}

    def search(
        self, query: str, k: int, filters: Filters, context: Mapping[str, float] = NO_CONTEXT
    ) -> Ranking:
        allowed = self._columns.matching(filters).tolist()
        return best_first(self.scores(query, allowed, context))[:k]

    def scores(
        self, query: str, ids: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        weights = analysis.query_weights(query, context)
        stems = self._stems(query)
        found = {}
        for entries in (self._current, self._past):
            lengths = {
                name: sum(len(getattr(each, name)) for each in entries.values()) / len(entries)
                for name in ("title", "text")
                if entries
            }
            for id_ in ids:
                if id_ in entries and (score := self._bm25(entries[id_], weights, stems, lengths)):
                    found[id_] = score
        return found

    def article_coverage(
        self, query: str, first_passages: Sequence[int], context: Mapping[str, float] = NO_CONTEXT
    ) -> dict[int, float]:
        weights, stems = self.term_weights(query, context), self._stems(query)
        entries = {**self._past, **self._current}
        found = {
            id_: sum(
                weight
                for term, weight in weights.items()
                if not entries[id_].whole.isdisjoint((term, *stems.get(term, ())))
                or has_part(entries[id_].whole, term, stems.get(term, ()))
            )
            for id_ in first_passages
            if id_ in entries
        }
        return {id_: score for id_, score in found.items() if score}

    def holding(self, phrases: Sequence[str], k: int, filters: Filters = NO_FILTERS) -> list[int]:
        wanted = [words for phrase in phrases if (words := analysis.phrase_words(phrase))]
        entries = {**self._past, **self._current}
        counts = {
            id_: float(sum(has_run(entries[id_].text, words) for words in wanted))
            for id_ in self._columns.matching(filters).tolist()
            if id_ in entries
        }
        return [id_ for id_, count in best_first(counts)[:k] if count]

    def having(self, words: str, field: Field, filters: Filters = NO_FILTERS) -> Ids:
        entries = {**self._past, **self._current}
        terms, stems = analysis.terms(words), self._stems(words)
        forms = (terms[0], *stems.get(terms[0], ())) if len(terms) == 1 else ()
        phrase = analysis.phrase_words(words)
        runs = [[form] for form in forms] or ([phrase] if phrase else [])
        found = [
            id_
            for id_ in self._columns.matching(filters).tolist()
            if id_ in entries
            and (
                any(has_run(getattr(entries[id_], field), run) for run in runs)
                or (forms and has_part(getattr(entries[id_], field), terms[0], forms[1:]))
            )
        ]
        return np.array(found, dtype=np.int64)

    def _holding(self, name: str, term: str) -> int:
        return sum(term in getattr(each, name) for each in self._current.values())

    def _stems(self, query: str) -> Mapping[str, tuple[str, ...]]:
        return analysis.term_stems(query, self._columns.languages)

    def _bm25(
        self,
        entry: Entry,
        weights: Mapping[str, float],
        stems: Mapping[str, tuple[str, ...]],
        lengths: Mapping[str, float],
    ) -> float:
        total = 0.0
        for name, average in lengths.items():
            words = getattr(entry, name)
            longer = 1 - B + B * len(words) / average if average else 1.0
            for term, weight in weights.items():
                scores = [0.0]
                for form in (term, *stems.get(term, ())):
                    often = words.count(form)
                    idf = analysis.idf(len(self._current), self._holding(name, form))
                    scores.append(weight * idf * often * (K1 + 1) / (often + K1 * longer))
                if has_part(words, term, stems.get(term, ())):
                    idf = analysis.idf(len(self._current), self._holding(name, term))
                    scores.append(weight * idf / 2)
                total += max(scores)
        return total


def has_run(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(words[n : n + len(run)] == run for n in range(len(words)))


def has_part(words: Iterable[str], term: str, stems: Iterable[str]) -> bool:
    patterns = [pattern for stem in stems for pattern in analysis.compounds(stem, term)]
    return any(re.fullmatch(pattern, word) for pattern in patterns for word in words)


def best_first(scores: Mapping[int, float]) -> Ranking:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


@dataclass
class Rows:
    """What is indexed by meaning of one archive: a row for each passage with a known vector."""

    archive_id: str
    encoder: str
    change: int = 0
    current: dict[int, Vector] = field(default_factory=dict)
    past: dict[int, Vector] = field(default_factory=dict)


class MemoryVectorEngine:
    files = IndexFiles()
    packages: Mapping[str, str] = MappingProxyType({})

    def __init__(self) -> None:
        self._rows: dict[Path, Rows] = {}

    def exists(self, folder: Path) -> bool:
        return folder in self._rows

    def note(self, folder: Path) -> IndexNote:
        rows = self._rows.get(folder)
        return IndexNote(rows.change, rows.encoder) if rows else IndexNote()

    def delete(self, folder: Path) -> None:
        self._rows.pop(folder, None)

    def copy(self, folder: Path, target: Path, archive_id: str) -> bool:
        return False

    def open(self, folder: Path, source: VectorSource, *, read_only: bool) -> MemoryVectorIndex:
        archive_id = source.store.archive_id
        rows = self._rows.setdefault(folder, Rows(archive_id, source.encoder))
        if (rows.archive_id, rows.encoder) != (archive_id, source.encoder):
            msg = f"{folder} has vectors of {rows.encoder!r}, but {source.encoder!r} is asked for"
            raise StaleIndexError(f"{msg}; rebuild it: dateline rebuild --archive {folder}")
        return MemoryVectorIndex(rows, source)


class MemoryVectorIndex:
    def __init__(self, rows: Rows, source: VectorSource) -> None:
        self._rows = rows
        self._source = source

    @property
    def change(self) -> int:
        return self._rows.change

    @property
    def is_saved(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self._rows.current)

    def ids(self) -> Ids:
        return np.array(sorted(self._rows.current), dtype=np.int64)

    def follow(self, deleted: Sequence[int] | None = None) -> None:
        store = self._source.store
        newest = store.last_change()
        self._rows.current = self._known(store.current_digests())
        self._rows.past = self._known(store.past_digests())
        self._rows.change = newest

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        self._rows.current = {**self._rows.current, **dict(zip(ids, vectors, strict=True))}

    def refresh(self) -> None:
        self.follow()

    def save(self) -> None: ...

    def compact(self) -> None: ...

    def searcher(self, columns: Facets) -> MemoryVectorSearcher:
        return MemoryVectorSearcher(self._rows, columns)

    def close(self) -> None: ...

    def _known(self, digests: Sequence[tuple[int, str]]) -> dict[int, Vector]:
        known = self._source.known([digest for _, digest in digests])
        return {id_: known[digest] for id_, digest in digests if digest in known}


class MemoryVectorSearcher:
    def __init__(self, rows: Rows, columns: Facets) -> None:
        self._rows = rows
        self._columns = columns

    def __len__(self) -> int:
        return len(self._rows.current)

    def search(self, query: Vector, k: int, filters: Filters) -> Ranking:
        return best_first(self.scores(query, self._columns.matching(filters)))[:k]

    def scores(self, query: Vector, ids: Ids) -> dict[int, float]:
        rows = {**self._rows.past, **self._rows.current}
        return {id_: float(rows[id_] @ query) for id_ in ids.tolist() if id_ in rows}


MEMORY = Engines(MemoryLexicalEngine(), MemoryVectorEngine())


def engines(settings: Settings) -> Engines:
    """What DATELINE_INDEX=tests.memory_engines:engines opens archives with."""
    return MEMORY
